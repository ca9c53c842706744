"""The segments of a generation as one, with the statistics that scores need."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution.view import View
from searchidx.search.analysis import Analyzer
from searchidx.search.remembered import Remembered
from searchidx.search.scoring import idf

#: Stands where the exact form of a word is not sought: no text has it.
_NO_FORM = ""


class Stem(NamedTuple):
    """What is known of a stem: its posting list in each view, -1 for none; how many living stories have it; its idf."""

    lists: tuple[int, ...]
    document_freq: int
    idf: float


class Scope:
    """The segments of a generation, with the statistics that scores need: of living stories, and of all segments."""

    def __init__(self, views: Sequence[View], analyzer: Analyzer) -> None:
        self.views = tuple(views)
        self.analyzer = analyzer
        self.story_count = sum(view.living_count for view in self.views)
        #: The idf of a term that so many stories have, remembered: each word of a query asks for two.
        self.idf: Callable[[int], float] = Remembered(partial(idf, story_count=self.story_count)).__getitem__

    @cached_property
    def average_length(self) -> float:
        """The average length of a story; 1 where there is no word at all."""
        total = sum(view.total_length for view in self.views)
        return total / self.story_count if total else 1.0

    @cached_property
    def norms(self) -> tuple[kernels.Scores, ...]:
        """For each view, what each code of a posting adds to a score with weight 1."""
        return tuple(view.norms(self.average_length) for view in self.views)

    @cached_property
    def lists(self) -> tuple[kernels.Lists, ...]:
        """For each view, its posting lists."""
        return tuple(view.lists(norms) for view, norms in zip(self.views, self.norms, strict=True))

    @cached_property
    def stems(self) -> Remembered[str, Stem]:
        """What is known of each stem, remembered: related stories and their reasons ask for the same again and again."""
        # Of what it needs alone: a method would keep the scope alive, and with it the files of its generation.
        return Remembered(partial(_find_stem, self.lists, self.story_count))


def _find_stem(of_views: Sequence[kernels.Lists], story_count: int, stem: str) -> Stem:
    found = [lists.find(stem, _NO_FORM) for lists in of_views]
    document_freq = sum([having for _, _, having, _ in found])
    return Stem(tuple([number for number, _, _, _ in found]), document_freq, idf(document_freq, story_count))
