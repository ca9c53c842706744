"""Arrays in a file, each at a multiple of 64 bytes, mapped into memory when read, and behind them a JSON header.

    magic (8 bytes) · place of the header (uint64) · its length · its crc32 (uint32) · arrays · header

The header names each array's type, place, size and checksum, XXH3 of 64 bits, which is computed about as fast as memory
is read: a command that asks one question checks tens of megabytes first. Numbers are little-endian. The header stands at
the end so that arrays can be written as they are made, without being held in memory.
"""

import mmap
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import orjson
import xxhash

from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.errors import ANEW, ArchiveDamaged, ArchiveError, ArchiveOutdated


class Pieces(NamedTuple):
    """An array that is made piece by piece while it is written: what type it has, and the pieces, to be had once."""

    kind: type[np.generic]
    pieces: Iterable[NDArray[Any]]


Arrays = Mapping[str, NDArray[Any]]
#: Arrays by their names, each made when it is to be written, so that not all are in memory at once.
NamedArrays = Iterable[tuple[str, NDArray[Any] | Pieces]]

#: Raised whenever what the arrays mean changes; older files are not read.
FORMAT_VERSION = 6

_MAGIC = b"searchix"
_START = struct.Struct("<8sQII")
_ALIGN = 64


def write_arrays(file: BinaryIO, arrays: NamedArrays) -> None:
    """Write arrays of one dimension to an empty file that can seek."""
    file.write(bytes(_aligned(_START.size)))
    entries: dict[str, tuple[str, int, int, int]] = {}
    for name, array in arrays:
        at, checksum = file.tell(), xxhash.xxh3_64()
        kind = np.dtype(array.kind if isinstance(array, Pieces) else array.dtype).newbyteorder("<")
        for piece in array.pieces if isinstance(array, Pieces) else (array,):
            data = np.ascontiguousarray(piece, kind)
            if data.size:
                checksum.update(data.data)
                file.write(data.data.cast("B"))
        size = file.tell() - at
        entries[name] = (kind.str, at, size // kind.itemsize, checksum.intdigest())
        file.write(bytes(_aligned(size) - size))
    at, header = file.tell(), orjson.dumps({"version": FORMAT_VERSION, "arrays": entries})
    file.write(header)
    file.seek(0)
    file.write(_START.pack(_MAGIC, at, len(header), zlib.crc32(header)))


class ArrayFile:
    """A file of arrays, mapped into memory; each array is checked against its checksum when it is first read.

    Raises:
        ArchiveOutdated: if the file is of another version of the format.
        ArchiveDamaged: if it is missing, cut off or not such a file.
        ArchiveError: if there is no permission to open it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._checksum: int
        self._checked: dict[str, NDArray[Any]] = {}
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except PermissionError:
            raise ArchiveError(f"{path} cannot be opened: you have no permission to") from None
        except (OSError, ValueError) as error:
            raise self._damaged(f"cannot be opened ({getattr(error, 'strerror', None) or error})") from None
        if len(self._map) < _START.size:
            raise self._damaged("is cut off")
        magic, at, length, self._checksum = _START.unpack_from(self._map)
        if magic != _MAGIC:
            raise self._damaged("does not begin as a file of arrays does")
        header = self._map[at : at + length]
        if zlib.crc32(header) != self._checksum or len(self._map) != at + length:
            raise self._damaged("is cut off, or longer than it was written")
        described = orjson.loads(header)
        if described["version"] != FORMAT_VERSION:
            raise ArchiveOutdated(
                f"{path} is of format {described['version']}, this version reads {FORMAT_VERSION}; {ANEW}"
            )
        self._entries: dict[str, tuple[str, int, int, int]] = described["arrays"]

    @property
    def checksum(self) -> int:
        """The checksum of the header, and so of the checksums of all arrays."""
        return self._checksum

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays."""
        return tuple(self._entries)

    def array(self, name: str) -> NDArray[Any]:
        """Return an array.

        Raises:
            ArchiveDamaged: if it is not what was written.
        """
        found = self._checked.get(name)
        if found is None:
            self.check(name)
            found = self._checked[name] = self.unchecked(name)
        return found

    def check(self, name: str) -> None:
        """Compare an array with its checksum.

        Raises:
            ArchiveDamaged: if it is not what was written.
        """
        found = self.unchecked(name)
        if xxhash.xxh3_64_intdigest(found.data if found.size else b"") != self._entries[name][3]:
            raise self._damaged(f"has wrong bytes in {name}")

    def unchecked(self, name: str) -> NDArray[Any]:
        """Return an array as it is; for bytes which are checked piece by piece."""
        if name not in self._entries:
            raise self._damaged(f"has no {name}")
        kind, at, size, _ = self._entries[name]
        return np.frombuffer(self._map, kind, size, at)

    def let_go(self) -> None:
        """Give back the memory of what was read; it is read from the file again where it is needed."""
        self._map.madvise(mmap.MADV_DONTNEED)

    def _damaged(self, what: str) -> ArchiveDamaged:
        return ArchiveDamaged(f"{self.path} {what}; restore it from a backup, or {ANEW}")


def _aligned(at: int) -> int:
    return -(-at // _ALIGN) * _ALIGN
