"""Counted values → facets as a reader meets them: places and dates as trees, and what is picked or excluded."""

import datetime
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from searchidx.search.dates import Span
from searchidx.search.engine import Engine, FacetCounts, FacetWanted, ValueCount
from searchidx.search.page import Facet, FacetValue
from searchidx.search.query import ANY_VALUE, During, Or, Query, Value, leaves, parts_of
from searchidx.search.request import Request

_Filters = Mapping[str, Query]
#: The facets whose values lie in one another.
_TREES = frozenset({"date", "place"})


class Picks(NamedTuple):
    """The values of a facet that its filter asks for, and those that it excludes."""

    selected: frozenset[str]
    excluded: frozenset[str]

    def mark(self, value: str) -> str | None:
        """Return how a value is marked."""
        return "selected" if value in self.selected else "excluded" if value in self.excluded else None


def picks(engine: Engine, filters: _Filters) -> dict[str, Picks]:
    """Return what the filters of facets pick, as the archive spells it."""
    return {
        facet: Picks(_picked(engine, leaves(query)), _picked(engine, leaves(query, negated=True)))
        for facet, query in filters.items()
    }


def facets_wanted(request: Request, filters: _Filters, picked: Mapping[str, Picks]) -> dict[str, FacetWanted]:
    """Return how a request's facets are to be counted: all dates, down to days within the filter; of others the commonest."""
    wanted = {}
    for facet in request.facets:
        always = picked[facet].selected | picked[facet].excluded if facet in picked else frozenset()
        if facet == "date":
            # A picked month stands below its year, whatever the year counts.
            always |= {value[:length] for value in always for length in (4, 7)}
            wanted[facet] = FacetWanted(limit=None, always=tuple(sorted(always)), within=_within(filters))
        elif request.facet_containing:
            wanted[facet] = FacetWanted(limit=request.facet_limit, containing=request.facet_containing)
        else:
            wanted[facet] = FacetWanted(limit=request.facet_limit, always=tuple(sorted(always)))
    return wanted


def facets(counts: Mapping[str, FacetCounts], picked: Mapping[str, Picks]) -> dict[str, Facet]:
    """Return the facets of counted values."""
    nothing = Picks(frozenset(), frozenset())
    return {
        facet: Facet(_tree(facet, counted, picked.get(facet, nothing)), counted.more, counted.missing)
        for facet, counted in counts.items()
    }


def _picked(engine: Engine, picked: Iterable[Query]) -> frozenset[str]:
    values: set[str] = set()
    for leaf in picked:
        if isinstance(leaf, Value) and leaf.value != ANY_VALUE:
            values.update(engine.values(leaf.field, leaf.value) or (leaf.value,))
        elif isinstance(leaf, During) and leaf.relation == "date" and (value := _date_value(leaf.span)):
            values.add(value)
    return frozenset(values)


def _date_value(span: Span) -> str | None:
    """Return the value that a span of days has in the date facet, None if it has none."""
    first, after = span.first, span.last.toordinal() + 1
    if first.toordinal() + 1 == after:
        return first.isoformat()
    if first.day == 1 and _month_after(first.year, first.month) == after:
        return first.isoformat()[:7]
    if (first.day, first.month) == (1, 1) and _month_after(first.year, 12) == after:
        return first.isoformat()[:4]
    return None


def _month_after(year: int, month: int) -> int:
    """Return the ordinal of the first day after a month."""
    if (year, month) == (9999, 12):
        return datetime.date.max.toordinal() + 1
    return datetime.date(year + month // 12, month % 12 + 1, 1).toordinal()


def _within(filters: _Filters) -> tuple[int, ...]:
    """Return the year, or the year and month, that the date filter lies in; () where it lies in no single one."""
    first, last = datetime.date.min, datetime.date.max
    for part in parts_of(filters["date"]) if "date" in filters else ():
        if isinstance(part, During | Or):
            spans = [leaf.span for leaf in leaves(part) if isinstance(leaf, During)]
            first = max(first, min(span.first for span in spans))
            last = min(last, max(span.last for span in spans))
    if first.year != last.year:
        return ()
    return (first.year,) if first.month != last.month else (first.year, first.month)


def _tree(facet: str, counted: FacetCounts, picked: Picks) -> tuple[FacetValue, ...]:
    if facet not in _TREES:
        return tuple([FacetValue(value, label, count, picked.mark(value)) for value, label, count, _ in counted.values])
    present = {value.value for value in counted.values}
    below: dict[str | None, list[ValueCount]] = {None: []}
    for value in counted.values:
        parent = value.value.rpartition("-")[0] if facet == "date" else value.parent
        below.setdefault(parent if parent in present else None, []).append(value)
    return _nested(None, below, picked)


def _nested(parent: str | None, below: Mapping[str | None, list[ValueCount]], picked: Picks) -> tuple[FacetValue, ...]:
    return tuple(
        [
            FacetValue(value, label, count, picked.mark(value), _nested(value, below, picked) if value in below else ())
            for value, label, count, _ in below[parent]
        ]
    )
