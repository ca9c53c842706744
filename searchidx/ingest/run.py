"""A run: sources → spool → addresses → names → writer → report."""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from searchidx.catalogue import SETTINGS_FILE, Catalogue, Settings, all_stories
from searchidx.engines.embedded.batch import Batch
from searchidx.engines.embedded.directory import Directory
from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.errors import ArchiveBusy, SourceError, StoryMissing
from searchidx.importers import read_source, source_name, source_size
from searchidx.ingest.addressing import Addressing, resolve_redirects
from searchidx.ingest.named import Named, naming_means, unnamed_digest
from searchidx.ingest.naming import NO_STATISTICS, KeepersLists
from searchidx.ingest.preparing import Settled, learn, prepare
from searchidx.ingest.spool import Spool
from searchidx.processes import collecting_seldom
from searchidx.stories import Redirect, Skipped, Story, UnusedField
from searchidx.stories.fields import say_unused

if TYPE_CHECKING:  # what only looks does not wait for Whoosh
    from searchidx.engines.embedded.indexing import IndexWriter

#: The steps of a commit whose time the report counts as that of another part.
_COMMIT_PARTS = {"merging": "building", "sweeping": "syncing"}


class Progress(Protocol):
    """Told how far a run is."""

    def begin(self, stage: str, total: int) -> None:
        """A stage begins, with so much to do; 0 where nobody knows."""

    def advance(self, amount: int) -> None:
        """So much more is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a run is to do.

    Attributes:
        sources: files, folders, archives; None stands for `stdin`.
        format: the format of every file, None to tell it by each.
        sync: whether stories of these sources that are gone from them are removed.
        max_delete: if more than so many are gone from a source, none is removed; None for half of those it had, and for
            none if the sources have faults.
        rebuild: whether the index is built anew from these sources alone, with its settings and what it keeps out.
        rename: whether the words of the whole archive are learnt anew and every story is named again.
        dry_run: whether nothing is written, and the report tells what would have been.
    """

    sources: Sequence[Path | None]
    stdin: BinaryIO | None = None
    format: str | None = None
    sync: bool = False
    max_delete: int | None = None
    rebuild: bool = False
    rename: bool = False
    dry_run: bool = False


class Gone(NamedTuple):
    """How many of the indexed stories of a source are gone from it, and how many it had."""

    source: str
    gone: int
    stories: int


@dataclass(slots=True, kw_only=True)
class Report:
    """What a run did.

    Attributes:
        folder: where the index lies.
        read: the records that were stories.
        repeated: how many of them had the id of a later one, which stands.
        added, updated, unchanged, removed, kept_out: stories, by what became of them.
        skipped: what was no story by its nature.
        faults: what should have been a story.
        unused: fields of the sources that no story has, the most frequent first.
        names, places: how many different ones were found.
        stories: how many the index has now.
        sync_withheld: whether stories gone from the sources were kept because the sources had faults.
        sync_refused: the sources from which so many stories are gone that all were kept.
        sync_unknown: whether no indexed story had come from sources of these names, so that none could be gone.
        names_outgrown: whether most of the archive came after its words were learnt.
        seconds: by part of the run.
    """

    folder: Path
    read: int = 0
    repeated: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    kept_out: int = 0
    skipped: int = 0
    faults: int = 0
    unused: tuple[UnusedField, ...] = ()
    names: int = 0
    places: int = 0
    stories: int = 0
    sync_withheld: bool = False
    sync_refused: tuple[Gone, ...] = ()
    sync_unknown: bool = False
    names_outgrown: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time that the block takes to a part's."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - began


