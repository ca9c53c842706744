"""Segments → the arrays of one segment with their living documents, as `build` would have made them.

Every list of the new segment is gathered from lists of the old ones; texts are compared once a dictionary, all else is
numbers. Posting lists go by in slices, so that memory stays bounded.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress, pairwise

import numpy as np

from searchidx.engines.embedded.kernels.arrays import Array, NDArray
from searchidx.engines.embedded.kernels.offsets import gather, offsets_of, ranges, sizes_of, sums
from searchidx.engines.embedded.snapshot.build import (
    CODE_TABLE,
    STORIES_AT_ONCE,
    day_arrays,
    file_arrays,
    length_arrays,
    lookup_arrays,
    number_triples,
    sorted_addresses,
    term_arrays,
    value_arrays,
)
from searchidx.engines.embedded.snapshot.doc_values import FacetValues, doc_values
from searchidx.engines.embedded.snapshot.format import Arrays, Pieces
from searchidx.engines.embedded.snapshot.segment import FacetColumn, Lookup, Segment
from searchidx.engines.embedded.snapshot.spilled import Spilled
from searchidx.engines.embedded.snapshot.strings import Strings, pack_sorted, pack_strings
from searchidx.engines.embedded.snapshot.words import position_bases
from searchidx.search.request import VALUE_FACETS

#: How many postings are merged at once.
_SLICE = 500_000
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


def merge_segments(sources: Sequence[Source]) -> Iterator[tuple[str, Array | Pieces]]:
    """Yield the arrays of a segment with the living documents of these; no id lives in two of them."""
    order = _Order(sources)
    yield from _merge_documents(sources, order).items()
    terms, stems, exact = _merge_terms(sources, order)
    stem_of = terms["exact.stems"]
    yield from terms.items()
    del terms
    yield from _merge_postings(sources, order, stems, exact, stem_of).items()
    facets = []
    for facet in VALUE_FACETS:
        numbers, arrays = _merge_facet(sources, order, facet)
        yield from arrays.items()
        facets.append(_merge_values(sources, order, facet, numbers))
        yield from value_arrays(facet, facets[-1]).items()
    yield from doc_values(facets).items()


class _Order:
    """Where the living documents go.

    Attributes:
        ids: the arrays of all ids, sorted.
        taken: for each new document its place in the living documents of all sources, one source after the other.
        new: for each source, the new number of each document, -1 for deleted ones.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        living = [source.documents for source in sources]
        ids = [
            raw for source, numbers in zip(sources, living, strict=True) for raw in _taken(source.segment.ids, numbers)
        ]
        taken = sorted(range(len(ids)), key=ids.__getitem__)
        self.ids = pack_sorted("ids", (ids[place] for place in taken))
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


def _merge_documents(sources: Sequence[Source], order: _Order) -> dict[str, Array | Pieces]:
    segments = [source.segment for source in sources]
    headline = order.column([s.array("headline_lengths") for s in segments])
    body = order.column([s.array("body_lengths") for s in segments])
    addresses: list[Array] = []
    documents: list[Array] = []
    for segment, new in zip(segments, order.new, strict=True):
        of_address = new[segment.array("addresses.documents")]
        addresses.append(segment.array("addresses")[of_address >= 0])
        documents.append(of_address[of_address >= 0])
    return {
        **order.ids,
        "stories.offsets": offsets_of(order.column([sizes_of(s.array("stories.offsets")) for s in segments])),
        "stories.bytes": Pieces(np.uint8, _stories(segments, order)),
        "stories.checksums": order.column([s.array("stories.checksums") for s in segments]),
        "digests": order.column([s.array("digests") for s in segments]),
        **_merge_files(segments, order),
        **length_arrays(headline, body),
        **day_arrays(order.column([s.days[s.day_of] for s in segments])),
        **sorted_addresses(np.concatenate(addresses), np.concatenate(documents)),
    }


def _merge_files(segments: Sequence[Segment], order: _Order) -> Arrays:
    used = [
        np.bincount(segment.file_of[new >= 0], minlength=len(segment.files)) > 0
        for segment, new in zip(segments, order.new, strict=True)
    ]
    names, numbers = _union([segment.files for segment in segments], used)
    return file_arrays(names, order.column([new[s.file_of] for s, new in zip(segments, numbers, strict=True)]))


def _stories(segments: Sequence[Segment], order: _Order) -> Iterator[Array]:
    """Yield the stories' bytes, some thousand at once; their checksums go with them, and are looked at by who reads them."""
    at = order.column([np.full(segment.count, place, np.int32) for place, segment in enumerate(segments)])
    number = order.column([np.arange(segment.count, dtype=np.int32) for segment in segments])
    for start in range(0, len(at), STORIES_AT_ONCE):
        some = slice(start, start + STORIES_AT_ONCE)
        pairs = zip(at[some].tolist(), number[some].tolist(), strict=True)
        yield np.frombuffer(b"".join([segments[place].packed_stories.raw(n) for place, n in pairs]), np.uint8)
        for segment in segments:
            segment.file.let_go()


