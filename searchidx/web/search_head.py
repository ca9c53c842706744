"""The record of what every view of a search begins with: how it was understood, what it is narrowed to, and its other views."""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from searchidx.errors import QueryError, RequestError
from searchidx.search.dates import Span, period_name
from searchidx.search.page import Correction, Page, Relaxed, UnderstoodSpan
from searchidx.search.request import Request
from searchidx.web import urls
from searchidx.web.filters import Chip, chips_of, filter_words, without_filters
from searchidx.web.parts import Link, is_plain_period, long_date, span_words

#: The views of a search, and the address of each.
VIEWS: Mapping[str, Callable[[Request], str]] = {
    "List": urls.search,
    "Timeline": urls.timeline,
    "Map": urls.story_map,
}

#: What stands before a year, a month or a day and says nothing of it.
_BEFORE_PERIODS = re.compile(r"(?:(?:in|on|of|during|the) )+")


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
class SearchHead:
    """What every view of a search begins with. Without an answer (`total` None) there are the mistakes that stand against one.

    Attributes:
        warnings: what of the address means nothing.
        clear: leads to the same view without filters.
        span: the days from the first to the last story found.
        views: the same search as a list, over time, on the map.
    """

    request: Request
    subject: str
    warnings: tuple[str, ...]
    chips: tuple[Chip, ...]
    clear: str
    mistakes: tuple[Mistake, ...] = ()
    reading: Reading | None = None
    total: int | None = None
    span: str = ""
    views: tuple[Link, ...] = ()


def search_head(request: Request, page: Page, warnings: tuple[str, ...], *, view: str = "List") -> SearchHead:
    """Return what a view of a search that has been answered begins with."""
    start = urls.first_page(request)
    address = VIEWS[view]
    return SearchHead(
        request=request,
        subject=request.text or filter_words(request) or "All stories",
        warnings=warnings,
        chips=chips_of(request, address),
        clear=address(without_filters(request)),
        reading=_reading(start, page, address),
        total=page.total,
        span=span_words(page.first, page.last),
        views=tuple(Link(name, None if name == view else other(start)) for name, other in VIEWS.items()),
    )


def head_of_mistakes(request: Request, faults: tuple[RequestError, ...], warnings: tuple[str, ...]) -> SearchHead:
    """Return what the page of a search that cannot be answered begins with."""
    return SearchHead(
        request=request,
        subject="This search needs a change",
        warnings=warnings,
        chips=chips_of(request),
        clear=urls.search(without_filters(request)),
        mistakes=tuple(_mistake(request, fault) for fault in faults),
    )


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


def _reading(request: Request, page: Page, address: Callable[[Request], str]) -> Reading:
    query = page.query
    return Reading(
        parsed=query.parsed if query.parsed != _without_stops(query.text) else "",
        spans=tuple(f"{s.words} is {_days(s.first, s.last)}" for s in query.spans if not _is_plain(s)),
        corrections=tuple((each, address(replace(request, text=each.exact))) for each in query.corrections),
        relaxed=query.relaxed,
        warnings=query.warnings,
    )


def _is_plain(span: UnderstoodSpan) -> bool:
    """Whether date words say themselves which days they mean: 2004-08, in August 2004, the 2010 (world cup)."""
    if is_plain_period(span.words):
        return True
    if span.first is None or span.last is None:
        return False
    return _BEFORE_PERIODS.sub("", span.words.lower()) == period_name(Span(span.first, span.last)).lower()


def _without_stops(text: str) -> str:
    """Return a text as it is read where it has but words: a question loses its commas and its question mark."""
    return " ".join(stripped for word in text.split() if (stripped := word.rstrip(",.;?!")))


def _days(first: datetime.date | None, last: datetime.date | None) -> str:
    if first is not None and last is not None:
        return long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"
    if first is not None:
        return f"from {long_date(first)} on"
    return f"up to {long_date(last)}" if last is not None else "any day"
