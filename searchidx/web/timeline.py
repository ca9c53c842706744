"""The timeline of a search: bars for years, months or days, each a link to the stories of that time."""

import calendar
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from searchidx.search.dates import MONTHS
from searchidx.search.over_time import unbroken
from searchidx.search.page import Facet, FacetValue
from searchidx.search.request import Request
from searchidx.web import urls
from searchidx.web.counts import period_span
from searchidx.web.parts import Link, period_words

#: Heights in CSS pixels: of the bars of stories found, of the labels under them, and of the bars of all stories that hang
#: under the labels. Widths are shares of the page's.
HEIGHT, LABELS, BELOW = 72, 20, 22
#: The least height of a bar that stands for at least one story.
_LEAST = 2.0
#: The share of a bar's place that stays empty.
_GAP = 0.2
#: Decades are offered as jumps where there are at most so many.
_DECADES = 6
_DAY = datetime.timedelta(days=1)
#: What is offered to jump to where the archive reaches into this year.
_LATELY = ("past week", "past month", "past year")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its period and the one after, its counts, its link, and where it stands: across in per cent, up in pixels."""

    period: str
    following: str
    label: str
    short: str
    url: str
    count: int
    all_count: int
    x: float
    width: float
    height: float
    all_height: float
    inside: bool
    minor: bool

    @property
    def middle(self) -> float:
        """Where the label stands."""
        return round(self.x + self.width / 2, 3)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Bars from the first to the last year (month, day), the trail back out of what is picked, and jumps to other days."""

    unit: str
    trail: tuple[Link, ...]
    jumps: tuple[Link, ...]
    bars: tuple[Bar, ...]
    peak: int
    all_peak: int
    height: int = HEIGHT
    labels: int = LABELS
    below: int = BELOW


def picked_period(request: Request) -> tuple[int, ...]:
    """Return the one year, month or day that a request is narrowed to, as numbers; () if it is not."""
    if len(request.date) != 1 or request.after or request.before:
        return ()
    try:
        numbers = tuple(map(int, request.date[0].split("-")))
        datetime.date(*(*numbers, 1, 1)[:3])
    except (ValueError, TypeError):
        return ()
    return numbers if len(request.date[0]) == (4, 7, 10)[len(numbers) - 1] else ()


def shown_within(found: Facet) -> tuple[int, ...]:
    """Return whose parts the timeline shows: () the years, (2004,) its months, (2004, 8) its days."""
    for year in found.values:
        for month in year.children:
            if month.children:
                return int(year.value), int(month.value[5:])
        if year.children:
            return (int(year.value),)
    return ()


def timeline(
    request: Request,
    found: Facet,
    all_counts: Mapping[str, int],
    *,
    span: tuple[datetime.date, datetime.date] | None,
) -> Timeline | None:
    """Return the timeline of a search; None where there is but one year to show, or no story in any.

    Args:
        request: the search.
        found: its dates counted without its date filters.
        all_counts: how many stories there are in each of the periods shown, as "2004", "2004-08" or "2004-08-14".
        span: the days that the search is narrowed to, both in.
    """
    within = shown_within(found)
    periods = _periods(within, all_counts)
    if len(periods) < 2 or not found.values:
        return None
    counts = {value.value: value.count for value in _parts(found.values, within)}
    peak = max((counts.get(period, 0) for period in periods), default=0)
    all_peak = max((all_counts.get(period, 0) for period in periods), default=0)
    place = 100 / len(periods)
    address = urls.picking(_undated(request), "date")
    bars = tuple(
        Bar(
            period=period,
            following=_following(period),
            label=period_words(period),
            short=_short(period),
            url=address((period,)),
            count=counts.get(period, 0),
            all_count=all_counts.get(period, 0),
            x=round(number * place + place * _GAP / 2, 3),
            width=round(place * (1 - _GAP), 3),
            height=_height(counts.get(period, 0), peak, HEIGHT),
            all_height=_height(all_counts.get(period, 0), all_peak, BELOW),
            inside=span is None or _overlaps(period, span),
            minor=len(periods) > 12 and not _is_major(period, number),
        )
        for number, period in enumerate(periods)
    )
    unit = ("year", "month", "day")[len(within)]
    return Timeline(unit, _trail(request, within), jumps(request, all_counts), bars, peak, all_peak)


