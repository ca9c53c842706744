"""Pages as XML; the format is described in docs/formats.md.

The text of an element is the text of the record, with matching words in `mark` elements. Empty elements and attributes
are left out.
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from searchidx.exporters.listings import Listing
from searchidx.search.page import Facet, FacetValue, Page, RelatedStory, Understanding
from searchidx.stories import Story

#: Characters that XML 1.0 cannot hold, however they are written.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_Marks = Sequence[tuple[int, int]]


def story_xml(story: Story, related: Sequence[RelatedStory]) -> bytes:
    """Return a story's page: the story, and in it the stories related to it."""
    element = _story(story)
    _add_related(element, related)
    return _document(element)


def search_xml(page: Page) -> bytes:
    """Return the answer to a search."""
    root = _element("search", total=page.total, generation=page.generation, first=page.first, last=page.last)
    _set(root, {"next-cursor": page.next_cursor})
    root.append(_query(page.query))
    for hit in page.hits:
        element = _story(hit.story, headline_marks=hit.headline)
        _set(element, {"score": _number(hit.score)})
        _marked(SubElement(element, "snippet"), hit.snippet.text, hit.snippet.marks)
        for similar in hit.similar:
            element.append(_element("similar", id=similar))
        root.append(element)
    for name, facet in page.facets.items():
        root.append(_facet(name, facet))
    return _document(root)


def listing_xml(listing: Listing) -> bytes:
    """Return the page of a day, a month, a year or all years; the element has the name of the period."""
    root = _element(listing.kind, period=listing.period or None, total=listing.total)
    _set(root, {"previous": listing.previous, "next": listing.following})
    part = {"archive": "year", "year": "month", "month": "day"}.get(listing.kind, "")
    for period, count in listing.parts.items():
        root.append(_element(part, period=period, total=count))
    for story in listing.stories:
        root.append(_story(story))
    return _document(root)


def _story(story: Story, *, headline_marks: _Marks = ()) -> Element:
    element = _element("story", id=story.id, date=story.date, address=story.address)
    _marked(SubElement(element, "headline"), story.headline, headline_marks)
    _add(element, "body", story.body)
    _add(element, "category", story.category)
    for topic in story.topics:
        _add(element, "topic", topic)
    for place in story.places:
        _add(element, "place", place.name, id=place.id, given=_yes_no(place.given))
    for entity in story.entities:
        _add(element, "entity", entity.name, id=entity.id, url=entity.url, given=_yes_no(entity.given))
    for source in story.sources:
        _add(element, "source", source.name, url=source.url, archived=source.archived)
    _add(element, "image", story.image)
    for former in story.former:
        _add(element, "former", former)
    if story.origin is not None:
        element.append(_element("origin", file=story.origin.file, line=story.origin.line))
    return element


def _related(related: RelatedStory) -> Element:
    element = _story(related.story)
    _set(element, {"score": _number(related.score)})
    reason, parts = related.reason, related.reason.parts
    why = _element("reason", days=reason.days, **{part: _number(value) for part, value in parts._asdict().items()})
    for name in reason.shared:
        _add(why, "shared", name)
    for word in reason.words:
        _add(why, "word", word)
    element.append(why)
    if related.similar:
        similar = SubElement(element, "similar")
        for each in related.similar:
            similar.append(_related(each))
    return element


def _add_related(element: Element, related: Iterable[RelatedStory]) -> None:
    parent = SubElement(element, "related")
    for each in related:
        parent.append(_related(each))


def _query(query: Understanding) -> Element:
    element = _element("query", text=query.text, parsed=query.parsed)
    for span in query.spans:
        element.append(_element("span", words=span.words, first=span.first, last=span.last))
    for correction in query.corrections:
        child = _element("correction", word=correction.word, exact=correction.exact)
        for alternative in correction.alternatives:
            _add(child, "alternative", alternative)
        element.append(child)
    if query.relaxed is not None:
        child = _element("relaxed", found=query.relaxed.found, of=query.relaxed.of)
        for word in query.relaxed.words:
            _add(child, "word", word)
        for word in query.relaxed.dropped:
            _add(child, "dropped", word)
        element.append(child)
    for warning in query.warnings:
        _add(element, "warning", warning)
    return element


def _facet(name: str, facet: Facet) -> Element:
    element = _element("facet", name=name, more=facet.more, missing=facet.missing)
    for value in facet.values:
        element.append(_facet_value(value))
    return element


def _facet_value(value: FacetValue) -> Element:
    element = _element("value", value=value.value, label=value.label, count=value.count, picked=value.picked)
    for child in value.children:
        element.append(_facet_value(child))
    return element


def _element(tag: str, **attributes: str | int | datetime.date | None) -> Element:
    element = Element(tag)
    _set(element, attributes)
    return element


def _set(element: Element, attributes: Mapping[str, str | int | datetime.date | None]) -> None:
    for name, value in attributes.items():
        if value is not None:
            element.set(name, _clean(str(value)))


def _add(parent: Element, tag: str, text: str | None, **attributes: str | None) -> None:
    if text:
        child = _element(tag, **attributes)
        child.text = _clean(text)
        parent.append(child)


def _marked(element: Element, text: str, marks: _Marks) -> None:
    """Fill an element with a text, each marked range in a `mark` element of its own."""
    element.text = _clean(text[: marks[0][0]] if marks else text)
    ends = [first for first, _ in marks[1:]] + [len(text)]
    for (first, last), end in zip(marks, ends, strict=False):
        mark = SubElement(element, "mark")
        mark.text, mark.tail = _clean(text[first:last]), _clean(text[last:end])


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _number(value: float) -> str:
    return f"{value:.6g}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _document(root: Element) -> bytes:
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