def ingest(
    catalogue: Catalogue, name: str, job: Job, *, progress: Progress, on_skipped: Callable[[Skipped], object]
) -> Report:
    """Bring sources into an index, which is made if it is not there.

    Args:
        catalogue: where the index is.
        name: of the index.
        job: what to do.
        progress: told how far it is.
        on_skipped: told of everything in the sources that is no story, as it is met.

    Raises:
        SourceError: if a source cannot be read at all, or the sources hold fewer stories than an index that is to be built
            anew, and nobody said that the others shall go; nothing is changed then.
        ArchiveError: if the index cannot be used, or is being written to.
    """
    with ExitStack() as stack:
        stack.enter_context(collecting_seldom())
        run = _Run(catalogue.path(name), job, progress, on_skipped, stack)
        with run.report.timed("reading"):
            run.read()
        run.compare()
        leaving = run.leaving() if job.sync else frozenset()
        run.resolve_redirects()
        if run.is_to_learn:
            with run.report.timed("names"):
                run.learn(leaving)
        run.change(leaving)
        if not job.dry_run:
            run.commit()
        return run.report


class _Run:
    """One run.

    Attributes:
        report: what it did so far.
    """

    def __init__(
        self,
        folder: Path,
        job: Job,
        progress: Progress,
        on_skipped: Callable[[Skipped], object],
        stack: ExitStack,
    ) -> None:
        self.report = Report(folder=folder)
        self._folder = folder
        self._job = job
        self._progress = progress
        self._on_skipped = on_skipped
        self._stack = stack
        self._settings = Settings.read(folder)
        self._lists = KeepersLists.read(self._settings, folder)
        directory = Directory(folder)
        self._replaced = directory.remains() if job.rebuild and directory.exists() else None
        self._index = EmbeddedIndex.open(folder) if directory.exists() and self._replaced is None else None
        self._writer: IndexWriter | None = None
        if not job.dry_run:
            # Whether somebody else is writing is said before anything is read.
            if self._index is not None:
                self._writer = stack.enter_context(self._index.writer())
            elif self._replaced is not None:
                anew = EmbeddedIndex.build_anew(folder, language=self._settings.language)
                self._writer = stack.enter_context(anew)
        self._engine = None if self._index is None else self._index.reader()
        self._learnt: bytes | None = None
        self._named = Named(folder)
        self._outcomes: Counter[str] = Counter()
        self._names: set[str] = set()
        self._places: set[str] = set()
        self._spool = stack.enter_context(Spool())

    def read(self) -> None:
        """Read the sources into the spool."""
        self._progress.begin("reading", sum(map(source_size, self._job.sources)))
        unused: dict[str, UnusedField] = {}
        for source in self._job.sources:
            for record in read_source(
                source, stdin=self._job.stdin, format=self._job.format, on_bytes=self._progress.advance
            ):
                if isinstance(record, Story):
                    self.report.read += 1
                    self._spool.add(record)
                elif isinstance(record, Redirect):
                    self._spool.add_redirect(record)
                elif isinstance(record, UnusedField):
                    unused[record.name] = record.plus(unused.get(record.name))
                else:
                    self._skip(record)
        self.report.repeated = self.report.read - len(self._spool)
        self.report.unused = tuple(sorted(unused.values(), key=lambda each: -each.records))
        if self._index is None and not self.report.read:
            told = f"; {say_unused(self.report.unused)}" if unused else ""
            raise SourceError(f"there is no story in the sources, and no index was made{told}")

    def compare(self) -> None:
        """See that an index is not replaced by a smaller one because a source was forgotten or is cut off.

        Raises:
            SourceError: if it would be.
        """
        if self._replaced is None:
            return
        refused = sum(story_id in self._spool for story_id in self._replaced.kept_out)
        count, before = len(self._spool) - refused, self._replaced.stories
        lacking = ["--sync"] if count < before and not self._job.sync else []
        if self._are_too_many(before - count, before):
            lacking.append(f"--max-delete {before - count}")
        if lacking:
            raise SourceError(
                f"the sources have {count:,} stories, the index has {before:,} and was left as it is; "
                f"name all its sources, or say with {' '.join(lacking)} that the others are to be removed"
            )

    def leaving(self) -> frozenset[str]:
        """Return the ids of indexed stories that came from these sources and are not in them any more."""
        if self._engine is None:
            return frozenset()
        if self.report.faults and self._job.max_delete is None:
            self.report.sync_withheld = True
            return frozenset()
        theirs: dict[str, list[str]] = {source_name(source): [] for source in self._job.sources}
        for story in all_stories(self._engine):
            if story.origin is not None and (ids := theirs.get(story.origin.file.partition("/")[0])) is not None:
                ids.append(story.id)
        self.report.sync_unknown = not any(theirs.values())
        gone = {source: [story_id for story_id in ids if story_id not in self._spool] for source, ids in theirs.items()}
        counts = [Gone(source, len(ids), len(theirs[source])) for source, ids in gone.items()]
        self.report.sync_refused = tuple(each for each in counts if self._are_too_many(each.gone, each.stories))
        return frozenset() if self.report.sync_refused else frozenset(itertools.chain(*gone.values()))

    def _are_too_many(self, gone: int, stories: int) -> bool:
        """Whether so many of a source's stories are gone that it may be cut off."""
        limit = self._job.max_delete
        return 2 * gone > stories if limit is None else gone > limit

    def resolve_redirects(self) -> None:
        """Give the stories that redirects lead to their former addresses."""
        for skipped in resolve_redirects(self._spool, self._engine):
            self._skip(skipped)

    @property
    def is_to_learn(self) -> bool:
        """Whether the archive's words are to be learnt: in the first run, or on request."""
        return self._job.rename or self._engine is None or self._engine.statistics is None

    def learn(self, leaving: frozenset[str]) -> None:
        """Learn the words of the whole archive, and take along the stories that are to be named anew by them."""
        if self._engine is not None:
            for story in all_stories(self._engine):
                if story.id not in self._spool and story.id not in leaving:
                    self._spool.add(story, carried=True)
        self._learnt = learn(story.packed for story in self._spool.stories()).to_bytes()

    def change(self, leaving: frozenset[str]) -> None:
        """Remove the stories that leave; give the others address and names and add them."""
        writer = None if self._job.dry_run else self._open_writer()
        names, places, outcomes = self._names, self._places, self._outcomes
        self._progress.begin("names", len(self._spool))
        began, adding, naming, reading = time.perf_counter(), 0.0, 0.0, 0.0
        with closing(prepare(self._settled(leaving), self._statistics(), self._lists)) as batches:
            for prepared in batches:
                names |= prepared.names
                places |= prepared.places
                naming += prepared.naming
                reading += prepared.reading
                before_adding = time.perf_counter()
                batch = prepared.batch
                outcomes.update(self._outcomes_of(batch) if writer is None else writer.add_batch(batch))
                for unnamed, digest in zip(prepared.unnamed, batch.digests.tolist(), strict=True):
                    self._named.note(unnamed, digest)
                adding += time.perf_counter() - before_adding
                self._progress.advance(len(batch))
        for story_id in leaving:
            if writer is not None:
                writer.remove(story_id)
        report, seconds = self.report, self.report.seconds
        report.added, report.updated = outcomes["added"], outcomes["updated"]
        report.unchanged, report.kept_out = outcomes["unchanged"], outcomes["kept out"]
        report.removed, report.names, report.places = len(leaving), len(names), len(places)
        before = 0 if self._engine is None else self._engine.story_count
        report.stories = before + report.added - report.removed
        report.names_outgrown = not self.is_to_learn and report.added > before
        # The processes that name stories also read them into columns, which is part of building: by their shares.
        preparing = time.perf_counter() - began - adding
        share = naming / (naming + reading) if naming else 1.0
        seconds["names"] = seconds.get("names", 0.0) + share * preparing
        seconds["building"] = adding + (1.0 - share) * preparing

    def commit(self) -> None:
        """Make the changes a new generation."""
        # Memory is needed most now, and what was read and counted no more.
        self._spool.close()
        self._names.clear()
        self._places.clear()
        writer, seconds = self._open_writer(), self.report.seconds
        if self._learnt is not None:
            writer.set_statistics(self._learnt)
        step, reached, began = "", 0, 0.0

        def tell(next_step: str, done: int, total: int) -> None:
            nonlocal step, reached, began
            now = time.perf_counter()
            if step:
                part = _COMMIT_PARTS.get(step, step)
                seconds[part] = seconds.get(part, 0.0) + now - began
                self._progress.advance(done - reached)
            else:
                self._progress.begin("writing", total)
            step, reached, began = next_step, done, now

        writer.commit(tell)
        self._named.keep(self.report.stories)
        if not (self._folder / SETTINGS_FILE).exists():
            self._settings.write(self._folder)

    def _settled(self, leaving: frozenset[str]) -> Iterator[Settled]:
        """Yield the stories of the spool that are to be named, with their addresses, and take note of the others."""
        addressing = Addressing(self._spool, self._engine, leaving)
        means = naming_means(self._statistics(), self._lists)
        has_formers = self._spool.has_formers()
        for story_id, wanted, carried, packed in self._spool.stories():
            before = self._indexed(story_id)
            address = wanted if carried else addressing.settle(story_id, wanted, before)
            noted = self._spool.formers(story_id) if has_formers else ()
            had = () if before is None else (*before.former, before.address)
            settled = Settled(packed, address, (*noted, *had))
            if before is not None and self._would_come_out_the_same(before, settled, means):
                self._take_unchanged(before)
            else:
                yield settled

    def _would_come_out_the_same(self, before: Story, settled: Settled, means: bytes) -> bool:
        """Whether a story, if it was named, would be what is indexed of it."""
        digest = None if self._engine is None else self._engine.story_digest(before.id)
        return digest is not None and self._named.knows(unnamed_digest(settled.story(), means), digest)

    def _take_unchanged(self, story: Story) -> None:
        """Count a story of the index that a source has unchanged."""
        self._outcomes["unchanged"] += 1
        if self._engine is not None:
            self._names.update(self._engine.story_values(story.id)["entity"])
        self._places.update(place.name for place in story.places)
        self._progress.advance(1)

    def _statistics(self) -> bytes:
        known = None if self._engine is None else self._engine.statistics
        return self._learnt or known or NO_STATISTICS.to_bytes()

    def _indexed(self, story_id: str) -> Story | None:
        if self._engine is None:
            return None
        try:
            return self._engine.stories((story_id,))[0]
        except StoryMissing:
            return None

    def _outcomes_of(self, batch: Batch) -> Iterator[str]:
        """Yield what adding each story would do, where nothing is written."""
        kept_out = frozenset(self._replaced.kept_out) if self._replaced else frozenset()
        if self._index is not None:
            kept_out = self._index.kept_out()
        for story_id, digest in zip(batch.ids, batch.digests.tolist(), strict=True):
            before = None if self._engine is None else self._engine.story_digest(story_id)
            if story_id in kept_out:
                yield "kept out"
            elif before is None:
                yield "added"
            else:
                yield "unchanged" if before == digest else "updated"

    def _open_writer(self) -> "IndexWriter":
        if self._writer is None:
            if Directory(self._folder).exists():
                raise ArchiveBusy(
                    f"another process has made {self._folder} in the meantime; run this again to add to it"
                )
            self._index = EmbeddedIndex.create(self._folder, language=self._settings.language)
            # What is broken off before its first commit leaves no index behind that answers as if there were no stories.
            self._stack.callback(self._index.discard_empty)
            self._writer = self._stack.enter_context(self._index.writer())
        return self._writer

    def _skip(self, skipped: Skipped) -> None:
        if skipped.harmless:
            self.report.skipped += 1
        else:
            self.report.faults += 1
        self._on_skipped(skipped)
