"""Spooled stories → name statistics, and batches with names and places; in several processes where there are many stories.

Naming a story and reading it into columns takes most of a run's time and needs nothing but the story, the archive's
statistics and the keeper's lists. The batches come in the order of the stories and are the same however many processes
there are; so are the statistics.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple, TypeVar

from searchidx.engines.embedded.batch import Batch, BatchReader
from searchidx.ingest.naming import KeepersLists
from searchidx.ingest.sharing import share
from searchidx.ingest.spool import unpack
from searchidx.names import NameStatistics, WordCounts
from searchidx.processes import processes_worth

_Item = TypeVar("_Item")

#: How many stories make a batch.
_BATCH = 500
#: Of how many stories the words are counted at once.
_COUNTED = 4_000
#: From so many stories on other processes are started, which takes each as long as naming some thousand stories.
_WORTH_PROCESSES = 4_000


class Settled(NamedTuple):
    """A story of the spool with its address.

    Attributes:
        packed: as the spool has it.
        address: the one it gets.
        former: addresses it had, besides those it names itself.
    """

    packed: bytes
    address: str
    former: tuple[str, ...]


class Prepared(NamedTuple):
    """A batch, and the names and places that its stories have.

    Attributes:
        naming, reading: seconds that it took to name the stories, and to read them into columns.
    """

    batch: Batch
    names: frozenset[str]
    places: frozenset[str]
    naming: float
    reading: float


def learn(stories: Iterable[bytes], count: int) -> NameStatistics:
    """Return how the stories of a spool, of which there are about `count`, write their words.

    Raises:
        ArchiveError: if a process that works for this one is ended.
    """
    counts = WordCounts()
    for some in share(_counter, _chunks(stories, _COUNTED), processes=_processes(count)):
        counts.add(some)
    return counts.statistics()


def _counter() -> Callable[[Sequence[bytes]], WordCounts]:
    return _count


def _count(stories: Sequence[bytes]) -> WordCounts:
    counts = WordCounts()
    for packed in stories:
        counts.count(unpack(packed).text)
    return counts


def prepare(stories: Iterable[Settled], count: int, statistics: bytes, lists: KeepersLists) -> Iterator[Prepared]:
    """Return batches of the stories, of which there are about `count`.

    Raises:
        RecordError: if a story cannot be stored.
        ArchiveError: if a process that works for this one is ended.
    """
    return share(partial(_Preparer, statistics, lists), _chunks(stories, _BATCH), processes=_processes(count))


def _processes(count: int) -> int:
    return processes_worth() if count >= _WORTH_PROCESSES else 1


def _chunks(stories: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    rest = iter(stories)
    return iter(lambda: list(islice(rest, size)), [])


class _Preparer:
    """Names stories and reads them into batches."""

    def __init__(self, statistics: bytes, lists: KeepersLists) -> None:
        self._namer, self._reader = lists.namer(NameStatistics.from_bytes(statistics)), BatchReader()

    def __call__(self, stories: Sequence[Settled]) -> Prepared:
        began, documents = time.perf_counter(), []
        for packed, address, more in stories:
            story = unpack(packed)
            former = dict.fromkeys((*story.former, *more))
            former.pop(address, None)
            documents.append(self._namer.name(story._replace(address=address, former=tuple(former))))
        named = time.perf_counter()
        batch = self._reader.read(documents)
        read = time.perf_counter()
        places = frozenset(place.name for document in documents for place in document.story.places)
        return Prepared(batch, frozenset(batch.facets["entity"].values), places, named - began, read - named)
