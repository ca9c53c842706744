"""Which stories are related to one, by the formula in `search.scoring`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution.scope import Scope
from searchidx.engines.embedded.kernels import Array, ListPlaces, Word
from searchidx.engines.embedded.snapshot.segment import FacetColumn
from searchidx.search import scoring
from searchidx.search.engine import RelatedMatch, RelatedSearch
from searchidx.search.scoring import RelatedParts, RelatedWeights, bm25

#: The formulas take numbers and arrays alike, and are typed for numbers.
_of_arrays: Any = scoring

#: Words that together make no more than this share of a story's are only looked up in what is likely to be related.
_REST = 0.02
#: A table up to a longer story is made anew each time: there may be one for each length, and those of a book have megabytes.
_LONGEST_REMEMBERED = 1 << 14


#: A related story, and its view and document.
Found = tuple[RelatedMatch, tuple[int, int]]


class _Vector(NamedTuple):
    """A story's stems, each weighed by its BM25 there.

    Attributes:
        rankings: for each view, its list of each stem, with what that adds to the product with a vector of another story.
        square: the vector's product with itself.
        length: the story's.
    """

    rankings: tuple[list[Word], ...]
    square: float
    length: float


def related(scope: Scope, wanted: RelatedSearch) -> list[Found]:
    """Return the stories of a score above 0 that share a word or a name with one, best first."""
    vector = _vector(scope, wanted)
    best: list[Found] = []
    for at in range(len(scope.views)):
        least = best[-1][0].score if best and len(best) == wanted.limit else 0.0
        best = sorted(best + _of_view(scope, at, vector, wanted, least), key=_order)[: wanted.limit]
    return best


def relatedness(
    scope: Scope, searches: Sequence[RelatedSearch], places: Sequence[tuple[int, int]]
) -> tuple[tuple[float, ...], ...]:
    """Return for each search the score of each of some documents, given by view and number; 0 where they share nothing."""
    vectors = [_vector(scope, wanted) for wanted in searches]
    found = np.zeros((len(searches), len(places)))
    for at, (documents, rows) in _by_view(scope, places):
        sought = [_sought(scope, at, vector, wanted) for vector, wanted in zip(vectors, searches, strict=True)]
        found[:, rows] = _scored(scope, at, documents, sought)[0]
    return tuple(map(tuple, found.tolist()))


def _by_view(scope: Scope, places: Sequence[tuple[int, int]]) -> Iterator[tuple[int, tuple[Array, list[int]]]]:
    """Yield each view that has some of the documents, with these, rising, and where each stands among the places."""
    for at in range(len(scope.views)):
        here = sorted((document, row) for row, (of, document) in enumerate(places) if of == at)
        if here:
            yield at, (np.array([document for document, _ in here], np.int32), [row for _, row in here])


def shared(
    scope: Scope, wanted: Mapping[str, Sequence[str]], places: Sequence[tuple[int, int]]
) -> tuple[dict[str, tuple[str, ...]], ...]:
    """Return for each of some documents, given by view and number, which of some values or stems it has, in their order."""
    found: tuple[dict[str, tuple[str, ...]], ...] = tuple([{} for _ in places])
    for at, (documents, rows) in _by_view(scope, places):
        view = scope.views[at]
        for kind, values in wanted.items():
            among = _having_stems(scope, at, values) if kind == "stem" else _having(view.segment.facets[kind], values)
            having = kernels.contains_each(*among, documents, view.size)
            for row, has in zip(rows, having.T.tolist(), strict=True):
                found[row][kind] = tuple(compress(values, has))
    return found


def _having(column: FacetColumn, values: Sequence[str]) -> ListPlaces:
    """Return the documents that have each of some values of a facet."""
    return column.documents, list(map(column.list_places.__getitem__, values))


def _having_stems(scope: Scope, at: int, stems: Sequence[str]) -> ListPlaces:
    """Return the documents of a view that have each of some stems."""
    segment, found = scope.views[at].segment, scope.stems
    return segment.documents, [segment.list_places(found[stem].lists[at]) for stem in stems]


def _vector(scope: Scope, wanted: RelatedSearch) -> _Vector:
    length = float(sum(wanted.terms.values()))
    rankings: tuple[list[Word], ...] = tuple([] for _ in scope.views)
    squares = []
    by_count = {count: bm25(float(count), length, scope.average_length, 1.0) for count in set(wanted.terms.values())}
    for stem, count in wanted.terms.items():
        lists, document_freq, idf = scope.stems[stem]
        if not document_freq:
            continue
        weight = by_count[count] * idf
        squares.append(weight**2)
        for ranking, number in zip(rankings, lists, strict=True):
            if number >= 0:
                ranking.append((number, -1, weight * idf, 0.0))
    return _Vector(rankings, sum(squares), length)


def _order(found: Found) -> tuple[float, str]:
    match, _ = found
    return -match.score, match.id


class _Sought(NamedTuple):
    """What is sought in a view.

    Attributes:
        having: who has each of the story's names, of its places and its category.
        by_length: what the words in common count by a document's length.
        by_days: what nearness in time multiplies by the number of days.
    """

    wanted: RelatedSearch
    ranking: list[Word]
    having: list[ListPlaces]
    by_length: kernels.Scores
    by_days: kernels.Scores


def _sought(scope: Scope, at: int, vector: _Vector, wanted: RelatedSearch) -> _Sought:
    view, weights = scope.views[at], wanted.weights
    segment = view.segment
    having = [
        _having(segment.facets["entity"], wanted.names),
        _having(segment.facets["place"], wanted.places),
        _having(segment.facets["category"], () if wanted.category is None else (wanted.category,)),
    ]
    made = _words_by_length if view.longest <= _LONGEST_REMEMBERED else _words_by_length.__wrapped__
    by_length = made(vector.length, view.longest, weights) / (vector.square or 1.0)
    by_days = _nearness_by_days(_reach(segment.days, wanted.date.toordinal()), weights)
    return _Sought(wanted, vector.rankings[at], having, by_length, by_days)


def _scored(
    scope: Scope, at: int, documents: Array, sought: Sequence[_Sought]
) -> tuple[kernels.Scores, kernels.Scores]:
    """Return the scores of some rising documents of a view, a row for each that is sought, and the parts of each.

    The score is 0 where neither a word nor a name is shared. What is sought has the constants of the first.
    """
    view = scope.views[at]
    segment = view.segment
    shared = np.array([kernels.score(documents, each.ranking, view.size, scope.lists[at]) for each in sought])
    having = [lists for each in sought for lists in each.having]
    counts: Any = kernels.count_each(having, documents, view.size).reshape(len(sought), 3, -1)
    own = [[len(each.wanted.names), len(each.wanted.places)] for each in sought]
    in_common = _of_arrays.in_common(
        counts[:, :2], np.maximum(own, 1)[:, :, np.newaxis], view.value_counts[:2, documents]
    )
    days, lengths = segment.days[segment.day_of[documents]], segment.lengths[documents]
    parts: Any = np.array(
        [
            shared * [each.by_length[lengths] for each in sought],
            in_common[:, 0],
            in_common[:, 1],
            counts[:, 2],
            [each.by_days[np.abs(days - each.wanted.date.toordinal())] for each in sought],
        ]
    )
    scores = _of_arrays.related_score(RelatedParts(*parts), sought[0].wanted.weights)
    return scores * ((shared > 0) | (counts[:, 0] > 0)), parts


def _of_view(scope: Scope, at: int, vector: _Vector, wanted: RelatedSearch, least: float) -> list[Found]:
    """Return the best of a view; those that score less than `least` may be left out."""
    ids = scope.views[at].segment.ids
    sought = _sought(scope, at, vector, wanted)
    documents = _likely(scope, at, sought, least)
    if not len(documents):
        return []
    (scores,), parts = _scored(scope, at, documents, [sought])
    best = kernels.top(scores, len(scores) if wanted.limit is None else wanted.limit)
    best = best[scores[best] > 0]
    of_best = parts[:, 0, best].T.tolist()
    return [
        (RelatedMatch(ids[document], score, RelatedParts(*of_document)), (at, document))
        for document, score, of_document in zip(documents[best].tolist(), scores[best].tolist(), of_best, strict=True)
    ]


def _likely(scope: Scope, at: int, sought: _Sought, least: float) -> Array:
    """Return documents among which are the best of a view that score no less than `least`."""
    view, wanted = scope.views[at], sought.wanted
    weights = wanted.weights
    segment = view.segment
    falling = sorted(sought.ranking, key=itemgetter(2), reverse=True)
    rest, much = len(falling), _REST * sum([weight for _, _, weight, _ in falling])
    while rest and falling[rest - 1][2] <= much:
        rest -= 1
        much -= falling[rest][2]
    common = [
        (documents[start:end], counts, weight / max(own, 1) ** 0.5)
        for weight, own, counts, (documents, places) in zip(
            (weights.names, weights.places, weights.category),
            (len(wanted.names), len(wanted.places), 1),
            view.value_counts,
            sought.having,
            strict=True,
        )
        for start, end in places
    ]
    return kernels.likely_related(
        falling[:rest],
        falling[rest:],
        common,
        (segment.lengths, segment.days, segment.day_of, segment.array("codes.lengths")),
        numbered=scope.lists[at],
        tables=(weights.words * sought.by_length, sought.by_days),
        day=wanted.date.toordinal(),
        living=view.living,
        own=segment.ids.find(wanted.id),
        wanted=(view.size if wanted.limit is None else min(wanted.limit, view.size), least),
    )


@lru_cache(256)
def _words_by_length(own: float, longest: int, weights: RelatedWeights) -> kernels.Scores:
    """Return `scoring.words_in_common` of stories by their length, for a product of 1: it rises with the product evenly."""
    ratios = np.arange(1, longest + 1) / max(own, 1.0)
    return np.append(0.0, _of_arrays.words_in_common(1.0, 1.0, ratios, weights))


@lru_cache(32)
def _nearness_by_days(reach: int, weights: RelatedWeights) -> kernels.Scores:
    """Return `scoring.nearness` by how many days stories are apart."""
    days = np.arange(reach, dtype=np.float64)
    return np.broadcast_to(np.asarray(_of_arrays.nearness(days, weights)), reach).copy()


def _reach(days: Array, day: int) -> int:
    """Return a number that is above the distance of all days from one; round, so that few tables are made."""
    farthest = max(abs(int(days[0]) - day), abs(int(days[-1]) - day)) if len(days) else 0
    return int(1 << (farthest + 1).bit_length())
