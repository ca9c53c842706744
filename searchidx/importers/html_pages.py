"""HTML pages, one story each: what a page says of itself in JSON-LD, then in OpenGraph, then in its markup.

    field      taken from, the first that has it
    date       JSON-LD datePublished, dateCreated · OpenGraph article:published_time · other meta elements ·
               itemprop, <time> · /YYYY/MM/DD/ in the path of the file, or in the page's address
    headline   JSON-LD headline, name · OpenGraph og:title · <h1> · <title>
    body       JSON-LD articleBody · paragraphs of <article>, <main> or <body> · descriptions
    others     JSON-LD (section, image, mentions, about, contentLocation, citation) · OpenGraph (section, image)

Which of them it was is kept in the story's origin. A day is the one that is written, whatever the time zone.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import CData, NavigableString
from bs4.exceptions import ParserRejectedMarkup

from searchidx.errors import RecordError, SourceError
from searchidx.importers.html_values import (
    Finding,
    as_list,
    calendar_day,
    is_html,
    one_line,
    page_day,
    page_url,
    paragraphs,
    parse,
    writable,
)
from searchidx.importers.json_ld import in_json_ld, json_ld_article
from searchidx.stories import Origin, Story
from searchidx.stories.addresses import normal_address
from searchidx.stories.records import read_story

_META_DATES = (
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.date",
    "dcterms.created",
    "pubdate",
    "publishdate",
    "publish-date",
    "parsely-pub-date",
    "sailthru.date",
    "citation_publication_date",
)
#: How far into a page its encoding may be declared.
_DECLARED_WITHIN = 2048
#: What stands on a page beside its text.
_BESIDE = frozenset("script style noscript template iframe svg nav aside footer form button figure header h1".split())
_BLOCKS = frozenset("p div br hr li dd dt td th tr section article blockquote pre h2 h3 h4 h5 h6".split())
#: Of many elements of a kind on a page, so many are looked at.
_LIMIT = 20
#: …/2004/08/14/… or …/2004-08-14-rain.html
_PATH_DAY = re.compile(r"(?:.*/)?(\d{4})(?:/(\d{1,2})/(\d{1,2})(?:/.*)?|-(\d{2})-(\d{2})(?:[-_. ][^/]*)?)")


def read_html(page: bytes, name: str) -> Story:
    """Return the story of a page called `name`.

    Raises:
        SourceError: if it is no HTML.
        RecordError: if it has no date, or no text.
    """
    text = _decode(page)
    if not is_html(text):
        raise SourceError("is no HTML: there is no element in it")
    found: dict[str, tuple[str, Any]] = {}
    try:
        for field, rule, value in _findings(parse(text), name):
            if value:
                found.setdefault(field, (rule, value))
    except (ParserRejectedMarkup, RecursionError, AssertionError, ValueError) as error:
        raise RecordError(f"the HTML cannot be made out: {error}") from None
    if "date" not in found:
        raise RecordError("there is no date: not in JSON-LD, not in OpenGraph, in no <time>, nor in the path")
    record = {field: value for field, (_, value) in found.items()}
    url, site = record.pop("url", None), record.pop("site", None)
    record["headline"] = _without_site(record.get("headline", ""), site)
    if url:
        record.setdefault("id", url)
        record.setdefault("sources", [{"name": site, "url": url}])
        record["address"] = normal_address(urlsplit(url).path.removesuffix(".html"))
    rules = tuple((field, rule) for field, (rule, _) in found.items() if field in record)
    return read_story(record, origin=Origin(name, None, rules))


def _findings(soup: BeautifulSoup, name: str) -> Iterator[Finding]:
    """Yield what the page says, what is to be believed first standing first."""
    article = json_ld_article(soup)
    meta = _meta(soup)
    yield from in_json_ld(article)
    yield from _in_meta(meta)
    yield from _in_markup(soup)
    yield "body", "JSON-LD description", one_line(article.get("description"))
    yield "body", "OpenGraph og:description", meta.get("og:description")
    yield "body", "meta description", meta.get("description")
    for path in (name, page_url(article.get("url")), meta.get("og:url"), _canonical(soup)):
        yield "date", "path", _path_day(path)


# OpenGraph and other meta elements


def _meta(soup: BeautifulSoup) -> dict[str, str]:
    """Return what the page's meta elements say, by their names in lower case, the first of each."""
    found: dict[str, str] = {}
    for element in soup.find_all("meta"):
        name, content = element.get("property") or element.get("name"), element.get("content")
        if isinstance(name, str) and isinstance(content, str) and content.strip():
            found.setdefault(name.strip().lower(), " ".join(writable(content).split()))
    return found


