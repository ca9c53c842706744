"""Arrays in a file: a JSON header, then each array at a multiple of 64 bytes, mapped into memory when read.

    magic (8 bytes) · length of the header · its crc32 (little-endian uint32 each) · header · arrays

The header names each array's type, place, size and crc32, and the size of the whole file. Numbers are little-endian.
"""

import mmap
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson
from numpy.typing import NDArray

from searchidx.errors import ArchiveDamaged, ArchiveOutdated

Arrays = Mapping[str, NDArray[Any]]

#: Raised whenever what the arrays mean changes; older files are not read.
FORMAT_VERSION = 1

_MAGIC = b"searchix"
_START = struct.Struct("<8sII")
_ALIGN = 64


def write_arrays(file: BinaryIO, arrays: Arrays) -> None:
    """Write arrays of one dimension to an empty file."""
    entries: dict[str, tuple[str, int, int, int]] = {}
    at = 0
    for name, array in arrays.items():
        data = _little_endian(array)
        entries[name] = (data.dtype.str, at, data.size, zlib.crc32(data.data if data.size else b""))
        at = _aligned(at + data.nbytes)
    header = orjson.dumps({"version": FORMAT_VERSION, "size": at, "arrays": entries})
    file.write(_START.pack(_MAGIC, len(header), zlib.crc32(header)) + header)
    file.write(bytes(_aligned(file.tell()) - file.tell()))
    start = file.tell()
    for name, array in arrays.items():
        file.write(bytes(start + entries[name][1] - file.tell()))
        file.write(_little_endian(array).tobytes())
    file.write(bytes(start + at - file.tell()))


class ArrayFile:
    """A file of arrays, mapped into memory; each array is checked against its checksum when it is first read.

    Raises:
        ArchiveOutdated: if the file is of another version of the format.
        ArchiveDamaged: if it is missing, cut off or not such a file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._checksum: int
        self._checked: dict[str, NDArray[Any]] = {}
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise self._damaged(f"cannot be opened ({getattr(error, 'strerror', None) or error})") from None
        if len(self._map) < _START.size:
            raise self._damaged("is cut off")
        magic: bytes
        length: int
        magic, length, self._checksum = _START.unpack_from(self._map)
        header = self._map[_START.size : _START.size + length]
        if magic != _MAGIC or zlib.crc32(header) != self._checksum:
            raise self._damaged("does not begin as a file of arrays does")
        described = orjson.loads(header)
        if described["version"] != FORMAT_VERSION:
            raise ArchiveOutdated(
                f"{path} is of format {described['version']}, this version reads {FORMAT_VERSION}; build the index again"
            )
        self._start = _aligned(_START.size + length)
        self._entries: dict[str, tuple[str, int, int, int]] = described["arrays"]
        if len(self._map) != self._start + described["size"]:
            raise self._damaged("is cut off, or longer than it was written")

    @property
    def checksum(self) -> int:
        """The checksum of the header, and so of the checksums of all arrays."""
        return self._checksum

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays."""
        return tuple(self._entries)

    @property
    def size(self) -> int:
        """The size of the file in bytes."""
        return len(self._map)

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
        if zlib.crc32(found.data if found.size else b"") != self._entries[name][3]:
            raise self._damaged(f"has wrong bytes in {name}")

    def unchecked(self, name: str) -> NDArray[Any]:
        """Return an array as it is; for bytes which are checked piece by piece."""
        if name not in self._entries:
            raise self._damaged(f"has no {name}")
        kind, at, size, _ = self._entries[name]
        return np.frombuffer(self._map, kind, size, self._start + at)

    def _damaged(self, what: str) -> ArchiveDamaged:
        return ArchiveDamaged(f"{self.path} {what}; restore it from a backup or build the index again")


def _little_endian(array: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<"))


def _aligned(at: int) -> int:
    return -(-at // _ALIGN) * _ALIGN
