"""Calendars whose days are shaded by their number of stories."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass

from searchidx.search.dates import MONTHS
from searchidx.web import urls
from searchidx.web.parts import Link

#: Shades, the lightest for a day with one story, the last for the fullest day; 0 is a day without any.
SHADES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A day (a month in a table of years): its number, its stories, its shade, and its page where it has stories."""

    text: str
    label: str
    count: int
    shade: int
    url: str | None
    here: bool = False


@dataclass(frozen=True, slots=True)
class MonthCalendar:
    """A month as weeks from Monday on; None is a day of another month."""

    title: Link
    weeks: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year as twelve months."""

    title: Link
    cells: tuple[Cell, ...]


def month_calendar(
    year: int, month: int, counts: Mapping[str, int], *, here: int | None = None, peak: int | None = None
) -> MonthCalendar:
    """Return the calendar of a month.

    Args:
        year: of the month.
        month: from 1.
        counts: stories on each day, as "2004-08-14".
        here: the day that the page is about.
        peak: the number of stories that has the darkest shade; that of the fullest day where nothing is said.
    """
    prefix = f"{year:04d}-{month:02d}-"
    most = peak or max((n for day, n in counts.items() if day.startswith(prefix)), default=0)

    def cell(day: int) -> Cell | None:
        if day == 0:
            return None
        count = counts.get(f"{prefix}{day:02d}", 0)
        url = str(urls.News(year, month, day)) if count else None
        return Cell(str(day), f"{day} {MONTHS[month - 1]}", count, shade(count, most), url, day == here)

    weeks = calendar.Calendar().monthdayscalendar(year, month)
    title = Link(f"{MONTHS[month - 1]} {year}", urls.month(year, month))
    return MonthCalendar(title, tuple(tuple(cell(day) for day in week) for week in weeks))


def year_row(year: int, total: int, counts: Mapping[str, int], *, peak: int) -> YearRow:
    """Return a year's months with their stories, counted as "2004-08"."""
    cells = []
    for month in range(1, 13):
        count = counts.get(f"{year:04d}-{month:02d}", 0)
        url = urls.month(year, month) if count else None
        cells.append(Cell(MONTHS[month - 1][:3], f"{MONTHS[month - 1]} {year}", count, shade(count, peak), url))
    return YearRow(Link(str(year), urls.year(year), total), tuple(cells))


def shade(count: int, peak: int) -> int:
    """Return the shade of a count: 0 for none, else 1 to `SHADES` by its share of the peak."""
    return -(-count * SHADES // peak) if count and peak else 0
