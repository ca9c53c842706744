"""The application: every route in one list, every error handler in one table, and what wraps each page."""

import datetime
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from searchidx.catalogue import Archive
from searchidx.errors import ArchiveError, RequestError, StoryMissing
from searchidx.exporters.objects import to_json
from searchidx.web import endpoints, news_endpoints, search_endpoints, urls
from searchidx.web.error_page import error_page, problem
from searchidx.web.formats import PAGE_FORMATS, Format, accepted, split_suffix
from searchidx.web.remembered import RememberedAnswers
from searchidx.web.rendering import Renderer
from searchidx.web.responses import (
    A_WHILE,
    ANY_ANSWER,
    BRIEFLY,
    FOR_EVER,
    NOT_KEPT,
    SECURITY_HEADERS,
    SecurityHeaders,
    Stopwatch,
    compressed,
    entity_tag,
    takes_gzip,
)
from searchidx.web.visit import Visit

#: Formats of pages that are for people only.
_HTML = (Format.HTML,)
_PROBLEM = "application/problem+json"
#: Addresses that no person reads, and whose answers are of no format of the pages.
_FOR_PROGRAMS = (urls.SUGGEST, f"{urls.SEARCH}.csv", f"{urls.COMPARE}.csv", f"{urls.MAP}.svg")
_LOG = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]


def create_app(archive: Archive, *, today: Callable[[], datetime.date] = datetime.date.today) -> Starlette:
    """Return the site over an open archive.

    Args:
        archive: is asked for its newest generation with every request.
        today: the day that "yesterday" and "on this day" are relative to.
    """
    app = Starlette(
        routes=routes,
        middleware=[Middleware(RememberedAnswers, archive, today), Middleware(SecurityHeaders)],
        exception_handlers=dict(error_handlers),
    )
    app.router.redirect_slashes = False
    app.state.archive, app.state.renderer, app.state.today = archive, Renderer(), today
    app.state.version = f"{app.state.renderer.digest} {archive.settings}"
    return app


def reading(
    endpoint: Callable[[Visit], Response], *, formats: tuple[Format, ...] = _HTML, keep: str = BRIEFLY
) -> Handler:
    """Wrap an endpoint: choose the format, answer 304 to who has the page already, tag, time and compress.

    Args:
        endpoint: what answers.
        formats: in which the page comes, the first where nothing is said.
        keep: the Cache-Control of a good answer.
    """

    async def handle(request: Request) -> Response:
        state, headers = request.app.state, request.headers
        accept_encoding, known = headers.get("accept-encoding", ""), headers.get("if-none-match", "")
        state.archive.refresh()
        visit = Visit(request, state.archive, state.renderer, _format(request, formats), state.today(), Stopwatch())
        tag = entity_tag(
            state.version,
            state.archive.engine.generation,
            state.archive.engine.digest,
            visit.today,
            visit.form.name,
            takes_gzip(accept_encoding),
            visit.origin,
            request.scope["path"],
            request.scope["query_string"],
        )
        kept = {"ETag": tag, "Cache-Control": keep, "Vary": "Accept, Accept-Encoding"}
        if tag in known:  # only a good answer had it, and would have it again
            return Response(status_code=304, headers=kept)
        with visit.clock.time("total"):
            response = endpoint(visit)
        if response.status_code == 200:
            if known.strip() == ANY_ANSWER:
                return Response(status_code=304, headers=kept)
            response.headers.update(kept)
        response.headers["Vary"] = kept["Vary"]
        response.headers.setdefault("Cache-Control", NOT_KEPT if response.status_code >= 400 else BRIEFLY)
        response.headers["Server-Timing"] = str(visit.clock)
        return compressed(response, accept_encoding)

    return handle


async def static(request: Request) -> Response:
    """Serve a static file; its name changes with its content, so it can be kept for ever."""
    file = request.app.state.renderer.static.get(request.path_params["name"])
    if file is None:
        raise HTTPException(404, "there is no such file")
    zipped = takes_gzip(request.headers.get("accept-encoding", ""))
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if zipped else {})
    return Response(file.compressed if zipped else file.content, media_type=file.media_type, headers=headers)


