"""Handlers as AWS's guides teach to write them, with the events that its services send.

Each runs unmodified in a process, with AWS's runtime interface client. What guides call elsewhere
(a table, a bucket) is left out: no service of AWS is there.
"""

import base64
import gzip
import json
import sys
from typing import Any, Final, NamedTuple

import pytest

from tests.functions.environments.world import ARN, answer, error, world
from tests.loops import in_loop

pytest.importorskip("awslambdaric")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

REGION: Final = "eu-west-1"


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


class Sample(NamedTuple):
    """A handler, an event for it, what it returns, and what its log has."""

    source: str
    event: Any
    result: Any
    log: str = ""


KINESIS = Sample(
    """
import base64

def lambda_handler(event, context):
    failures = []
    for record in event["Records"]:
        sequence = record["kinesis"]["sequenceNumber"]
        try:
            print(f"Processed Kinesis Event - EventID: {record['eventID']}")
            data = base64.b64decode(record["kinesis"]["data"]).decode("utf-8")
            print(f"Record Data: {data}")
        except Exception as e:
            print(f"An error occurred {e}")
            failures.append({"itemIdentifier": sequence})
            return {"batchItemFailures": failures}
    return {"batchItemFailures": failures}
""",
    {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "1",
                    "sequenceNumber": f"4959033827149025660869292538847571{number}",
                    "data": data,
                    "approximateArrivalTimestamp": 1545084650.987,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"shardId-000000000006:{number}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
                "awsRegion": REGION,
                "eventSourceARN": f"arn:aws:kinesis:{REGION}:123456789012:stream/clicks",
            }
            for number, data in enumerate((encoded("Hello, this is a test."), encoded(b"\xff")))
        ]
    },
    {"batchItemFailures": [{"itemIdentifier": "49590338271490256608692925388475711"}]},
    "Record Data: Hello, this is a test.",
)
DYNAMODB = Sample(
    """
import json

def lambda_handler(event, context):
    for record in event["Records"]:
        log_dynamodb_record(record)
    return f"Successfully processed {len(event['Records'])} records."

def log_dynamodb_record(record):
    print(record["eventID"], record["eventName"])
    print(f"DynamoDB Record: {json.dumps(record['dynamodb'])}")
""",
    {
        "Records": [
            {
                "eventID": "1",
                "eventVersion": "1.0",
                "dynamodb": {
                    "Keys": {"Id": {"N": "101"}},
                    "NewImage": {"Message": {"S": "New item!"}, "Id": {"N": "101"}},
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                    "SequenceNumber": "111",
                    "SizeBytes": 26,
                },
                "awsRegion": REGION,
                "eventName": "INSERT",
                "eventSource": "aws:dynamodb",
            }
        ]
    },
    "Successfully processed 1 records.",
    'DynamoDB Record: {"Keys": {"Id": {"N": "101"}}, "NewImage": {"Message": {"S": "New item!"}',
)
SNS = Sample(
    """
def lambda_handler(event, context):
    for record in event["Records"]:
        process_message(record)
    print("done")

def process_message(record):
    try:
        message = record["Sns"]["Message"]
        print(f"Processed message {message}")
    except Exception as e:
        print("An error occurred")
        raise e
""",
    {
        "Records": [
            {
                "EventVersion": "1.0",
                "EventSource": "aws:sns",
                "EventSubscriptionArn": f"arn:aws:sns:{REGION}:123456789012:orders:1",
                "Sns": {
                    "Type": "Notification",
                    "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                    "TopicArn": f"arn:aws:sns:{REGION}:123456789012:orders",
                    "Subject": "TestInvoke",
                    "Message": "Hello from SNS!",
                    "Timestamp": "2019-01-02T12:45:07.000Z",
                    "MessageAttributes": {"Test": {"Type": "String", "Value": "TestString"}},
                },
            }
        ]
    },
    None,
    "Processed message Hello from SNS!\ndone",
)
LOGS = Sample(
    """
import base64, gzip, json

def lambda_handler(event, context):
    compressed = base64.b64decode(event["awslogs"]["data"])
    payload = json.loads(gzip.decompress(compressed))
    return [f"{payload['logGroup']}: {each['message']}" for each in payload["logEvents"]]
""",
    {
        "awslogs": {
            "data": encoded(
                gzip.compress(
                    json.dumps(
                        {
                            "messageType": "DATA_MESSAGE",
                            "logGroup": "/aws/lambda/orders",
                            "logEvents": [{"id": "1", "timestamp": 1, "message": "[ERROR] First"}],
                        }
                    ).encode()
                )
            )
        }
    },
    ["/aws/lambda/orders: [ERROR] First"],
)
SCHEDULED = Sample(
    """
from datetime import datetime

def lambda_handler(event, context):
    at = datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ")
    print("Rule:", event["resources"][0].split("/")[-1])
    return {"source": event["source"], "hour": at.hour, "detail": event["detail"]}
""",
    {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2015-10-08T16:53:06Z",
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:123456789012:rule/my-scheduled-rule"],
        "detail": {},
    },
    {"source": "aws.events", "hour": 16, "detail": {}},
    "Rule: my-scheduled-rule",
)
PROXY = Sample(
    """
import base64
import json

def lambda_handler(event, context):
    operation = event["httpMethod"]
    if operation not in OPERATIONS:
        return respond(ValueError(f"Unsupported method \\"{operation}\\""))
    body = event["body"]
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    return respond(None, OPERATIONS[operation](event, json.loads(body or "{}")))

def respond(err, res=None):
    return {
        "statusCode": "400" if err else "200",
        "body": str(err) if err else json.dumps(res),
        "headers": {"Content-Type": "application/json"},
    }

OPERATIONS = {
    "GET": lambda event, body: event["pathParameters"],
    "POST": lambda event, body: {"created": body["name"]},
}
""",
    {
        "resource": "/users/{id}",
        "path": "/users/7",
        "httpMethod": "POST",
        "headers": {"Accept": "*/*", "Host": "example.com"},
        "multiValueHeaders": {"Accept": ["*/*"]},
        "queryStringParameters": None,
        "pathParameters": {"id": "7"},
        "stageVariables": None,
        "requestContext": {"stage": "prod", "identity": {"sourceIp": "192.0.2.1"}},
        "body": encoded('{"name": "Zoë"}'),
        "isBase64Encoded": True,
    },
    {
        "statusCode": "200",
        "body": '{"created": "Zo\\u00eb"}',
        "headers": {"Content-Type": "application/json"},
    },
)
COGNITO = Sample(
    """
def lambda_handler(event, context):
    event["response"]["autoConfirmUser"] = True
    if "email" in event["request"]["userAttributes"]:
        event["response"]["autoVerifyEmail"] = True
    return event
""",
    {
        "triggerSource": "PreSignUp_SignUp",
        "request": {"userAttributes": {"email": "a@example.com"}},
        "response": {"autoConfirmUser": False},
    },
    {
        "triggerSource": "PreSignUp_SignUp",
        "request": {"userAttributes": {"email": "a@example.com"}},
        "response": {"autoConfirmUser": True, "autoVerifyEmail": True},
    },
)
AUTHORIZER = Sample(
    """
def lambda_handler(event, context):
    token = event["authorizationToken"]
    if token == "unauthorized":
        raise Exception("Unauthorized")
    return generate_policy("user", token.capitalize(), event["methodArn"])

def generate_policy(principal_id, effect, resource):
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": principal_id, "policyDocument": document}
""",
    {"type": "TOKEN", "authorizationToken": "allow", "methodArn": "arn:aws:execute-api:::a"},
    {
        "principalId": "user",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": "arn:aws:execute-api:::a",
                }
            ],
        },
    },
)
VARIABLES = Sample(
    """
import os

def lambda_handler(event, context):
    return [os.environ["STAGE"], os.environ.get("NONE"), os.environ["AWS_REGION"]]
""",
    {},
    ["test", None, REGION],
)
LEVELS = Sample(
    """
import logging, os, sys

logger = logging.getLogger()
logger.setLevel(os.environ["LOG_LEVEL"])

def lambda_handler(event, context):
    logger.debug("not to be seen")
    logger.info("## EVENT: %s", event)
    logging.getLogger("shop.orders").warning("low on stock")
    print("to stderr", file=sys.stderr)
    try:
        1 / 0
    except ZeroDivisionError:
        logger.exception("cannot divide")
""",
    {"key": "value"},
    None,
    "## EVENT: {'key': 'value'}\n",
)
TOTALS = Sample(
    """
def lambda_handler(event, context):
    state = event.get("state") or {}
    for record in event["Records"]:
        state["total"] = state.get("total", 0) + 1
    return {"state": state}
""",
    {"Records": [{}, {}], "state": {"total": 3}, "isFinalInvokeForWindow": False},
    {"state": {"total": 5}},
)
SAMPLES: Final = {
    "kinesis": KINESIS,
    "dynamodb": DYNAMODB,
    "sns": SNS,
    "logs": LOGS,
    "scheduled": SCHEDULED,
    "proxy": PROXY,
    "cognito": COGNITO,
    "authorizer": AUTHORIZER,
    "variables": VARIABLES,
    "levels": LEVELS,
    "totals": TOTALS,
}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
@in_loop
async def test_a_handler_as_guides_have_it_runs(sample: Sample) -> None:
    async with world() as here:
        version = here.version(
            {"lambda_function.py": sample.source},
            handler="lambda_function.lambda_handler",
            environment={"STAGE": "test", "LOG_LEVEL": "INFO"},
        )
        reply = await here.run(version, sample.event)
        assert answer(reply) == sample.result
        assert sample.log in reply.log.decode()


