"""Documents → counted values, over all segments.

Values get numbers for all segments together, which only grow: a generation reuses what was numbered for the ones before.
"""

import datetime
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchidx.engines.embedded.execution import kernels
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.snapshot.offsets import sizes_of
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.engines.embedded.snapshot.strings import SortedStrings
from searchidx.engines.embedded.snapshot.words import value_words
from searchidx.search.engine import FacetCounts, FacetWanted, ValueCount
from searchidx.search.request import VALUE_FACETS
from searchidx.stories.folding import fold

Array = NDArray[Any]

_NONE = np.empty(0, np.int64)


class Numbering:
    """One number for each value of a facet, whatever segments it is in; safe to share between threads.

    Attributes:
        values: by their numbers.
        in_order: whether the numbers are in the order of the values, as in an index of one segment.
    """

    def __init__(self, facet: str) -> None:
        self.facet = facet
        self.values: list[str] = []
        self.in_order = True
        self._numbers: dict[str, int] = {}
        self._segments: dict[str, Array] = {}
        self._ranks = np.empty(0, np.int64)
        self._lock = threading.Lock()

    def of_segment(self, segment: Segment) -> Array:
        """Return the number of each of a segment's values."""
        with self._lock:
            found = self._segments.get(segment.name)
            if found is None:
                found = self._segments[segment.name] = self._add(segment)
            return found

    def _add(self, segment: Segment) -> Array:
        texts = [raw.decode() for raw in segment.facets[self.facet].values.all_raw()]
        if not self.values:
            self.values = texts
            self._numbers = {text: number for number, text in enumerate(texts)}
            return np.arange(len(texts))
        known = len(self.values)
        for text in texts:
            if self._numbers.setdefault(text, len(self.values)) == len(self.values):
                self.values.append(text)
        self.in_order = self.in_order and len(self.values) == known
        return np.fromiter(map(self._numbers.__getitem__, texts), np.int64, len(texts))

    def number(self, value: str) -> int | None:
        """Return the number of a value, None if no segment has it."""
        return self._numbers.get(value)

    def ranks(self) -> Array:
        """Return the place of each number's value in the order of the values."""
        with self._lock:
            if len(self._ranks) < len(self.values):
                order = sorted(range(len(self.values)), key=self.values.__getitem__)
                ranks = np.empty(len(order), np.int64)
                ranks[order] = np.arange(len(order))
                self._ranks = ranks
            return self._ranks

    def forget_all_but(self, names: Iterable[str]) -> None:
        """Forget the numbers of segments that are gone."""
        kept = set(names)
        with self._lock:
            self._segments = {name: numbers for name, numbers in self._segments.items() if name in kept}


