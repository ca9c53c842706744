"""One generation of an embedded index, as the language of search asks for it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache, partial

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution import collect
from searchidx.engines.embedded.execution.expand import expand_pattern, neighbours
from searchidx.engines.embedded.execution.facets import FacetCounter
from searchidx.engines.embedded.execution.numbering import Numbering
from searchidx.engines.embedded.execution.plan import all_of, find_values, plan
from searchidx.engines.embedded.execution.scope import Scope
from searchidx.engines.embedded.execution.view import View
from searchidx.errors import StoryMissing
from searchidx.search.analysis import Analyzer, exact_terms, folded_term
from searchidx.search.engine import Matches, RelatedMatch, RelatedSearch, Search, TermScore, ValueCount
from searchidx.search.query import Query, Word
from searchidx.search.remembered import Remembered
from searchidx.stories import Story

#: How many counts of words, counts of values, and places of stories are remembered.
_REMEMBERED = 1 << 16
_PLACES = 1 << 13
#: How many stories are remembered, and how many bytes these take on the disk: what is related to one is mostly related to
#: those beside it, too.
_STORIES, _BYTES_OF_STORIES = 1 << 12, 1 << 23


class EmbeddedEngine:
    """An unchanging generation: an `Engine`. Safe to use from several threads.

    Args:
        generation: its number.
        digest: of its stories.
        views: its segments.
        analyzer: of the index.
        statistics: the name statistics kept with it, None where there are none.
    """

    def __init__(
        self,
        generation: int,
        digest: str,
        views: Sequence[View],
        analyzer: Analyzer,
        statistics: bytes | None,
    ) -> None:
        self.generation, self.digest, self.analyzer, self.statistics = generation, digest, analyzer, statistics
        self._scope = Scope(views, analyzer)
        self._facets = FacetCounter(views)
        # Related stories and their reasons ask for the same again and again, and a generation never changes. These are
        # caches of functions: a cached method would keep its engine alive, and with it the files of its generation.
        self._value = lru_cache(_REMEMBERED)(partial(_count_value, self._scope, self._facets))
        self._frequency = lru_cache(_REMEMBERED)(partial(_count_stories, self._scope))
        self._places = Remembered(partial(_look_up, self._scope), _PLACES)
        self._find = self._places.__getitem__
        self._story = lru_cache(_stories_remembered(views))(partial(_fetch, self._scope.views, self._find))

    @property
    def story_count(self) -> int:
        """How many stories there are."""
        return self._scope.story_count

    def search(self, search: Search) -> Matches:
        """Match, score, sort and count.

        Raises:
            RequestError: if a pattern stands for too many words.
        """
        return collect.search(self._scope, search, self._facets)

    def best_matched(self, parts: Sequence[Query], weights: Sequence[float], search: Search) -> tuple[int, ...]:
        """Return which of `parts` a single story matches that weigh most together, among the stories that match the search.

        The parts are given by their numbers, rising; of several equal choices the one with the earliest parts.
        """
        scope = self._scope
        matching = all_of([plan(query, scope) for query in (search.query, *search.filters.values())], scope)
        nodes = [plan(part, scope) for part in parts]
        most, chosen = 0.0, (0,) * len(nodes)
        for at, view in enumerate(scope.views):
            weighed = [
                kernels.Postings.constant(node.documents(at), weight)
                for node, weight in zip(nodes, weights, strict=True)
            ]
            documents, sums = kernels.union_scored(weighed, view.size)
            sums *= matching.test(at, documents)
            if view.living is not None:
                sums *= view.living[documents]
            of_view = float(sums.max(initial=0.0))
            if of_view and of_view >= most:
                heaviest = documents[sums == of_view]
                matched = np.array([node.test(at, heaviest) for node in nodes])
                first = tuple(matched[:, np.lexsort(matched[::-1])[-1]].tolist())
                most, chosen = (of_view, first) if of_view > most else (most, max(chosen, first))
        return tuple(number for number, matches in enumerate(chosen) if matches)

    def explain(self, query: Query, story_id: str) -> tuple[TermScore, ...]:
        """Return what each term of the query adds to a story's score; the scores' sum is the story's.

        Words give a stem and an exact term. Patterns, fuzzy words and days add a score that no length changes: they
        are given as one occurrence in a story of average length.

        Raises:
            StoryMissing: if there is no story of that id.
        """
        at, document = self._find(story_id)
        node = plan(query, self._scope)
        if not node.test(at, np.array([document], np.int32))[0]:
            return ()
        return tuple(node.explain(at, document))

    def related(self, search: RelatedSearch) -> tuple[RelatedMatch, ...]:
        """Return the stories of the highest score by `scoring.related_score`, ties by id.

        These share a word or a name with it, and their score is above 0.
        """
        from searchidx.engines.embedded.execution.related import related  # noqa: PLC0415 - no search needs it

        found = related(self._scope, search)
        if search.limit is not None:
            self._places.update((match.id, place) for match, place in found)
        return tuple([match for match, _ in found])

    def relatedness(self, searches: Sequence[RelatedSearch], ids: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """Return for each search the score of each of some stories by `scoring.related_score`; 0 where they share nothing.

        Raises:
            StoryMissing: if there is none of an id.
        """
        from searchidx.engines.embedded.execution.related import relatedness  # noqa: PLC0415 - no search needs it

        return relatedness(self._scope, searches, list(map(self._find, ids)))

    def stories(self, ids: Sequence[str]) -> tuple[Story, ...]:
        """Fetch stories.

        Raises:
            StoryMissing: if there is none of an id.
        """
        return tuple(map(self._story, ids))

    def story_digest(self, story_id: str) -> int | None:
        """Return what is another when a story, or what it is found by, has changed; None if there is no such story."""
        try:
            at, document = self._find(story_id)
        except StoryMissing:
            return None
        return int(self._scope.views[at].segment.array("digests")[document])

    def story_at(self, address: str) -> Story | None:
        """Return the story that has this address, else one that had it before, of several the one of the smallest id.

        None if there is none.
        """
        stories = [
            view.segment.story(document)
            for view in self._scope.views
            for document in view.segment.at_address(address)
            if view.lives(document)
        ]
        for having in (
            [story for story in stories if story.address == address],
            [story for story in stories if address in story.former],
        ):
            if having:
                return min(having, key=lambda story: story.id)
        return None

    def story_values(self, story_id: str) -> dict[str, list[str]]:
        """Return the values that a story has of each facet but the date, in the story's order.

        Raises:
            StoryMissing: if there is no story of that id.
        """
        at, document = self._find(story_id)
        return self._scope.views[at].segment.values_of(document)

    def story_names(self, story_id: str) -> tuple[ValueCount, ...]:
        """Return the canonical names of a story with their counts in the archive, in the story's order."""
        return self._values("entity", story_id)

    def story_places(self, story_id: str) -> tuple[ValueCount, ...]:
        """Return the places of a story and all they lie in, with their counts in the archive."""
        return self._values("place", story_id)

    def _values(self, facet: str, story_id: str) -> tuple[ValueCount, ...]:
        at, document = self._find(story_id)
        numbers = self._scope.views[at].segment.doc_values.of_facet(document, facet)
        return tuple(self._value(facet, at, number) for number in numbers)

    def shared(self, wanted: Mapping[str, Sequence[str]], ids: Sequence[str]) -> tuple[dict[str, tuple[str, ...]], ...]:
        """Return for each of some stories which of some values it has, in their order: by their facet, or "stem".

        Raises:
            StoryMissing: if there is none of an id.
        """
        from searchidx.engines.embedded.execution.related import shared  # noqa: PLC0415 - no search needs it

        return shared(self._scope, wanted, list(map(self._find, ids)))

    def values(self, facet: str, typed: str, *, whole: bool = False) -> tuple[str, ...]:
        """Return the values of a facet that a typed one stands for: those spelt so, else those with all its words.

        With `whole` only those spelt so.
        """
        found = set()
        for view, numbers in zip(self._scope.views, find_values(facet, typed, self._scope, whole=whole), strict=True):
            column = view.segment.facets[facet]
            found |= {column.values[n] for n in numbers.tolist() if view.living_in(column.documents_of(n))}
        return tuple(sorted(found))

    def frequency(self, word: str) -> int:
        """Return how many stories have a word in any of its forms, or several words beside each other."""
        return self._frequency(word)

    def stem_counts(self, stems: Sequence[str]) -> list[int]:
        """Return how many stories have each of some stems."""
        return [found.document_freq for found in map(self._scope.stems.__getitem__, stems)]

    def neighbours(self, word: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Return the commonest exact terms one edit away from a word (accents folded), with their numbers of stories.

        An edit adds, leaves out or replaces one letter, or swaps two. Words with digits neither have nor are neighbours.
        """
        terms = exact_terms(word)
        if len(terms) != 1:
            return ()
        folded = folded_term(terms[0])
        return self._commonest([neighbours(view, folded) for view in self._scope.views], limit)

    def complete(self, prefix: str, kind: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Return the commonest words or values that a folded prefix may become, and their numbers of stories.

        `kind` is "word" or a facet of values. A word begins with the prefix; a value has all its words, in any order, the
        last perhaps only begun.
        """
        if kind != "word":
            return self._facets.complete(kind, prefix, limit)
        return self._commonest(expand_pattern(self._scope.views, f"{prefix}*", limit=None), limit)

    def _commonest(self, numbers: Sequence[kernels.Array], limit: int) -> tuple[tuple[str, int], ...]:
        """Return the commonest of exact terms, given by number for each view; terms that no living story has are left out."""
        words = self._words
        lists = list(zip(self._scope.lists, numbers, words.shared, strict=True))
        found = kernels.commonest(lists, words.count, min(max(limit, 0), words.count))
        return tuple([(words.texts[number], count) for number, count in found])

    @cached_property
    def _words(self) -> Numbering:
        """The exact terms."""
        return Numbering([view.segment.exact for view in self._scope.views])


def _count_value(scope: Scope, facets: FacetCounter, facet: str, at: int, number: int) -> ValueCount:
    """Return a value of a view by its number, with the number of living stories of all views that have it."""
    (value,) = facets.living(facet, [scope.views[at].segment.facets[facet].values[number]])
    return value


def _count_stories(scope: Scope, word: str) -> int:
    """Return how many living stories have a word in any of its forms, or several words beside each other."""
    return plan(Word(word), scope).count()


def _stories_remembered(views: Sequence[View]) -> int:
    """Return how many stories are remembered, by their average size."""
    size = sum(len(view.segment.file.unchecked("stories.bytes")) for view in views)
    return min(_STORIES, _BYTES_OF_STORIES * sum(view.size for view in views) // max(size, 1))


def _fetch(views: Sequence[View], find: Callable[[str], tuple[int, int]], story_id: str) -> Story:
    """Return a story by its id."""
    at, document = find(story_id)
    return views[at].segment.story(document)


def _look_up(scope: Scope, story_id: str) -> tuple[int, int]:
    """Return the view and the number of a story's document."""
    for at, view in enumerate(scope.views):
        document = view.document(story_id)
        if document >= 0:
            return at, document
    raise StoryMissing(f"there is no story with the id {story_id!r}")
