"""Near duplicates: one report told twice, or told again with a word changed; folded where stories are shown, never counted out.

Two stories are near duplicates when they are at most `DUPLICATE_DAYS` apart and their resemblance, the share of the
shingles of either that both have, is at least `RESEMBLANCE`; a shingle is a run of three stems (Broder, "On the
resemblance and containment of documents", 1997).

The numbers were read off pairs drawn from an archive of 76,000 short reports. At a resemblance of 0.6 and more 15 of 18
pairs told of one event (“the toll rises to 44” and “… to 46” do), at 0.5 to 0.6 10 of 14, at 0.4 to 0.5 6 of 12: what
agencies word alike are often two elections, two candidates. Containment, the share of the shorter one's shingles, tells
worse: half of the pairs above 0.6 are different events. Of pairs 4 to 10 days apart less than two in three are one event.
"""

from searchidx.search.analysis import Analyzer, exact_terms
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

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._firsts: dict[int, list[tuple[int, Story]]] = {}
        self._shingles: dict[int, _Shingles] = {}

    def first(self, number: int, story: Story) -> int:
        """Take the story of a number; return the number of the one it is folded under, its own if it stands by itself."""
        day = story.date.toordinal()
        for near in range(day - DUPLICATE_DAYS, day + DUPLICATE_DAYS + 1):
            for other_number, other in self._firsts.get(near, ()):
                if resemblance(self._of(number, story), self._of(other_number, other)) >= RESEMBLANCE:
                    return other_number
        self._firsts.setdefault(day, []).append((number, story))
        return number

    def _of(self, number: int, story: Story) -> _Shingles:
        found = self._shingles.get(number)
        if found is None:
            stems = [self._analyzer.stem(exact) for exact in exact_terms(story.text)]
            found = frozenset(zip(stems, stems[1:], stems[2:], strict=False)) or frozenset([tuple(stems)])
            self._shingles[number] = found
        return found
