"""Generated envelopes as AWS services send them, 350 to 2,800 bytes, the same at every run."""

import functools
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

Body = tuple[str, str, list[str], dict[str, Any]]
"""Source, detail type, resources and detail."""

Maker = Callable[[random.Random], Body]

REGIONS = ("eu-west-1", "us-east-1", "ap-south-1", "eu-central-1", "us-west-2")
STATES = ("pending", "running", "stopping", "stopped", "shutting-down", "terminated")
ACTIONS = (
    *("DeleteBucket", "CreateUser", "RunInstances", "AssumeRole", "PutObject", "GetObject"),
    *("DescribeInstances", "UpdateStack", "DeleteStack", "CreateTable", "PutRolePolicy"),
)
PIPELINE_STATES = ("STARTED", "SUCCEEDED", "FAILED", "CANCELED", "RESUMED", "SUPERSEDED")
TIERS = ("free", "plus", "pro")
TEAMS = ("billing", "search", "mobile", "risk", "data", "platform", "media", "web")
SUFFIXES = ("png", "jpg", "json", "csv", "parquet", "log.gz", "tar", "mp4")


@functools.lru_cache(maxsize=1)
def envelopes(count: int) -> list[bytes]:
    """Return so many envelopes, each of a service drawn by chance."""
    return [compact(envelope) for envelope in _made(count, MAKERS, seed=5)]


@functools.lru_cache(maxsize=1)
def stored(count: int) -> list[bytes]:
    """Return so many envelopes that tell of a stored object."""
    return [compact(envelope) for envelope in _made(count, [_stored], seed=6)]


def compact(value: Any) -> bytes:
    """Return JSON without white space."""
    return json.dumps(value, separators=(",", ":")).encode()


def _made(count: int, makers: Sequence[Maker], *, seed: int) -> Iterator[dict[str, Any]]:
    generator = random.Random(seed)
    for number in range(count):
        yield envelope(generator, number, generator.choice(makers)(generator))


def envelope(generator: random.Random, number: int, body: Body) -> dict[str, Any]:
    """Return the envelope of a body."""
    source, kind, resources, detail = body
    return {
        "version": "0",
        "id": f"{generator.getrandbits(32):08x}-77d1-4b6e-9a1d-{number:012x}",
        "detail-type": kind,
        "source": source,
        "account": "111122223333",
        "time": f"2026-11-{number % 28 + 1:02d}T{number % 24:02d}:43:48Z",
        "region": generator.choice(REGIONS),
        "resources": resources,
        "detail": detail,
    }


def bucket(generator: random.Random) -> str:
    """Return the name of a bucket."""
    kind = generator.choice(("logs", "media", "backup", "raw"))
    return f"{generator.choice(TEAMS)}-{kind}-{generator.randrange(20_000)}"


def key(generator: random.Random) -> str:
    """Return the key of an object."""
    team, suffix = generator.choice(TEAMS), generator.choice(SUFFIXES)
    return f"{team}/2026/{generator.randrange(1, 13):02d}/{generator.getrandbits(28):07x}.{suffix}"


def address(generator: random.Random) -> str:
    """Return an IPv4 address, half of them private."""
    head = generator.choice((10, 10, 54, 203))
    return (
        f"{head}.{generator.randrange(256)}.{generator.randrange(256)}.{generator.randrange(256)}"
    )


def _stored(generator: random.Random) -> Body:
    name = bucket(generator)
    detail = {
        "version": "0",
        "bucket": {"name": name},
        "object": {
            "key": key(generator),
            "size": generator.randrange(10**7),
            "etag": f"{generator.getrandbits(128):032x}",
            "sequencer": f"{generator.getrandbits(72):018X}",
        },
        "request-id": f"{generator.getrandbits(64):016X}",
        "requester": "111122223333",
        "source-ip-address": address(generator),
        "reason": generator.choice(("PutObject", "CopyObject", "CompleteMultipartUpload")),
    }
    return "aws.s3", "Object Created", [f"arn:aws:s3:::{name}"], detail


def _instance(generator: random.Random) -> Body:
    instance = f"i-{generator.randrange(20_000):017x}"
    detail = {"instance-id": instance, "state": generator.choice(STATES)}
    arn = f"arn:aws:ec2:{generator.choice(REGIONS)}:111122223333:instance/{instance}"
    return "aws.ec2", "EC2 Instance State-change Notification", [arn], detail


def _order(generator: random.Random) -> Body:
    items = [
        {
            "sku": f"SKU-{generator.randrange(500):05d}",
            "quantity": generator.randrange(1, 9),
            "price": generator.randrange(100, 20_000) / 100,
            "tags": generator.sample(TEAMS, 2),
        }
        for _ in range(generator.randrange(1, 7))
    ]
    detail = {
        "order": f"o-{generator.randrange(20_000)}",
        "total": generator.randrange(50_000) / 100,
        "customer": {"tier": generator.choice(TIERS), "country": generator.choice(("DE", "FR"))},
        "items": items,
        "note": generator.choice(
            ("", 'leave at the "blue" door', "Gr\u00fc\u00dfe", "2nd floor\n")
        ),
    }
    return "shop.orders", "OrderPlaced", [], detail


