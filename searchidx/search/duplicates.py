"""Near duplicates: one report told twice, or told again with a word changed; folded where stories are shown, never counted out.

Two stories are near duplicates when they are at most `DUPLICATE_DAYS` apart and their resemblance, the share of the
shingles of either that both have, is at least `RESEMBLANCE`; a shingle is a run of three stems (Broder, "On the
resemblance and containment of documents", 1997).

The numbers were read off pairs drawn from an archive of 76,000 short reports. At a resemblance of 0.6 and more 15 of 18
pairs told of one event (“the toll rises to 44” and “… to 46” do), at 0.5 to 0.6 10 of 14, at 0.4 to 0.5 6 of 12: what
agencies word alike are often two elections, two candidates. Containment, the share of the shorter one's shingles, tells
worse: half of the pairs above 0.6 are different events. Of pairs 4 to 10 days apart less than two in three are one event.
"""

import datetime
from collections.abc import Sequence
from itertools import pairwise

from searchidx.search.analysis import Analyzer, words_of
from searchidx.stories import Story

DUPLICATE_DAYS = 3
RESEMBLANCE = 0.6

_Shingles = frozenset[tuple[str, ...]]


def resemblance(one: _Shingles, other: _Shingles) -> float:
    """Return the share of the shingles of either that both have."""
    both = len(one & other)
    return both / (len(one) + len(other) - both)


class Folding:
    """Stories as they come, each under the first of those before that it nearly duplicates."""

    def __init__(self) -> None:
        self._firsts: dict[int, list[tuple[int, _Shingles]]] = {}

    def first(self, number: int, date: datetime.date, stems: Sequence[str]) -> int:
        """Take a story's number, day and stems; return the number of the one it is folded under, its own for none."""
        runs: set[tuple[str, ...]] = set(zip(stems, stems[1:], stems[2:], strict=False))
        shingles = frozenset(runs or [tuple(stems)])
        day = date.toordinal()
        for near in range(day - DUPLICATE_DAYS, day + DUPLICATE_DAYS + 1):
            for other, of_other in self._firsts.get(near, ()):
                if resemblance(shingles, of_other) >= RESEMBLANCE:
                    return other
        self._firsts.setdefault(day, []).append((number, shingles))
        return number


def fold(stories: Sequence[Story], analyzer: Analyzer) -> list[int]:
    """Return for each story the place of the one it is folded under, its own if it stands by itself."""
    firsts = list(range(len(stories)))
    folding = Folding()
    for place in _with_neighbours([story.date.toordinal() for story in stories]):
        story = stories[place]
        firsts[place] = folding.first(place, story.date, analyzer.stems(words_of(story.text)))
    return firsts


def _with_neighbours(days: Sequence[int]) -> list[int]:
    """Return the places of the days that have another one near enough: no other story needs to be looked into."""
    order = sorted(range(len(days)), key=days.__getitem__)
    near = [pair for pair in pairwise(order) if days[pair[1]] - days[pair[0]] <= DUPLICATE_DAYS]
    return sorted({place for pair in near for place in pair})
