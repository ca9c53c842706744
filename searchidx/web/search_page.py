"""The record of the search page."""

import datetime
import shlex
from dataclasses import dataclass, replace

from searchidx.errors import QueryError, RequestError
from searchidx.search.page import Correction, Page, Relaxed, WayOut
from searchidx.search.request import LAST_NUMBERED_PAGE, SORTS, Request
from searchidx.stories import Story
from searchidx.web import urls
from searchidx.web.filters import FILTERS, Chip, Filter, chips_of, filter_of, filter_words, without_filters
from searchidx.web.formats import PAGE_FORMATS
from searchidx.web.hits import HitView, folded, story_view
from searchidx.web.paging import Paging, numbered, pages_of
from searchidx.web.parameters import LIMITS
from searchidx.web.parts import (
    Head,
    Link,
    alternates,
    is_plain_period,
    long_date,
    period_words,
    span_words,
)
from searchidx.web.reasons import Reasons
from searchidx.web.timeline import Timeline

SORT_TITLES = {"relevance": "Best match", "newest": "Newest", "oldest": "Oldest"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something asked for that cannot be answered; for a query with the place of the mistake and a repair."""

    parameter: str
    message: str
    before: str = ""
    after: str = ""
    repaired: Link | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How the query was understood; what goes without saying is left empty."""

    parsed: str
    spans: tuple[str, ...]
    corrections: tuple[tuple[Correction, str], ...]
    relaxed: Relaxed | None
    warnings: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.parsed or self.spans or self.corrections or self.relaxed or self.warnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """The search page. Without an answer (`total` None) there is the form, what is in force, and the mistakes."""

    head: Head
    request: Request
    mistakes: tuple[Mistake, ...] = ()
    warnings: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    clear: str = urls.SEARCH
    excluded: tuple[tuple[str, str], ...] = ()
    reading: Reading | None = None
    total: int | None = None
    span: str = ""
    did_you_mean: Link | None = None
    sorts: tuple[Link, ...] = ()
    limits: tuple[Link, ...] = ()
    timeline: Timeline | None = None
    filters: tuple[Filter, ...] = ()
    hits: tuple[HitView, ...] = ()
    paging: Paging | None = None
    ways_out: tuple[Link, ...] = ()
    newest: tuple[HitView, ...] = ()
    terminal: str = ""
    map_url: str = ""
    timeline_url: str = ""
    period: Link | None = None
    compare_url: str = ""


def unanswered_page(request: Request, faults: tuple[RequestError, ...], warnings: tuple[str, ...]) -> SearchPage:
    """Return the page of a search that cannot be answered: the form as it was filled in, and what is wrong."""
    return SearchPage(
        head=Head(title="This search needs a change", indexable=False),
        request=request,
        mistakes=tuple(_mistake(request, fault) for fault in faults),
        warnings=warnings,
        chips=chips_of(request),
        clear=urls.search(without_filters(request)),
        terminal=terminal_command(request),
    )


def search_page(
    request: Request,
    page: Page,
    *,
    reasons: Reasons,
    timeline: Timeline | None,
    period: Link | None = None,
    warnings: tuple[str, ...] = (),
    ways_out: tuple[WayOut, ...] = (),
    newest: tuple[Story, ...] = (),
) -> SearchPage:
    """Return the page of a search that has been answered.

    Args:
        request: the search.
        page: its answer.
        reasons: why its hits are some.
        timeline: of its hits.
        period: the page of the days that the words of the search are, if they are but a date; without a link if no story
            is of them.
        warnings: what of the address means nothing.
        ways_out: what would find stories, where nothing is found.
        newest: stories to show there.
    """
    paging = _paging(request, page)
    title = f"{request.text or filter_words(request) or 'All stories'}: {page.total:,} {_stories(page.total)}"
    return SearchPage(
        head=Head(
            title=title,
            address=urls.search(request),
            alternates=alternates((f, urls.search(request, f)) for f in PAGE_FORMATS[1:]),
            indexable=False,
            previous=paging.previous if paging else None,
            following=paging.following if paging else None,
        ),
        request=request,
        warnings=warnings,
        chips=chips_of(request),
        clear=urls.search(without_filters(request)),
        reading=_reading(request, page),
        total=page.total,
        span=span_words(page.first, page.last),
        did_you_mean=_did_you_mean(request, page),
        sorts=tuple(
            Link(SORT_TITLES[sort], None if sort == request.sort else urls.search(_sorted(request, sort)))
            for sort in SORTS
        ),
        limits=tuple(
            Link(str(limit), None if limit == request.limit else urls.search(_limited(request, limit)))
            for limit in LIMITS
        ),
        timeline=timeline,
        filters=tuple(
            each for facet in FILTERS if (each := filter_of(request, facet, page.facets[facet])).rows or page.total
        ),
        hits=folded(request, page, reasons),
        paging=paging,
        ways_out=tuple(Link(_way_words(way), urls.search(way.request), way.total) for way in ways_out),
        newest=tuple(story_view(story) for story in newest),
        terminal=terminal_command(request),
        map_url=urls.story_map(request),
        timeline_url=urls.timeline(urls.first_page(request)),
        period=period,
        compare_url=urls.compare((request.text,) if request.text else ()),
    )


def terminal_command(request: Request) -> str:
    """Return the command that gives the same answer."""
    words = ["searchidx", "search"]
    if request.text:
        words += ["--", request.text] if request.text.startswith("-") else [request.text]
    options: list[str] = []
    for name, value in urls.parameters(request):
        if name not in ("q", "page"):
            options += [f"--{name}={value}"] if value.startswith("-") else [f"--{name}", value]
    return shlex.join([*words[:2], *options, *words[2:]])


def _mistake(request: Request, fault: RequestError) -> Mistake:
    if not isinstance(fault, QueryError):
        return Mistake(fault.parameter, str(fault))
    return Mistake(
        "q",
        str(fault),
        before=request.text[: fault.position],
        after=request.text[fault.position :],
        repaired=Link(fault.repaired or "every story", urls.search(replace(request, text=fault.repaired))),
    )


def _reading(request: Request, page: Page) -> Reading:
    query = page.query
    return Reading(
        parsed=query.parsed if query.parsed != " ".join(query.text.split()) else "",
        spans=tuple(f"{s.words} is {_days(s.first, s.last)}" for s in query.spans if not is_plain_period(s.words)),
        corrections=tuple(
            (each, urls.search(replace(urls.first_page(request), text=each.exact))) for each in query.corrections
        ),
        relaxed=query.relaxed,
        warnings=query.warnings,
    )


def _days(first: datetime.date | None, last: datetime.date | None) -> str:
    if first is not None and last is not None:
        return long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"
    if first is not None:
        return f"from {long_date(first)} on"
    return f"up to {long_date(last)}" if last is not None else "any day"


def _way_words(way: WayOut) -> str:
    return f"with words that begin {way.part}" if way.kind == "prefix" else f"without {period_words(way.part)}"


def _did_you_mean(request: Request, page: Page) -> Link | None:
    meant = page.did_you_mean
    if meant is None:
        return None
    return Link(meant.query, urls.search(replace(urls.first_page(request), text=meant.query)), meant.total)


def _sorted(request: Request, sort: str) -> Request:
    return replace(urls.first_page(request), sort=sort)  # type: ignore[arg-type]


def _limited(request: Request, limit: int) -> Request:
    return replace(urls.first_page(request), limit=limit)


def _stories(count: int) -> str:
    return "story" if count == 1 else "stories"


def _paging(request: Request, page: Page) -> Paging | None:
    if request.limit is None or (page.total <= request.limit and request.cursor is None):
        return None
    last = pages_of(page.total, request.limit)
    following = page.next_cursor and urls.search(replace(request, page=1, cursor=page.next_cursor))
    if request.cursor is not None:
        return Paging(None, last, (), None, following, urls.search(urls.first_page(request)))
    paging = numbered(request.page, last, lambda n: urls.search(replace(request, page=n)), reachable=LAST_NUMBERED_PAGE)
    return paging if paging.following else replace(paging, following=following)
