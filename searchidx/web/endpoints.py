"""One function for each page: what is asked → the archive → an export or a record.

A search takes about a millisecond, so it runs in the event loop itself: handing it to a thread would cost more.
Several workers share the machine's cores.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from searchidx.catalogue import Archive
from searchidx.errors import RequestError, StoryMissing
from searchidx.exporters.listings import Listing
from searchidx.exporters.markdown import listing_markdown, search_markdown, story_markdown
from searchidx.exporters.objects import (
    completions_object,
    listing_object,
    search_object,
    story_object,
    to_json,
)
from searchidx.exporters.plain_xml import listing_xml, search_xml, story_xml
from searchidx.search.answering import answer
from searchidx.search.engine import Engine
from searchidx.search.page import Page
from searchidx.search.query import ANY_VALUE
from searchidx.search.request import FACETS, Request
from searchidx.search.suggestions import complete, ways_out
from searchidx.stories import Story
from searchidx.stories.addresses import day_address
from searchidx.web import counts, urls
from searchidx.web.compare_page import MAX_QUERIES, compare_csv, compare_page
from searchidx.web.formats import Format
from searchidx.web.home_page import home_page
from searchidx.web.map_page import map_page
from searchidx.web.news_pages import all_years_page, day_page, listing, month_page, year_page
from searchidx.web.parameters import Asked, read_request, unknown_parameters
from searchidx.web.parts import FACET_TITLES, ORDERS, Link, period_words
from searchidx.web.rendering import Renderer, Site
from searchidx.web.responses import Stopwatch
from searchidx.web.search_page import FILTERS, search_page, unanswered_page, values_page, with_picks
from searchidx.web.story_page import FromSearch, story_page
from searchidx.web.text_pages import about_page, accessibility_page, help_page
from searchidx.web.timeline import shown_within, timeline
from searchidx.web.value_pages import LISTED, list_page, value_page

#: Stories shown where a search found none.
_NEWEST = 3
#: Related stories on a story's page.
_RELATED = 8
#: Completions of each kind.
_SUGGESTIONS = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page, with all that is needed to answer it."""

    http: HttpRequest
    archive: Archive
    renderer: Renderer
    form: Format
    today: datetime.date
    clock: Stopwatch

    @property
    def engine(self) -> Engine:
        """The generation that answers."""
        return self.archive.engine

    @property
    def origin(self) -> str:
        """Where readers find the site: as the archive's settings say, else as they asked."""
        return self.archive.settings.base_url or f"{self.http.url.scheme}://{self.http.url.netloc}"

    @property
    def site(self) -> Site:
        """What every page says of the archive."""
        settings = self.archive.settings
        return Site(
            settings.title,
            settings.licence,
            settings.credit,
            self.origin,
            self.engine.generation,
            self.engine.story_count,
        )

    def page(self, record: object, *, status: int = 200, notes: tuple[str, ...] = ()) -> Response:
        """Answer with the page of a record."""
        with self.clock.time("render"):
            body = self.renderer.page(record, self.site, notes)
        return Response(body, status, media_type=Format.HTML.media_type)

    def export(self, body: str | bytes) -> Response:
        """Answer with an export in the format asked for."""
        return Response(body, media_type=self.form.media_type)

    def asked(self, *more: str) -> Asked:
        """Read the search in the address.

        Raises:
            RequestError: in formats for programs, for anything that cannot be read or is not known.
        """
        asked = read_request(self.http.query_params.multi_items(), today=self.today, more=more)
        if self.form is not Format.HTML:
            for fault in asked.faults:
                raise fault
            self._refuse(asked.unknown)
        return asked

    def notes(self, *known: str) -> tuple[str, ...]:
        """Return a note for each parameter that is not known.

        Raises:
            RequestError: in formats for programs.
        """
        unknown = unknown_parameters(self.http.query_params.keys(), known)
        if self.form is not Format.HTML:
            self._refuse(unknown)
        return unknown

    def answer(self, request: Request) -> Page:
        """Answer a search."""
        with self.clock.time("search"):
            return answer(self.engine, request)

    def _refuse(self, unknown: tuple[str, ...]) -> None:
        for sentence in unknown:
            raise RequestError(sentence, parameter=sentence.split(" ", 1)[0])


def home(visit: Visit) -> Response:
    """Show the front page."""
    record = home_page(visit.engine, site_title=visit.archive.settings.title, today=visit.today)
    return visit.page(record, notes=visit.notes())


