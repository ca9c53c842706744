"""Segments → the arrays of one segment with their living documents, as `build` would have made them.

Every list of the new segment is gathered from lists of the old ones; texts are compared once a dictionary, all else is
numbers. Posting lists go by in slices, so that memory stays bounded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchidx.engines.embedded.snapshot.build import (
    code_arrays,
    day_arrays,
    lookup_arrays,
    position_bases,
    sorted_addresses,
    story_arrays,
    term_arrays,
    value_arrays,
)
from searchidx.engines.embedded.snapshot.format import Arrays
from searchidx.engines.embedded.snapshot.offsets import offsets_of, ranges, sums
from searchidx.engines.embedded.snapshot.segment import FacetColumn, Lookup, Segment
from searchidx.engines.embedded.snapshot.strings import Strings, pack_sorted, pack_strings
from searchidx.search.request import VALUE_FACETS

Array = NDArray[Any]

#: How many postings are merged at once.
_SLICE = 4_000_000
#: Segments of so many stories are merged at each commit: it takes a fraction of a second.
_SMALL = 8192
#: A segment is merged with all smaller ones when these come to such a share of it.
_SHARE = 0.125
#: A segment with a larger share of deleted stories is written anew.
_MOST_DELETED = 0.25


@dataclass(frozen=True, slots=True)
class Source:
    """A segment to be merged, and which of its documents live (None: all)."""

    segment: Segment
    living: NDArray[np.bool_] | None

    @property
    def documents(self) -> Array:
        """The numbers of the living documents."""
        if self.living is None:
            return np.arange(self.segment.count)
        return np.flatnonzero(self.living)


def choose_merge(sizes: Sequence[tuple[int, int]]) -> list[int]:
    """Return the places of the segments that should become one, none where all may stay.

    Small segments are always merged; a larger one joins when all that are smaller come to `_SHARE` of it, so that a
    story is copied a few times in its life and an index has a few segments; one with many deleted stories joins too.

    Args:
        sizes: living and deleted documents of each segment.
    """
    order = sorted(range(len(sizes)), key=lambda place: sizes[place][0])
    smaller, joined = 0, 0
    for seen, place in enumerate(order, 1):
        living, _ = sizes[place]
        if living <= _SMALL or (seen > 1 and smaller >= _SHARE * living):
            joined = seen
        smaller += living
    rewritten = [place for place, (living, deleted) in enumerate(sizes) if deleted > _MOST_DELETED * (living + deleted)]
    chosen = sorted({*order[:joined], *rewritten})
    return chosen if len(chosen) > 1 or rewritten else []


def merge_segments(sources: Sequence[Source]) -> Arrays:
    """Return the arrays of a segment with the living documents of these; no id lives in two of them."""
    order = _Order(sources)
    terms, stems, exact = _merge_terms(sources, order)
    return {
        **_merge_documents(sources, order),
        **terms,
        **_merge_postings(sources, order, stems, exact, terms["exact.stems"]),
        **_merge_facets(sources, order),
    }


class _Order:
    """Where the living documents go.

    Attributes:
        ids: of all, sorted.
        taken: for each new document its place in the living documents of all sources, one source after the other.
        new: for each source, the new number of each document, -1 for deleted ones.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        living = [source.documents for source in sources]
        ids = [
            raw for source, numbers in zip(sources, living, strict=True) for raw in _taken(source.segment.ids, numbers)
        ]
        taken = sorted(range(len(ids)), key=ids.__getitem__)
        self.ids = [ids[place] for place in taken]
        self.taken = np.array(taken, np.int64)
        number = np.empty(len(taken), np.int64)
        number[self.taken] = np.arange(len(taken))
        self.new: list[Array] = []
        at = 0
        for source, numbers in zip(sources, living, strict=True):
            new = np.full(source.segment.count, -1, np.int64)
            new[numbers] = number[at : at + len(numbers)]
            at += len(numbers)
            self.new.append(new)
        self._living = living

    def column(self, arrays: Sequence[Array]) -> Array:
        """Return a column of the new segment from those of the sources."""
        return np.concatenate([a[numbers] for a, numbers in zip(arrays, self._living, strict=True)])[self.taken]


def _taken(strings: Strings, numbers: Array) -> list[bytes]:
    everything = strings.all_raw()
    return everything if len(numbers) == len(everything) else [everything[number] for number in numbers]


def _merge_documents(sources: Sequence[Source], order: _Order) -> Arrays:
    segments = [source.segment for source in sources]
    stories = [s.packed_story(int(n)) for s, source in zip(segments, sources, strict=True) for n in source.documents]
    headline = order.column([s.array("headline_lengths") for s in segments])
    body = order.column([s.array("body_lengths") for s in segments])
    addresses: list[Array] = []
    documents: list[Array] = []
    for segment, new in zip(segments, order.new, strict=True):
        of_address = new[segment.array("addresses.documents")]
        addresses.append(segment.array("addresses")[of_address >= 0])
        documents.append(of_address[of_address >= 0])
    return {
        **story_arrays(order.ids, [stories[place] for place in order.taken]),
        "digests": order.column([s.array("digests") for s in segments]),
        "headline_lengths": headline,
        "body_lengths": body,
        "lengths": order.column([s.lengths for s in segments]),
        **position_bases(headline, body),
        **day_arrays(order.column([s.days[s.day_of] for s in segments])),
        **sorted_addresses(np.concatenate(addresses), np.concatenate(documents)),
    }


