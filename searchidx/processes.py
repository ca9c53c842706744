"""A run of much work: on how many processors, in which processes, and with a collector that looks seldom."""

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from searchidx.errors import ArchiveError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_Made = TypeVar("_Made")

#: Stories come and go by the million and hardly anything of them goes in circles: the collector need not look often.
COLLECTED_AFTER = 50_000
_MOST_PROCESSES = 8

#: What Linux calls the signal that a process gets when its parent ends.
_PR_SET_PDEATHSIG = 1


def processes_worth() -> int:
    """Return how many processes are worth sharing work: one for each processor this one may use, up to a number."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST_PROCESSES)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let the collector look seldom, and never at what is there already."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def working(count: int, work: Callable[["Connection"], object]) -> Iterator[list["Connection"]]:
    """Start processes that do some work, each at the other end of a connection; fewer or none where there can be no more.

    They are forked where that goes well, and have all that this process has, which is not copied; elsewhere the work is
    pickled. They end with the block, and with this process, however that ends.
    """
    from multiprocessing import get_context  # noqa: PLC0415 - no search needs it

    forked = forks_well()
    context = get_context("fork") if forked else get_context("spawn")
    with ExitStack() as stack:
        connections: list[Connection] = []
        with suppress(OSError):  # for want of memory, or of leave to have more processes
            for _ in range(count):
                ours, theirs = context.Pipe()
                stack.enter_context(ours)
                with theirs:
                    inherited = [*connections, ours] if forked else []
                    process = context.Process(target=_begin, args=(work, theirs, inherited, os.getpid()), daemon=True)
                    process.start()
                stack.callback(process.join)
                stack.callback(process.kill)
                connections.append(ours)
        yield connections


@contextmanager
def beside(work: Callable[[], _Made]) -> Iterator[Callable[[], _Made]]:
    """Do some work in a forked process while the block runs; what is yielded waits for it and returns what it made.

    Where there is but one processor, or a second process cannot be had, the work is done when it is waited for. It ends with
    the block, whether it was waited for or not.

    Raises:
        ArchiveError: by what is yielded, if the process was ended.
    """
    count = 1 if processes_worth() > 1 and forks_well() else 0
    with working(count, partial(_make, work)) as connections:
        yield partial(_receive, *connections) if connections else work


@contextmanager
def told_of_an_end(what: str) -> Iterator[None]:
    """Tell that a process was ended if it no longer sends or receives; `what` is what it does.

    Raises:
        ArchiveError: if it was.
    """
    try:
        yield
    except (EOFError, OSError):
        raise ArchiveError(
            f"a process that {what} was ended, perhaps for want of memory; nothing was changed"
        ) from None


def forks_well() -> bool:
    """Whether a forked process goes on well: only Linux promises that, and only where there are no other threads."""
    return sys.platform == "linux" and threading.active_count() == 1


def _begin(
    work: Callable[["Connection"], object], connection: "Connection", inherited: Sequence["Connection"], parent: int
) -> None:
    """Work until there is nothing more to do; the process that gives it may be gone at any time."""
    import signal  # noqa: PLC0415 - no search needs it

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts the run ends this process
    if sys.platform == "linux":
        _end_with(parent)
    for other in inherited:
        other.close()
    # For want of memory it ends without a word: who waits for its answer tells.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError, MemoryError):
        work(connection)


def _end_with(parent: int) -> None:
    """See that this process ends when its parent does, however that ends: it may hold the parent's locks."""
    import ctypes  # noqa: PLC0415 - no search needs it
    import signal  # noqa: PLC0415 - no search needs it

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _make(work: Callable[[], object], connection: "Connection") -> None:
    """Send what some work makes or raises."""
    gc.disable()  # it would write to what is shared, which is copied then
    made: object
    try:
        made = work()
    except Exception as error:
        made = error
    connection.send(made)


def _receive(connection: "Connection") -> Any:  # noqa: ANN401 - what the work makes
    with told_of_an_end("writes"):
        made = connection.recv()
    if isinstance(made, Exception):
        raise made
    return made
