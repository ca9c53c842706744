"""What each document has of all facets, in one list: to count a document, one place in memory is read.

The values of all facets are numbered together, those of one facet behind those of another; before the first value of each
stands a number which says that a document has none of them.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from searchidx.engines.embedded.kernels.arrays import Array
from searchidx.engines.embedded.kernels.offsets import offsets_of, ranges, smallest
from searchidx.engines.embedded.snapshot.format import ArrayFile, Arrays
from searchidx.search.request import VALUE_FACETS


def numbers_of_facets(value_counts: Sequence[int]) -> dict[str, range]:
    """Return which numbers are of each facet, given how many values each has: the first says none, the next is value 0."""
    ends = accumulate((1 + count for count in value_counts), initial=0)
    return {facet: range(*bounds) for facet, bounds in zip(VALUE_FACETS, pairwise(ends), strict=True)}


class FacetValues(NamedTuple):
    """The values of a facet in all documents.

    Attributes:
        counts: how many each document has.
        numbers: which, in its own order, one document after the other.
        value_count: how many there are.
    """

    counts: Array
    numbers: Array
    value_count: int


def doc_values(facets: Sequence[FacetValues]) -> Arrays:
    """Return the arrays of `DocValues`."""
    lengths = [np.maximum(of.counts, 1) for of in facets]
    offsets = offsets_of(np.sum(lengths, axis=0))
    of_facets = list(numbers_of_facets([of.value_count for of in facets]).values())
    numbers = np.empty(int(offsets[-1]), smallest(of_facets[-1].stop))
    starts = offsets[:-1].astype(np.int64)
    for own, of, length in zip(of_facets, facets, lengths, strict=True):
        numbers[starts[of.counts == 0]] = own.start
        numbers[ranges(starts, of.counts)] = of.numbers + (own.start + 1)
        starts += length
    return {
        "values.of": offsets,
        "values.numbers": numbers,
        "values.none": np.array([np.count_nonzero(of.counts == 0) for of in facets], np.int32),
    }


class DocValues:
    """What each document has of all facets.

    Args:
        file: where its arrays are.
        lists: where the documents of each value begin, by facet.

    Attributes:
        of, numbers: document d has numbers[of[d]:of[d + 1]]: of each facet its values in its own order, or the one for none.
        none: how many documents have none of each facet.
        numbers_of_facets: which numbers are of each facet.
    """

    def __init__(self, file: ArrayFile, lists: Mapping[str, Array]) -> None:
        self.of: Array = file.array("values.of")
        self.numbers: Array = file.array("values.numbers")
        self.none: Array = file.array("values.none")
        self.numbers_of_facets = numbers_of_facets([len(of_facet) - 1 for of_facet in lists.values()])
        self._lists = lists
        self._plain_of, self._plain_numbers = self.of.data, self.numbers.data

    @cached_property
    def counts(self) -> Array:
        """How many documents have each number."""
        found = zip(self.none.tolist(), self._lists.values(), strict=True)
        return np.concatenate([np.append(none, np.diff(of_facet)) for none, of_facet in found]).astype(np.int32)

    def of_document(self, document: int) -> list[int]:
        """Return the numbers that a document has."""
        return self._plain_numbers[self._plain_of[document] : self._plain_of[document + 1]].tolist()

    def of_facet(self, document: int, facet: str) -> list[int]:
        """Return the values that a document has of a facet, as they are numbered there, in its own order."""
        own = self.numbers_of_facets[facet]
        first = own.start + 1
        return [number - first for number in self.of_document(document) if first <= number < own.stop]

    def column(self, facet: str) -> tuple[Array, Array]:
        """Return how many values each document has of a facet, and these, as they are numbered there."""
        own = self.numbers_of_facets[facet]
        among = (self.numbers > own.start) & (self.numbers < own.stop)
        # Each document has a number, so that none of these sums is of nothing.
        counts = (
            np.add.reduceat(among, self.of[:-1].astype(np.intp), dtype=np.int32) if len(self.of) > 1 else self.of[:0]
        )
        return counts.astype(np.int32), self.numbers[among].astype(np.int32) - (own.start + 1)
