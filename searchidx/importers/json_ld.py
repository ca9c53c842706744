"""What a page says of its article in JSON-LD, the form of schema.org's vocabulary that search engines ask for."""

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
from bs4 import BeautifulSoup, Tag

from searchidx.importers.html_values import (
    Finding,
    as_list,
    is_html,
    one_line,
    page_day,
    page_url,
    paragraphs,
    parse,
    unescaped,
)

_ARTICLE = re.compile(r"(?:\w*Article|\w*Posting|Report)")
_PLACES = frozenset(
    "Place AdministrativeArea City Country State Continent LandmarksOrHistoricalBuildings CivicStructure".split()
)


def json_ld_article(soup: BeautifulSoup) -> dict[str, Any]:
    """Return the page's article in JSON-LD, with what it names by @id filled in; an empty one if there is none."""
    nodes: list[dict[str, Any]] = []
    waiting = [_read_json(script.get_text()) for script in soup.find_all("script") if _is_json_ld(script)][::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, dict):
            nodes.append(node)
            waiting += [node[key] for key in ("mainEntity", "@graph") if key in node]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    articles = [node for node in nodes if any(map(_ARTICLE.fullmatch, _types(node)))]
    article = max(articles, key=lambda node: any("News" in each for each in _types(node)), default={})
    return {key: [_filled(each, by_id) for each in as_list(value)] for key, value in article.items()}


def in_json_ld(article: dict[str, Any]) -> Iterator[Finding]:
    """Yield what an article says of itself, what is to be believed first standing first."""
    for field, key, read in (
        ("date", "datePublished", page_day),
        ("date", "dateCreated", page_day),
        ("headline", "headline", one_line),
        ("headline", "name", one_line),
        ("body", "articleBody", _long_text),
        ("category", "articleSection", one_line),
        ("image", "image", page_url),
        ("id", "identifier", one_line),
        ("url", "url", page_url),
        ("url", "mainEntityOfPage", page_url),
        ("site", "publisher", one_line),
    ):
        yield field, f"JSON-LD {key}", next(filter(None, map(read, article.get(key, ()))), None)
    things = article.get("about", []) + article.get("mentions", [])
    places = article.get("contentLocation", []) + article.get("spatialCoverage", []) + list(filter(_is_place, things))
    places += [place for thing in things if isinstance(thing, dict) for place in as_list(thing.get("location"))]
    entities = [thing for thing in things if not _is_place(thing) and "Event" not in _types(thing)]
    yield "places", "JSON-LD", [name for each in places if (name := one_line(each))]
    yield "entities", "JSON-LD", [{"name": name, "url": _link(each)} for each in entities if (name := one_line(each))]
    yield "sources", "JSON-LD citation", [each for each in map(_citation, article.get("citation", ())) if each]


def _is_json_ld(script: Tag) -> bool:
    return str(script.get("type", "")).strip().lower().startswith("application/ld+json")


def _read_json(text: str) -> object:
    """Return what a script holds, also where it is wrapped or a little wrong, as many are; None if it is hopeless."""
    text = re.sub(
        r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*$", "", text
    )
    for attempt in (text, re.sub(r",(\s*[}\]])", r"\1", text)):
        try:
            return orjson.loads(attempt)
        except orjson.JSONDecodeError:
            pass
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            pass
    return None


def _types(node: object) -> list[str]:
    kinds = as_list(node.get("@type")) if isinstance(node, dict) else []
    return [kind.rpartition("/")[2].rpartition(":")[2] for kind in kinds if isinstance(kind, str)]


def _is_place(node: object) -> bool:
    return any(kind in _PLACES for kind in _types(node))


def _filled(value: object, by_id: dict[str, dict[str, Any]]) -> object:
    if isinstance(value, dict) and value.keys() == {"@id"} and isinstance(value["@id"], str):
        return by_id.get(value["@id"], value)
    return value


def _long_text(value: object) -> str | None:
    """Return a text of several paragraphs, without the markup that some have in it."""
    if not isinstance(value, str):
        return None
    if is_html(value):
        value = parse(value).get_text("\n")
    return paragraphs(unescaped(value).split("\n"))


def _link(thing: object) -> str | None:
    """Return the address that says what a thing is."""
    return (page_url(thing.get("sameAs")) or page_url(thing.get("url"))) if isinstance(thing, dict) else None


def _citation(value: object) -> dict[str, str | None] | str | None:
    if isinstance(value, dict):
        url, name = page_url(value), one_line(value)
        return {"name": name, "url": url} if name or url else None
    return one_line(value)
