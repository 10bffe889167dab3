"""The names and values that strategies draw from, simplest first: few, so that they meet."""

from typing import Final, TypeAlias

JsonScalar: TypeAlias = str | int | float | bool | None
Json: TypeAlias = "JsonScalar | list[Json] | dict[str, Json]"
JsonObject: TypeAlias = dict[str, Json]

FIELDS: Final = ("a", "b", "c", "a.b", "")

STRINGS: Final = ("a", "b", "ab", "A", "aB", "", "1", "a*", "é", "ß", "SS")
NONEMPTY_STRINGS: Final = tuple(filter(None, STRINGS))
WILDCARD_CHARACTERS: Final = ("a", "b", "A", r"\*", r"\\", "é")

ADDRESSES: Final = (
    *("10.0.0.1", "010.0.0.1", "::ffff:a00:1", "10.0.1.0", "10.0.0.256"),
    *("2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "::1", "a00:1::1"),
)
NETWORKS: Final = ("10.0.0.0/24", "10.0.0.1/31", "0.0.0.0/0", "2001:db8::/32", "::/0")

COMPARABLE_NUMBERS: Final[tuple[int | float, ...]] = (0, 1, 5, -1, 5.0, 0.1, 1e23)
NUMBERS: Final = (*COMPARABLE_NUMBERS, 2**53 + 1)
RANGES: Final = tuple(
    (low, high) for low in COMPARABLE_NUMBERS for high in COMPARABLE_NUMBERS if low < high
)

LITERALS: Final = (None, True, False)
COMMON_SCALARS: Final[tuple[JsonScalar, ...]] = ("a", "b", 1, None)
SCALARS: Final[tuple[JsonScalar, ...]] = (*STRINGS, *NUMBERS, *LITERALS, *ADDRESSES)
