"""The pages that answer a search: its hits, the values of a facet, over time, on the map; and completions."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from starlette.exceptions import HTTPException
from starlette.responses import Response

from searchidx.errors import RequestError
from searchidx.exporters.markdown import search_markdown
from searchidx.exporters.objects import completions_object, search_object, to_json
from searchidx.exporters.plain_xml import search_xml
from searchidx.exporters.tables import stories_csv
from searchidx.search.dates import read_span
from searchidx.search.over_time import OverTime, over_time
from searchidx.search.page import Page
from searchidx.search.request import FACETS, PARAMETERS, Request
from searchidx.search.suggestions import complete, earlier, ways_on
from searchidx.search.understanding import Understood
from searchidx.stories.folding import fold
from searchidx.web import counts, urls
from searchidx.web.compare_page import MAX_QUERIES, UNITS, compare_csv, compare_page
from searchidx.web.facet_page import LISTED, values_page
from searchidx.web.filters import FILTERS
from searchidx.web.formats import Format
from searchidx.web.map_page import map_page
from searchidx.web.parameters import Asked, read_order
from searchidx.web.parts import Link, span_words
from searchidx.web.reasons import Reasons
from searchidx.web.search_page import search_page, unanswered_page
from searchidx.web.timeline import shown_within, timeline
from searchidx.web.timeline_page import in_time, timeline_page
from searchidx.web.visit import Visit

#: Stories shown where a search found none.
_NEWEST = 3

#: Completions of each kind.
_SUGGESTIONS = 4


def _view(show: Callable[[Visit, Asked], Response]) -> Callable[[Visit], Response]:
    """Make a view of a search: what is wrong with one that cannot be answered is shown to readers above its form."""

    @wraps(show)
    def answered(visit: Visit) -> Response:
        asked = visit.asked()
        try:
            for fault in asked.faults:
                raise fault
            return show(visit, asked)
        except RequestError as fault:
            if visit.form is not Format.HTML or _is_file(visit):
                raise
            return visit.page(unanswered_page(asked.request, asked.faults or (fault,), asked.unknown), status=400)

    return answered


@_view
def search(visit: Visit, asked: Asked) -> Response:
    """Answer a search."""
    request = replace(asked.request, facets=FACETS)
    understood = visit.understood(request)
    page = visit.answer(request, understood)
    if visit.form is not Format.HTML:
        return _export(visit, asked.request, understood, page)
    span = _narrowed_to(request, page)
    with visit.clock.time("timeline"):
        all_counts = counts.by_date(visit.engine, shown_within(page.facets["date"]))
        drawn = timeline(request, page.facets["date"], all_counts, span=span)
    return visit.page(
        search_page(
            asked.request,
            page,
            reasons=Reasons(visit.engine, understood),
            timeline=drawn,
            period=_period(visit, asked.request.text, understood),
            before=earlier(visit.engine, asked.request, understood) if page.total else None,
            ways=ways_on(visit.engine, asked.request, understood, page),
            places=_places(visit, page),
            warnings=asked.unknown,
            newest=() if page.total else counts.stories_of(visit.engine, {}, sort="newest", limit=_NEWEST),
        )
    )


@_view
def table(visit: Visit, asked: Asked) -> Response:
    """Answer a search as a table of its stories."""
    visit.notes(*PARAMETERS, is_for_programs=True)
    page = visit.answer(asked.request)
    text = stories_csv((hit.story for hit in page.hits), visit.origin)
    following = _following(visit, asked.request, page, urls.search_table)
    return _leading_on(Response(text, media_type="text/csv; charset=utf-8"), following)


def values(visit: Visit) -> Response:
    """Show all values of one facet of a search."""
    facet = visit.http.path_params["facet"]
    if facet not in FILTERS:
        raise HTTPException(404, f"there is no facet {facet}; there are {', '.join(FILTERS)}")
    asked = visit.asked("find", "order")
    containing, order = asked.more.get("find", ""), read_order(asked.more.get("order", "count"))
    for fault in asked.faults:
        raise fault
    few = None if containing or order == "name" else LISTED * asked.request.page
    counted = replace(asked.request, facets=(facet,), facet_limit=few, facet_containing=containing, limit=1)
    page = visit.answer(urls.first_page(counted))
    record = values_page(asked.request, facet, page, containing=containing, order=order)
    return visit.page(record, notes=asked.unknown)


def compare(visit: Visit) -> Response:
    """Compare queries over time."""
    parameters = visit.http.query_params
    is_table = visit.http.url.path.endswith(".csv")
    notes = visit.notes("q", "share", "by", is_for_programs=is_table)
    queries = tuple(dict.fromkeys(q.strip() for q in parameters.getlist("q") if q.strip()))
    unit = parameters.get("by") or UNITS[0]
    if unit not in UNITS:
        raise RequestError(f"by is {unit[:40]!r}; it must be one of {', '.join(UNITS)}", parameter="by")
    if len(queries) > MAX_QUERIES:
        if is_table:
            raise RequestError(f"q is given {len(queries)} times; up to {MAX_QUERIES} are compared", parameter="q")
        notes = (*notes, f"Up to {MAX_QUERIES} queries are compared; the others were left out.")
    found: list[OverTime] = []
    mistakes: list[tuple[str, str]] = []
    for query in queries[:MAX_QUERIES]:
        try:
            found.append(over_time(visit.engine, Request(text=query, today=visit.today), unit))
        except RequestError as fault:
            mistakes.append((query, str(fault)))
    record = compare_page(
        found,
        counts.by_month(visit.engine) if unit == "month" else counts.by_date(visit.engine),
        share=parameters.get("share") == "1",
        unit=unit,
        mistakes=tuple(mistakes),
        queries=queries[:MAX_QUERIES],
    )
    if is_table:
        for query, message in mistakes:
            raise RequestError(f"{query!r}: {message}", parameter="q")
        return Response(compare_csv(record), media_type="text/csv; charset=utf-8")
    return visit.page(record, notes=notes, status=400 if mistakes else 200)


@_view
def story_map(visit: Visit, asked: Asked) -> Response:
    """Show where the stories of a search happened; as a picture alone under .svg."""
    page = visit.answer(replace(urls.first_page(asked.request), facets=("place",), facet_limit=None, limit=1))
    record = map_page(asked.request, page, warnings=asked.unknown)
    if _is_file(visit):
        return Response(visit.renderer.picture("map.svg", record.drawing), media_type="image/svg+xml")
    return visit.page(record)


@_view
def timeline_view(visit: Visit, asked: Asked) -> Response:
    """Show the hits of a search in the order of time."""
    page = visit.answer(in_time(asked.request))
    return visit.page(timeline_page(asked.request, page, counts.by_date(visit.engine), warnings=asked.unknown))


def suggest(visit: Visit) -> Response:
    """Complete what is typed, as JSON."""
    prefix = visit.http.query_params.get("q", "").strip()
    found = complete(visit.engine, prefix, today=visit.today, limit=_SUGGESTIONS)
    return Response(to_json(completions_object(prefix, found)), media_type=Format.JSON.media_type)


def _is_file(visit: Visit) -> bool:
    return visit.http.url.path.endswith((".svg", ".csv"))


def _period(visit: Visit, text: str, understood: Understood) -> Link | None:
    """Return the page of the days that a text means if it is nothing but a date, or of the one day that a search asks for.

    The link has no address if no story is of those days.
    """
    if not any(character.isdigit() for character in text):
        return None  # "march" and "may" are words before they are dates
    try:
        span = read_span(text, today=visit.today)
    except RequestError:
        day = understood.period
        if day is None or day.first != day.last:
            return None
        span = day
    total = counts.total(visit.engine, {"date": counts.during(span)})
    page = urls.period_of(span.first, span.last)
    address = urls.search(Request(date=(text,))) if page is None else str(page)
    return Link(span_words(span.first, span.last), address if total else None, total)


def _places(visit: Visit, page: Page) -> tuple[str, ...]:
    """Return which words of a search are places, if no story has all of its words."""
    words = page.query.relaxed.words if page.query.relaxed else ()
    return tuple(word for word in words if any(fold(v) == fold(word) for v in visit.engine.values("place", word)))


def _export(visit: Visit, request: Request, understood: Understood, page: Page) -> Response:
    following = _following(visit, request, page, lambda other: urls.search(other, visit.form))
    body: str | bytes
    if visit.form is Format.MARKDOWN:
        body = search_markdown(page)
    elif visit.form is Format.XML:
        body = search_xml(page)
    else:
        links = {
            "self": visit.origin + urls.search(request, visit.form),
            "html": visit.origin + urls.search(request),
            "next": following,
        }
        ways = ways_on(visit.engine, request, understood, page)
        body = to_json({**search_object(page, ways), "links": links})
    return _leading_on(visit.export(body), following)


def _following(visit: Visit, request: Request, page: Page, address: Callable[[Request], str]) -> str | None:
    """Return where the next page of hits is, None behind the last."""
    if page.next_cursor is None:
        return None
    return visit.origin + address(replace(request, page=1, cursor=page.next_cursor))


def _leading_on(response: Response, following: str | None) -> Response:
    """Tell in the head of an answer where the next one is (RFC 8288)."""
    if following is not None:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _narrowed_to(request: Request, page: Page) -> tuple[datetime.date, datetime.date] | None:
    """Return the days that the date filters of a search leave, from the first to the last; None without any."""
    words = {*request.date, request.after, request.before}
    spans = [span for span in page.query.spans if span.words in words]
    if not spans:
        return None
    ends = (span.last or datetime.date.max for span in spans)
    starts = (span.first or datetime.date.min for span in spans)
    if request.date:
        return min(starts), max(ends)
    return max(starts), min(ends)
