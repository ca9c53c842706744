"""The files of an index, and the order in which they are written; the only module that writes the snapshot's.

    segments/<id>.seg             a segment
    segments/<id>.<n>.del         which of its stories are gone as of generation n
    segments/<n>.statistics       name statistics
    generations/<n>.json          manifest: all that generation n consists of
    CURRENT                       number of the generation in force
    LOCK                          held by the process that writes

A commit writes and syncs all files of the new generation and its manifest, then lets Whoosh commit, then replaces
CURRENT. After a crash before Whoosh's commit the next writer finds Whoosh as the current manifest says, and sweeps what
was left; after a crash behind it finds Whoosh as the next manifest says, and makes that one current. Published files are
never changed. A reader holds a shared lock on its manifest; the writer sweeps what belongs to none of the current
generation, the one before and those that are held.
"""

import datetime
import fcntl
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import orjson

from searchidx.engines.embedded.snapshot.format import FORMAT_VERSION, ArrayFile, NamedArrays, write_arrays
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.errors import ANEW, ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveMissing, ArchiveOutdated

#: What to do where not even the take-downs can be read.
_FROM_NOTHING = (
    "restore it from a backup; if there is none, move the folder away, put archive.toml and the lists that it names back, "
    "build the index again with searchidx index, and repeat the take-downs with searchidx remove --keep-out"
)

_ATTEMPTS = 20
_DELETED = "deleted"


def total_digest(digests: Iterable[int]) -> str:
    """Return the digest of a generation's stories, given those of its segments: the same for the same stories in any order."""
    return f"{sum(digests) % (1 << 64):016x}"


class SegmentEntry(NamedTuple):
    """A segment in a generation: its id, the checksum of its header, and which generation wrote its deletions, if any."""

    id: str
    checksum: int
    deletions: int | None = None


class Manifest(NamedTuple):
    """What a generation consists of.

    Attributes:
        language, schema: of the analyzer; the fingerprint of fields and analysis.
        segments: its segments.
        whoosh: the number of Whoosh's commit that it goes with.
        stories: how many there are.
        digest: of all stories; the same stories give the same, however they came in.
        kept_out: ids of stories that are never taken in again.
        statistics: the generation that wrote the name statistics, and their checksum; None where there are none.
    """

    generation: int
    language: str
    schema: str
    segments: tuple[SegmentEntry, ...] = ()
    whoosh: int = 0
    stories: int = 0
    digest: str = total_digest(())
    kept_out: tuple[str, ...] = ()
    statistics: tuple[int, int] | None = None
    format: int = FORMAT_VERSION


class Remains(NamedTuple):
    """What of a generation outlives its format: its number, how many stories it has, and which are never taken in again."""

    generation: int
    stories: int
    kept_out: tuple[str, ...]


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the system says against writing into an error that says what to do.

    Raises:
        ArchiveError: if the disk is full, the folder read-only, …
    """
    try:
        yield
    except OSError as error:
        raise ArchiveError(
            f"the index at {folder} cannot be written ({error}); nothing in it was changed. "
            "See whether the disk has room and whether you may write there, then try again"
        ) from error


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turn what the system says against reading what is there into an error that says what to do.

    Raises:
        ArchiveError: if there is no permission to, the disk is faulty, …
    """
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise ArchiveError(f"the index at {folder} cannot be read ({error}); check its permissions") from error


