"""Counted values → facets as a reader meets them: places and dates as trees, and what is picked or excluded."""

import datetime
from collections.abc import Mapping

from searchidx.search.dates import Span
from searchidx.search.engine import FacetCounts, FacetWanted, ValueCount
from searchidx.search.page import Facet, FacetValue
from searchidx.search.query import ANY_VALUE, During, Or, Query, Value, leaves, parts_of
from searchidx.search.request import Request
from searchidx.stories.folding import fold

_Filters = Mapping[str, Query]


def facets_wanted(request: Request, filters: _Filters) -> dict[str, FacetWanted]:
    """Return how a request's facets are to be counted: all dates, down to days within the filter; of others the commonest."""
    return {facet: _wanted(facet, request.facet_limit, filters) for facet in request.facets}


def facets(counts: Mapping[str, FacetCounts], filters: _Filters) -> dict[str, Facet]:
    """Return the facets of counted values."""
    return {
        facet: Facet(_tree(facet, counted, filters), counted.more, counted.missing) for facet, counted in counts.items()
    }


def _wanted(facet: str, limit: int | None, filters: _Filters) -> FacetWanted:
    always = _typed(facet, filters) | _typed(facet, filters, negated=True)
    if facet == "date":
        # A picked month stands below its year, whatever the year counts.
        always |= {value[:length] for value in always for length in (4, 7)}
        return FacetWanted(limit=None, always=tuple(sorted(always)), within=_within(filters))
    return FacetWanted(limit=limit, always=tuple(sorted(always)))


def _typed(facet: str, filters: _Filters, *, negated: bool = False) -> set[str]:
    """Return the values that a facet's filter asks for, or with `negated` excludes."""
    if facet not in filters:
        return set()
    found: set[str] = set()
    for leaf in leaves(filters[facet], negated=negated):
        if isinstance(leaf, Value) and leaf.value != ANY_VALUE:
            found.add(leaf.value)
        elif isinstance(leaf, During) and leaf.relation == "date" and (value := _date_value(leaf.span)):
            found.add(value)
    return found


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


def _tree(facet: str, counted: FacetCounts, filters: _Filters) -> tuple[FacetValue, ...]:
    picked = {fold(value) for value in _typed(facet, filters)}
    excluded = {fold(value) for value in _typed(facet, filters, negated=True)}
    present = {value.value for value in counted.values}
    below: dict[str | None, list[ValueCount]] = {}
    for value in counted.values:
        parent = value.value.rpartition("-")[0] if facet == "date" else value.parent
        below.setdefault(parent if parent in present else None, []).append(value)

    def nested(parent: str | None) -> tuple[FacetValue, ...]:
        return tuple(
            FacetValue(value.value, value.label, value.count, mark(value.value), nested(value.value))
            for value in below.get(parent, ())
        )

    def mark(value: str) -> str | None:
        if not picked and not excluded:
            return None
        folded = fold(value)
        return "selected" if folded in picked else "excluded" if folded in excluded else None

    return nested(None)
