"""How the parts of the parser say no, before anyone knows the whole path or the text.

Positions are those of AWS's pull parser (event-pattern language reference §12): behind a number,
literal, bracket or string that was read, behind the opening quote of a string that was not; a
fault of a name is reported at the first token of its value.
"""

from dataclasses import dataclass

from eventmatch.errors import PatternCode
from eventmatch.jsontext import Kind, Member, Node, to_text


class CutOff(Exception):
    """The text stops being JSON before this could be judged; the fault of the text counts.

    `location_lines` is how often AWS then repeats the location.
    """

    def __init__(self, location_lines: int = 1) -> None:
        super().__init__()
        self.location_lines = location_lines


@dataclass(slots=True)
class Refusal(Exception):
    """One mistake, at its place in the text.

    `aws` is the first line as AWS words it; `at` is the position it reports; `location_lines` how
    often it does. `path` continues the path of whoever catches this.
    """

    code: PatternCode
    aws: str
    message: str
    at: int
    span: tuple[int, int]
    hint: str | None = None
    path: str = ""
    location_lines: int = 1


def refuse_value(
    code: PatternCode,
    aws: str,
    message: str,
    node: Node,
    *,
    hint: str | None = None,
    path: str = "",
) -> Refusal:
    """Return the refusal of a value that the parser has met but not read."""
    return Refusal(code, aws, message, node.read_position, span_of(node), hint, path)


def refuse_read(
    code: PatternCode,
    aws: str,
    message: str,
    node: Node,
    *,
    hint: str | None = None,
    path: str = "",
) -> Refusal:
    """Return the refusal of a value that the parser has read to its end."""
    return Refusal(code, aws, message, node.end, span_of(node), hint, path)


def refuse_name(
    code: PatternCode, aws: str, message: str, member: Member, *, hint: str | None = None, path: str
) -> Refusal:
    """Return the refusal of a member for its name."""
    span = (member.name.start, member.name.end)
    return Refusal(code, aws, message, member.value.read_position, span, hint, path)


def span_of(node: Node) -> tuple[int, int]:
    """Return the token to underline: a scalar as a whole, of a container its bracket."""
    is_container = node.kind in (Kind.OBJECT, Kind.ARRAY)
    return (node.start, node.start + 1 if is_container else node.end)


def completed(node: Node) -> Node:
    """Return the node if the text holds all of it."""
    if not node.complete:
        raise CutOff
    return node


def token_text(node: Node) -> str:
    """Return what AWS's parser calls the text of the token that the node begins with."""
    if node.kind is Kind.STRING:
        return completed(node).text
    return {Kind.OBJECT: "{", Kind.ARRAY: "["}.get(node.kind, node.text)


def shown(node: Node) -> str:
    """Return the value for a sentence, cut to a readable length."""
    if node.kind in (Kind.OBJECT, Kind.ARRAY):
        return f"an {node.kind.value}"
    text = to_text(node.text) if node.kind is Kind.STRING else node.text
    return text if len(text) <= 60 else f"{text[:57]}..."
