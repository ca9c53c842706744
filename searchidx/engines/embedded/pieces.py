"""Texts → the numbers of their tokens. Each distinct piece of text between white space is read by the pattern but once.

Texts become tokens as `search.analysis` says. No token has white space in it, so texts may be split at it.
"""

from array import array
from itertools import chain

import numpy as np

from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.engines.embedded.kernels.offsets import gather
from searchidx.search.analysis import LONGEST_PIECE, exact_term, words

try:
    from searchidx.engines.embedded import _pieces as compiled
except ImportError:  # where there was no compiler
    compiled = None  # type: ignore[assignment]

Ints = NDArray[np.int32]

#: Past so many distinct pieces of text they are forgotten, so that memory stays bounded.
_MOST_PIECES = 1 << 17
#: What a piece may begin and end with that is part of no token. Most pieces have only letters and digits between these,
#: of which the pattern of tokens makes one token, unless they are very long.
_PUNCTUATION = ".,;:!?()[]'\"‘’“”…-–—/"


class TextReader:
    """Reads texts; the pieces it has seen are read faster."""

    def __init__(self) -> None:
        self._pieces = _Pieces()

    def read(self, texts: list[str]) -> tuple[Ints, list[str], Ints]:
        """Return how many tokens each text has, the distinct terms, and the number of each token's."""
        if self._pieces.count > _MOST_PIECES:
            self._pieces = _Pieces()
        pieces = self._pieces
        counts, numbers = pieces.read(texts)
        tokens, sizes = gather(np.array(pieces.ends), np.array(pieces.tokens), numbers)
        before = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(sizes, out=before[1:])
        ends = before[np.cumsum(counts)]
        distinct = np.flatnonzero(np.bincount(tokens, minlength=len(pieces.terms)))
        numbers_of = np.zeros(len(pieces.terms), np.int32)
        numbers_of[distinct] = np.arange(len(distinct))
        return (
            np.diff(ends, prepend=0).astype(np.int32),
            [pieces.terms[number] for number in distinct.tolist()],
            numbers_of[tokens],
        )


class _Pieces:
    """Pieces of text by number, and the tokens of each.

    Attributes:
        terms: exact terms by number.
        ends, tokens: piece p has the tokens tokens[ends[p]:ends[p + 1]], as numbers of terms.
    """

    def __init__(self) -> None:
        self.terms: list[str] = []
        self.ends, self.tokens = array("q", [0]), array("i")
        self._number: dict[str, int] = {}
        self._numbered = compiled.Numbered() if compiled else Numbered()

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return len(self.ends) - 1

    def read(self, texts: list[str]) -> tuple[Ints, Ints]:
        """Return how many pieces each text has, and the number of each piece."""
        counts, numbers, unseen = self._numbered.read(texts)
        for piece in unseen:
            self._add(piece)
        return np.frombuffer(counts, np.int32), np.frombuffer(numbers, np.int32)

    def _add(self, piece: str) -> None:
        bare = piece.strip(_PUNCTUATION)
        if bare.isascii() and bare.isalnum() and len(bare) <= LONGEST_PIECE:
            self._add_token(bare.lower())
        else:
            for word in words(piece):
                self._add_token(exact_term(word[0]))
        self.ends.append(len(self.tokens))

    def _add_token(self, term: str) -> None:
        number = self._number.setdefault(term, len(self.terms))
        if number == len(self.terms):
            self.terms.append(term)
        self.tokens.append(number)


class Numbered(dict[str, int]):
    """Pieces by number; a new one gets the next. `_pieces.c` does the same in an eighth of the time."""

    def __missing__(self, piece: str) -> int:
        number = self[piece] = len(self)
        return number

    def read(self, texts: list[str]) -> tuple[bytes, bytes, list[str]]:
        """Return how many pieces each text has, the number of each, both in 32 bits, and the pieces that had none before."""
        before = len(self)
        split = [text.split() for text in texts]
        numbers = array("i", map(self.__getitem__, chain.from_iterable(split)))
        return array("i", map(len, split)).tobytes(), numbers.tobytes(), list(self)[before:]
