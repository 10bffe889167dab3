"""Everything eventmatch can refuse, as one tree of exceptions.

EventmatchError
├── PatternError        a rule that is not a valid event pattern; carries one Problem
├── ScheduleError       a text that is no schedule expression; carries one Problem
├── EventError          an event that is not a JSON object
├── EngineUnavailable   an engine that this installation does not have
├── NotFound            a name that nobody added (also a KeyError)
├── ServiceError        what the service refuses, with AWS's code and text
├── QueueError          what a queue or a topic refuses, with AWS's code and text
│   └── QueueNotFound   a queue or a topic that is not there (also a NotFound)
├── StoreError          the store cannot keep or read what it was asked to
└── ConfigurationError  a configuration that says nothing sensible, and where

Facts are attributes; the sentence is composed once, in `__str__`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class PatternCode(StrEnum):
    """Why a pattern is invalid: the closed set behind `PatternError.code`."""

    JSON_SYNTAX = "json-syntax"
    JSON_DEPTH = "json-depth"
    JSON_NUMBER_LENGTH = "json-number-length"
    TRAILING_CONTENT = "trailing-content"
    PATTERN_TOO_LONG = "pattern-too-long"
    NOT_AN_OBJECT = "not-an-object"
    EMPTY_OBJECT = "empty-object"
    EMPTY_ARRAY = "empty-array"
    NOT_OBJECT_OR_ARRAY = "not-object-or-array"
    INVALID_VALUE = "invalid-value"
    OPERATOR_MISSING = "operator-missing"
    OPERATOR_UNKNOWN = "operator-unknown"
    OPERATOR_EXTRA_KEY = "operator-extra-key"
    OPERAND_NOT_STRING = "operand-not-string"
    NESTED_OPERATOR_UNSUPPORTED = "nested-operator-unsupported"
    WILDCARD_CONSECUTIVE = "wildcard-consecutive"
    WILDCARD_ESCAPE = "wildcard-escape"
    WILDCARD_COMPLEXITY = "wildcard-complexity"
    ANYTHING_BUT_OPERAND = "anything-but-operand"
    ANYTHING_BUT_LIST = "anything-but-list"
    ANYTHING_BUT_EMPTY_AFFIX = "anything-but-empty-affix"
    NUMERIC_NOT_ARRAY = "numeric-not-array"
    NUMERIC_OPERATOR = "numeric-operator"
    NUMERIC_OPERAND = "numeric-operand"
    NUMERIC_TOO_MANY = "numeric-too-many"
    NUMERIC_RANGE_EMPTY = "numeric-range-empty"
    NUMBER_NOT_COMPARABLE = "number-not-comparable"
    EXISTS_OPERAND = "exists-operand"
    CIDR_MALFORMED = "cidr-malformed"
    CIDR_ADDRESS = "cidr-address"
    CIDR_MASK = "cidr-mask"
    OR_NOT_ARRAY = "or-not-array"
    OR_NOT_OBJECT = "or-not-object"
    OR_TOO_FEW = "or-too-few"
    OR_RESERVED_NAME = "or-reserved-name"
    OR_TOO_MANY = "or-too-many"
    TOO_MANY_PATHS = "too-many-paths"


class LintCode(StrEnum):
    """What is valid for AWS and still probably a mistake: the codes of warnings."""

    DUPLICATE_PATH = "duplicate-path"
    TWO_ANYTHING_BUT = "two-anything-but"
    LEAF_AND_OBJECT = "leaf-and-object"
    DETAIL_TYPE_SPELLING = "detail-type-spelling"
    STRINGIFIED_VALUE = "stringified-value"
    OPERATOR_LOOKALIKE = "operator-lookalike"


class ScheduleCode(StrEnum):
    """Why a schedule expression is invalid: the closed set behind `ScheduleError.code`."""

    FORM = "schedule-form"
    KIND = "schedule-kind"
    WHITE_SPACE = "schedule-white-space"
    FIELD_COUNT = "schedule-field-count"
    QUESTION_MARK = "schedule-question-mark"
    VALUE = "schedule-value"
    VALUE_RANGE = "schedule-value-range"
    YEAR_ORDER = "schedule-year-order"
    LIST = "schedule-list"
    RATE_UNIT = "schedule-rate-unit"
    RATE_PLURAL = "schedule-rate-plural"
    TIME = "schedule-time"
    TIME_ZONE = "schedule-time-zone"


class ScheduleLintCode(StrEnum):
    """What is a valid schedule and still probably a mistake: the codes of warnings."""

    NEVER_FIRES = "never-fires"
    EVERY_MINUTE = "every-minute"
    DAY_NUMBERS = "day-numbers"
    TIME_SKIPPED = "time-skipped"
    TIME_REPEATED = "time-repeated"


class EventCode(StrEnum):
    """Why an event is refused: the closed set behind `EventError.code`."""

    ENCODING = "encoding"
    SYNTAX = "syntax"
    NOT_AN_OBJECT = "not-an-object"
    TRAILING_CONTENT = "trailing-content"
    DEPTH = "depth"
    NUMBER_LENGTH = "number-length"
    TYPE = "type"
    TOO_COMPLEX = "too-complex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding in a pattern or a schedule expression: an error of AWS's or a warning of ours.

    `path` is the place in a pattern, or the field of a schedule.
    `line` and `column` are 1-based, count UTF-16 units, and are the position that AWS prints;
    `span` is the offending token as character offsets into the text.
    `aws_message` is what AWS says: of a pattern, what follows "Event pattern is not valid.
    Reason: ", with its location lines; of a schedule, the sentence. None for warnings.
    """

    severity: Literal["error", "warning"]
    code: PatternCode | LintCode | ScheduleCode | ScheduleLintCode
    path: str
    line: int
    column: int
    span: tuple[int, int]
    message: str
    hint: str | None = None
    aws_message: str | None = None

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message}"


