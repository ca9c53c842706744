"""The record of a story's page."""

import datetime
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from searchidx.exporters.objects import to_json
from searchidx.search.dates import MONTHS
from searchidx.search.engine import Engine, ValueCount
from searchidx.search.page import RelatedStory
from searchidx.search.page import StoryLine as FoundLine
from searchidx.search.request import Request
from searchidx.search.storyline import story_lines
from searchidx.stories import Source, Story
from searchidx.stories.folding import fold
from searchidx.stories.objects import write_story
from searchidx.web import counts, urls
from searchidx.web.calendars import MonthCalendar, month_calendar
from searchidx.web.formats import CITATION_FORMATS
from searchidx.web.locator import Locator, locator
from searchidx.web.parts import (
    Alternate,
    Head,
    Link,
    Segment,
    alternates,
    dated_link,
    in_formats,
    linked,
    long_date,
    name_links,
    paths_of,
    place_links,
    value_links,
)

#: The most names and words shown as a reason.
_SHARED, _WORDS = 6, 5
#: Characters of a story's text that describe its page.
_DESCRIPTION = 200


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source, with the addresses of its page and of a kept copy where it has them."""

    name: str
    host: str
    url: str | None
    archived: str | None


@dataclass(frozen=True, slots=True)
class LineEntry:
    """A story in a story line; `gap` is the time since the entry before it."""

    story: Story
    url: str
    gap: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class StoryLine:
    """What came before and after: in an ongoing topic, or without one in stories recognised as linked."""

    topic: Link | None
    total: int
    entries: tuple[LineEntry, ...]


@dataclass(frozen=True, slots=True)
class RelatedView:
    """A related story and why it is one; `similar` are near duplicates of it, folded under it."""

    story: Story
    url: str
    shared: tuple[Link, ...]
    words: tuple[str, ...]
    distance: str
    similar: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class FromSearch:
    """The search that led here: back to it, the position, and the hits beside this one."""

    back: str
    words: str
    position: int
    total: int
    previous: Link | None
    following: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """A story's page."""

    head: Head
    story: Story
    trail: tuple[Link, ...]
    previous_day: Link | None
    next_day: Link | None
    from_search: FromSearch | None
    place_paths: tuple[tuple[Link, ...], ...]
    body: tuple[Segment, ...]
    places: tuple[Link, ...]
    names: tuple[Link, ...]
    sources: tuple[SourceView, ...]
    topics: tuple[Link, ...]
    lines: tuple[StoryLine, ...]
    related: tuple[RelatedView, ...]
    related_orders: tuple[Link, ...]
    with_these_names: str | None
    month: MonthCalendar
    locator: Locator | None
    citation: str
    citations: tuple[Alternate, ...]
    permalink: str
    digest: str
    data: dict[str, Any]