class FacetCounter:
    """Counts the values of facets over some views."""

    def __init__(self, views: Sequence[View], numberings: dict[str, Numbering]) -> None:
        self._views, self._numberings = tuple(views), numberings
        self._places: dict[str, tuple[str, str | None]] = {}

    def count_values(self, facet: str, documents: Sequence[Array], how: FacetWanted) -> FacetCounts:
        """Count a facet's values over some documents of each view."""
        if len(self._views) == 1 and how.limit is not None and not how.always and not how.containing:
            return self._commonest(facet, documents[0], how.limit)
        numbering = self._numberings[facet]
        numbers, counts, missing = self._counted(facet, documents)
        words = tuple(value_words(fold(how.containing)))
        if words:
            wanted = self._containing(facet, words)[numbers]
            possible, of_possible = numbers[wanted], counts[wanted]
        else:
            possible, of_possible = numbers, counts
        chosen = self._largest(numbering, of_possible, possible, how.limit)
        shown = dict(zip(possible[chosen].tolist(), of_possible[chosen].tolist(), strict=True))
        absent = []
        more = len(possible) - len(shown)
        for value in how.always:
            known = numbering.number(value)
            if known is None:
                absent.append(ValueCount(value, value, 0))
            elif known not in shown:
                shown[known] = int(counts[numbers == known].sum())
                more -= known in possible
        values = [self._value(facet, numbering.values[number], count) for number, count in shown.items()]
        if absent or how.always or not numbering.in_order:
            values = sorted(values + absent, key=lambda value: (-value.count, value.value))
        return FacetCounts(tuple(values), more, missing)

    def _commonest(self, facet: str, documents: Array, limit: int) -> FacetCounts:
        """Count the values over documents of the only view, whose numbers are in the order of the values."""
        column = self._views[0].segment.facets[facet]
        found, distinct, missing = kernels.commonest_values(
            documents, column.of, column.numbers, column.lists, max(limit, 0)
        )
        values = tuple([self._value(facet, column.texts[number], count) for number, count in found])
        return FacetCounts(values, distinct - len(values), missing)

    def _counted(self, facet: str, documents: Sequence[Array]) -> tuple[Array, Array, int]:
        """Return the values that some documents of each view have, how many have each, and how many have none."""
        numbering = self._numberings[facet]
        counted: list[tuple[Array, Array]] = []
        missing = 0
        for view, of_view in zip(self._views, documents, strict=True):
            column = view.segment.facets[facet]
            if len(of_view) == view.size:
                having, found = np.arange(len(column.values)), sizes_of(column.lists)
                without = int(np.count_nonzero(np.diff(column.of) == 0))
            else:
                having, found, without = kernels.count_values(of_view, column.of, column.numbers, len(column.values))
            counted.append((numbering.of_segment(view.segment)[having], found))
            missing += without
        return *_summed(counted), missing

    def _largest(self, numbering: Numbering, counts: Array, numbers: Array, limit: int | None) -> Array:
        """Return the places of the largest counts, of equal ones the first values."""
        if limit is None or limit >= len(counts):
            limit = len(counts)
        if numbering.in_order or limit <= 0:
            return kernels.top(counts.astype(np.float64), limit)
        if limit == len(counts):
            return np.arange(limit)
        candidates = np.flatnonzero(counts >= np.partition(counts, len(counts) - limit)[len(counts) - limit])
        order = np.lexsort((numbering.ranks()[numbers[candidates]], -counts[candidates]))
        return candidates[order[:limit]]

    def _containing(self, facet: str, words: tuple[str, ...]) -> kernels.Mask:
        """Return which values have all the words, the last perhaps only begun."""
        numbering = self._numberings[facet]
        mask = np.zeros(len(numbering.values), np.bool_)
        for view in self._views:
            found = view.segment.facets[facet].with_words(words, last_begins=True)
            mask[numbering.of_segment(view.segment)[found]] = True
        return mask

    def _value(self, facet: str, value: str, count: int) -> ValueCount:
        if facet != "place":
            return ValueCount(value, value, count)
        found = self._places.get(value)
        if found is None:
            found = self._places[value] = self._place(value)
        return ValueCount(value, found[0], count, found[1])

    def _place(self, value: str) -> tuple[str, str | None]:
        """Return the label of a place, and what it lies in."""
        for view in self._views:
            segment = view.segment
            place = segment.facets["place"].values.find(value)
            if place >= 0:
                parent = int(segment.place_parents[place])
                return segment.place_labels[place], segment.facets["place"].values[parent] if parent >= 0 else None
        return value, None

    def living(self, facet: str, values: Sequence[str]) -> tuple[ValueCount, ...]:
        """Return values with the number of living stories that have each."""
        return tuple(self._value(facet, value, self._living_count(facet, value)) for value in values)

    def _living_count(self, facet: str, value: str) -> int:
        count = 0
        for view in self._views:
            column = view.segment.facets[facet]
            place = column.values.find(value)
            if place >= 0:
                count += view.living_in(column.documents_of(place))
        return count

    def complete(self, facet: str, prefix: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Return the commonest values that have all words of a prefix, the last perhaps only begun."""
        words = tuple(value_words(fold(prefix)))
        found = []
        for view in self._views:
            column = view.segment.facets[facet]
            places = column.with_words(words, last_begins=True) if words else np.arange(len(column.values))
            found.append((column.values, places, view.living_counts(column.lists, column.documents, places)))
        return commonest(found, limit)

    def count_days(self, documents: Sequence[Array], how: FacetWanted) -> FacetCounts:
        """Count years, and the months of one and the days of one month where asked; days have no limit."""
        counts: dict[str, int] = dict.fromkeys(how.always, 0)
        for view, of_view in zip(self._views, documents, strict=True):
            of_days = kernels.count_groups(of_view, view.segment.day_of, len(view.segment.days))
            for value, count in _calendar_counts(view, of_days, how.within):
                counts[value] = counts.get(value, 0) + count
        values = (ValueCount(value, value, counts[value], value.rpartition("-")[0] or None) for value in sorted(counts))
        return FacetCounts(tuple(values), 0, 0)


def _calendar_counts(view: View, of_days: Array, within: tuple[int, ...]) -> Iterator[tuple[str, int]]:
    """Yield the years, months and days that have any stories, given how many each distinct day of a view has."""
    years, starts = view.years
    if len(years):
        sums = np.add.reduceat(of_days, starts).tolist()
        yield from ((year, count) for year, count in zip(years, sums, strict=True) if count)
    months = view.months
    if within:
        first, end = months.searchsorted((within[0] * 12, within[0] * 12 + 12))
        for month, count in _counted(months[first:end], of_days[first:end]):
            yield f"{month // 12:04d}-{month % 12 + 1:02d}", count
    if len(within) > 1:
        month = within[0] * 12 + within[1] - 1
        first, end = months.searchsorted((month, month + 1))
        for day, count in _counted(view.segment.days[first:end], of_days[first:end]):
            yield datetime.date.fromordinal(day).isoformat(), count


def _counted(rising: Array, counts: Array) -> Iterator[tuple[int, int]]:
    """Yield each distinct number with the sum of its counts, where there is any."""
    if len(rising):
        starts = np.flatnonzero(np.diff(rising, prepend=rising[0] - 1))
        sums = np.add.reduceat(counts, starts)
        yield from ((n, count) for n, count in zip(rising[starts].tolist(), sums.tolist(), strict=True) if count)


def _summed(counted: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Return the numbers that any view has, rising, and the sums of their counts."""
    largest_first = sorted([_rising(*of_view) for of_view in counted], key=lambda of_view: -len(of_view[0]))
    numbers, sums = largest_first[0] if largest_first else (_NONE, _NONE)
    for more, counts in largest_first[1:]:
        # Segments differ much in size: the few numbers of a small one are looked up among those of the largest.
        places = numbers.searchsorted(more)
        known = numbers.take(places, mode="clip") == more if len(numbers) else np.zeros(len(more), np.bool_)
        sums = sums.copy()
        sums[places[known]] += counts[known]
        if not known.all():
            numbers = np.insert(numbers, places[~known], more[~known])
            sums = np.insert(sums, places[~known], counts[~known])
    return numbers, sums


def _rising(numbers: Array, counts: Array) -> tuple[Array, Array]:
    if len(numbers) > 1 and not (numbers[1:] > numbers[:-1]).all():
        order = numbers.argsort()
        return numbers[order], counts[order]
    return numbers, counts


def commonest(found: Sequence[tuple[SortedStrings, Array, Array]], limit: int) -> tuple[tuple[str, int], ...]:
    """Return the texts with the largest counts; of equal ones the first in the order of the texts.

    Args:
        found: for each view its texts, the rising numbers of some, and how many living stories have each.
        limit: how many texts at most.
    """
    if len(found) == 1:
        # Numbers are in the order of the texts, so that only the texts which are returned need be read.
        ((texts, numbers, counts),) = found
        places = kernels.top(counts.astype(np.float64), limit)
        pairs = zip(numbers[places].tolist(), counts[places].tolist(), strict=True)
        return tuple((texts[number], count) for number, count in pairs if count)
    if not found:
        return ()
    (texts, numbers, counts), *others = sorted(found, key=lambda of_view: -len(of_view[1]))
    sums: dict[str, int] = {}
    for its, of_view, of_texts in others:
        for number, count in zip(of_view.tolist(), of_texts.tolist(), strict=True):
            text = its[number]
            sums[text] = sums.get(text, 0) + count
    # Of the texts that only the view with most of them has, no more are needed than are wanted.
    alone = counts.astype(np.float64)
    for text in sums:
        number = texts.find(text)
        place = int(numbers.searchsorted(number))
        if number >= 0 and place < len(numbers) and numbers[place] == number:
            sums[text] += int(counts[place])
            alone[place] = 0
    for place in kernels.top(alone, limit).tolist():
        if alone[place]:
            sums[texts[int(numbers[place])]] = int(counts[place])
    living = [(text, count) for text, count in sums.items() if count]
    return tuple(sorted(living, key=lambda item: (-item[1], item[0]))[: max(limit, 0)])


def new_numberings() -> dict[str, Numbering]:
    """Return empty numberings for all facets of values."""
    return {facet: Numbering(facet) for facet in VALUE_FACETS}
