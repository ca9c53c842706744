"""Which stories are related to one, by the formula in `search.scoring`."""

import heapq
from collections.abc import Sequence

import numpy as np

from searchidx.engines.embedded.execution import kernels
from searchidx.engines.embedded.execution.kernels import Postings
from searchidx.engines.embedded.execution.plan import Scope, find_term
from searchidx.search.engine import RelatedMatch, RelatedSearch
from searchidx.search.scoring import bm25, nearness, related_score


def related(scope: Scope, wanted: RelatedSearch) -> tuple[RelatedMatch, ...]:
    """Return the stories that share a word or a name with one, best first; those that share neither have no score."""
    terms = []
    own_score, length = 0.0, float(sum(wanted.terms.values()))
    for stem, count in wanted.terms.items():
        term = find_term(stem, "stem", float(count), scope, [view.segment.stems.find(stem) for view in scope.views])
        if term.document_freq:
            terms.append(term)
            own_score += bm25(float(count), length, scope.average_length, term.weight * term.idf)
    found: list[RelatedMatch] = []
    for at in range(len(scope.views)):
        found += _of_view(scope, at, [p for term in terms for p in term.postings(at)], own_score, wanted)
    if wanted.limit is None:
        return tuple(sorted(found, key=_order))
    return tuple(heapq.nsmallest(wanted.limit, found, key=_order))


def _order(match: RelatedMatch) -> tuple[float, str]:
    return -match.score, match.id


def _of_view(
    scope: Scope, at: int, lists: Sequence[Postings], own_score: float, wanted: RelatedSearch
) -> list[RelatedMatch]:
    """Return the best of a view."""
    view = scope.views[at]
    segment = view.segment
    column = segment.facets["entity"]
    named = [column.documents_of(n) for name in wanted.names if (n := column.values.find(name)) >= 0]
    documents = view.alive(kernels.union([*(of.documents for of in lists), *named], view.size))
    own = segment.ids.find(wanted.id)
    documents = documents[documents != own]
    words = kernels.score(documents, lists, view.size)
    if own_score:
        words /= own_score
    shares = kernels.tally(named, view.size)[documents] / max(len(wanted.names), 1)
    days = np.abs(segment.days[segment.day_of[documents]] - wanted.date.toordinal()).astype(np.float64)
    # The formulas take numbers and arrays alike, and are typed for numbers.
    scores = np.asarray(related_score(words, shares, days, wanted.weights))  # type: ignore[arg-type]
    places = kernels.top(scores, len(scores) if wanted.limit is None else wanted.limit)
    factors = np.asarray(nearness(days[places], wanted.weights))
    factors = np.broadcast_to(factors, len(places))
    columns = (column.tolist() for column in (scores[places], words[places], shares[places], factors))
    return [
        RelatedMatch(segment.ids[document], *parts)
        for document, *parts in zip(documents[places].tolist(), *columns, strict=True)
    ]