def _pipeline(generator: random.Random) -> Body:
    pipeline = f"{generator.choice(TEAMS)}-{generator.randrange(200)}"
    detail = {
        "pipeline": pipeline,
        "execution-id": f"{generator.getrandbits(128):032x}",
        "stage": generator.choice(("Source", "Build", "Test", "Deploy")),
        "action": generator.choice(("checkout", "compile", "unit", "rollout")),
        "state": generator.choice(PIPELINE_STATES),
        "type": {"owner": "AWS", "category": "Deploy", "provider": "CodeDeploy", "version": "1"},
        "version": generator.randrange(1, 900),
    }
    arn = f"arn:aws:codepipeline:{generator.choice(REGIONS)}:111122223333:{pipeline}"
    return "aws.codepipeline", "CodePipeline Action Execution State Change", [arn], detail


def _call(generator: random.Random) -> Body:
    action = generator.choice(ACTIONS)
    user = f"{generator.choice(TEAMS)}-{generator.randrange(900)}"
    detail = {
        "eventVersion": "1.09",
        "userIdentity": _identity(generator, user),
        "eventTime": "2026-11-02T18:43:47Z",
        "eventSource": f"{generator.choice(('s3', 'ec2', 'iam', 'sts'))}.amazonaws.com",
        "eventName": action,
        "awsRegion": generator.choice(REGIONS),
        "sourceIPAddress": address(generator),
        "userAgent": "aws-cli/2.27.1 md/awscrt#0.26.1 ua/2.1 os/linux#6.8 lang/python#3.13",
        "requestParameters": {
            "bucketName": bucket(generator),
            "key": key(generator),
            "maxItems": generator.randrange(1000),
        },
        "responseElements": None,
        "requestID": f"{generator.getrandbits(64):016X}",
        "eventID": f"{generator.getrandbits(128):032x}",
        "readOnly": action.startswith(("Get", "Describe")),
        "resources": [
            {"accountId": "111122223333", "type": "AWS::S3::Object", "ARN": _arn(generator)}
            for _ in range(generator.randrange(1, 12))
        ],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
    }
    if generator.random() < 0.2:
        detail["errorCode"] = generator.choice(("AccessDenied", "ThrottlingException"))
    return "aws.s3", "AWS API Call via CloudTrail", [], detail


def _arn(generator: random.Random) -> str:
    return f"arn:aws:s3:::{bucket(generator)}/{key(generator)}"


def _identity(generator: random.Random, user: str) -> dict[str, Any]:
    return {
        "type": generator.choice(("IAMUser", "AssumedRole", "Root")),
        "principalId": f"AROA{generator.getrandbits(64):016X}:{user}",
        "arn": f"arn:aws:sts::111122223333:assumed-role/{user}/session",
        "accountId": "111122223333",
        "accessKeyId": f"ASIA{generator.getrandbits(64):016X}",
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "userName": user, "accountId": "111122223333"},
            "attributes": {"creationDate": "2026-11-02T16:43:47Z", "mfaAuthenticated": "false"},
        },
    }


def _finding(generator: random.Random) -> Body:
    detail = {
        "schemaVersion": "2.0",
        "accountId": "111122223333",
        "region": generator.choice(REGIONS),
        "id": f"{generator.getrandbits(128):032x}",
        "type": generator.choice(("Recon:EC2/PortProbeUnprotectedPort", "Trojan:EC2/DNSDataExfil")),
        "severity": generator.randrange(10, 90) / 10,
        "title": "An unprotected port is being probed from outside.",
        "description": "An unprotected port of the instance is being probed by a known host.",
        "resource": {
            "resourceType": "Instance",
            "instanceDetails": {
                "instanceId": f"i-{generator.randrange(20_000):017x}",
                "instanceType": "m7g.large",
                "networkInterfaces": [_interface(generator) for _ in range(2)],
                "tags": [
                    {"key": "team", "value": generator.choice(TEAMS)},
                    {"key": "stage", "value": generator.choice(("dev", "prod"))},
                ],
            },
        },
        "service": {
            "action": {
                "actionType": "PORT_PROBE",
                "portProbeAction": {"portProbeDetails": [_probe(generator) for _ in range(3)]},
            },
            "count": generator.randrange(1, 400),
            "archived": generator.random() < 0.3,
        },
    }
    return "aws.guardduty", "GuardDuty Finding", [], detail


def _interface(generator: random.Random) -> dict[str, Any]:
    return {
        "networkInterfaceId": f"eni-{generator.getrandbits(68):017x}",
        "privateIpAddress": address(generator),
        "publicIp": address(generator),
        "securityGroups": [{"groupName": generator.choice(TEAMS), "groupId": "sg-0abc1234"}],
        "subnetId": f"subnet-{generator.getrandbits(68):017x}",
    }


def _probe(generator: random.Random) -> dict[str, Any]:
    return {
        "localPortDetails": {"port": generator.choice((22, 80, 443)), "portName": "open"},
        "remoteIpDetails": {
            "ipAddressV4": address(generator),
            "country": {"countryName": generator.choice(("France", "Kenya", "Chile"))},
            "geoLocation": {"lat": round(generator.uniform(-60, 70), 4), "lon": 2.5},
        },
    }


MAKERS: tuple[Maker, ...] = (*(_stored, _call, _order, _instance, _finding, _pipeline),)
