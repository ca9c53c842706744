"""An embedded index: where readers and writers of it come from."""

import datetime
import os
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from searchidx.engines.embedded.directory import Directory, Manifest, SegmentEntry
from searchidx.engines.embedded.engine import EmbeddedEngine
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.schema import schema_fingerprint
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.errors import ANEW, ArchiveOutdated
from searchidx.search.analysis import Analyzer
from searchidx.search.remembered import Remembered

if TYPE_CHECKING:
    from searchidx.engines.embedded.indexing import IndexWriter


class IndexInfo(NamedTuple):
    """Facts of an index for its keeper; `sizes` are bytes of the snapshot and of Whoosh's part."""

    generation: int
    stories: int
    digest: str
    language: str
    format: int
    segments: int
    kept_out: int
    sizes: Mapping[str, int]


class EmbeddedIndex:
    """An index in a folder. Safe to use from several threads and processes, of which one may write."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._segments: dict[str, Segment] = {}
        self._analyzers: Remembered[str, Analyzer] = Remembered(Analyzer)
        self._engine: EmbeddedEngine | None = None
        self._file: tuple[int, ...] = ()
        self._lock = threading.Lock()

    @classmethod
    def create(cls, folder: str | os.PathLike[str], *, language: str = "english") -> "EmbeddedIndex":
        """Make an empty index.

        Args:
            folder: where; made if it is not there.
            language: a Snowball language by its English name.

        Raises:
            ArchiveError: if there is an index already.
            ArchiveBusy: if another process is writing there.
            RequestError: if there is no such language.
        """
        analyzer = Analyzer(language)
        directory = Directory(Path(folder))
        with directory.lock():
            directory.create(Manifest(generation=0, language=language, schema=schema_fingerprint(analyzer)))
        return cls(directory)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> "EmbeddedIndex":
        """Open an index.

        Raises:
            ArchiveMissing: if there is none.
            ArchiveDamaged: if its files are not what was written.
            ArchiveOutdated: if it was made by another version.
        """
        index = cls(Directory(Path(folder)))
        index.reader()
        return index

    @property
    def folder(self) -> Path:
        """Where the index is."""
        return self._directory.folder

    @property
    def published(self) -> datetime.date:
        """The day on which the generation last read was published, by this machine's clock; the first is read for it.

        Raises:
            ArchiveMissing, ArchiveDamaged, ArchiveOutdated: see `open`.
        """
        if self._engine is None:
            self.reader()
        with self._lock:
            return self._directory.published(self._file)

    def reader(self) -> EmbeddedEngine:
        """Return the generation in force; the same object as long as no other was published.

        Raises:
            ArchiveMissing, ArchiveDamaged, ArchiveOutdated: see `open`.
        """
        with self._lock:
            file = self._directory.current_file()
            if self._engine is None or file != self._file:
                # Its number does not tell: a keeper may have put another index in the place of this one.
                self._engine, self._file = self._open_current(), file
            return self._engine

    def _open_current(self) -> EmbeddedEngine:
        manifest, held = self._directory.hold_current()
        try:
            analyzer = self._analyzer(manifest)
            statistics = self._directory.read_statistics(manifest)
            segments = {entry.id: self._open_segment(entry) for entry in manifest.segments}
            deletions = [self._directory.read_deletions(entry) for entry in manifest.segments]
        except BaseException:
            held.close()
            raise
        self._segments = segments
        views = [View(s, deleted) for s, deleted in zip(segments.values(), deletions, strict=True)]
        engine = EmbeddedEngine(manifest.generation, manifest.digest, views, analyzer, statistics)
        weakref.finalize(engine, held.close)
        return engine

    def _open_segment(self, entry: SegmentEntry) -> Segment:
        known = self._segments.get(entry.id)
        if known is not None and known.file.checksum == entry.checksum:
            return known
        return self._directory.open_segment(entry)

    def _analyzer(self, manifest: Manifest) -> Analyzer:
        """Return the analyzer of the index, which this version must have just so."""
        analyzer = self._analyzers[manifest.language]
        if schema_fingerprint(analyzer) != manifest.schema:
            raise ArchiveOutdated(f"the index at {self.folder} was made with another analysis of words; {ANEW}")
        return analyzer

    def kept_out(self) -> frozenset[str]:
        """Return the ids of stories that are never taken in again."""
        manifest, held = self._directory.hold_current()
        with held:
            return frozenset(manifest.kept_out)

    def info(self) -> IndexInfo:
        """Return facts of the generation in force."""
        manifest, held = self._directory.hold_current()
        with held:
            return IndexInfo(
                generation=manifest.generation,
                stories=manifest.stories,
                digest=manifest.digest,
                language=manifest.language,
                format=manifest.format,
                segments=len(manifest.segments),
                kept_out=len(manifest.kept_out),
                sizes=self._directory.sizes(manifest),
            )

    def writer(self) -> "IndexWriter":
        """Return the writer of the index; there is one at a time.

        Raises:
            ArchiveBusy: if another process or thread is writing.
            ArchiveDamaged: if the files are not what was written.
        """
        from searchidx.engines.embedded.indexing import IndexWriter  # noqa: PLC0415 - readers do not wait for Whoosh

        manifest, held = self._directory.hold_current()
        with held:
            analyzer = self._analyzer(manifest)
        return IndexWriter(self._directory, analyzer)

    @staticmethod
    def build_anew(folder: str | os.PathLike[str], *, language: str = "english") -> "IndexWriter":
        """Return a writer whose commit replaces all stories of an index, damaged or outdated as it may be.

        Until then the index answers as before, and where there is no commit for good. What is kept out stays so.

        Args:
            folder: of the index.
            language: a Snowball language by its English name, perhaps another than before.

        Raises:
            ArchiveMissing: if there is no index.
            ArchiveBusy: if another process or thread is writing.
            ArchiveDamaged: if not even its manifest is what was written.
            RequestError: if there is no such language.
        """
        from searchidx.engines.embedded.indexing import IndexWriter  # noqa: PLC0415 - as above

        return IndexWriter(Directory(Path(folder)), Analyzer(language), anew=True)

    def discard_empty(self) -> None:
        """Remove an index that never had a commit; any other stays as it is."""
        self._directory.discard_empty()

    def verify(self) -> list[str]:
        """Return what is wrong with the index: checksums, arrays that make no sense, counts that differ from Whoosh's."""
        from searchidx.engines.embedded.verifying import verify  # noqa: PLC0415 - as above

        return verify(self._directory)
