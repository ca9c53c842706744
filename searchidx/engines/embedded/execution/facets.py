"""Documents → counted values, over all segments."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchidx.engines.embedded.execution import kernels
from searchidx.engines.embedded.execution.numbering import Numbering
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.snapshot.words import value_words
from searchidx.search.engine import FacetCounts, FacetWanted, ValueCount
from searchidx.search.remembered import Remembered
from searchidx.stories.folding import fold

Array = NDArray[Any]

_NONE = np.empty(0, np.int64)
#: From this share of all values on, reading all takes less than reading each.
_MANY = 0.25


class FacetCounter:
    """Counts the values of facets over some views."""

    def __init__(self, views: Sequence[View]) -> None:
        self._views = tuple(views)
        self._numberings: Remembered[str, Numbering] = Remembered(
            lambda facet: Numbering([view.segment.facets[facet].values for view in self._views])
        )
        self._places: dict[str, tuple[str, str | None]] = {}

    def count_values(self, facet: str, documents: Sequence[Array], how: FacetWanted) -> FacetCounts:
        """Count a facet's values over some documents of each view."""
        numbering = self._numberings[facet]
        columns = self._columns(facet, documents)
        if how.limit is not None and not how.always and not how.containing:
            most = min(max(how.limit, 0), numbering.count)
            found, distinct, missing = kernels.commonest_values(columns, numbering.count, most)
            return FacetCounts(self._valued(facet, found, numbering.texts), distinct - len(found), missing)
        numbers, counts, missing = kernels.count_values(columns, numbering.count)
        words = tuple(value_words(fold(how.containing)))
        if words:
            wanted = self._containing(facet, words)[numbers]
            possible, of_possible = numbers[wanted], counts[wanted]
        else:
            possible, of_possible = numbers, counts
        chosen = kernels.top(of_possible.astype(np.float64), len(possible) if how.limit is None else how.limit)
        shown = dict(zip(possible[chosen].tolist(), of_possible[chosen].tolist(), strict=True))
        absent = []
        more = len(possible) - len(shown)
        for value in how.always:
            known = numbering.find(value)
            if known < 0:
                absent.append(ValueCount(value, value, 0))
            elif known not in shown:
                shown[known] = int(counts[numbers == known].sum())
                more -= known in possible
        # The places of most searches are few; all names of an archive are more than are remembered.
        many = len(shown) > numbering.count * _MANY
        texts = numbering.all_texts() if many else numbering.texts
        if many and facet == "place" and len(self._places) < len(shown):
            self._remember_places()
        values = self._valued(facet, shown.items(), texts)
        if how.always:
            values = tuple(sorted((*values, *absent), key=lambda value: (-value.count, value.value)))
        return FacetCounts(values, more, missing)

    def _columns(self, facet: str, documents: Sequence[Array]) -> list[kernels.Column]:
        columns = [view.segment.facets[facet] for view in self._views]
        shared = self._numberings[facet].shared
        return [
            (given, column.of, column.numbers, column.lists, numbers)
            for given, column, numbers in zip(documents, columns, shared, strict=True)
        ]

    def _valued(
        self, facet: str, counted: Iterable[tuple[int, int]], texts: Mapping[int, str] | Sequence[str]
    ) -> tuple[ValueCount, ...]:
        """Return values by their numbers with their counts."""
        return tuple([self._value(facet, texts[number], count) for number, count in counted])

    def _containing(self, facet: str, words: tuple[str, ...]) -> kernels.Mask:
        """Return which values have all the words, the last perhaps only begun."""
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
