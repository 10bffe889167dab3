"""Damages JSON texts in the ways in which readers go wrong."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

PIECES: Final[Mapping[str, Sequence[bytes]]] = {
    "structure": rb'{ } [ ] , : " } ] " [] {} "" "a": ,1 1,'.split(),
    "control": [bytes([byte]) for byte in (0, 1, 8, 9, 10, 11, 12, 13, 26, 31, 32, 127)],
    "UTF-8, good": ["\xa0é\u2028\ud7ff\ue000\ufeff🚀\U0010ffff"[i].encode() for i in range(8)],
    "UTF-8, bad": (
        b"\x80 \xbf \xc0\x80 \xc2 \xe2\x82 \xed\xa0\x80 \xed\xbf\xbf \xf0\x9f\x9a \xf0\x80\x80\x80 "
        b"\xf4\x90\x80\x80 \xf5 \xff"
    ).split(b" "),
    "number": (
        b"0 1 - + . e E e+ E- 00 .0 e5 -0 1e400 0x1 NaN -Infinity Infinity 1_0 \xd9\xa3"
    ).split(b" "),
    "escape": (
        rb"\ \\ \" \/ \n \x \u \u12 \u12aF \u00e9 \u12g4 \ud83d \ude80 \uD83D\uDE80 \u0000 \u+123"
    ).split(),
    "word": b"true false null tru True nul none / // /**/ # '".split(),
}
FILLINGS: Final = (b" ", b"\n", b"1", b"x", b"[", b"{", b"\\", b'"', b'"a":[', b"0.", b"\xc3\xa9")
LENGTHS: Final = (*range(1, 66), 127, 128, 129)


KINDS: Final = tuple(PIECES)


def piece(random: Random) -> bytes:
    """Choose something to put into a text."""
    return random.choice(PIECES[random.choice(KINDS)])


DAMAGES: Final = (
    *["flip", "flip", "delete", "cut off", "repeat", "swap", "fill"],
    *["insert"] * 6,
    *["replace"] * 3,
)


def damaged_once(random: Random, text: bytes) -> bytes:
    """Damage a text at one place."""
    at = random.randrange(len(text) + 1)
    end = at + random.choice((1, 1, 1, 2, 4, 9))
    before, part, behind = text[:at], text[at:end], text[end:]
    match random.choice(DAMAGES):
        case "flip":
            bit = 1 << random.randrange(8)
            flipped = bytes(byte ^ bit for byte in part[:1])
            return before + flipped + part[1:] + behind
        case "delete":
            return before + behind
        case "cut off":
            return before
        case "repeat":
            return before + part * 2 + behind
        case "swap":
            return behind + part + before
        case "fill":
            filling: bytes = random.choice(FILLINGS) * random.choice(LENGTHS)
            return before + filling + part + behind
        case "insert":
            return before + piece(random) + part + behind
        case _:
            return before + piece(random) + behind


def damaged(random: Random, text: bytes) -> bytes:
    """Damage a text at one place, or at a few."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        text = damaged_once(random, text)
    return text
