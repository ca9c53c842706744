"""Documents → counted values, over all segments."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution.numbering import Numbering, ValueNumbers
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.kernels import Array
from searchidx.engines.embedded.snapshot.words import value_words
from searchidx.search.engine import FacetCounts, FacetWanted, ValueCount
from searchidx.search.remembered import Remembered
from searchidx.search.request import VALUE_FACETS
from searchidx.stories.folding import fold

_NONE = np.empty(0, np.int64)
#: From so many values on, if they are such a share of all, reading all takes less than reading each.
_MANY, _MOST_OF_ALL = 100, 0.25


class FacetCounter:
    """Counts the values of facets over some views."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = tuple(views)
        self._numberings: Remembered[str, Numbering] = Remembered(
            lambda facet: Numbering([view.segment.facets[facet].values for view in self._views])
        )
        self._numbers: ValueNumbers | None = None
        self._places: dict[str, tuple[str, str | None]] = {}

    def count_values(self, facets: Mapping[str, FacetWanted], documents: Sequence[Array]) -> dict[str, FacetCounts]:
        """Count the values of some facets over some documents of each view."""
        if self._numbers is None:
            self._numbers = ValueNumbers([self._numberings[facet] for facet in VALUE_FACETS], len(self._views))
        numbers = self._numbers
        doc_values = [view.segment.doc_values for view in self._views]
        columns = [
            (given, of.of, of.numbers, of.counts, shared)
            for given, of, shared in zip(documents, doc_values, numbers.shared, strict=True)
        ]
        containing = {name: self._containing(name, how.containing) for name, how in facets.items() if how.containing}
        asked = [name for name in VALUE_FACETS if name in facets]
        ranges = [
            (own.start, own.stop, _most(facets[name].limit, len(own)), containing.get(name))
            for name, own in ((name, numbers.of_facets[name]) for name in asked)
        ]
        counted = zip(asked, kernels.commonest_values(columns, numbers.count, ranges), strict=True)
        return {
            name: self._counts(name, found, facets[name], documents, containing.get(name)) for name, found in counted
        }

    def _counts(
        self,
        facet: str,
        counted: tuple[list[tuple[int, int]], int, int],
        how: FacetWanted,
        documents: Sequence[Array],
        containing: kernels.Mask | None,
    ) -> FacetCounts:
        """Return what was counted, with the values that are given whatever their count."""
        found, distinct, missing = counted
        values, more = self._valued(facet, found), distinct - len(found)
        if how.always:
            shown = {value.value for value in values}
            added = [
                self._value(facet, value, self._count(facet, value, documents))
                for value in how.always
                if value not in shown
            ]
            more -= sum(1 for value in added if value.count and self._is_among(facet, value.value, containing))
            values = tuple(sorted((*values, *added), key=lambda value: (-value.count, value.value)))
        return FacetCounts(values, more, missing)

    def _valued(self, facet: str, counted: Collection[tuple[int, int]]) -> tuple[ValueCount, ...]:
        """Return values by their numbers with their counts."""
        numbering = self._numberings[facet]
        texts: Mapping[int, str] | Sequence[str] = numbering.texts
        # The values of most searches are few; all names of an archive are more than are remembered.
        if len(counted) > _MANY and len(counted) > _MOST_OF_ALL * numbering.count:
            texts = numbering.all_texts()
            if facet == "place" and len(self._places) < len(counted):
                self._remember_places()
        return tuple([self._value(facet, texts[number], count) for number, count in counted])

    def _is_among(self, facet: str, value: str, values: kernels.Mask | None) -> bool:
        return values is None or bool(values[self._numberings[facet].find(value)])

    def _containing(self, facet: str, text: str) -> kernels.Mask | None:
        """Return which values have all words of a text, the last perhaps only begun; None if the text has no word."""
        words = tuple(value_words(fold(text)))
        if not words:
            return None
        numbering = self._numberings[facet]
        mask = np.zeros(numbering.count, np.bool_)
        for at, view in enumerate(self._views):
            found = view.segment.facets[facet].with_words(words, last_begins=True)
            mask[numbering.numbers(at, found)] = True
        return mask

    def _value(self, facet: str, value: str, count: int) -> ValueCount:
        if facet != "place":
            return ValueCount(value, value, count)
        found = self._places.get(value)
        if found is None:
            found = self._places[value] = self._place(value)
        return ValueCount(value, found[0], count, found[1])

    def _remember_places(self) -> None:
        """Remember all places, at a fraction of what it costs to look each up."""
        for view in self._views:
            segment = view.segment
            values = [raw.decode() for raw in segment.facets["place"].values.all_raw()]
            labels = [raw.decode() for raw in segment.place_labels.all_raw()]
            for value, label, parent in zip(values, labels, segment.place_parents.tolist(), strict=True):
                self._places.setdefault(value, (label, values[parent] if parent >= 0 else None))

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
        return tuple([self._value(facet, value, self._count(facet, value)) for value in values])

    def _count(self, facet: str, value: str, documents: Sequence[Array] | None = None) -> int:
        """Return how many living stories have a value, or how many of some documents of each view."""
        count = 0
        for at, view in enumerate(self._views):
            column = view.segment.facets[facet]
            place = column.values.find(value)
            if place >= 0:
                having = column.documents_of(place)
                if documents is None:
                    count += view.living_in(having)
                else:
                    count += len(kernels.intersection(documents[at], having, view.size))
        return count

    def complete(self, facet: str, prefix: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Return the commonest values that have all words of a prefix, the last perhaps only begun."""
        words = tuple(value_words(fold(prefix)))
        numbering = self._numberings[facet]
        found: list[tuple[Array, Array]] = []
        for at, view in enumerate(self._views):
            column = view.segment.facets[facet]
            places = column.with_words(words, last_begins=True) if words else np.arange(len(column.values))
            counts = view.living_counts(column.lists, column.documents, places)
            found.append((numbering.numbers(at, places), counts))
        numbers, counts = _summed(found)
        best = kernels.top(counts.astype(np.float64), limit)
        pairs = zip(numbers[best].tolist(), counts[best].tolist(), strict=True)
        return tuple([(numbering.texts[number], count) for number, count in pairs if count])

    def count_days(self, documents: Sequence[Array], how: FacetWanted) -> FacetCounts:
        """Count years, and the months of one and the days of one month where asked; days have no limit."""
        counts: dict[str, int] = dict.fromkeys(how.always, 0)
        for view, of_view in zip(self._views, documents, strict=True):
            of_days = kernels.count_groups(of_view, view.segment.day_of, len(view.segment.days))
            for value, count in _calendar_counts(view, of_days, how.within):
                counts[value] = counts.get(value, 0) + count
        values = (ValueCount(value, value, counts[value], value.rpartition("-")[0] or None) for value in sorted(counts))
        return FacetCounts(tuple(values), 0, 0)


def _most(limit: int | None, value_count: int) -> int:
    return value_count if limit is None else min(max(limit, 0), value_count)


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
    """Return the numbers that any view has, rising, and the sums of their counts; each view's numbers rise."""
    if len(counted) == 1:
        return counted[0]
    numbers, places = np.unique(np.concatenate([_NONE, *(of for of, _ in counted)]), return_inverse=True)
    sums = np.zeros(len(numbers), np.int64)
    np.add.at(sums, places, np.concatenate([_NONE, *(counts for _, counts in counted)]))
    return numbers, sums
