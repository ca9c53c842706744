"""The record of the search page."""

import re
from dataclasses import dataclass, replace

from searchidx.errors import RequestError
from searchidx.exporters.texts import command_line, stories_counted
from searchidx.search.page import AlsoWritten, OtherName, Page, WayOut, WaysOn
from searchidx.search.query import quoted
from searchidx.search.request import LAST_NUMBERED_PAGE, SORTS, Request
from searchidx.search.understanding import VERSUS
from searchidx.stories import Story
from searchidx.web import urls
from searchidx.web.compare_page import MAX_QUERIES
from searchidx.web.filters import FILTERS, Filter, filter_of, picks
from searchidx.web.formats import PAGE_FORMATS
from searchidx.web.hits import HitView, folded, story_view
from searchidx.web.paging import Paging, numbered, pages_of
from searchidx.web.parameters import LIMITS, MAX_LIMIT
from searchidx.web.parts import Alternate, Head, Link, alternates, period_words
from searchidx.web.reasons import Reasons
from searchidx.web.search_head import SearchHead, head_of_mistakes, search_head
from searchidx.web.timeline import Timeline

SORT_TITLES = {"relevance": "Best match", "newest": "Newest", "oldest": "Oldest"}
#: What stands between the sides that a query sets against each other.
_VERSUS = re.compile(rf"(?:^|\s)(?:{'|'.join(VERSUS)})\.?(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """The search page; of a search that cannot be answered there is only the head."""

    head: Head
    search: SearchHead
    did_you_mean: Link | None = None
    other_name: OtherName | None = None
    also_written: AlsoWritten | None = None
    sorts: tuple[Link, ...] = ()
    limits: tuple[Link, ...] = ()
    timeline: Timeline | None = None
    filters: tuple[Filter, ...] = ()
    hits: tuple[HitView, ...] = ()
    paging: Paging | None = None
    ways_out: tuple[Link, ...] = ()
    newest: tuple[HitView, ...] = ()
    period: Link | None = None
    compare: Link | None = None
    before: Link | None = None
    side_by_side: Link | None = None
    table: str = ""
    downloads: tuple[Alternate, ...] = ()
    terminal: str = ""


def unanswered_page(request: Request, faults: tuple[RequestError, ...], warnings: tuple[str, ...]) -> SearchPage:
    """Return the page of a search that cannot be answered: the form as it was filled in, and what is wrong."""
    search = head_of_mistakes(request, faults, warnings)
    return SearchPage(head=Head(title=search.subject, indexable=False), search=search)


def search_page(
    request: Request,
    page: Page,
    *,
    reasons: Reasons,
    timeline: Timeline | None,
    ways: WaysOn,
    period: Link | None = None,
    before: WayOut | None = None,
    places: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
    newest: tuple[Story, ...] = (),
) -> SearchPage:
    """Return the page of a search that has been answered.

    Args:
        request: the search.
        page: its answer.
        reasons: why each of its hits is one.
        timeline: of its hits.
        ways: what else could be asked.
        period: the page of the days that the search means, if it is nothing but a date; without an address if no story is
            of those days.
        before: what the same words find before the days that the search asks for.
        places: which words of the search are places, if no story has all of its words.
        warnings: what of the address means nothing.
        newest: stories to show there.
    """
    paging = _paging(request, page)
    search = search_head(request, page, warnings)
    compared = compared_queries(request)
    return SearchPage(
        head=Head(
            title=f"{search.subject}: {stories_counted(page.total)}",
            address=urls.search(request),
            alternates=alternates((f, urls.search(request, f)) for f in PAGE_FORMATS[1:]),
            indexable=False,
            previous=paging.previous if paging else None,
            following=paging.following if paging else None,
        ),
        search=search,
        did_you_mean=_did_you_mean(request, page),
        other_name=ways.other_name,
        also_written=ways.also_written,
        sorts=_sorts(request) if page.total > 1 else (),
        limits=_limits(request) if page.total > LIMITS[0] else (),
        timeline=timeline,
        filters=tuple(
            each for facet in FILTERS if (each := filter_of(request, facet, page.facets[facet])).rows or page.total
        ),
        hits=folded(request, page, reasons),
        paging=paging,
        ways_out=tuple(Link(str(way), urls.search(way.request), way.total) for way in ways.ways_out),
        newest=tuple(story_view(story) for story in newest),
        terminal=f"searchidx {command_line(request)}",
        period=period,
        before=before and Link(f"before {period_words(before.part)}", urls.search(before.request), before.total),
        side_by_side=_against(page, places) or _side_by_side(page, places),
        compare=Link("these with each other" if len(compared) > 1 else "it with others", urls.compare(compared)),
        table=urls.search_table(_limited(request, MAX_LIMIT)),
        downloads=alternates((form, urls.search(_limited(request, MAX_LIMIT), form)) for form in PAGE_FORMATS[1:]),
    )


def compared_queries(request: Request) -> tuple[str, ...]:
    """Return the queries to compare a search by: one for each of several values picked in a facet, else the search alone."""
    text = f"({request.text})" if " OR " in request.text else request.text
    each_with: tuple[str, ...] = ("",)
    for facet in FILTERS:
        fields = [f"{facet}:{quoted(value)}" for value in picks(request, facet) if value[:1] not in ("-", "*")]
        if len(fields) > 1:
            each_with = tuple(fields[:MAX_QUERIES])
        elif fields:
            text = f"{text} {fields[0]}"
    return tuple(query for one in each_with if (query := f"{text} {one}".strip()))


def _against(page: Page, places: tuple[str, ...]) -> Link | None:
    """Return the comparison of what a query sets against each other, where no story has it all: coal vs nuclear.

    None where a side is but a place, and what happened there stands on another one: floods in Haiti vs Chile.
    """
    sides = tuple(dict.fromkeys(side for each in _VERSUS.split(page.query.text) if (side := each.strip())))
    has_groups = any(sign in page.query.text for sign in '"()')
    if page.query.relaxed is None or has_groups or not 1 < len(sides) <= MAX_QUERIES:
        return None
    told = {word for word in page.query.relaxed.words if word not in places and not word.isdigit()}
    if len(places) > 1 and 0 < sum(not told.isdisjoint(side.split()) for side in sides) < len(sides):
        return None
    return Link(" and ".join(sides), urls.compare(sides))


def _side_by_side(page: Page, places: tuple[str, ...]) -> Link | None:
    """Return the comparison of what a question asks of several places: earthquakes in Turkey and in Japan."""
    relaxed = page.query.relaxed
    asked = " ".join(word for word in relaxed.words if word not in places) if relaxed else ""
    if len(places) < 2 or not asked:
        return None
    compared = places[:MAX_QUERIES]
    return Link(
        f"{asked} in {' and in '.join(compared)}",
        urls.compare(tuple(f"{asked} place:{quoted(place)}" for place in compared)),
    )


def _did_you_mean(request: Request, page: Page) -> Link | None:
    meant = page.did_you_mean
    if meant is None:
        return None
    return Link(meant.query, urls.search(replace(urls.first_page(request), text=meant.query)), meant.total)


def _sorts(request: Request) -> tuple[Link, ...]:
    first = urls.first_page(request)
    return tuple(
        Link(SORT_TITLES[sort], None if sort == request.sort else urls.search(replace(first, sort=sort)))
        for sort in SORTS
    )


def _limits(request: Request) -> tuple[Link, ...]:
    return tuple(
        Link(str(limit), None if limit == request.limit else urls.search(_limited(request, limit))) for limit in LIMITS
    )


def _limited(request: Request, limit: int) -> Request:
    return replace(urls.first_page(request), limit=limit)


def _paging(request: Request, page: Page) -> Paging | None:
    if request.limit is None or (page.total <= request.limit and request.cursor is None):
        return None
    last = pages_of(page.total, request.limit)
    following = page.next_cursor and urls.search(replace(request, page=1, cursor=page.next_cursor))
    if request.cursor is not None:
        return Paging(None, last, (), None, following, urls.search(urls.first_page(request)))
    paging = numbered(request.page, last, lambda n: urls.search(replace(request, page=n)), reachable=LAST_NUMBERED_PAGE)
    return paging if paging.following else replace(paging, following=following)
