"""Documents → counted values, over all segments."""

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution.numbering import Numbering
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.kernels import Array
from searchidx.engines.embedded.snapshot.words import value_words
from searchidx.search.engine import FacetCounts, FacetWanted, ValueCount
from searchidx.search.remembered import Remembered
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
        self._places: dict[str, tuple[str, str | None]] = {}

    def count_values(self, facet: str, documents: Sequence[Array], how: FacetWanted) -> FacetCounts:
        """Count a facet's values over some documents of each view."""
        numbering, columns = self._numberings[facet], self._columns(facet, documents)
        wanted = self._containing(facet, how.containing) if how.containing else None
        found: Collection[tuple[int, int]]
        if how.limit is None or wanted is not None:
            found, distinct, missing = _commonest(columns, numbering.count, how.limit, wanted)
        else:
            most = min(max(how.limit, 0), numbering.count)
            found, distinct, missing = kernels.commonest_values(columns, numbering.count, most)
        values, more = self._valued(facet, found), distinct - len(found)
        if how.always:
            shown = {value.value for value in values}
            added = [
                self._value(facet, value, self._count(facet, value, documents))
                for value in how.always
                if value not in shown
            ]
            more -= sum(1 for value in added if value.count and self._is_wanted(facet, value.value, wanted))
            values = tuple(sorted((*values, *added), key=lambda value: (-value.count, value.value)))
        return FacetCounts(values, more, missing)

    def _columns(self, facet: str, documents: Sequence[Array]) -> list[kernels.Column]:
        columns = [view.segment.facets[facet] for view in self._views]
        shared = self._numberings[facet].shared
        return [
            (given, column.of, column.numbers, column.lists, numbers)
            for given, column, numbers in zip(documents, columns, shared, strict=True)
        ]

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

    def _is_wanted(self, facet: str, value: str, wanted: kernels.Mask | None) -> bool:
        return wanted is None or bool(wanted[self._numberings[facet].find(value)])

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


def _commonest(
    columns: list[kernels.Column], value_count: int, limit: int | None, wanted: kernels.Mask | None
) -> tuple[Collection[tuple[int, int]], int, int]:
    """Answer as `kernels.commonest_values` does for the wanted values alone, None for all; without a limit, return all."""
    numbers, counts, missing = kernels.count_values(columns, value_count)
    if wanted is not None:
        numbers, counts = numbers[wanted[numbers]], counts[wanted[numbers]]
    best = kernels.top(counts.astype(np.float64), len(numbers) if limit is None else limit)
    return dict(zip(numbers[best].tolist(), counts[best].tolist(), strict=True)).items(), len(numbers), missing


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
