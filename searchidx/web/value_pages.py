"""The records of the lists of places, names, topics, categories and sources, and of the page of one of them."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from searchidx.exporters.texts import stories_counted
from searchidx.search.engine import Engine, FacetCounts, FacetWanted, Search, ValueCount
from searchidx.search.page import Facet, FacetValue
from searchidx.search.query import Value
from searchidx.search.request import Request
from searchidx.stories.folding import fold
from searchidx.web import counts, urls
from searchidx.web.filters import NO_VALUE, with_picks
from searchidx.web.hits import HitView, story_view
from searchidx.web.paging import Paging, check_page, numbered, pages_of
from searchidx.web.parts import FACET_TITLES, Head, Link, in_order, name_key, orders, path_to, span_words, value_links
from searchidx.web.timeline import Timeline, timeline

#: Values on a page of a list.
_LISTED = 300
#: Values that occur together with one, of each facet.
COMPANIONS = 12
#: Stories shown on the page of a value.
NEWEST = 20
_COMPANION_FACETS = ("entity", "place", "topic", "category")
_COMPANION_TITLES = {"entity": "With", "place": "Where", "topic": "Ongoing", "category": "Category"}


@dataclass(frozen=True, slots=True)
class Letter:
    """Values of a list that begin with a letter; no letter where the list goes by count."""

    letter: str
    values: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """The list of a facet's values."""

    head: Head
    title: str
    containing: str
    order: str
    orders: tuple[Link, ...]
    letters: tuple[Letter, ...]
    alphabet: tuple[Link, ...]
    total: int
    paging: Paging | None
    missing: int
    missing_url: str
    missing_title: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePage:
    """The page of one place, name, topic, category or source."""

    head: Head
    list_link: Link
    label: str
    trail: tuple[Link, ...]
    total: int
    span: str
    timeline: Timeline | None
    together: tuple[tuple[str, tuple[Link, ...]], ...]
    newest: tuple[HitView, ...]
    search: str
    oldest: str


def list_page(engine: Engine, facet: str, *, containing: str, order: str, number: int) -> ListPage:
    """Return a page of the list of a facet's values: all of them, or those with a word that begins with a text.

    Raises:
        RequestError: if the list has no page of that number.
    """
    found = _values(engine, facet, containing, order, number)
    total = len(found.values) + found.more
    pages = pages_of(total, _LISTED)
    start = (check_page(number, pages) - 1) * _LISTED
    shown = found.values[start : start + _LISTED]
    _, plural, missing_title = FACET_TITLES[facet]

    def at(page: int) -> str:
        return urls.listing(facet, containing=containing, order=order, page=page)

    return ListPage(
        head=Head(
            title=plural if number == 1 else f"{plural}, page {number:,}",
            description=f"The {plural.lower()} of the archive, with their stories.",
            address=at(number),
            indexable=not containing,
        ),
        title=plural,
        containing=containing,
        order=order,
        orders=orders(order, lambda by: urls.listing(facet, containing=containing, order=by)),
        letters=_letters(facet, shown, order),
        alphabet=_alphabet(engine, facet, at) if order == "name" and not containing else (),
        total=total,
        paging=numbered(number, pages, at) if pages > 1 else None,
        missing=found.missing,
        missing_url=urls.search(with_picks(Request(), facet, (NO_VALUE,))),
        missing_title=missing_title,
        action=urls.LISTS[facet],
    )


