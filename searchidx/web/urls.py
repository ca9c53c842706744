"""Every address on this site: made here, and those under /news/ read here.

A page knows its own address: what comes by another way of writing it (a zero-padded day, `index.md`, no closing
slash) is sent there.
"""

import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from searchidx.search.request import PARAMETERS, Request, parameters
from searchidx.stories import Source, Story
from searchidx.stories.addresses import day_address
from searchidx.web.formats import Format, split_suffix

HOME, NEWS, SEARCH, SUGGEST, COMPARE, MAP, TIMELINE = (
    "/",
    "/news/",
    "/search",
    "/suggest",
    "/compare",
    "/map",
    "/timeline",
)
HELP, ABOUT, ACCESSIBILITY, OPENSEARCH = "/help", "/about", "/accessibility", "/opensearch.xml"
#: Where the values of a facet are listed, and under which each has its page.
LISTS = {"place": "/places", "entity": "/names", "topic": "/topics", "category": "/categories", "source": "/sources"}
STATIC = "/static/"

#: Where copies of web pages are kept; the day asks for the copy nearest to it.
WEB_ARCHIVE = "https://web.archive.org/web/{day:%Y%m%d}/{url}"

_INDEX_NAMES = frozenset({"index", "readme"})
_WEB_ADDRESS = re.compile(r"https?://[^\s]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class News:
    """A page under /news/: of all years, of a year, a month, a day, or of a story where there is a slug."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    slug: str = ""
    format: Format | None = None

    def __str__(self) -> str:
        """Return the page's one address."""
        path = "/news"
        if self.year is not None:
            path += f"/{self.year:04d}"
        if self.month is not None:
            path += f"/{self.month:02d}"
        if self.day is not None:
            path += f"/{self.day}"
        if self.slug:
            path += "/" + quote(self.slug)
        if self.format is not None:
            return f"{path}.{self.format.suffix}"
        return path if self.slug else path + "/"


def read_news(path: str) -> News | None:
    """Return the page that an address under /news/ means, however it is written; None if it can mean none."""
    stem, form = split_suffix(path)
    if stem == "/news":
        return News(format=form)
    *numbers, last = path.removeprefix("/news/").split("/")
    if not last and len(numbers) == 4 and numbers[3]:
        last = numbers.pop()
    name, form = split_suffix(last)
    if name.lower() in _INDEX_NAMES:
        name, form = "", None if form is Format.HTML else form
    if len(numbers) < 3 and name:
        numbers, name = [*numbers, name], ""
    if len(numbers) > 3 or not all(re.fullmatch("[0-9]{1,4}", number) for number in numbers):
        return None
    year, month, day = (*map(int, numbers), None, None, None)[:3]
    try:
        datetime.date(2000 if year is None else year, month or 1, day or 1)
    except ValueError:
        return None
    if 0 in (month, day):
        return None
    return News(year, month, day, name, form)


def period(text: str) -> News:
    """Return the page of a period: "2004", "2004-08" or "2004-08-14"."""
    year, month, day = (*map(int, text.split("-")), None, None)[:3]
    return News(year, month, day)


def period_of(first: datetime.date, last: datetime.date) -> News | None:
    """Return the page of just these days, both in: of a day, a month or a year; None if there is none."""
    if first == last:
        return News(first.year, first.month, first.day)
    if (
        first.day != 1
        or (last != datetime.date.max and (last + datetime.timedelta(1)).day != 1)
        or first.year != last.year
    ):
        return None
    if first.month == last.month:
        return News(first.year, first.month)
    return News(first.year) if (first.month, last.month) == (1, 12) else None


def day(date: datetime.date, form: Format | None = None) -> str:
    """Return the address of a day's page."""
    return day_address(date) if form is None else f"{day_address(date)[:-1]}.{form.suffix}"


def month(year: int, number: int, form: Format | None = None) -> str:
    """Return the address of a month's page."""
    return str(News(year, number, format=form))


def year(number: int, form: Format | None = None) -> str:
    """Return the address of a year's page."""
    return str(News(number, format=form))


def story(story: Story, form: Format | None = None) -> str:
    """Return the address of a story's page."""
    return quote(story.address) + ("" if form is None else f".{form.suffix}")


def from_search(request: Request) -> Callable[[Story, int], str]:
    """Return what makes the address of a story's page as the hit at a position, from 1, of a search."""
    said = _with_query("", [*parameters(first_page(request)), ("hit", "")])
    return lambda story, position: f"{quote(story.address)}{said}{position}"


def related_by(story: Story, said: Iterable[tuple[str, str]], by: str) -> str:
    """Return the address of a story's page, as asked for, with its related stories in another order; "" is the usual one."""
    pairs = [(name, value) for name, value in said if name != "related"]
    return _with_query(quote(story.address), [*pairs, *([("related", by)] if by else [])]) + "#related"


def search(request: Request, form: Format | None = None) -> str:
    """Return the address of a search."""
    return _with_query(SEARCH + ("" if form is None else f".{form.suffix}"), parameters(request))


def picking(request: Request, facet: str) -> Callable[[tuple[str, ...]], str]:
    """Return what makes the address of a search from its beginning with other values picked in a facet.

    A page has a hundred such links, so all that stays the same is written once.
    """
    place = PARAMETERS.index(facet)
    pairs = parameters(first_page(request))
    before = [_encoded([pair]) for pair in pairs if PARAMETERS.index(pair[0]) < place]
    after = [_encoded([pair]) for pair in pairs if PARAMETERS.index(pair[0]) > place]

    def address(picked: tuple[str, ...]) -> str:
        said = "&".join([*before, *[f"{facet}={_quoted(value)}" for value in picked], *after])
        return f"{SEARCH}?{said}" if said else SEARCH

    return address


def values(facet: str, request: Request, *, containing: str = "", order: str = "count", page: int = 1) -> str:
    """Return the address of a page with the values of a facet of a search."""
    return _with_query(f"{SEARCH}/{facet}", [*parameters(first_page(request)), *_listing(containing, order, page)])


def listing(facet: str, *, containing: str = "", order: str = "count", page: int = 1) -> str:
    """Return the address of a page of the list of a facet's values in the whole archive."""
    return _with_query(LISTS[facet], _listing(containing, order, page))


@lru_cache(maxsize=1 << 13)
def value(facet: str, value: str) -> str:
    """Return the address of the page of one place, name, topic, category or source."""
    return f"{LISTS[facet]}/{quote(value, safe='')}"


def compare(queries: tuple[str, ...], *, share: bool = False, unit: str = "year", suffix: str = "") -> str:
    """Return the address of the page that compares queries over time."""
    said = [*([("share", "1")] if share else []), *([("by", unit)] if unit != "year" else [])]
    return _with_query(COMPARE + suffix, [*(("q", query) for query in queries), *said])


def search_table(request: Request) -> str:
    """Return the address of a search as a CSV table."""
    return _with_query(f"{SEARCH}.csv", parameters(request))


def story_map(request: Request, suffix: str = "") -> str:
    """Return the address of the map of a search, or of its picture."""
    return _with_query(MAP + suffix, parameters(first_page(request)))


def timeline(request: Request) -> str:
    """Return the address of the hits of a search in the order of time; they have their own order and number to a page."""
    said = replace(
        request, sort="newest" if request.sort == "newest" else "relevance", limit=Request().limit, cursor=None
    )
    return _with_query(TIMELINE, parameters(said))


def source(source: Source) -> str | None:
    """Return the address of a source on the web, None if it has none that can safely be a link."""
    return safe(source.url)


def archived(source: Source, date: datetime.date) -> str | None:
    """Return the address of a kept copy: the source's own, else the one nearest to a day; None without an address."""
    url = safe(source.url)
    return safe(source.archived) or (url and WEB_ARCHIVE.format(day=date, url=url))


def contact(where: str, *, subject: str = "", text: str = "") -> str:
    """Return the link to where readers write to; in an address of mail the letter is begun."""
    if "://" in where:
        return where
    begun = [(name, said) for name, said in (("subject", subject), ("body", text)) if said]
    return _with_query(f"mailto:{quote(where, safe='@+')}", begun)


def first_page(request: Request) -> Request:
    """Return the same search from its beginning."""
    return request if request.page == 1 and request.cursor is None else replace(request, page=1, cursor=None)


def _listing(containing: str, order: str, page: int) -> list[tuple[str, str]]:
    said = (("find", containing, ""), ("order", order, "count"), ("page", str(page), "1"))
    return [(name, value) for name, value, unsaid in said if value != unsaid]


def _with_query(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{_encoded(pairs)}" if pairs else path


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join([f"{name}={_quoted(value)}" for name, value in pairs])


@lru_cache(maxsize=1 << 12)
def _quoted(value: str) -> str:
    """Return a value as it stands in an address: a page has a hundred links, and the same few values in them."""
    return quote(value, safe="*:,/")


def safe(url: str | None) -> str | None:
    """Return an address if it is one of the web, which can be a link; None for any other."""
    return url if url is not None and _WEB_ADDRESS.fullmatch(url) else None
