"""The record of the hits of a search in the order of time, by month or year."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from searchidx.search.page import Page
from searchidx.search.request import LAST_NUMBERED_PAGE, Request
from searchidx.stories import Story
from searchidx.web import urls
from searchidx.web.hits import first_position
from searchidx.web.paging import Paging, numbered, pages_of
from searchidx.web.parts import Head, Link, period_words, place_links
from searchidx.web.search_head import SearchHead, search_head
from searchidx.web.timeline import jumps

#: Hits on a page: a line each.
LISTED = 80
#: Hits are grouped by year where they are further apart than so many days, else by month.
_FAR = 3 * 365
#: Places named with each.
_PLACES = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A story as a line."""

    story: Story
    url: str
    places: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """The hits of a month or a year that are on the page."""

    title: Link
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """The hits of a search in the order of time."""

    head: Head
    search: SearchHead
    turned: Link
    jumps: tuple[Link, ...]
    periods: tuple[Period, ...]
    paging: Paging | None
    unreached: int


def in_time(request: Request) -> Request:
    """Return a request as this page asks it: oldest first unless it says newest, `LISTED` hits to a page."""
    return replace(request, sort="newest" if request.sort == "newest" else "oldest", limit=LISTED, cursor=None)


def timeline_page(
    request: Request, page: Page, all_counts: Mapping[str, int], *, warnings: tuple[str, ...] = ()
) -> TimelinePage:
    """Return the page of a request that has been answered as `in_time`.

    Args:
        request: the search.
        page: its answer.
        all_counts: how many stories of the archive there are in each year.
        warnings: what of the address means nothing.
    """
    asked = in_time(request)
    newest = asked.sort == "newest"
    of = pages_of(page.total, LISTED)
    days = [hit.story.date for hit in page.hits]
    letters = 4 if days and abs((days[-1] - days[0]).days) > _FAR else 7
    search = search_head(request, page, warnings, view="Timeline")
    address = urls.from_search(asked)
    hits = list(enumerate(page.hits, first_position(asked)))
    return TimelinePage(
        head=Head(
            title=f"In the order of time: {search.subject}",
            address=urls.timeline(request),
            indexable=False,
        ),
        search=search,
        turned=Link(
            "Oldest first" if newest else "Newest first",
            urls.timeline(replace(urls.first_page(request), sort="oldest" if newest else "newest")),
        ),
        jumps=jumps(request, all_counts, urls.timeline),
        periods=tuple(
            Period(
                Link(period_words(period), str(urls.period(period))),
                tuple(_entry(hit.story, address(hit.story, position)) for position, hit in group),
            )
            for period, group in groupby(hits, lambda each: each[1].story.date.isoformat()[:letters])
        ),
        paging=numbered(
            request.page, of, lambda n: urls.timeline(replace(request, page=n)), reachable=LAST_NUMBERED_PAGE
        )
        if of > 1
        else None,
        unreached=max(0, page.total - LAST_NUMBERED_PAGE * LISTED),
    )


def _entry(story: Story, url: str) -> Entry:
    return Entry(story, url, place_links(story, _PLACES))
