"""One number for each text of several segments, by which what the segments count is added up (Lucene: global ordinals)."""

from collections.abc import Sequence

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.snapshot.doc_values import numbers_of_facets
from searchidx.engines.embedded.snapshot.strings import SortedStrings
from searchidx.search.remembered import Remembered


class Numbering:
    """The texts of all views, numbered in their order; with one view, as they are numbered there.

    Args:
        of_views: the texts of each view.

    Attributes:
        count: how many different texts there are.
        texts: by their numbers, remembered, for a few come again and again.
        shared: for each view, the number here of each of its own texts; None where both are the same.
    """

    def __init__(self, of_views: Sequence[SortedStrings]) -> None:
        self._of_views = tuple(of_views)
        self.texts = Remembered(self._text)
        self.count = len(of_views[0]) if of_views else 0
        self.shared: Sequence[kernels.Array | None] = (None,) * len(of_views)
        if len(of_views) > 1:
            self.shared, self.count = kernels.merge_texts([texts.arrays for texts in of_views])

    def _text(self, number: int) -> str:
        for texts, shared in zip(self._of_views, self.shared, strict=True):
            place = number if shared is None else int(shared.searchsorted(number))
            if shared is None or (place < len(shared) and shared[place] == number):
                return texts[place]
        raise IndexError(number)

    def all_texts(self) -> list[str]:
        """Return all texts by their numbers, at a fraction of what it costs to read each."""
        found = [""] * self.count
        for texts, shared in zip(self._of_views, self.shared, strict=True):
            numbers = range(self.count) if shared is None else shared.tolist()
            for number, raw in zip(numbers, texts.all_raw(), strict=True):
                found[number] = raw.decode()
        return found

    def numbers(self, at: int, own: kernels.Array) -> kernels.Array:
        """Return the numbers of texts, given their numbers in a view."""
        shared = self.shared[at]
        return own if shared is None else shared[own]

    def all_of(self, at: int) -> kernels.Array:
        """Return the number of each text of a view."""
        shared = self.shared[at]
        return np.arange(self.count, dtype=np.int32) if shared is None else shared

    def find(self, text: str) -> int:
        """Return the number of a text, -1 if no view has it."""
        for at, texts in enumerate(self._of_views):
            place = texts.find(text)
            if place >= 0:
                return int(self.numbers(at, np.array([place]))[0])
        return -1


class ValueNumbers:
    """The numbers of `DocValues` for all views: of each facet the one that says none, then those of its values.

    Args:
        numberings: the values of each facet.
        view_count: how many views there are.

    Attributes:
        of_facets: the numbers of each facet.
        count: how many there are.
        shared: for each view, the number here of each of its own; None where both are the same.
    """

    def __init__(self, numberings: Sequence[Numbering], view_count: int) -> None:
        self.of_facets = numbers_of_facets([numbering.count for numbering in numberings])
        self.count = len(numberings) + sum(numbering.count for numbering in numberings)
        self.shared: Sequence[kernels.Array | None] = (None,) * view_count
        if view_count > 1:
            self.shared = [self._of_view(at, numberings) for at in range(view_count)]

    def _of_view(self, at: int, numberings: Sequence[Numbering]) -> kernels.Array:
        none = [own.start for own in self.of_facets.values()]
        numbers = [np.append(first, first + 1 + of.all_of(at)) for first, of in zip(none, numberings, strict=True)]
        return np.concatenate(numbers).astype(np.int32)
