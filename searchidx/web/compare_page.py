"""The record of the page that compares queries over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from searchidx.exporters.tables import csv_table
from searchidx.search.over_time import OverTime, unbroken
from searchidx.web import urls
from searchidx.web.parts import Head, Link, period_words

#: Queries compared at most.
MAX_QUERIES = 4
#: The drawing's inner size; it is stretched to the width of the page.
WIDTH, HEIGHT = 1000, 220


#: What time is cut into.
UNITS = ("year", "month")


@dataclass(frozen=True, slots=True)
class Line:
    """A query over time: its points in the drawing, its value in each period, its cells in the table, its total."""

    query: str
    url: str
    number: int
    total: int
    points: str
    values: tuple[float, ...]
    cells: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """Queries compared by their stories in each year or month from the first with any to the last; `rows` are the periods of the table."""

    head: Head
    queries: tuple[str, ...]
    share: bool
    lines: tuple[Line, ...]
    unit: str
    periods: tuple[str, ...]
    rows: tuple[str, ...]
    labels: tuple[tuple[str, float], ...]
    peak: str
    units: tuple[Link, ...]
    measures: tuple[Link, ...]
    table: str
    mistakes: tuple[tuple[str, str], ...]
    width: int = WIDTH
    height: int = HEIGHT


def compare_page(
    found: Sequence[OverTime],
    all_counts: Mapping[str, int],
    *,
    share: bool,
    unit: str,
    mistakes: tuple[tuple[str, str], ...] = (),
    queries: tuple[str, ...],
) -> ComparePage:
    """Return the comparison.

    Args:
        found: the queries that could be answered.
        all_counts: how many stories there are in each year, and where months are compared in each of these.
        share: whether as shares of all stories of the period, else as numbers of stories.
        unit: of UNITS.
        mistakes: the other queries, and what is wrong with them.
        queries: all of them.
    """
    periods = tuple(unbroken(chain.from_iterable(each.counts for each in found)))
    values = [_values(each.counts, periods, all_counts, share=share) for each in found]
    peak = max((value for row in values for value in row), default=0.0)
    # Of hundreds of months the table has those that tell something; the CSV table has all.
    told = [i for i in range(len(periods)) if unit == "year" or any(row[i] for row in values)]
    lines = []
    for number, (each, row) in enumerate(zip(found, values, strict=True), 1):
        cells = tuple(
            Link(
                _shown(row[i], share=share),
                urls.search(replace(each.request, date=(periods[i],))) if row[i] else None,
            )
            for i in told
        )
        url = urls.search(each.request)
        lines.append(Line(each.request.text, url, number, each.page.total, _points(row, peak), row, cells))
    return ComparePage(
        head=Head(
            title=f"Compare {' and '.join(queries)}" if queries else "Compare over time",
            address=urls.compare(queries, share=share, unit=unit),
            indexable=False,
        ),
        queries=queries,
        share=share,
        lines=tuple(lines),
        unit=unit,
        periods=periods,
        rows=tuple(period_words(periods[i]) for i in told),
        labels=_labels(periods),
        peak=_shown(peak, share=share),
        units=tuple(
            Link(f"By {each}", None if each == unit else urls.compare(queries, share=share, unit=each))
            for each in UNITS
        ),
        measures=tuple(
            Link(title, None if each == share else urls.compare(queries, share=each, unit=unit))
            for title, each in (("Numbers of stories", False), ("Shares of all stories", True))
        ),
        table=urls.compare(queries, share=share, unit=unit, suffix=".csv"),
        mistakes=mistakes,
    )


def compare_csv(page: ComparePage) -> str:
    """Return the comparison as a CSV table, a period a row."""
    rows = [
        [period, *(_shown(line.values[i], share=page.share).replace(",", "") for line in page.lines)]
        for i, period in enumerate(page.periods)
    ]
    return csv_table([[page.unit, *(line.query for line in page.lines)], *rows])


def _values(
    counted: Mapping[str, int], periods: Sequence[str], all_counts: Mapping[str, int], *, share: bool
) -> tuple[float, ...]:
    if share:
        return tuple(
            100 * counted.get(period, 0) / all_counts[period] if all_counts.get(period) else 0.0 for period in periods
        )
    return tuple(float(counted.get(period, 0)) for period in periods)


def _points(values: Sequence[float], peak: float) -> str:
    step = WIDTH / max(len(values), 1)
    return " ".join(
        f"{step * (i + 0.5):.1f},{HEIGHT - (value / peak * HEIGHT if peak else 0):.1f}"
        for i, value in enumerate(values)
    )


def _labels(periods: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Return the years under the drawing, each in the middle of its part."""
    years: dict[str, list[int]] = {}
    for place, period in enumerate(periods):
        years.setdefault(period[:4], []).append(place)
    return tuple((year, round((places[0] + places[-1] + 1) * 50 / len(periods), 2)) for year, places in years.items())


def _shown(value: float, *, share: bool) -> str:
    return f"{value:.2f} %" if share else f"{value:,.0f}"
