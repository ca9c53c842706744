"""Inversion → the arrays of a segment."""

import zlib
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from searchidx.engines.embedded.batch import Batch, Blobs, Values, in_order
from searchidx.engines.embedded.inversion import Inversion, Postings
from searchidx.engines.embedded.kernels.arrays import Array
from searchidx.engines.embedded.kernels.offsets import distinct, narrow, offsets_of, smallest
from searchidx.engines.embedded.kernels.signatures import fuzzy_lengths, signatures
from searchidx.engines.embedded.memory import give_back
from searchidx.engines.embedded.snapshot.doc_values import FacetValues, doc_values
from searchidx.engines.embedded.snapshot.format import Arrays, Pieces
from searchidx.engines.embedded.snapshot.strings import pack_sorted, pack_strings
from searchidx.engines.embedded.snapshot.words import position_bases, value_words, weighted_lengths
from searchidx.search.analysis import folded_terms
from searchidx.search.request import VALUE_FACETS
from searchidx.stories.folding import fold

#: How many stories are copied into a segment's file at once.
STORIES_AT_ONCE = 8192

#: Past so many possible codes they are sorted instead of marked in a table, and past so many not as one number each.
_LARGEST_TABLE, _LARGEST_NUMBER = 1 << 26, 1 << 63
#: What the table of codes has of each.
CODE_TABLE = ("codes.headline", "codes.body", "codes.lengths")


def build_segment(inversion: Inversion) -> Iterator[tuple[str, Array | Pieces]]:
    """Yield the arrays of a segment of these documents."""
    batch, count = inversion.batch, len(inversion.batch)
    yield from pack_sorted("ids", [story_id.encode() for story_id in batch.ids]).items()
    yield "stories.offsets", offsets_of(batch.stories.sizes)
    yield "stories.bytes", Pieces(np.uint8, _joined(batch.stories))
    # Each story has its own checksum, since only a few are ever read.
    yield "stories.checksums", np.fromiter(map(zlib.crc32, batch.stories[:]), np.uint32, count)
    yield "digests", batch.digests
    yield from _files(batch.facets["file"]).items()
    yield from length_arrays(inversion.headline_lengths, inversion.body_lengths).items()
    yield from day_arrays(batch.days).items()
    yield from term_arrays([s.encode() for s in inversion.stems], [e.encode() for e in inversion.exact_terms]).items()
    yield from _postings(inversion).items()
    give_back()
    yield from _addresses(batch).items()
    columns = []
    for facet in VALUE_FACETS:
        column = batch.facets[facet]
        numbers, order = in_order(column.numbers, column.values)
        yield from _facet(batch, facet, order).items()
        columns.append(FacetValues(column.counts, numbers, len(order)))
        yield from value_arrays(facet, columns[-1]).items()
    yield from doc_values(columns).items()


def _joined(stories: Blobs) -> Iterator[Array]:
    for start in range(0, len(stories), STORIES_AT_ONCE):
        yield np.frombuffer(b"".join(stories[start : start + STORIES_AT_ONCE]), np.uint8)


def term_arrays(stems: list[bytes], exact: list[bytes]) -> dict[str, Array]:
    """Return the dictionaries of terms, and what finds exact terms by their folded form."""
    terms = [term.decode() for term in exact]
    folded = folded_terms(terms)
    accented = [number for number, (form, term) in enumerate(zip(folded, terms, strict=True)) if form != term]
    return {
        **pack_sorted("stems", stems),
        **pack_sorted("exact", exact),
        **lookup_arrays("accented", [folded[number] for number in accented], accented, values="exact"),
        "exact.signatures": signatures(folded),
        "exact.lengths": fuzzy_lengths(folded),
    }


def _files(column: Values) -> Arrays:
    numbers, order = in_order(column.numbers, column.values)
    return file_arrays([column.values[place].encode() for place in order], numbers)


def file_arrays(names: Sequence[bytes], numbers: Array) -> Arrays:
    """Return the names of the files that stories were read from, and which of them each document has."""
    return {**pack_strings("files", names), "file_of": numbers.astype(smallest(len(names)))}