def story_page(
    story: Story,
    engine: Engine,
    related: Sequence[RelatedStory],
    *,
    related_orders: tuple[Link, ...],
    site_title: str,
    permalink: str,
    data: dict[str, Any],
    from_search: FromSearch | None,
) -> StoryPage:
    """Return the page of a story.

    Args:
        story: to be shown.
        engine: the archive.
        related: the stories related to it, in the order asked for.
        related_orders: leads to the other orders.
        site_title: the title of the archive.
        permalink: the address of the page.
        data: the story in the words of schema.org.
        from_search: the search that led here, if one did.
    """
    day = story.date
    by_day = counts.by_date(engine, (day.year, day.month))
    places = engine.story_places(story.id)
    place_values = {fold(each.value) for each in places} | {fold(place.name) for place in story.places}
    names = tuple(each for each in engine.story_names(story.id) if fold(each.value) not in place_values)
    links = [(link.text, link.url or "") for link in (*place_links(story), *name_links(story))]
    return StoryPage(
        head=Head(
            title=f"{story.headline} — {day.day} {MONTHS[day.month - 1][:3]} {day.year}",
            description=story.text[:_DESCRIPTION],
            address=urls.story(story),
            alternates=in_formats(urls.story(story)),
        ),
        story=story,
        trail=(
            Link(str(day.year), urls.year(day.year)),
            Link(MONTHS[day.month - 1], urls.month(day.year, day.month)),
            Link(str(day.day), urls.day(day), by_day.get(day.isoformat(), 0)),
        ),
        previous_day=_day_link(counts.day_before(engine, day), day),
        next_day=_day_link(counts.day_after(engine, day), day),
        from_search=from_search,
        place_paths=_place_paths(story, places),
        body=linked(story.body, links),
        places=value_links("place", counts.telling(tuple(reversed(places)))),
        names=value_links("entity", names),
        sources=tuple(_source(each, day) for each in story.sources),
        lines=tuple(map(_line, story_lines(engine, story))),
        topics=tuple(Link(topic, urls.value("topic", topic)) for topic in story.topics),
        related=tuple(_related(story, each) for each in related),
        related_orders=related_orders,
        with_these_names=_with_names(names),
        month=month_calendar(day.year, day.month, by_day, here=day.day),
        locator=locator(places),
        citation=f"“{story.headline.rstrip('.')}.” {site_title}, {long_date(day)}. {permalink}",
        citations=alternates((form, urls.story(story, form)) for form in CITATION_FORMATS),
        permalink=permalink,
        digest=hashlib.sha256(to_json(write_story(story))).hexdigest(),
        data=data,
    )


def distance(days: int) -> str:
    """Return how far a day lies from another as it is said: "3 days later", "2 years earlier", "the same day"."""
    if days == 0:
        return "the same day"
    size = abs(days)
    if size < 60:
        number, unit = size, "day"
    elif size < 700:
        number, unit = round(size / 30.44), "month"
    else:
        number, unit = round(size / 365.25), "year"
    return f"{number} {unit}{'' if number == 1 else 's'} {'later' if days > 0 else 'earlier'}"


def _day_link(day: datetime.date | None, beside: datetime.date) -> Link | None:
    """Return the link to a day, its year left out where it goes without saying."""
    if day is None:
        return None
    return Link(long_date(day) if day.year != beside.year else f"{day.day} {MONTHS[day.month - 1]}", urls.day(day))


def _place_paths(story: Story, places: Sequence[ValueCount]) -> tuple[tuple[Link, ...], ...]:
    """Return each place of a story with those it lies in, from the country down; places known by name alone too."""
    paths: list[tuple[Link, ...]] = []
    for path in paths_of(places):
        country_down = path[1:] if len(path) > 1 else path  # the continent goes without saying
        by_label = {each.label: each for each in country_down}  # of a region and a city of one name the city
        paths.append(tuple(Link(each.label, urls.value("place", each.value)) for each in by_label.values()))
    return tuple(paths) if paths else tuple((link,) for link in place_links(story))


def _source(source: Source, day: datetime.date) -> SourceView:
    url = urls.source(source)
    host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
    return SourceView(source.name, "" if host == source.name else host, url, urls.archived(source, day))


def _line(line: FoundLine) -> StoryLine:
    topic = None if line.topic is None else Link(line.topic, urls.value("topic", line.topic), line.total)
    return StoryLine(
        topic,
        line.total,
        tuple(
            LineEntry(story, urls.story(story), distance(days) if days else "", story is line.story)
            for story, days in line.steps()
        ),
    )


def _related(story: Story, related: RelatedStory) -> RelatedView:
    return RelatedView(
        related.story,
        urls.story(related.story),
        tuple(Link(name, urls.value("entity", name)) for name in related.reason.shared[:_SHARED]),
        related.reason.words[:_WORDS],
        distance((related.story.date - story.date).days),
        tuple(dated_link(each.story, urls.story(each.story)) for each in related.similar),
    )


def _with_names(names: Sequence[ValueCount]) -> str | None:
    rarest = sorted(names, key=lambda each: each.count)[:3]
    text = " OR ".join(f'entity:"{each.value}"' for each in rarest if '"' not in each.value)
    return urls.search(Request(text=text)) if text else None