class EventmatchError(Exception):
    """The root of all exceptions that eventmatch raises on purpose."""


class PatternError(EventmatchError):
    """The text is not a valid event pattern. `problem` says where, why and what AWS would say."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def code(self) -> PatternCode:
        """The stable reason."""
        return PatternCode(self.problem.code)

    @property
    def path(self) -> str:
        """The place in the pattern, such as `detail.size[0].numeric`; empty for the root."""
        return self.problem.path

    @property
    def line(self) -> int:
        """The line that AWS reports, from 1."""
        return self.problem.line

    @property
    def column(self) -> int:
        """The column that AWS reports, from 1, in UTF-16 units."""
        return self.problem.column

    @property
    def span(self) -> tuple[int, int]:
        """The offending token as character offsets into the text."""
        return self.problem.span

    @property
    def message(self) -> str:
        """One sentence for people: what was expected and what came."""
        return self.problem.message

    @property
    def hint(self) -> str | None:
        """What to write instead, where that is known."""
        return self.problem.hint

    @property
    def aws_message(self) -> str:
        """The reason as AWS words it, location lines included."""
        return self.problem.aws_message or ""

    def __str__(self) -> str:
        return str(self.problem)


class ScheduleError(EventmatchError):
    """The text is no schedule expression. `problem` says where, why and what AWS would say."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def code(self) -> ScheduleCode:
        """The stable reason."""
        return ScheduleCode(self.problem.code)

    @property
    def field(self) -> str:
        """The field that is wrong, such as `day-of-week`; empty where it is the whole."""
        return self.problem.path

    @property
    def position(self) -> int:
        """Where the offending characters begin, from 0."""
        return self.problem.span[0]

    @property
    def message(self) -> str:
        """One sentence for people: what was expected and what came."""
        return self.problem.message

    @property
    def aws_message(self) -> str:
        """The sentence of AWS; empty for what AWS has not, such as `unix(...)`."""
        return self.problem.aws_message or ""

    def __str__(self) -> str:
        return str(self.problem)