def search(visit: Visit) -> Response:
    """Answer a search."""
    asked = visit.asked()
    request = replace(asked.request, facets=FACETS)
    if visit.form is not Format.HTML:
        return visit.export(_export_search(visit, request, visit.answer(request)))
    if asked.faults:
        return visit.page(unanswered_page(asked.request, asked.faults, asked.unknown), status=400)
    try:
        page = visit.answer(request)
        span = _narrowed_to(request, page)
    except RequestError as fault:
        return visit.page(unanswered_page(asked.request, (fault,), asked.unknown), status=400)
    with visit.clock.time("timeline"):
        all_counts = counts.by_date(visit.engine, shown_within(page.facets["date"]))
        drawn = timeline(request, page.facets["date"], all_counts, span=span)
    nothing = not page.total
    return visit.page(
        search_page(
            asked.request,
            page,
            timeline=drawn,
            warnings=asked.unknown,
            ways_out=ways_out(visit.engine, asked.request) if nothing else (),
            newest=counts.stories_of(visit.engine, {}, sort="newest", limit=_NEWEST) if nothing else (),
        )
    )


def values(visit: Visit) -> Response:
    """Show all values of one facet of a search."""
    facet = visit.http.path_params["facet"]
    if facet not in FILTERS:
        raise HTTPException(404, f"there is no facet {facet}; there are {', '.join(FILTERS)}")
    asked = visit.asked("find", "order")
    containing, order = asked.more.get("find", ""), _order(asked.more.get("order", "count"))
    for fault in asked.faults:
        raise fault
    request = replace(asked.request, facets=(facet,), facet_limit=None if containing else LISTED, limit=1)
    page = visit.answer(request)
    record = values_page(asked.request, facet, page, containing=containing, order=order, limit=LISTED)
    return visit.page(record, notes=asked.unknown)


def news(visit: Visit) -> Response:
    """Show what stands at an address under /news/: a story, a day, a month, a year, or all years."""
    path = visit.http.scope["path"]
    page = urls.read_news(path)
    if page is None:
        raise HTTPException(404, f"{path[:200]} is no address of a day, a month, a year or a story")
    if page.slug:
        return _story(visit, page)
    if str(page) != path:
        return _redirect(visit, str(page))
    if page.year is None:
        if visit.form is not Format.HTML:
            raise HTTPException(404, "the list of all years comes as HTML only; each year has every format")
        return visit.page(all_years_page(visit.engine), notes=visit.notes())
    return _period(visit, page)


def value_list(visit: Visit) -> Response:
    """List the places, names, topics, categories or sources of the archive."""
    facet = _facet_of(visit)
    notes = visit.notes("find", "order")
    parameters = visit.http.query_params
    order = _order(parameters.get("order") or "count")
    record = list_page(visit.engine, facet, containing=parameters.get("find", "").strip(), order=order)
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


def compare(visit: Visit) -> Response:
    """Compare queries over time."""
    parameters = visit.http.query_params
    notes = visit.notes("q", "share")
    queries = tuple(dict.fromkeys(q.strip() for q in parameters.getlist("q") if q.strip()))
    share = parameters.get("share") == "1"
    if len(queries) > MAX_QUERIES:
        notes = (*notes, f"Up to {MAX_QUERIES} queries are compared; the others were left out.")
    found: list[tuple[Request, Page]] = []
    mistakes: list[tuple[str, str]] = []
    for query in queries[:MAX_QUERIES]:
        request = Request(text=query, today=visit.today)
        try:
            found.append((request, visit.answer(replace(request, facets=("date",), limit=1))))
        except RequestError as fault:
            mistakes.append((query, str(fault)))
    record = compare_page(
        found,
        counts.by_date(visit.engine),
        share=share,
        mistakes=tuple(mistakes),
        queries=queries[:MAX_QUERIES],
    )
    if visit.http.url.path.endswith(".csv"):
        for query, message in mistakes:
            raise RequestError(f"{query!r}: {message}", parameter="q")
        return Response(compare_csv(record), media_type="text/csv; charset=utf-8")
    return visit.page(record, notes=notes, status=400 if mistakes else 200)


def story_map(visit: Visit) -> Response:
    """Show where the stories of a search happened; as a picture alone under .svg."""
    asked = visit.asked()
    picture = visit.http.url.path.endswith(".svg")
    try:
        for fault in asked.faults:
            raise fault
        page = visit.answer(replace(urls.first_page(asked.request), facets=("place",), facet_limit=None, limit=1))
    except RequestError as fault:
        if picture:
            raise
        return visit.page(unanswered_page(asked.request, asked.faults or (fault,), asked.unknown), status=400)
    record = map_page(asked.request, page, warnings=asked.unknown)
    if picture:
        return Response(visit.renderer.picture("map.svg", record.drawing), media_type="image/svg+xml")
    return visit.page(record)


def suggest(visit: Visit) -> Response:
    """Complete what is typed, as JSON."""
    prefix = visit.http.query_params.get("q", "").strip()
    found = complete(visit.engine, prefix, limit=_SUGGESTIONS)
    return Response(to_json(completions_object(prefix, found)), media_type=Format.JSON.media_type)


def help_(visit: Visit) -> Response:
    """Explain the query language."""
    return visit.page(help_page(), notes=visit.notes())


def about(visit: Visit) -> Response:
    """Say what the archive is."""
    return visit.page(about_page(visit.engine.story_count), notes=visit.notes())


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


