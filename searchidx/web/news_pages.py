"""The records of the pages of days, months, years, and of all years."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from searchidx.exporters.listings import Listing
from searchidx.exporters.texts import stories_counted
from searchidx.search.dates import MONTHS, WEEKDAYS
from searchidx.search.engine import Engine, FacetWanted, Search
from searchidx.search.query import any_of
from searchidx.stories import Story
from searchidx.web import counts, urls
from searchidx.web.calendars import MonthCalendar, YearRow, month_calendar, year_row
from searchidx.web.hits import HitView, story_view
from searchidx.web.parts import Head, Link, in_formats, long_date, shortened, value_links

#: Values shown of each facet beside a month or a year.
_VALUES = 10
#: Headlines shown of each day on a month's page, and how many characters of each.
_HEADLINES, _LENGTH = 3, 120


@dataclass(frozen=True, slots=True)
class Group:
    """The stories of a day in one category; the title is empty where the archive has none."""

    title: str
    stories: tuple[HitView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """A day's page."""

    head: Head
    date: datetime.date
    weekday: str
    trail: tuple[Link, ...]
    total: int
    groups: tuple[Group, ...]
    month: MonthCalendar
    other_years: tuple[HitView, ...]


@dataclass(frozen=True, slots=True)
class DayInMonth:
    """A day on its month's page: its first headlines."""

    link: Link
    weekday: str
    stories: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPage:
    """A month's page."""

    head: Head
    title: str
    trail: tuple[Link, ...]
    total: int
    month: MonthCalendar
    days: tuple[DayInMonth, ...]
    top: tuple[tuple[str, tuple[Link, ...]], ...]
    search: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPage:
    """A year's page."""

    head: Head
    title: str
    trail: tuple[Link, ...]
    total: int
    months: tuple[MonthCalendar, ...]
    top: tuple[tuple[str, tuple[Link, ...]], ...]
    search: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllYearsPage:
    """The page of all years."""

    head: Head
    total: int
    years: tuple[YearRow, ...]


def listing(engine: Engine, page: urls.News, *, story_periods: tuple[str, ...] = ("day", "month")) -> Listing:
    """Return how many stories a period and its parts have, with the periods beside it that have some.

    Args:
        engine: the archive.
        page: of a day, a month, a year or all years.
        story_periods: the kinds of periods whose stories are listed, too.
    """
    numbers = _numbers(page)
    if not numbers:
        return Listing(period="", total=engine.story_count, parts=counts.by_date(engine))
    span = counts.period_span(*numbers)
    filters = {"date": counts.during(span)}
    period = str(span.first)[: {1: 4, 2: 7, 3: 10}[len(numbers)]]
    parts = counts.by_date(engine, numbers) if len(numbers) < 3 else {}
    before = counts.day_before(engine, span.first)
    after = counts.day_after(engine, span.last)
    kind = ("year", "month", "day")[len(numbers) - 1]
    stories = counts.stories_of(engine, filters) if kind in story_periods else ()
    return Listing(
        period=period,
        total=counts.total(engine, filters),
        parts={value: count for value, count in parts.items() if value.startswith(period + "-")},
        stories=stories,
        previous=None if before is None else str(before)[: len(period)],
        following=None if after is None else str(after)[: len(period)],
    )


def day_page(engine: Engine, page: urls.News, found: Listing) -> DayPage:
    """Return the page of a day."""
    date = datetime.date.fromisoformat(found.period)
    by_day = counts.by_date(engine, (date.year, date.month))
    return DayPage(
        head=_head(page, long_date(date), found),
        date=date,
        weekday=WEEKDAYS[date.weekday()],
        trail=(
            Link(str(date.year), urls.year(date.year)),
            Link(MONTHS[date.month - 1], urls.month(date.year, date.month)),
            Link(str(date.day)),
        ),
        total=found.total,
        groups=_by_category(found.stories),
        month=month_calendar(date.year, date.month, by_day, here=date.day),
        other_years=tuple(map(story_view, same_day(engine, date, by_year=by_day, limit=12))),
    )


def month_page(engine: Engine, page: urls.News, found: Listing) -> MonthPage:
    """Return the page of a month."""
    year, month = _numbers(page)
    return MonthPage(
        head=_head(page, f"{MONTHS[month - 1]} {year}", found),
        title=f"{MONTHS[month - 1]} {year}",
        trail=(Link(str(year), urls.year(year)), Link(MONTHS[month - 1])),
        total=found.total,
        month=month_calendar(year, month, found.parts),
        days=_days_in_month(engine, page),
        top=_top(engine, page),
        search=f"{urls.SEARCH}?date={found.period}",
    )


