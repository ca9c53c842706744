"""Changing an index: stories in, stories out, one commit."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Literal

import numpy as np

from searchidx.engines.embedded.batch import Batch, BatchReader, Gatherer, KeptStory, keep_story
from searchidx.engines.embedded.directory import Directory, Manifest, SegmentEntry, total_digest, writing
from searchidx.engines.embedded.inversion import invert
from searchidx.engines.embedded.memory import give_back
from searchidx.engines.embedded.schema import schema_fingerprint
from searchidx.engines.embedded.snapshot.build import build_segment
from searchidx.engines.embedded.snapshot.format import NamedArrays
from searchidx.engines.embedded.snapshot.merge import Source, choose_merge, merge_segments
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.engines.embedded.snapshot.stories import address_keys
from searchidx.engines.embedded.writer import WhooshWriter
from searchidx.errors import ANEW, ArchiveDamaged
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document
from searchidx.stories.addresses import distinct_addresses, is_reserved

Outcome = Literal["added", "updated", "unchanged", "kept out"]
#: Told which step of a commit begins, how many are done and how many there are; "done" behind the last.
Progress = Callable[[str, int, int], None]

#: A batch is inverted in slices of at most so many stories, or until they have so many tokens: it may be of any size, and
#: needs the memory of one slice.
SLICE, SLICE_TOKENS = 100_000, 6_000_000
#: How many stories added one by one are read together.
_READ_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class CommitReport:
    """What a commit changed; `generation` is the one before where nothing did.

    Attributes:
        added, updated, removed: stories, by how the new generation differs from the one before.
        unchanged, kept_out: how many of the stories given to the writer were there already, and how many it refused.
    """

    generation: int
    stories: int
    added: int
    updated: int
    removed: int
    unchanged: int
    kept_out: int


@dataclass
class _Part:
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
        if not self.first_id <= story_id <= self.last_id:
            return -1
        number = self.segment.ids.find(story_id)
        return -1 if number in self.deleted else number

    @cached_property
    def first_id(self) -> str:
        return self.segment.ids[0]

    @cached_property
    def last_id(self) -> str:
        return self.segment.ids[self.segment.count - 1]

    @property
    def living_count(self) -> int:
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


def _slices(places: Iterable[tuple[_Part, int]]) -> Iterator[list[tuple[_Part, int]]]:
    """Yield documents in slices as they are inverted."""
    some: list[tuple[_Part, int]] = []
    tokens = 0
    for part, number in places:
        some.append((part, number))
        tokens += int(part.segment.lengths[number])
        if len(some) >= SLICE or tokens >= SLICE_TOKENS:
            yield some
            some, tokens = [], 0
    if some:
        yield some


def _address(place: tuple[_Part, int]) -> str:
    part, number = place
    return part.segment.story(number).address


def _digest(part: _Part, number: int) -> int:
    return int(part.segment.array("digests")[number])


class IndexWriter:
    """Gathers changes to an index and commits them all at once; leaving its context with an error changes nothing.

    Leaving the context without an error and without `commit` changes nothing either.

    Args:
        directory: of the index.
        analyzer: of the index.
        anew: whether the first commit replaces all stories of the index, which need not be such as can be read. What is
            kept out stays so.

    Raises:
        ArchiveBusy: if another process or thread is writing.
        ArchiveDamaged: if the files are not what was written.
    """

    def __init__(self, directory: Directory, analyzer: Analyzer, *, anew: bool = False) -> None:
        self._directory, self._analyzer, self._anew = directory, analyzer, anew
        self._reader = BatchReader()
        self._closed = False
        with ExitStack() as stack:
            stack.enter_context(directory.lock())
            with writing(directory.folder):
                self._whoosh = WhooshWriter(directory.whoosh, analyzer, anew=anew)
                self._manifest = self._emptied() if anew else self._recover()
                self._sweep()
            self._begin()
            self._held = stack.pop_all()

    def __enter__(self) -> "IndexWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget what was not committed, and let others write; a writer that is closed does nothing more."""
        if self._closed:
            return  # without the lock, sweeping would remove what another writer has written since
        self._closed = True
        with self._held, suppress(OSError):  # what cannot be removed the next writer sweeps
            self._whoosh.rollback()
            # Where Whoosh is ahead the commit was cut off, and the next writer makes it whole.
            if self._whoosh.generation == self._manifest.whoosh:
                self._parts.clear()
                self._sweep()

    def _sweep(self) -> None:
        """Remove what belongs to no generation that is needed."""
        if self._anew:
            self._directory.sweep_unfinished(self._manifest.generation)
        else:
            self._directory.sweep(self._manifest)

    def _emptied(self) -> Manifest:
        """Return the manifest in force without its stories, of this version's format and this analyzer."""
        remains = self._directory.remains()
        return Manifest(
            generation=remains.generation,
            language=self._analyzer.language,
            schema=schema_fingerprint(self._analyzer),
            whoosh=self._whoosh.generation,
            kept_out=remains.kept_out,
        )

    def _recover(self) -> Manifest:
        """Return the manifest in force; a commit that Whoosh had made when it was cut off is made whole."""
        current = self._directory.current()
        manifest = self._directory.manifest(current)
        if manifest is None:
            raise ArchiveDamaged(f"the manifest of generation {current} in {self._directory.folder} is missing")
        if self._whoosh.generation == manifest.whoosh:
            return manifest
        following = self._directory.manifest(current + 1)
        if following is None or following.whoosh != self._whoosh.generation:
            raise ArchiveDamaged(
                f"Whoosh's part of {self._directory.folder} is at commit {self._whoosh.generation}, generation {current} "
                f"needs {manifest.whoosh}; restore it from a backup, or {ANEW}"
            )
        self._directory.make_current(following.generation)
        return following

    def _begin(self) -> None:
        """Start from the manifest in force, without changes."""
        directory, manifest = self._directory, self._manifest
        self._parts: list[_Part] = []
        for entry in manifest.segments:
            before = frozenset(directory.read_deletions(entry).tolist())
            self._parts.append(_Part(entry, directory.open_segment(entry), before, set(before), committed=True))
        self._pending: dict[str, int] = {}
        self._gathered = Gatherer()
        self._unread: list[tuple[Document, KeptStory]] = []
        self._digests = array("Q")
        self._gone: list[str] = []
        self._whoosh_changes = self._anew
        self._kept_out = set(manifest.kept_out)
        self._statistics: bytes | None = None
        self._written = 0
        self._unchanged = self._refused = 0

    def __contains__(self, story_id: str) -> bool:
        return story_id in self._pending or self._find(story_id) is not None

    def ids(self) -> Iterator[str]:
        """Yield the ids of all stories, those of this batch too."""
        for part in self._parts:
            for number in range(part.segment.count):
                if number not in part.deleted and part.segment.ids[number] not in self._pending:
                    yield part.segment.ids[number]
        yield from list(self._pending)

    def _find(self, story_id: str) -> tuple[_Part, int] | None:
        """Return where a story lives that was written or committed."""
        for part in self._parts:
            number = part.find(story_id)
            if number >= 0:
                return part, number
        return None

    def add(self, document: Document) -> Outcome:
        """Add a story, or replace the one of the same id; the last one of an id wins.

        Raises:
            RecordError: if its text cannot be stored.
        """
        story_id = document.story.id
        if story_id in self._kept_out:
            self._refused += 1
            return "kept out"
        kept = keep_story(document)
        outcome = self._take(story_id, kept.digest)
        if outcome != "unchanged":
            self._digests.append(kept.digest)
            self._unread.append((document, kept))
            if len(self._unread) == _READ_AT_ONCE:
                self._read()
            self._flush_if_full()
        return outcome

    def add_batch(self, batch: Batch) -> list[Outcome]:
        """Add the stories of a batch, each of another id, as `add` does one by one."""
        self._read()
        outcomes: list[Outcome] = []
        for story_id, digest in zip(batch.ids, batch.digests.tolist(), strict=True):
            refused = story_id in self._kept_out
            self._refused += refused
            outcomes.append("kept out" if refused else self._take(story_id, digest))
            self._digests.append(digest)
        self._gathered.add(batch)
        self._flush_if_full()
        return outcomes

    def _take(self, story_id: str, digest: int) -> Outcome:
        """Note that the next row of the batch is the story of an id, unless the same story is there already."""
        found, before = self._find(story_id), self._pending.get(story_id)
        if found is not None and _digest(*found) == digest:
            self._pending.pop(story_id, None)
            self._unchanged += 1
            return "unchanged"
        if before is not None and self._digests[before] == digest:
            self._unchanged += 1
            return "unchanged"
        self._pending[story_id] = len(self._digests)
        return "added" if before is None and found is None else "updated"

    def _read(self) -> None:
        """Read the stories that were added one by one."""
        if self._unread:
            documents, kept = zip(*self._unread, strict=True)
            self._unread = []
            self._gathered.add(self._reader.read(documents, kept))

    def _flush_if_full(self) -> None:
        if len(self._digests) >= SLICE or self._gathered.token_count >= SLICE_TOKENS:
            self._flush()
            give_back()

    def remove(self, story_id: str) -> bool:
        """Remove a story; return whether there was one."""
        pending = self._pending.pop(story_id, None)
        found = self._find(story_id)
        if found is not None:
            self._delete(story_id, *found)
        return pending is not None or found is not None

    def keep_out(self, story_id: str) -> bool:
        """Remove a story and never take it in again; return whether there was one."""
        self._kept_out.add(story_id)
        return self.remove(story_id)

    def set_statistics(self, statistics: bytes) -> None:
        """Keep name statistics with the next generation and those after it."""
        self._statistics = statistics

    def _delete(self, story_id: str, part: _Part, number: int) -> None:
        part.deleted.add(number)
        self._gone.append(story_id)

    def _flush(self) -> None:
        """Write what is pending as a segment of Whoosh's and one of the snapshot's."""
        if self._closed:
            raise ValueError("this writer of an index is closed; take another one")
        self._read()
        if self._pending:
            ids = sorted(self._pending)
            found = {story_id: place for story_id in ids if (place := self._find(story_id)) is not None}
            rows = np.fromiter(map(self._pending.__getitem__, ids), np.int64, len(ids))
            batch = self._with_addresses(self._gathered.take(rows), found)
            self._gathered = Gatherer()
            for story_id, place in found.items():
                self._delete(story_id, *place)
            self._delete_from_whoosh()
            inversion = invert(batch, self._analyzer)
            give_back()
            # One after the other: two threads take no less time, for all that numpy lets others run, but 100 MB more.
            with writing(self._directory.folder):
                self._whoosh.write(inversion)
                self._write(build_segment(inversion))
            self._whoosh_changes = True
        self._pending, self._gathered, self._digests = {}, Gatherer(), array("Q")

    def _delete_from_whoosh(self) -> None:
        if self._gone and self._whoosh.delete(self._gone):
            self._whoosh_changes = True
        self._gone = []

    def _with_addresses(self, batch: Batch, found: Mapping[str, tuple[_Part, int]]) -> Batch:
        """Return the batch with an address of its own for each story; `found` is where those lie that it replaces.

        Of stories that want the same address the one that has it already gets it, else the one with the smallest id.
        """
        bare = [addresses[0] for addresses in batch.addresses]
        first = [
            number
            for number, story_id in enumerate(batch.ids)
            if story_id in found and _address(found[story_id]) == bare[number]
        ]
        known = self._known_addresses(bare)
        taken: set[str] = set()
        settled: dict[int, str] = {}
        for number in dict.fromkeys((*first, *range(len(batch)))):
            address = bare[number]
            if is_reserved(address) or address in taken or (known[number] and self._is_taken(address)):
                choices = distinct_addresses(address, batch.ids[number])
                address = settled[number] = next(a for a in choices if a not in taken and not self._is_taken(a))
            taken.add(address)
        return batch.with_addresses(settled) if settled else batch

    def _known_addresses(self, addresses: list[str]) -> list[bool]:
        """Return which addresses some story may have or have had; most have been seen nowhere."""
        keys = address_keys(addresses)
        known = np.zeros(len(keys), np.bool_)
        for part in self._parts:
            there = part.segment.array("addresses")  # sorted, so that a few keys need not look at each of a million
            places = np.minimum(np.searchsorted(there, keys), len(there) - 1)
            known |= there[places] == keys
        found: list[bool] = known.tolist()
        return found

    def _is_taken(self, address: str) -> bool:
        """Whether a story that is not about to be replaced has an address."""
        for part in self._parts:
            for number in part.segment.at_address(address):
                if number not in part.deleted:
                    story = part.segment.story(number)
                    if story.address == address and story.id not in self._pending:
                        return True
        return False

    def _write(self, arrays: NamedArrays) -> _Part:
        entry = self._directory.write_segment(f"{self._manifest.generation + 1}-{self._written}", arrays)
        self._written += 1
        part = _Part(entry, self._directory.open_segment(entry))
        self._parts.append(part)
        return part

    def commit(self, progress: Progress | None = None) -> CommitReport:
        """Make the changes one new generation, whole or not at all; without changes there is none.

        The writer can be used for further changes; after an error it is closed.

        Raises:
            ArchiveBusy: if something else writes to Whoosh's part.
            ArchiveError: if the disk is full or the folder cannot be written.
            ValueError: if the writer is closed.
        """
        tell = progress or (lambda step, done, total: None)
        try:
            with writing(self._directory.folder):
                tell("building", 0, 4)
                self._flush()
                give_back()
                self._delete_from_whoosh()
                added, updated, removed = self._counts()
                manifest = self._manifest
                if self._changed():
                    tell("merging", 1, 4)
                    self._merge()
                    self._rewrite_whoosh()
                    tell("syncing", 2, 4)
                    manifest = self._publish()
        except BaseException:
            self.close()
            raise
        tell("sweeping", 3, 4)
        self._parts.clear()
        self._manifest, self._anew = manifest, False
        with suppress(OSError):  # the commit stands, and the next writer sweeps too
            self._sweep()
        tell("done", 4, 4)
        report = CommitReport(
            generation=manifest.generation,
            stories=manifest.stories,
            added=added,
            updated=updated,
            removed=removed,
            unchanged=self._unchanged,
            kept_out=self._refused,
        )
        self._begin()
        return report

    def _changed(self) -> bool:
        """Whether there is anything to commit."""
        return (
            self._anew
            or any(not part.committed or part.deleted != part.before for part in self._parts)
            or self._kept_out != set(self._manifest.kept_out)
            or (self._statistics is not None and self._statistics != self._directory.read_statistics(self._manifest))
        )

    def _counts(self) -> tuple[int, int, int]:
        """Return how many stories this commit adds, updates and removes; to be asked after the flush and before merging."""
        added = sum(part.living_count for part in self._parts if not part.committed)
        updated = removed = 0
        for part in [part for part in self._parts if part.committed]:
            for number in part.deleted - part.before:
                replacement = self._find(part.segment.ids[number])
                if replacement is None:
                    removed += 1
                else:
                    added -= 1
                    updated += _digest(*replacement) != _digest(part, number)
        return added, updated, removed

    def _merge(self) -> None:
        """Merge small segments, and those with many deleted stories; drop those without a living one."""
        self._parts = [part for part in self._parts if part.living_count]
        sizes = [(part.living_count, len(part.deleted)) for part in self._parts]
        merged = [self._parts[place] for place in choose_merge(sizes)]
        if merged:
            arrays = merge_segments([part.source for part in merged])
            self._parts = [part for part in self._parts if part not in merged]
            self._write(arrays)

    def _rewrite_whoosh(self) -> None:
        """Write the stories anew that Whoosh has in too many small segments, or beside too many deleted ones."""
        ids = sorted(self._whoosh.worth_rewriting())
        places = [place for place in map(self._find, ids) if place is not None]
        if ids and self._whoosh.delete(ids):
            self._whoosh_changes = True
        for some in _slices(places):
            batch = BatchReader().read([part.segment.document(number) for part, number in some])
            self._whoosh.write(invert(batch, self._analyzer))
            give_back()

    def _publish(self) -> Manifest:
        """Write all that the new generation needs, its manifest, Whoosh's commit and CURRENT, in this order."""
        directory, before = self._directory, self._manifest
        generation = before.generation + 1
        statistics = before.statistics
        if self._statistics is not None:
            statistics = directory.write_statistics(generation, self._statistics)
        entries = [
            part.entry
            if part.deleted == part.before
            else directory.write_deletions(part.entry, generation, part.deleted)
            for part in self._parts
        ]
        manifest = before._replace(
            generation=generation,
            segments=tuple(entries),
            whoosh=before.whoosh + self._whoosh_changes,
            stories=sum(part.living_count for part in self._parts),
            digest=total_digest(part.digest() for part in self._parts),
            kept_out=tuple(sorted(self._kept_out)),
            statistics=statistics,
        )
        directory.write_manifest(manifest)
        if self._whoosh.commit() != manifest.whoosh:
            raise ArchiveDamaged(f"Whoosh's part of {directory.folder} was changed by something else; {ANEW}")
        directory.make_current(generation)
        return manifest
