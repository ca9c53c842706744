"""Work done by other processes: what it makes, raises and leaves behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from searchidx.errors import ArchiveError
from searchidx.processes import beside, processes_worth, working

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or processes_worth() < 2,
    reason="processes are forked on Linux, where there are two processors",
)


def test_what_another_process_makes_comes_back():
    with beside(lambda: (os.getpid(), "made")) as made:
        pass
    with beside(lambda: (os.getpid(), "made")) as made:
        process, what = made()
    assert what == "made"
    assert process != os.getpid()


def test_what_it_raises_is_raised_here():
    def full():
        raise OSError(28, "No space left on device")

    with beside(full) as made, pytest.raises(OSError, match="No space left"):
        made()


def test_that_it_was_ended_is_told():
    with beside(lambda: os.kill(os.getpid(), signal.SIGKILL)) as made, pytest.raises(ArchiveError, match="was ended"):
        made()


def test_it_ends_with_the_block(tmp_path):
    pid = tmp_path / "pid"

    def endless():
        pid.write_text(str(os.getpid()))
        time.sleep(600)

    with suppress(ZeroDivisionError), beside(endless):
        wait_until(lambda: pid.exists() and pid.read_text())
        raise ZeroDivisionError
    assert has_ended(int(pid.read_text()))


def test_where_there_are_threads_all_is_done_in_this_process():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with beside(os.getpid) as made:
            assert made() == os.getpid()
    finally:
        stop.set()
        thread.join()


def test_where_no_process_can_be_forked_all_is_done_in_this_one(monkeypatch):
    def fork():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", fork)
    with beside(os.getpid) as made:
        assert made() == os.getpid()


def test_all_that_work_for_one_end_with_the_block_even_those_that_sleep():
    def tell(connection):
        connection.send(os.getpid())
        time.sleep(600)

    with suppress(ZeroDivisionError), working(3, tell) as connections:
        pids = [connection.recv() for connection in connections]
        raise ZeroDivisionError
    assert len({os.getpid(), *pids}) == 4
    assert all(map(has_ended, pids))


KILLED = """
import os, time
from searchidx.processes import working

def endless(connection):
    connection.send(os.getpid())
    time.sleep(600)

with working(2, endless) as connections:
    print(*(connection.recv() for connection in connections), flush=True)
    time.sleep(600)
"""


def test_they_end_when_the_process_that_they_work_for_is_killed():
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    for pid in pids:
        wait_until(partial(has_ended, pid))


def has_ended(pid):
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] == "Z"  # nobody may be there to ask for its exit code


def wait_until(happened):
    until = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < until, "it has not happened in half a minute"
        time.sleep(0.01)
