"""The filters of a search: the chips of those in force, and the check boxes of each facet."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from searchidx.search.page import Facet, FacetValue
from searchidx.search.query import ANY_VALUE
from searchidx.search.request import Request
from searchidx.web import urls
from searchidx.web.parts import FACET_TITLES, period_words

#: The order of the filters on the page, by how readers narrow news: where, who, what.
FILTERS = ("place", "entity", "topic", "category", "source")

#: From so many values on a list is long.
LONG = 15

#: What picks the stories without a value.
NO_VALUE = f"-{ANY_VALUE}"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force and the link that takes it out."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A value in a filter: its check box, its count (None if it is not counted), and the link that excludes it."""

    value: str
    label: str
    count: int | None
    checked: bool
    exclude: str | None
    children: tuple["Row", ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """The values of one facet as check boxes, and the page with all of them; a list that `is_long` has a box to find values in."""

    name: str
    title: str
    rows: tuple[Row, ...]
    picked: int
    more: int
    is_long: bool
    all_values: str
    plural: str


def picks(request: Request, facet: str) -> tuple[str, ...]:
    """Return the values picked and excluded in a facet, as typed."""
    values: tuple[str, ...] = getattr(request, facet)
    return values


def with_picks(request: Request, facet: str, values: tuple[str, ...]) -> Request:
    """Return the search from its beginning with other values picked in a facet."""
    return replace(urls.first_page(request), **{facet: values})  # type: ignore[arg-type]


def chips_of(request: Request, address: Callable[[Request], str] = urls.search) -> tuple[Chip, ...]:
    """Return the filters in force; the links lead to the same page, which has an address for every search."""
    start = urls.first_page(request)
    chips = []
    for facet in FILTERS:
        chosen = picks(request, facet)
        for value in chosen:
            rest = tuple(other for other in chosen if other != value)
            words = _pick_words(facet, value)
            text = words if value in (ANY_VALUE, NO_VALUE) else f"{FACET_TITLES[facet][0]}: {words}"
            chips.append(Chip(text, address(with_picks(request, facet, rest))))
    for value in request.date:
        rest = tuple(other for other in request.date if other != value)
        chips.append(Chip(f"Date: {period_words(value)}", address(with_picks(request, "date", rest))))
    if request.after:
        chips.append(Chip(f"From: {period_words(request.after)}", address(replace(start, after=None))))
    if request.before:
        chips.append(Chip(f"Before: {period_words(request.before)}", address(replace(start, before=None))))
    return tuple(chips)


def without_filters(request: Request) -> Request:
    """Return the search with its words alone."""
    return Request(text=request.text, sort=request.sort, limit=request.limit)


def filter_words(request: Request) -> str:
    """Return the filters in force as they are read."""
    return ", ".join(chip.text for chip in chips_of(request))


def rows(request: Request, facet: str, values: tuple[FacetValue, ...], missing: int) -> tuple[Row, ...]:
    """Return the check boxes of a facet: its values, what is picked and not among them, and the bucket of none."""
    chosen = picks(request, facet)
    address = urls.picking(request, facet)
    shown = tuple(_row(chosen, address, value) for value in values)
    seen = {row.value for row in _walk(shown)} | {NO_VALUE}
    rest = tuple(
        Row(value, _pick_words(facet, value), None, checked=True, exclude=None) for value in chosen if value not in seen
    )
    bucket = FACET_TITLES[facet][2]
    none = (Row(NO_VALUE, bucket, missing, NO_VALUE in chosen, None),) if missing or NO_VALUE in chosen else ()
    return shown + rest + none


def _walk(shown: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(found for row in shown for found in (row, *_walk(row.children)))


def _row(chosen: tuple[str, ...], address: Callable[[tuple[str, ...]], str], value: FacetValue) -> Row:
    if len(value.children) == 1 and value.picked is None:
        only = value.children[0]
        if (only.label, only.count) == (value.label, value.count):
            return _row(chosen, address, only)  # a region that is here for its one city of the same name
    excluded = value.picked == "excluded"
    without = f"-{value.value}"
    others = [pick for pick in chosen if pick.removeprefix("-") != value.value]
    return Row(
        value=without if excluded else value.value,
        label=f"not {value.label}" if excluded else value.label,
        count=value.count,
        checked=value.picked is not None,
        exclude=address((*others, without)) if value.picked is None else None,
        children=tuple([_row(chosen, address, child) for child in value.children]),
    )


def filter_of(request: Request, name: str, facet: Facet) -> Filter:
    """Return a facet as it stands beside the results."""
    title, plural, _ = FACET_TITLES[name]
    return Filter(
        name=name,
        title=title,
        rows=rows(request, name, facet.values, facet.missing),
        picked=len(picks(request, name)),
        more=facet.more,
        is_long=len(facet.values) + facet.more >= LONG,
        all_values=urls.values(name, request),
        plural=plural.lower(),
    )


def _pick_words(facet: str, value: str) -> str:
    title, _, none = FACET_TITLES[facet]
    if value == NO_VALUE:
        return none
    if value == ANY_VALUE:
        return f"Any {title.lower()}"
    return f"not {value[1:]}" if value.startswith("-") else value
