"""Records that several pages share: links, marked text, the head of a page.

What a page has hundreds of are named tuples: a frozen dataclass takes several times as long to make.
"""

import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from searchidx.search.dates import MONTHS
from searchidx.search.engine import ValueCount
from searchidx.search.page import FacetValue
from searchidx.stories import Story
from searchidx.stories.folding import fold
from searchidx.web import urls
from searchidx.web.formats import PAGE_FORMATS, Format

#: Facets as readers call them: one value, several, and the bucket of stories without any.
FACET_TITLES = {
    "place": ("Place", "Places", "No place"),
    "entity": ("Name", "Names", "No name"),
    "topic": ("Topic", "Topics", "No topic"),
    "category": ("Category", "Categories", "No category"),
    "source": ("Source", "Sources", "No source"),
}
#: How lists of values can be ordered.
ORDERS = {"count": "By count", "name": "A to Z"}

#: How far into a text names become links, which bounds the cost of texts that are no news stories.
LINKED_LENGTH = 20_000

_PERIOD = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?")

_BEFORE_NAMES = re.compile(r"[\W_]+(?=\w)")

_Labelled = TypeVar("_Labelled", ValueCount, FacetValue)


class Link(NamedTuple):
    """A link; `url` None is the place itself, `count` the number of stories behind it."""

    text: str
    url: str | None = None
    count: int | None = None  # type: ignore[assignment] # hides a method of tuples that nobody calls


class Segment(NamedTuple):
    """A piece of a text: plain, marked, or a link."""

    text: str
    marked: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in another format."""

    label: str
    media_type: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a page says of itself in its head; `indexable` tells search engines to keep it."""

    title: str
    description: str = ""
    address: str | None = None
    alternates: tuple[Alternate, ...] = ()
    indexable: bool = True
    previous: str | None = None
    following: str | None = None


def alternates(address_in: Iterable[tuple[Format, str]]) -> tuple[Alternate, ...]:
    """Return the other formats of a page, from each format's address."""
    return tuple(Alternate(form.label, form.media_type.partition(";")[0], url) for form, url in address_in)


def in_formats(stem: str, *, query: str = "") -> tuple[Alternate, ...]:
    """Return the formats beside HTML of a page whose addresses are a stem with a suffix."""
    return alternates((f, f"{stem}.{f.suffix}{query}") for f in PAGE_FORMATS[1:])


def marked(text: str, marks: Iterable[tuple[int, int]]) -> tuple[Segment, ...]:
    """Cut a text into plain and marked segments."""
    segments: list[Segment] = []
    end = 0
    for first, last in marks:
        segments += [Segment(text[end:first]), Segment(text[first:last], marked=True)]
        end = last
    return tuple(segment for segment in (*segments, Segment(text[end:])) if segment.text)


def linked(text: str, links: Iterable[tuple[str, str]]) -> tuple[Segment, ...]:
    """Cut a text into plain segments and links: each name where it first stands as a whole word, longest names first."""
    reach = text if len(text) <= LINKED_LENGTH else text[:LINKED_LENGTH].rpartition(" ")[0]
    spans: list[tuple[int, int, str]] = []
    for name, url in sorted(((name, url) for name, url in links if name in reach), key=lambda link: -len(link[0])):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", reach):
            if all(match.end() <= first or match.start() >= last for first, last, _ in spans):
                spans.append((match.start(), match.end(), url))
                break
    segments: list[Segment] = []
    end = 0
    for first, last, url in sorted(spans):
        segments += [Segment(text[end:first]), Segment(text[first:last], url=url)]
        end = last
    return tuple(segment for segment in (*segments, Segment(text[end:])) if segment.text)


def value_links(facet: str, counts: Iterable[ValueCount]) -> tuple[Link, ...]:
    """Return counted values as links to their pages; of equal labels each is written in full."""
    values = tuple(counts)
    labels = Counter(each.label for each in values)
    return tuple(
        Link(each.label if labels[each.label] == 1 else each.value, urls.value(facet, each.value), each.count)
        for each in values
    )


def path_to(value: ValueCount, by_value: Mapping[str, ValueCount]) -> tuple[ValueCount, ...]:
    """Return a value with all it lies in, outermost first; `by_value` has these by their values."""
    path = [value]
    while (parent := by_value.get(path[0].parent or "")) is not None:
        path.insert(0, parent)
    return tuple(path)


def paths_of(places: Sequence[ValueCount]) -> tuple[tuple[ValueCount, ...], ...]:
    """Return the paths to the places of a story in which no other of them lies."""
    by_value = {each.value: each for each in places}
    parents = {each.parent for each in places}
    return tuple(path_to(each, by_value) for each in places if each.value not in parents)


def place_links(story: Story, limit: int | None = None) -> tuple[Link, ...]:
    """Return the places of a story as links to their pages."""
    return tuple(Link(place.name, urls.value("place", place.name)) for place in story.places[:limit])


def name_links(story: Story, limit: int | None = None) -> tuple[Link, ...]:
    """Return the names of a story that are not its places as links to their pages."""
    places = {fold(place.name) for place in story.places}
    names = [entity.name for entity in story.entities if fold(entity.name) not in places]
    return tuple(Link(name, urls.value("entity", name)) for name in names[:limit])


def long_date(date: datetime.date) -> str:
    """Return a date as it is read: 14 August 2004."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def shortened(text: str, length: int) -> str:
    """Return a text of at most so many characters, cut between words where it can be."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return f"{(cut.rpartition(' ')[0] or cut).rstrip(' ,;:–-')}…"


def dated_link(story: Story, url: str) -> Link:
    """Return the link to a story that stands for it in few words: its day and its headline."""
    return Link(f"{long_date(story.date)}: {story.headline}", url)


def span_words(first: datetime.date | None, last: datetime.date | None) -> str:
    """Return the days between two as they are read, both in; nothing where one is missing."""
    if first is None or last is None:
        return ""
    return long_date(first) if first == last else f"{long_date(first)} – {long_date(last)}"


def is_plain_period(words: str) -> bool:
    """Whether date words are a plain year, month or day, which need no explanation."""
    return _PERIOD.fullmatch(words) is not None


def period_words(period: str) -> str:
    """Return date words as they are read where they are a plain year, month or day: 2004-08 → August 2004."""
    match = _PERIOD.fullmatch(period)
    if match is None or match[2] is None:
        return period
    return f"{f'{int(match[3])} ' if match[3] else ''}{MONTHS[int(match[2]) - 1]} {match[1]}"


def in_order(values: Sequence[_Labelled], order: str) -> tuple[_Labelled, ...]:
    """Return counted values by falling count, of equal ones as they are, or by name."""
    return tuple(sorted(values, key=lambda value: name_key(value.label) if order == "name" else -value.count))


def name_key(name: str) -> str:
    """Return what a name is sorted by: folded, from its first letter or digit on."""
    # A list may have tens of thousands of names, most of them in ASCII, where to fold is to lower.
    folded = name.lower() if name.isascii() else fold(name)
    return folded if folded[:1].isalnum() else _BEFORE_NAMES.sub("", folded, count=1)


def orders(order: str, address: Callable[[str], str]) -> tuple[Link, ...]:
    """Return the links that put a list in another order."""
    return tuple(Link(title, None if by == order else address(by)) for by, title in ORDERS.items())
