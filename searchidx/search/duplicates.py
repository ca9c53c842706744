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
from collections.abc import Callable, Sequence

from searchidx.search.analysis import Analyzer
from searchidx.stories import Story

DUPLICATE_DAYS = 3
RESEMBLANCE = 0.6
#: Near duplicates are looked for among so many stories at the most.
MOST_FOLDED = 200

_Shingles = frozenset[tuple[str, ...]]


def resemblance(one: _Shingles, other: _Shingles) -> float:
    """Return the share of the shingles of either that both have."""
    both = len(one & other)
    return both / (len(one) + len(other) - both)


class Folding:
    """Stories in an order, each under the first of those before it that it nearly duplicates and that is under none itself.

    Args:
        stems: gives a story's stems by its number; only asked for where another story is near enough.
    """

    def __init__(self, stems: Callable[[int], Sequence[str]]) -> None:
        self._day_of_first: dict[int, int] = {}
        self._stems = stems
        self._shingles: dict[int, _Shingles] = {}

    def first(self, number: int, date: datetime.date) -> int:
        """Return the number of the story that the next one is folded under, its own for none; numbers rise from call to call."""
        day = date.toordinal()
        for other, of_other in self._day_of_first.items():
            if abs(of_other - day) <= DUPLICATE_DAYS and resemblance(self._of(number), self._of(other)) >= RESEMBLANCE:
                return other
        self._day_of_first[number] = day
        return number

    def _of(self, number: int) -> _Shingles:
        if number not in self._shingles:
            stems = self._stems(number)
            runs: _Shingles = frozenset(zip(stems, stems[1:], stems[2:], strict=False))
            self._shingles[number] = runs or frozenset([tuple(stems)])
        return self._shingles[number]


def fold(stories: Sequence[Story], analyzer: Analyzer) -> list[int]:
    """Return for each story the place of the one it is folded under, its own if it stands by itself."""
    folding = Folding(lambda place: analyzer.stems_of_text(stories[place].text))
    return [folding.first(place, story.date) for place, story in enumerate(stories)]
