"""A run of much work: on how many processors, in a process beside this one, and with a collector that looks seldom."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

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
def beside(work: Callable[[], _Made]) -> Iterator[Callable[[], _Made]]:
    """Do some work in another process while the block runs; what is yielded waits for it and returns what it made.

    The process is forked: it has all that this one has, which is not copied. Where that does not go well, or there is but
    one processor, the work is done when it is waited for. It ends with the block, whether it was waited for or not.

    Raises:
        ArchiveError: by what is yielded, if the process was ended.
    """
    if processes_worth() < 2 or not forks_well():
        yield work
        return
    from multiprocessing import Pipe  # noqa: PLC0415 - no search needs it

    ours, theirs = Pipe(duplex=False)
    child = _fork(work, theirs)
    theirs.close()
    if child is None:
        ours.close()
        yield work
        return
    try:
        yield lambda: _receive(ours)
    finally:
        ours.close()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


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


def _fork(work: Callable[[], object], connection: "Connection") -> int | None:
    """Start a process that does the work, and return its id; None where there can be none."""
    parent = os.getpid()
    try:
        child = os.fork()
    except OSError:  # for want of memory, or of leave to have more processes
        return None
    if child == 0:
        _work(work, connection, parent)
    return child


def _work(work: Callable[[], object], connection: "Connection", parent: int) -> NoReturn:
    """Send what the work makes or raises, and end, without ending anything that the parent has begun."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who interrupts the run ends this process
        gc.disable()  # it would write to what is shared, which is copied then
        _end_with(parent)
        made: object
        try:
            made = work()
        except Exception as error:
            made = error
        connection.send(made)
    finally:
        os._exit(0)


def _end_with(parent: int) -> None:
    """See that this process ends when its parent does, however that ends: it holds the parent's locks."""
    import ctypes  # noqa: PLC0415 - no search needs it

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _receive(connection: "Connection") -> Any:  # noqa: ANN401 - what the work makes
    with told_of_an_end("writes"):
        made = connection.recv()
    if isinstance(made, Exception):
        raise made
    return made
