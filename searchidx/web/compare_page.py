"""The record of the page that compares queries over time."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from searchidx.search.page import Page
from searchidx.search.request import Request
from searchidx.web import urls
from searchidx.web.parts import Head, Link

#: Queries compared at most.
MAX_QUERIES = 4
#: The drawing's inner size; it is stretched to the width of the page.
WIDTH, HEIGHT = 1000, 220


@dataclass(frozen=True, slots=True)
class Line:
    """A query over the years: its points in the drawing, its value in each year, its total."""

    query: str
    url: str
    number: int
    total: int
    points: str
    values: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """Queries compared by their stories in each year."""

    head: Head
    queries: tuple[str, ...]
    share: bool
    lines: tuple[Line, ...]
    years: tuple[str, ...]
    labels: tuple[tuple[str, float], ...]
    peak: str
    switch: Link
    table: str
    mistakes: tuple[tuple[str, str], ...]
    width: int = WIDTH
    height: int = HEIGHT


def compare_page(
    found: Sequence[tuple[Request, Page]],
    all_counts: Mapping[str, int],
    *,
    share: bool,
    mistakes: tuple[tuple[str, str], ...] = (),
    queries: tuple[str, ...],
) -> ComparePage:
    """Return the comparison; with `share` as shares of all stories of the year, else as numbers of stories."""
    years = _years(all_counts)
    rows = [_row(page, years, all_counts, share=share) for _, page in found]
    peak = max((value for row in rows for value in row), default=0.0)
    step = WIDTH / max(len(years), 1)
    lines = []
    for number, ((request, page), row) in enumerate(zip(found, rows, strict=True), 1):
        points = " ".join(
            f"{step * (i + 0.5):.1f},{HEIGHT - (value / peak * HEIGHT if peak else 0):.1f}"
            for i, value in enumerate(row)
        )
        values = tuple(
            Link(_shown(value, share=share), urls.search(replace(request, date=(year,))) if value else None)
            for year, value in zip(years, row, strict=True)
        )
        lines.append(Line(request.text, urls.search(request), number, page.total, points, values))
    address = urls.compare(queries, share=share)
    return ComparePage(
        head=Head(
            title=f"Compare {' and '.join(queries)}" if queries else "Compare over time",
            address=address,
            indexable=False,
        ),
        queries=queries,
        share=share,
        lines=tuple(lines),
        years=years,
        labels=tuple((year, round((i + 0.5) * 100 / len(years), 2)) for i, year in enumerate(years)),
        peak=_shown(peak, share=share),
        switch=Link(
            "Show numbers of stories" if share else "Show shares of all stories", urls.compare(queries, share=not share)
        ),
        table=urls.compare(queries, share=share, suffix=".csv"),
        mistakes=mistakes,
    )


def compare_csv(page: ComparePage) -> str:
    """Return the comparison as a CSV table, a year a row (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["year", *(_harmless(line.query) for line in page.lines)])
    for i, year in enumerate(page.years):
        writer.writerow([year, *(line.values[i].text.replace(",", "") for line in page.lines)])
    return text.getvalue()


def _row(page: Page, years: Sequence[str], all_counts: Mapping[str, int], *, share: bool) -> list[float]:
    counted = {value.value: value.count for value in page.facets["date"].values}
    if share:
        return [100 * counted.get(year, 0) / all_counts[year] if all_counts.get(year) else 0.0 for year in years]
    return [float(counted.get(year, 0)) for year in years]


def _years(all_counts: Mapping[str, int]) -> tuple[str, ...]:
    numbers = [int(year) for year in all_counts if len(year) == 4]
    return tuple(f"{year:04d}" for year in range(min(numbers), max(numbers) + 1)) if numbers else ()


def _shown(value: float, *, share: bool) -> str:
    return f"{value:.2f} %" if share else f"{value:,.0f}"


def _harmless(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
