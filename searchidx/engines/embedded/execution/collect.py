"""Plans → the top hits, the totals, the facets."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution.facets import FacetCounter
from searchidx.engines.embedded.execution.nodes import Node
from searchidx.engines.embedded.execution.plan import all_of, plan
from searchidx.engines.embedded.execution.scope import Scope
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.search.engine import FacetCounts, Match, Matches, Search, SortKey
from searchidx.search.request import Sort

#: The facet whose values are days.
_DATE = "date"

_ALL: kernels.Allowed = (None, None)

#: Documents of a view, each with its sort key: (key, document).
_Keyed = Iterable[tuple[float, int]]


def search(scope: Scope, wanted: Search, counter: FacetCounter) -> Matches:
    """Answer a search: plan it, match each segment, count facets, take the top.

    Raises:
        RequestError: if a pattern stands for too many words.
    """
    query = plan(wanted.query, scope)
    filters = {name: plan(filtered, scope) for name, filtered in wanted.filters.items()} if wanted.filters else {}
    if wanted.sort == "relevance" and wanted.after is None and not wanted.facets and not wanted.span:
        return _best(scope, query, list(filters.values()), wanted)
    found = [_find(scope, at, query, filters, wanted) for at in range(len(scope.views))]
    first, last = _span(scope, found) if wanted.span else (None, None)
    return Matches(
        hits=tuple(_hits(scope, query, found, wanted)),
        total=sum([len(of_view.documents) for of_view in found]),
        first=first,
        last=last,
        facets=_facets(found, wanted, counter) if wanted.facets else {},
    )


def _best(scope: Scope, query: Node, filters: Sequence[Node], wanted: Search) -> Matches:
    """Answer a search for the best hits and the total alone, without a list of all that matches."""
    end = None if wanted.limit is None else min(wanted.skip + wanted.limit, scope.story_count)
    total, least = 0, 0.0
    hits: list[Match] = []
    for at, view in enumerate(scope.views):
        allowed = _allowed(scope, at, filters) if filters else _ALL
        of_view, best = query.best(at, allowed, (view.size if end is None else end, least))
        total += of_view
        if hits and best:
            hits = sorted(hits + best, key=lambda hit: (-hit.score, hit.id))[:end]
        elif best:
            hits = best
        if end and len(hits) >= end:
            least = hits[end - 1].score
    return Matches(tuple(hits[wanted.skip :]), total)


def _allowed(scope: Scope, at: int, filters: Sequence[Node]) -> kernels.Allowed:
    """Return the days and the documents of a view that filters allow."""
    days: kernels.Mask | None = None
    others = []
    for node in filters:
        of_node = node.allowed_days(at)
        if of_node is None:
            others.append(node)
        else:
            days = of_node if days is None else days & of_node
    return days, all_of(others, scope).documents(at) if others else None


def _span(scope: Scope, found: Sequence["_Found"]) -> tuple[datetime.date | None, datetime.date | None]:
    """Return the first and the last day of what was found, if anything was."""
    days = [
        view.segment.dates[place]
        for view, of_view in zip(scope.views, found, strict=True)
        if len(of_view.documents)
        for place in kernels.span(of_view.documents, view.segment.day_of)
    ]
    return min(days, default=None), max(days, default=None)


class _Found(NamedTuple):
    """What a search finds in a view.

    Attributes:
        documents: the living documents that match.
        scores: of each; None where they did not come along with the documents.
        but_for: for each facet that has a filter and is counted, the documents that match all but that filter.
    """

    documents: kernels.Array
    scores: kernels.Scores | None = None
    but_for: Mapping[str, kernels.Array] = MappingProxyType({})


def _find(scope: Scope, at: int, query: Node, filters: Mapping[str, Node], wanted: Search) -> _Found:
    view = scope.views[at]
    if not filters and not len(view.deleted) and wanted.sort == "relevance":
        return _Found(*query.scored(at))
    own = wanted.facets.keys() & filters.keys()
    always = [node for name, node in filters.items() if name not in own]
    documents = view.alive(all_of([query, *always], scope).documents(at))
    if not own:
        return _Found(documents)
    masks = {name: filters[name].test(at, documents) for name in own}
    but_for = {
        name: documents[_every([mask for other, mask in masks.items() if other != name], len(documents))]
        for name in own
    }
    return _Found(documents[_every(list(masks.values()), len(documents))], None, but_for)


def _every(masks: Sequence[kernels.Mask], size: int) -> kernels.Mask:
    mask = np.ones(size, np.bool_)
    for other in masks:
        mask &= other
    return mask


def _facets(found: Sequence[_Found], wanted: Search, counter: FacetCounter) -> dict[str, FacetCounts]:
    """Return the counts of all facets; those over the same documents are counted together."""
    own = {name for of_view in found for name in of_view.but_for}
    together = {name: how for name, how in wanted.facets.items() if name not in own and name != _DATE}
    counted = counter.count_values(together, [of_view.documents for of_view in found]) if together else {}
    for name in wanted.facets.keys() - together.keys():
        how = wanted.facets[name]
        documents = [of_view.but_for.get(name, of_view.documents) for of_view in found]
        counted |= (
            {name: counter.count_days(documents, how)}
            if name == _DATE
            else counter.count_values({name: how}, documents)
        )
    return {name: counted[name] for name in wanted.facets}


def _hits(scope: Scope, query: Node, found: Sequence[_Found], wanted: Search) -> list[Match]:
    """Return the hits wanted: the best of each view, put in one order."""
    total = sum([len(of_view.documents) for of_view in found])
    end = total if wanted.limit is None else min(total, wanted.skip + wanted.limit)
    if not end:
        return []
    first = [
        _first(scope.views[at], _keys(scope, at, query, here, wanted), here.documents, wanted, end)
        for at, here in enumerate(found)
    ]
    if wanted.sort == "relevance":
        return _by_score(scope, first)[wanted.skip : end]
    return _by_day(scope, query, first, slice(wanted.skip, end))


def _keys(scope: Scope, at: int, query: Node, found: _Found, wanted: Search) -> kernels.Scores:
    """Return the sort key of each document found in a view; the largest comes first."""
    if wanted.sort == "relevance":
        return query.score(at, found.documents) if found.scores is None else found.scores
    segment = scope.views[at].segment
    days = segment.days[segment.day_of[found.documents]].astype(np.float64)
    return days if wanted.sort == "newest" else -days


def _first(view: View, keys: kernels.Scores, documents: kernels.Array, wanted: Search, count: int) -> _Keyed:
    """Return the documents of a view with the largest keys, ties by number; with a cursor, only those that come after it."""
    if wanted.after is not None:
        behind = _behind(keys, documents, view.segment, wanted.after, wanted.sort)
        keys, documents = keys[behind], documents[behind]
    places = kernels.top(keys, count)
    return zip(keys[places].tolist(), documents[places].tolist(), strict=True)


def _by_score(scope: Scope, first: Sequence[_Keyed]) -> list[Match]:
    """Return the hits of all views, best first, given the first of each by their scores."""
    hits: list[Match] = []
    for view, of_view in zip(scope.views, first, strict=True):
        ids, date = view.segment.ids, view.segment.date
        hits += [Match(ids[document], score, date(document)) for score, document in of_view]
    if len(first) > 1:
        hits.sort(key=lambda hit: (-hit.score, hit.id))
    return hits


def _by_day(scope: Scope, query: Node, first: Sequence[_Keyed], shown: slice) -> list[Match]:
    """Return the hits shown of all views in the order of time, given the first of each; they alone are scored."""
    rows = [
        (-key, scope.views[at].segment.ids[document], at, document)
        for at, of_view in enumerate(first)
        for key, document in of_view
    ]
    rows.sort()
    chosen = rows[shown]
    scores: dict[tuple[int, int], float] = {}
    for at in {at for *_, at, _ in chosen}:
        documents = np.array(sorted(document for *_, of, document in chosen if of == at), np.int32)
        for document, score in zip(documents.tolist(), query.score(at, documents).tolist(), strict=True):
            scores[at, document] = score
    return [
        Match(story_id, scores[at, document], scope.views[at].segment.date(document))
        for _, story_id, at, document in chosen
    ]


def _behind(
    keys: kernels.Scores, documents: kernels.Array, segment: Segment, after: SortKey, sort: Sort
) -> kernels.Mask:
    """Return which documents come after a place in the order."""
    value = -after.value if sort == "oldest" else after.value
    mask: kernels.Mask = (keys < value) | ((keys == value) & (documents >= segment.ids.place_behind(after.id)))
    return mask
