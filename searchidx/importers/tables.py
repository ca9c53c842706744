"""CSV (RFC 4180): a header row that names the columns, then a story a row.

The columns are the fields of a story: `id, address, date, headline, body, text, category, topics, places, entities,
sources, image, former`; of others, and what they may have meant, it tells at the end. A field that can hold many separates
them by `|`, or, where there is none in the cell, by `;`. A source is a name, an address, or `name <address>`. The delimiter
is a comma, a semicolon or a tab; the encoding is UTF-8.
"""

import csv
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from searchidx.errors import RecordError, SourceError
from searchidx.importers.streams import LINE_LIMIT, read_lines
from searchidx.stories import Origin, Skipped, Story, UnusedField
from searchidx.stories.fields import LISTS, TEXTS, FieldCount, name_fields
from searchidx.stories.records import read_story

# The standard library's limit for a cell is one for the whole process, and 128 KB is less than an article may have.
csv.field_size_limit(LINE_LIMIT)

_SOURCE = re.compile(r"(.*?)\s*<(https?://[^<>\s]+)>")


def read_csv(stream: BinaryIO, name: str) -> Iterator[Story | Skipped | UnusedField]:
    """Yield the stories of a table called `name`, and at last the columns that no story has.

    Raises:
        SourceError: if there is no header with a column for the date and one for the text, or two for one field.
    """
    lines = _Lines(stream)
    try:
        delimiter, header = _read_header(lines)
    except (RecordError, csv.Error) as error:
        raise SourceError(f"has no header that can be read: {error}") from None
    rows, fields = csv.reader(lines, delimiter=delimiter, strict=True), FieldCount()
    while True:
        first = lines.begin_row()
        try:
            row = next(rows)
            if any(row):
                record = _record(header, row)
                fields.add(record)
                yield read_story(record, origin=Origin(name, first))
        except StopIteration:
            break
        except RecordError as error:
            yield Skipped(f"{name}, line {first}", str(error))
        except csv.Error as error:
            yield Skipped(f"{name}, line {first}", f"no row of a table: {error}; a quote may be open")
            lines.return_to_second()
        except SourceError as error:
            yield Skipped(f"{name}, line {first}", f"the file {error}")
            break
    yield from fields.unused()


class _Lines:
    """The lines of a table as text; a line that is none raises RecordError, and the next can be had after it.

    A quote that is never closed takes all lines after it into its row, so those of a row can be had again.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = read_lines(stream)
        self._number = 0
        self._row: list[bytes | None] = []
        self._again: list[bytes | None] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self._number += 1
        self._row.append(line)
        if line is None:
            raise RecordError(f"the line is longer than {LINE_LIMIT >> 20} MB")
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            byte, at = line[error.start], error.start + 1
            raise RecordError(f"not UTF-8: byte 0x{byte:02x} at position {at}; save the table as UTF-8") from None

    def begin_row(self) -> int:
        """Begin a row and return the number of its first line."""
        self._row = []
        return self._number + 1

    def return_to_second(self) -> None:
        """Go back to the second line of the row."""
        again = self._row[:0:-1]
        self._again += again
        self._number -= len(again)


def _read_header(lines: _Lines) -> tuple[str, list[str]]:
    line = next((line for line in lines if line.strip()), "")
    choices = [(delimiter, next(csv.reader([line], delimiter=delimiter))) for delimiter in ",;\t"]
    delimiter, cells = max(choices, key=lambda choice: len(choice[1]))
    header = [cell.strip().lower() for cell in cells]
    if "date" not in header or not {"text", "headline", "body"} & set(header):
        raise RecordError(
            f"it needs a column date and one of text, headline, body; its columns are: {name_fields(header)}"
        )
    if twice := sorted(field for field in TEXTS | LISTS if header.count(field) > 1):
        raise RecordError(f"several of its columns are called {', '.join(twice)}; leave one each")
    return delimiter, header


def _record(header: list[str], row: list[str]) -> dict[str, Any]:
    if any(row[len(header) :]):
        raise RecordError(
            f"the row has {len(row)} cells and the header {len(header)}; quote cells with delimiters in them"
        )
    record: dict[str, Any] = {}
    for column, cell in zip(header, row, strict=False):
        if not cell.strip():
            continue
        if column in LISTS:
            values = [value.strip() for value in cell.split("|" if "|" in cell else ";")]
            record[column] = [_source(value) for value in values] if column in {"sources", "source"} else values
        elif column != "origin":  # an object, which no cell holds
            record[column] = cell
    return record


def _source(value: str) -> str | dict[str, str]:
    match = _SOURCE.fullmatch(value)
    return value if match is None else {"name": match[1], "url": match[2]}
