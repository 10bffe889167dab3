"""The ratios as a picture: a row a workload, a dot a peer, a line from quartile to quartile.

The ratio to the native loop is a ring in the colour of the peer.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape

from _peers import NATIVE_LOOP
from _rounds import Result

LEFT, WIDTH, ROW, TOP = 190, 620, 22, 66
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def plot(results: Sequence[Result]) -> str:
    """Return an SVG with a logarithmic axis."""
    results = [result for result in results if result.peers()]
    peers = list(dict.fromkeys(peer for result in results for peer in result.peers()))
    bounds = [
        bound for r in results for p in r.peers() for way in _ways(r) for bound in r.ratio(p, way)
    ]
    low = math.floor(math.log10(min([*bounds, 1])))
    high = max(math.ceil(math.log10(max([*bounds, 10]))), low + 1)
    height = TOP + ROW * len(results) + 30
    body = [*_axis(low, high, height), *_legend(peers)]
    for number, result in enumerate(results):
        body += _row(result, peers, TOP + ROW * number + ROW / 2, low, high)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 30}" height="{height}"'
        ' font-family="sans-serif" font-size="12">\n'
        '<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _ways(result: Result) -> list[str]:
    """Return how eventmatch was called."""
    return [way for way in ("eventmatch", NATIVE_LOOP) if way in result.seconds]


def _x(ratio: float, low: int, high: int) -> float:
    return LEFT + WIDTH * (math.log10(ratio) - low) / (high - low)


def _axis(low: int, high: int, height: int) -> Iterator[str]:
    for power in range(low, high + 1):
        x = _x(10.0**power, low, high)
        colour = "#000" if power == 0 else "#ddd"
        label = f"{10.0**power:g}x"
        yield f'<path d="M{x:.1f} {TOP}V{height - 26}" stroke="{colour}"/>'
        yield f'<text x="{x:.1f}" y="{height - 10}" text-anchor="middle">{label}</text>'


def _legend(peers: Sequence[str]) -> Iterator[str]:
    title = "Time an event of a peer over eventmatch's: right of 1x, eventmatch is faster"
    ways = (
        "dots: Matcher.match(bytes) in a Python loop; rings: the native loop; lines: the quartiles"
    )
    yield f'<text x="10" y="18" font-weight="bold">{title}</text>'
    yield f'<text x="10" y="36">{ways}</text>'
    for number, peer in enumerate(peers):
        x = LEFT + 110 * number
        yield f'<circle cx="{x}" cy="53" r="4" fill="{COLOURS[number % len(COLOURS)]}"/>'
        yield f'<text x="{x + 9}" y="57">{escape(peer)}</text>'


def _row(result: Result, peers: Sequence[str], y: float, low: int, high: int) -> Iterator[str]:
    name = escape(result.workload.name)
    yield f'<path d="M{LEFT} {y + ROW / 2}H{LEFT + WIDTH}" stroke="#eee"/>'
    yield f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{name}</text>'
    for peer in result.peers():
        colour = COLOURS[peers.index(peer) % len(COLOURS)]
        for way in _ways(result):
            first, middle, last = (_x(ratio, low, high) for ratio in result.ratio(peer, way))
            fill = "white" if way == NATIVE_LOOP else colour
            yield f'<path d="M{first:.1f} {y}H{last:.1f}" stroke="{colour}" stroke-width="2"/>'
            yield f'<circle cx="{middle:.1f}" cy="{y}" r="4" fill="{fill}" stroke="{colour}"/>'
