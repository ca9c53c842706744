"""What is answered: a page of hits, how the query was understood, and the facets.

The parts of an answer are named tuples, as a story is. A page has hundreds of them, and a frozen dataclass takes several
times as long to make; so does its class, and every command waits for that.
"""

import datetime
from collections.abc import Mapping
from itertools import pairwise
from textwrap import shorten
from types import MappingProxyType
from typing import NamedTuple

from searchidx.search.request import Request
from searchidx.search.scoring import RelatedParts, RelatedWeights
from searchidx.stories import Story


class Snippet(NamedTuple):
    """The part of a story's text that is shown, and the ranges in it that match, in code points."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


class Hit(NamedTuple):
    """A story that answers a query.

    Attributes:
        headline: the ranges of the story's headline that match.
        snippet: of the body; the whole body where it is short.
        similar: the ids of hits further down the page that are near duplicates of this one, to be folded under it.
    """

    story: Story
    score: float
    headline: tuple[tuple[int, int], ...]
    snippet: Snippet
    similar: tuple[str, ...] = ()


class FacetValue(NamedTuple):
    """A value, how many of the hits have it, and whether it is picked or excluded ("selected", "excluded", None)."""

    value: str
    label: str
    count: int  # type: ignore[assignment] # hides a method of tuples that nobody calls
    picked: str | None = None
    children: tuple["FacetValue", ...] = ()

    @property
    def selected(self) -> bool:
        """Whether the value is picked."""
        return self.picked == "selected"


class UnderstoodSpan(NamedTuple):
    """Date words of a query and the days they were taken for, both ends in; None where an end is open."""

    words: str
    first: datetime.date | None
    last: datetime.date | None


class Correction(NamedTuple):
    """A word that no story has, and the words that were sought in its place; `exact` is a query without them."""

    word: str
    alternatives: tuple[str, ...]
    exact: str


#: How many of the missing words `Relaxed` names; a long question may have dozens, and all its words stand before them.
_NAMED = 4


class Relaxed(NamedTuple):
    """No story has all words of the query: those shown have `found` of its telling words.

    Attributes:
        words: the telling words, without those that only make a question.
        dropped: the words that none of the stories shown on this page has.
    """

    found: int
    words: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def of(self) -> int:
        """How many words there are."""
        return len(self.words)

    def __str__(self) -> str:
        """Return what readers are told."""
        words = ", ".join(self.words)
        if self.found == self.of:
            return f"sought: {words}, without the words that only make a question"
        named, more = self.dropped[:_NAMED], len(self.dropped[_NAMED:])
        missing = f"{', '.join(named)} or {more} more" if more else " or ".join(named)
        without = f", and none has {missing}" if named else ""
        return f"no story has {'both' if self.of == 2 else 'all'} of {words}; these have {self.found}{without}"


class Understanding(NamedTuple):
    """How a query text was read; `parsed` is the query as it would be typed in full."""

    text: str
    parsed: str
    spans: tuple[UnderstoodSpan, ...] = ()
    corrections: tuple[Correction, ...] = ()
    relaxed: Relaxed | None = None
    warnings: tuple[str, ...] = ()


class Facet(NamedTuple):
    """The counted values of one field; `more` values are not shown, `missing` hits have none."""

    values: tuple[FacetValue, ...]
    more: int
    missing: int


class DidYouMean(NamedTuple):
    """A query close to the one typed, with more hits under the same filters."""

    query: str
    total: int


#: How much of a phrase is repeated.
_SHOWN = 100


class WayOut(NamedTuple):
    """What a request would find if one thing in it were otherwise.

    Attributes:
        kind: "without" what `part` says, or with "prefix": words that begin so, or "apart": the words of a phrase; "only" it;
            "in" a month or a year; or "before" a day.
        part: the word, phrase, value or date as it is typed.
        request: the other request.
        total: what that one finds.
    """

    kind: str
    part: str
    request: Request
    total: int

    def __str__(self) -> str:
        """Return what readers are told."""
        match self.kind:
            case "prefix":
                return f"with words that begin {self.part}"
            case "apart":
                return f"with words of {shorten(self.part, _SHOWN, placeholder='…')} apart from each other"
            case _:
                return f"{self.kind} {self.part}"


class OtherName(NamedTuple):
    """Words of a request that are another name of a place or a name of the archive, and what it finds under that.

    Attributes:
        words: as typed.
        name: the value of the facet, as the archive calls it.
        request: the one that asks for the value in place of the words.
        total: what that one finds.
    """

    words: str
    name: str
    request: Request
    total: int


class AlsoWritten(NamedTuple):
    """Other ways to write words of a request, and what it finds with any of them.

    Attributes:
        words: the other ways: as two words or as one, or a name in another spelling.
        request: the one that asks for any.
        total: what that one finds.
    """

    words: tuple[str, ...]
    request: Request
    total: int


class WaysOn(NamedTuple):
    """What else could be asked in place of a request, beside what was perhaps meant (`Page.did_you_mean`)."""

    other_name: OtherName | None = None
    also_written: AlsoWritten | None = None
    ways_out: tuple[WayOut, ...] = ()


class Page(NamedTuple):
    """A page of the answer to a request.

    Attributes:
        first, last: the days of the earliest and the latest hit, None without hits.
        next_cursor: where the next page begins, None on the last.
    """

    total: int
    generation: int
    query: Understanding
    hits: tuple[Hit, ...]
    facets: Mapping[str, Facet] = MappingProxyType({})
    first: datetime.date | None = None
    last: datetime.date | None = None
    next_cursor: str | None = None
    did_you_mean: DidYouMean | None = None


class Reason(NamedTuple):
    """Why a story is related: names in common (rarest first), words in common (weightiest first), days between."""

    shared: tuple[str, ...]
    words: tuple[str, ...]
    days: int
    parts: RelatedParts


class RelatedStory(NamedTuple):
    """A story related to another, with its reason; `similar` are near duplicates folded under it."""

    story: Story
    score: float
    reason: Reason
    similar: tuple["RelatedStory", ...] = ()


class RelatedPage(NamedTuple):
    """The stories related to one, best first, and the constants of the formula that says so."""

    id: str
    generation: int
    related: tuple[RelatedStory, ...]
    weights: RelatedWeights = RelatedWeights()


class StoryLine(NamedTuple):
    """What came before and after a story, the nearest of each, all in the order of time (day, then id).

    Attributes:
        topic: the ongoing topic they belong to; None for stories that were recognised as linked.
        total: how many stories the whole line has, this one too.
    """

    topic: str | None
    story: Story
    before: tuple[Story, ...]
    after: tuple[Story, ...]
    total: int

    def steps(self) -> tuple[tuple[Story, int], ...]:
        """Return the stories of the line, this one in its place, each with the days since the one before it."""
        stories = (*self.before, self.story, *self.after)
        days = (0, *((later.date - earlier.date).days for earlier, later in pairwise(stories)))
        return tuple(zip(stories, days, strict=True))


class Completion(NamedTuple):
    """A way to go on from what is typed: its kind (word, place, entity, topic, day), the text, and how many stories have it."""

    kind: str
    text: str
    count: int  # type: ignore[assignment] # hides a method of tuples that nobody calls
