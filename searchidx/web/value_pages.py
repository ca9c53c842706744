"""The records of the lists of places, names, topics, categories and sources, and of the page of one of them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from searchidx.search.engine import Engine, FacetWanted, ValueCount
from searchidx.search.page import Facet, FacetValue, Page
from searchidx.search.request import Request
from searchidx.web import counts, urls
from searchidx.web.parts import FACET_TITLES, Head, Link, in_order, long_date, orders, value_links
from searchidx.web.search_page import HitView, hit_view
from searchidx.web.timeline import Timeline, timeline

#: Values in a list; more are found by their beginnings.
LISTED = 500
#: Values that occur together with one, of each facet.
COMPANIONS = 12
_COMPANION_FACETS = ("entity", "place", "topic", "category")
_COMPANION_TITLES = {"entity": "With", "place": "Where", "topic": "Ongoing", "category": "Category"}


@dataclass(frozen=True, slots=True)
class Letter:
    """The values of a list that begin with a letter; no letter where the list goes by count."""

    letter: str
    values: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """The list of a facet's values."""

    head: Head
    facet: str
    title: str
    containing: str
    order: str
    orders: tuple[Link, ...]
    letters: tuple[Letter, ...]
    shown: int
    more: int
    missing: int
    missing_url: str
    missing_title: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePage:
    """The page of one place, name, topic, category or source."""

    head: Head
    facet: str
    kind: str
    list_link: Link
    value: str
    label: str
    trail: tuple[Link, ...]
    total: int
    span: str
    timeline: Timeline | None
    together: tuple[tuple[str, tuple[Link, ...]], ...]
    hits: tuple[HitView, ...]
    search: str
    oldest: str


def list_page(engine: Engine, facet: str, *, containing: str, order: str) -> ListPage:
    """Return the list of a facet's values: the commonest, or those with a word that begins with a text."""
    wanted = {facet: FacetWanted(limit=LISTED, containing=containing)}
    found = counts.facets(engine, wanted)[facet]
    _, plural, missing_title = FACET_TITLES[facet]
    return ListPage(
        head=Head(
            title=plural,
            description=f"The {plural.lower()} of the archive, with their stories.",
            address=urls.listing(facet, containing=containing, order=order),
            indexable=not containing,
        ),
        facet=facet,
        title=plural,
        containing=containing,
        order=order,
        orders=orders(order, lambda by: urls.listing(facet, containing=containing, order=by)),
        letters=_letters(facet, in_order(found.values, order), order),
        shown=len(found.values),
        more=found.more,
        missing=found.missing,
        missing_url=urls.search(Request(**{facet: ("-*",)})),  # type: ignore[arg-type]
        missing_title=missing_title,
        action=urls.LISTS[facet],
    )


def value_request(facet: str, value: str, *, today: datetime.date) -> Request:
    """Return the search for the newest stories that have a value."""
    return Request(
        **{facet: (value,)},  # type: ignore[arg-type]
        sort="newest",
        facets=("date", facet, *(other for other in _COMPANION_FACETS if other != facet)),
        facet_limit=COMPANIONS + 1,
        today=today,
    )


def value_page(facet: str, value: str, request: Request, page: Page, all_counts: Mapping[str, int]) -> ValuePage:
    """Return the page of a value from the answer to its `value_request`."""
    kind, plural, _ = FACET_TITLES[facet]
    path = _path(page.facets[facet].values, value)
    label = path[-1].label if path else value
    bare = replace(request, facets=(), facet_limit=Request().facet_limit)
    return ValuePage(
        head=Head(
            title=label,
            description=f"{page.total:,} stories: {kind.lower()} {value}.",
            address=urls.value(facet, value),
        ),
        facet=facet,
        kind=kind,
        list_link=Link(plural, urls.LISTS[facet]),
        value=value,
        label=label,
        trail=tuple(Link(each.label, urls.value(facet, each.value)) for each in path[:-1]),
        total=page.total,
        span=f"{long_date(page.first)} – {long_date(page.last)}" if page.first and page.last else "",
        timeline=timeline(bare, page.facets["date"], all_counts, span=None),
        together=tuple(
            (_COMPANION_TITLES[other], found)
            for other in _COMPANION_FACETS
            if other in page.facets and (found := _companions(other, page.facets[other], value))
        ),
        hits=tuple(hit_view(hit, bare, position) for position, hit in enumerate(page.hits, 1)),
        search=urls.search(replace(bare, sort="relevance")),
        oldest=urls.search(replace(bare, sort="oldest")),
    )


def _letters(facet: str, values: tuple[ValueCount, ...], order: str) -> tuple[Letter, ...]:
    if order != "name":
        return (Letter("", value_links(facet, values)),) if values else ()
    groups: dict[str, list[ValueCount]] = {}
    for value in values:
        first = value.label[:1].upper()
        groups.setdefault(first if first.isalpha() else "0–9", []).append(value)
    return tuple(Letter(letter, value_links(facet, group)) for letter, group in groups.items())


def _path(values: tuple[FacetValue, ...], value: str) -> tuple[FacetValue, ...]:
    """Return the picked value with all it lies in, outermost first; () if it is not there."""
    for each in values:
        if each.picked == "selected":
            return (each,)
        if below := _path(each.children, value):
            return (each, *below)
    return ()


def _companions(facet: str, counted: Facet, value: str) -> tuple[Link, ...]:
    flat: list[FacetValue] = []
    waiting = list(counted.values)
    while waiting:
        each = waiting.pop(0)
        flat.append(each)
        waiting = [*each.children, *waiting]
    leaves = [each for each in flat if each.label != value]
    leaves.sort(key=lambda each: -each.count)
    return tuple(Link(each.label, urls.value(facet, each.value), each.count) for each in leaves[:COMPANIONS])
