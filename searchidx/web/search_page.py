"""The record of the search page, and of the page with all values of one facet."""

import datetime
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from searchidx.errors import QueryError, RequestError
from searchidx.search.page import Correction, Facet, FacetValue, Hit, Page, Relaxed, WayOut
from searchidx.search.request import LAST_NUMBERED_PAGE, SORTS, Request
from searchidx.stories import Story
from searchidx.web import urls
from searchidx.web.formats import Format
from searchidx.web.parameters import LIMITS
from searchidx.web.parts import (
    FACET_TITLES,
    Head,
    Link,
    Segment,
    alternates,
    has_word,
    in_order,
    is_plain_period,
    long_date,
    marked,
    name_links,
    orders,
    period_words,
    place_links,
)
from searchidx.web.timeline import Timeline

#: The order of the filters on the page, by how readers narrow news: where, who, what.
FILTERS = ("place", "entity", "topic", "category", "source")
SORT_TITLES = {"relevance": "Best match", "newest": "Newest", "oldest": "Oldest"}
#: Names and sources shown with a hit.
_NAMES, _SOURCES = 5, 2
#: Pages on either side of this one that are linked by number.
_NEAR = 2
_ANY, _NONE = "*", "-*"


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force and the link that takes it out."""

    text: str
    url: str


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


@dataclass(frozen=True, slots=True)
class Row:
    """A value in a filter: its check box, its count (None if it is not counted), and the link that excludes it."""

    value: str
    label: str
    count: int | None
    checked: bool
    exclude: str | None
    children: tuple["Row", ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """The values of one facet as check boxes, and the page with all of them."""

    name: str
    title: str
    rows: tuple[Row, ...]
    picked: int
    more: int
    all_values: str
    plural: str


@dataclass(frozen=True, slots=True)
class HitView:
    """A story in a list of results; `similar` are near duplicates of it, folded under it."""

    story: Story
    url: str
    headline: tuple[Segment, ...]
    text: tuple[Segment, ...]
    places: tuple[Link, ...]
    names: tuple[Link, ...]
    more_names: int
    sources: tuple[str, ...]
    more_sources: int
    similar: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Paging:
    """Where in the results this page is; `number` is None beyond the numbered pages."""

    number: int | None
    of: int
    links: tuple[Link, ...]
    previous: str | None
    following: str | None
    first: str | None


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
    timeline: Timeline | None,
    warnings: tuple[str, ...] = (),
    ways_out: tuple[WayOut, ...] = (),
    newest: tuple[Story, ...] = (),
) -> SearchPage:
    """Return the page of a search that has been answered."""
    paging = _paging(request, page)
    title = f"{request.text or filter_words(request) or 'All stories'}: {page.total:,} {_stories(page.total)}"
    return SearchPage(
        head=Head(
            title=title,
            address=urls.search(request),
            alternates=alternates((f, urls.search(request, f)) for f in Format if f is not Format.HTML),
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
        span=_span(page),
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
            each for facet in FILTERS if (each := _filter(request, facet, page.facets[facet])).rows or page.total
        ),
        hits=_folded(request, page),
        paging=paging,
        ways_out=tuple(Link(_way_words(way), urls.search(way.request), way.total) for way in ways_out),
        newest=tuple(story_view(story) for story in newest),
        terminal=terminal_command(request),
        map_url=urls.story_map(request),
        compare_url=urls.compare((request.text,) if request.text else ()),
    )


def story_view(story: Story) -> HitView:
    """Return a story in a list that is not the answer to a query."""
    return _view(story, urls.story(story), marked(story.headline, ()), marked(story.body, ()))


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


def picks(request: Request, facet: str) -> tuple[str, ...]:
    """Return the values picked and excluded in a facet, as typed."""
    values: tuple[str, ...] = getattr(request, facet)
    return values


def with_picks(request: Request, facet: str, values: tuple[str, ...]) -> Request:
    """Return the search from its beginning with other values picked in a facet."""
    return replace(urls.first_page(request), **{facet: values})  # type: ignore[arg-type]


def chips_of(request: Request, address: Callable[[Request], str] = urls.search) -> tuple[Chip, ...]:
    """Return the filters in force; the links lead to the same page, which has an address for every search."""
    start = urls.first_page(request)
    chips = []
    for facet in FILTERS:
        chosen = picks(request, facet)
        for value in chosen:
            rest = tuple(other for other in chosen if other != value)
            words = _pick_words(facet, value)
            text = words if value in (_ANY, _NONE) else f"{FACET_TITLES[facet][0]}: {words}"
            chips.append(Chip(text, address(with_picks(request, facet, rest))))
    for value in request.date:
        rest = tuple(other for other in request.date if other != value)
        chips.append(Chip(f"Date: {period_words(value)}", address(with_picks(request, "date", rest))))
    if request.after:
        chips.append(Chip(f"From: {period_words(request.after)}", address(replace(start, after=None))))
    if request.before:
        chips.append(Chip(f"Before: {period_words(request.before)}", address(replace(start, before=None))))
    return tuple(chips)


def without_filters(request: Request) -> Request:
    """Return the search with its words alone."""
    return Request(text=request.text, sort=request.sort, limit=request.limit)


def filter_words(request: Request) -> str:
    """Return the filters in force as they are read."""
    return ", ".join(chip.text for chip in chips_of(request))


def rows(request: Request, facet: str, values: tuple[FacetValue, ...], missing: int) -> tuple[Row, ...]:
    """Return the check boxes of a facet: its values, what is picked and not among them, and the bucket of none."""
    chosen = picks(request, facet)
    shown = tuple(_row(request, facet, value) for value in values)
    seen = {row.value for row in _walk(shown)} | {_NONE}
    rest = tuple(
        Row(value, _pick_words(facet, value), None, checked=True, exclude=None) for value in chosen if value not in seen
    )
    bucket = FACET_TITLES[facet][2]
    none = (Row(_NONE, bucket, missing, _NONE in chosen, None),) if missing or _NONE in chosen else ()
    return shown + rest + none


def _flat(values: tuple[FacetValue, ...]) -> Iterator[FacetValue]:
    for value in values:
        yield replace(value, children=())
        yield from _flat(value.children)


def _walk(shown: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(found for row in shown for found in (row, *_walk(row.children)))


def _row(request: Request, facet: str, value: FacetValue) -> Row:
    if len(value.children) == 1 and value.picked is None:
        only = value.children[0]
        if (only.label, only.count) == (value.label, value.count):
            return _row(request, facet, only)  # a region that is here for its one city of the same name
    chosen = picks(request, facet)
    excluded = value.picked == "excluded"
    written = f"-{value.value}" if excluded else value.value
    others = tuple(pick for pick in chosen if pick.removeprefix("-") != value.value)
    return Row(
        value=written,
        label=f"not {value.label}" if excluded else value.label,
        count=value.count,
        checked=value.picked is not None,
        exclude=None
        if value.picked is not None
        else urls.search(with_picks(request, facet, (*others, f"-{value.value}"))),
        children=tuple(_row(request, facet, child) for child in value.children),
    )


def _folded(request: Request, page: Page) -> tuple[HitView, ...]:
    """Return the hits as they are shown, near duplicates under the first of them; links know the search and the position."""
    url_of = {
        hit.story.id: urls.story_from(hit.story, request, position)
        for position, hit in enumerate(page.hits, _first_position(request))
    }
    story_of = {hit.story.id: hit.story for hit in page.hits}
    folded = {similar for hit in page.hits for similar in hit.similar}

    def shown(hit: Hit) -> HitView:
        texts = marked(hit.story.headline, hit.headline), marked(hit.snippet.text, hit.snippet.marks)
        similar = tuple(
            Link(f"{long_date(story_of[each].date)}: {story_of[each].headline}", url_of[each]) for each in hit.similar
        )
        return replace(_view(hit.story, url_of[hit.story.id], *texts), similar=similar)

    return tuple(shown(hit) for hit in page.hits if hit.story.id not in folded)


def _filter(request: Request, name: str, facet: Facet) -> Filter:
    title, plural, _ = FACET_TITLES[name]
    return Filter(
        name=name,
        title=title,
        rows=rows(request, name, facet.values, facet.missing),
        picked=len(picks(request, name)),
        more=facet.more,
        all_values=urls.values(name, request),
        plural=plural.lower(),
    )


def _view(story: Story, url: str, headline: tuple[Segment, ...], text: tuple[Segment, ...]) -> HitView:
    names = name_links(story)
    sources = tuple(dict.fromkeys(source.name for source in story.sources))
    return HitView(
        story=story,
        url=url,
        headline=headline,
        text=text,
        places=place_links(story, 3),
        names=names[:_NAMES],
        more_names=len(names[_NAMES:]),
        sources=sources[:_SOURCES],
        more_sources=len(sources[_SOURCES:]),
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


def _span(page: Page) -> str:
    if page.first is None or page.last is None:
        return ""
    return long_date(page.first) if page.first == page.last else f"{long_date(page.first)} – {long_date(page.last)}"


def _way_words(way: WayOut) -> str:
    return f"with words that begin {way.part}" if way.kind == "prefix" else f"without {period_words(way.part)}"


def _did_you_mean(request: Request, page: Page) -> Link | None:
    meant = page.did_you_mean
    if meant is None:
        return None
    return Link(meant.query, urls.search(replace(urls.first_page(request), text=meant.query)), meant.total)


def _pick_words(facet: str, value: str) -> str:
    title, _, none = FACET_TITLES[facet]
    if value == _NONE:
        return none
    if value == _ANY:
        return f"Any {title.lower()}"
    return f"not {value[1:]}" if value.startswith("-") else value


def _sorted(request: Request, sort: str) -> Request:
    return replace(urls.first_page(request), sort=sort)  # type: ignore[arg-type]


def _limited(request: Request, limit: int) -> Request:
    return replace(urls.first_page(request), limit=limit)


def _stories(count: int) -> str:
    return "story" if count == 1 else "stories"


def _first_position(request: Request) -> int:
    return 1 if request.limit is None else (request.page - 1) * request.limit + 1


def _paging(request: Request, page: Page) -> Paging | None:
    if request.limit is None or (page.total <= request.limit and request.cursor is None):
        return None
    last = -(-page.total // request.limit)
    following = page.next_cursor
    if request.cursor is not None:
        return Paging(
            None,
            last,
            (),
            None,
            following and urls.search(replace(request, page=1, cursor=following)),
            urls.search(urls.first_page(request)),
        )
    reachable = min(last, LAST_NUMBERED_PAGE)
    number = request.page

    def at(page_number: int) -> str:
        return urls.search(replace(request, page=page_number))

    near = range(max(1, number - _NEAR), min(reachable, number + _NEAR) + 1)
    numbers = sorted({1, *near, *([last] if last == reachable else [])})
    next_url = at(number + 1) if number < reachable else None
    if next_url is None and following is not None:
        next_url = urls.search(replace(request, page=1, cursor=following))
    return Paging(
        number,
        last,
        tuple(Link(str(n), None if n == number else at(n)) for n in numbers),
        at(number - 1) if number > 1 else None,
        next_url,
        None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesPage:
    """All values of one facet of a search."""

    head: Head
    request: Request
    facet: str
    title: str
    total: int
    rows: tuple[Row, ...]
    more: int
    containing: str
    orders: tuple[Link, ...]
    chips: tuple[Chip, ...]
    back: str


def values_page(request: Request, facet: str, page: Page, *, containing: str, order: str, limit: int) -> ValuesPage:
    """Return the page with the values of a facet whose words begin with a text, by count or by name."""
    counted = page.facets[facet]
    values = tuple(_flat(counted.values))
    if containing:
        values = tuple(value for value in values if has_word(value.label, containing))
    values, more = values[:limit], counted.more + len(values[limit:])
    plural = FACET_TITLES[facet][1]
    return ValuesPage(
        head=Head(title=f"{plural} in this search", indexable=False),
        request=request,
        facet=facet,
        title=plural,
        total=page.total,
        rows=rows(request, facet, in_order(values, order), counted.missing),
        more=more,
        containing=containing,
        orders=orders(order, lambda by: urls.values(facet, request, containing=containing, order=by)),
        chips=chips_of(request),
        back=urls.search(urls.first_page(request)),
    )