def year_page(engine: Engine, page: urls.News, found: Listing) -> YearPage:
    """Return the page of a year."""
    year = _numbers(page)[0]
    by_day: dict[str, int] = {}
    for month in found.parts:
        by_day |= counts.by_date(engine, (year, int(month[5:])))
    days = {value: count for value, count in by_day.items() if len(value) == 10}
    peak = max(days.values(), default=0)
    return YearPage(
        head=_head(page, str(year), found),
        title=str(year),
        trail=(Link("All years", urls.NEWS), Link(str(year))),
        total=found.total,
        months=tuple(month_calendar(year, month, days, peak=peak) for month in range(1, 13)),
        top=_top(engine, page),
        search=f"{urls.SEARCH}?date={found.period}",
    )


def all_years_page(engine: Engine) -> AllYearsPage:
    """Return the page of all years."""
    by_year = counts.by_date(engine)
    months = {value: count for value, count in counts.by_month(engine).items() if len(value) == 7}
    peak = max(months.values(), default=0)
    return AllYearsPage(
        head=Head(
            title="Every year",
            description="All years and months of the archive.",
            address=urls.NEWS,
            alternates=in_formats(urls.NEWS.rstrip("/")),
        ),
        total=sum(by_year.values()),
        years=tuple(year_row(int(year), total, months, peak=peak) for year, total in reversed(list(by_year.items()))),
    )


def same_day(engine: Engine, date: datetime.date, *, by_year: Mapping[str, int], limit: int) -> tuple[Story, ...]:
    """Return stories of the same day of the year in other years: one a year, the years with stories newest first."""
    days = []
    for year in (int(value) for value in by_year if len(value) == 4):
        try:
            day = date.replace(year=year)
        except ValueError:  # 29 February
            continue
        if year != date.year:
            days.append(counts.during(counts.period_span(day.year, day.month, day.day)))
    if not days:
        return ()
    hits = engine.search(Search(filters={"date": any_of(days)}, sort="newest", limit=None)).hits
    first_of_year = {hit.date.year: hit.id for hit in reversed(hits)}
    return engine.stories([first_of_year[year] for year in sorted(first_of_year, reverse=True)[:limit]])


def _numbers(page: urls.News) -> tuple[int, ...]:
    return tuple(number for number in (page.year, page.month, page.day) if number is not None)


def _head(page: urls.News, title: str, found: Listing) -> Head:
    address = str(page)
    return Head(
        title=title,
        description=f"{stories_counted(found.total)} of {title}.",
        address=address,
        alternates=in_formats(address.rstrip("/")),
        indexable=found.total > 0,
        previous=found.previous and str(urls.period(found.previous)),
        following=found.following and str(urls.period(found.following)),
    )


def _by_category(stories: tuple[Story, ...]) -> tuple[Group, ...]:
    groups: dict[str, list[HitView]] = {}
    for story in stories:
        groups.setdefault(story.category or "", []).append(story_view(story))
    return tuple(Group(title, tuple(groups[title])) for title in sorted(groups, key=lambda title: (not title, title)))


def _days_in_month(engine: Engine, page: urls.News) -> tuple[DayInMonth, ...]:
    """Return the days of a month that have stories; only the stories that are shown are fetched."""
    filters = {"date": counts.during(counts.period_span(*_numbers(page)))}
    ids: dict[datetime.date, list[str]] = {}
    for hit in engine.search(Search(filters=filters, sort="oldest", limit=None)).hits:
        ids.setdefault(hit.date, []).append(hit.id)
    return tuple(
        DayInMonth(
            Link(str(day.day), urls.day(day), len(own)),
            WEEKDAYS[day.weekday()],
            tuple(Link(shortened(s.headline, _LENGTH), urls.story(s)) for s in engine.stories(own[:_HEADLINES])),
            len(own[_HEADLINES:]),
        )
        for day, own in ids.items()
    )


def _top(engine: Engine, page: urls.News) -> tuple[tuple[str, tuple[Link, ...]], ...]:
    """Return the commonest topics, names and places of a period."""
    wanted = {facet: FacetWanted(limit=4 * _VALUES) for facet in ("topic", "entity", "place")}
    filters = {"date": counts.during(counts.period_span(*_numbers(page)))}
    found = counts.facets(engine, wanted, filters)
    titles = {"topic": "Ongoing", "entity": "In the news", "place": "Where"}
    topics, names, places = (counts.telling(found[facet].values) for facet in wanted)
    shown = {"topic": topics, "entity": counts.beside(names, places), "place": places}
    return tuple((titles[facet], value_links(facet, values[:_VALUES])) for facet, values in shown.items() if values)