def _merge_terms(sources: Sequence[Source], order: _Order) -> tuple[dict[str, Array], list[Array], list[Array]]:
    """Return the dictionaries, and for each source the new number of its stems and exact terms, -1 for those gone."""
    used = [_used_lists(source, new) for source, new in zip(sources, order.new, strict=True)]
    stem_texts, stems = _union(
        [s.segment.stems for s in sources], [u[: len(s.segment.stems)] for u, s in zip(used, sources, strict=True)]
    )
    exact_texts, exact = _union(
        [s.segment.exact for s in sources], [u[s.segment.exact_lists] for u, s in zip(used, sources, strict=True)]
    )
    stem_of = np.zeros(len(exact_texts), np.int32)
    for source, stem_number, exact_number in zip(sources, stems, exact, strict=True):
        kept = exact_number >= 0
        stem_of[exact_number[kept]] = stem_number[source.segment.array("exact.stems")[kept]]
    return {**term_arrays(stem_texts, exact_texts), "exact.stems": stem_of}, stems, exact


def _used_lists(source: Source, new: Array) -> NDArray[np.bool_]:
    """Return which posting lists have a living document."""
    lists = source.segment.lists
    if source.living is None:
        return np.diff(lists) > 0
    return sums(new[source.segment.documents] >= 0, lists) > 0


def _union(strings: Sequence[Strings], used: Sequence[Array]) -> tuple[list[bytes], list[Array]]:
    """Return the sorted texts that are used anywhere, and for each source the new number of each text, or -1."""
    texts = [text.all_raw() for text in strings]
    kept = [[t for t, u in zip(of, flags.tolist(), strict=True) if u] for of, flags in zip(texts, used, strict=True)]
    merged = sorted(set().union(*kept))
    number = {text: place for place, text in enumerate(merged)}
    numbers: list[Array] = []
    for of_source, flags in zip(texts, used, strict=True):
        found = np.fromiter((number.get(text, -1) for text in of_source), np.int64, len(of_source))
        numbers.append(np.where(flags, found, -1))
    return merged, numbers


@dataclass(frozen=True, slots=True)
class _Lists:
    """Lists of a source in the order of the new lists that they go to."""

    segment: Segment
    new_document: Array
    old: Array
    target: Array


def _merge_postings(
    sources: Sequence[Source], order: _Order, stems: list[Array], exact: list[Array], stem_of: Array
) -> Arrays:
    stem_count = 1 + max(int(numbers.max(initial=-1)) for numbers in stems)
    forms = np.bincount(stem_of, minlength=stem_count)
    own_list = forms[stem_of] > 1
    list_of = np.where(own_list, stem_count + np.cumsum(own_list) - 1, stem_of)
    lists = stem_count + int(own_list.sum())
    stem_lists: list[_Lists] = []
    exact_lists: list[_Lists] = []
    for source, new, stem_number, exact_number in zip(sources, order.new, stems, exact, strict=True):
        kept = np.flatnonzero(stem_number >= 0)
        stem_lists.append(_Lists(source.segment, new, kept, stem_number[kept]))
        kept = np.flatnonzero(exact_number >= 0)
        kept = kept[own_list[exact_number[kept]]]
        exact_lists.append(_Lists(source.segment, new, source.segment.exact_lists[kept], list_of[exact_number[kept]]))
    bases = position_bases(
        order.column([s.segment.array("headline_lengths") for s in sources]),
        order.column([s.segment.array("body_lengths") for s in sources]),
    )["bases"]
    slices = [
        *(_merge_slice(part, bases) for part in _slices(stem_lists, stem_count)),
        *(_merge_slice(part, None) for part in _slices(exact_lists, lists)),
    ]
    target, documents, headline, body, lengths, positions = (np.concatenate(c) for c in zip(*slices, strict=True))
    counts = np.bincount(target, minlength=lists)
    in_stems = int(counts[:stem_count].sum())
    occurrences = offsets_of((headline + body)[:in_stems])
    offsets = offsets_of(counts)
    return {
        "exact.lists": list_of.astype(np.int32),
        "lists": offsets,
        "documents": documents.astype(np.int32),
        **code_arrays(headline, body, lengths),
        "position_lists": occurrences[offsets[: stem_count + 1]],
        "positions": positions.astype(bases.dtype),
    }


def _slices(parts: Sequence[_Lists], end: int) -> Iterator[list[_Lists]]:
    """Yield the lists in pieces of some million postings."""
    sizes = np.zeros(end, np.int64)
    for part in parts:
        np.add.at(sizes, part.target, np.diff(part.segment.lists.astype(np.int64))[part.old])
    piece = np.cumsum(sizes) // _SLICE
    cuts = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), end]
    for low, high in pairwise(cuts):
        yield [_between(part, low, high) for part in parts]


