"""What goes into the loops, and what comes out."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

_Number = TypeVar("_Number", bound=np.generic)

#: What numpy.typing has by this name, which takes a search command half a millisecond to load.
NDArray = np.ndarray[Any, np.dtype[_Number]]
Array = NDArray[Any]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]

#: A view's column of values: the documents given, rising; document d has values[offsets[d]:offsets[d + 1]], each once;
#: value v has totals[v] documents in all, and goes by the number shared[v], which rises, among the values of all views, by
#: its own where that is None.
Column = tuple[Array, Array, Array, Array, Array | None]
#: A facet among all numbers of values: the one that says none, where the values behind it end, how many of them are wanted
#: at most, and which of them are counted, None for all.
FacetRange = tuple[int, int, int, Mask | None]


class Postings(NamedTuple):
    """A posting list that adds `weight * norms[code]` to the score of each of its documents.

    A tuple, since a query makes several: it is made in half the time of a frozen dataclass.
    """

    documents: Array
    codes: Array
    norms: Scores
    weight: float

    @classmethod
    def of_scores(cls, documents: Array, scores: Scores) -> "Postings":
        """Return a list that adds a score of its own to each document."""
        return cls(documents, np.arange(len(documents), dtype=np.uint32), scores, 1.0)

    @classmethod
    def constant(cls, documents: Array, score: float) -> "Postings":
        """Return a list that adds the same score to each document."""
        return cls(documents, np.zeros(len(documents), np.uint16), np.array([score]), 1.0)


#: A word: the lists of its stem and of its exact form, -1 for none, and the weight of each. The exact form stands only
#: where its stem does, and there no more often.
Word = tuple[int, int, float, float]
#: The posting list of a stem and that of the exact form, if it is sought, or any other list alone.
Listed = tuple[Postings, Postings | None]
#: What adds to scores, in the order of the query.
Ranking = Sequence[Postings | Word]
#: What decides: documents, rising, or that any of the ranking's lists has it, or that every word's stem has it.
Matching = Array | bool
ANY, EVERY = False, True
#: What decides and does not score: which of the distinct days are allowed, and which documents, rising; None for all.
Allowed = tuple[Mask | None, Array | None]
#: Lists of documents: all of them, one behind the other, and from where to where each goes.
ListPlaces = tuple[Array, list[tuple[int, int]]]
#: The words' positions: stem s has positions[lists[s]:lists[s + 1]], rising, and a document begins at bases[d].
Positions = tuple[Array, Array, Array]
#: How many of the best are wanted, and the least score that they must have.
Wanted = tuple[int, float]

#: Texts in UTF-8: where each begins, and their bytes.
Texts = tuple[Array, Array]

#: The first bytes of each text as a number, where each begins, and their bytes; in order, each once.
SortedTexts = tuple[Array, Array, Array]

#: Texts by the lengths of their folded forms, at most 255, and 0 for what has no neighbours: where those of each length
#: begin, and behind the last where they end; their numbers; and the letters of each folded form, a bit each.
ByLength = tuple[Array, Array, Array]

#: How many bytes of a text are a number.
PREFIX = 8
