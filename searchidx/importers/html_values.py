"""Values as pages write them: texts, addresses, days."""

import datetime
import email.utils
import html
import re
import warnings
from collections.abc import Iterable
from typing import Any, TypeAlias

from bs4 import BeautifulSoup

#: A field of the record, the rule that found it, its value.
Finding: TypeAlias = tuple[str, str, Any]

_TAGS = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|article|main|section|h1|p|div|time)[\s>/]", re.IGNORECASE
)
#: Openings of marked sections that HTML does not know.
_STRANGE_SECTION = re.compile(r"<!\[(?!CDATA\[|if|else|endif)", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s/?#\[\]]\S*")
_ISO_DAY = re.compile(r"\s*(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?!\d)")


def is_html(text: str) -> bool:
    """Whether a text has elements of HTML in it."""
    return _TAGS.search(text) is not None


def parse(text: str) -> BeautifulSoup:
    """Return the elements of a page."""
    with warnings.catch_warnings():
        # Of pages that look like XML or like a file's name; they are read as what they are said to be.
        warnings.simplefilter("ignore", UserWarning)
        return BeautifulSoup(_closed(text), "html.parser")


def _closed(text: str) -> str:
    """Take out of a page what opens and never closes; the parser would look for each one's end up to the page's."""
    text = _STRANGE_SECTION.sub("", text)
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<![", "]>")):
        head, close, rest = text.rpartition(closing)
        text = head + close + rest.replace(opening, "")
    head, close, rest = text.rpartition(">")
    return head + close + rest.partition("<")[0]


def as_list(value: object) -> list[Any]:
    """Return a value as a list; what is none is a list of one, and None an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def one_line(value: object) -> str | None:
    """Return a text, or the name of a thing, as one line."""
    for each in as_list(value):
        text = each.get("name", each.get("@value")) if isinstance(each, dict) else each
        if isinstance(text, str) and text.strip():
            return " ".join(writable(unescaped(text)).split())
    return None


def paragraphs(texts: Iterable[str]) -> str:
    """Return a line for each of the texts that has words in it."""
    return "\n".join(filter(None, (" ".join(writable(text).split()) for text in texts)))


def page_url(value: object) -> str | None:
    """Return an address, or that of a thing."""
    for each in as_list(value):
        if isinstance(each, dict):
            each = next((each[key] for key in ("url", "contentUrl", "@id") if key in each), None)  # noqa: PLW2901
        if isinstance(each, str) and _URL.fullmatch(each.strip()):
            return writable(each.strip())
    return None


def page_day(value: object) -> str | None:
    """Return the calendar day of a date as pages write it, as YYYY-MM-DD: ISO 8601, or in English words."""
    if not isinstance(value, str):
        return None
    if match := _ISO_DAY.match(value):
        return calendar_day(match[1], match[3], match[4])
    for attempt in (value, f"{value} 00:00"):
        try:
            parts = email.utils.parsedate(attempt[:100])
        except (ValueError, IndexError, TypeError):
            continue
        if parts is not None:
            return calendar_day(*parts[:3])
    return None


def calendar_day(year: str | int, month: str | int, day: str | int) -> str | None:
    """Return a day as YYYY-MM-DD; None if the calendar does not have it."""
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except (ValueError, OverflowError):
        return None


def unescaped(text: str) -> str:
    """Return a text with its character references resolved; one with a number beyond all bounds is left as it is."""
    try:
        return html.unescape(text)
    except ValueError:
        return text


def writable(text: str) -> str:
    """Return a text without half characters, which JSON can smuggle in and nothing can write."""
    return text.encode("utf-8", "replace").decode()
