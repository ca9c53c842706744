"""Files to import, wherever they are kept: a file, a folder, a .zip, a .tar, a .tar.gz or a stream.

Nothing outside of what the keeper named is ever read: links are not followed, and names that lead out of an
archive are refused.
"""

import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from searchidx.errors import SourceError
from searchidx.importers.streams import CHUNK, as_stream, bounded, file_chunks, unpacked
from searchidx.stories import Skipped

#: Told how many bytes of a source were read.
OnBytes = Callable[[int], object]

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_MAGIC = b"ustar"
_TAR_MAGIC_AT = 257
#: The folders in which an index of searchidx keeps its files; one may lie in the folder of its stories.
_OF_AN_INDEX = frozenset({"generations", "segments", "whoosh"})
#: What the standard library raises on an archive that is damaged, or made to harm.
_ARCHIVE_FAULTS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file to import: its name, with `/`, from the source's own name on, and how to open it, unpacked.

    `open` raises SourceError. An entry of a .tar is opened before the next one is asked for, or not at all.
    """

    name: str
    open: Callable[[], io.BufferedReader]


def source_name(path: Path | None) -> str:
    """Return what a source is called in origins and messages: the base name of its path, `-` for standard input."""
    if path is None:
        return "-"
    return _readable(path.name or path.resolve().name or "/")


def source_size(path: Path | None) -> int:
    """Return how many bytes there are to be read, about; 0 where nobody knows."""
    if path is None:
        return 0
    if not path.is_dir():
        return path.stat().st_size if path.is_file() else 0
    files = (item for item in _folder_items(path) if isinstance(item, Path))
    return sum(file.stat().st_size for file in files)


def holds_many(path: Path) -> bool:
    """Whether a source is a folder or an archive, which hold many files, rather than one file.

    Raises:
        SourceError: if there is no such source, or it cannot be opened.
    """
    try:
        path.stat()
    except FileNotFoundError:
        raise SourceError(f"there is no {path}; give a file, a folder or an archive") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} cannot be opened: {getattr(error, 'strerror', None) or error}") from None
    if path.is_dir() or (path.is_file() and is_archive(_head(path))):
        return True
    if path.suffix.lower() in {".zip", ".tar", ".tgz"}:
        raise SourceError(f"{path} is no archive, though its name says so")
    return False


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is a .zip or a .tar."""
    return head.startswith(_ZIP_MAGIC) or head.startswith(_TAR_MAGIC, _TAR_MAGIC_AT)


def file_entry(path: Path, name: str, on_bytes: OnBytes | None = None) -> Entry:
    """Return the entry of a file on disk."""
    return Entry(name, lambda: as_stream(unpacked(_file(path, on_bytes))))


def stream_entry(stream: BinaryIO, name: str, on_bytes: OnBytes | None = None) -> Entry:
    """Return the entry of a stream, which can be opened once."""
    return Entry(name, lambda: as_stream(unpacked(file_chunks(stream, on_bytes))))


def entries(path: Path, on_bytes: OnBytes | None = None) -> Iterator[Entry | Skipped]:
    """Yield the files of a folder or archive; those of a folder and a .zip sorted by name, hidden ones left out.

    Raises:
        SourceError: if it cannot be read.
    """
    if path.is_dir():
        return _folder_entries(path, on_bytes)
    if _head(path).startswith(_ZIP_MAGIC):
        return _zip_entries(path, on_bytes)
    return _tar_entries(path, on_bytes)


def _head(path: Path) -> bytes:
    try:
        with file_entry(path, path.name).open() as stream:
            return stream.peek(_TAR_MAGIC_AT + len(_TAR_MAGIC))
    except SourceError as error:
        raise SourceError(f"{path} {error}") from None


def _file(path: Path, on_bytes: OnBytes | None) -> Iterator[bytes]:
    try:
        file = path.open("rb")
    except PermissionError:
        raise SourceError("cannot be read: you have no permission to") from None
    except OSError as error:
        raise SourceError(f"cannot be opened: {error.strerror or error}") from None
    with file:
        yield from file_chunks(file, on_bytes)


# Folders


def _folder_entries(folder: Path, on_bytes: OnBytes | None) -> Iterator[Entry | Skipped]:
    name = source_name(folder)
    for item in _folder_items(folder):
        if isinstance(item, Skipped):
            yield item
        else:
            yield file_entry(item, f"{name}/{_readable(item.relative_to(folder).as_posix())}", on_bytes)


