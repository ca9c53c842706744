"""What is left of wiki and HTML markup in the texts of the Context, turned into plain text."""

import html
import re

from searchidx.stories import Source
from searchidx.stories.records import read_source

# Lengths are bounded, so that no text can make these search it again and again.
_REFERENCE = re.compile(r"<ref\b[^<>]*/>|<ref\b[^<>]*>.{0,2000}?</ref>|<!--.{0,2000}?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(
    r"</?(?:abbr|b|big|blockquote|br|center|cite|code|del|div|em|font|i|ins|nowiki|p|ref|s|small|span|strong|sub|sup|tt|u)"
    r"(?:\s[^<>]*|/)?>",
    re.IGNORECASE,
)
#: With its semicolon, so that `?a=1&copy=2` in an address stays what it is.
_CHARACTER = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TEMPLATE = re.compile(r"\{\{([^{}]*)\}\}")
_TEMPLATE_DEPTH = 3
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_WIKI_QUOTES = re.compile(r"'{2,5}")
_DOUBLED_QUOTES = re.compile(r'""([^"]+)""')
#: Control characters but white space, soft hyphens, zero-width characters and marks of direction.
_HIDDEN = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
#: Without one of these there is nothing to clean, and most names have none.
_ANY_MARKUP = re.compile(f'[<&{{\'\\[]|""|{_HIDDEN.pattern}')
_SPLIT_GENITIVE = re.compile(r"(?<=[\w\"”]) ' s\b")
#: A source in the text; in later builds every slash of its address has become a dash: [http:--example.org-news (Name)].
_CITATION = re.compile(r"\[(https?:(?://|--)[^\s\]]{1,2000})\s{0,9}([^\]]{0,300})\]")
_CITATION_DRESS = " ()\"'“”"


def plain(text: str) -> str:
    """Return a text without markup, its entities decoded and its white space single."""
    if _ANY_MARKUP.search(text) is None:
        return " ".join(text.split())
    text = _TAG.sub("", _REFERENCE.sub("", text))
    for _ in range(_TEMPLATE_DEPTH):
        text = _TEMPLATE.sub(_template_text, text)
    text = _WIKI_QUOTES.sub("", _WIKI_LINK.sub(r"\1", text))
    text = _CHARACTER.sub(lambda match: html.unescape(match[0]), text)
    text = _SPLIT_GENITIVE.sub("'s", _DOUBLED_QUOTES.sub(r'"\1"', _HIDDEN.sub("", text)))
    return " ".join(text.split())


def plain_and_sources(text: str) -> tuple[str, tuple[Source, ...]]:
    """Return a text without markup, and the sources that were cited in it."""
    sources = tuple(source(match[2].strip(_CITATION_DRESS), match[1]) for match in _CITATION.finditer(text))
    return plain(_CITATION.sub("", text)), sources


def source(name: str, url: str) -> Source:
    """Return a source of that name and address; an address that a build has spoilt is left out."""
    url = plain_url(url)
    if not url.startswith(("http://", "https://")):
        return Source(plain(name) or url)
    return Source(plain(name), url=url) if plain(name) else read_source(url)


def plain_url(url: str) -> str:
    """Return an address as it was before it was written into a page."""
    return url.strip().replace("&amp;", "&")


def _template_text(match: re.Match[str]) -> str:
    """Return what a wiki template shows: the last of its arguments ({{Nowrap|6:22 a.m.}}), nothing if it has none."""
    _, *arguments = match[1].split("|")
    return arguments[-1] if arguments else ""
