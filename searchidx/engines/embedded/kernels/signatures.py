"""Letters and lengths of words, by which those spelt much alike are sought: kept in segments, and made for what is asked."""

import re
from collections.abc import Sequence
from functools import lru_cache, reduce
from operator import or_

import numpy as np

from searchidx.engines.embedded.kernels.arrays import NDArray

#: Lengths of longer words are not told apart.
LONGEST_TOLD = 255

_DIGIT = re.compile(r"\d")
#: Letters that `signatures` tells apart, from this one on; all others share what is left of 32 bits.
_A, _LETTERS = ord("a"), 26


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
    return np.uint32(reduce(or_, map(_bit, folded), 0))


@lru_cache(256)
def _bit(letter: str) -> int:
    return int(_bits(letter)[0])


def _bits(text: str) -> NDArray[np.uint32]:
    """Return the bit of each letter."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    places = np.where((letters >= _A) & (letters < _A + _LETTERS), letters - _A, _LETTERS + letters % (32 - _LETTERS))
    return np.uint32(1) << places.astype(np.uint32)


def fuzzy_lengths(folded: Sequence[str]) -> NDArray[np.uint8]:
    """Return the lengths of words, 0 for one with a digit: such words have no neighbours."""
    lengths = (0 if _DIGIT.search(word) else min(len(word), LONGEST_TOLD) for word in folded)
    return np.fromiter(lengths, np.uint8, len(folded))
