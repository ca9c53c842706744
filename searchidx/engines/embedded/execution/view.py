"""A segment as one generation sees it: with its deletions, and with scores by the generation's average length."""

from functools import cached_property

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.kernels import Array
from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.engines.embedded.snapshot.segment import Segment, as_days
from searchidx.search.engine import Match
from searchidx.search.scoring import HEADLINE_WEIGHT, bm25


class View:
    """A segment and which of its documents live.

    Args:
        segment: the segment.
        deleted: the numbers of its deleted documents, rising.

    Attributes:
        living: for each document whether it lives; None where all do.
    """

    def __init__(self, segment: Segment, deleted: Array) -> None:
        self.segment, self.deleted = segment, deleted
        self.living: NDArray[np.bool_] | None = None
        if len(deleted):
            self.living = np.ones(segment.count, np.bool_)
            self.living[deleted] = False

    @cached_property
    def size(self) -> int:
        """The number of documents, deleted ones too."""
        return self.segment.count

    @property
    def living_count(self) -> int:
        """The number of living documents."""
        return self.segment.count - len(self.deleted)

    @cached_property
    def total_length(self) -> int:
        """The sum of the living documents' lengths."""
        lengths = self.segment.lengths
        return int(lengths.sum(dtype=np.int64)) - int(lengths[self.deleted].sum(dtype=np.int64))

    def alive(self, documents: Array) -> Array:
        """Return those of some documents that live."""
        return documents if self.living is None else kernels.keep(documents, self.living)

    def lives(self, document: int) -> bool:
        """Whether a document lives."""
        return self.living is None or bool(self.living[document])

    @cached_property
    def months(self) -> NDArray[np.int64]:
        """The month of each distinct day, counted from January of the year 0."""
        return as_days(self.segment.days).astype("datetime64[M]").astype(np.int64) + 12 * 1970

    @cached_property
    def value_counts(self) -> Array:
        """How many names, places and categories each document has, a row each; 1 where it has none, to be divided by."""
        columns = [self.segment.facets[facet] for facet in ("entity", "place", "category")]
        counts = np.maximum([np.bincount(column.documents, minlength=self.size) for column in columns], 1)
        return counts.astype(np.uint16 if counts.max(initial=0) < 1 << 16 else np.int32)

    @cached_property
    def longest(self) -> int:
        """The largest length of a document."""
        return int(self.segment.lengths.max(initial=0))

    @cached_property
    def years(self) -> tuple[list[str], Array]:
        """The years that have a day, and the place of the first day of each."""
        years, starts = np.unique(self.months // 12, return_index=True)
        return [f"{year:04d}" for year in years.tolist()], starts

    def norms(self, average_length: float) -> NDArray[np.float64]:
        """Return what each code of a posting adds to a score with weight 1."""
        array = self.segment.array
        frequencies = HEADLINE_WEIGHT * array("codes.headline").astype(np.float64) + array("codes.body")
        norms: NDArray[np.float64] = bm25(frequencies, array("codes.lengths"), average_length, 1.0)  # type: ignore[arg-type, assignment]
        return norms

    def lists(self, norms: NDArray[np.float64]) -> kernels.Lists:
        """Return the posting lists with what each code adds to a score with weight 1."""
        segment = self.segment
        return kernels.Lists(
            lists=segment.lists,
            documents=segment.documents,
            codes=segment.codes,
            norms=norms,
            stems=segment.stems.arrays,
            exact=segment.exact.arrays,
            exact_lists=segment.exact_lists,
            ids=segment.ids.arrays[1:],
            day_of=segment.day_of,
            dates=segment.dates,
            living=self.living,
            deleted=self.deleted,
            row=Match,
        )

    @cached_property
    def positions(self) -> kernels.Positions:
        """The words' positions."""
        return self.segment.position_lists, self.segment.positions, self.segment.bases

    def postings(self, number: int) -> tuple[Array, Array]:
        """Return documents and codes of a posting list."""
        segment = self.segment
        start, end = segment.list_places(number)
        return segment.documents[start:end], segment.codes[start:end]

    def living_in(self, documents: Array) -> int:
        """Return how many of some rising documents live."""
        if self.living is None:
            return len(documents)
        if len(self.deleted) < len(documents):
            places = np.searchsorted(documents, self.deleted)
            places[places == len(documents)] = 0
            return len(documents) - int(np.count_nonzero(documents[places] == self.deleted))
        return int(np.count_nonzero(self.living[documents]))

    def living_counts(self, offsets: Array, documents: Array, numbers: Array) -> NDArray[np.int64]:
        """Return how many living documents each of some lists has; list l is documents[offsets[l]:offsets[l + 1]]."""
        starts = offsets[numbers].astype(np.int64)
        sizes: NDArray[np.int64] = offsets[numbers + 1] - starts
        if self.living is None:
            return sizes
        lists = (documents[start : start + size] for start, size in zip(starts, sizes, strict=True))
        return np.fromiter(map(self.living_in, lists), np.int64, len(starts))

    def document(self, story_id: str) -> int:
        """Return the living document of a story, -1 if there is none here."""
        number = self.segment.ids.find(story_id)
        return number if number >= 0 and self.lives(number) else -1
