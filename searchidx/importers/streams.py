"""Bytes on their way out of a source: counted, unpacked, bounded; every fault of theirs is a SourceError."""

import codecs
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from searchidx.errors import SourceError

#: What is read at a time.
CHUNK = 2**18
#: No line of a file may be longer; a longer one is passed over without being held in memory.
LINE_LIMIT = 16 * 2**20
#: No page that has to be read whole (HTML, Markdown) may be larger.
PAGE_LIMIT = 8 * 2**20
#: Packed text may grow by this factor; what grows further, past the floor, is made to fill a machine (a "zip bomb").
EXPANSION_LIMIT = 200
EXPANSION_FLOOR = 64 * 2**20

GZIP_MAGIC = b"\x1f\x8b"


def file_chunks(file: BinaryIO, on_bytes: Callable[[int], object] | None = None) -> Iterator[bytes]:
    """Yield what a file holds, telling `on_bytes` how much was read each time."""
    try:
        while chunk := file.read(CHUNK):
            if on_bytes is not None:
                on_bytes(len(chunk))
            yield chunk
    except OSError as error:
        raise SourceError(f"cannot be read on: {error.strerror or error}") from None


def unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the chunks, unpacked if they are gzipped."""
    chunks = iter(chunks)
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(GZIP_MAGIC):
            break
    whole = _joined(head, chunks)
    return _gunzip(whole) if head.startswith(GZIP_MAGIC) else whole


def bounded(chunks: Iterable[bytes], packed_size: int) -> Iterator[bytes]:
    """Yield the chunks as long as they are no more than text packed into `packed_size` bytes can be."""
    given = 0
    for chunk in chunks:
        given += len(chunk)
        check_expansion(given, packed_size)
        yield chunk


def check_expansion(unpacked_size: int, packed_size: int) -> None:
    """Raise SourceError if so much cannot have come out of so little, were it text."""
    if unpacked_size > EXPANSION_FLOOR + EXPANSION_LIMIT * packed_size:
        raise SourceError(f"grows more than {EXPANSION_LIMIT}-fold when unpacked, which text does not; not read on")


def as_stream(chunks: Iterable[bytes]) -> io.BufferedReader:
    """Return the chunks as a file; what stands before a fault can be read before the fault is raised."""
    return io.BufferedReader(_ChunkReader(chunks), CHUNK)


def read_whole(stream: BinaryIO) -> bytes:
    """Read a whole page.

    Raises:
        SourceError: if it is larger than PAGE_LIMIT.
    """
    page = stream.read(PAGE_LIMIT + 1)
    if len(page) > PAGE_LIMIT:
        raise SourceError(f"is larger than {PAGE_LIMIT >> 20} MB, too large for a page")
    return page


def read_lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield the lines of a file with their ends; None in the place of one that is longer than LINE_LIMIT.

    A byte order mark at the beginning of the file is taken off.
    """
    mark = codecs.BOM_UTF8
    while line := stream.readline(LINE_LIMIT + 1):
        if len(line) <= LINE_LIMIT or line.endswith(b"\n"):
            yield line.removeprefix(mark) if mark else line
            mark = b""
            continue
        while (rest := stream.readline(CHUNK)) and not rest.endswith(b"\n"):
            pass
        yield None


def _joined(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from chunks


def _gunzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip members one after the other, as `gunzip` does."""
    taken = given = 0
    member = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        taken += len(chunk)
        rest = chunk
        while rest:
            if member.eof:
                rest = rest.lstrip(b"\0")  # some writers pad to a block
                if not rest:
                    break
                member = zlib.decompressobj(wbits=31)
            before = member.copy()
            try:
                data = member.decompress(rest, CHUNK)
            except zlib.error:
                yield from _before_damage(before, rest)
                raise SourceError("is damaged: its gzip data do not fit together from here on") from None
            rest = member.unused_data if member.eof else member.unconsumed_tail
            given += len(data)
            check_expansion(given, taken)
            yield data
    yield member.flush()
    if not member.eof:
        raise SourceError("is cut off: its gzip data end too early, and the rest is missing")


def _before_damage(member: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    """Unpack byte by byte, up to the one that does not fit."""
    for at in range(len(packed)):
        try:
            yield member.decompress(packed[at : at + 1])
        except zlib.error:
            return


class _ChunkReader(io.RawIOBase):
    """Chunks as a raw file. A read fills the whole buffer, so that a look ahead sees as much as there is."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = memoryview(b"")
        self._fault: SourceError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        filled = 0
        while filled < len(buffer):
            if not self._rest and not self._next_chunk():
                break
            taken = self._rest[: len(buffer) - filled]
            buffer[filled : filled + len(taken)] = taken
            self._rest = self._rest[len(taken) :]
            filled += len(taken)
        if not filled and self._fault is not None:
            try:
                raise self._fault
            finally:
                self._fault = None  # or else the two would hold each other, and the file open
        return filled

    def close(self) -> None:
        self._chunks = iter(())
        super().close()

    def _next_chunk(self) -> bool:
        """Take the next chunk that is not empty; false at the end, or before a fault."""
        try:
            self._rest = memoryview(next(filter(None, self._chunks), b""))
        except SourceError as fault:
            self._fault = fault
        return len(self._rest) > 0
