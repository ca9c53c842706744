"""Arrays that are made piece by piece, faster than they can be written."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import numpy as np

from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.engines.embedded.snapshot.format import Pieces

#: How many bytes of an array that is made piece by piece are held in memory.
_IN_MEMORY = 1 << 22


class Spilled:
    """An array that is made piece by piece before it can be written: the pieces wait in an unnamed file, if they are large.

    Args:
        kind: the type of its numbers.
        folder: where there is room for the file.
    """

    def __init__(self, kind: type[np.generic], folder: Path) -> None:
        self._kind = kind
        self._file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115

    def add(self, piece: NDArray[Any]) -> None:
        """Take the next piece."""
        self._file.write(np.ascontiguousarray(piece, self._kind).tobytes())

    def taken(self) -> Pieces:
        """Return the array; after this there is no more to add."""
        return Pieces(self._kind, self._pieces())

    def _pieces(self) -> Iterator[NDArray[Any]]:
        with self._file as file:
            file.seek(0)
            while data := file.read(_IN_MEMORY):
                yield np.frombuffer(data, self._kind)