def _merge_terms(sources: Sequence[Source], order: _Order) -> tuple[dict[str, Array], list[Array], list[Array]]:
    """Return the dictionaries, and for each source the new number of its stems and exact terms, -1 for those gone."""
    used = [
        _used(source, source.segment.lists, source.segment.documents, new)
        for source, new in zip(sources, order.new, strict=True)
    ]
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


def _used(source: Source, lists: Array, documents: Array, new: Array) -> NDArray[np.bool_]:
    """Return which of a source's lists of documents have a living one."""
    if source.living is None:
        return np.diff(lists) > 0
    return sums(new[documents] >= 0, lists) > 0


def _union(strings: Sequence[Strings], used: Sequence[Array]) -> tuple[list[bytes], list[Array]]:
    """Return the sorted texts that are used anywhere, and for each source the new number of each text, or -1."""
    # One source after the other, and again: all their texts at once would take several times the memory.
    distinct: set[bytes] = set()
    for of_source, flags in zip(strings, used, strict=True):
        distinct.update(compress(of_source.all_raw(), flags.tolist()))
    merged = sorted(distinct)
    del distinct
    number = {text: place for place, text in enumerate(merged)}
    numbers: list[Array] = []
    for of_source, flags in zip(strings, used, strict=True):
        found = np.fromiter((number.get(text, -1) for text in of_source.all_raw()), np.int32, len(of_source))
        found[~flags] = -1
        numbers.append(found)
    return merged, numbers