def length_arrays(headline: Array, body: Array) -> Arrays:
    """Return how many tokens each document has in its headline and in its body."""
    columns = {"headline_lengths": headline, "body_lengths": body}
    return {name: column.astype(smallest(int(column.max(initial=0)) + 1)) for name, column in columns.items()}


def day_arrays(days: Array) -> Arrays:
    """Return the distinct days, and which of them each document has."""
    distinct, day_of = np.unique(days, return_inverse=True)
    return {"days": distinct.astype(np.int32), "day_of": day_of.astype(smallest(len(distinct)))}


def _postings(inversion: Inversion) -> Arrays:
    """Return the posting lists of the stems, then of the exact terms that are not their stem's only form."""
    forms = np.bincount(inversion.stem_of, minlength=len(inversion.stems))
    own_list = forms[inversion.stem_of] > 1
    list_of = np.where(own_list, len(inversion.stems) + np.cumsum(own_list) - 1, inversion.stem_of)
    by_stem, by_exact = inversion.by_stem(), inversion.by_exact(own_list)
    headline, body = map(
        np.concatenate, zip(*(_occurrences(inversion, half) for half in (by_stem, by_exact)), strict=True)
    )
    documents = np.concatenate([by_stem.documents, by_exact.documents])
    lists = offsets_of(np.concatenate([np.diff(by_stem.offsets), np.diff(by_exact.offsets)[own_list]]))
    del by_exact
    return {
        "exact.stems": inversion.stem_of,
        "exact.lists": list_of.astype(np.int32),
        "lists": lists,
        "documents": documents,
        **code_arrays(headline, body, weighted_lengths(inversion.headline_lengths, inversion.body_lengths)[documents]),
        "position_lists": narrow(by_stem.starts[by_stem.offsets]),
        "positions": _global_positions(inversion, by_stem),
    }


def _global_positions(inversion: Inversion, postings: Postings) -> Array:
    """Return the positions of postings, counted from the first document's."""
    bases = position_bases(inversion.headline_lengths, inversion.body_lengths)
    positions: Array = np.repeat(bases[postings.documents], np.diff(postings.starts))
    positions += postings.positions.astype(bases.dtype)
    return positions


def _occurrences(inversion: Inversion, postings: Postings) -> tuple[Array, Array]:
    """Return how often each posting's term occurs in the headline and in the body."""
    per_row = np.diff(postings.starts)
    before = np.zeros(len(postings.positions) + 1, np.int32)
    np.cumsum(inversion.in_headline(np.repeat(postings.documents, per_row), postings.positions), out=before[1:])
    kind = smallest(int(per_row.max(initial=0)) + 1)
    headline = np.diff(before[postings.starts]).astype(kind)
    return headline, per_row.astype(kind) - headline


