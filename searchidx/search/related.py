"""A story → the stories related to it, and why.

The ranking is `scoring.related_score`. An engine computes it without `company`, for which the best are looked at again here.
What comes last is presentation: near duplicates are folded under the best of them (`duplicates`), and no day fills the list.
"""

import datetime
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count, takewhile

from searchidx.errors import RequestError
from searchidx.search.analysis import POSSESSIVE, Analyzer, words_of
from searchidx.search.duplicates import MOST_FOLDED, Folding
from searchidx.search.engine import Engine, RelatedMatch, RelatedSearch, ValueCount
from searchidx.search.page import Reason, RelatedPage, RelatedStory
from searchidx.search.scoring import (
    HEADLINE_WEIGHT,
    SIDES,
    RelatedParts,
    RelatedWeights,
    Side,
    company,
    one_side,
    related_score,
)
from searchidx.stories import Story

#: The most stories of one day, as a share of the list.
DAY_SHARE = 0.3
#: How many of the most related stories are put in the order of time.
NEAREST_OF = 100
#: The most words in common that a reason names.
REASON_WORDS = 6
#: A word is too common to be named if more than this share of all stories have it, and more than this number of stories.
COMMON_SHARE, COMMON_COUNT = 0.05, 5
#: So many of the most related stories are put in order again, by how related they also are to the first few of them.
LOOKED_AT_AGAIN, COMPANIONS = 25, 3
#: How far down the ranking the list is filled from, as a multiple of its length, so that no day fills it.
_DEPTH = 4

_POSSESSIVE = re.compile(POSSESSIVE)


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
        limit: the most stories, 0 or more; None for all.
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

    seek = _nearest if by == "time" else related_matches
    ranking = _Ranking(engine, partial(seek, engine, story, weights), _depths(limit, by, plain=plain))
    if plain:
        groups = [[place] for place in takewhile(ranking.reaches, count() if limit is None else range(limit))]
    else:
        groups = _listed(ranking, limit, None if by == "time" else DAY_SHARE)
    reasons = _Reasons(engine, story, [ranking.matches[place].id for group in groups for place in group])
    found = tuple([_entry(ranking, reasons, group) for group in groups])
    return RelatedPage(story_id, engine.generation, found, weights)


