"""The loops over arrays: flat arrays in, flat arrays out. Compiled where the extension was built, else with numpy.

Both answer alike to the last bit. `SEARCHIDX_KERNELS=numpy` in the environment asks for the portable ones. All loops are
called through this package, which chooses; `Lists` are the posting lists of a view by number: they rank words in one call,
without a list of all that matches.

    arrays.py        what goes in and comes out
    shared.py        loops that numpy does well enough, whichever does the others
    portable.py, portable_texts.py
                     what each of the others means, and how numpy does it
    compiled.py, _kernels.c, loops/
                     the same loops in C
    offsets.py       lists laid one after the other in one array
    signatures.py    letters and lengths of words, by which those spelt much alike are sought

Why C and not numba: it is some 80 kB where numba and llvmlite are 200 MB, it is imported in a millisecond where numba
takes 0.6 s, a call costs less, and the loops run as fast. What it costs is a compiler or a wheel, and where neither is
there numpy answers, some two to seven times slower.
"""

import os
from typing import TYPE_CHECKING

from searchidx.engines.embedded.kernels.arrays import (
    ANY,
    EVERY,
    PREFIX,
    Allowed,
    Array,
    ByLength,
    Column,
    FacetRange,
    ListPlaces,
    Mask,
    Matching,
    Positions,
    Postings,
    Ranking,
    Scores,
    SortedTexts,
    Texts,
    Wanted,
    Word,
)
from searchidx.engines.embedded.kernels.shared import at_least, distinct, documents_at, near, phrase, tally, where

#: Which implementation answers: "compiled" or "numpy".
IMPLEMENTATION = "numpy" if os.environ.get("SEARCHIDX_KERNELS") == "numpy" else "compiled"

try:
    if IMPLEMENTATION == "numpy" and not TYPE_CHECKING:
        raise ImportError  # the portable ones were asked for
    from searchidx.engines.embedded.kernels.compiled import (
        Lists,
        commonest,
        commonest_values,
        contains,
        contains_each,
        count_each,
        count_groups,
        intersection,
        keep,
        keep_groups,
        likely_related,
        matching,
        merge_texts,
        one_edit_away,
        phrase_documents,
        place_of,
        score,
        span,
        top,
        union,
        union_of,
        union_scored,
        with_range,
    )
except ImportError:
    IMPLEMENTATION = "numpy"
    from searchidx.engines.embedded.kernels.portable import (
        Lists,
        commonest,
        commonest_values,
        contains,
        contains_each,
        count_each,
        count_groups,
        intersection,
        keep,
        keep_groups,
        likely_related,
        phrase_documents,
        score,
        span,
        union,
        union_of,
        union_scored,
    )
    from searchidx.engines.embedded.kernels.portable_texts import (
        matching,
        merge_texts,
        one_edit_away,
        place_of,
        with_range,
    )
    from searchidx.engines.embedded.kernels.shared import top

__all__ = [
    "ANY",
    "EVERY",
    "IMPLEMENTATION",
    "PREFIX",
    "Allowed",
    "Array",
    "ByLength",
    "Column",
    "FacetRange",
    "ListPlaces",
    "Lists",
    "Mask",
    "Matching",
    "Positions",
    "Postings",
    "Ranking",
    "Scores",
    "SortedTexts",
    "Texts",
    "Wanted",
    "Word",
    "at_least",
    "commonest",
    "commonest_values",
    "contains",
    "contains_each",
    "count_each",
    "count_groups",
    "distinct",
    "documents_at",
    "intersection",
    "keep",
    "keep_groups",
    "likely_related",
    "matching",
    "merge_texts",
    "near",
    "one_edit_away",
    "phrase",
    "phrase_documents",
    "place_of",
    "score",
    "span",
    "tally",
    "top",
    "union",
    "union_of",
    "union_scored",
    "where",
    "with_range",
]
