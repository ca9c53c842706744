"""How many stories of a search there are in each year, month or day."""

from collections.abc import Mapping
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


def _counted(engine: Engine, search: Search, *within: int) -> dict[str, int]:
    """Return the stories in each year, or with `within` also in the months of a year, or the days of a month."""
    wanted = {"date": FacetWanted(limit=None, within=within)}
    return {each.value: each.count for each in engine.search(search._replace(facets=wanted)).facets["date"].values}
