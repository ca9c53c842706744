"""What is kept of words so that they are found: what building an index and asking it must do alike."""

import re
from typing import Any

import numpy as np

from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.engines.embedded.kernels.offsets import narrow
from searchidx.search.scoring import HEADLINE_WEIGHT

#: Positions left free behind a headline and behind a body; more than the slop any phrase may have.
GAP = 64

_VALUE_WORDS = re.compile(r"\w+")


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


def value_words(folded: str) -> list[str]:
    """Return the words of a folded value."""
    return _VALUE_WORDS.findall(folded)
