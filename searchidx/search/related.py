"""A story → the stories related to it, and why.

The ranking is `scoring.related_score`; an engine computes it. What is done here comes last and is presentation: near
duplicates are folded under the best of them, and no day fills the list.

Two stories are near duplicates when they are at most `DUPLICATE_DAYS` apart and the shorter one shares at least
`DUPLICATE_SHARE` of its shingles, the runs of three stems (Broder, "On the resemblance and containment of documents",
1997), with the other.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from searchidx.search.analysis import POSSESSIVE, Analyzer, exact_term, exact_terms, words
from searchidx.search.engine import Engine, RelatedMatch, RelatedSearch
from searchidx.search.page import Reason, RelatedPage, RelatedStory
from searchidx.search.scoring import HEADLINE_WEIGHT, RelatedWeights, idf
from searchidx.stories import Story

#: How far apart near duplicates can be, and the share of the shorter one's shingles that they have in common.
DUPLICATE_DAYS = 3
DUPLICATE_SHARE = 0.6
#: The most stories of one day, as a share of the list.
DAY_SHARE = 0.3
#: The most words in common that a reason names. A word is too common to be named that more than this share of all
#: stories have, and more than so many stories.
REASON_WORDS = 6
COMMON_SHARE, COMMON_COUNT = 0.05, 5
#: How many stories are looked at for each that is shown.
_DEPTH = 4

_Shingles = frozenset[tuple[str, ...]]


def related(
    engine: Engine,
    story_id: str,
    *,
    limit: int | None = 10,
    plain: bool = False,
    weights: RelatedWeights | None = None,
) -> RelatedPage:
    """Return the stories related to one, best first, each with its reason.

    Args:
        engine: the archive.
        story_id: the story.
        limit: the most stories, None for all.
        plain: whether to give the ranking as it is, with near duplicates and any number of stories of one day.
        weights: the constants of the formula.

    Raises:
        StoryMissing: if there is no story of that id.
    """
    (story,) = engine.stories([story_id])
    depth = limit if plain or limit is None else limit * _DEPTH
    matches = engine.related(_search(engine, story, depth, weights or RelatedWeights()))
    others = engine.stories([match.id for match in matches])
    groups = [[i] for i in range(len(matches))]
    if not plain:
        groups = _folded(others, engine.analyzer)
        groups = groups if limit is None else _spread(groups, others, limit)
    reasons = _Reasons(engine, story)

    def entry(i: int, similar: Iterable[int] = ()) -> RelatedStory:
        reason = reasons.of(others[i], matches[i])
        return RelatedStory(others[i], matches[i].score, reason, tuple(entry(j) for j in similar))

    return RelatedPage(story_id, engine.generation, tuple(entry(best, similar) for best, *similar in groups))


def _search(engine: Engine, story: Story, limit: int | None, weights: RelatedWeights) -> RelatedSearch:
    return RelatedSearch(
        id=story.id,
        terms=_stem_counts(story, engine.analyzer),
        names=tuple(name.value for name in engine.story_names(story.id)),
        places=tuple(place.value for place in engine.story_places(story.id)),
        date=story.date,
        category=story.category,
        weights=weights,
        limit=limit,
    )


def _stem_counts(story: Story, analyzer: Analyzer) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text, weight in ((story.headline, HEADLINE_WEIGHT), (story.body, 1)):
        for exact in exact_terms(text):
            counts[analyzer.stem(exact)] += weight
    return counts


# Presentation


def _folded(stories: Sequence[Story], analyzer: Analyzer) -> list[list[int]]:
    """Return positions of stories in groups of near duplicates, best first, each under the first of its group."""
    shingles = [_shingles(story, analyzer) for story in stories]
    groups: list[list[int]] = []
    of_day: dict[int, list[list[int]]] = {}
    for i, story in enumerate(stories):
        day = story.date.toordinal()
        near = (group for d in range(day - DUPLICATE_DAYS, day + DUPLICATE_DAYS + 1) for group in of_day.get(d, ()))
        group = next((group for group in near if _share(shingles[i], shingles[group[0]]) >= DUPLICATE_SHARE), None)
        if group is not None:
            group.append(i)
        else:
            groups.append([i])
            of_day.setdefault(day, []).append(groups[-1])
    return groups


def _shingles(story: Story, analyzer: Analyzer) -> _Shingles:
    stems = [analyzer.stem(exact) for exact in exact_terms(story.text)]
    return frozenset(zip(stems, stems[1:], stems[2:], strict=False)) or frozenset([tuple(stems)])


def _share(one: _Shingles, other: _Shingles) -> float:
    return len(one & other) / min(len(one), len(other))


def _spread(groups: list[list[int]], stories: Sequence[Story], limit: int) -> list[list[int]]:
    """Return the first groups such that no day has more than its share, unless there are no others."""
    most = max(1, math.floor(limit * DAY_SHARE))
    taken: list[list[int]] = []
    left: list[list[int]] = []
    of_day: Counter[object] = Counter()
    for group in groups:
        day = stories[group[0]].date
        of_day[day] += 1
        (taken if of_day[day] <= most else left).append(group)
    return sorted((taken + left)[:limit])


# Reasons


class _Reasons:
    """Says why stories are related to one."""

    def __init__(self, engine: Engine, story: Story) -> None:
        self._engine, self._story = engine, story
        self._names = {name.value: name for name in engine.story_names(story.id)}
        self._stems = _stem_counts(story, engine.analyzer)
        self._weights: dict[str, float] = {}

    def of(self, other: Story, match: RelatedMatch) -> Reason:
        """Return why another story is related."""
        common = [name for name in self._engine.story_names(other.id) if name.value in self._names]
        shared = tuple(name.label for name in sorted(common, key=lambda name: (name.count, name.value)))
        return Reason(
            shared=shared,
            words=self._words(other, shared),
            days=abs((other.date - self._story.date).days),
            parts=match.parts,
        )

    def _words(self, other: Story, shared: Sequence[str]) -> tuple[str, ...]:
        """Return the weightiest words in common, as the other story has them, that no shared name says already."""
        stem = self._engine.analyzer.stem
        said = {stem(exact) for name in shared for exact in exact_terms(name)}
        found: dict[str, str] = {}
        for match in words(other.text):
            term = stem(exact_term(match[0]))
            if term in self._stems and term not in said and len(term) > 1:
                found.setdefault(term, match[0])
        weighed = sorted((-self._weight(term, word), term) for term, word in found.items())
        return tuple(re.sub(POSSESSIVE, "", found[term]) for weight, term in weighed[:REASON_WORDS] if weight)

    def _weight(self, term: str, word: str) -> float:
        """Return a word's idf, 0 for one that too many stories have."""
        if term not in self._weights:
            frequency, count = self._engine.frequency(word), self._engine.story_count
            self._weights[term] = idf(frequency, count) if frequency <= max(COMMON_SHARE * count, COMMON_COUNT) else 0.0
        return self._weights[term]
