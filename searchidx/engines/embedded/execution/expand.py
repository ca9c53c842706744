"""Which terms a pattern or a misspelling stands for; accents are folded on both sides."""

import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.kernels import Array
from searchidx.engines.embedded.kernels.signatures import fuzzy_lengths
from searchidx.errors import RequestError
from searchidx.search.analysis import folded_term
from searchidx.search.spelling import one_edit, pattern_expression

#: The most words a pattern may stand for.
MOST_WORDS = 10_000

_NONE = np.empty(0, np.int32)
_WILD = re.compile(r"[*?]")


def expand_pattern(views: Sequence[View], pattern: str, *, limit: int | None = MOST_WORDS) -> list[Array]:
    """Return for each view the exact terms that match a pattern, rising.

    Raises:
        RequestError: if they are more than `limit`.
    """
    wanted = folded_term(pattern)
    found = [_matching(view, wanted) for view in views]
    if limit is not None and sum(map(len, found)) > limit and _are_more(views, found, limit):
        raise RequestError(f"{pattern} stands for more than {limit:,} words; type more of its letters", parameter="q")
    return found


def _are_more(views: Sequence[View], found: Sequence[Array], limit: int) -> bool:
    """Whether the exact terms that living stories have are more than `limit`, those of several views counted once."""
    living = [_living(view, numbers) for view, numbers in zip(views, found, strict=True)]
    if max(map(len, living)) > limit or sum(map(len, living)) <= limit:
        return sum(map(len, living)) > limit
    words = {view.segment.exact[number] for view, numbers in zip(views, living, strict=True) for number in numbers}
    return len(words) > limit


def _living(view: View, numbers: Array) -> Array:
    """Return those of some exact terms that living stories have."""
    segment = view.segment
    return numbers[view.living_counts(segment.lists, segment.documents, segment.exact_lists[numbers]) > 0]


def _matching(view: View, wanted: str) -> Array:
    segment = view.segment
    beginning = _WILD.split(wanted, maxsplit=1)[0]
    places = segment.exact.beginning_with(beginning) if beginning else range(len(segment.exact))
    accented = segment.accented.found_by(beginning) if beginning else _NONE
    if len(wanted) == len(beginning) + 1 and wanted[-1] == "*":
        return kernels.with_range(places, accented)
    sure, unsure = kernels.matching(_texts(view), segment.array("exact.signatures"), places, wanted)
    others = _union(unsure, accented)
    return _with_kept(sure, others, view, lambda: pattern_expression(wanted).match)


def _with_kept(sure: Array, unsure: Array, view: View, judge: Callable[[], Callable[[str], object]]) -> Array:
    """Return the sure exact terms and those of the unsure whose folded form fits, rising.

    Args:
        sure: numbers of exact terms that are kept as they are.
        unsure: numbers of exact terms to be looked at.
        view: theirs.
        judge: makes the test of a folded form; not called where nothing is unsure.
    """
    if not len(unsure):
        return sure
    exact, fits = view.segment.exact, judge()
    kept = [number for number in unsure.tolist() if fits(folded_term(exact[number]))]
    return _union(sure, np.array(kept, np.int32))


def _union(numbers: Array, others: Array) -> Array:
    """Return the numbers that are in either, rising."""
    return kernels.distinct(np.sort(np.concatenate((numbers, others)))) if len(others) else numbers


def _texts(view: View) -> tuple[Array, Array]:
    _, offsets, data = view.segment.exact.arrays
    return offsets, data


def neighbours(view: View, word: str) -> Array:
    """Return the exact terms whose folded forms are one edit away from a folded word; none have digits."""
    if not fuzzy_lengths([word])[0]:
        return _NONE
    found = kernels.one_edit_away(_texts(view), view.segment.exact_by_length, word)
    return _with_kept(*found, view, lambda: partial(one_edit, word))
