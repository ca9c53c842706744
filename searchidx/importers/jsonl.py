"""JSON Lines: a story as a JSON object on every line. Also files that are one JSON array, or objects over several lines."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from searchidx.errors import RecordError, SourceError
from searchidx.importers.streams import CHUNK, LINE_LIMIT, read_lines
from searchidx.stories import Origin, Skipped, Story, UnusedField
from searchidx.stories.fields import FieldCount
from searchidx.stories.records import read_story

_KINDS = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false", type(None): "null"}


def read_jsonl(stream: BinaryIO, name: str) -> Iterator[Story | Skipped | UnusedField]:
    """Yield the stories of a file of JSON Lines called `name`, and at last the fields that no story has.

    Blank lines are passed over.
    """
    number, fields = 0, FieldCount()
    try:
        for line in read_lines(stream):
            number += 1
            if line is None or line.strip():
                yield _read_record(line, name, number, fields)
    except SourceError as error:
        if number == 0:
            raise
        yield Skipped(f"{name}, line {number + 1}", f"the file {error}")
    yield from fields.unused()


def holds_values(head: bytes) -> bool:
    """Whether a file that begins so is one JSON array, or objects over several lines, rather than JSON Lines."""
    first, newline, _ = head.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")
    return first.startswith(b"[") or (newline != b"" and first.rstrip() == b"{")


def read_values(stream: BinaryIO, name: str) -> Iterator[Story | Skipped | UnusedField]:
    """Yield the stories of a file that is one JSON array, or objects one after the other over several lines.

    The fields that no story has come last. A story at a time is held in memory. Where the JSON itself is broken the rest of
    the file is given up, for there is no telling where the next story begins.
    """
    values, fields = _Values(stream), FieldCount()
    try:
        for line, value in values:
            yield _read_record(value, name, line, fields)
    except SourceError as error:
        yield Skipped(f"{name}, line {values.line}", f"the file {error}")
    yield from fields.unused()


class _Values:
    """The JSON values of a file with the line each begins on, a comma or white space between them."""

    _BEFORE = re.compile(r"\s*(?:\[\s*\]?)?\s*")
    _BETWEEN = re.compile(r"[\s,\]]*")

    def __init__(self, stream: BinaryIO) -> None:
        self.line = 1
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._text = ""
        self._ended = False

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        scan = json.JSONDecoder().raw_decode
        gap, position = self._BEFORE, 0
        open_lists = 0
        self._read_on(0)
        while True:
            start = _end_of(gap, self._text, position)
            self.line += self._text.count("\n", position, start)
            open_lists += self._text.count("[", position, start) - self._text.count("]", position, start)
            try:
                end = scan(self._text, start)[1]
            except (ValueError, RecursionError):
                end = -1
            if end < 0 or (end == len(self._text) and not self._ended):
                if self._ended or len(self._text) - start > LINE_LIMIT:
                    break
                self._read_on(start)
                position = 0
                continue
            yield self.line, self._text[start:end].encode()
            self.line += self._text.count("\n", start, end)
            gap, position = self._BETWEEN, end
        if start < len(self._text):
            fault = _fault(self._text[start : start + LINE_LIMIT].encode())
            raise SourceError(f"is broken from here on and was not read further: {fault}")
        if open_lists > 0:
            raise SourceError("is cut off: its list is never closed, and the rest is missing")

    def _read_on(self, start: int) -> None:
        """Drop what stands before `start` and read at least as much as is left."""
        rest = self._text[start:]
        chunk = self._stream.read(max(CHUNK, len(rest)))
        self._ended = not chunk
        try:
            self._text = rest + self._decode(chunk, self._ended)
        except UnicodeDecodeError as error:
            raise SourceError(f"is not UTF-8: it holds the byte 0x{error.object[error.start]:02x}") from None


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return position if match is None else match.end()


def _read_record(line: bytes | None, name: str, number: int, fields: FieldCount) -> Story | Skipped:
    try:
        record = _parse(line)
        fields.add(record)
        return read_story(record, origin=Origin(name, number))
    except RecordError as error:
        return Skipped(f"{name}, line {number}", str(error))


def _parse(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise RecordError(f"the line is longer than {LINE_LIMIT >> 20} MB")
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise RecordError(_fault(line)) from None
    if not isinstance(record, dict):
        raise RecordError(f'it is {_KINDS[type(record)]}; a story is an object such as {{"date": …, "text": …}}')
    return record


def _fault(line: bytes) -> str:
    """Say in words why a line is no JSON."""
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte 0x{line[error.start]:02x} at position {error.start + 1}"
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return f"not JSON: {error.msg} at position {error.pos + 1}"
    return "not JSON"
