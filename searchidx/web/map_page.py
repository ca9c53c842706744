"""The record of the map of a search: countries shaded and places dotted by their stories, and the same as lists."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchidx.exporters.texts import stories_counted
from searchidx.search.page import Facet, FacetValue, Page
from searchidx.search.request import Request, parameters
from searchidx.web import urls
from searchidx.web.atlas import Atlas, Box, Land, Point, around, atlas, fitted, is_in_view, is_inside
from searchidx.web.calendars import SHADES
from searchidx.web.filters import NO_VALUE, with_picks
from searchidx.web.parts import Head, Link
from searchidx.web.search_head import SearchHead, search_head

#: Places dotted, and of these the ones with a name on the map, most stories first.
DOTS, NAMED = 80, 14
#: Further values listed: places that are neither countries nor on the map.
ELSEWHERE = 24
#: Drawn sizes, in parts of the map's width at which text is as large as on the page: radii of the dot for one story and
#: for the most, of a country too small for its shape; height of letters, and their width as a share of it.
PAGE_WIDTH = 1200
_SMALLEST, _LARGEST, _TINY, _LETTERS, _LETTER_WIDTH = 2.2, 11.0, 3.5, 13.0, 0.56
#: The shape of the map, width by height; the least width that it is drawn in down to, and the margin around what is shown.
_ASPECT, _LEAST_WIDTH, _MARGIN = 2.1, 240, 0.08


@dataclass(frozen=True, slots=True)
class Area:
    """A country on the map, with a spot where it is too small for its shape; without a story it has no link."""

    title: str
    url: str | None
    picked: bool
    land: Land
    spot: Point | None


@dataclass(frozen=True, slots=True)
class Shade:
    """Countries of about the same number of stories: from `first` to `last`, or none at all at level 0."""

    level: int
    first: int
    last: int
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the map, and its name where there is room for it."""

    title: str
    url: str | None
    picked: bool
    x: int
    y: int
    radius: float
    name: str
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map: the part that is shown, sizes in map units (a page's pixel, tiny countries, letters), shades from none up, dots."""

    label: str
    left: int
    top: int
    width: int
    height: int
    unit: float
    tiny: float
    letters: float
    shades: tuple[Shade, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPage:
    """The map of a search."""

    head: Head
    search: SearchHead
    picture: str
    areas: tuple[Link, ...]
    drawing: Drawing
    countries: tuple[Link, ...]
    places: tuple[Link, ...]
    elsewhere: tuple[Link, ...]
    all_places: str
    missing: Link


@dataclass(frozen=True, slots=True)
class _Counted:
    """The values of the place facet by what the map makes of them, and the boxes of those picked."""

    continents: tuple[FacetValue, ...]
    countries: tuple[FacetValue, ...]
    dotted: tuple[FacetValue, ...]
    elsewhere: tuple[FacetValue, ...]
    picked: tuple[Box, ...]


def map_page(request: Request, page: Page, *, warnings: tuple[str, ...] = ()) -> MapPage:
    """Return the map of a search whose places have all been counted."""
    facet, known = page.facets["place"], atlas()
    counted = _sorted_out(facet, known)
    view, whole = _view(counted.picked, known), not counted.picked
    inside: list[FacetValue] = []
    outside: list[FacetValue] = []
    for value in counted.dotted:
        (inside if is_inside(known.places[value.value], view) else outside).append(value)
    dotted = inside[:DOTS]
    elsewhere = sorted((*counted.elsewhere, *(outside if whole else ())), key=lambda value: -value.count)[:ELSEWHERE]
    address = urls.picking(request, "place")
    # A place's stories are counted without the places picked, and so they are found.
    links = {
        value.value: Link(value.label, address((value.value,)), value.count)
        for value in (*counted.countries, *dotted, *elsewhere)
    }
    search = search_head(request, page, warnings, view="Map")
    return MapPage(
        head=Head(
            title=f"Map: {search.subject}",
            description="Where the stories of the archive happened.",
            address=urls.story_map(request),
            indexable=not parameters(request),
        ),
        search=search,
        picture=urls.story_map(request, ".svg"),
        areas=(
            _area_link(request, "World", (), shown=whole),
            *(_area_link(request, each.label, (each.value,), shown=each.selected) for each in counted.continents),
        ),
        drawing=_drawing(counted.countries, dotted, links, known, view, label=f"Map: {search.subject}"),
        countries=tuple(links[each.value] for each in counted.countries),
        places=tuple(links[each.value] for each in dotted),
        elsewhere=tuple(links[each.value] for each in elsewhere),
        all_places=urls.values("place", request),
        missing=Link("no place", address((NO_VALUE,)), facet.missing),
    )


def steps(peak: int) -> tuple[int, ...]:
    """Return the least counts of the shades, lightest first: each about as many times the one before, to one digit."""
    if not peak:
        return ()
    bounds = {1}
    for level in range(1, SHADES):
        bound = peak ** (level / SHADES)
        digit = 10 ** int(math.log10(bound))
        bounds.add(min(round(bound / digit) * digit, peak))
    return tuple(sorted(bounds))


def _sorted_out(facet: Facet, known: Atlas) -> _Counted:
    """Walk the tree of places once, and sort its values by what the map makes of them."""
    continents: list[FacetValue] = []
    countries: list[FacetValue] = []
    dotted: list[FacetValue] = []
    elsewhere: list[FacetValue] = []
    by_value, places = known.by_value, known.places
    picked: list[Box] = []

    def look(values: Sequence[FacetValue], above: Box | None, depth: int) -> None:
        for value in values:
            box = above
            land = by_value.get(value.value)
            if land is not None:
                (continents if land.is_continent else countries).append(value)
                box = land.box or above
            elif value.value in places:
                dotted.append(value)
            elif depth < 2:
                elsewhere.append(value)
            if value.selected and box:
                picked.append(box)
            if value.children:
                look(value.children, box, depth + 1)

    look(facet.values, None, 0)
    countries.sort(key=lambda value: -value.count)
    dotted.sort(key=lambda value: -value.count)
    continents.sort(key=lambda value: value.label)
    return _Counted(tuple(continents), tuple(countries), tuple(dotted), tuple(elsewhere), tuple(picked))


def _view(picked: Sequence[Box], known: Atlas) -> Box:
    """Return the part of the map that the picked places are in, or else the world."""
    shown = around(list(picked)) if picked else known.world
    return fitted(shown, margin=_MARGIN if picked else 0, aspect=_ASPECT, least=_LEAST_WIDTH)


def _area_link(request: Request, name: str, picked: tuple[str, ...], *, shown: bool) -> Link:
    """Return the link to the map of an area; without an address for the one that is shown."""
    return Link(name, None if shown else urls.story_map(with_picks(request, "place", picked)))


def _drawing(
    countries: Sequence[FacetValue],
    dotted: Sequence[FacetValue],
    links: Mapping[str, Link],
    known: Atlas,
    view: Box,
    *,
    label: str,
) -> Drawing:
    left, top, right, bottom = view
    unit = (right - left) / PAGE_WIDTH
    return Drawing(
        label=label,
        left=left,
        top=top,
        width=right - left,
        height=bottom - top,
        unit=round(unit, 2),
        tiny=round(_TINY * unit, 1),
        letters=round(_LETTERS * unit, 1),
        shades=_shades(countries, links, known, view),
        dots=_dots(dotted, links, known, view),
    )


def _shades(countries: Sequence[FacetValue], links: Mapping[str, Link], known: Atlas, view: Box) -> tuple[Shade, ...]:
    """Return the countries in view by their shade, and the lands without a story before them."""
    peak = max((each.count for each in countries), default=0)
    bounds = steps(peak)
    ends = (*(bound - 1 for bound in bounds[1:]), peak)
    by_level: dict[int, list[Area]] = {}
    found = {value.value: value for value in countries}
    for land in known.lands:
        value = found.get(land.value)
        if not is_in_view(land, view) or not (land.path or value):
            continue
        level = sum(value.count >= bound for bound in bounds) if value else 0
        by_level.setdefault(level, []).append(_area(land, value, links))
    lighter = SHADES - len(bounds)
    return (
        Shade(0, 0, 0, tuple(by_level.get(0, ()))),
        *(
            Shade(lighter + level, first, last, tuple(by_level.get(level, ())))
            for level, (first, last) in enumerate(zip(bounds, ends, strict=False), 1)
        ),
    )


def _area(land: Land, value: FacetValue | None, links: Mapping[str, Link]) -> Area:
    tiny = land.extent is None or max(land.extent[2] - land.extent[0], land.extent[3] - land.extent[1]) < 2 * _TINY
    spot = land.mark if tiny else None
    if value is None:
        return Area(land.value, None, picked=False, land=land, spot=None)
    return Area(_title(value), links[value.value].url, value.selected, land, spot)


def _dots(values: Sequence[FacetValue], links: Mapping[str, Link], known: Atlas, view: Box) -> tuple[Dot, ...]:
    """Return dots whose areas go by their stories, largest first, so that none hides another; names where they fit."""
    unit = (view[2] - view[0]) / PAGE_WIDTH
    most = max((1, *(value.count for value in values)))  # what is picked is shown though no story has it
    taken: list[tuple[float, float, float, float]] = []
    dots = []
    for value in values:
        x, y = known.places[value.value]
        radius = max(_SMALLEST, _LARGEST * math.sqrt(value.count / most)) * unit
        name = ""
        right = x + radius + (len(value.label) + 1) * _LETTERS * _LETTER_WIDTH * unit
        box = (x - radius, y - _LETTERS * unit * 0.6, right, y + _LETTERS * unit * 0.6)
        free = all(box[0] > b[2] or box[2] < b[0] or box[1] > b[3] or box[3] < b[1] for b in taken)
        if free and len(taken) < NAMED and right < view[2]:
            name = value.label
            taken.append(box)
        text_x, text_y = round(x + radius + 3 * unit, 1), round(y + 0.35 * _LETTERS * unit, 1)
        dots.append(
            Dot(_title(value), links[value.value].url, value.selected, x, y, round(radius, 1), name, text_x, text_y)
        )
    return tuple(dots)


def _title(value: FacetValue) -> str:
    return f"{value.label}: {stories_counted(value.count)}"
