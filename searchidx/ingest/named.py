"""Stories that need not be named again: naming takes most of a run, and a run over a whole archive brings few new stories.

Whoever names the same story by the same means gets the same names. What is kept is, of each story that was named, one number
made of both and of what came out, its digest in the index. A story of which that number is known for what the index holds of
it now would come out just so. The numbers stay true whatever happens to the index: where they are lost or too old, stories
are named again, and nothing else is amiss.
"""

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from pathlib import Path

from searchidx.engines.embedded.stored_stories import story_record
from searchidx.ingest.naming import KeepersLists
from searchidx.stories import Story

_FILE = "named"
#: What the file begins with: the digest of the numbers behind it.
_DIGEST_BYTES = 16
#: Numbers of stories that were not in the run are kept until there are so many times as many as stories.
_MOST = 2
_WHOLE = 1 << 64


def naming_means(statistics: bytes, lists: KeepersLists) -> bytes:
    """Return what is another when a story may be named otherwise: by this archive's words, the keeper's lists, this program."""
    digest = blake2b(_program(), digest_size=32)
    digest.update(blake2b(statistics).digest())
    digest.update(repr((sorted(lists.aliases.items()), sorted(lists.stop))).encode())
    return digest.digest()


@lru_cache(maxsize=1)
def _program() -> bytes:
    """Return the digest of the modules and the data that stories are named by."""
    digest = blake2b()
    package = files("searchidx")
    for room in ("names", "stories", "data/names", "data/gazetteer"):
        for file in _files(package.joinpath(*room.split("/"))):
            digest.update(blake2b(file.read_bytes()).digest())
    return digest.digest()


def _files(folder: Traversable) -> Iterator[Traversable]:
    return (file for file in sorted(folder.iterdir(), key=lambda file: file.name) if file.is_file())


def unnamed_digest(story: Story, means: bytes) -> int:
    """Return the digest of a story that is to be named by some means, wherever it was read from; 0 if it cannot be stored."""
    try:
        record = story_record(story._replace(origin=None), story.address)
    except TypeError:  # orjson's; who is to store it tells why
        return 0
    return int.from_bytes(blake2b(record, digest_size=8, key=means).digest(), "little")


class Named:
    """What is known of the stories that were named, in the folder of an index."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._before = _read(self._path)
        self._now: array[int] = array("Q")

    def note(self, unnamed: int, digest: int) -> None:
        """Note that a story of this `unnamed_digest` came out as one that has this digest in an index."""
        self._now.append((unnamed + digest) % _WHOLE)

    def knows(self, unnamed: int, digest: int) -> bool:
        """Whether that was noted in an earlier run; then it stays noted."""
        number = (unnamed + digest) % _WHOLE
        place = bisect_left(self._before, number)
        if not unnamed or place == len(self._before) or self._before[place] != number:
            return False
        self._now.append(number)
        return True

    def keep(self, story_count: int) -> None:
        """Keep what was noted, in this run and before, for an index of so many stories; what cannot be written is found anew."""
        now = _distinct(sorted(self._now))
        both = _distinct(heapq.merge(now, self._before))
        data = (both if len(both) <= _MOST * story_count else now).tobytes()
        unfinished = self._path.with_suffix(".tmp")
        with suppress(OSError):
            unfinished.write_bytes(_digest(data) + data)
            unfinished.replace(self._path)


def _distinct(rising: Iterable[int]) -> "array[int]":
    return array("Q", (number for number, _ in groupby(rising)))


def _read(path: Path) -> "array[int]":
    """Read numbers, rising; none where there is no file, or another one than was written."""
    numbers = array("Q")
    with suppress(OSError):
        data = path.read_bytes()
        if data[:_DIGEST_BYTES] == _digest(data[_DIGEST_BYTES:]):
            numbers.frombytes(data[_DIGEST_BYTES:])
    return numbers


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST_BYTES).digest()
