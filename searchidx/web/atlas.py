"""The shipped map: shapes of countries and where places lie, in its own units, x to the east and y to the south.

Both files are made by scripts/build-map. Places are known by the values that they have in the place facet.
"""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

Point = tuple[int, int]
#: West, north, east and south end.
Box = tuple[int, int, int, int]
#: From the west end of the map to the east end.
WIDTH = 4000


@dataclass(frozen=True, slots=True)
class Land:
    """A country, a land that is none, or a continent.

    Attributes:
        id: its own among all lands, as the id of an element.
        value: in the place facet; empty for a land that is nobody's.
        spot: where its capital is, or was; None where that is not known.
        frame: what to show of it: the largest part and what is not much smaller; None if it has no shape.
        extent: how far it reaches, None if it has no shape.
        path: its shape as SVG's path data; empty where it is too small for one, is no more, or is a continent.
    """

    id: str
    value: str
    spot: Point | None
    frame: Box | None
    extent: Box | None
    path: str

    @property
    def is_continent(self) -> bool:
        """Whether it is a continent, which has a frame and no shape."""
        return self.frame is not None and self.extent is None

    @property
    def box(self) -> Box | None:
        """What to show of it: its frame, or where its capital is; None where neither is known."""
        return self.frame or (self.spot and (*self.spot, *self.spot))

    @property
    def mark(self) -> Point | None:
        """Where a dot stands for it: its capital, or the middle of what to show of it; None where neither is known."""
        if self.spot is not None or self.frame is None:
            return self.spot
        west, north, east, south = self.frame
        return (west + east) // 2, (north + south) // 2


@dataclass(frozen=True, slots=True)
class Atlas:
    """All lands, those with a name by their value, and where towns, areas and waters are; the world as far as it is shown."""

    lands: tuple[Land, ...]
    by_value: Mapping[str, Land]
    places: Mapping[str, Point]
    world: Box


@lru_cache(maxsize=1)
def atlas() -> Atlas:
    """Return the shipped map; it is read once."""
    folder = files("searchidx") / "data" / "map"
    lands = tuple(
        Land(f"land-{n}", value, _numbers(spot), _numbers(frame), _numbers(extent), path)  # type: ignore[arg-type]
        for n, (value, spot, frame, extent, path) in enumerate(_rows((folder / "countries.tsv").read_bytes()))
    )
    rows = _rows(gzip.decompress((folder / "places.tsv.gz").read_bytes()))
    return Atlas(
        lands=lands,
        by_value={land.value: land for land in lands if land.value},
        places={value: (int(x), int(y)) for value, x, y in rows},
        world=around([(0, 0, WIDTH, 0), *(land.extent for land in lands if land.extent)]),
    )


def around(boxes: list[Box]) -> Box:
    """Return the box around some boxes."""
    west, north, east, south = zip(*boxes, strict=True)
    return min(west), min(north), max(east), max(south)


def fitted(box: Box, *, margin: float, aspect: float, least: int) -> Box:
    """Return the box to show around another: with a margin (a share of it), as wide as its height times `aspect`."""
    west, north, east, south = box
    width = max((east - west) * (1 + 2 * margin), (south - north) * (1 + 2 * margin) * aspect, least)
    left, top = round((west + east - width) / 2), round((north + south - width / aspect) / 2)
    return left, top, left + round(width), top + round(width / aspect)


def is_inside(point: Point, view: Box) -> bool:
    """Whether a point lies in a box."""
    return view[0] <= point[0] <= view[2] and view[1] <= point[1] <= view[3]


def is_in_view(land: Land, view: Box) -> bool:
    """Whether a land reaches into a box."""
    box = land.extent
    if box is None:
        return land.spot is not None and is_inside(land.spot, view)
    return box[0] < view[2] and box[2] > view[0] and box[1] < view[3] and box[3] > view[1]


def _rows(data: bytes) -> Iterator[list[str]]:
    return (line.split("\t") for line in data.decode().splitlines() if not line.startswith("#"))


def _numbers(text: str) -> tuple[int, ...] | None:
    return tuple(map(int, text.split())) if text else None
