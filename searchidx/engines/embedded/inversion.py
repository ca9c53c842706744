"""A batch of documents inverted once, with arrays; Whoosh's segments and the snapshot's are both laid out from it.

A token is a row: its exact term, its document, its position. Positions count from 0 in the headline; the body begins `GAP`
positions behind the headline's end, so that no phrase reaches from one into the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from searchidx.engines.embedded.batch import Batch, in_order
from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.engines.embedded.kernels.offsets import changes
from searchidx.engines.embedded.snapshot.words import GAP
from searchidx.search.analysis import Analyzer

Ints = NDArray[np.int32]
Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """Who has which term, sorted by term, document and position.

    Attributes:
        offsets: term t has the rows offsets[t]:offsets[t + 1] of `documents`, int64, one more than terms.
        documents: document numbers, rising within a term, int32.
        starts: row r has the positions starts[r]:starts[r + 1], int32, one more than rows.
        positions: in their documents, int32.
    """

    offsets: Offsets
    documents: Ints
    starts: Ints
    positions: Ints


@dataclass(frozen=True)
class Inversion:
    """Documents and their tokens.

    Attributes:
        batch: the documents; a document's number is its place there.
        exact_terms, stems: sorted by code point, each once.
        stem_of: the number of each exact term's stem, int32.
        token_exact: the number of each token's exact term, in the order of the texts, int32.
    """

    batch: Batch
    exact_terms: Sequence[str]
    stems: Sequence[str]
    stem_of: Ints
    token_exact: Ints

    @property
    def headline_lengths(self) -> Ints:
        """How many tokens each document has in its headline."""
        return self.batch.headline_lengths

    @property
    def body_lengths(self) -> Ints:
        """How many tokens each document has in its body."""
        return self.batch.body_lengths

    def by_stem(self) -> Postings:
        """Return the postings of the stems."""
        return _group(self.stem_of[self.token_exact], len(self.stems), *self._places())

    def by_exact(self, wanted: NDArray[np.bool_]) -> Postings:
        """Return the postings of those exact terms that are wanted; the others have none."""
        rows = np.flatnonzero(wanted[self.token_exact])
        documents, positions = self._places()
        return _group(self.token_exact[rows], len(self.exact_terms), documents[rows], positions[rows])

    def _places(self) -> tuple[Ints, Ints]:
        """Return each token's document and position: 0, 1, … in a headline, then from its length + GAP in the body."""
        lengths = self.headline_lengths + self.body_lengths
        starts = np.cumsum(lengths, dtype=np.int32) - lengths
        positions = np.arange(len(self.token_exact), dtype=np.int32)
        positions -= np.repeat(starts, lengths)
        positions[positions >= np.repeat(self.headline_lengths, lengths)] += GAP
        return np.repeat(np.arange(len(self.batch), dtype=np.int32), lengths), positions

    def part(self, start: int, stop: int) -> "Inversion":
        """Return the inversion of the documents from `start` to `stop`; terms may be there that none has."""
        rows = np.arange(start, stop)
        tokens = self.batch.tokens_of(start, stop)
        return replace(self, batch=self.batch.of(rows), token_exact=self.token_exact[tokens])

    def in_headline(self, documents: Ints, positions: Ints) -> NDArray[np.bool_]:
        """Whether positions, each in the document at the same place, are in the headline."""
        return positions < self.headline_lengths[documents]


def invert(batch: Batch, analyzer: Analyzer) -> Inversion:
    """Return the inversion of documents that are sorted by their stories' ids, each of which is there once."""
    token_exact, order = in_order(batch.tokens, batch.terms)
    exact_terms = [batch.terms[number] for number in order]
    stem_by_exact = analyzer.stems_of_terms(exact_terms)
    stems = sorted(set(stem_by_exact))
    stem_number = {stem: number for number, stem in enumerate(stems)}
    return Inversion(
        batch=batch,
        exact_terms=exact_terms,
        stems=stems,
        stem_of=np.fromiter(map(stem_number.__getitem__, stem_by_exact), np.int32, len(stem_by_exact)),
        token_exact=token_exact,
    )


def _group(terms: Ints, term_count: int, documents: Ints, positions: Ints) -> Postings:
    """Sort tokens by term; they are in the order of documents and positions already."""
    # One sort of packed integers is several times faster than a stable argsort of int32.
    keys = terms.astype(np.int64)
    keys <<= 32
    keys |= np.arange(len(terms), dtype=np.uint32)
    keys.sort()
    rows = keys.astype(np.uint32)
    keys >>= 32
    document = documents[rows]
    first = changes(document)
    first |= changes(keys)
    starts = np.flatnonzero(np.append(first, True)).astype(np.int32)
    offsets = np.searchsorted(keys[starts[:-1]], np.arange(term_count + 1))
    del keys
    return Postings(offsets, document[first], starts, positions[rows])
