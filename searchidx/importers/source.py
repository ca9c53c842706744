"""A source from its first file to its last, each read in its own format."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias

from searchidx.errors import RecordError, SourceError
from searchidx.importers.context import ContextSite
from searchidx.importers.context_pages import is_context_page
from searchidx.importers.detect import FORMATS, HEAD, UnknownFormat, check_readable, detect
from searchidx.importers.entries import (
    Entry,
    OnBytes,
    entries,
    file_entry,
    holds_many,
    source_name,
    stream_entry,
)
from searchidx.importers.html_pages import read_html
from searchidx.importers.jsonl import holds_values, read_jsonl, read_values
from searchidx.importers.streams import read_whole
from searchidx.importers.tables import read_csv
from searchidx.stories import Redirect, Skipped, Story, UnusedField

#: What a source can hold.
Found: TypeAlias = Story | Redirect | Skipped | UnusedField


def read_source(
    path: Path | None,
    *,
    stdin: BinaryIO | None = None,
    format: str | None = None,  # noqa: A002
    on_bytes: OnBytes | None = None,
) -> Iterator[Found]:
    """Yield what a source holds.

    Args:
        path: a file, a folder or an archive; None for `stdin`.
        stdin: the stream to read if there is no path.
        format: one of FORMATS, to read every file in; by default each file's name and content tell.
        on_bytes: told again and again how many more bytes of the source were read; see `source_size`.

    Raises:
        SourceError: if the source cannot be read at all: at once if it is not there, else while reading.
    """
    if format is not None and format not in FORMATS:
        raise SourceError(f"there is no format {format}; the formats are {', '.join(FORMATS)}")
    if path is None:
        if stdin is None:
            raise SourceError("there is nothing to read: give a path or a stream")
        return _read_single(stream_entry(stdin, source_name(path), on_bytes), format)
    if holds_many(path):
        return _read_many(path, format, on_bytes)
    return _read_single(file_entry(path, source_name(path), on_bytes), format)


def _read_single(entry: Entry, forced: str | None) -> Iterator[Found]:
    site = ContextSite()
    try:
        yield from _read_entry(entry, forced, site)
    except SourceError as error:
        called = "standard input" if entry.name == source_name(None) else entry.name
        raise SourceError(f"{called} {error}") from None
    yield from site.records()


def _read_many(path: Path, forced: str | None, on_bytes: OnBytes | None) -> Iterator[Found]:
    site, twins = ContextSite(), _context_twins(path)
    known = False
    for entry in entries(path, on_bytes):
        if isinstance(entry, Skipped):
            yield entry
        elif entry.name in twins:
            yield Skipped(entry.name, "another format of a page of the Context", harmless=True)
        else:
            try:
                yield from _read_entry(entry, forced, site)
                known = True
            except UnknownFormat as error:
                yield Skipped(entry.name, str(error), harmless=True)
            except SourceError as error:
                known = True
                yield Skipped(entry.name, str(error))
    if not known:
        raise SourceError(f"{path} holds no file that can be imported; the formats are {', '.join(FORMATS)}")
    yield from site.records()


def _context_twins(path: Path) -> set[str]:
    """Return the files in other formats beside the Markdown pages of the Context; empty if the source is not the Context."""
    names = {entry.name for entry in entries(path) if isinstance(entry, Entry)}
    if not any(map(is_context_page, names)):
        return set()
    pages = {name.removesuffix(".md") for name in names if name.endswith(".md")}
    pages |= {name.removesuffix("README") + "index" for name in pages if name.endswith("README")}
    return {page + suffix for page in pages for suffix in (".html", ".json", ".xml")} & names


def _read_entry(entry: Entry, forced: str | None, site: ContextSite) -> Iterator[Found]:
    """Yield the stories of a file, or keep it for the end in `site` if it is a page of the Context."""
    with entry.open() as stream:
        head = stream.peek(HEAD)[:HEAD]
        check_readable(head)
        match forced or detect(entry.name, head):
            case "csv":
                yield from _some(read_csv(stream, entry.name))
            case "context":
                yield from _read_context_page(stream, entry.name, site)
            case "html":
                yield _read_html_page(stream, entry.name)
            case _ if holds_values(head):
                yield from _some(read_values(stream, entry.name))
            case _:
                yield from _some(read_jsonl(stream, entry.name))


def _some(records: Iterator[Found]) -> Iterator[Found]:
    """Yield the records of a file.

    Raises:
        SourceError: if there are none.
    """
    first = next(records, None)
    if first is None:
        raise SourceError("holds no story")
    yield first
    yield from records


def _read_html_page(stream: BinaryIO, name: str) -> Story | Skipped:
    try:
        return read_html(read_whole(stream), name)
    except RecordError as error:
        return Skipped(name, str(error))


def _read_context_page(stream: BinaryIO, name: str, site: ContextSite) -> Iterator[Skipped]:
    try:
        site.add(read_whole(stream).decode("utf-8-sig"), name)
    except RecordError as error:
        yield Skipped(name, str(error), harmless=not is_context_page(name))
    except UnicodeDecodeError as error:
        raise SourceError(f"is not UTF-8: it holds the byte 0x{error.object[error.start]:02x}") from None