def _depths(limit: int | None, by: Side | None, *, plain: bool) -> tuple[int | None, ...]:
    """Return how many of the most related stories to seek: what is nearly always enough, then how many if it was not."""
    if by == "time":
        return (NEAREST_OF,)
    return (limit,) if plain or limit is None else (limit + limit // 2, limit * _DEPTH)


def related_matches(engine: Engine, story: Story, weights: RelatedWeights, limit: int | None) -> Sequence[RelatedMatch]:
    """Return the plain ranking of the stories related to one, those that have anything in common with it."""
    if not weights.company:
        return engine.related(_sought(engine, story, weights, limit))
    # Fewer are the beginning of more: whatever the limit, as many are looked at again.
    found = engine.related(_sought(engine, story, weights, None if limit is None else max(limit, LOOKED_AT_AGAIN)))
    again = _with_company(engine, found[:LOOKED_AT_AGAIN], weights)
    return [*sorted(again, key=lambda match: (-match.score, match.id)), *found[LOOKED_AT_AGAIN:]][:limit]


def _with_company(engine: Engine, found: Sequence[RelatedMatch], weights: RelatedWeights) -> Iterator[RelatedMatch]:
    """Yield stories with what being related to the first few of them adds."""
    companions = found[:COMPANIONS]
    stories = engine.stories([match.id for match in companions])
    sought = [_sought(engine, story, weights, None) for story in stories]
    related_to = engine.relatedness(sought, [match.id for match in found])
    scores = [match.score for match in companions]
    for match, of_story in zip(found, zip(*related_to, strict=True), strict=True):
        others = [0.0 if of.id == match.id else score for of, score in zip(companions, of_story, strict=True)]
        parts = RelatedParts(*match.parts[:-1], company(scores, others))
        yield RelatedMatch(match.id, related_score(parts, weights), parts)


def _sought(engine: Engine, story: Story, weights: RelatedWeights, limit: int | None) -> RelatedSearch:
    values = engine.story_values(story.id)
    return RelatedSearch(
        id=story.id,
        terms=_stem_counts(story, engine.analyzer),
        names=tuple(values["entity"]),
        places=tuple(values["place"]),
        date=story.date,
        category=story.category,
        weights=weights,
        limit=limit,
    )


def _nearest(engine: Engine, story: Story, weights: RelatedWeights, limit: int | None) -> Sequence[RelatedMatch]:
    """Return the most related stories in the order of nearness."""
    # Sorting is stable: of stories of one day the more related come first.
    return sorted(related_matches(engine, story, weights, limit), key=lambda match: -match.parts.time)


def _entry(ranking: "_Ranking", reasons: "_Reasons", places: Sequence[int]) -> RelatedStory:
    """Return the first of some places as it is shown, with the others under it."""
    other, match = ranking[places[0]], ranking.matches[places[0]]
    similar = tuple([_entry(ranking, reasons, [place]) for place in places[1:]])
    return RelatedStory(other, match.score, reasons.of(other, match), similar)


def _stem_counts(story: Story, analyzer: Analyzer) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text, weight in ((story.headline, HEADLINE_WEIGHT), (story.body, 1)):
        for stem in analyzer.stems_of_text(text):
            counts[stem] = counts.get(stem, 0) + weight
    return counts


class _Ranking:
    """The stories related to one, best first, sought and fetched as far down as they are looked at.

    Args:
        engine: where they are fetched.
        seek: returns so many of the best, None for all; fewer are the beginning of more.
        depths: how many to seek, and how many where these are not enough.
    """

    def __init__(
        self, engine: Engine, seek: Callable[[int | None], Sequence[RelatedMatch]], depths: Iterable[int | None]
    ) -> None:
        self.matches: Sequence[RelatedMatch] = ()
        self._engine, self._deeper = engine, map(seek, depths)
        self._fetched: dict[int, Story] = {}

    def reaches(self, place: int) -> bool:
        """Whether there is a story at a place."""
        while place >= len(self.matches):
            deeper = next(self._deeper, None)
            if deeper is None:
                return False
            self.matches = deeper
        return True

    def __getitem__(self, place: int) -> Story:
        if place not in self._fetched:
            (self._fetched[place],) = self._engine.stories([self.matches[place].id])
        return self._fetched[place]

    def stems(self, place: int) -> Sequence[str]:
        """Return the stems of a story's text in order."""
        return self._engine.analyzer.stems_of_text(self[place].text)


# Presentation


def _listed(ranking: _Ranking, limit: int | None, day_share: float | None) -> list[list[int]]:
    """Return the places of the stories in the list, each with those of its near duplicates.

    The list is filled from the top of the ranking. A day that has had its share waits until all have been looked at;
    what is then missing is taken from those that wait.
    """
    length = sys.maxsize if limit is None else limit
    most = length if limit is None or day_share is None else max(1, math.floor(limit * day_share))
    listed: dict[int, list[int]] = {}
    waiting: dict[int, list[int]] = {}
    of_day: dict[datetime.date, int] = {}
    for place, first, day in _folded(ranking):
        if place != first:
            (listed if first in listed else waiting)[first].append(place)
        elif len(listed) == length:
            break
        else:
            of_day[day] = of_day.get(day, 0) + 1
            (listed if of_day[day] <= most else waiting)[place] = [place]
    missing = sorted(waiting)[: length - len(listed)]
    return [group for _, group in sorted((listed | {place: waiting[place] for place in missing}).items())]


def _folded(ranking: _Ranking) -> Iterator[tuple[int, int, datetime.date]]:
    """Yield the places of stories, best first, each with the place of the one it is folded under or its own, and its day."""
    folding = Folding(ranking.stems)
    for place in takewhile(ranking.reaches, count()):
        day = ranking[place].date
        yield place, (folding.first(place, day) if place < MOST_FOLDED else place), day


# Reasons


class _Reasons:
    """Says why some stories are related to one."""

    def __init__(self, engine: Engine, story: Story, others: Sequence[str]) -> None:
        self._date = story.date
        self._labels = {name.value: name.label for name in sorted(engine.story_names(story.id), key=_rarest)}
        self._words = _telling_words(engine, story)
        self._stems_of = {value: engine.analyzer.stems_of_text(label) for value, label in self._labels.items()}
        wanted = {"entity": tuple(self._labels), "stem": tuple(self._words)}
        self._shared = dict(zip(others, engine.shared(wanted, others), strict=True))

    def of(self, other: Story, match: RelatedMatch) -> Reason:
        """Return why another story is related."""
        shared, stems = self._shared[other.id]["entity"], self._shared[other.id]["stem"]
        said = {stem for value in shared for stem in self._stems_of[value]}
        words = [self._words[stem] for stem in stems if stem not in said]
        return Reason(
            shared=tuple([self._labels[value] for value in shared]),
            words=tuple(words[:REASON_WORDS]),
            days=abs((other.date - self._date).days),
            parts=match.parts,
        )


def _rarest(name: ValueCount) -> tuple[int, str]:
    return name.count, name.value


def _telling_words(engine: Engine, story: Story) -> dict[str, str]:
    """Return the words of a story that are not too common to be named, rarest first, by their stems."""
    words = words_of(story.text)
    # The first word of a stem is written last, and stays.
    first = dict(zip(reversed(engine.analyzer.stems_of_text(story.text)), reversed(words), strict=True))
    most = max(COMMON_SHARE * engine.story_count, COMMON_COUNT)
    stems = [stem for stem in first if len(stem) > 1]
    rarest = sorted(zip(engine.stem_counts(stems), stems, strict=True))
    return {stem: _POSSESSIVE.sub("", first[stem]) for count, stem in rarest if count <= most}
