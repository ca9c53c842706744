"""Sorted texts that can be searched: their UTF-8 bytes one after the other, and the first eight of each as a number."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.kernels import PREFIX
from searchidx.engines.embedded.kernels.arrays import NDArray

_LAST_BYTE = b"\xff"  # no text in UTF-8 has it, so a text and this is behind all that begin with the text


def pack_strings(name: str, texts: Iterable[bytes]) -> dict[str, NDArray[Any]]:
    """Return the arrays of texts in UTF-8, sorted or not."""
    texts = list(texts)
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    kind = np.uint32 if offsets[-1] < 1 << 32 else np.int64
    return {f"{name}.offsets": offsets.astype(kind), f"{name}.bytes": np.frombuffer(b"".join(texts), np.uint8)}


def pack_sorted(name: str, texts: Iterable[bytes]) -> dict[str, NDArray[Any]]:
    """Return the arrays of sorted texts in UTF-8, to be read as `SortedStrings`."""
    arrays = pack_strings(name, texts)
    arrays[f"{name}.prefixes"] = _prefixes(arrays[f"{name}.offsets"], arrays[f"{name}.bytes"])
    return arrays


def _prefixes(offsets: NDArray[Any], data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return the first eight bytes of each text as a number that sorts as the bytes do."""
    starts, lengths = offsets[:-1].astype(np.int64), np.diff(offsets.astype(np.int64))
    prefixes = np.zeros(len(starts), np.uint64)
    padded = np.append(data, np.zeros(PREFIX, np.uint8))
    for place in range(PREFIX):
        byte = np.where(place < lengths, padded[starts + place], np.uint8(0)).astype(np.uint64)
        prefixes |= byte << np.uint64(8 * (PREFIX - 1 - place))
    return prefixes


class Strings(Sequence[str]):
    """Texts by number."""

    def __init__(self, array: Callable[[str], NDArray[Any]], name: str) -> None:
        # Indexing a memoryview gives plain numbers in half the time that numpy takes for its own.
        self._offsets = memoryview(array(f"{name}.offsets"))  # type: ignore[arg-type]
        self._bytes = memoryview(array(f"{name}.bytes"))  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> str:  # type: ignore[override]
        return str(self._bytes[self._offsets[number] : self._offsets[number + 1]], "utf-8")

    def raw(self, number: int) -> memoryview:
        """Return a text's bytes."""
        return self._bytes[self._offsets[number] : self._offsets[number + 1]]

    def all_raw(self) -> list[bytes]:
        """Return the bytes of all texts."""
        data, offsets = bytes(self._bytes), self._offsets.tolist()
        return [data[start:end] for start, end in pairwise(offsets)]


class SortedStrings(Strings):
    """Texts in the order of their code points, each once, with look-up."""

    def __init__(self, array: Callable[[str], NDArray[Any]], name: str) -> None:
        super().__init__(array, name)
        prefixes = array(f"{name}.prefixes")
        self._prefixes = memoryview(prefixes)  # type: ignore[arg-type]
        #: The first bytes of each text as a number, where each text begins, and the texts.
        self.arrays = prefixes, array(f"{name}.offsets"), array(f"{name}.bytes")

    def find(self, text: str) -> int:
        """Return the number of a text, -1 if it is not there."""
        return max(self._place(text.encode("utf-8", "surrogatepass")), -1)

    def place_behind(self, text: str) -> int:
        """Return how many texts come before a text or are it."""
        return self._first_not_before(text.encode("utf-8", "surrogatepass") + b"\0")

    def beginning_with(self, prefix: str) -> range:
        """Return the numbers of the texts that begin with a prefix."""
        wanted = prefix.encode("utf-8", "surrogatepass")
        return range(self._first_not_before(wanted), self._first_not_before(wanted + _LAST_BYTE))

    def _first_not_before(self, wanted: bytes) -> int:
        """Return the number of the first text that does not come before some bytes."""
        place = self._place(wanted)
        return place if place >= 0 else -1 - place

    def _place(self, wanted: bytes) -> int:
        """Return the place of a text, or where there is none -1 - the place at which it would stand."""
        return kernels.place_of(self._prefixes, self._offsets, self._bytes, wanted)
