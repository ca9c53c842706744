"""The pages beside searches and news: the front page, lists of values, texts, and what programs ask of a site."""

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from searchidx.search.answering import answer
from searchidx.search.query import ANY_VALUE
from searchidx.search.request import Request
from searchidx.web import urls
from searchidx.web.filters import with_picks
from searchidx.web.home_page import home_page
from searchidx.web.parameters import read_order, read_page
from searchidx.web.parts import FACET_TITLES
from searchidx.web.text_pages import about_page, accessibility_page, help_page
from searchidx.web.value_pages import list_page, value_page
from searchidx.web.visit import Visit


def home(visit: Visit) -> Response:
    """Show the front page."""
    record = home_page(visit.engine, site_title=visit.archive.settings.title, today=visit.today)
    return visit.page(record, notes=visit.notes())


def value_list(visit: Visit) -> Response:
    """List the places, names, topics, categories or sources of the archive."""
    facet = _facet_of(visit)
    notes = visit.notes("find", "order", "page")
    parameters = visit.http.query_params
    record = list_page(
        visit.engine,
        facet,
        containing=parameters.get("find", "").strip(),
        order=read_order(parameters.get("order") or "count"),
        number=read_page(parameters.get("page") or "1"),
    )
    return visit.page(record, notes=notes)


def value(visit: Visit) -> Response:
    """Show one place, name, topic, category or source; another spelling of one leads to it, one of several to a search."""
    facet, text = _facet_of(visit), visit.http.path_params["value"]
    meant = () if text == ANY_VALUE else visit.engine.values(facet, text)
    if text in meant:
        return visit.page(value_page(visit.engine, facet, text, today=visit.today), notes=visit.notes())
    if len(meant) == 1:
        return RedirectResponse(urls.value(facet, meant[0]), 301)
    if meant:
        return RedirectResponse(urls.search(with_picks(Request(), facet, (text,))), 303)
    raise HTTPException(404, f"no story here has {text[:200]!r} as its {FACET_TITLES[facet][0].lower()}")


def help_(visit: Visit) -> Response:
    """Explain the query language."""
    return visit.page(help_page(), notes=visit.notes())


def about(visit: Visit) -> Response:
    """Say what the archive is."""
    return visit.page(about_page(), notes=visit.notes())


def accessibility(visit: Visit) -> Response:
    """Show the accessibility statement."""
    return visit.page(accessibility_page(), notes=visit.notes())


def opensearch(visit: Visit) -> Response:
    """Describe the search to browsers (OpenSearch 1.1)."""
    text = visit.renderer.text("opensearch.xml", visit.site)
    return Response(text, media_type="application/opensearchdescription+xml")


def robots(visit: Visit) -> Response:
    """Tell crawlers that stories and days are for them, and the countless searches are not (RFC 9309)."""
    lines = ["User-agent: *", "Disallow: /search", "Disallow: /suggest", "Disallow: /compare", "Disallow: /*?"]
    return PlainTextResponse("\n".join(lines) + "\n")


def ready(visit: Visit) -> Response:
    """Say that the archive answers."""
    page = answer(visit.engine, Request(limit=1, today=visit.today))
    return PlainTextResponse(f"ok, {page.total} stories, generation {page.generation}\n")


def _facet_of(visit: Visit) -> str:
    first = "/" + visit.http.scope["path"].split("/")[1]
    return next(facet for facet, path in urls.LISTS.items() if path == first)
