"""A run of much work: on how many processors, and with a garbage collector that looks seldom."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

#: Stories come and go by the million and hardly anything of them goes in circles: the collector need not look often.
COLLECTED_AFTER = 50_000
_MOST_PROCESSES = 8


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
