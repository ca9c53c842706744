"""Files to import, wherever they are kept: a file, a folder, a .zip, a .tar.gz or a stream."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Entry:
    """One file to import: its name relative to the source (with `/`), its size in bytes, and how to open it."""

    name: str
    size: int
    open: Callable[[], BinaryIO]