@in_loop
async def test_the_logging_module_writes_levels_moments_and_request_ids() -> None:
    async with world() as here:
        version = here.version(
            {"lambda_function.py": LEVELS.source},
            handler="lambda_function.lambda_handler",
            environment={"LOG_LEVEL": "INFO"},
        )
        reply = await here.run(version, LEVELS.event)
        text = reply.log.decode()
        request_id = text.split("RequestId: ")[1].split(" ")[0]
        assert "not to be seen" not in text
        for level, message in (("INFO", "## EVENT"), ("WARNING", "low on"), ("ERROR", "cannot")):
            (line,) = [each for each in text.splitlines() if message in each]
            assert line.startswith(f"[{level}]\t20")
            assert line.split("\t")[2] == request_id
        assert "ZeroDivisionError: division by zero" in text
        assert "to stderr\n" in text


@in_loop
async def test_a_handler_reads_its_client_context_and_its_time() -> None:
    async with world() as here:
        version = here.version(
            """
def handler(event, context):
    client = context.client_context
    return {
        "custom": client.custom,
        "env": client.env,
        "title": client.client.app_title,
        "left": 0 < context.get_remaining_time_in_millis() <= 20_000,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "identity": context.identity.cognito_identity_id,
    }
"""
        )
        told = {"custom": {"k": "ü"}, "env": {"locale": "de"}, "client": {"app_title": "Shop"}}
        reply = await here.run(version, {}, client_context=json.dumps(told, ensure_ascii=False))
        assert answer(reply) == {
            "custom": {"k": "ü"},
            "env": {"locale": "de"},
            "title": "Shop",
            "left": True,
            "arn": ARN,
            "memory": "128",
            "identity": None,
        }


@in_loop
async def test_an_exception_that_a_guide_raises_is_told_as_there() -> None:
    async with world() as here:
        version = here.version(
            {"lambda_function.py": AUTHORIZER.source}, handler="lambda_function.lambda_handler"
        )
        event = {**AUTHORIZER.event, "authorizationToken": "unauthorized"}
        told = error(await here.run(version, event))
        assert (told["errorType"], told["errorMessage"]) == ("Exception", "Unauthorized")
        assert told["stackTrace"] == [
            '  File "/var/task/lambda_function.py", line 5, in lambda_handler\n'
            '    raise Exception("Unauthorized")\n'
        ]