class _Codes:
    """The codes of all sources in one table.

    Attributes:
        arrays: the table.
        new: for each source, the new code of each code.
        occurrences: of each new code, in headline and body together.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        tables = [np.stack([source.segment.array(name) for name in CODE_TABLE], axis=1) for source in sources]
        self.arrays, codes = number_triples(np.concatenate(tables))
        self.new = np.split(codes, np.cumsum([len(of_source) for of_source in tables])[:-1])
        self.occurrences = self.arrays["codes.headline"] + self.arrays["codes.body"]


@dataclass(frozen=True, slots=True)
class _Lists:
    """Lists of a source in the order of the new lists that they go to; what documents and codes become."""

    segment: Segment
    new_document: Array
    new_code: Array
    old: Array
    target: Array

    def between(self, low: int, high: int) -> "_Lists":
        """Return those that go to the lists from `low` up to `high`."""
        places = slice(*np.searchsorted(self.target, (low, high)))
        return replace(self, old=self.old[places], target=self.target[places])


@dataclass(frozen=True, slots=True)
class _Slice:
    """Some new lists from the number `first` on: how many postings and positions each has, and these."""

    first: int
    counts: Array
    occurrences: Array
    documents: Array
    codes: Array
    positions: Array


def _merge_postings(
    sources: Sequence[Source], order: _Order, stems: list[Array], exact: list[Array], stem_of: Array
) -> dict[str, Array | Pieces]:
    stem_count = 1 + max(int(numbers.max(initial=-1)) for numbers in stems)
    own_list = np.bincount(stem_of, minlength=stem_count)[stem_of] > 1
    list_of = np.where(own_list, stem_count + np.cumsum(own_list) - 1, stem_of)
    for source in sources:
        for name in ("documents", "codes", "positions"):
            source.segment.array(name)  # is read from end to end, to be checked
            source.segment.file.let_go()
    codes = _Codes(sources)
    stem_lists: list[_Lists] = []
    exact_lists: list[_Lists] = []
    for at, (source, new) in enumerate(zip(sources, order.new, strict=True)):
        kept = np.flatnonzero(stems[at] >= 0)
        stem_lists.append(_Lists(source.segment, new, codes.new[at], kept, stems[at][kept]))
        kept = np.flatnonzero(exact[at] >= 0)
        kept = kept[own_list[exact[at][kept]]]
        old = source.segment.exact_lists[kept]
        exact_lists.append(_Lists(source.segment, new, codes.new[at], old, list_of[exact[at][kept]]))
    bases = position_bases(
        order.column([s.segment.array("headline_lengths") for s in sources]),
        order.column([s.segment.array("body_lengths") for s in sources]),
    )
    folder = sources[0].segment.file.path.parent
    documents, new_codes = Spilled(np.int32, folder), Spilled(codes.new[0].dtype.type, folder)
    positions = Spilled(bases.dtype.type, folder)
    counts = np.zeros(stem_count + int(own_list.sum()), np.int64)
    occurrences = np.zeros(stem_count, np.int64)
    for lists, first, end, moved in ((stem_lists, 0, stem_count, bases), (exact_lists, stem_count, len(counts), None)):
        for part in _merge_slices(lists, first, end, codes, moved):
            counts[part.first : part.first + len(part.counts)] = part.counts
            documents.add(part.documents)
            new_codes.add(part.codes)
            if moved is not None:
                positions.add(part.positions)
                occurrences[part.first : part.first + len(part.counts)] = part.occurrences
            for source in sources:
                source.segment.file.let_go()
    return {
        "exact.lists": list_of.astype(np.int32),
        "lists": offsets_of(counts),
        "documents": documents.taken(),
        "codes": new_codes.taken(),
        **codes.arrays,
        "position_lists": offsets_of(occurrences),
        "positions": positions.taken(),
    }


def _merge_slices(
    parts: Sequence[_Lists], first: int, end: int, codes: _Codes, bases: Array | None
) -> Iterator[_Slice]:
    """Merge the lists from `first` up to `end`, some hundred thousand postings at once."""
    sizes = np.zeros(end - first, np.int64)
    for part in parts:
        np.add.at(sizes, part.target - first, sizes_of(part.segment.lists)[part.old])
    cuts = first + np.flatnonzero(np.diff(np.cumsum(sizes) // _SLICE)) + 1
    for low, high in pairwise([first, *cuts.tolist(), end]):
        yield _merge_slice([part.between(low, high) for part in parts], low, high, codes, bases)


def _merge_slice(parts: Sequence[_Lists], low: int, high: int, codes: _Codes, bases: Array | None) -> _Slice:
    """Merge the lists from `low` up to `high`; with bases their positions too."""
    keys: list[Array] = []
    new_codes: list[Array] = []
    starts: list[Array] = []
    positions: list[Array] = []
    before = 0
    for part in parts:
        segment = part.segment
        old_documents, sizes = gather(segment.lists, segment.documents, part.old)
        code = part.new_code[gather(segment.lists, segment.codes, part.old)[0]]
        document = part.new_document[old_documents]
        living = document >= 0
        keys.append((np.repeat(part.target.astype(np.int64), sizes) << 32 | document)[living])
        new_codes.append(code[living])
        if bases is not None:
            occurrences = codes.occurrences[code]
            starts.append((before + np.cumsum(occurrences) - occurrences)[living])
            places, _ = gather(segment.position_lists, segment.positions, part.old)
            positions.append(places - segment.bases[np.repeat(old_documents, occurrences)])
            before += len(places)
    key = np.concatenate(keys)
    order = np.argsort(key)
    key, code = key[order], np.concatenate(new_codes)[order]
    documents = (key & 0xFFFFFFFF).astype(np.int32)
    lists, size = (key >> 32) - low, high - low
    moved, of_lists = np.empty(0, np.uint32), np.zeros(size, np.int64)
    if bases is not None:
        occurrences = codes.occurrences[code]
        moved = np.concatenate(positions)[ranges(np.concatenate(starts)[order], occurrences)]
        moved = (moved + np.repeat(bases[documents], occurrences)).astype(bases.dtype)
        of_lists = np.bincount(lists, occurrences, size).astype(np.int64)
    return _Slice(low, np.bincount(lists, minlength=size), of_lists, documents, code, moved)


def _merge_facet(sources: Sequence[Source], order: _Order, name: str) -> tuple[list[Array], Arrays]:
    """Return for each source the new number of its values, -1 for those gone; the values and how they are looked up."""
    columns = [source.segment.facets[name] for source in sources]
    used = [
        _used(source, column.lists, column.documents, new)
        for source, column, new in zip(sources, columns, order.new, strict=True)
    ]
    values, numbers = _union([column.values for column in columns], used)
    return numbers, {
        **pack_sorted(f"{name}.values", values),
        **lookup_arrays(f"{name}.keys", *_pairs(columns, numbers, lambda column: column.keys)),
        **lookup_arrays(f"{name}.words", *_pairs(columns, numbers, lambda column: column.words)),
        **(_merge_places(sources, numbers, len(values)) if name == "place" else {}),
    }


def _merge_values(sources: Sequence[Source], order: _Order, name: str, numbers: Sequence[Array]) -> FacetValues:
    """Return the values of a facet in the new documents, given for each source the new numbers of its values."""
    before, starts, counts, values = 0, [], [], []
    for source, new_number in zip(sources, numbers, strict=True):
        of_source, own = source.segment.doc_values.column(name)
        counts.append(of_source)
        starts.append(before + np.cumsum(of_source) - of_source)
        values.append(new_number[own])
        before += len(own)
    sizes = order.column(counts)
    taken = np.concatenate(values)[ranges(order.column(starts), sizes)]
    return FacetValues(sizes, taken, 1 + max(int(new_number.max(initial=-1)) for new_number in numbers))


def _pairs(
    columns: Sequence[FacetColumn], numbers: Sequence[Array], lookup_of: Callable[[FacetColumn], Lookup]
) -> tuple[list[str], Array]:
    """Return texts, one again for each value that it finds, and the new numbers of these values."""
    texts: list[str] = []
    found: list[Array] = []
    for column, new_number in zip(columns, numbers, strict=True):
        lookup = lookup_of(column)
        new = new_number[lookup.numbers]
        place = np.repeat(np.arange(len(lookup.texts)), sizes_of(lookup.starts))
        every = [text.decode() for text in lookup.texts.all_raw()]
        texts += [every[number] for number in place[new >= 0].tolist()]
        found.append(new[new >= 0])
    return texts, np.concatenate(found)


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