def value_page(engine: Engine, facet: str, value: str, *, today: datetime.date) -> ValuePage:
    """Return the page of a value that stories have."""
    wanted = {other: FacetWanted(limit=4 * COMPANIONS) for other in _COMPANION_FACETS}
    wanted |= {"date": FacetWanted(limit=None), facet: FacetWanted(limit=2 * COMPANIONS, always=(value,))}
    # As the query and not as a filter: a facet is counted without its own filter, and here with it.
    found = engine.search(Search(query=Value(facet, value), sort="newest", limit=NEWEST, facets=wanted, span=True))
    kind, plural, _ = FACET_TITLES[facet]
    path = _path(found.facets[facet].values, value)
    label = path[-1].label if path else value
    request = Request(**{facet: (value,)}, sort="newest", today=today)  # type: ignore[arg-type]
    dates = Facet(tuple(FacetValue(each.value, each.label, each.count) for each in found.facets["date"].values), 0, 0)
    others = {other: found.facets[other].values for other in _COMPANION_FACETS}
    others["entity"] = counts.beside(others["entity"], others["place"])
    together = {other: _companions(values, path) for other, values in others.items()}
    return ValuePage(
        head=Head(
            title=label,
            description=f"{stories_counted(found.total)}: {kind.lower()} {value}.",
            address=urls.value(facet, path[-1].value if path else value),
        ),
        list_link=Link(plural, urls.LISTS[facet]),
        label=label,
        trail=tuple(Link(each.label, urls.value(facet, each.value)) for each in path[:-1] if each.label != label),
        total=found.total,
        span=span_words(found.first, found.last),
        timeline=timeline(request, dates, counts.by_date(engine), span=None),
        together=tuple(
            (_COMPANION_TITLES[other], value_links(other, values)) for other, values in together.items() if values
        ),
        newest=tuple(map(story_view, engine.stories([hit.id for hit in found.hits]))),
        search=urls.search(replace(request, sort="relevance")),
        oldest=urls.search(replace(request, sort="oldest")),
    )


def _path(values: Sequence[ValueCount], value: str) -> tuple[ValueCount, ...]:
    """Return a value with all it lies in, outermost first; () if it is not among the values."""
    found = next((each for each in values if fold(each.value) == fold(value)), None)
    return () if found is None else path_to(found, {each.value: each for each in values})


def _companions(values: Sequence[ValueCount], path: Sequence[ValueCount]) -> tuple[ValueCount, ...]:
    """Return the commonest values without the value itself and all it lies in."""
    own = {fold(each.label) for each in path}
    return tuple(each for each in counts.telling(values) if fold(each.label) not in own)[:COMPANIONS]


def _values(engine: Engine, facet: str, containing: str, order: str, number: int) -> FacetCounts:
    """Return the values of a list in its order, at least up to a page; the commonest are counted quicker than all."""
    if containing:
        wanted = {facet: FacetWanted(limit=None, containing=containing)}
        found = counts.facets(engine, wanted, {})[facet]
        return found._replace(values=in_order(found.values, order))
    if order == "name":
        return _by_name(engine, facet)[0]
    return counts.commonest(engine, facet, _LISTED if number == 1 else None)


def _letters(facet: str, values: tuple[ValueCount, ...], order: str) -> tuple[Letter, ...]:
    if order != "name":
        return (Letter("", value_links(facet, values)),) if values else ()
    return tuple(
        Letter(letter, value_links(facet, group))
        for letter, group in groupby(values, lambda value: _letter(name_key(value.label)))
    )


def _alphabet(engine: Engine, facet: str, address: Callable[[int], str]) -> tuple[Link, ...]:
    """Return the links to where in the list by name each letter begins."""
    first = _by_name(engine, facet)[1]
    return tuple(Link(letter, f"{address(place // _LISTED + 1)}#{letter}") for letter, place in first.items())


@counts.once_a_generation
def _by_name(engine: Engine, facet: str) -> tuple[FacetCounts, Mapping[str, int]]:
    """Return all values of a facet in the order of their names, and the place of the first of each letter."""
    found = counts.commonest(engine, facet, None)
    keyed = sorted(((name_key(value.label), value) for value in found.values), key=itemgetter(0))
    first: dict[str, int] = {}
    for place, (key, _) in enumerate(keyed):
        first.setdefault(_letter(key), place)
    values = tuple([value for _, value in keyed])
    return found._replace(values=values), first


def _letter(key: str) -> str:
    """Return under which letter a value stands by its `name_key`; before them are digits, behind them what has no Latin letter."""
    first = key[:1].upper()
    return first if "A" <= first <= "Z" else "0–9" if first < "A" else "…"
