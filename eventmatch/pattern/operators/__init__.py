"""The operators of the language: what each accepts, and how it reads its operand.

Meaning: event-pattern language reference §4 to §6; one module for each, cases under
patterns/operators/. An operator knows one value; paths and arrays are the engine's.
"""

from collections.abc import Callable, Mapping
from typing import Final

from eventmatch.pattern.operators import (
    affix,
    anything_but,
    cidr,
    equals_ignore_case,
    exactly,
    exists,
    numeric,
    wildcard,
)
from eventmatch.pattern.operators.affix import Prefix, PrefixIgnoreCase, Suffix, SuffixIgnoreCase
from eventmatch.pattern.operators.anything_but import AnythingBut, AnythingButMatching
from eventmatch.pattern.operators.base import Operand, ValueMatcher
from eventmatch.pattern.operators.cidr import Cidr
from eventmatch.pattern.operators.equals import Equals, EqualsAddress, parse_plain
from eventmatch.pattern.operators.equals_ignore_case import EqualsIgnoreCase
from eventmatch.pattern.operators.exactly import Exactly
from eventmatch.pattern.operators.exists import Exists
from eventmatch.pattern.operators.numeric import Bound, Numeric
from eventmatch.pattern.operators.wildcard import Wildcard

OPERATORS: Final[Mapping[str, Callable[[Operand], ValueMatcher]]] = {
    "anything-but": anything_but.parse,
    "cidr": cidr.parse,
    "equals-ignore-case": equals_ignore_case.parse,
    "exactly": exactly.parse,
    "exists": exists.parse,
    "numeric": numeric.parse,
    "prefix": affix.parse_prefix,
    "suffix": affix.parse_suffix,
    "wildcard": wildcard.parse,
}

__all__ = [
    "OPERATORS",
    "AnythingBut",
    "AnythingButMatching",
    "Bound",
    "Cidr",
    "Equals",
    "EqualsAddress",
    "EqualsIgnoreCase",
    "Exactly",
    "Exists",
    "Numeric",
    "Operand",
    "Prefix",
    "PrefixIgnoreCase",
    "Suffix",
    "SuffixIgnoreCase",
    "ValueMatcher",
    "Wildcard",
    "parse_plain",
]
