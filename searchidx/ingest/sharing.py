"""Work shared among processes: chunks go to them in turn, and what is made of them comes in the order of the chunks."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from searchidx.errors import RecordError
from searchidx.processes import collecting_seldom, told_of_an_end, working

_Chunk = TypeVar("_Chunk")
_Made = TypeVar("_Made")

#: What the processes do.
_WHAT = "prepares stories"


def share(
    begin: Callable[[], Callable[[_Chunk], _Made]], chunks: Iterable[_Chunk], *, processes: int
) -> Generator[_Made, None, None]:
    """Yield what is made of each chunk; the processes end when there is no more, or the generator is closed.

    Args:
        begin: called once in each process, returns what makes something of a chunk. It may be pickled, as are chunks and
            what is made of them.
        chunks: the work.
        processes: how many to start; with one, or where none can be started, all is done in this process.

    Raises:
        RecordError: what the making of one raises.
        ArchiveError: if a process that works for this one is ended.
    """
    with working(processes if processes > 1 else 0, partial(_work, begin)) as connections:
        yield from _in_turn(connections, chunks) if connections else map(begin(), chunks)


def _in_turn(connections: Sequence[Connection], chunks: Iterable[Any]) -> Iterator[Any]:
    """Give each process a chunk in turn, a new one when the one before is done."""
    free, busy = deque(connections), deque[Connection]()
    for chunk in chunks:
        done = None
        if not free:
            free.append(busy.popleft())
            done = _receive(free[0])
        with told_of_an_end(_WHAT):
            free[0].send(chunk)
        busy.append(free.popleft())
        if done is not None:
            yield done
    yield from map(_receive, busy)


def _receive(connection: Connection) -> object:
    with told_of_an_end(_WHAT):
        made = connection.recv()
    if isinstance(made, RecordError):
        raise made
    return made


def _work(begin: Callable[[], Callable[[Any], object]], connection: Connection) -> None:
    """Make something of each chunk until there are no more."""
    make = begin()
    with collecting_seldom():
        while True:
            chunk = connection.recv()
            try:
                made = make(chunk)
            except RecordError as error:
                made = error
            connection.send(made)