def _in_meta(meta: dict[str, str]) -> Iterator[Finding]:
    for key in ("article:published_time", "og:article:published_time", "article:published"):
        yield "date", f"OpenGraph {key}", page_day(meta.get(key))
    for key in _META_DATES:
        yield "date", f"meta {key}", page_day(meta.get(key))
    for field, key in (("headline", "og:title"), ("category", "article:section"), ("site", "og:site_name")):
        yield field, f"OpenGraph {key}", meta.get(key)
    for field, key in (("image", "og:image"), ("url", "og:url")):
        yield field, f"OpenGraph {key}", page_url(meta.get(key))


# Markup


def _in_markup(soup: BeautifulSoup) -> Iterator[Finding]:
    yield "url", "<link rel=canonical>", _canonical(soup)
    for element in soup.find_all(itemprop="datePublished", limit=1):
        yield "date", "itemprop datePublished", _element_day(element)
    root = _root(soup)
    for within in (root, soup):
        for element in within.find_all("time", limit=_LIMIT):
            yield "date", "<time>", _element_day(element)
    for within, tag in ((root, "h1"), (soup, "h1"), (soup, "title")):
        for element in within.find_all(tag, limit=1):
            yield "headline", f"<{tag}>", one_line(element.get_text(" "))
    yield "body", f"<p> in <{root.name}>", paragraphs(_lines(root, frozenset({"p"})))
    yield "body", f"<{root.name}>", paragraphs(_lines(root, _BLOCKS | {root.name}))


def _canonical(soup: BeautifulSoup) -> str | None:
    return page_url([link.get("href") for link in soup.find_all("link") if "canonical" in as_list(link.get("rel"))])


def _root(soup: BeautifulSoup) -> Tag:
    """Return the part of a page that holds its text."""
    for tag in ("article", "main", "body"):
        found = soup.find_all(tag, limit=_LIMIT)
        if outermost := [element for element in found if element.find_parent(tag) is None]:
            return max(outermost, key=lambda element: len(element.get_text()))
    return soup


def _lines(root: Tag, blocks: frozenset[str]) -> list[str]:
    """Return the lines of text in an element that stand in one of the blocks; each block begins and ends a line.

    A paragraph is often left open, so that the next one lies within it.
    """
    pieces: list[str] = []
    waiting = [(root, iter(root.contents), root.name in blocks)]
    while waiting:
        element, children, is_inside = waiting[-1]
        child = next(children, None)
        if child is None:
            waiting.pop()
            if element.name in blocks:
                pieces.append("\n")
        elif isinstance(child, Tag):
            if child.name in blocks:
                pieces.append("\n")
            if child.name not in _BESIDE:
                waiting.append((child, iter(child.contents), is_inside or child.name in blocks))
        elif is_inside and type(child) in {NavigableString, CData}:  # their kin are comments, scripts and the like
            pieces.append(child.get_text().replace("\n", " "))
    return "".join(pieces).split("\n")


def _element_day(element: Tag) -> str | None:
    return page_day(element.get("datetime")) or page_day(element.get("content")) or page_day(element.get_text())


def _path_day(path: str | None) -> str | None:
    match = _PATH_DAY.fullmatch(path) if path else None
    return match and calendar_day(match[1], match[2] or match[4], match[3] or match[5])


def _decode(page: bytes) -> str:
    """Return a page as text: by its byte order mark, as UTF-8, as it declares, or as most old pages are."""
    declared = EncodingDetector.find_declared_encoding(page[:_DECLARED_WITHIN], is_html=True)
    utf16 = ["utf-16"] if page.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else []
    for encoding in (*utf16, "utf-8-sig", declared):
        try:
            return page.decode(encoding or "ascii")
        except (LookupError, ValueError):
            continue
    return page.decode("cp1252", "replace")


def _without_site(headline: str, site: str | None) -> str:
    """Take the name of the site off the end of a title: "Rain falls | The Paper"."""
    return re.sub(rf"\s+[|–—-]\s+{re.escape(site)}$", "", headline) if site else headline
