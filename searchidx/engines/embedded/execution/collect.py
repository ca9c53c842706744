"""Plans → the top hits, the totals, the facets."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from searchidx.engines.embedded.execution import kernels
from searchidx.engines.embedded.execution.facets import FacetCounter
from searchidx.engines.embedded.execution.plan import Node, Scope, all_of, plan
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.search.engine import FacetCounts, Match, Matches, Search, SortKey
from searchidx.search.request import Sort

#: The facet whose values are days.
_DATE = "date"


def search(scope: Scope, wanted: Search, counter: FacetCounter) -> Matches:
    """Answer a search: plan it, match each segment, count facets, take the top.

    Raises:
        RequestError: if a pattern stands for too many words.
    """
    query = plan(wanted.query, scope)
    filters = {name: plan(filtered, scope) for name, filtered in wanted.filters.items()}
    found = [_find(scope, at, query, filters, set(wanted.facets)) for at in range(len(scope.views))]
    documents = [of_view.documents for of_view in found]
    days = [scope.views[at].segment.day_of[of_view] for at, of_view in enumerate(documents)]
    spans = [
        scope.views[at].segment.days[[of_view.min(), of_view.max()]] for at, of_view in enumerate(days) if len(of_view)
    ]
    return Matches(
        hits=tuple(_hits(scope, query, documents, days, wanted)),
        total=sum(map(len, documents)),
        first=_day(min(int(span[0]) for span in spans)) if spans else None,
        last=_day(max(int(span[1]) for span in spans)) if spans else None,
        facets={name: _count(name, found, wanted, counter) for name in wanted.facets},
    )


def _day(ordinal: int) -> datetime.date:
    return datetime.date.fromordinal(ordinal)


@dataclass(frozen=True, slots=True)
class _Found:
    """The living documents of a view that fulfil a search, and those that do but for the filter of a facet."""

    documents: kernels.Array
    but_for: Mapping[str, kernels.Array]


def _find(scope: Scope, at: int, query: Node, filters: Mapping[str, Node], facets: set[str]) -> _Found:
    own = facets & filters.keys()
    view = scope.views[at]
    always = [node for name, node in filters.items() if name not in own]
    documents = view.alive(all_of([query, *always], scope).documents(at))
    masks = {name: filters[name].test(at, documents) for name in own}
    but_for = {
        name: documents[_every([mask for other, mask in masks.items() if other != name], len(documents))]
        for name in own
    }
    return _Found(documents[_every(list(masks.values()), len(documents))] if own else documents, but_for)


def _every(masks: Sequence[kernels.Mask], size: int) -> kernels.Mask:
    mask = np.ones(size, np.bool_)
    for other in masks:
        mask &= other
    return mask


def _count(name: str, found: Sequence[_Found], wanted: Search, counter: FacetCounter) -> FacetCounts:
    documents = [of_view.but_for.get(name, of_view.documents) for of_view in found]
    how = wanted.facets[name]
    return counter.count_days(documents, how) if name == _DATE else counter.count_values(name, documents, how)


def _hits(
    scope: Scope, query: Node, documents: Sequence[kernels.Array], days: Sequence[kernels.Array], wanted: Search
) -> list[Match]:
    """Return the hits wanted: the best of each view, put in one order."""
    total = sum(map(len, documents))
    count = total if wanted.limit is None else min(total, wanted.skip + wanted.limit)
    best: list[tuple[float, str, int, int]] = []
    for at, (view, of_view, day_of) in enumerate(zip(scope.views, documents, days, strict=True)):
        if not count or not len(of_view):
            continue
        if wanted.sort == "relevance":
            keys = _scores(scope, query, at, of_view)
        else:
            keys = view.segment.days[day_of].astype(np.float64)
            keys = keys if wanted.sort == "newest" else -keys
        places = np.arange(len(keys))
        if wanted.after is not None:
            places = np.flatnonzero(_behind(keys, of_view, view.segment, wanted.after, wanted.sort))
        places = places[kernels.top(keys[places], count)]
        ids = view.segment.ids
        best += [(-key, ids[d], at, d) for key, d in zip(keys[places].tolist(), of_view[places].tolist(), strict=True)]
    best.sort()
    chosen = best[wanted.skip : count]
    if wanted.sort == "relevance":
        return [Match(story_id, -key, scope.views[at].segment.date(d)) for key, story_id, at, d in chosen]
    scores: dict[tuple[int, int], float] = {}
    for at in {at for *_, at, _ in chosen}:
        sorted_documents = np.array(sorted(d for *_, of, d in chosen if of == at), np.int32)
        scores |= zip(
            ((at, d) for d in sorted_documents.tolist()),
            _scores(scope, query, at, sorted_documents).tolist(),
            strict=True,
        )
    return [Match(story_id, scores[at, d], scope.views[at].segment.date(d)) for _, story_id, at, d in chosen]


def _scores(scope: Scope, query: Node, at: int, documents: kernels.Array) -> kernels.Scores:
    return kernels.score(documents, list(query.scoring(at)), scope.views[at].size)


def _behind(
    keys: kernels.Scores, documents: kernels.Array, segment: Segment, after: SortKey, sort: Sort
) -> kernels.Mask:
    """Return which documents come after a place in the order."""
    value = -after.value if sort == "oldest" else after.value
    mask: kernels.Mask = (keys < value) | ((keys == value) & (documents >= segment.ids.place_behind(after.id)))
    return mask
