"""The pages under /news/: stories, days, months, years."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from searchidx.catalogue import Archive
from searchidx.errors import RequestError, StoryMissing
from searchidx.exporters.citations import CITED_AS, Citation, linked_data
from searchidx.exporters.listings import Listing
from searchidx.exporters.markdown import listing_markdown, story_markdown
from searchidx.exporters.objects import listing_object, story_object, to_json
from searchidx.exporters.plain_xml import listing_xml, story_xml
from searchidx.search.dates import read_span
from searchidx.search.engine import Engine
from searchidx.search.page import RelatedStory
from searchidx.search.request import Request
from searchidx.search.scoring import Side
from searchidx.stories import Story
from searchidx.stories.addresses import day_address
from searchidx.web import urls
from searchidx.web.error_page import error_page
from searchidx.web.formats import CITATION_FORMATS, PAGE_FORMATS, Format
from searchidx.web.news_pages import all_years_page, day_page, listing, month_page, year_page
from searchidx.web.parameters import Asked
from searchidx.web.parts import Link, period_words
from searchidx.web.story_page import FromSearch, story_page
from searchidx.web.visit import Visit

#: Related stories on a story's page.
_RELATED = 8
#: The orders in which they can be had, by the parameter `related`.
RELATED_ORDERS = {"": "Closest", "time": "Nearest in time"}


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
    if page.year is None and visit.form is Format.HTML:
        notes = visit.notes("when")
        when = visit.http.query_params.get("when", "").strip()
        return _go_to(when, visit.today) if when else visit.page(all_years_page(visit.engine), notes=notes)
    return _period(visit, page)


def _go_to(when: str, today: datetime.date) -> Response:
    """Lead to the page of the days that date words mean, or to the search for them.

    Raises:
        RequestError: if they mean none.
    """
    span = read_span(when, today=today)
    page = urls.period_of(span.first, span.last)
    return RedirectResponse(urls.search(Request(date=(when,))) if page is None else str(page), 303)


def _period(visit: Visit, page: urls.News) -> Response:
    if visit.form not in PAGE_FORMATS:
        names = ", ".join(form.label for form in PAGE_FORMATS)
        raise HTTPException(406 if page.format is None else 404, f"the page of a period comes as {names} only")
    notes = visit.notes()
    shown = ("day",) if visit.form is Format.HTML else ("day", "month")
    found = listing(visit.engine, page, story_periods=shown)
    if not found.total and page.year is not None:
        return _nothing(visit, found)
    if visit.form is not Format.HTML:
        return visit.export(_export_listing(visit.form, found))
    build: Callable[[Engine, urls.News, Listing], object] = {"day": day_page, "month": month_page, "year": year_page}[
        found.kind
    ]
    return visit.page(build(visit.engine, replace(page, format=None), found), notes=notes)


def _nothing(visit: Visit, empty: Listing) -> Response:
    """Say that a period has no stories, and lead to the nearest ones that have some.

    Raises:
        HTTPException: in formats for programs.
    """
    nearest = [period for period in (empty.previous, empty.following) if period]
    words = " and of ".join(map(period_words, nearest))
    detail = (
        f"The archive has no stories of {period_words(empty.period)}{f'; the nearest are of {words}' if words else ''}."
    )
    if visit.form is not Format.HTML:
        raise HTTPException(404, detail)
    links = tuple(Link(f"All stories of {period_words(each)}", str(urls.period(each))) for each in nearest)
    title = f"No stories of {period_words(empty.period)}"
    return visit.page(error_page(404, detail, visit.http.scope["path"], title=title, nearest=links), status=404)


def _export_listing(form: Format, found: Listing) -> str | bytes:
    if form is Format.MARKDOWN:
        return listing_markdown(found)
    return listing_xml(found) if form is Format.XML else to_json(listing_object(found))


def _story(visit: Visit, page: urls.News) -> Response:
    story, form = _find_story(visit.archive, page)
    own = urls.story(story, form)
    if unquote(own) != visit.http.scope["path"]:
        return _redirect(visit, own)
    asked = visit.asked("hit", "related")
    by = asked.more.get("related", "")
    if by not in RELATED_ORDERS:
        raise RequestError(f"related is {by[:40]!r}; it must be time, or left out", parameter="related")
    if visit.form is not Format.HTML:
        return visit.export(_EXPORTS[visit.form](visit, story))
    record = story_page(
        story,
        visit.engine,
        _related(visit, story),
        related_orders=tuple(
            Link(text, None if order == by else urls.related_by(story, visit.http.query_params.multi_items(), order))
            for order, text in RELATED_ORDERS.items()
        ),
        site_title=visit.archive.settings.title,
        permalink=visit.origin + urls.story(story),
        data=linked_data(_citation(visit, story)),
        from_search=_from_search(visit, asked, story),
    )
    return visit.page(record, notes=asked.unknown)


def _related(visit: Visit, story: Story) -> tuple[RelatedStory, ...]:
    with visit.clock.time("related"):
        by: Side | None = "time" if visit.http.query_params.get("related") else None
        return visit.archive.related(story.id, limit=_RELATED, by=by).related


def _json(visit: Visit, story: Story) -> bytes:
    return to_json(story_object(story, _related(visit, story), visit.archive.story_lines(story.id)))


def _citation(visit: Visit, story: Story) -> Citation:
    settings = visit.archive.settings
    return Citation(story, settings.title, settings.licence, visit.origin, visit.today)


def _cited(visit: Visit, story: Story) -> bytes:
    return CITED_AS[visit.form.suffix](_citation(visit, story))


#: What a story's page is in each format for programs.
_EXPORTS: Mapping[Format, Callable[[Visit, Story], str | bytes]] = {
    Format.JSON: _json,
    Format.XML: lambda visit, story: story_xml(story, _related(visit, story)),
    Format.MARKDOWN: lambda visit, story: story_markdown(story, _related(visit, story)),
    **dict.fromkeys((Format.LINKED_DATA, *CITATION_FORMATS), _cited),
}


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

    address = urls.from_search(request)

    def link(p: int) -> Link | None:
        return Link(found[p].headline, address(found[p], p)) if p in found else None

    back = urls.search(replace(request, page=wanted[position]))
    return FromSearch(back, request.text, position, total, link(position - 1), link(position + 1))


def _redirect(visit: Visit, address: str) -> Response:
    query = visit.http.url.query
    return RedirectResponse(f"{address}?{query}" if query else address, 301)