def _between(part: _Lists, low: int, high: int) -> _Lists:
    places = slice(*np.searchsorted(part.target, (low, high)))
    return _Lists(part.segment, part.new_document, part.old[places], part.target[places])


def _merge_slice(parts: Sequence[_Lists], bases: Array | None) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Return list, document, occurrences in headline and body, length of each new posting, and (with bases) positions."""
    columns: list[list[Array]] = [[], [], [], [], [], [], []]
    position_sources: list[Array] = []
    before = 0
    for part in parts:
        segment = part.segment
        offsets = segment.lists.astype(np.int64)
        sizes = offsets[part.old + 1] - offsets[part.old]
        rows = ranges(offsets[part.old], sizes)
        document = part.new_document[segment.documents[rows]]
        codes = segment.codes[rows]
        headline, body = segment.array("codes.headline")[codes], segment.array("codes.body")[codes]
        occurrences = (headline + body).astype(np.int64)
        starts = before + np.cumsum(occurrences) - occurrences
        kept = document >= 0
        target = np.repeat(part.target, sizes)
        for column, values in zip(
            columns,
            (target, document, headline, body, segment.array("codes.lengths")[codes], starts, occurrences),
            strict=True,
        ):
            column.append(values[kept])
        if bases is not None:
            places = segment.position_lists.astype(np.int64)
            old_rows = ranges(places[part.old], places[part.old + 1] - places[part.old])
            old_document = np.repeat(segment.documents[rows], occurrences)
            position_sources.append(segment.positions[old_rows] - segment.bases[old_document].astype(np.int64))
            before += len(old_rows)
    target, document, headline, body, lengths, starts, occurrences = map(np.concatenate, columns)
    order = np.argsort(target.astype(np.int64) << 32 | document)
    positions = np.empty(0, np.int64)
    if bases is not None:
        gathered = np.concatenate(position_sources)[ranges(starts[order], occurrences[order])]
        positions = gathered + np.repeat(bases[document[order]].astype(np.int64), occurrences[order])
    return target[order], document[order], headline[order], body[order], lengths[order], positions


def _merge_facets(sources: Sequence[Source], order: _Order) -> Arrays:
    parts: dict[str, Array] = {}
    for name in VALUE_FACETS:
        columns = [source.segment.facets[name] for source in sources]
        used = [_used_values(column, new) for column, new in zip(columns, order.new, strict=True)]
        values, numbers = _union([column.values for column in columns], used)
        parts |= pack_sorted(f"{name}.values", values)
        parts |= _merge_values(name, columns, numbers, order, len(values))
        parts |= lookup_arrays(f"{name}.keys", _pairs(columns, numbers, lambda column: column.keys))
        parts |= lookup_arrays(f"{name}.words", _pairs(columns, numbers, lambda column: column.words))
        if name == "place":
            parts |= _merge_places(sources, numbers, len(values))
    return parts


def _used_values(column: FacetColumn, new: Array) -> Array:
    return sums(new[column.documents] >= 0, column.lists) > 0


def _merge_values(
    name: str, columns: Sequence[FacetColumn], numbers: Sequence[Array], order: _Order, count: int
) -> Arrays:
    counts = order.column([np.diff(column.of.astype(np.int64)) for column in columns])
    before, starts, values = 0, [], []
    for column, new_number in zip(columns, numbers, strict=True):
        starts.append(column.of[:-1].astype(np.int64) + before)
        values.append(new_number[column.numbers])
        before += len(column.numbers)
    taken = np.concatenate(values)[ranges(order.column(starts), counts)]
    return value_arrays(name, counts, taken.astype(np.int32), count)


def _pairs(
    columns: Sequence[FacetColumn], numbers: Sequence[Array], lookup_of: Callable[[FacetColumn], Lookup]
) -> Iterator[tuple[str, int]]:
    """Yield the texts and the new numbers of the values that they find."""
    for column, new_number in zip(columns, numbers, strict=True):
        lookup = lookup_of(column)
        found = new_number[lookup.numbers].tolist()
        starts = lookup.starts.tolist()
        for place, text in enumerate(lookup.texts.all_raw()):
            for number in found[starts[place] : starts[place + 1]]:
                if number >= 0:
                    yield text.decode(), number


def _merge_places(sources: Sequence[Source], numbers: Sequence[Array], count: int) -> Arrays:
    labels = [b""] * count
    parents = np.full(count, -1, np.int32)
    for source, new_number in zip(sources, numbers, strict=True):
        kept = np.flatnonzero(new_number >= 0)
        old_parents = source.segment.place_parents[kept]
        parents[new_number[kept]] = np.where(old_parents >= 0, new_number[old_parents], -1)
        texts = source.segment.place_labels.all_raw()
        for old, new in zip(kept.tolist(), new_number[kept].tolist(), strict=True):
            labels[new] = texts[old]
    return {**pack_strings("place.labels", labels), "place.parents": parents}
