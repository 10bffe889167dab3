"""The ratios as a picture: a row a workload, a dot a peer, a line from quartile to quartile."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from _rounds import Result

LEFT, WIDTH, ROW, TOP = 190, 560, 22, 46
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def plot(results: Sequence[Result]) -> str:
    """Return an SVG with a logarithmic axis."""
    peers = list(
        dict.fromkeys(
            engine for result in results for engine in result.seconds if engine not in result.own
        )
    )
    bounds = [bound for r in results for p in peers if p in r.seconds for bound in r.ratio(p)]
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
    title = "time an event of a peer over that of Matcher.match(bytes)"
    yield f'<text x="10" y="18" font-weight="bold">{title}</text>'
    for number, peer in enumerate(peers):
        x = LEFT + 110 * number
        yield f'<circle cx="{x}" cy="33" r="4" fill="{COLOURS[number % len(COLOURS)]}"/>'
        yield f'<text x="{x + 9}" y="37">{escape(peer)}</text>'


def _row(result: Result, peers: Sequence[str], y: float, low: int, high: int) -> Iterator[str]:
    name = escape(result.workload.name)
    yield f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{name}</text>'
    for number, peer in enumerate(peers):
        if peer not in result.seconds:
            continue
        first, middle, last = (_x(ratio, low, high) for ratio in result.ratio(peer))
        colour = COLOURS[number % len(COLOURS)]
        yield f'<path d="M{first:.1f} {y}H{last:.1f}" stroke="{colour}" stroke-width="2"/>'
        yield f'<circle cx="{middle:.1f}" cy="{y}" r="4" fill="{colour}"/>'
