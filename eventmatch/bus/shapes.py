"""The constraints of names, tags and targets. Source: AWS's service model of `events`."""

from typing import Final

from eventmatch.bus.archive_model import ArchiveState, ReplayState
from eventmatch.bus.constraints import Entries, Flag, Items, Members, Moment, Number, Opaque, Text
from eventmatch.bus.model import RuleState

_NAME: Final = r"[\.\-_A-Za-z0-9]+"

BUS_NAME: Final = Text(least=1, most=256, pattern=r"[/\.\-_A-Za-z0-9]+")
BUS_NAME_OR_ARN: Final = Text(
    least=1,
    most=1600,
    pattern=r"(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?"
    r"[/\.\-_A-Za-z0-9]+",
)
RULE_NAME: Final = Text(least=1, most=64, pattern=_NAME)
TARGET_ID: Final = Text(least=1, most=64, pattern=_NAME)
STATEMENT_ID: Final = Text(least=1, most=64, pattern=r"[a-zA-Z0-9-_]+")
ACTION: Final = Text(least=1, most=64, pattern=r"events:[a-zA-Z]+")
PRINCIPAL: Final = Text(least=1, most=12, pattern=r"(\d{12}|\*)")
ARN: Final = Text(least=1, most=1600)
ARNS: Final = Items(of=ARN)
DESCRIPTION: Final = Text(most=512)
EVENT_PATTERN: Final = Text(most=4096)
SCHEDULE: Final = Text(most=256)
STATE: Final = Text(values=tuple(RuleState))
ARCHIVE_NAME: Final = Text(least=1, most=48, pattern=_NAME)
REPLAY_NAME: Final = Text(least=1, most=64, pattern=_NAME)
SOURCE_ARN: Final = Text(
    least=1, most=1600, pattern=r"^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:.+\/.+$"
)
ARCHIVE_STATE: Final = Text(values=tuple(ArchiveState))
REPLAY_STATE: Final = Text(values=tuple(ReplayState))
MOMENT: Final = Moment(whole=False)
RETENTION_DAYS: Final = Number(least=0)
KMS_KEY: Final = Text(most=2048, pattern=r"^[a-zA-Z0-9_\-/:]*$")
NEXT_TOKEN: Final = Text(least=1, most=2048)
LIMIT: Final = Number(least=1, most=100)
FLAG: Final = Flag()

TAG_KEY: Final = Text(least=1, most=128)
TAG_VALUE: Final = Text(most=256)
TAG_KEYS: Final = Items(of=TAG_KEY)
TAGS: Final = Items(
    of=Members(
        name="Tag",
        members={"Key": TAG_KEY, "Value": TAG_VALUE},
        required=("Key", "Value"),
    )
)

DEAD_LETTERS: Final = Members(name="DeadLetterConfig", members={"Arn": ARN})
LOGGING: Final = Members(
    name="LogConfig",
    members={
        "IncludeDetail": Text(values=("NONE", "FULL")),
        "Level": Text(values=("OFF", "ERROR", "INFO", "TRACE")),
    },
)
BUS_SETTINGS: Final = Members(
    name="EventBus",
    members={"KmsKeyIdentifier": KMS_KEY, "DeadLetterConfig": DEAD_LETTERS, "LogConfig": LOGGING},
)

ENTRY: Final = Members(
    name="PutEventsRequestEntry",
    members={
        "Time": Moment(),
        "Source": Text(),
        "Resources": Items(of=Text(most=2048)),
        "DetailType": Text(),
        "Detail": Text(),
        "EventBusName": Text(
            least=1,
            most=1600,
            pattern=r"(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus/)?"
            r"[\.\-_A-Za-z0-9]+",
        ),
        "TraceHeader": Text(least=1, most=500),
        "KmsKeyIdentifier": Text(),
        "InternalMetadata": Text(),
    },
)

_PATH: Final = Text(most=256)
_TRANSFORMER: Final = Members(
    name="InputTransformer",
    members={
        "InputPathsMap": Entries(
            key=Text(least=1, most=256, pattern=r"[A-Za-z0-9\_\-]+"),
            value=_PATH,
            most=100,
            reserved="AWS",
        ),
        "InputTemplate": Text(least=1, most=8192),
    },
    required=("InputTemplate",),
)
INPUTS: Final = Members(
    name="Target",
    members={"Input": Text(most=8192), "InputPath": _PATH, "InputTransformer": _TRANSFORMER},
)
_HTTP: Final = Members(
    name="HttpParameters",
    members={
        "PathParameterValues": Items(of=Text(pattern=r"^(?!\s*$).+")),
        "HeaderParameters": Entries(
            key=Text(most=512, pattern=r"^[!#$%&'*+-.^_`|~0-9a-zA-Z]+$"),
            value=Text(most=512, pattern=r"^[ \t]*[\x20-\x7E]+([ \t]+[\x20-\x7E]+)*[ \t]*$"),
        ),
        "QueryStringParameters": Entries(
            key=Text(most=512, pattern=r"[^\x00-\x1F\x7F]+"),
            value=Text(most=512, pattern=r"[^\x00-\x09\x0B\x0C\x0E-\x1F\x7F]+"),
        ),
    },
)
_RETRY_POLICY: Final = Members(
    name="RetryPolicy",
    members={
        "MaximumRetryAttempts": Number(least=0, most=185),
        "MaximumEventAgeInSeconds": Number(least=60, most=86_400),
    },
)
TARGET: Final = Members(
    name="Target",
    members={
        "Id": TARGET_ID,
        "Arn": ARN,
        "RoleArn": ARN,
        **INPUTS.members,
        "KinesisParameters": Members(
            name="KinesisParameters",
            members={"PartitionKeyPath": Text(most=256)},
            required=("PartitionKeyPath",),
        ),
        "RunCommandParameters": Opaque(),
        "EcsParameters": Opaque(),
        "BatchParameters": Opaque(),
        "SqsParameters": Members(name="SqsParameters", members={"MessageGroupId": Text(most=100)}),
        "HttpParameters": _HTTP,
        "RedshiftDataParameters": Opaque(),
        "SageMakerPipelineParameters": Opaque(),
        "DeadLetterConfig": DEAD_LETTERS,
        "RetryPolicy": _RETRY_POLICY,
        "AppSyncParameters": Opaque(),
    },
    required=("Id", "Arn"),
)
TARGETS: Final = Items(of=TARGET, least=1, most=100)
TARGET_IDS: Final = Items(of=TARGET_ID, least=1, most=100)
