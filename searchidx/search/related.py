"""A story → the stories related to it, and why.

The ranking is `scoring.related_score`; an engine computes it. What is done here comes last and is presentation: near
duplicates are folded under the best of them (`duplicates`), and no day fills the list.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from searchidx.errors import RequestError
from searchidx.search.analysis import POSSESSIVE, Analyzer, words_of
from searchidx.search.duplicates import Folding
from searchidx.search.engine import Engine, RelatedMatch, RelatedSearch
from searchidx.search.page import Reason, RelatedPage, RelatedStory
from searchidx.search.scoring import HEADLINE_WEIGHT, SIDES, RelatedWeights, Side, one_side
from searchidx.stories import Story

#: The most stories of one day, as a share of the list.
DAY_SHARE = 0.3
#: How many of the most related stories are put in the order of time.
NEAREST_OF = 100
#: The most words in common that a reason names. A word is too common to be named that more than this share of all
#: stories have, and more than so many stories.
REASON_WORDS = 6
COMMON_SHARE, COMMON_COUNT = 0.05, 5
#: How far down the ranking the list is filled from, as a multiple of its length, so that no day fills it.
_DEPTH = 4
#: Near duplicates are folded among so many of the best.
_FOLDED = 200


def related(
    engine: Engine,
    story_id: str,
    *,
    limit: int | None = 10,
    by: Side | None = None,
    plain: bool = False,
    weights: RelatedWeights | None = None,
) -> RelatedPage:
    """Return the stories related to one, best first, each with its reason.

    Args:
        engine: the archive.
        story_id: the story.
        limit: the most stories, None for all.
        by: one side alone: "words", or "names" with places; "time" puts the most related in the order of nearness.
        plain: whether to give the ranking as it is, with near duplicates and any number of stories of one day.
        weights: the constants of the formula.

    Raises:
        StoryMissing: if there is no story of that id.
        RequestError: if there is no such side.
    """
    if by is not None and by not in SIDES:
        raise RequestError(f"stories are not related by {by!r}; choose one of {', '.join(SIDES)}", parameter="by")
    (story,) = engine.stories([story_id])
    weights = weights or RelatedWeights()
    if by is not None:
        weights = one_side(weights, by)
    depth = limit if plain or limit is None else limit * _DEPTH
    matches = related_matches(engine, story, weights, NEAREST_OF if by == "time" else depth)
    if by == "time":
        # Sorting is stable: of stories of one day the more related come first.
        matches = sorted(matches, key=lambda match: -match.parts.time)
    others = _Others(engine, matches)
    if plain:
        groups = [[place] for place in range(len(matches))][:limit]
    else:
        groups = _listed(others, limit, None if by == "time" else DAY_SHARE)
    reasons = _Reasons(engine, story)

    def entry(place: int, similar: Sequence[int] = ()) -> RelatedStory:
        other, match = others[place], matches[place]
        return RelatedStory(other.story, match.score, reasons.of(other, match), tuple(map(entry, similar)))

    found = tuple(entry(best, similar) for best, *similar in groups)
    return RelatedPage(story_id, engine.generation, found, weights)


def related_matches(engine: Engine, story: Story, weights: RelatedWeights, limit: int | None) -> Sequence[RelatedMatch]:
    """Return the plain ranking of the stories related to one, those that have anything in common with it."""
    wanted = RelatedSearch(
        id=story.id,
        terms=_stem_counts(story, engine.analyzer),
        names=tuple(name.value for name in engine.story_names(story.id)),
        places=tuple(place.value for place in engine.story_places(story.id)),
        date=story.date,
        category=story.category,
        weights=weights,
        limit=limit,
    )
    return [match for match in engine.related(wanted) if match.score > 0]


def _stem_counts(story: Story, analyzer: Analyzer) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, weight in ((story.headline, HEADLINE_WEIGHT), (story.body, 1)):
        for stem in analyzer.stems(words_of(text)):
            counts[stem] += weight
    return counts


@dataclass(frozen=True, slots=True)
class _Other:
    """A story of the ranking, its words as they stand in it, and the stem of each."""

    story: Story
    words: Sequence[str]
    stems: Sequence[str]


class _Others:
    """The stories of a ranking, fetched as they are looked at."""

    def __init__(self, engine: Engine, matches: Sequence[RelatedMatch]) -> None:
        self._engine, self._matches = engine, matches
        self._fetched: dict[int, _Other] = {}

    def __len__(self) -> int:
        return len(self._matches)

    def __getitem__(self, place: int) -> _Other:
        if place not in self._fetched:
            (story,) = self._engine.stories([self._matches[place].id])
            words = words_of(story.text)
            self._fetched[place] = _Other(story, words, self._engine.analyzer.stems(words))
        return self._fetched[place]


# Presentation


def _listed(others: _Others, limit: int | None, day_share: float | None) -> list[list[int]]:
    """Return the places of the stories in the list, each with those of its near duplicates.

    The list is filled from the top of the ranking. A day that has had its share waits until all have been looked at;
    what is then missing is taken from those that wait.
    """
    length = len(others) if limit is None else limit
    most = length if limit is None or day_share is None else max(1, math.floor(limit * day_share))
    listed: dict[int, list[int]] = {}
    waiting: dict[int, list[int]] = {}
    of_day: Counter[object] = Counter()
    for place, first in _folded(others):
        if place != first:
            (listed if first in listed else waiting)[first].append(place)
        elif len(listed) == length:
            break
        else:
            day = others[place].story.date
            of_day[day] += 1
            (listed if of_day[day] <= most else waiting)[place] = [place]
    missing = sorted(waiting)[: length - len(listed)]
    return [group for _, group in sorted((listed | {place: waiting[place] for place in missing}).items())]


def _folded(others: _Others) -> Iterator[tuple[int, int]]:
    """Yield the places of stories, best first, each with the place of the one it is folded under or its own."""
    folding = Folding()
    for place in range(len(others)):
        other = others[place]
        yield place, folding.first(place, other.story.date, other.stems) if place < _FOLDED else place


# Reasons


class _Reasons:
    """Says why stories are related to one."""

    def __init__(self, engine: Engine, story: Story) -> None:
        self._engine, self._story, self._analyzer = engine, story, engine.analyzer
        self._names = {name.value for name in engine.story_names(story.id)}
        self._stems = set(self._analyzer.stems(words_of(story.text)))
        self._common = max(COMMON_SHARE * engine.story_count, COMMON_COUNT)

    def of(self, other: _Other, match: RelatedMatch) -> Reason:
        """Return why another story is related."""
        # A story without names in common has none to be looked at.
        named = self._engine.story_names(other.story.id) if match.parts.names else ()
        common = sorted((name.count, name.value, name.label) for name in named if name.value in self._names)
        shared = tuple(label for _, _, label in common)
        return Reason(
            shared=shared,
            words=self._words(other, shared),
            days=abs((other.story.date - self._story.date).days),
            parts=match.parts,
        )

    def _words(self, other: _Other, shared: Sequence[str]) -> tuple[str, ...]:
        """Return the rarest words in common, as the other story has them, that no shared name says already."""
        found = self._stems.intersection(other.stems)
        for name in shared:
            found.difference_update(self._analyzer.stems(words_of(name)))
        words = {stem: other.words[other.stems.index(stem)] for stem in found if len(stem) > 1}
        rarest = sorted((self._engine.frequency(word), stem) for stem, word in words.items())[:REASON_WORDS]
        return tuple(re.sub(POSSESSIVE, "", words[stem]) for count, stem in rarest if count <= self._common)
