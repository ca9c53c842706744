"""Spooled stories → batches with names and places, in several processes where there are many stories.

Naming a story and reading it into columns takes most of a run's time and needs nothing but the story, the archive's
statistics and the keeper's lists. The batches come in the order of the stories and are the same however many processes
there are.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from searchidx.engines.embedded.batch import Batch, BatchReader
from searchidx.ingest.naming import KeepersLists
from searchidx.ingest.sharing import share
from searchidx.ingest.spool import unpack
from searchidx.names import NameStatistics
from searchidx.processes import processes_worth

#: How many stories make a batch.
_BATCH = 500
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


def prepare(stories: Iterable[Settled], count: int, statistics: bytes, lists: KeepersLists) -> Iterator[Prepared]:
    """Return batches of the stories, of which there are about `count`.

    Raises:
        RecordError: if a story cannot be stored.
        ArchiveError: if a process that works for this one is ended.
    """
    rest = iter(stories)
    chunks = iter(lambda: list(islice(rest, _BATCH)), [])
    processes = processes_worth() if count >= _WORTH_PROCESSES else 1
    return share(partial(_Preparer, statistics, lists), chunks, processes=processes)


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
