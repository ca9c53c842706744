"""The generation that a writer is making: its segments, and what of them lives."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from searchidx.engines.embedded.directory import SegmentEntry
from searchidx.engines.embedded.snapshot.merge import Source
from searchidx.engines.embedded.snapshot.segment import Segment


@dataclass
class DraftSegment:
    """A segment of the generation to be, and which of its documents are deleted.

    Attributes:
        before: the documents that were deleted in the generation before; none in a segment that is not committed yet.
        deleted: the documents that are deleted now, those `before` too.
        committed: whether the generation before has the segment.
    """

    entry: SegmentEntry
    segment: Segment
    before: frozenset[int] = frozenset()
    deleted: set[int] = field(default_factory=set)
    committed: bool = False

    def find(self, story_id: str) -> int:
        """Return the number of a story's living document, -1 if there is none."""
        if not self._first_id <= story_id <= self._last_id:
            return -1
        number = self.segment.ids.find(story_id)
        return -1 if number in self.deleted else number

    @cached_property
    def _first_id(self) -> str:
        return self.segment.ids[0]

    @cached_property
    def _last_id(self) -> str:
        return self.segment.ids[self.segment.count - 1]

    @property
    def living_count(self) -> int:
        """How many of its documents live."""
        return self.segment.count - len(self.deleted)

    @property
    def source(self) -> Source:
        """The segment with a mask of its living documents."""
        if not self.deleted:
            return Source(self.segment, None)
        living = np.ones(self.segment.count, np.bool_)
        living[list(self.deleted)] = False
        return Source(self.segment, living)

    def digest(self) -> int:
        """Return the sum of the living stories' digests."""
        return self.segment.digest(np.fromiter(self.deleted, np.int64, len(self.deleted)))


class Place(NamedTuple):
    """Where a story lives: a segment and the number of its document there."""

    part: DraftSegment
    number: int

    @property
    def digest(self) -> int:
        """The story's digest."""
        return int(self.part.segment.array("digests")[self.number])


class Draft(list[DraftSegment]):
    """The segments of the generation to be. An id lives in one of them at most."""

    def find(self, story_id: str) -> Place | None:
        """Return where a story lives, None if it does not."""
        for part in self:
            number = part.find(story_id)
            if number >= 0:
                return Place(part, number)
        return None

    def is_changed(self) -> bool:
        """Whether it differs from the generation before."""
        return any(not part.committed or part.deleted != part.before for part in self)

    def changes(self) -> tuple[int, int, int]:
        """Return how many stories it adds to the generation before, updates and removes; no segment may be merged yet."""
        added = sum(part.living_count for part in self if not part.committed)
        updated = removed = 0
        for part in self:
            if part.committed:
                for number in part.deleted - part.before:
                    replacement = self.find(part.segment.ids[number])
                    if replacement is None:
                        removed += 1
                    else:
                        added -= 1
                        updated += replacement.digest != Place(part, number).digest
        return added, updated, removed
