"""Spooled stories → name statistics, and batches with names and places; in several processes where there are many stories.

Naming a story and reading it into columns takes most of a run's time and needs nothing but the story, the archive's
statistics and the keeper's lists. The batches come in the order of the stories and are the same however many processes
there are; so are the statistics.
"""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import NamedTuple, TypeVar

from searchidx.engines.embedded.batch import Batch, BatchReader
from searchidx.ingest.named import naming_means, unnamed_digest
from searchidx.ingest.naming import KeepersLists
from searchidx.ingest.sharing import share
from searchidx.ingest.spool import unpack
from searchidx.names import NameStatistics, WordCounts
from searchidx.processes import processes_worth
from searchidx.stories import Story

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")

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

    def story(self) -> Story:
        """Return the story with its addresses."""
        story = unpack(self.packed)
        former = dict.fromkeys((*story.former, *self.former))
        former.pop(self.address, None)
        return story._replace(address=self.address, former=tuple(former))


class Prepared(NamedTuple):
    """A batch, and the names and places that its stories have.

    Attributes:
        unnamed: the `unnamed_digest` of each story.
        naming, reading: seconds that it took to name the stories, and to read them into columns.
    """

    batch: Batch
    names: frozenset[str]
    places: frozenset[str]
    unnamed: Sequence[int]
    naming: float
    reading: float


def learn(stories: Iterable[bytes]) -> NameStatistics:
    """Return how the stories of a spool write their words.

    Raises:
        ArchiveError: if a process that works for this one is ended.
    """
    counts = WordCounts()
    with closing(_share(_counter, stories, _COUNTED)) as counted:
        for some in counted:
            counts.add(some)
    return counts.statistics()


def _counter() -> Callable[[Sequence[bytes]], WordCounts]:
    return _count


def _count(stories: Sequence[bytes]) -> WordCounts:
    counts = WordCounts()
    for packed in stories:
        counts.count(unpack(packed).text)
    return counts


def prepare(stories: Iterable[Settled], statistics: bytes, lists: KeepersLists) -> Generator[Prepared, None, None]:
    """Return batches of the stories; what works for them ends when there are no more, or the generator is closed.

    Raises:
        RecordError: if a story cannot be stored.
        ArchiveError: if a process that works for this one is ended.
    """
    return _share(partial(_Preparer, statistics, lists), stories, _BATCH)


def _share(
    begin: Callable[[], Callable[[Sequence[_Item]], _Made]], stories: Iterable[_Item], size: int
) -> Generator[_Made, None, None]:
    """Yield what is made of the stories, so many at once: by other processes if they are many."""
    rest = iter(stories)
    first = list(islice(rest, _WORTH_PROCESSES))
    processes = processes_worth() if len(first) == _WORTH_PROCESSES else 1
    stories = chain(first, rest)
    return share(begin, iter(lambda: list(islice(stories, size)), []), processes=processes)


class _Preparer:
    """Names stories and reads them into batches."""

    def __init__(self, statistics: bytes, lists: KeepersLists) -> None:
        self._namer, self._reader = lists.namer(NameStatistics.from_bytes(statistics)), BatchReader()
        self._means = naming_means(statistics, lists)

    def __call__(self, settled: Sequence[Settled]) -> Prepared:
        began = time.perf_counter()
        stories = [each.story() for each in settled]
        unnamed = [unnamed_digest(story, self._means) for story in stories]
        documents = list(map(self._namer.name, stories))
        named = time.perf_counter()
        batch = self._reader.read(documents)
        read = time.perf_counter()
        places = frozenset(place.name for document in documents for place in document.story.places)
        return Prepared(batch, frozenset(batch.facets["entity"].values), places, unnamed, named - began, read - named)
