"""Work shared among processes: chunks go to them in turn, and what is made of them comes in the order of the chunks."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from searchidx.errors import RecordError
from searchidx.processes import collecting_seldom, told_of_an_end

_Chunk = TypeVar("_Chunk")
_Made = TypeVar("_Made")

#: What the processes do.
_WHAT = "prepares stories"


def share(
    begin: Callable[[], Callable[[_Chunk], _Made]], chunks: Iterable[_Chunk], *, processes: int
) -> Iterator[_Made]:
    """Yield what is made of each chunk.

    Args:
        begin: called once in each process, returns what makes something of a chunk; it is pickled, as are chunks and what
            is made of them.
        chunks: the work.
        processes: how many to start; with one, all is done in this process.

    Raises:
        RecordError: what the making of one raises.
        ArchiveError: if a process that works for this one is ended.
    """
    if processes < 2:
        yield from map(begin(), chunks)
        return
    with _working(processes, begin) as connections:
        yield from _in_turn(connections, chunks)


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


@contextmanager
def _working(count: int, begin: Callable[[], Callable[[Any], object]]) -> Iterator[list[Connection]]:
    """Start processes, and end them behind the block."""
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, begin), daemon=True)
            process.start()
            theirs.close()
            stack.callback(process.join)
            connections.append(stack.enter_context(ours))
        yield connections


def _work(connection: Connection, begin: Callable[[], Callable[[Any], object]]) -> None:
    """Take chunks until there are no more; the process that gives them may be gone at any time."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts the run ends this process by closing its connection
    make = begin()
    with collecting_seldom(), suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            chunk = connection.recv()
            try:
                made = make(chunk)
            except RecordError as error:
                made = error
            connection.send(made)
