"""Which format a file is in, told by its name and how it begins."""

import codecs
import re
from pathlib import PurePosixPath

from searchidx.errors import SourceError
from searchidx.importers.entries import is_archive
from searchidx.importers.html_values import is_html

#: The formats there are, by the names a keeper can force.
FORMATS = ("jsonl", "csv", "context", "html")

_BY_SUFFIX = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".md": "context",
    ".markdown": "context",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
#: How much of a file is looked at.
HEAD = 2**16
_PACKED = {b"BZh": ".bz2", b"\xfd7zXZ": ".xz", b"7z\xbc\xaf": ".7z", b"Rar!": ".rar", b"\x28\xb5\x2f\xfd": ".zst"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Bytes that text does not hold, and how large a share of it they may be all the same.
_CONTROLS = bytes(set(range(32)) - set(b"\b\t\n\v\f\r\x1b"))
_CONTROLS_IN_TEXT = 0.02
_CONTEXT_DAY = re.compile(rb"^##?#? \[\d{4}-\d\d?-\d\d?\]\(/news/", re.MULTILINE)
_CSV_DATE_COLUMN = re.compile(rb"(^|[,;\t])\s*\"?date\"?\s*([,;\t]|$)", re.IGNORECASE)

#: How XML begins that is no page: a feed, a site's map, a dump; some of their elements have the names of a page's.
_PROLOG = rb"(?:\s|<\?[^>]*>|<!--(?:(?!-->).)*-->)*"  # a comment ends at its first end: no other way to read many
_OTHER_MARKUP = re.compile(
    rb"<\?xml\b[^>]*>" + _PROLOG + rb"<(?![?!]|html\b)|" + _PROLOG + rb"<!doctype\s+(?!html\b)|<(?:rss|feed|rdf:rdf)\b",
    re.IGNORECASE | re.DOTALL,
)


class UnknownFormat(SourceError):
    """A file that is none of the formats, and does not claim to be."""


def detect(name: str, head: bytes) -> str:
    """Return the format of a file of that name that begins so; one of FORMATS.

    Raises:
        SourceError: if it cannot be read, or not in the format that its name promises.
        UnknownFormat: if it is no file to import at all.
    """
    known = _BY_SUFFIX.get(suffix(name))
    if known is not None:
        if head.startswith(_UTF16) and known != "html":
            raise SourceError("is written in UTF-16; save it as UTF-8")
        if known != "html" and _is_binary(head):
            raise SourceError("is a binary file, though its name promises text")
        return known
    found = _by_content(head)
    if found is None:
        raise UnknownFormat(f"is in none of the formats that can be imported: {', '.join(FORMATS)}")
    return found


def check_readable(head: bytes) -> None:
    """Raise SourceError if a file that begins so is empty, or packed once more."""
    if not head:
        raise SourceError("is empty")
    if is_archive(head):
        raise SourceError("is an archive inside of another source; unpack it, or give it by itself")
    for magic, kind in _PACKED.items():
        if head.startswith(magic):
            raise SourceError(f"is packed as {kind}; unpack it first")


def suffix(name: str) -> str:
    """Return the suffix that tells of the content: of `2004.jsonl.gz` it is `.jsonl`."""
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix == ".gz" else path.suffix


def _is_binary(head: bytes) -> bool:
    """Whether a file that begins so is no text; a stray control character does not make it so."""
    return len(head) - len(head.translate(None, _CONTROLS)) > len(head) * _CONTROLS_IN_TEXT


def _by_content(head: bytes) -> str | None:
    if _is_binary(head):
        return None
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith((b"{", b"[{", b"[\n", b"[ ", b"[\r")):
        return "jsonl"
    if text.startswith(b"<") and not _OTHER_MARKUP.match(text) and is_html(text.decode("latin-1")):
        return "html"
    if _CONTEXT_DAY.search(head):
        return "context"
    if _CSV_DATE_COLUMN.search(text.partition(b"\n")[0].rstrip()):
        return "csv"
    return None