def code_arrays(headline: Array, body: Array, lengths: Array) -> Arrays:
    """Return postings as codes, and the table of the triples that they stand for."""
    widths = [int(column.max(initial=0)) + 1 for column in (body, lengths)]
    largest = (int(headline.max(initial=0)) + 1) * widths[0] * widths[1]
    if largest > _LARGEST_NUMBER:  # a story has a word millions of times
        table, codes = number_triples(np.stack((headline, body, lengths), axis=1))
        return {"codes": codes, **table}
    keys: Array = headline.astype(np.int32 if largest < _LARGEST_TABLE else np.int64)
    # In place, for of many postings each array takes some ten megabytes.
    keys *= widths[0]
    keys += body
    keys *= widths[1]
    keys += lengths
    if largest < _LARGEST_TABLE:
        present = np.zeros(largest, np.bool_)
        present[keys] = True
        distinct = np.flatnonzero(present)
        numbers = np.cumsum(present, dtype=smallest(len(distinct)))
        numbers -= 1  # where the last count was one too large for the type it went round to 0, and comes back here
        codes = numbers[keys]
    else:
        distinct, found = np.unique(keys, return_inverse=True)
        codes = found.astype(smallest(len(distinct)))
    return {
        "codes": codes,
        "codes.headline": (distinct // widths[1] // widths[0]).astype(np.int32),
        "codes.body": (distinct // widths[1] % widths[0]).astype(np.int32),
        "codes.lengths": (distinct % widths[1]).astype(np.int32),
    }


def number_triples(triples: Array) -> tuple[Arrays, Array]:
    """Return the table of the distinct ones of some triples, in order, and for each its number there."""
    table, numbers = np.unique(triples, axis=0, return_inverse=True)
    columns = np.ascontiguousarray(table.T.astype(np.int32))
    return dict(zip(CODE_TABLE, columns, strict=True)), numbers.reshape(-1).astype(smallest(len(table)))


def _addresses(batch: Batch) -> Arrays:
    """Return the documents by the number of their address, and of those they had before."""
    return sorted_addresses(batch.address_keys, np.repeat(np.arange(len(batch), dtype=np.int32), batch.address_counts))


def sorted_addresses(keys: Array, documents: Array) -> Arrays:
    """Return documents by their addresses' numbers, sorted by number and document."""
    order = np.lexsort((documents, keys))
    return {"addresses": keys[order], "addresses.documents": documents[order].astype(np.int32)}


def _facet(batch: Batch, name: str, order: Sequence[int]) -> Arrays:
    """Return the values of a facet in their order, and how they are looked up."""
    column = batch.facets[name]
    values = [column.values[place] for place in order]
    also = [(number, text) for number, place in enumerate(order) for text in column.also[place]]
    keys = [fold(text) for text in (*values, *(text for _, text in also))]
    of_keys = [*range(len(values)), *(number for number, _ in also)]
    words = list(map(value_words, keys))
    return {
        **(_place_arrays(values, batch) if name == "place" else {}),
        **pack_sorted(f"{name}.values", [value.encode() for value in values]),
        **lookup_arrays(f"{name}.keys", keys, of_keys),
        **lookup_arrays(
            f"{name}.words", list(chain.from_iterable(words)), np.repeat(of_keys, [len(found) for found in words])
        ),
    }


def value_arrays(name: str, of: FacetValues) -> Arrays:
    """Return the documents of each value of a facet."""
    # In place, for of a large archive's names each array takes some ten megabytes.
    pairs = of.numbers.astype(np.int64)
    pairs <<= 32
    pairs |= np.repeat(np.arange(len(of.counts), dtype=np.int32), of.counts)
    pairs.sort()
    return {
        f"{name}.lists": offsets_of(np.bincount(of.numbers, minlength=of.value_count)),
        f"{name}.documents": pairs.astype(np.uint32).view(np.int32),
    }


def lookup_arrays(
    name: str, texts: Sequence[str], numbers: Sequence[int] | Array, *, values: str = "numbers"
) -> Arrays:
    """Return the arrays of a `Lookup`: texts, and for each the sorted numbers of the values that it finds.

    These are the `numbers` at the places where the text stands in `texts`, in which it may come several times.
    """
    # Most texts are in order already, and sorting what a dict keeps so is quick; a set would lose that.
    number = {text: place for place, text in enumerate(sorted(dict.fromkeys(texts)))}
    of_text = np.fromiter(map(number.__getitem__, texts), np.int64, len(texts))
    pairs = distinct(of_text << 32 | np.asarray(numbers, np.int64))
    found = pairs & 0xFFFFFFFF
    return {
        **pack_sorted(name, [text.encode() for text in number]),
        f"{name}.starts": offsets_of(np.bincount(pairs >> 32, minlength=len(number))),
        f"{name}.{values}": found.astype(smallest(int(found.max(initial=0)) + 1)),
    }


def _place_arrays(values: Sequence[str], batch: Batch) -> Arrays:
    """Return labels and parents of the values of the place facet."""
    number = {value: place for place, value in enumerate(values)}
    labels, parents = zip(*map(batch.places.__getitem__, values), strict=True) if values else ((), ())
    return {
        **pack_strings("place.labels", [label.encode() for label in labels]),
        "place.parents": np.array([-1 if parent is None else number.get(parent, -1) for parent in parents], np.int32),
    }