def _trail(request: Request, within: tuple[int, ...]) -> tuple[Link, ...]:
    """Return the way back from what is shown to all years; the last part is where we are."""
    picked = picked_period(request)
    shown = picked if picked[: len(within)] == within else within
    everything = _undated(request)
    address = urls.picking(everything, "date")
    links = [Link("All years", address(()) if request != everything or shown else None)]
    for depth in range(1, len(shown) + 1):
        text = (str(shown[0]), MONTHS[shown[1] - 1] if depth > 1 else "", str(shown[-1]))[depth - 1]
        here = depth == len(picked)
        links.append(Link(text, None if here else address((_written(shown[:depth]),))))
    return tuple(links)


def _undated(request: Request) -> Request:
    return replace(urls.first_page(request), date=(), after=None, before=None)


def jumps(
    request: Request, all_counts: Mapping[str, int], address: Callable[[Request], str] = urls.search
) -> tuple[Link, ...]:
    """Return links to the periods before and after the one picked, or else to the decades and to the last days.

    Args:
        request: the search.
        all_counts: how many stories of the archive there are in each year, as "2004".
        address: of the view that the links lead to.
    """
    years = sorted(int(each) for each in all_counts if len(each) == 4)
    if not years:
        return ()
    picked = picked_period(request)
    if picked:
        own = period_span(*picked)
        beside = [own.first - _DAY] if own.first > datetime.date.min else []
        beside += [own.last + _DAY] if own.last < datetime.date.max else []
        words = [str(day)[: len(_written(picked))] for day in beside if years[0] <= day.year <= years[-1]]
    else:
        decades = [f"{first:04d}s" for first in range(years[0] // 10 * 10, years[-1] + 1, 10)]
        words = decades if 1 < len(decades) <= _DECADES else []
        words += _LATELY if years[-1] >= request.today.year else ()
    start = _undated(request)
    return tuple(
        Link(
            period_words(each) if picked else each.capitalize(),
            None if request.date == (each,) else address(replace(start, date=(each,))),
        )
        for each in words
    )


def _periods(within: tuple[int, ...], all_counts: Mapping[str, int]) -> list[str]:
    if len(within) == 2:
        days = calendar.monthrange(*within)[1]
        return [f"{within[0]:04d}-{within[1]:02d}-{day:02d}" for day in range(1, days + 1)]
    if within:
        return [f"{within[0]:04d}-{month:02d}" for month in range(1, 13)]
    return unbroken(year for year in all_counts if len(year) == 4)


def _parts(values: tuple[FacetValue, ...], within: tuple[int, ...]) -> tuple[FacetValue, ...]:
    for depth in range(1, len(within) + 1):
        period = _written(within[:depth])
        values = next((value.children for value in values if value.value == period), ())
    return values


def _written(numbers: tuple[int, ...]) -> str:
    """Return the numbers of a year, month or day as they are typed: (2004, 8) → 2004-08."""
    return "-".join((f"{numbers[0]:04d}", *(f"{number:02d}" for number in numbers[1:])))


@lru_cache(maxsize=1 << 10)
def _following(period: str) -> str:
    """Return the period of the same length that comes next; the last year has none and stays."""
    last = period_span(*map(int, period.split("-"))).last
    return period if last == datetime.date.max else str(last + datetime.timedelta(1))[: len(period)]


def _height(count: int, peak: int, highest: int) -> float:
    return round(max(_LEAST, count / peak * highest), 1) if count else 0.0


def _short(period: str) -> str:
    return {4: period, 7: period_words(period)[:3], 10: period[8:].lstrip("0")}[len(period)]


def _is_major(period: str, number: int) -> bool:
    return int(period) % 5 == 0 if len(period) == 4 else number % 5 == 0


def _overlaps(period: str, span: tuple[datetime.date, datetime.date]) -> bool:
    own = period_span(*map(int, period.split("-")))
    return own.first <= span[1] and own.last >= span[0]
