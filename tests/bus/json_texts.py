"""JSON as people write it, and a slow and plain writer of what must come of it."""

import json
from typing import Any, Final

from hypothesis import strategies as st

SPACES: Final = st.sampled_from(("", "", "", " ", "\n", "\t", "\r\n  "))
NUMBERS: Final = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)
WORDS: Final = st.one_of(
    st.sampled_from(("a", "b", "a b", "é", "🚀", '"', "\\", "/", "\n", "\x00", "\x7f", "\ud800")),
    st.text(max_size=8),
)


@st.composite
def strings(draw: st.DrawFn) -> str:
    """A JSON string with escapes that need not be, and perhaps a surrogate on its own."""
    word = draw(WORDS)
    escapes_all = draw(st.booleans()) or not word.isprintable()
    text = json.dumps(word, ensure_ascii=escapes_all)
    return text.replace("/", "\\/") if draw(st.booleans()) else text


SCALARS: Final = st.one_of(NUMBERS, strings(), st.sampled_from(("true", "false", "null")))


@st.composite
def objects(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    """An object whose names may repeat."""
    members = draw(st.lists(st.tuples(strings(), SPACES, SPACES, values), max_size=4))
    texts = (f"{name}{before}:{behind}{value}" for name, before, behind, value in members)
    return bracketed(draw, "{", list(texts), "}")


@st.composite
def arrays(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    return bracketed(draw, "[", draw(st.lists(values, max_size=4)), "]")


def bracketed(draw: st.DrawFn, opening: str, texts: list[str], closing: str) -> str:
    inner = ",".join(f"{draw(SPACES)}{text}{draw(SPACES)}" for text in texts) or draw(SPACES)
    return f"{opening}{inner}{closing}"


def json_values() -> st.SearchStrategy[str]:
    return st.recursive(SCALARS, lambda inner: objects(inner) | arrays(inner), max_leaves=12)


def json_objects() -> st.SearchStrategy[str]:
    return objects(json_values())


class Number(str):
    """A number as it was written."""


def refuse(constant: str) -> Any:
    raise ValueError(constant)


def parsed(text: str | bytes) -> Any:
    """The values of a text, numbers as they were written; raises ValueError."""
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=refuse)


def written(value: Any) -> str:
    """The compact text of a value."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        members = (f"{written(name)}:{written(member)}" for name, member in value.items())
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    text = json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()
