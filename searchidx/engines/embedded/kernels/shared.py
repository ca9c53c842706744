"""The loops over arrays that numpy does well enough, whichever implementation does the others."""

from collections.abc import Sequence

import numpy as np

from searchidx.engines.embedded.kernels.arrays import Array, Mask, NDArray
from searchidx.engines.embedded.kernels.offsets import changes

#: A list so many times longer is rather searched for each document than merged.
_MUCH_LONGER = 16
#: The largest are sought in so many groups for each, if a group has so many.
_GROUPS, _ROWS = 16, 4


def where(flags: Mask) -> Array:
    """Return the documents whose flag is set."""
    return np.flatnonzero(flags).astype(np.int32)


def at_least(lists: Sequence[Array], minimum: int, size: int) -> Array:
    """Return the documents that are in at least so many of the lists."""
    return where(tally(lists, size) >= minimum)


def tally(lists: Sequence[Array], size: int) -> NDArray[np.int16]:
    """Return for each of `size` documents in how many of the lists it is."""
    counts = np.zeros(size, np.int16)
    for documents in lists:
        counts[documents] += 1
    return counts


def phrase(lists: Sequence[Array]) -> Array:
    """Return the positions at which lists of positions hold p, p + 1, p + 2, …; positions rise in each."""
    rarest, *others = sorted(range(len(lists)), key=lambda place: len(lists[place]))
    # What would begin before the first position of all comes round behind the last, where no word stands.
    found = lists[rarest] - rarest
    for place in others:
        found = in_both(found + place, lists[place]) - place
    return found


def near(lists: Sequence[Array], counts: Sequence[int], width: int) -> Array:
    """Return the positions of any list from which `width` positions on have each list's as often as `counts` says."""
    found = np.sort(np.concatenate(lists)).astype(np.int64)
    for place in sorted(range(len(lists)), key=lambda place: len(lists[place])):
        positions = lists[place].astype(np.int64)
        inside = positions.searchsorted(found + width) - positions.searchsorted(found)
        found = found[inside >= counts[place]]
    return found


def documents_at(positions: Array, bases: Array) -> Array:
    """Return the document of each rising position."""
    return (bases.searchsorted(positions.astype(bases.dtype, copy=False), "right") - 1).astype(np.int32)


def distinct(documents: Array) -> Array:
    """Return rising documents, each once."""
    return documents[changes(documents)] if len(documents) > 1 else documents


def in_both(one: Array, other: Array) -> Array:
    """Return the numbers that are in both of two lists, which rise."""
    few, many = (one, other) if len(one) < len(other) else (other, one)
    if len(many) > _MUCH_LONGER * len(few):
        places = many.searchsorted(few)
        return few[many.take(places, mode="clip") == few] if len(few) else few
    # A stable sort finds that these are two rows in order, and merges them in a pass; what is twice stands side by side.
    merged = np.concatenate((few, many))
    merged.sort(kind="stable")
    twice: Array = merged[:-1][merged[1:] == merged[:-1]]
    return twice


def top(keys: Array, count: int) -> Array:
    """Return the places of the largest keys, largest first; of equal ones the first come first."""
    if count <= 0:
        return np.empty(0, np.int64)
    if count >= len(keys):
        return (-keys).argsort(kind="stable")
    candidates = (keys >= bound(keys, count)).nonzero()[0]
    order = (-keys[candidates]).argsort(kind="stable")[:count]
    return candidates[order]


def bound(keys: Array, count: int) -> float:
    """Return a key that at least `count` keys reach, and not many more."""
    groups = _GROUPS * count
    rows = len(keys) // groups
    if rows < _ROWS:
        return nth(keys, count)
    # The largest of a group is one of its keys, so the count-th of the groups' largest is reached by count keys.
    return nth(keys[: rows * groups].reshape(rows, groups).max(axis=0), count)


def nth(keys: Array, count: int) -> float:
    """Return the largest but `count - 1`."""
    return float(np.partition(keys, len(keys) - count)[len(keys) - count])
