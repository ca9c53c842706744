"""Questions of browsing, put to the engine: how many stories there are when, of what, and which come next."""

import calendar
import datetime
import functools
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from searchidx.search.dates import Span
from searchidx.search.engine import Engine, FacetCounts, FacetWanted, Search, ValueCount
from searchidx.search.query import During, Query
from searchidx.search.request import Sort
from searchidx.stories import Story
from searchidx.stories.folding import fold

#: The most questions about the whole archive whose answers are kept.
_KEPT = 500

_Question = TypeVar("_Question", bound=Callable[..., Any])


def once_a_generation(question: _Question) -> _Question:
    """Keep the answers to a question about the whole archive as long as the generation that gave them lives."""
    kept: WeakKeyDictionary[Engine, dict[object, Any]] = WeakKeyDictionary()

    @functools.wraps(question)
    def asked(engine: Engine, *arguments: object) -> Any:  # noqa: ANN401 - what the question answers
        answers = kept.setdefault(engine, {})
        if arguments not in answers:
            if len(answers) >= _KEPT:
                answers.clear()
            answers[arguments] = question(engine, *arguments)
        return answers[arguments]

    return cast("_Question", asked)


def period_span(year: int, month: int | None = None, day: int | None = None) -> Span:
    """Return the days of a year, a month or a day."""
    last_month = month or 12
    return Span(
        datetime.date(year, month or 1, day or 1),
        datetime.date(year, last_month, day or calendar.monthrange(year, last_month)[1]),
    )


def during(span: Span) -> During:
    """Return the query for the stories of some days."""
    return During("date", f"{span.first}..{span.last}", span)


@once_a_generation
def by_date(engine: Engine, within: tuple[int, ...] = ()) -> Mapping[str, int]:
    """Return the numbers of stories in each year that has any; with `within`, also in its months or days."""
    wanted = {"date": FacetWanted(limit=None, within=within)}
    matches = engine.search(Search(limit=0, facets=wanted))
    return MappingProxyType({each.value: each.count for each in matches.facets["date"].values})


def by_month(engine: Engine) -> dict[str, int]:
    """Return the numbers of stories in each year and in each month that has any."""
    counted = dict(by_date(engine))
    for year in by_date(engine):
        counted |= {value: count for value, count in by_date(engine, (int(year),)).items() if len(value) == 7}
    return counted


@once_a_generation
def commonest(engine: Engine, facet: str, limit: int | None) -> FacetCounts:
    """Return the commonest values of a facet in the whole archive, without a limit all of them."""
    return engine.search(Search(limit=0, facets={facet: FacetWanted(limit=limit)})).facets[facet]


def facets(
    engine: Engine, wanted: Mapping[str, FacetWanted], filters: Mapping[str, Query]
) -> Mapping[str, FacetCounts]:
    """Count values over the stories that pass the filters."""
    return engine.search(Search(filters=filters, limit=0, facets=wanted)).facets


def total(engine: Engine, filters: Mapping[str, Query]) -> int:
    """Return how many stories pass the filters."""
    return engine.search(Search(filters=filters, limit=0)).total


def telling(values: Sequence[ValueCount]) -> tuple[ValueCount, ...]:
    """Return values without the continents, and of a region and a city of one name only the first."""
    parents = {each.parent for each in values}
    by_label: dict[str, ValueCount] = {}
    for each in values:
        if each.parent is not None or each.value not in parents:
            by_label.setdefault(each.label, each)
    return tuple(by_label.values())


def beside(names: Sequence[ValueCount], places: Sequence[ValueCount]) -> tuple[ValueCount, ...]:
    """Return names without those that are counted as places beside them."""
    known = {fold(place.label) for place in places}
    return tuple(name for name in names if fold(name.label) not in known)


def stories_of(
    engine: Engine, filters: Mapping[str, Query], *, sort: Sort = "oldest", limit: int | None = None
) -> tuple[Story, ...]:
    """Return the stories that pass the filters, in the order of time."""
    matches = engine.search(Search(filters=filters, sort=sort, limit=limit))
    return engine.stories([hit.id for hit in matches.hits])


def day_before(engine: Engine, day: datetime.date) -> datetime.date | None:
    """Return the last day before another that has stories; None if none has."""
    return _nearest(engine, day, max, lambda period, other: period < other)


def day_after(engine: Engine, day: datetime.date) -> datetime.date | None:
    """Return the first day after another that has stories; None if none has."""
    return _nearest(engine, day, min, lambda period, other: period > other)


def _nearest(
    engine: Engine,
    day: datetime.date,
    nearest: Callable[[list[str]], str],
    is_beyond: Callable[[str, str], bool],
) -> datetime.date | None:
    """Look in the day's own month, then in the nearest one that has stories; all are counted already, or are once."""
    text = day.isoformat()
    days = [each for each in _days(engine, text[:7]) if is_beyond(each, text)]
    if not days:
        months = [each for each in by_month(engine) if len(each) == 7 and is_beyond(each, text[:7])]
        days = _days(engine, nearest(months)) if months else []
    return datetime.date.fromisoformat(nearest(days)) if days else None


def _days(engine: Engine, month: str) -> list[str]:
    """Return the days of a month that have stories."""
    return [day for day in by_date(engine, (int(month[:4]), int(month[5:]))) if len(day) == 10]