def live(visit: Visit) -> Response:
    """Say that the process runs."""
    return PlainTextResponse("ok\n")


def ready(visit: Visit) -> Response:
    """Say that the archive answers."""
    page = answer(visit.engine, Request(limit=1, today=visit.today))
    return PlainTextResponse(f"ok, {page.total} stories, generation {page.generation}\n")


def _export_search(visit: Visit, request: Request, page: Page) -> str | bytes:
    if visit.form is Format.MARKDOWN:
        return search_markdown(page)
    if visit.form is Format.XML:
        return search_xml(page)
    bare = replace(request, facets=())
    following = replace(bare, page=1, cursor=page.next_cursor) if page.next_cursor else None
    links = {
        "self": visit.origin + urls.search(bare, visit.form),
        "html": visit.origin + urls.search(bare),
        "next": following and visit.origin + urls.search(following, visit.form),
    }
    return to_json(search_object(page) | {"links": links})


def _period(visit: Visit, page: urls.News) -> Response:
    notes = visit.notes()
    shown = ("day",) if visit.form is Format.HTML else ("day", "month")
    found = listing(visit.engine, page, story_periods=shown)
    if not found.total:
        words = period_words(found.period)
        raise HTTPException(404, f"the archive has no stories of {words}")
    if visit.form is not Format.HTML:
        return visit.export(_export_listing(visit.form, found))
    build: Callable[[Engine, urls.News, Listing], object] = {"day": day_page, "month": month_page, "year": year_page}[
        found.kind
    ]
    return visit.page(build(visit.engine, replace(page, format=None), found), notes=notes)


def _export_listing(form: Format, found: Listing) -> str | bytes:
    if form is Format.MARKDOWN:
        return listing_markdown(found)
    return listing_xml(found) if form is Format.XML else to_json(listing_object(found))


def _story(visit: Visit, page: urls.News) -> Response:
    story, form = _find_story(visit.archive, page)
    own = urls.story(story, form)
    if unquote(own) != visit.http.scope["path"]:
        return _redirect(visit, own)
    asked = visit.asked("hit")
    with visit.clock.time("related"):
        related = visit.archive.related(story.id, limit=_RELATED).related
    if visit.form is Format.MARKDOWN:
        return visit.export(story_markdown(story, related))
    if visit.form is Format.XML:
        return visit.export(story_xml(story, related))
    if visit.form is Format.JSON:
        return visit.export(to_json(story_object(story, related, visit.archive.story_lines(story.id))))
    record = story_page(
        story,
        visit.engine,
        related,
        site_title=visit.archive.settings.title,
        base_url=visit.origin,
        from_search=_from_search(visit, asked, story),
    )
    return visit.page(record, notes=asked.unknown)


def _find_story(archive: Archive, page: urls.News) -> tuple[Story, Format | None]:
    """Return the story of an address and the format its suffix asks for; a slug may end like a suffix itself."""
    address = f"{day_address(datetime.date(page.year or 1, page.month or 1, page.day or 1))}{page.slug}"
    try:
        return archive.at(address), page.format
    except StoryMissing:
        if page.format is None:
            raise
        return archive.at(f"{address}.{page.format.suffix}"), None


def _from_search(visit: Visit, asked: Asked, story: Story) -> FromSearch | None:
    """Return the search that led to a story, with the hits on either side; None if none did or it finds it no more."""
    hit, request = asked.more.get("hit", ""), asked.request
    size = request.limit or 1
    if asked.faults or not hit.isascii() or not hit.isdigit() or len(hit) > 6:
        return None
    position = int(hit)
    wanted = {p: (p - 1) // size + 1 for p in (position - 1, position, position + 1) if p > 0}
    found: dict[int, Story] = {}
    total = 0
    try:
        for number in sorted(set(wanted.values())):
            page = visit.answer(replace(request, page=number, facets=()))
            total = page.total
            found |= {(number - 1) * size + n: each.story for n, each in enumerate(page.hits, 1)}
    except RequestError:
        return None
    if position not in found or found[position].id != story.id:
        return None

    def link(p: int) -> Link | None:
        return Link(found[p].headline, urls.story_from(found[p], request, p)) if p in found else None

    back = urls.search(replace(request, page=wanted[position]))
    return FromSearch(back, request.text, position, total, link(position - 1), link(position + 1))


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


def _facet_of(visit: Visit) -> str:
    first = "/" + visit.http.scope["path"].split("/")[1]
    return next(facet for facet, path in urls.LISTS.items() if path == first)


def _order(order: str) -> str:
    if order not in ORDERS:
        raise RequestError(f"order is {order[:40]!r}; it must be one of {', '.join(ORDERS)}", parameter="order")
    return order


def _redirect(visit: Visit, address: str) -> Response:
    query = visit.http.url.query
    return RedirectResponse(f"{address}?{query}" if query else address, 301)
