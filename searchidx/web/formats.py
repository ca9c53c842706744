"""Which format a reader gets: the suffix of the address decides, else the Accept header."""

from collections.abc import Sequence
from enum import Enum


class Format(Enum):
    """A format that pages come in: its suffix, its media type, and how it is called in a sentence."""

    HTML = ("html", "text/html; charset=utf-8", "HTML")
    JSON = ("json", "application/json", "JSON")
    XML = ("xml", "application/xml", "XML")
    MARKDOWN = ("md", "text/markdown; charset=utf-8", "Markdown")
    LINKED_DATA = ("jsonld", "application/ld+json", "JSON-LD")
    BIBTEX = ("bib", "application/x-bibtex; charset=utf-8", "BibTeX")
    RIS = ("ris", "application/x-research-info-systems; charset=utf-8", "RIS")
    CSL = ("csl.json", "application/vnd.citationstyles.csl+json", "CSL-JSON")

    def __init__(self, suffix: str, media_type: str, label: str) -> None:
        self.suffix, self.media_type, self.label = suffix, media_type, label


#: What pages come in; a story's comes in all formats.
PAGE_FORMATS = (Format.HTML, Format.JSON, Format.XML, Format.MARKDOWN)
#: A story as reference managers take it in.
CITATION_FORMATS = (Format.BIBTEX, Format.RIS, Format.CSL)

#: What clients call a format in Accept, beside its own media type.
_ALIASES = {
    "application/xhtml+xml": Format.HTML,
    "text/xml": Format.XML,
    "text/x-markdown": Format.MARKDOWN,
    "text/x-bibtex": Format.BIBTEX,
}
_BY_TYPE = {form.media_type.partition(";")[0]: form for form in Format} | _ALIASES
#: Longest first: "x.csl.json" is CSL-JSON.
_BY_SUFFIX = sorted(Format, key=lambda form: -len(form.suffix))


def split_suffix(name: str) -> tuple[str, Format | None]:
    """Return the last part of an address without its suffix, and the format it stands for: "x.md" → "x", MARKDOWN."""
    form = next((form for form in _BY_SUFFIX if name.endswith("." + form.suffix)), None)
    return (name, None) if form is None else (name[: -len(form.suffix) - 1], form)


def accepted(accept: str, offered: Sequence[Format] = tuple(Format)) -> Format | None:
    """Return the offered format that an Accept header likes best, None if it takes none of them."""
    return next((form for form in liked(accept) if form in offered), None)


def liked(accept: str) -> tuple[Format, ...]:
    """Return the formats that an Accept header takes, the best first, ties in the order of `Format`.

    RFC 9110, section 12.5.1: the most specific range that fits a type gives its quality. No header takes anything.
    """
    ranges = _read_accept(accept)
    if not ranges:
        return tuple(Format)
    qualities = {form: _quality(form, ranges) for form in Format}
    return tuple(sorted((form for form in Format if qualities[form] > 0), key=lambda form: -qualities[form]))


def _read_accept(accept: str) -> dict[str, float]:
    ranges: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            ranges[name] = next((_number(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
    return ranges


def _quality(form: Format, ranges: dict[str, float]) -> float:
    own = [ranges[name] for name, meant in _BY_TYPE.items() if meant is form and name in ranges]
    if own:
        return max(own)
    family = form.media_type.partition("/")[0] + "/*"
    return ranges.get(family, ranges.get("*/*", 0.0))


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