class EventError(EventmatchError):
    """The event is not one JSON object, or asks for more work than any real event does.

    `position` is the byte offset of the fault, `line` and `column` (1-based, in characters) the
    same place for people; all three are None where the event was not given as text. `index` says
    which of the events of `Matcher.match_many` it is, from 0.
    """

    index: int | None = None

    def __init__(
        self,
        code: EventCode,
        message: str,
        position: int | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(code, message, position, line, column)
        self.code = code
        self.message = message
        self.position = position
        self.line = line
        self.column = column

    def __str__(self) -> str:
        event = "" if self.index is None else f"event {self.index}: "
        if self.position is None:
            return f"{event}{self.message}"
        place = f"line {self.line}, column {self.column}, byte {self.position}"
        return f"{event}{self.message} ({place})"


class EngineUnavailable(EventmatchError):
    """The engine that was asked for by name is not part of this installation."""

    def __init__(self, engine: str) -> None:
        super().__init__(engine)
        self.engine = engine

    def __str__(self) -> str:
        if self.engine != "native":
            return f'there is no engine "{self.engine}"; use "auto", "python" or "native"'
        return (
            'engine "native" is not part of this installation; install a Rust toolchain '
            '(https://rustup.rs) and then eventmatch again, or use "auto" or "python"'
        )


class NotFound(EventmatchError, KeyError):
    """Nothing of that kind has that name."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(kind, name)
        self.kind = kind
        self.name = name

    def __str__(self) -> str:
        return f'no {self.kind} is named "{self.name}"'


class ServiceCode(StrEnum):
    """Why the service refuses a request: AWS's names of its exceptions."""

    ACCESS_DENIED = "AccessDeniedException"
    CONCURRENT_MODIFICATION = "ConcurrentModificationException"
    CONFLICT = "ConflictException"
    ILLEGAL_STATUS = "IllegalStatusException"
    INVALID_EVENT_PATTERN = "InvalidEventPatternException"
    INVALID_STATE = "InvalidStateException"
    LIMIT_EXCEEDED = "LimitExceededException"
    MANAGED_RULE = "ManagedRuleException"
    OPERATION_DISABLED = "OperationDisabledException"
    POLICY_LENGTH_EXCEEDED = "PolicyLengthExceededException"
    RESOURCE_ALREADY_EXISTS = "ResourceAlreadyExistsException"
    RESOURCE_NOT_FOUND = "ResourceNotFoundException"
    SERIALIZATION = "SerializationException"
    UNKNOWN_OPERATION = "UnknownOperationException"
    VALIDATION = "ValidationException"


class ServiceError(EventmatchError):
    """The service refuses a request. `code` is AWS's name of the exception, `message` its text."""

    def __init__(self, code: ServiceCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class QueueCode(StrEnum):
    """Why a queue or a topic refuses a request: the codes of SQS and SNS."""

    BATCH_REQUEST_TOO_LONG = "AWS.SimpleQueueService.BatchRequestTooLong"
    EMPTY_BATCH_REQUEST = "AWS.SimpleQueueService.EmptyBatchRequest"
    INVALID_ATTRIBUTE_VALUE = "InvalidAttributeValue"
    INVALID_MESSAGE_CONTENTS = "InvalidMessageContents"
    INVALID_PARAMETER = "InvalidParameter"
    INVALID_PARAMETER_VALUE = "InvalidParameterValue"
    MISSING_PARAMETER = "MissingParameter"
    NON_EXISTENT_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
    NOT_FOUND = "NotFound"
    QUEUE_ALREADY_EXISTS = "QueueAlreadyExists"
    TOO_MANY_ENTRIES = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"


class QueueError(EventmatchError):
    """A queue or a topic refuses a request. `code` is that of SQS or SNS, `message` its text."""

    def __init__(self, code: QueueCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class QueueNotFound(QueueError, NotFound):
    """No queue, topic or subscription has that name; `kind` says which of them."""

    def __init__(self, code: QueueCode, message: str, kind: str, name: str) -> None:
        super().__init__(code, message)
        self.kind = kind
        self.name = name


class StoreCode(StrEnum):
    """Why the store fails: the closed set behind `StoreError.code`."""

    CLOSED = "closed"
    CORRUPT = "corrupt"
    FULL = "full"
    LOCKED = "locked"
    NEWER = "newer"
    UNREADABLE = "unreadable"


class StoreError(EventmatchError):
    """The store cannot keep or read what it was asked to; what it accepted before is not lost."""

    def __init__(self, code: StoreCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


class ConfigurationError(EventmatchError):
    """A configuration says nothing sensible. `path` is the place in it, such as `rules[2].name`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message
