"""Lists laid one after the other in one array: list l is values[offsets[l]:offsets[l + 1]]."""

from typing import Any

import numpy as np

from searchidx.engines.embedded.kernels.arrays import Array, NDArray


def offsets_of(counts: Array) -> Array:
    """Return where each of some lists begins, and behind the last where it ends."""
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return narrow(offsets)


def narrow(offsets: Array) -> Array:
    """Return rising offsets in the smaller type where they fit."""
    return offsets.astype(np.uint32 if offsets[-1] < 1 << 32 else np.int64)


def smallest(count: int) -> type[np.unsignedinteger[Any]]:
    """Return the smallest type that has the numbers below `count`."""
    return np.uint16 if count <= 1 << 16 else np.uint32


def sizes_of(offsets: Array) -> NDArray[np.int64]:
    """Return how long each list is."""
    wide = offsets.astype(np.int64)
    return wide[1:] - wide[:-1]


def ranges(starts: Array, sizes: Array) -> Array:
    """Return starts[0], starts[0] + 1, … for sizes[0] numbers, then the same for each further range."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    numbers: Array = np.arange(total) + np.repeat(starts - ends + sizes, sizes)
    return numbers


def gather(offsets: Array, values: Array, numbers: Array) -> tuple[Array, Array]:
    """Return the values of some lists, one list after the other, and how many each has."""
    starts = offsets[numbers].astype(np.int64)
    sizes = offsets[numbers + 1] - starts
    return values[ranges(starts, sizes)], sizes


def sums(flags: Array, offsets: Array) -> NDArray[np.int64]:
    """Return how many flags are set in each list."""
    before = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=before[1:])
    return sizes_of(before[offsets])


def changes(numbers: Array) -> NDArray[np.bool_]:
    """Return where a number differs from the one before, as the first does."""
    changed = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=changed[1:])
    return changed


def distinct(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return numbers sorted, each once; for many large ones that is quicker than `np.unique`, which hashes them."""
    ordered = np.sort(numbers)
    return ordered[changes(ordered)]
