"""Rules and one event each that take other engines long, with the names that match.

Source: event-pattern language reference §15, and what else an attacker would try.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

JSON = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """Rules by name, an event, and the names expected: None if it is refused as too complex."""

    rules: Mapping[str, JSON]
    event: bytes
    expected: list[str] | None


def all_cases() -> dict[str, Case]:
    """Return the cases by name."""
    return {f"{maker.__name__.removeprefix('_')}_{size}": maker(size) for maker, size in SIZES}


def _case(rules: Mapping[str, JSON], event: Any, expected: list[str] | None) -> Case:
    return Case(rules, json.dumps(event, separators=(",", ":")).encode(), expected)


def _one(rule: JSON, event: Any, *, matches: bool = False) -> Case:
    return _case({"rule": rule}, event, ["rule"] if matches else [])


def _numbered(rules: Iterator[JSON]) -> dict[str, JSON]:
    return {f"r{number}": rule for number, rule in enumerate(rules)}


def _four_arrays(size: int) -> Case:
    """Four independent arrays of scalars and a key that fails."""
    event: JSON = {key: [f"v{n}" for n in range(size)] for key in "abcd"} | {"z": "no"}
    rule = {key: [f"v{size - 1}", {"prefix": "v"}] for key in "abcd"} | {"z": ["yes"]}
    return _one(rule, event)


def _two_arrays_of_objects(size: int) -> Case:
    """Two sibling arrays of objects and a key that fails."""
    elements = [{"x": "1", "y": "2"} for _ in range(size)]
    rule = {"a": {"x": ["1"], "y": ["2"]}, "b": {"x": ["1"], "y": ["2"]}, "z": ["yes"]}
    return _one(rule, {"a": elements, "b": elements, "z": "no"})


def _two_arrays_of_objects_spaced(size: int) -> Case:
    """The same event as pretty-printed text, which the fast reader does not take."""
    case = _two_arrays_of_objects(size)
    return Case(case.rules, json.dumps(json.loads(case.event), indent=1).encode(), case.expected)


def _one_array_of_objects(size: int) -> Case:
    """One array, two keys of an element: its last one alone has both."""
    elements = [{"x": "1", "y": "no"} for _ in range(size - 1)] + [{"x": "1", "y": "2"}]
    return _one({"a": {"x": ["1"], "y": ["2"]}}, {"a": elements}, matches=True)


def _disagreeing_objects(size: int) -> Case:
    """Every key has a value, but never two in one element."""
    elements = [{"x": "1"} if n % 2 else {"y": "2"} for n in range(size)]
    both = {"x": ["1"], "y": ["2"]}
    return _one({"a": both, "b": both}, {"a": elements, "b": elements})


def _nested_arrays(size: int) -> Case:
    """Arrays in arrays whose keys disagree at the innermost level only."""
    inner = [{"x": "1"} if n % 2 else {"y": "2"} for n in range(size)]
    event = {"a": [{"i": inner, "n": "1"} for _ in range(size)]}
    return _one({"a": {"n": ["1"], "i": {"x": ["1"], "y": ["2"]}}}, event)


def _rules_on_one_array(count: int) -> Case:
    """Many rules, all of whose values occur, but in different elements."""
    elements = [{"x": f"v{n}"} if n % 2 else {"y": f"v{n}"} for n in range(200)]
    rules = ({"a": {"x": [f"v{n % 200}"], "y": [f"v{(n + 2) % 200}"]}} for n in range(count))
    return _case(_numbered(rules), {"a": elements}, [])


def _arrays_of_arrays(depth: int) -> Case:
    """Scalars under many brackets."""
    event = b'{"a":' + b'["x",' * depth + b'"y"' + b"]" * depth + b"}"
    return Case({"rule": {"a": ["y"]}}, event, ["rule"])


def _absent_in_elements(size: int) -> Case:
    """A field that must be absent in the element chosen by another, and never is."""
    event = {"d": [{"b": "x", "c": 1} for _ in range(size)]}
    return _one({"d": {"b": ["x"], "c": [{"exists": False}]}}, event)


def _repeated_arrays(count: int) -> Case:
    """A repeated name gives so many arrays; the rule needs an element of one more: a puzzle."""
    keys = [f"h{n}" for n in range(count + 1)]
    elements = ",".join(f'{{"{key}":0}}' for key in keys)
    event = "{" + ",".join([f'"d":[{elements}]'] * count) + "}"
    return Case({"rule": {"d": {key: [0] for key in keys}}}, event.encode(), None)


def _repeated_scalars(count: int) -> Case:
    """One name again and again; its last value decides nothing alone."""
    event = "{" + ",".join(f'"a":"v{n}"' for n in range(count)) + "}"
    return Case({"rule": {"a": ["none"], "b": ["x"]}}, event.encode(), [])


def _ranges(count: int) -> Case:
    """Many different one-sided ranges on one field."""
    rules = _numbered({"v": [{"numeric": [">", n]}]} for n in range(count))
    return _case(rules, {"v": count / 2}, [f"r{n}" for n in range(count // 2)])


def _ranges_and_as_many_numbers(count: int) -> Case:
    """As many numbers as ranges in one field."""
    rules = _numbered({"v": [{"numeric": [">", n]}]} for n in range(count))
    event = {"v": [n / 2 for n in range(count)]}
    return _case(rules, event, [f"r{n}" for n in range(count // 2)])


def _wildcards(count: int) -> Case:
    """As many wildcard rules as a bus may have, each near the complexity limit."""
    rules = _numbered({"v": [{"wildcard": f"*a*b*c*d*e*f*g*{n}"}]} for n in range(count))
    return _case(rules, {"v": "abcdefg" * 200 + "x"}, [])


def _wildcards_of_two_letters(count: int) -> Case:
    """Fragments so short that all of them occur in the text, again and again."""
    letters = [chr(97 + n) for n in range(26)]
    pairs = ["".join(pair) for pair in itertools.product(letters, repeat=2)][:count]
    rules = _numbered({"v": [{"wildcard": f"*{pair}*!"}]} for pair in pairs)
    return _case(rules, {"v": "".join(pairs) * 2}, [])


def _wildcard_stars(count: int) -> Case:
    """As many stars as the language allows, on a text of one letter."""
    return _one({"v": [{"wildcard": "*a" * count + "*ab"}]}, {"v": "a" * 400})


def _wildcard_on_long_text(length: int) -> Case:
    """A wildcard whose parts nearly match everywhere in a long text."""
    return _one({"v": [{"wildcard": "*aa*ab*ba*x"}]}, {"v": "a" * length})


def _anything_but(count: int) -> Case:
    """Rules that all hold, each for another reason."""
    rules = _numbered({"v": [{"anything-but": f"v{n}"}]} for n in range(count))
    return _case(rules, {"v": "other"}, list(rules))


def _anything_but_and_a_value(count: int) -> Case:
    """Rules that nearly hold: the other key decides."""
    rules = _numbered({"v": [{"anything-but": f"v{n}"}], "b": [f"q{n}"]} for n in range(count))
    return _case(rules, {"v": "other", "b": "q7"}, ["r7"])


def _anything_but_lists(count: int) -> Case:
    """Long lists that exclude the same values, but for one each."""
    rules = _numbered(
        {"v": [{"anything-but": [f"v{m}" for m in range(100) if m != n]}]} for n in range(count)
    )
    return _case(rules, {"v": "v5"}, ["r5"])


def _or_products(count: int) -> Case:
    """Rules of eight alternatives of two each: 256 sub-rules a rule, all but one key holding."""
    keys = [f"k{n}" for n in range(8)]
    branches = {
        f"o{n}": {"$or": [{key: ["1"]}, {key: ["2"], "l": ["1"]}]} for n, key in enumerate(keys)
    }
    rules = _numbered(branches | {"z": [f"no{n}"]} for n in range(count))
    event = {f"o{n}": {key: ["1", "2"], "l": "1"} for n, key in enumerate(keys)}
    return _case(rules, event | {"z": "yes"}, [])


def _prefixes_of_one_length(count: int) -> Case:
    """Prefixes that share all but their last characters."""
    rules = _numbered({"v": [{"prefix": f"the-same-for-all-{n:05d}"}]} for n in range(count))
    return _case(rules, {"v": "the-same-for-all-00042-and-more"}, ["r42"])


def _prefixes_of_each_length(count: int) -> Case:
    """Each a prefix of the next: all but the longest hold."""
    rules = _numbered({"v": [{"prefix": "a" * (n + 1)}]} for n in range(count))
    return _case(rules, {"v": "a" * (count - 1)}, [f"r{n}" for n in range(count - 1)])


def _names_alike(count: int) -> Case:
    """Names of fields that agree in length and at both ends, where a hash may look."""
    rules = _numbered({f"same-head-{n:06d}-same-tail": ["x"]} for n in range(count))
    event = {f"same-head-{n:06d}-same-tail": "y" for n in range(count)}
    return _case(rules, event | {"same-head-000003-same-tail": "x"}, ["r3"])


def _values_alike(count: int) -> Case:
    """Values of the same kind in one array, none of which a rule names."""
    rules = _numbered({"v": [f"same-head-{n:06d}-same-tail"]} for n in range(count))
    values = [f"same-head-{n:06d}-same-tail" for n in range(count, 2 * count)]
    return _case(rules, {"v": values}, [])


def _fields_in_turn(count: int) -> Case:
    """Elements that hold two fields in turn, both of which are looked at as a whole."""
    fields = ({"l": {key: [{"numeric": [">", -1]}], "z": ["yes"]}} for key in "ab")
    elements = [{"a": n, "b": n} for n in range(count)]
    return _case(_numbered(fields), {"l": elements}, [])


def _values_that_fit_one_wildcard(count: int) -> Case:
    """Rules with one and the same wildcard, and many values that it accepts."""
    rules = _numbered({"v": [{"wildcard": "*a*"}], "z": ["yes"]} for _ in range(1_000))
    return _case(rules, {"v": ["xay"] * count}, [])


def _deep_event(depth: int) -> Case:
    """An event as deep as the limit allows."""
    return Case({"rule": {"b": ["x"]}}, b'{"a":' * depth + b"1" + b"}" * depth, [])


def _wide_event(count: int) -> Case:
    """An event of many fields, of which rules name some."""
    rules = _numbered({f"key-{n}": ["yes"]} for n in range(0, count, 100))
    return _case(rules, {f"key-{n}": "no" for n in range(count)}, [])


SIZES: tuple[tuple[Callable[[int], Case], int], ...] = (
    (_four_arrays, 80),
    (_one_array_of_objects, 8_000),
    (_two_arrays_of_objects, 4_000),
    (_two_arrays_of_objects_spaced, 4_000),
    (_disagreeing_objects, 4_000),
    (_nested_arrays, 60),
    (_rules_on_one_array, 1_000),
    (_arrays_of_arrays, 900),
    (_absent_in_elements, 2_000),
    (_repeated_arrays, 18),
    (_repeated_scalars, 5_000),
    (_ranges, 1_000),
    (_ranges_and_as_many_numbers, 1_000),
    (_wildcards, 30),
    (_wildcards_of_two_letters, 200),
    (_wildcard_stars, 4),
    (_wildcard_on_long_text, 100_000),
    (_anything_but, 5_000),
    (_anything_but_and_a_value, 1_000),
    (_anything_but_lists, 100),
    (_or_products, 20),
    (_prefixes_of_one_length, 10_000),
    (_prefixes_of_each_length, 1_000),
    (_names_alike, 1_000),
    (_values_alike, 5_000),
    (_fields_in_turn, 5_000),
    (_values_that_fit_one_wildcard, 5_000),
    (_deep_event, 1_000),
    (_wide_event, 10_000),
)
