"""Changing an index: stories in, stories out, one commit."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Literal

import numpy as np

from searchidx.engines.embedded.batch import Batch, BatchReader, Gatherer
from searchidx.engines.embedded.directory import Directory, Manifest, SegmentEntry, total_digest, writing
from searchidx.engines.embedded.draft import Draft, DraftSegment, Place
from searchidx.engines.embedded.inversion import invert
from searchidx.engines.embedded.kept import KeptStory, keep_story
from searchidx.engines.embedded.memory import give_back
from searchidx.engines.embedded.schema import schema_fingerprint
from searchidx.engines.embedded.snapshot.build import build_segment
from searchidx.engines.embedded.snapshot.merge import choose_merge, merge_segments
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.engines.embedded.writer import WhooshWriter
from searchidx.errors import ANEW, ArchiveDamaged
from searchidx.processes import beside
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document, NameValue, PlaceNode
from searchidx.search.request import check_text

Outcome = Literal["added", "updated", "unchanged", "kept out"]
#: Told which step of a commit begins, how many are done and how many there are; "done" behind the last.
Progress = Callable[[str, int, int], None]
_STEPS = ("building", "merging", "syncing", "sweeping", "done")

#: A batch is inverted in slices of at most so many stories, or until they have so many tokens: it may be of any size, and
#: needs the memory of one slice.
SLICE, SLICE_TOKENS = 80_000, 5_000_000
#: Of so many stories Whoosh's part and the snapshot are written by a process each.
_WORTH_A_PROCESS = 10_000
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


def _slices(places: Iterable[Place]) -> Iterator[list[Place]]:
    """Yield documents in slices as they are inverted."""
    some: list[Place] = []
    tokens = 0
    for place in places:
        some.append(place)
        tokens += int(place.part.segment.lengths[place.number])
        if len(some) >= SLICE or tokens >= SLICE_TOKENS:
            yield some
            some, tokens = [], 0
    if some:
        yield some


def _document(segment: Segment, number: int) -> Document:
    """Return a document as it was indexed, without what its places and names are also called."""
    values, labels, parents = segment.facets["place"].values, segment.place_labels, segment.place_parents
    places = (
        PlaceNode(values[place], labels[place], parent=values[parents[place]] if parents[place] >= 0 else None)
        for place in segment.doc_values.of_facet(number, "place")
    )
    return Document(segment.story(number), tuple(places), tuple(map(NameValue, segment.values_of(number)["entity"])))


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
                self._draft.clear()
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
            raise self._directory.manifest_missing(current)
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
        self._draft = Draft()
        for entry in manifest.segments:
            before = frozenset(directory.read_deletions(entry).tolist())
            segment = directory.open_segment(entry)
            self._draft.append(DraftSegment(entry, segment, before, set(before), committed=True))
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

    def add(self, document: Document) -> Outcome:
        """Add a story, or replace the one of the same id; the last one of an id wins.

        Its address is stored as it is: that no two stories have the same is for the caller to see to.

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
        found, before = self._draft.find(story_id), self._pending.get(story_id)
        if found is not None and found.digest == digest:
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
        found = self._draft.find(story_id)
        if found is not None:
            self._delete(story_id, found)
        return pending is not None or found is not None

    def keep_out(self, story_id: str) -> bool:
        """Remove a story and never take it in again; return whether there was one.

        Raises:
            RequestError: if the id is no text that could be kept.
        """
        check_text("story_id", story_id)
        self._kept_out.add(story_id)
        return self.remove(story_id)

    def set_statistics(self, statistics: bytes) -> None:
        """Keep name statistics with the next generation and those after it."""
        self._statistics = statistics

    def _delete(self, story_id: str, place: Place) -> None:
        place.part.deleted.add(place.number)
        self._gone.append(story_id)

    def _flush(self) -> None:
        """Write what is pending as a segment of Whoosh's and one of the snapshot's."""
        if self._closed:
            raise ValueError("this writer of an index is closed; take another one")
        self._read()
        if self._pending:
            ids = sorted(self._pending)
            rows = np.fromiter(map(self._pending.__getitem__, ids), np.int64, len(ids))
            batch = self._gathered.joined().of(rows)
            self._gathered = Gatherer()
            for story_id in ids:
                if (replaced := self._draft.find(story_id)) is not None:
                    self._delete(story_id, replaced)
            self._delete_from_whoosh()
            inversion = invert(batch, self._analyzer)
            give_back()
            write_snapshot = partial(self._directory.write_segment, self._segment_id(), build_segment(inversion))
            # Not in a thread: for all that numpy lets others run, two take no less time.
            both_at_once = beside(write_snapshot) if len(ids) >= _WORTH_A_PROCESS else nullcontext(write_snapshot)
            with writing(self._directory.folder), both_at_once as snapshot_written:
                self._whoosh.write(inversion)
                give_back()
                self._append(snapshot_written())
            self._whoosh_changes = True
        self._pending, self._gathered, self._digests = {}, Gatherer(), array("Q")

    def _delete_from_whoosh(self) -> None:
        if self._gone and self._whoosh.delete(self._gone):
            self._whoosh_changes = True
        self._gone = []

    def _segment_id(self) -> str:
        """Return the name of the next segment of the generation that is being made."""
        name = f"{self._manifest.generation + 1}-{self._written}"
        self._written += 1
        return name

    def _append(self, entry: SegmentEntry) -> None:
        self._draft.append(DraftSegment(entry, self._directory.open_segment(entry)))

    def commit(self, progress: Progress | None = None) -> CommitReport:
        """Make the changes one new generation, whole or not at all; without changes there is none.

        The writer can be used for further changes; after an error it is closed.

        Raises:
            ArchiveBusy: if something else writes to Whoosh's part.
            ArchiveError: if the disk is full or the folder cannot be written.
            ValueError: if the writer is closed.
        """

        def tell(step: str) -> None:
            if progress is not None:
                progress(step, _STEPS.index(step), len(_STEPS) - 1)

        try:
            with writing(self._directory.folder):
                tell("building")
                self._flush()
                give_back()
                self._delete_from_whoosh()
                added, updated, removed = self._draft.changes()
                manifest = self._manifest
                if self._changed():
                    tell("merging")
                    self._merge()
                    self._rewrite_whoosh()
                    tell("syncing")
                    manifest = self._publish()
        except BaseException:
            self.close()
            raise
        tell("sweeping")
        self._draft.clear()
        self._manifest, self._anew = manifest, False
        with suppress(OSError):  # the commit stands, and the next writer sweeps too
            self._sweep()
        tell("done")
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
            or self._draft.is_changed()
            or self._kept_out != set(self._manifest.kept_out)
            or (self._statistics is not None and self._statistics != self._directory.read_statistics(self._manifest))
        )

    def _merge(self) -> None:
        """Merge small segments, and those with many deleted stories; drop those without a living one."""
        self._draft = Draft(part for part in self._draft if part.living_count)
        sizes = [(part.living_count, len(part.deleted)) for part in self._draft]
        merged = [self._draft[place] for place in choose_merge(sizes)]
        if merged:
            arrays = merge_segments([part.source for part in merged])
            self._draft = Draft(part for part in self._draft if part not in merged)
            self._append(self._directory.write_segment(self._segment_id(), arrays))

    def _rewrite_whoosh(self) -> None:
        """Write the stories anew that Whoosh has in too many small segments, or beside too many deleted ones."""
        ids = sorted(self._whoosh.worth_rewriting())
        places = [place for place in map(self._draft.find, ids) if place is not None]
        if ids and self._whoosh.delete(ids):
            self._whoosh_changes = True
        for some in _slices(places):
            batch = BatchReader().read([_document(part.segment, number) for part, number in some])
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
            for part in self._draft
        ]
        manifest = before._replace(
            generation=generation,
            segments=tuple(entries),
            whoosh=before.whoosh + self._whoosh_changes,
            stories=sum(part.living_count for part in self._draft),
            digest=total_digest(part.digest() for part in self._draft),
            kept_out=tuple(sorted(self._kept_out)),
            statistics=statistics,
        )
        directory.write_manifest(manifest)
        if self._whoosh.commit() != manifest.whoosh:
            raise ArchiveDamaged(f"Whoosh's part of {directory.folder} was changed by something else; {ANEW}")
        directory.make_current(generation)
        return manifest
