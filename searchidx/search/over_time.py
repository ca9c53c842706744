"""How many stories of a search there are in each year, month or day."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from searchidx.search.answering import answer
from searchidx.search.engine import Engine, FacetWanted, Search
from searchidx.search.page import Page
from searchidx.search.query import all_of
from searchidx.search.relaxing import matching
from searchidx.search.request import Request
from searchidx.search.understanding import understand

#: What time is cut into.
UNITS = ("year", "month", "day")
#: The length of a period as it is written, by its unit: 2004, 2004-08, 2004-08-14.
_LENGTHS = dict(zip(UNITS, (4, 7, 10), strict=True))
#: Periods without stories have a place among so many years: one wrong date, of 0214 or 9999, is not to make thousands of them.
_MOST_YEARS = 300


@dataclass(frozen=True, slots=True)
class OverTime:
    """A search, its answer without facets, and its stories in each period that has any, in the order of time."""

    request: Request
    page: Page
    counts: Mapping[str, int]


def over_time(engine: Engine, request: Request, unit: str = "year") -> OverTime:
    """Count the stories of a search in each year, month or day.

    Args:
        engine: the archive.
        request: the search.
        unit: of UNITS.

    Raises:
        RequestError, QueryError: as `answer` does.
    """
    bare = replace(request, facets=(), page=1, cursor=None)
    understood = understand(engine, bare)
    search = Search(query=understood.query, filters=understood.filters, limit=0)
    _, query, _ = matching(engine, understood, search)
    # A facet is counted without its own filter. Here the days asked for hold, so they are made part of the query.
    filters = dict(understood.filters)
    days = [filters.pop("date")] if "date" in filters else []
    search = search._replace(query=all_of((query, *days)), filters=filters)
    counts = _counted(engine, search)
    for part in UNITS[1 : UNITS.index(unit) + 1]:
        inside = [_counted(engine, search, *map(int, period.split("-"))) for period in counts]
        counts = {value: count for each in inside for value, count in each.items() if len(value) == _LENGTHS[part]}
    return OverTime(request, answer(engine, bare, understood), counts)


def unbroken(periods: Iterable[str]) -> list[str]:
    """Return the periods from the first to the last of some of one unit, with those between them; of too many years none between."""
    some = sorted(set(periods))
    if not some or int(some[-1][:4]) - int(some[0][:4]) >= _MOST_YEARS:
        return some
    first, last = some[0], some[-1]
    if len(first) == _LENGTHS["day"]:
        begin, end = (datetime.date.fromisoformat(day).toordinal() for day in (first, last))
        return [datetime.date.fromordinal(day).isoformat() for day in range(begin, end + 1)]
    years = range(int(first[:4]), int(last[:4]) + 1)
    if len(first) == _LENGTHS["year"]:
        return [f"{year:04d}" for year in years]
    months = (f"{year:04d}-{month:02d}" for year in years for month in range(1, 13))
    return [month for month in months if first <= month <= last]


def _counted(engine: Engine, search: Search, *within: int) -> dict[str, int]:
    """Return the stories in each year, or with `within` also in the months of a year, or the days of a month."""
    wanted = {"date": FacetWanted(limit=None, within=within)}
    return {each.value: each.count for each in engine.search(search._replace(facets=wanted)).facets["date"].values}
