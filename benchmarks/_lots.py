"""City lots as GeoJSON features, a line each: the real data if a file of it is here, else made up.

The real ones come with the Go module of quamina (`testdata/citylots.jlines.gz`); `--citylots FILE`
names another copy. Where neither is to be had, lots of the same keys and sizes are generated.
"""

import gzip
import json
import random
from pathlib import Path
from typing import Any

_STREETS = (
    *("MISSION", "MARKET", "FOLSOM", "HOWARD", "VALENCIA", "GUERRERO", "DOLORES", "CHURCH"),
    *("CASTRO", "NOE", "SANCHEZ", "DIAMOND", "DOUGLASS", "EUREKA", "HARTFORD", "COLLINGWOOD"),
    *("CRANLEIGH", "ACADIA", "ALABAMA", "BLAKE", "DRUMM", "FULTON", "FUNSTON", "RHODE ISLAND"),
    *("16TH", "17TH", "18TH", "19TH", "20TH", "21ST", "22ND", "23RD", "24TH", "UNKNOWN"),
)
_TYPES = ("ST", "AVE", "BLVD", "CT", "WAY", None)


def lots(count: int, source: Path | None) -> list[bytes]:
    """Return so many features, of the file if there is one."""
    return _made_up(count) if source is None else _read(source, count)


def _read(source: Path, count: int) -> list[bytes]:
    opener = gzip.open if source.suffix == ".gz" else open
    found: list[bytes] = []
    with opener(source, "rb") as lines:
        for line in lines:
            text = line.strip().removesuffix(b",")
            if text.startswith(b"{") and text.endswith(b"}"):
                found.append(text)
            if len(found) == count:
                break
    return found


def _made_up(count: int, seed: int = 11) -> list[bytes]:
    generator = random.Random(seed)
    return [json.dumps(_feature(generator)).encode() for _ in range(count)]


def _feature(generator: random.Random) -> dict[str, Any]:
    block, lot = generator.randrange(1, 9_000), generator.randrange(1, 120)
    first = generator.randrange(1, 4_000)
    properties = {
        "MAPBLKLOT": f"{block:04d}{lot:03d}",
        "BLKLOT": f"{block:04d}{lot:03d}",
        "BLOCK_NUM": f"{block:04d}",
        "LOT_NUM": f"{lot:03d}",
        "FROM_ST": str(first),
        "TO_ST": str(first + generator.choice((0, 0, 2, 6))),
        "STREET": generator.choice(_STREETS),
        "ST_TYPE": generator.choice(_TYPES),
        "ODD_EVEN": generator.choice("EO"),
    }
    geometry = {"type": "Polygon", "coordinates": [_ring(generator)]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _ring(generator: random.Random) -> list[list[float]]:
    east = -122.51 + 0.15 * generator.random()
    north = 37.70 + 0.12 * generator.random()
    points = [
        [
            round(east + generator.uniform(-3e-4, 3e-4), 15),
            round(north + generator.uniform(-3e-4, 3e-4), 15),
            0.0,
        ]
        for _ in range(generator.choice((5, 5, 6, 6, 7, 9)))
    ]
    return [*points, points[0]]
