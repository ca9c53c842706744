"""Spooled stories → batches with names and places, in several processes where there are many stories.

Naming a story and reading it into columns takes most of a run's time and needs nothing but the story, the archive's
statistics and the keeper's lists. The batches come in the order of the stories and are the same however many processes
there are.
"""

import dataclasses
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from multiprocessing.connection import Connection
from typing import NamedTuple

from searchidx.engines.embedded.batch import Batch, BatchReader
from searchidx.errors import ArchiveError, RecordError
from searchidx.ingest.naming import KeepersLists
from searchidx.ingest.spool import unpack
from searchidx.names import NameStatistics
from searchidx.processes import collecting_seldom, processes_worth

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
    """Yield batches of the stories, of which there are about `count`.

    Raises:
        RecordError: if a story cannot be stored.
        ArchiveError: if a process that works for this one is ended.
    """
    rest = iter(stories)
    chunks = iter(lambda: list(islice(rest, _BATCH)), [])
    processes = processes_worth()
    if processes < 2 or count < _WORTH_PROCESSES:
        yield from map(_Preparer(statistics, lists).prepare, chunks)
        return
    with _working(processes, statistics, lists) as connections:
        yield from _in_turn(connections, chunks)


def _in_turn(connections: Sequence[Connection], chunks: Iterable[list[Settled]]) -> Iterator[Prepared]:
    """Give each process a chunk in turn, a new one when the one before is done."""
    free, busy = deque(connections), deque[Connection]()
    for chunk in chunks:
        done = None
        if not free:
            free.append(busy.popleft())
            done = _receive(free[0])
        with _told_of_an_end():
            free[0].send(chunk)
        busy.append(free.popleft())
        if done is not None:
            yield done
    yield from map(_receive, busy)


def _receive(connection: Connection) -> Prepared:
    with _told_of_an_end():
        prepared: Prepared | RecordError = connection.recv()
    if isinstance(prepared, RecordError):
        raise prepared
    return prepared


@contextmanager
def _told_of_an_end() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError):
        raise ArchiveError(
            "a process that names stories was ended; nothing was changed; there may be too little memory"
        ) from None


@contextmanager
def _working(count: int, statistics: bytes, lists: KeepersLists) -> Iterator[list[Connection]]:
    """Start processes, and end them behind the block."""
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, statistics, lists), daemon=True)
            process.start()
            theirs.close()
            stack.callback(process.join)
            connections.append(stack.enter_context(ours))
        yield connections


def _work(connection: Connection, statistics: bytes, lists: KeepersLists) -> None:
    """Prepare chunks until there are no more; the process that gives them may be gone at any time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts the run ends this process by closing its connection
    preparer = _Preparer(statistics, lists)
    with collecting_seldom(), suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            chunk = connection.recv()
            try:
                prepared: Prepared | RecordError = preparer.prepare(chunk)
            except RecordError as error:
                prepared = error
            connection.send(prepared)


class _Preparer:
    """Names stories and reads them into batches."""

    def __init__(self, statistics: bytes, lists: KeepersLists) -> None:
        self._namer, self._reader = lists.namer(NameStatistics.from_bytes(statistics)), BatchReader()

    def prepare(self, stories: Sequence[Settled]) -> Prepared:
        began, documents = time.perf_counter(), []
        for packed, address, more in stories:
            story = unpack(packed)
            former = dict.fromkeys((*story.former, *more))
            former.pop(address, None)
            documents.append(self._namer.name(dataclasses.replace(story, address=address, former=tuple(former))))
        named = time.perf_counter()
        batch = self._reader.read(documents)
        read = time.perf_counter()
        places = frozenset(place.name for document in documents for place in document.story.places)
        return Prepared(batch, frozenset(batch.facets["entity"].values), places, named - began, read - named)
