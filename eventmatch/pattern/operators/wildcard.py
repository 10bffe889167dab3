r"""`{"wildcard": "arn:aws:*:role/*"}`: a text with stars. Meaning: reference §5.3."""

from dataclasses import dataclass, field

from eventmatch.errors import PatternCode
from eventmatch.jsontext import Node, to_text
from eventmatch.pattern import wildcard
from eventmatch.pattern.operators.base import Operand
from eventmatch.pattern.refusal import completed, refuse_read
from eventmatch.pattern.scalar import Scalar


@dataclass(frozen=True, slots=True)
class Wildcard:
    """The whole string fits the text, where each star stands for any run of characters."""

    value: str
    parts: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", wildcard.split(self.value))

    def accepts(self, value: Scalar) -> bool:
        return isinstance(value, str) and wildcard.accepts(self.parts, value)

    def text(self) -> str:
        return f'{{"wildcard":{to_text(self.value)}}}'


def parse(operand: Operand) -> Wildcard:
    """Read the operand of `wildcard`."""
    operand.string("wildcard")
    return parse_text(operand.node, f".{operand.operator}")


def parse_text(node: Node, path: str) -> Wildcard:
    """Read one wildcard text."""
    text = completed(node).text
    try:
        return Wildcard(text)
    except wildcard.WildcardError as fault:
        position = len(text[: fault.at].encode("utf-8", "surrogatepass")) + 1
        if fault.is_consecutive:
            code, aws = PatternCode.WILDCARD_CONSECUTIVE, "Consecutive wildcard characters"
            message, hint = 'two "*" in a row', 'one "*" already stands for any run of characters'
        else:
            code, aws = PatternCode.WILDCARD_ESCAPE, "Invalid escape character"
            message = "a backslash may stand only before * and another backslash"
            hint = r'write "\\\\" in JSON for a literal backslash'
        aws = f"{aws} at pos {position}"
        raise refuse_read(code, aws, message, node, hint=hint, path=path) from None
