"""What an engine must be able to do: match, count, sort and fetch, over one unchanging generation of an index.

The language above it (`understanding`, `answering`, `related`) is the same for every engine. Text meets the engine
as query trees and as terms of `analysis`; documents are known by their stories' ids alone.
"""

import datetime
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from searchidx.search.analysis import Analyzer
from searchidx.search.query import Everything, Query
from searchidx.search.request import FACET_LIMIT, Sort
from searchidx.search.scoring import RelatedParts, RelatedWeights
from searchidx.stories import Story


class FacetWanted(NamedTuple):
    """How a facet is to be counted.

    Attributes:
        limit: the most values, by count; None for all. A place never counts less than those in it, so that the
            commonest places are a whole tree.
        always: values that are given whatever their count.
        containing: only values that have all words of this text, folded, the last perhaps only begun.
        within: for dates: () counts years, (2004,) also its months, (2004, 8) also the days of the month.
    """

    limit: int | None = FACET_LIMIT
    always: tuple[str, ...] = ()
    containing: str = ""
    within: tuple[int, ...] = ()


class SortKey(NamedTuple):
    """Where a hit stands in the order: by `value` (score, or the day's ordinal), then by id."""

    value: float
    id: str


class Search(NamedTuple):
    """What an engine is asked.

    Attributes:
        query: what must match, and is scored.
        filters: what must match and is not scored, by facet. A facet is counted with all filters but its own.
        sort: relevance (score, falling), newest or oldest; ties go by id, rising.
        limit: the most hits, None for all; `skip` hits go before them.
        after: only hits behind this one in the order; totals and facets count all the same.
        facets: the facets to count.
        span: whether the first and the last day of all matching stories are wanted.
    """

    query: Query = Everything()
    filters: Mapping[str, Query] = MappingProxyType({})
    sort: Sort = "relevance"
    limit: int | None = 20
    skip: int = 0
    after: SortKey | None = None
    facets: Mapping[str, FacetWanted] = MappingProxyType({})
    span: bool = False


class Match(NamedTuple):
    """A matching story: its id, its score (0 where nothing is scored) and its day."""

    id: str
    score: float
    date: datetime.date


class ValueCount(NamedTuple):
    """A facet's value with the number of matching stories; `parent` is the value of the place it lies in.

    Values of dates are "2004", "2004-08" and "2004-08-14", in the order of time.
    """

    value: str
    label: str
    count: int  # type: ignore[assignment] # hides a method of tuples that nobody calls
    parent: str | None = None


class FacetCounts(NamedTuple):
    """Values by falling count, ties by value; `more` further values count at least one, `missing` stories have none."""

    values: tuple[ValueCount, ...]
    more: int
    missing: int


class Matches(NamedTuple):
    """The answer to a `Search`; `total`, and where asked for `first` and `last` day, are of all matching stories."""

    hits: tuple[Match, ...]
    total: int
    first: datetime.date | None = None
    last: datetime.date | None = None
    facets: Mapping[str, FacetCounts] = MappingProxyType({})


class TermScore(NamedTuple):
    """What one term of a query adds to a story's score: bm25(term_freq, length, average_length, idf) × weight."""

    term: str
    form: str
    term_freq: float
    document_freq: int
    idf: float
    length: float
    average_length: float
    weight: float
    score: float


class RelatedSearch(NamedTuple):
    """What is sought as related to a story.

    Attributes:
        id: the story's own, which is never among the answers.
        terms: the stems of its text with their counts.
        names: its canonical names.
        places: the values of its places and all they lie in.
        weights: the constants of the formula.
    """

    id: str
    terms: Mapping[str, int]
    names: tuple[str, ...]
    places: tuple[str, ...]
    date: datetime.date
    category: str | None
    weights: RelatedWeights
    limit: int | None = 10


class RelatedMatch(NamedTuple):
    """A related story with its score and the parts of the formula."""

    id: str
    score: float
    parts: RelatedParts


class Engine(Protocol):
    """One generation of an index, which never changes."""

    @property
    def generation(self) -> int:
        """The number of the commit that this is."""

    @property
    def digest(self) -> str:
        """What tells its stories from others; the same stories have the same."""

    @property
    def analyzer(self) -> Analyzer:
        """The analyzer that the index was made with."""

    @property
    def story_count(self) -> int:
        """How many stories there are."""

    def search(self, search: Search) -> Matches:
        """Match, score, sort and count.

        Raises:
            RequestError: if a pattern matches too many words.
        """

    def best_matched(self, parts: Sequence[Query], weights: Sequence[float], search: Search) -> tuple[int, ...]:
        """Return which of `parts` a single story matches that weigh most together, among the stories that match the search.

        The parts are given by their numbers, rising; of several equal choices the one with the earliest parts.
        """

    def explain(self, query: Query, story_id: str) -> tuple[TermScore, ...]:
        """Return what each term of the query adds to a story's score."""

    def related(self, search: RelatedSearch) -> tuple[RelatedMatch, ...]:
        """Return the stories of the highest score by `scoring.related_score`, ties by id.

        These share a word or a name with it, and their score is above 0.
        """

    def relatedness(self, searches: Sequence[RelatedSearch], ids: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return for each search the score of each of some stories by `scoring.related_score`; 0 where they share nothing.

        Raises:
            StoryMissing: if there is none of an id.
        """

    def stories(self, ids: Sequence[str]) -> tuple[Story, ...]:
        """Fetch stories.

        Raises:
            StoryMissing: if there is none of an id.
        """

    def story_at(self, address: str) -> Story | None:
        """Return the story that has this address, else one that had it before, of several the one of the smallest id.

        None if there is none.
        """

    def story_values(self, story_id: str) -> Mapping[str, Sequence[str]]:
        """Return the values that a story has of each facet but the date, in the story's order.

        Raises:
            StoryMissing: if there is no story of that id.
        """

    def story_names(self, story_id: str) -> tuple[ValueCount, ...]:
        """Return the canonical names of a story with their counts in the archive, in the story's order."""

    def story_places(self, story_id: str) -> tuple[ValueCount, ...]:
        """Return the places of a story and all they lie in, with their counts in the archive."""

    def shared(
        self, wanted: Mapping[str, Sequence[str]], ids: Sequence[str]
    ) -> Sequence[Mapping[str, tuple[str, ...]]]:
        """Return for each of some stories which of some values it has, in their order: by their facet, or "stem".

        Raises:
            StoryMissing: if there is none of an id.
        """

    def values(self, facet: str, typed: str, *, whole: bool = False) -> tuple[str, ...]:
        """Return the values of a facet that a typed one stands for: those spelt so, else those with all its words.

        With `whole` only those spelt so.
        """

    def frequency(self, word: str) -> int:
        """Return how many stories have a word in any of its forms, or several words beside each other."""

    def stem_counts(self, stems: Sequence[str]) -> Sequence[int]:
        """Return how many stories have each of some stems."""

    def neighbours(self, word: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Return the commonest exact terms one edit away from a word (accents folded), with their numbers of stories."""

    def complete(self, prefix: str, kind: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Return the commonest words or values that a folded prefix may become, and their numbers of stories.

        `kind` is "word" or a facet of values. A word begins with the prefix; a value has all its words, in any order, the
        last perhaps only begun.
        """
