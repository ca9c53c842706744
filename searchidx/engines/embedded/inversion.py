"""A batch of documents inverted once, with arrays; Whoosh's segments and the snapshot's are both laid out from it.

Texts become tokens as `search.analysis` says, but each distinct word is lowered and stemmed only once. A token is a row:
its exact term, its document, its position. Positions count from 0 in the headline; the body begins `GAP` positions
behind the headline's end, so that no phrase reaches from one into the other.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import orjson
from numpy.typing import NDArray

from searchidx.errors import RecordError
from searchidx.search.analysis import TOKEN_PATTERN, Analyzer, exact_term
from searchidx.search.document import Document
from searchidx.stories.records import write_story

Ints = NDArray[np.int32]
Offsets = NDArray[np.int64]

#: Positions left free behind a headline and behind a body; more than the slop any phrase may have.
GAP = 64

_WORDS = re.compile(TOKEN_PATTERN).findall


@dataclass(frozen=True, slots=True)
class Postings:
    """Who has which term, sorted by term, document and position.

    Attributes:
        offsets: term t has the rows offsets[t]:offsets[t + 1] of `documents`, int64, one more than terms.
        documents: document numbers, rising within a term, int32.
        starts: row r has the positions starts[r]:starts[r + 1], int64, one more than rows.
        positions: in their documents, int32.
    """

    offsets: Offsets
    documents: Ints
    starts: Offsets
    positions: Ints


@dataclass(frozen=True)
class Inversion:
    """Documents and their tokens.

    Attributes:
        documents: sorted by their stories' ids; a document's number is its place here.
        stored: the stories as JSON.
        headline_lengths, body_lengths: tokens of each document, int32.
        exact_terms, stems: sorted by code point, each once.
        stem_of: the number of each exact term's stem, int32.
        token_exact: the number of each token's exact term, in the order of the texts, int32.
        token_document, token_position: int32.
    """

    documents: tuple[Document, ...]
    stored: tuple[bytes, ...]
    headline_lengths: Ints
    body_lengths: Ints
    exact_terms: tuple[str, ...]
    stems: tuple[str, ...]
    stem_of: Ints
    token_exact: Ints
    token_document: Ints
    token_position: Ints

    @property
    def ids(self) -> list[str]:
        """The stories' ids in the order of the documents' numbers."""
        return [document.story.id for document in self.documents]

    @cached_property
    def token_stem(self) -> Ints:
        """The number of each token's stem."""
        return self.stem_of[self.token_exact]

    @cached_property
    def by_stem(self) -> Postings:
        """The postings of the stems."""
        return _group(self.token_stem, len(self.stems), self.token_document, self.token_position)

    @cached_property
    def by_exact(self) -> Postings:
        """The postings of the exact terms."""
        return _group(self.token_exact, len(self.exact_terms), self.token_document, self.token_position)

    def in_headline(self, documents: Ints, positions: Ints) -> NDArray[np.bool_]:
        """Whether positions, each in the document at the same place, are in the headline."""
        return positions < self.headline_lengths[documents]


def invert(documents: Iterable[Document], analyzer: Analyzer, *, stored: Sequence[bytes] | None = None) -> Inversion:
    """Return the inversion of documents whose stories have different ids.

    Args:
        documents: in any order.
        analyzer: of the index.
        stored: what `store_story` gave for each, where that is known already.

    Raises:
        RecordError: if a text has characters that cannot be stored.
    """
    pairs = zip(documents, stored, strict=True) if stored is not None else ((d, store_story(d)) for d in documents)
    ordered = sorted(pairs, key=lambda pair: pair[0].story.id)
    words: list[str] = []
    headline_lengths = np.empty(len(ordered), np.int32)
    body_lengths = np.empty(len(ordered), np.int32)
    for number, (document, _) in enumerate(ordered):
        headline, body = _WORDS(document.story.headline), _WORDS(document.story.body)
        headline_lengths[number], body_lengths[number] = len(headline), len(body)
        words += headline
        words += body
    exact_terms, token_exact = _number(words)
    stem_by_exact = [analyzer.stem(term) for term in exact_terms]
    stems = tuple(sorted(set(stem_by_exact)))
    stem_number = {stem: number for number, stem in enumerate(stems)}
    return Inversion(
        documents=tuple(document for document, _ in ordered),
        stored=tuple(record for _, record in ordered),
        headline_lengths=headline_lengths,
        body_lengths=body_lengths,
        exact_terms=exact_terms,
        stems=stems,
        stem_of=np.fromiter((stem_number[stem] for stem in stem_by_exact), np.int32, len(stem_by_exact)),
        token_exact=token_exact,
        token_document=np.repeat(np.arange(len(ordered), dtype=np.int32), headline_lengths + body_lengths),
        token_position=_positions(headline_lengths, body_lengths),
    )


def store_story(document: Document) -> bytes:
    """Return a document's story as it is stored, as JSON.

    Raises:
        RecordError: if a text has characters that cannot be stored (lone surrogates).
    """
    try:
        return orjson.dumps(write_story(document.story))
    except orjson.JSONEncodeError as error:
        raise RecordError(f"story {document.story.id!r} cannot be stored: {error}") from None


def _number(words: list[str]) -> tuple[tuple[str, ...], Ints]:
    """Return the sorted exact terms of words, and the number of each word's."""
    distinct = {word: exact_term(word) for word in set(words)}
    terms = tuple(sorted(set(distinct.values())))
    number = {term: place for place, term in enumerate(terms)}
    number_of_word = {word: number[term] for word, term in distinct.items()}
    return terms, np.fromiter(map(number_of_word.__getitem__, words), np.int32, len(words))


def _positions(headline_lengths: Ints, body_lengths: Ints) -> Ints:
    """Return each token's position: 0, 1, … in a headline, then from its length + GAP in the body."""
    lengths = (headline_lengths + body_lengths).astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    places = np.arange(int(lengths.sum()), dtype=np.int64) - np.repeat(starts, lengths)
    places += GAP * (places >= np.repeat(headline_lengths, lengths))
    return places.astype(np.int32)


def _group(terms: Ints, term_count: int, documents: Ints, positions: Ints) -> Postings:
    """Sort tokens by term; they are in the order of documents and positions already."""
    # One sort of packed integers is several times faster than a stable argsort of int32.
    keys = (terms.astype(np.int64) << 32) | np.arange(len(terms), dtype=np.int64)
    keys.sort()
    rows = keys & 0xFFFFFFFF
    term, document = keys >> 32, documents[rows]
    first = np.ones(len(rows), np.bool_)
    first[1:] = (document[1:] != document[:-1]) | (term[1:] != term[:-1])
    starts = np.flatnonzero(first)
    return Postings(
        offsets=np.searchsorted(term[starts], np.arange(term_count + 1)),
        documents=document[starts],
        starts=np.append(starts, len(rows)),
        positions=positions[rows],
    )
