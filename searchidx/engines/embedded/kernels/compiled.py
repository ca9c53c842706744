"""The loops over arrays, compiled: what `portable` does, in the same words; see there for the meaning of each.

These functions make room for the answers, and `_kernels.c` fills it.
"""

from collections.abc import Sequence

import numpy as np

from searchidx.engines.embedded.kernels import _kernels, shared
from searchidx.engines.embedded.kernels.arrays import (
    Array,
    ByLength,
    ListPlaces,
    Mask,
    Positions,
    Ranking,
    Scores,
    SortedTexts,
    Texts,
    Wanted,
    Word,
)

commonest = _kernels.commonest
commonest_values = _kernels.commonest_values
place_of = _kernels.place_of
Lists = _kernels.Lists

_ALL_LIVE = np.empty(0, np.bool_)
#: So many are chosen by a heap that holds the best; more by sorting.
_MOST_IN_HEAP = 256


def contains(among: Array, documents: Array, size: int) -> Mask:
    """Return which documents are among others."""
    mask = np.empty(len(documents), np.bool_)
    _kernels.contains(among, documents, mask)
    return mask


def contains_each(among: Array, places: list[tuple[int, int]], documents: Array, size: int) -> Mask:
    """Return for each list, from one place to another among all, which documents are in it: a row each."""
    mask = np.empty((len(places), len(documents)), np.bool_)
    _kernels.contains_each(among, places, documents, mask)
    return mask


def count_each(groups: list[ListPlaces], documents: Array, size: int) -> Scores:
    """Return for each group of lists in how many of them each document is: a row each."""
    counts = np.empty((len(groups), len(documents)), np.float64)
    _kernels.count_each(groups, documents, counts)
    return counts


def intersection(one: Array, other: Array, size: int) -> Array:
    """Return the documents that are in both lists."""
    found = np.empty(min(len(one), len(other)) + 1, np.int32)
    return found[: _kernels.intersection(one, other, found)]


def keep(documents: Array, flags: Mask) -> Array:
    """Return the documents whose flag is set."""
    found = np.empty(len(documents) + 1, np.int32)
    return found[: _kernels.keep(documents, flags, found)]


def keep_groups(documents: Array, group_of: Array, flags: Mask) -> Array:
    """Return the documents whose group's flag is set."""
    found = np.empty(len(documents) + 1, np.int32)
    return found[: _kernels.keep_groups(documents, group_of, flags, found)]


def union(lists: list[Array], size: int) -> Array:
    """Return the documents that are in any of the lists."""
    lists = [documents for documents in lists if len(documents)]
    if len(lists) < 2:
        return lists[0] if lists else np.empty(0, np.int32)
    found = np.empty(min(sum(map(len, lists)), size), np.int32)
    return found[: _kernels.union(lists, size, found)]


def union_of(offsets: Array, documents: Array, numbers: Array, size: int) -> Array:
    """Return the documents that are in any of the lists of these numbers."""
    found = np.empty(size, np.int32)
    return found[: _kernels.union_of(offsets, documents, numbers, size, found)]


def union_scored(ranking: Ranking, size: int, numbered: Lists | None = None) -> tuple[Array, Scores]:
    """Return the documents that are in any of the lists, and the sum of what the lists add to each."""
    documents, scores = np.empty(size + 1, np.int32), np.empty(size, np.float64)
    found = _kernels.union_scored(ranking, size, numbered, documents, scores)
    return documents[:found], scores[:found]


def score(documents: Array, ranking: Ranking, size: int, numbered: Lists | None = None) -> Scores:
    """Return the sum of what the lists add to each of the documents; words are `numbered` by those lists."""
    scores = np.empty(len(documents), np.float64)
    _kernels.score(documents, ranking, size, numbered, scores)
    return scores


def phrase_documents(numbered: Lists, positions: Positions, stems: list[int]) -> Array:
    """Return the documents in which stems stand one behind the other; stems are `numbered` by those lists."""
    return _as_numbers(_kernels.phrase_documents(numbered, positions, stems))


def likely_related(
    ranking: list[Word],
    rest: list[Word],
    common: list[tuple[Array, Array, float]],
    columns: tuple[Array, Array, Array, Array],
    *,
    numbered: Lists,
    tables: tuple[Scores, Scores],
    day: int,
    living: Mask | None,
    own: int,
    wanted: Wanted,
) -> Array:
    """Return documents among which are the most related to one, and perhaps others."""
    # No norm reaches 1, see `scoring.bm25`.
    most = sum([of_stem + of_exact for _, _, of_stem, of_exact in rest])
    found = np.empty(len(columns[0]) + 1, np.int32)
    flags = _ALL_LIVE if living is None else living
    likely = _kernels.likely_related(ranking, most, numbered, common, columns, tables, day, flags, own, wanted, found)
    return found[:likely]


def span(documents: Array, group_of: Array) -> tuple[int, int]:
    """Return the least and the largest of the documents' groups; there is a document."""
    return _kernels.span(documents, group_of)


def count_groups(documents: Array, group_of: Array, group_count: int) -> Array:
    """Return how many of the documents are in each group."""
    counts = np.zeros(group_count, np.int64)
    _kernels.count_groups(documents, group_of, counts)
    return counts


def top(keys: Array, count: int) -> Array:
    """Return the places of the largest keys, largest first; of equal ones the first come first."""
    if count > _MOST_IN_HEAP or keys.dtype != np.float64:
        return shared.top(keys, count)
    places = np.empty(max(count, 0), np.int64)
    return places[: _kernels.top(keys, len(places), places)]


def merge_texts(lists: Sequence[SortedTexts]) -> tuple[list[Array], int]:
    """Return by which number each text of some sorted lists goes among those of all, and how many these are."""
    numbers = [np.empty(len(prefixes), np.int32) for prefixes, _, _ in lists]
    return numbers, _kernels.merge_texts(list(lists), numbers)


def with_range(places: range, others: Array) -> Array:
    """Return the numbers of a range and others, rising, each once."""
    numbers = np.empty(len(places) + len(others), np.int32)
    return numbers[: _kernels.with_range(places.start, places.stop, others, numbers)]


def matching(texts: Texts, signatures: Array, places: range, pattern: str) -> tuple[Array, Array]:
    """Return which texts match a pattern, and which of others may do so and must be looked at: those not in ASCII."""
    found = _kernels.matching(*texts, signatures, places.start, places.stop, pattern)
    return _as_numbers(found[0]), _as_numbers(found[1])


def one_edit_away(texts: Texts, by_length: ByLength, word: str) -> tuple[Array, Array]:
    """Return which texts are one edit away from a word, and which of others may be so and must be looked at."""
    found = _kernels.one_edit_away(*texts, *by_length, word)
    return _as_numbers(found[0]), _as_numbers(found[1])


def _as_numbers(data: bytes) -> Array:
    return np.frombuffer(data, np.int32)
