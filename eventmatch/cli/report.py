"""The formats that programs read: JSON, JSON lines, GitHub annotations, JUnit XML."""

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

WHOLE_FORMATS: Final = ("json", "junit")
"""The formats of one document, which must be there even if it has nothing to tell."""

_NOT_XML: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case of a JUnit report; `failure` and `note` are texts, empty if there is none."""

    group: str
    name: str
    failure: str = ""
    note: str = ""


def write(text: str = "") -> None:
    """Write a line to stdout; what its encoding lacks is written as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def write_json(value: object) -> None:
    """Write one JSON document, indented."""
    write(json.dumps(value, indent=2))


def write_line(value: object) -> None:
    """Write one line of NDJSON."""
    write(compact(value))


def compact(value: object) -> str:
    """Return a value as one line of JSON."""
    return json.dumps(value, separators=(",", ":"))


def write_github(severity: str, *, title: str, message: str, **place: Any) -> None:
    """Write a workflow command that annotates a place of a file."""
    facts = [
        f"{name}={_property(str(value))}" for name, value in (place | {"title": title}).items()
    ]
    write(f"::{severity} {','.join(facts)}::{_data(message)}")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def write_junit(suite: str, cases: Iterable[Case]) -> None:
    """Write a JUnit report of one suite."""
    listed = list(cases)
    counts = {"tests": str(len(listed)), "failures": str(sum(bool(c.failure) for c in listed))}
    root = ElementTree.Element("testsuites", counts)
    element = ElementTree.SubElement(root, "testsuite", {"name": suite, **counts})
    for case in listed:
        _add_case(element, case)
    ElementTree.indent(root)
    write('<?xml version="1.0" encoding="utf-8"?>')
    write(ElementTree.tostring(root, encoding="unicode"))


def _add_case(suite: ElementTree.Element, case: Case) -> None:
    names = {"classname": _xml(case.group), "name": _xml(case.name)}
    element = ElementTree.SubElement(suite, "testcase", names)
    if case.failure:
        message = _xml(case.failure.split("\n", 1)[0])
        failure = ElementTree.SubElement(element, "failure", {"message": message})
        failure.text = _xml(case.failure)
    if case.note:
        ElementTree.SubElement(element, "system-out").text = _xml(case.note)


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
