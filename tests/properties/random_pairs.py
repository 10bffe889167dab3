"""Random pattern and event texts, made quickly, and full of what goes wrong in matchers.

Few names and few values, so that things meet: arrays of objects, `exists: false`, names with dots,
duplicate keys, many spellings of one number, one string or one address. Every pattern is valid.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Any, Final, TypeAlias

from tests.naive import Number, SubRule, loads, sub_rules

NAMES: Final = (
    *['"a"', '"b"', '"c"', '"d"'] * 6,
    *['"a.b"', '"b.c"', '"c.a"', '"\\u0061"', '"\\u0062.c"'] * 2,
    *['""', '"a."', '"."', '"A"', '"é"', '"\\ud83d\\ude80"', '"\\uffff"', '"Bb"', '"prefix"'],
)
BRANCH_NAMES: Final = tuple(name for name in NAMES if name != '"prefix"')  # reserved inside $or
STRINGS: Final = (
    *['"x"', '"y"', '"xy"', '"X"', '"yx"', '"xyx"', '""', '"\\u0078"'] * 3,
    *['"Xy"', '"x*"', '"*"', '"\\\\"', '"x\\\\"', '"\\n"', '"5"', '"true"', '"null"', '"x y"'],
    *['"é"', '"e\\u0301"', '"\\u00e9"', '"ß"', '"SS"', '"ss"', '"ẞ"', '"🚀"', '"\\ud83d\\ude80"'],
    *[
        '"i"',
        '"I"',
        '"İ"',
        '"\\u0131"',
        '"k"',
        '"K"',
        '"\\u212a"',
        '"ς"',
        '"\\u03c3"',
        '"Σ"',
        '"ﬁ"',
    ],
)
ADDRESSES: Final = (
    *['"10.0.0.1"', '"010.0.0.1"', '"::ffff:a00:1"', '"::FFFF:0A00:0001"', '"10.0.0.255"'],
    *['"10.0.1.0"', '"10.0.0.256"', '"10.0.0.1.1"', '"10.0.1"', '"010.000.000.001"', '"1:2"'],
    *['"0010.000.000.001"', '"a00:1::1"', '"2001:db8::1"', '"2001:0DB8:0:0:0:0:0:1"', '"::"'],
    *['"2001:db8::"', '"::1"', '"0:0:0:0:0:0:0:1"', '"::ffff:10.0.0.1"', '"1::2::3"', '"::1%1"'],
    *['"1:2:3:4:5:6:7::"', '"1:2:3:4:5:6:7:0"', '"1:2:3:4:5:6:7:8::"', '"fe80::00001"'],
)
COMPARABLE: Final = (
    *["0", "5", "5", "6", "-1", "300"] * 2,
    *["-0", "0.0", "0e10", "5.0", "50e-1", "5E0", "5e+0", "3e2", "300.0", "0.1", "0.10", "1e-1"],
    *["9007199254740992", "9.007199254740992e15", "1e23", "1E+23", "5e-324", "-5e-324"],
    *["1.7976931348623157e308", "-1.7976931348623157e308", "12345678901234567000"],
)
NUMBERS: Final = (
    *COMPARABLE,
    *["9007199254740993", "9007199254740993.0", "12345678901234567168", "0.10000000000000001"],
    *["1e400", "1E400", "1e-400", "-1e400", "4.99999999999999999999", "0.0e99999", "1e99999"],
)
LITERALS: Final = ("null", "true", "false")
CIDRS: Final = (
    *['"10.0.0.5/24"', '"10.0.0.0/31"', '"0.0.0.0/0"', '"::/0"', '"2001:db8::/32"', '"::1/127"'],
    *['"::ffff:a00:1/24"', '"010.0.0.1/+8"', '"10.0.0.1/08/"', '"2001:db8::ff/64"', '"::/80"'],
)
WILDCARDS: Final = {
    **dict.fromkeys(['"x"', '""', '"\\\\*"'], 1),
    **dict.fromkeys(['"*"', '"x*"', '"*x"', '"x*x"', '"x\\\\**"', '"*\\\\\\\\"'], 2),
    **dict.fromkeys(['"\\u0078*"', '"*é"', '"🚀*"', '"x*y"'], 2),
    '"*y*"': 3,
}  # with their complexity
MAX_COMPLEXITY: Final = 10
LOWER_BOUNDS: Final = ("-1.7976931348623157e308", "-1", "-0", "0", "-5e-324")
UPPER_BOUNDS: Final = ("5e-324", "5", "50e-1", "300", "1e23", "1.7976931348623157e308")


@dataclass(slots=True)
class PatternWriter:
    """Writes one pattern; `complexity * sub_rules` and `ors` stay small enough to be valid."""

    random: Random
    complexity: int = 0
    sub_rules: int = 1
    ors: int = 3
    names: tuple[str, ...] = NAMES

    def pattern(self) -> str:
        """Write a pattern of one to four members, short enough for the service."""
        text = self.object(depth=0)
        return text if len(text) <= 4000 else "{" + self.member(depth=2) + "}"

    def object(self, depth: int) -> str:
        """Write an object of a pattern."""
        size = self.random.choice((1, 1, 2, 2, 3, 4) if depth == 0 else (1, 1, 2, 3))
        return "{" + ",".join(self.member(depth) for _ in range(size)) + "}"

    def member(self, depth: int) -> str:
        """Write `$or`, a step down, or a leaf."""
        roll = self.random.random()
        if roll < 0.12 and self.ors and depth < 3 and self.affords(0, branches=3):
            return self.either(depth)
        name = self.random.choice(self.names)
        body = self.object(depth + 1) if roll < 0.5 and depth < 2 else self.leaf()
        return f"{name}:{body}"

    def either(self, depth: int) -> str:
        """Write an `$or` of two or three branches."""
        size = self.random.choice((2, 2, 3))
        self.ors -= 1
        self.sub_rules *= size
        outer, self.names = self.names, BRANCH_NAMES
        branches = [self.object(depth + 1) for _ in range(size)]
        self.names = outer
        key = self.random.choice(('"$or"', '"$or"', '"\\u0024or"'))
        return f"{key}:[{','.join(branches)}]"

    def leaf(self) -> str:
        """Write the value list of a field."""
        size = self.random.choice((1, 1, 1, 2, 3))
        return "[" + ",".join(self.value() for _ in range(size)) + "]"

    def value(self) -> str:
        """Write a plain value or an operator."""
        if self.random.random() < 0.5:
            return scalar(self.random)
        name = self.operator(OPERANDS)
        return f'{{"{name}":{OPERANDS[name](self)}}}'

    def operator(self, operators: Collection[str]) -> str:
        """Choose an operator, `wildcard` only if one is affordable."""
        return self.random.choice([n for n in operators if n != "wildcard" or self.affords(1)])

    def affords(self, complexity: int, branches: int = 1) -> bool:
        """Tell whether the pattern stays valid with so much more of wildcards or branches."""
        return (self.complexity + complexity) * self.sub_rules * branches <= MAX_COMPLEXITY

    def string(self) -> str:
        """Write a string, now and then an address."""
        return string(self.random)

    def affix(self) -> str:
        """Write the operand of prefix and suffix."""
        text = self.random.choice(STRINGS)
        return text if self.random.random() < 0.7 else f'{{"equals-ignore-case":{text}}}'

    def wildcard(self) -> str:
        """Write a wildcard that is affordable."""
        text = self.random.choice([text for text, cost in WILDCARDS.items() if self.affords(cost)])
        self.complexity += WILDCARDS[text]
        return text

    def numeric(self) -> str:
        """Write a comparison or a range."""
        lower, upper = self.random.choice(('">"', '">="')), self.random.choice(('"<"', '"<="'))
        if self.random.random() < 0.5:
            name = self.random.choice((lower, upper, '"="'))
            return f"[{name},{self.random.choice(COMPARABLE)}]"
        low, high = self.random.choice(LOWER_BOUNDS), self.random.choice(UPPER_BOUNDS)
        return f"[{lower},{low},{upper},{high}]"

    def anything_but(self) -> str:
        """Write one of the operand forms of anything-but."""
        kind = self.operator(("string", "number", *NESTED))
        if kind == "string":
            return self.one_or_list(self.string)
        if kind == "number":
            return self.one_or_list(lambda: self.random.choice(COMPARABLE))
        if kind == "wildcard":
            return f'{{"wildcard":{self.wildcards()}}}'
        return f'{{"{kind}":{self.one_or_list(lambda: NESTED[kind](self))}}}'

    def one_or_list(self, write: Callable[[], str]) -> str:
        """Write one operand, or a list of one or two."""
        if self.random.random() < 0.5:
            return write()
        return "[" + ",".join(write() for _ in range(self.random.choice((1, 2)))) + "]"

    def wildcards(self) -> str:
        """Write one wildcard, or a list of one or two."""
        first = self.wildcard()
        if self.random.random() < 0.5:
            return first
        return f"[{first},{self.wildcard()}]" if self.affords(1) else f"[{first}]"

    def boolean(self) -> str:
        """Write the operand of exists, mostly false."""
        return self.random.choice(("true", "false", "false"))

    def cidr(self) -> str:
        """Write a network."""
        return self.random.choice(CIDRS)

    def some_string(self) -> str:
        """Write a string that is not empty."""
        return self.random.choice(STRINGS[:6])


OPERANDS: Final[Mapping[str, Callable[[PatternWriter], str]]] = {
    "exactly": PatternWriter.string,
    "prefix": PatternWriter.affix,
    "suffix": PatternWriter.affix,
    "equals-ignore-case": PatternWriter.string,
    "wildcard": PatternWriter.wildcard,
    "anything-but": PatternWriter.anything_but,
    "numeric": PatternWriter.numeric,
    "cidr": PatternWriter.cidr,
    "exists": PatternWriter.boolean,
    "\\u0065xists": PatternWriter.boolean,
}
NESTED: Final[Mapping[str, Callable[[PatternWriter], str]]] = {
    "prefix": PatternWriter.some_string,
    "suffix": PatternWriter.some_string,
    "equals-ignore-case": PatternWriter.string,
    "wildcard": PatternWriter.wildcard,
}


def string(random: Random) -> str:
    """Write a string, now and then an address."""
    return random.choice(ADDRESSES if random.random() < 0.2 else STRINGS)


def scalar(random: Random) -> str:
    """Write a string, a number or a literal."""
    roll = random.random()
    if roll < 0.6:
        return string(random)
    return random.choice(NUMBERS if roll < 0.9 else LITERALS)


Leaf: TypeAlias = tuple[Sequence[str], str]  # the steps that are left, and the text of the value


@dataclass(frozen=True, slots=True)
class EventWriter:
    """Writes one event: of anything, or of values that a sub-rule asks for."""

    random: Random

    def event(self) -> str:
        """Write an object that no pattern had a part in."""
        return self.object(depth=0)

    def event_for(self, pattern: str) -> str:
        """Write an event that may well match: mostly the right values, in risky places."""
        rule = self.random.choice(sub_rules(loads(pattern)))
        leaves = list(chain.from_iterable(self.leaves(rule)))
        if self.random.random() < 0.2:
            leaves.append(((json.loads(self.random.choice(NAMES)),), scalar(self.random)))
        return self.members(leaves)

    def object(self, depth: int) -> str:
        """Write an object; duplicate keys happen."""
        size = self.random.choice((0, 1, 2, 2, 3, 4))
        names = (self.random.choice(NAMES) for _ in range(size))
        return "{" + ",".join(f"{name}:{self.value(depth + 1)}" for name in names) + "}"

    def value(self, depth: int) -> str:
        """Write any JSON value."""
        roll = self.random.random()
        if roll < 0.45 or depth > 4:
            return scalar(self.random)
        if roll < 0.75:
            return self.object(depth)
        size = self.random.choice((0, 1, 2, 2, 3))
        return "[" + ",".join(self.value(depth + 1) for _ in range(size)) + "]"

    def leaves(self, rule: SubRule) -> Iterator[list[Leaf]]:
        """Choose values for the paths of a sub-rule, leaving out some."""
        for path, matchers in rule.items():
            left_out = 0.6 if (("exists", False),) in matchers else 0.1
            if self.random.random() >= left_out:
                copies = self.random.choice((1, 1, 1, 2))
                yield [(self.steps(path), self.hint(matchers)) for _ in range(copies)]

    def steps(self, path: str) -> Sequence[str]:
        """Cut a path at its dots, though not always at each."""
        steps: list[str] = []
        for name in path.split("."):
            if steps and self.random.random() < 0.15:
                steps[-1] += "." + name
            else:
                steps.append(name)
        return steps

    def hint(self, matchers: list[Any]) -> str:
        """Write a scalar that has to do with the matchers."""
        if self.random.random() < 0.1:
            return scalar(self.random)
        found = list(scalars(self.random.choice(matchers)))
        value = self.random.choice(found) if found else "x"
        if isinstance(value, Number) or not isinstance(value, str):
            return value if isinstance(value, str) else json.dumps(value)
        change = self.random.choice(CHANGES)
        return json.dumps(change(value), ensure_ascii=self.random.random() < 0.5)

    def node(self, leaves: list[Leaf]) -> str:
        """Write what lies at one place: scalars, objects, or arrays of both."""
        values = [text for steps, text in leaves if not steps]
        deeper = [leaf for leaf in leaves if leaf[0]]
        if len(leaves) == len(values) == 1 and self.random.random() < 0.7:
            return values[0]
        if not values and self.random.random() < 0.5:
            return self.members(deeper)
        if values and self.random.random() < 0.2:
            values.append(self.random.choice(("[]", "{}", scalar(self.random))))
        elements = values + self.elements(deeper)
        self.random.shuffle(elements)
        nested = "[" + ",".join(elements) + "]"
        return nested if self.random.random() < 0.9 else f"[{nested}]"

    def elements(self, leaves: list[Leaf]) -> list[str]:
        """Spread leaves over the objects of an array, so that they may not be found together."""
        if not leaves:
            return []
        if self.random.random() < 0.4:
            return [self.members(leaves)]
        spread: list[list[Leaf]] = [[], []]
        for leaf in leaves:
            for part in self.random.choice((spread[:1], spread[1:], spread)):
                part.append(leaf)
        return [self.members(part) for part in spread]

    def members(self, leaves: list[Leaf]) -> str:
        """Write an object; leaves with a common first step share a member, or repeat the key."""
        groups: dict[tuple[str, int], list[Leaf]] = {}
        for (name, *rest), text in leaves:
            repeated = self.random.choice((0, 0, 0, 0, 1))
            groups.setdefault((name, repeated), []).append((rest, text))
        texts = [f"{json.dumps(name)}:{self.node(group)}" for (name, _), group in groups.items()]
        return "{" + ",".join(texts) + "}"


def scalars(node: Any) -> Iterator[Any]:
    """Yield every scalar of a value matcher, without the names of operators."""
    if isinstance(node, tuple):
        for _, operand in node:
            yield from scalars(operand)
    elif isinstance(node, list):
        for element in node:
            yield from scalars(element)
    else:
        yield node


CHANGES: Final[tuple[Callable[[str], str], ...]] = (
    *[lambda text: text] * 6,
    lambda text: text.removeprefix("*").removesuffix("*"),
    lambda text: text.replace("*", "yy").replace("\\", ""),
    lambda text: text.replace("*", ""),
    lambda text: text.partition("/")[0],
    lambda text: text + "y",
    lambda text: "y" + text,
    str.swapcase,
    str.upper,
    str.lower,
)


@dataclass(frozen=True, slots=True)
class CrossingWriter:
    """Writes patterns and events in which many paths run through the same nested arrays."""

    random: Random

    def pattern(self) -> str:
        """Write two to four dotted paths, often with `exists: false`."""
        paths = {self.path() for _ in range(self.random.choice((2, 3, 3, 4)))}
        return "{" + ",".join(f"{path}:{self.random.choice(LISTS)}" for path in sorted(paths)) + "}"

    def path(self) -> str:
        """Write one to three names, joined by dots."""
        steps = (self.random.choice("abc") for _ in range(self.random.choice((1, 2, 2, 3, 3))))
        return json.dumps(".".join(steps))

    def event(self, depth: int = 0) -> str:
        """Write an object of arrays of objects."""
        size = self.random.choice((1, 2, 2, 3))
        names = [self.random.choice(CROSSING_NAMES) for _ in range(size)]
        return "{" + ",".join(f"{name}:{self.value(depth + 1)}" for name in names) + "}"

    def value(self, depth: int) -> str:
        """Write a string, an array or an object."""
        roll = self.random.random()
        if roll < 0.25 or depth > 4:
            return self.random.choice(('"x"', '"y"'))
        if roll < 0.62:
            size = self.random.choice((1, 2, 2, 3))
            return "[" + ",".join(self.value(depth + 1) for _ in range(size)) + "]"
        return self.event(depth)


CROSSING_NAMES: Final = (*['"a"', '"b"', '"c"'] * 9, '"a.b"', '"b.a"', '"c.a"')
LISTS: Final = (
    *['["x"]', '["x"]', '["y"]', '[{"exists":false}]', '[{"exists":false}]'],
    *['["x",{"exists":false}]', '[{"exists":true}]'],
)
