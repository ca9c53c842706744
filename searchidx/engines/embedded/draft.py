"""The generation that a writer is making: its segments, what of them lives, and which addresses its stories have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from searchidx.engines.embedded.batch import Batch
from searchidx.engines.embedded.directory import SegmentEntry
from searchidx.engines.embedded.snapshot.merge import Source
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.engines.embedded.snapshot.stories import address_keys
from searchidx.stories import Story
from searchidx.stories.addresses import distinct_addresses, is_reserved


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
    def story(self) -> Story:
        """The story."""
        return self.part.segment.story(self.number)

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

    def ids(self) -> Iterator[str]:
        """Yield the ids of the living stories."""
        for part in self:
            for number in range(part.segment.count):
                if number not in part.deleted:
                    yield part.segment.ids[number]

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

    def with_addresses(self, batch: Batch, replaced: Mapping[str, Place]) -> Batch:
        """Return a batch to be written with an address of its own for each story.

        Of stories that want the same address the one that has it already gets it, else the one with the smallest id.

        Args:
            batch: sorted by ids.
            replaced: where those of its stories live, by id, that are there already.
        """
        bare = [addresses[0] for addresses in batch.addresses]
        first = [
            number
            for number, story_id in enumerate(batch.ids)
            if story_id in replaced and replaced[story_id].story.address == bare[number]
        ]
        seen = self._have_seen(bare)
        taken: set[str] = set()
        settled: dict[int, str] = {}
        for number in dict.fromkeys((*first, *range(len(batch)))):
            address = bare[number]
            if is_reserved(address) or address in taken or (seen[number] and self._is_taken(address, replaced)):
                address = settled[number] = next(
                    choice
                    for choice in distinct_addresses(address, batch.ids[number])
                    if choice not in taken and not self._is_taken(choice, replaced)
                )
            taken.add(address)
        return batch.with_addresses(settled) if settled else batch

    def _have_seen(self, addresses: list[str]) -> list[bool]:
        """Return which addresses some story may have or have had: quickly, and for most of them none has."""
        keys = address_keys(addresses)
        seen = np.zeros(len(keys), np.bool_)
        for part in self:
            there = part.segment.array("addresses")  # sorted, so that a few keys need not look at each of a million
            places = np.minimum(np.searchsorted(there, keys), len(there) - 1)
            seen |= there[places] == keys
        found: list[bool] = seen.tolist()
        return found

    def _is_taken(self, address: str, replaced: Mapping[str, Place]) -> bool:
        """Whether a living story that is not replaced has an address."""
        for part in self:
            for number in part.segment.at_address(address):
                if number not in part.deleted:
                    story = part.segment.story(number)
                    if story.address == address and story.id not in replaced:
                        return True
        return False
