"""What is kept of words so that they are found: what building an index and asking it must do alike."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchidx.engines.embedded.snapshot.offsets import narrow
from searchidx.search.scoring import HEADLINE_WEIGHT

#: Positions left free behind a headline and behind a body; more than the slop any phrase may have.
GAP = 64

#: Lengths of longer words are not told apart.
LONGEST_TOLD = 255

_VALUE_WORDS = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
#: Letters that `signatures` tells apart, from this one on; all others share what is left of 32 bits.
_A, _LETTERS = ord("a"), 26


def weighted_lengths(headline_lengths: NDArray[Any], body_lengths: NDArray[Any]) -> NDArray[np.int32]:
    """Return the length of each document as scores count it."""
    lengths = headline_lengths.astype(np.int32)
    lengths *= HEADLINE_WEIGHT
    lengths += body_lengths
    return lengths


def position_bases(headline_lengths: NDArray[Any], body_lengths: NDArray[Any]) -> NDArray[Any]:
    """Return where each document's positions begin, and behind the last where they end."""
    bases = np.zeros(len(headline_lengths) + 1, np.int64)
    np.cumsum(headline_lengths.astype(np.int64) + body_lengths + 2 * GAP, out=bases[1:])
    return narrow(bases)


def signatures(folded: Sequence[str]) -> NDArray[np.uint32]:
    """Return which letters each word has, as bits of which one edit changes at most two."""
    bits = _bits("".join(folded))
    lengths = np.fromiter(map(len, folded), np.int64, len(folded))
    found = np.zeros(len(folded), np.uint32)
    having = lengths > 0
    if having.any():
        starts = (np.cumsum(lengths) - lengths)[having]
        found[having] = np.bitwise_or.reduceat(bits, starts)
    return found


def signature(folded: str) -> np.uint32:
    """Return which letters a word has, as `signatures` does for many at once."""
    return np.uint32(np.bitwise_or.reduce(_bits(folded)))


def _bits(text: str) -> NDArray[np.uint32]:
    """Return the bit of each letter."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    places = np.where((letters >= _A) & (letters < _A + _LETTERS), letters - _A, _LETTERS + letters % (32 - _LETTERS))
    return np.uint32(1) << places.astype(np.uint32)


def fuzzy_lengths(folded: Sequence[str]) -> NDArray[np.uint8]:
    """Return the lengths of words, 0 for one with a digit: such words have no neighbours."""
    lengths = (0 if _DIGIT.search(word) else min(len(word), LONGEST_TOLD) for word in folded)
    return np.fromiter(lengths, np.uint8, len(folded))


def value_words(folded: str) -> list[str]:
    """Return the words of a folded value."""
    return _VALUE_WORDS.findall(folded)
