"""Which stories are related to one, by the formula in `search.scoring`."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from searchidx.engines.embedded.execution import kernels
from searchidx.engines.embedded.execution.plan import Scope, Term, find_term
from searchidx.engines.embedded.execution.view import View
from searchidx.search.engine import RelatedMatch, RelatedSearch
from searchidx.search.scoring import RelatedParts, bm25, in_common, nearness, related_score, words_in_common


@dataclass(frozen=True, slots=True)
class _Vector:
    """A story's stems, each weighed by its BM25 there; the vector's product with itself; the story's length."""

    terms: tuple[Term, ...]
    square: float
    length: float


def related(scope: Scope, wanted: RelatedSearch) -> tuple[RelatedMatch, ...]:
    """Return the stories that share a word or a name with one, best first; those that share neither have no score."""
    vector = _vector(scope, wanted)
    found = [match for at in range(len(scope.views)) for match in _of_view(scope, at, vector, wanted)]
    if wanted.limit is None:
        return tuple(sorted(found, key=_order))
    return tuple(heapq.nsmallest(wanted.limit, found, key=_order))


def _vector(scope: Scope, wanted: RelatedSearch) -> _Vector:
    length = float(sum(wanted.terms.values()))
    terms = []
    for stem, count in wanted.terms.items():
        term = find_term(stem, "stem", 1.0, scope, [view.segment.stems.find(stem) for view in scope.views])
        if term.document_freq:
            terms.append(replace(term, weight=bm25(float(count), length, scope.average_length, term.idf)))
    return _Vector(tuple(terms), sum(term.weight**2 for term in terms), length)


def _order(match: RelatedMatch) -> tuple[float, str]:
    return -match.score, match.id


def _of_view(scope: Scope, at: int, vector: _Vector, wanted: RelatedSearch) -> list[RelatedMatch]:
    """Return the best of a view."""
    view = scope.views[at]
    segment = view.segment
    lists = [postings for term in vector.terms for postings in term.postings(at)]
    named = _having(view, "entity", wanted.names)
    documents = view.alive(kernels.union([*(of.documents for of in lists), *named], view.size))
    documents = documents[documents != segment.ids.find(wanted.id)]
    shared: Any = kernels.score(documents, lists, view.size)
    days: Any = np.abs(segment.days[segment.day_of[documents]] - wanted.date.toordinal()).astype(np.float64)
    category = _having(view, "category", () if wanted.category is None else (wanted.category,))
    # The formulas take numbers and arrays alike, and are typed for numbers.
    ratio: Any = segment.lengths[documents] / max(vector.length, 1.0)
    columns: list[Any] = [
        words_in_common(shared, vector.square, ratio, wanted.weights) if vector.square else shared,
        _in_common(view, "entity", named, len(wanted.names), documents),
        _in_common(view, "place", _having(view, "place", wanted.places), len(wanted.places), documents),
        kernels.tally(category, view.size)[documents].astype(np.float64),
        np.broadcast_to(np.asarray(nearness(days, wanted.weights)), len(days)),
    ]
    scores = np.asarray(related_score(RelatedParts(*columns), wanted.weights))
    places = kernels.top(scores, len(scores) if wanted.limit is None else wanted.limit)
    of_best = zip(*(column[places].tolist() for column in columns), strict=True)
    return [
        RelatedMatch(segment.ids[document], score, RelatedParts(*parts))
        for document, score, parts in zip(documents[places].tolist(), scores[places].tolist(), of_best, strict=True)
    ]


def _having(view: View, facet: str, values: Sequence[str]) -> list[kernels.Array]:
    """Return the documents that have each of some values of a facet."""
    column = view.segment.facets[facet]
    return [column.documents_of(number) for value in values if (number := column.values.find(value)) >= 0]


def _in_common(
    view: View, facet: str, having: Sequence[kernels.Array], own: int, documents: kernels.Array
) -> kernels.Scores:
    """Return `scoring.in_common` of a facet's values for each of some documents."""
    of = view.segment.facets[facet].of
    shared: Any = kernels.tally(having, view.size)[documents]
    sizes: Any = np.maximum(of[documents + 1] - of[documents], 1)
    return np.asarray(in_common(shared, max(own, 1), sizes))