def _folder_items(folder: Path) -> Iterator[Path | Skipped]:
    """Yield the regular files below a folder sorted by path, and what could not be taken."""
    name, root = source_name(folder), folder.resolve()
    found: list[tuple[tuple[str, ...], Path | Skipped]] = []

    def where(path: Path) -> str:
        return name if path == folder else f"{name}/{_readable(path.relative_to(folder).as_posix())}"

    def refuse(error: OSError) -> None:
        path = Path(error.filename)
        found.append((path.parts, Skipped(where(path), f"the folder cannot be read: {error.strerror}")))

    for parent, folders, files in os.walk(folder, onerror=refuse):
        if _OF_AN_INDEX.issubset(folders):
            path = Path(parent)
            found.append((path.parts, Skipped(where(path), "an index, which is no source of stories", harmless=True)))
            folders.clear()
            continue
        links = [each for each in folders if Path(parent, each).is_symlink()]
        folders[:] = [each for each in folders if not each.startswith(".")]
        for each in [*files, *links]:
            path = Path(parent, each)
            if each.startswith("."):
                continue
            item: Path | Skipped = path
            if path.is_symlink():
                # os.path resolves even a link that leads back to itself, where Path.resolve raises.
                inside = Path(os.path.realpath(path)).is_relative_to(root)
                item = Skipped(where(path), "a link, which is not followed", harmless=inside)
            elif not stat.S_ISREG(path.lstat().st_mode):
                item = Skipped(where(path), "no regular file")
            found.append((path.parts, item))
    for _, item in sorted(found, key=lambda pair: pair[0]):
        yield item


# Archives


def _zip_entries(path: Path, on_bytes: OnBytes | None) -> Iterator[Entry | Skipped]:
    name = source_name(path)
    try:
        archive = zipfile.ZipFile(path)
    except _ARCHIVE_FAULTS as error:
        raise SourceError(f"{path} is a damaged .zip: {error}") from None
    with archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            inner = info.filename.replace("\\", "/")
            if inner.endswith("/") or _is_hidden(inner):
                continue
            where = f"{name}/{_readable(inner)}"
            if not inner:
                yield Skipped(where, "has no name")
            elif _leads_out(inner):
                yield Skipped(where, "its name leads out of the archive")
            elif info.flag_bits & 1:
                yield Skipped(where, "is encrypted; unpack the archive with its password first")
            elif stat.S_ISLNK(info.external_attr >> 16):
                yield Skipped(where, "a link, which is not followed")
            else:
                yield _zip_entry(archive, info, where, on_bytes)


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, on_bytes: OnBytes | None) -> Entry:
    def count(size: int) -> None:
        if on_bytes is not None:
            on_bytes(size * info.compress_size // max(info.file_size, 1))

    def open_entry() -> io.BufferedReader:
        packed = _member(lambda: archive.open(info), count)
        return as_stream(unpacked(bounded(packed, info.compress_size)))

    return Entry(name, open_entry)


def _tar_entries(path: Path, on_bytes: OnBytes | None) -> Iterator[Entry | Skipped]:
    name = source_name(path)
    with file_entry(path, name, on_bytes).open() as stream:
        try:
            # errors: a name that is no UTF-8 is shown with a mark in the place of what cannot be read.
            archive = tarfile.open(fileobj=stream, mode="r|", errors="replace")  # noqa: SIM115 - it owns nothing
            while (member := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined] # the library keeps them all: there may be a million
                if member.isdir() or _is_hidden(member.name):
                    continue
                where = f"{name}/{_readable(PurePosixPath(member.name).as_posix())}"
                if _leads_out(member.name):
                    yield Skipped(where, "its name leads out of the archive")
                elif not member.isreg():
                    yield Skipped(
                        where, "a link, which is not followed" if member.islnk() or member.issym() else "no file"
                    )
                else:
                    yield _tar_entry(archive, member, where)
        except SourceError as error:
            yield Skipped(name, str(error))
        except _ARCHIVE_FAULTS as error:
            yield Skipped(name, f"is damaged or cut off, and the rest was not read: {error}")


def _tar_entry(archive: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> Entry:
    return Entry(name, lambda: as_stream(unpacked(_member(lambda: archive.extractfile(member)))))


def _member(open_member: Callable[[], IO[bytes] | None], count: OnBytes | None = None) -> Iterator[bytes]:
    try:
        with open_member() or io.BytesIO() as file:
            while chunk := file.read(CHUNK):
                if count is not None:
                    count(len(chunk))
                yield chunk
    except _ARCHIVE_FAULTS as error:
        raise SourceError(f"is damaged: {error}") from None


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") and part != ".." for part in parts) or parts[:1] == ("__MACOSX",)


def _leads_out(name: str) -> bool:
    return name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts


def _readable(name: str) -> str:
    """Return a file's name as text that can be written anywhere, whatever bytes it is made of."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
