"""The constraints of schedules and groups. Source: AWS's service model of `scheduler`, §4.4."""

from typing import Final

from eventmatch.bus.constraints import Members, Moment, Number, Opaque, Text

NAME: Final = Text(least=1, most=64, pattern=r"[0-9a-zA-Z-_.]+")
_ARN: Final = Text(least=1, most=1600)

_TARGET: Final = Members(
    name="Target",
    members={
        "Arn": _ARN,
        "RoleArn": _ARN,
        "Input": Text(least=1),
        "DeadLetterConfig": Members(name="DeadLetterConfig", members={"Arn": _ARN}),
        "RetryPolicy": Members(
            name="RetryPolicy",
            members={
                "MaximumRetryAttempts": Number(least=0, most=185),
                "MaximumEventAgeInSeconds": Number(least=60, most=86_400),
            },
        ),
        "SqsParameters": Members(
            name="SqsParameters", members={"MessageGroupId": Text(least=1, most=128)}
        ),
        "EventBridgeParameters": Members(
            name="EventBridgeParameters",
            members={
                "DetailType": Text(least=1, most=128),
                "Source": Text(least=1, most=256, pattern=r"(?!aws\.).+"),
            },
            required=("DetailType", "Source"),
        ),
        "KinesisParameters": Opaque(),
        "EcsParameters": Opaque(),
        "SageMakerPipelineParameters": Opaque(),
    },
    required=("Arn",),
)

SCHEDULE: Final = Members(
    name="ScheduleInput",
    members={
        "Name": NAME,
        "GroupName": NAME,
        "ScheduleExpression": Text(least=1, most=256),
        "ScheduleExpressionTimezone": Text(least=1, most=50),
        "FlexibleTimeWindow": Members(
            name="FlexibleTimeWindow",
            members={
                "Mode": Text(values=("OFF", "FLEXIBLE")),
                "MaximumWindowInMinutes": Number(least=1, most=1440),
            },
            required=("Mode",),
        ),
        "StartDate": Moment(),
        "EndDate": Moment(),
        "State": Text(values=("ENABLED", "DISABLED")),
        "ActionAfterCompletion": Text(values=("NONE", "DELETE")),
        "Description": Text(most=512),
        "KmsKeyArn": _ARN,
        "Target": _TARGET,
    },
    required=("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target"),
)
