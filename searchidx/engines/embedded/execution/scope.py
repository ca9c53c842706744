"""The segments of a generation as one, with the statistics that scores need."""

from collections.abc import Sequence
from functools import cached_property

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution.view import View
from searchidx.search.analysis import Analyzer
from searchidx.search.scoring import idf


class Scope:
    """The segments of a generation, with the statistics that scores need: of living stories, and of all segments."""

    def __init__(self, views: Sequence[View], analyzer: Analyzer) -> None:
        self.views = tuple(views)
        self.analyzer = analyzer
        self.story_count = sum(view.living_count for view in self.views)

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

    def idf(self, document_freq: int) -> float:
        """Return the idf of a term that so many stories have."""
        return idf(document_freq, self.story_count)