async def live(_: Request) -> Response:
    """Say that the process runs, whatever its archive does."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": NOT_KEPT})


async def without_slash(request: Request) -> Response:
    """Lead from an address with a slash behind it to the one without."""
    # Starlette's own redirect names the host, which is another one behind a proxy. Two slashes would name one, too.
    address, query = "/" + request.path_params["path"].strip("/"), request.url.query
    return RedirectResponse(f"{address}?{query}" if query else address, 301)


routes = [
    Route(urls.HOME, reading(endpoints.home)),
    Route(urls.SEARCH, reading(search_endpoints.search, formats=PAGE_FORMATS)),
    *(
        Route(f"{urls.SEARCH}.{form.suffix}", reading(search_endpoints.search, formats=PAGE_FORMATS))
        for form in PAGE_FORMATS
    ),
    Route(f"{urls.SEARCH}.csv", reading(search_endpoints.table)),
    Route(urls.SEARCH + "/{facet}", reading(search_endpoints.values)),
    Route("/news", reading(news_endpoints.news, formats=PAGE_FORMATS)),
    Route("/news.{suffix}", reading(news_endpoints.news, formats=PAGE_FORMATS)),
    Route("/news/{path:path}", reading(news_endpoints.news, formats=tuple(Format), keep=A_WHILE)),
    *(Route(path, reading(endpoints.value_list)) for path in urls.LISTS.values()),
    *(Route(path + "/{value:path}", reading(endpoints.value)) for path in urls.LISTS.values()),
    Route(urls.COMPARE, reading(search_endpoints.compare)),
    Route(urls.COMPARE + ".csv", reading(search_endpoints.compare)),
    *(Route(urls.MAP + suffix, reading(search_endpoints.story_map)) for suffix in ("", ".svg")),
    Route(urls.TIMELINE, reading(search_endpoints.timeline_view)),
    Route(urls.SUGGEST, reading(search_endpoints.suggest)),
    Route(urls.HELP, reading(endpoints.help_)),
    Route(urls.ABOUT, reading(endpoints.about)),
    Route(urls.ACCESSIBILITY, reading(endpoints.accessibility)),
    Route(urls.OPENSEARCH, reading(endpoints.opensearch)),
    Route("/robots.txt", reading(endpoints.robots)),
    Route("/livez", live),
    Route("/readyz", reading(endpoints.ready, keep=NOT_KEPT)),
    Route(urls.STATIC + "{name}", static),
    Route("/{path:path}/", without_slash),
]


async def _request_error(request: Request, error: Exception) -> Response:
    return _failure(request, 400, _sentence(str(error)), error)


async def _story_missing(request: Request, error: Exception) -> Response:
    return _failure(request, 404, _sentence(str(error)), error)


async def _archive_error(request: Request, error: Exception) -> Response:
    _LOG.error("searchidx: %s", error)  # which is for the keeper: readers need not know of files
    return _failure(request, 503, "The archive's files cannot be read just now. Try again in a minute.", error)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    detail = _DETAILS.get(error.status_code) if error.detail in _PHRASES else error.detail
    response = _failure(request, error.status_code, _sentence(detail or error.detail), error)
    response.headers.update(error.headers or {})
    return response


async def _server_error(request: Request, error: Exception) -> Response:
    response = _failure(request, 500, "The mistake is ours, and it has been written to the server's log.", error)
    response.headers.update(SECURITY_HEADERS)  # this handler stands outside of all middleware
    return response


error_handlers: Mapping[Any, Any] = {
    RequestError: _request_error,
    StoryMissing: _story_missing,
    ArchiveError: _archive_error,
    HTTPException: _http_error,
    Exception: _server_error,
}

_PHRASES = frozenset({"Not Found", "Method Not Allowed"})
_DETAILS = {
    404: "Nothing stands at this address. It may have been written with a mistake.",
    405: "This site only answers GET and HEAD.",
}


def _failure(request: Request, status: int, detail: str, error: Exception) -> Response:
    """Answer with what went wrong, as a page or as a problem (RFC 9457)."""
    path = request.scope["path"]
    headers = {"Cache-Control": NOT_KEPT, "Vary": "Accept, Accept-Encoding"}
    form = split_suffix(path)[1] or accepted(request.headers.get("accept", "")) or Format.HTML
    if form is not Format.HTML or path in _FOR_PROGRAMS:
        return Response(to_json(problem(status, detail, path, error)), status, headers, _PROBLEM)
    state = request.app.state
    visit = Visit(request, state.archive, state.renderer, Format.HTML, state.today(), Stopwatch())
    response = visit.page(error_page(status, detail, path), status=status)
    response.headers.update(headers)
    return compressed(response, request.headers.get("accept-encoding", ""))


def _format(request: Request, formats: tuple[Format, ...]) -> Format:
    if formats == _HTML:
        return Format.HTML
    form = split_suffix(request.scope["path"])[1] or accepted(request.headers.get("accept", ""), formats)
    if form is None:
        names = ", ".join(each.media_type.partition(";")[0] for each in formats)
        raise HTTPException(406, f"this page comes as {names}; ask for one of them in Accept, or by a suffix")
    return form


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