class Directory:
    """The files of one index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.whoosh = folder / "whoosh"
        self._segments, self._generations = folder / "segments", folder / "generations"
        self._current = folder / "CURRENT"
        self._current_name = str(self._current)

    def exists(self) -> bool:
        """Whether there is an index, even one whose CURRENT is missing.

        Raises:
            ArchiveError: if its folder cannot be read.
        """
        with reading(self.folder):
            return self._current.exists() or bool(self._newest())

    def _newest(self) -> int:
        """Return the number of the newest generation of which there is a manifest; 0 also where there is none."""
        return max((int(path.stem) for path in self._generations.glob("*.json") if path.stem.isdigit()), default=0)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the writer's lock.

        Raises:
            ArchiveBusy: if another process or writer holds it.
            ArchiveError: if there can be none.
        """
        with ExitStack() as stack:
            with writing(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context((self.folder / "LOCK").open("wb"))
            if not self._lock_at_once(file):
                raise ArchiveBusy(f"another process is writing to {self.folder}; try again when it is done")
            yield

    def create(self, manifest: Manifest) -> None:
        """Publish the first generation.

        Raises:
            ArchiveError: if there is an index already.
        """
        if self.exists():
            raise ArchiveError(f"there is an index at {self.folder} already; open it, or remove the folder")
        with writing(self.folder):
            for folder in (self._segments, self._generations):
                folder.mkdir(exist_ok=True)
            self.write_manifest(manifest)
            self.make_current(manifest.generation)

    def discard_empty(self) -> None:
        """Remove the files of an index that never had a commit, as far as that can be done; leave any other as it is."""
        import shutil  # noqa: PLC0415 - no search needs it

        with suppress(OSError, ArchiveError):
            with self.lock():
                if self.current():
                    return
                self._current.unlink()  # first: from then on there is no index
                for folder in (self.whoosh, self._segments, self._generations):
                    shutil.rmtree(folder, ignore_errors=True)
                (self.folder / "LOCK").unlink()
            self.folder.rmdir()  # unless it has settings

    def current(self) -> int:
        """Return the number of the generation in force.

        Raises:
            ArchiveMissing: if there is no index.
            ArchiveDamaged: if CURRENT is missing from one, or does not hold a number.
        """
        with self._present():
            text = self._current.read_text("utf-8", errors="replace").strip()
        if not (text.isascii() and text.isdigit()):
            raise ArchiveDamaged(f"{self._current} holds {text[:40]!r} and not a number; {self._mending_current()}")
        return int(text)

    def current_file(self) -> tuple[int, ...]:
        """Return what tells a file CURRENT from those before and after it: inode, time of writing, size.

        This is asked before each search, and reading the file would take too long.

        Raises:
            ArchiveMissing: if there is no index.
        """
        try:
            found = os.stat(self._current_name)  # noqa: PTH116 - a Path's own takes as long again
        except OSError:
            with self._present():
                found = self._current.stat()
        return found.st_ino, found.st_mtime_ns, found.st_size

    @staticmethod
    def published(file: tuple[int, ...]) -> datetime.date:
        """Return the day on which a file CURRENT was written, by this machine's clock."""
        return datetime.date.fromtimestamp(file[1] / 1e9)

    @contextmanager
    def _present(self) -> Iterator[None]:
        try:
            with reading(self.folder):
                yield
        except (FileNotFoundError, NotADirectoryError):
            if self._newest():
                raise ArchiveDamaged(f"{self._current} is missing; {self._mending_current()}") from None
            raise ArchiveMissing(f"no index at {self.folder}; make one with: searchidx index") from None

    def _mending_current(self) -> str:
        return (
            "restore it from a backup, or write the number of the newest generation into it: "
            f"echo {self._newest()} > {self._current}"
        )

    def hold_current(self) -> tuple[Manifest, BinaryIO]:
        """Return the manifest in force and its file with a shared lock; its files stay until that is closed.

        Raises:
            ArchiveMissing: if there is no index.
            ArchiveDamaged: if its manifest is not what was written.
            ArchiveOutdated: if it is of another version of the format.
            ArchiveError: if its files cannot be locked.
        """
        for _ in range(_ATTEMPTS):
            generation = self.current()
            try:
                with reading(self.folder):
                    file = self._manifest(generation).open("rb")
            except FileNotFoundError:
                continue  # swept by a writer that was quicker; CURRENT names a newer one
            try:
                self._lock(file, fcntl.LOCK_SH)
                if os.fstat(file.fileno()).st_nlink:
                    return self._read(generation, file.read()), file
            except BaseException:
                file.close()
                raise
            file.close()
        raise self.manifest_missing(generation)

    def remains(self) -> Remains:
        """Return what is kept of the generation in force when the index is built anew.

        Raises:
            ArchiveMissing: if there is no index.
            ArchiveDamaged: if its manifest is not what was written.
        """
        generation = self.current()
        try:
            with reading(self.folder):
                data = self._manifest(generation).read_bytes()
        except FileNotFoundError:
            raise self.manifest_missing(generation) from None
        body = self._body(generation, data)
        return Remains(generation, body.get("stories", 0), tuple(body.get("kept_out", ())))

    def manifest(self, generation: int) -> Manifest | None:
        """Return the manifest of a generation, None if there is none.

        Raises:
            ArchiveDamaged, ArchiveOutdated: see `hold_current`.
        """
        try:
            data = self._manifest(generation).read_bytes()
        except FileNotFoundError:
            return None
        return self._read(generation, data)

    def manifest_missing(self, generation: int) -> ArchiveDamaged:
        """Return the error that the manifest of a generation is not there."""
        return ArchiveDamaged(f"{self._manifest(generation)} is missing; {_FROM_NOTHING}")

    def _body(self, generation: int, data: bytes) -> dict[str, Any]:
        """Return the content of a manifest, which may be of another format, after comparing its checksum."""
        path = self._manifest(generation)
        try:
            described = orjson.loads(data)
            body, checksum = described["manifest"], described["checksum"]
            known = "format" in body
        except (orjson.JSONDecodeError, KeyError, TypeError):
            known = False
        if not known:
            raise ArchiveDamaged(f"{path} is no manifest; {_FROM_NOTHING}")
        if checksum != zlib.crc32(orjson.dumps(body)):
            raise ArchiveDamaged(f"{path} is not what was written; {_FROM_NOTHING}")
        found: dict[str, Any] = body
        return found

    def _read(self, generation: int, data: bytes) -> Manifest:
        body = self._body(generation, data)
        if body["format"] != FORMAT_VERSION:
            way_out = f"update searchidx, or {ANEW}" if body["format"] > FORMAT_VERSION else ANEW
            raise ArchiveOutdated(
                f"the index at {self.folder} is of format {body['format']}, this version reads {FORMAT_VERSION}; {way_out}"
            )
        return Manifest(
            **{
                **body,
                "segments": tuple(SegmentEntry(**entry) for entry in body["segments"]),
                "kept_out": tuple(body["kept_out"]),
                "statistics": None if body["statistics"] is None else tuple(body["statistics"]),
            }
        )

    def open_segment(self, entry: SegmentEntry) -> Segment:
        """Open a segment.

        Raises:
            ArchiveDamaged: if it is missing or not what was written.
        """
        segment = Segment(self._segment(entry.id))
        if segment.file.checksum != entry.checksum:
            raise ArchiveDamaged(f"{segment.file.path} is not the file that its generation names; {ANEW}")
        return segment

    def read_deletions(self, entry: SegmentEntry) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Return the numbers of a segment's deleted documents, rising."""
        if entry.deletions is None:
            return np.empty(0, np.int32)
        return ArrayFile(self._deletions(entry.id, entry.deletions)).array(_DELETED)

    def read_statistics(self, manifest: Manifest) -> bytes | None:
        """Return the name statistics of a generation, None where there are none.

        Raises:
            ArchiveDamaged: if they are not what was written.
        """
        if manifest.statistics is None:
            return None
        generation, checksum = manifest.statistics
        path = self._statistics(generation)
        try:
            with reading(self.folder):
                data = path.read_bytes()
        except FileNotFoundError:
            data = b""
        if zlib.crc32(data) != checksum:
            raise ArchiveDamaged(f"{path} is not what was written; restore it from a backup, or {ANEW}")
        return data

    def write_segment(self, segment_id: str, arrays: NamedArrays) -> SegmentEntry:
        """Write and sync the file of a segment."""
        path = self._segment(segment_id)
        with path.open("wb") as file:
            write_arrays(file, arrays)
            sync_file(file)
        return SegmentEntry(segment_id, ArrayFile(path).checksum)

    def write_deletions(self, entry: SegmentEntry, generation: int, deleted: Iterable[int]) -> SegmentEntry:
        """Write and sync which documents of a segment are gone."""
        with self._deletions(entry.id, generation).open("wb") as file:
            write_arrays(file, [(_DELETED, np.array(sorted(deleted), np.int32))])
            sync_file(file)
        return SegmentEntry(entry.id, entry.checksum, generation)

    def write_statistics(self, generation: int, data: bytes) -> tuple[int, int]:
        """Write and sync name statistics; return what the manifest says of them."""
        with self._statistics(generation).open("wb") as file:
            file.write(data)
            sync_file(file)
        return generation, zlib.crc32(data)

    def write_manifest(self, manifest: Manifest) -> None:
        """Write a manifest when all its files are on the disk, and see that it is too."""
        sync_path(self._segments)
        body = manifest._asdict() | {"segments": [entry._asdict() for entry in manifest.segments]}
        self._replace(
            self._manifest(manifest.generation),
            orjson.dumps({"checksum": zlib.crc32(orjson.dumps(body)), "manifest": body}),
        )

    def make_current(self, generation: int) -> None:
        """Put a generation in force."""
        self._replace(self._current, f"{generation}\n".encode())

    def _replace(self, path: Path, data: bytes) -> None:
        """Write a file under another name, sync it and give it its name."""
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            file.write(data)
            sync_file(file)
        unfinished.replace(path)
        sync_path(path.parent)

    def sweep(self, current: Manifest) -> None:
        """Remove every file that belongs to none of the current generation, the one before, and those that are held."""
        kept = set(self._files(current))
        numbers = sorted(int(path.stem) for path in self._generations.glob("*.json") if path.stem.isdigit())
        before = [number for number in numbers if number < current.generation]
        for number in numbers:
            if number == current.generation:
                continue
            # NFS gives an exclusive lock only on a file that is open for writing.
            with self._manifest(number).open("r+b") as file:
                if (before and number == before[-1]) or not self._lock_at_once(file):
                    with suppress(ArchiveDamaged, ArchiveOutdated):  # which nobody can open
                        manifest = self.manifest(number)
                        kept |= set() if manifest is None else set(self._files(manifest))
                else:
                    self._manifest(number).unlink()
        for folder in (self._segments, self._generations):
            for path in folder.iterdir():
                if path not in kept:
                    path.unlink()
        self._current.with_suffix(".tmp").unlink(missing_ok=True)

    def sweep_unfinished(self, generation: int) -> None:
        """Remove what was written for generations after the one in force, whatever format that is of."""
        for folder in (self._segments, self._generations):
            for path in folder.iterdir():
                number = re.match(r"\d+", path.name)
                if number is not None and int(number[0]) > generation:
                    path.unlink()

    def _lock_at_once(self, file: BinaryIO) -> bool:
        """Lock a file for one process alone, unless another one has locked it; whether it is locked."""
        try:
            self._lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _lock(self, file: BinaryIO, how: int) -> None:
        """Lock a file.

        Raises:
            BlockingIOError: if another process has locked it, and it is not to be waited for.
            ArchiveError: if its file system gives no locks, as some over a network.
        """
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            raise
        except OSError as error:
            raise ArchiveError(
                f"the file system of {self.folder} gives no locks ({error}); keep the index on a disk of this machine"
            ) from error

    def _files(self, manifest: Manifest) -> Iterator[Path]:
        """Yield the files of a generation."""
        yield self._manifest(manifest.generation)
        for entry in manifest.segments:
            yield self._segment(entry.id)
            if entry.deletions is not None:
                yield self._deletions(entry.id, entry.deletions)
        if manifest.statistics is not None:
            yield self._statistics(manifest.statistics[0])

    def sizes(self, manifest: Manifest) -> dict[str, int]:
        """Return the bytes of a generation's own files and of Whoosh's."""
        with reading(self.folder):
            return {
                "snapshot": sum(path.stat().st_size for path in self._files(manifest)),
                "whoosh": sum(path.stat().st_size for path in self.whoosh.glob("*") if path.is_file()),
            }

    def _manifest(self, generation: int) -> Path:
        return self._generations / f"{generation}.json"

    def _segment(self, segment_id: str) -> Path:
        return self._segments / f"{segment_id}.seg"

    def _deletions(self, segment_id: str, generation: int) -> Path:
        return self._segments / f"{segment_id}.{generation}.del"

    def _statistics(self, generation: int) -> Path:
        return self._segments / f"{generation}.statistics"


def sync_file(file: BinaryIO) -> None:
    """See that what was written to an open file is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_path(path: Path) -> None:
    """See that a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
