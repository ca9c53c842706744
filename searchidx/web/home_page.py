"""The record of the front page."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from searchidx.search.dates import MONTHS, WEEKDAYS
from searchidx.search.engine import Engine, FacetCounts
from searchidx.search.page import Facet, FacetValue
from searchidx.search.query import quoted
from searchidx.search.request import Request
from searchidx.web import counts, urls
from searchidx.web.hits import HitView, story_view
from searchidx.web.news_pages import same_day
from searchidx.web.parts import FACET_TITLES, Head, Link, long_date, span_words, value_links
from searchidx.web.timeline import Timeline, timeline

#: Stories shown of this day in other years, and of the newest.
_OTHER_YEARS, _NEWEST = 6, 6
#: Values shown of each list.
_VALUES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """The front page: today in other years, the newest day, what the archive holds."""

    head: Head
    dateline: str
    day: str
    other_years: tuple[HitView, ...]
    newest_day: Link | None
    newest: tuple[HitView, ...]
    total: int
    span: str
    numbers: tuple[Link, ...]
    timeline: Timeline | None
    examples: tuple[Link, ...]
    topics: tuple[Link, ...]
    places: tuple[Link, ...]
    names: tuple[Link, ...]


def home_page(engine: Engine, *, site_title: str, today: datetime.date) -> HomePage:
    """Return the front page."""
    by_year = counts.by_date(engine)
    found = {facet: counts.commonest(engine, facet, 10 * _VALUES) for facet in ("topic", "place", "entity", "source")}
    oldest = counts.stories_of(engine, {}, limit=1)
    newest = counts.stories_of(engine, {}, sort="newest", limit=_NEWEST)
    newest_day = newest[0].date if newest else None
    all_stories = Facet(tuple(FacetValue(year, year, count) for year, count in by_year.items()), 0, 0)
    return HomePage(
        head=Head(title=site_title, description=f"Search the stories of {site_title}.", address=urls.HOME),
        dateline=f"{WEEKDAYS[today.weekday()]}, {long_date(today)}",
        day=f"{today.day} {MONTHS[today.month - 1]}",
        other_years=tuple(map(story_view, same_day(engine, today, by_year=by_year, limit=_OTHER_YEARS))),
        newest_day=None if newest_day is None else Link(long_date(newest_day), urls.day(newest_day)),
        newest=tuple(map(story_view, newest)),
        total=engine.story_count,
        span=span_words(oldest[0].date if oldest else None, newest_day),
        numbers=tuple(_number(facet, found[facet]) for facet in ("place", "entity", "topic", "source")),
        timeline=timeline(Request(today=today), all_stories, by_year, span=None),
        examples=tuple(Link(text, urls.search(Request(text=text))) for text in _examples(found, newest_day)),
        topics=value_links("topic", found["topic"].values[:_VALUES]),
        places=value_links("place", counts.telling(found["place"].values)[:_VALUES]),
        names=value_links("entity", counts.beside(found["entity"].values, found["place"].values)[:_VALUES]),
    )


def _number(facet: str, found: FacetCounts) -> Link:
    """Return how many values a facet has, with the link to their list: 6,384 topics."""
    one, several, _ = FACET_TITLES[facet]
    count = len(found.values) + found.more
    return Link((one if count == 1 else several).lower(), urls.LISTS[facet], count)


def _examples(found: Mapping[str, FacetCounts], newest_day: datetime.date | None) -> Iterator[str]:
    """Yield searches that find something in this archive: plain ones first, then one of what else can be asked."""
    places = counts.telling(found["place"].values)
    names = counts.beside(found["entity"].values, places)
    if names:
        yield names[0].label
    if places and newest_day:
        yield f"{places[0].label} {newest_day.year:04d}"
        yield f"place:{quoted(places[0].label)} date:{newest_day.year:04d}"
