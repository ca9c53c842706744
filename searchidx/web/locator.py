"""The small map on a story's page: the country that it happened in among its neighbours, and dots for its places."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from searchidx.search.engine import ValueCount
from searchidx.search.request import Request
from searchidx.web import urls
from searchidx.web.atlas import Atlas, Box, Land, Point, around, atlas, fitted, is_in_view, is_inside
from searchidx.web.parts import Link, paths_of

#: The drawing's own size, two units to a pixel of the page: of a width that many pixels suffice for.
WIDTH, HEIGHT = 544, 362
#: Points of a coast that are closer to each other are left out; what lies so far outside is cut off.
_DETAIL, _OUTSIDE = 4, 8
#: The fewest corners of an island that is drawn.
_CORNERS = 4
_MARGIN = 0.3
#: The least width that is shown, in map units, and the largest where it is known where in a country something happened.
_LEAST, _MOST = 240, 640
_RING = re.compile(r"M(-?\d+) (-?\d+)l([^Mz]*)z")
_NUMBER = re.compile(r"-?\d+")


@dataclass(frozen=True, slots=True)
class Locator:
    """One shape for the country and one for all others, dots for places, and the way to the large map."""

    here: str
    others: str
    spots: tuple[Point, ...]
    link: Link
    width: int = WIDTH
    height: int = HEIGHT


def locator(places: Sequence[ValueCount]) -> Locator | None:
    """Return the map of where a story happened: of the country that most of its places lie in; None if it has no known one.

    Args:
        places: of the story, with all they lie in.
    """
    known = atlas()
    land = _country(places, known)
    if land is None:
        return None
    frame = land.box
    if frame is None:
        return None
    spots = tuple(dict.fromkeys(known.places[each.value] for each in places if each.value in known.places))
    margin = _MARGIN if frame[2] - frame[0] < _MOST else 0.0
    view = fitted(frame, margin=margin, aspect=WIDTH / HEIGHT, least=_LEAST)
    inside = [spot for spot in spots if is_inside(spot, view)]
    if inside and view[2] - view[0] > _MOST:
        view = fitted(around([(*spot, *spot) for spot in inside]), margin=_MARGIN, aspect=WIDTH / HEIGHT, least=_MOST)
    here, others = _shapes(land.value, view)
    if not here and land.mark and not inside:
        inside = [land.mark]
    return Locator(
        here=here,
        others=others,
        spots=tuple(_drawn(spot, view) for spot in inside if is_inside(spot, view)),
        link=Link(land.value, urls.story_map(Request(place=(land.value,)))),
    )


def _country(places: Sequence[ValueCount], known: Atlas) -> Land | None:
    """Return the country that most of the places lie in, the first of several; one itself tells less than one in it."""
    found: dict[str, int] = {}
    for path in paths_of(places):
        countries = [
            each for each in path if each.value in known.by_value and not known.by_value[each.value].is_continent
        ]
        if countries:
            innermost = countries[-1]
            found[innermost.value] = found.get(innermost.value, 0) + (1 if innermost is path[-1] else 2)
    return known.by_value[max(found, key=lambda value: found[value])] if found else None


@lru_cache(maxsize=500)
def _shapes(value: str, view: Box) -> tuple[str, str]:
    """Return the shape of a country and that of all others in view, without what is too small to be seen."""
    shapes = [(land.value, _shape(land.path, view)) for land in atlas().lands if is_in_view(land, view)]
    here = "".join(shape for name, shape in shapes if name == value)
    return here, "".join(shape for name, shape in shapes if name != value)


def _shape(path: str, view: Box) -> str:
    rings = []
    for ring in _rings(path):
        kept: list[Point] = []
        for point in _clipped([_drawn(point, view) for point in ring]):
            if not kept or math.dist(point, kept[-1]) >= _DETAIL:
                kept.append(point)
        if len(kept) >= _CORNERS:
            rings.append(_written(kept))
    return "".join(rings)


def _drawn(point: Point, view: Box) -> Point:
    """Return where on the drawing a point of the map is."""
    scale = WIDTH / (view[2] - view[0])
    return round((point[0] - view[0]) * scale), round((point[1] - view[1]) * scale)


def _clipped(ring: list[Point]) -> list[Point]:
    """Return what of a ring is on the drawing, cut at each of its sides in turn (Sutherland and Hodgman 1974)."""
    for axis, bound, sign in (
        (0, -_OUTSIDE, 1),
        (0, WIDTH + _OUTSIDE, -1),
        (1, -_OUTSIDE, 1),
        (1, HEIGHT + _OUTSIDE, -1),
    ):
        cut: list[Point] = []
        for before, point in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
            depth, depth_before = sign * (point[axis] - bound), sign * (before[axis] - bound)
            if (depth < 0) != (depth_before < 0):
                share = depth_before / (depth_before - depth)
                x, y = (round(b + share * (p - b)) for b, p in zip(before, point, strict=True))
                cut.append((x, y))
            if depth >= 0:
                cut.append(point)
        ring = cut
    return ring


@lru_cache(maxsize=500)
def _rings(path: str) -> tuple[tuple[Point, ...], ...]:
    rings = []
    for match in _RING.finditer(path):
        x, y = int(match[1]), int(match[2])
        ring = [(x, y)]
        steps = [int(number) for number in _NUMBER.findall(match[3])]
        for right, down in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + right, y + down
            ring.append((x, y))
        rings.append(tuple(ring))
    return tuple(rings)


def _written(ring: Sequence[Point]) -> str:
    steps = ((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(ring))
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(f'{right} {down}' for right, down in steps)}z".replace(" -", "-")
