"""Which terms a pattern or a misspelling stands for; accents are folded on both sides."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.snapshot.build import fuzzy_lengths, signatures
from searchidx.errors import RequestError
from searchidx.search.analysis import folded_term
from searchidx.search.spelling import one_edit, pattern_expression

Array = NDArray[Any]

#: The most words a pattern may stand for.
MOST_WORDS = 10_000

#: One edit changes at most so many bits of a signature.
_CHANGED_BITS = 2


def expand_pattern(views: Sequence[View], pattern: str, *, limit: int | None = MOST_WORDS) -> list[Array]:
    """Return for each view the exact terms that match a pattern, rising.

    Raises:
        RequestError: if they are more than `limit`.
    """
    wanted = folded_term(pattern)
    found = [_matching(view, wanted) for view in views]
    if limit is not None and sum(map(len, found)) > limit:
        words = {word for view, numbers in zip(views, found, strict=True) for word in _living_words(view, numbers)}
        if len(words) > limit:
            raise RequestError(
                f"{pattern} stands for more than {limit:,} words; type more of its letters", parameter="q"
            )
    return found


def _matching(view: View, wanted: str) -> Array:
    exact = view.segment.exact
    beginning = re.split(r"[*?]", wanted, maxsplit=1)[0]
    if beginning:
        places = exact.beginning_with(beginning)
        numbers = np.union1d(np.arange(places.start, places.stop), view.segment.accented.beginning_with(beginning))
    else:
        letters = signatures([wanted.replace("*", "").replace("?", "")])[0]
        numbers = np.flatnonzero(view.segment.array("exact.signatures") & letters == letters)
    if wanted == f"{beginning}*":
        return numbers
    matches = pattern_expression(wanted).match
    kept = [matches(folded_term(exact[number])) is not None for number in numbers.tolist()]
    return numbers[np.array(kept, np.bool_)]


def _living_words(view: View, numbers: Array) -> list[str]:
    segment = view.segment
    counts = view.living_counts(segment.lists, segment.documents, segment.exact_lists[numbers])
    return [segment.exact[number] for number in numbers[counts > 0]]


def neighbours(view: View, word: str) -> Array:
    """Return the exact terms whose folded forms are one edit away from a folded word; none have digits."""
    length = int(fuzzy_lengths([word])[0])
    if not length:
        return np.empty(0, np.int64)
    lengths = view.segment.array("exact.lengths")
    changed = view.segment.array("exact.signatures") ^ signatures([word])[0]
    near = np.bitwise_count(changed) <= _CHANGED_BITS
    near &= (lengths >= max(length - 1, 1)) & (lengths <= length + 1)
    exact = view.segment.exact
    return np.array([n for n in np.flatnonzero(near).tolist() if one_edit(word, folded_term(exact[n]))], np.int64)
