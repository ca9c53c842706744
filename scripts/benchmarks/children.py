"""Work that is measured in a process of its own: its time, its memory, and nothing of what came before.

`in_child` starts it, `python -m benchmarks.children` is it: it prints what it found as one line of JSON.
"""

import json
import os
import re
import resource
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.corpora import batch_places, read_documents
from benchmarks.peers import Foreign, load, tokenize
from benchmarks.questions import Searched
from searchidx.processes import processes_worth
from searchidx.search.query import Or, Word

#: macOS counts in bytes, Linux in kibibytes.
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
#: Looking takes some milliseconds of what is looked at.
_WATCHED_EVERY = 0.25


class ChildFailed(Exception):
    """A measured process ended badly; the message is the end of what it said."""


def in_child(action: str, /, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON has
    """Run one of the actions below in a new process, and return what it found.

    Raises:
        ChildFailed: if it fails.
    """
    command = [sys.executable, "-m", "benchmarks.children", action, json.dumps(arguments, default=str)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChildFailed((done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def build(peer: str, documents: str, folder: str, *, natively: bool = False) -> dict[str, Any]:
    """Build an index; reading the documents, and making the tokens that an engine is given, is timed apart."""
    engine = load(peer)
    make = getattr(engine, "build_natively") if natively else engine.build  # noqa: B009 - few peers have it
    read = read_documents(Path(documents))
    source = _Timed(tokenize(read) if engine.given_tokens and not natively else read)
    wall, cpu = time.perf_counter(), time.process_time()
    make(source, Path(folder))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": wall - source.wall,
        "reading_seconds": source.wall,
        "cpu_seconds": cpu - source.cpu + workers.ru_utime + workers.ru_stime,
        "peak_mb": _peak_memory() / 1e6,
        "peak_of_a_worker_mb": workers.ru_maxrss * _MAXRSS_UNIT / 1e6 if workers.ru_utime else 0.0,
        "disk_mb": size_of(Path(folder)) / 1e6,
    }


def build_in_processes(documents: str, folder: str) -> dict[str, Any]:
    """Build an index of searchidx's as `searchidx index` does; reading the documents is timed apart by each process."""
    processes = processes_worth()
    batches = batch_places(Path(documents))
    together = _watch_memory(os.getpid())
    wall, cpu = time.perf_counter(), time.process_time()
    reading = load("searchidx").build_in_processes(batches, Path(folder), processes)  # type: ignore[attr-defined]
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    largest = max(_peak_memory(), workers.ru_maxrss * _MAXRSS_UNIT)
    return {
        "seconds": wall - reading / processes,
        "reading_seconds": reading / processes,
        "cpu_seconds": cpu + workers.ru_utime + workers.ru_stime - reading,
        "peak_mb": (together() or largest) / 1e6,
        "peak_of_one_mb": largest / 1e6,
        "processes": processes,
        "disk_mb": size_of(Path(folder)) / 1e6,
    }


def index_whole(source: str, indexes: str, name: str) -> dict[str, Any]:
    """Run `searchidx index`: reading, naming, building, syncing, as it tells itself."""
    command = [str(Path(sys.executable).with_name("searchidx")), "index", source, "--into", name, "--json"]
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        run = subprocess.Popen([*command, "--indexes", indexes], stdout=subprocess.PIPE, stderr=said, text=True)
        together = _watch_memory(run.pid)
        printed, _ = run.communicate()
        wall = time.perf_counter() - start
        said.seek(0)
        if run.returncode:
            raise ChildFailed(" ".join(said.read().split())[-500:])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    largest = used.ru_maxrss * _MAXRSS_UNIT
    return {
        "seconds": wall,
        "parts": json.loads(printed)["seconds"],
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mb": (together() or largest) / 1e6,
        "peak_of_one_mb": largest / 1e6,
        "disk_mb": size_of(Path(indexes) / name) / 1e6,
    }


def first_answer(peer: str, folder: str, words: list[str]) -> dict[str, Any]:
    """Open an index and ask it one question."""
    engine = load(peer)
    start = time.perf_counter()
    ready = engine.open(Path(folder), _Numbers())
    opened = time.perf_counter()
    asked = ready.prepare(Searched(query=Or(tuple(map(Word, words)))))
    if asked is not None:
        asked()
    return {"open_ms": 1e3 * (opened - start), "first_ms": 1e3 * (time.perf_counter() - opened)}


def add(peer: str, folder: str, documents: str, *, commits: int = 1) -> dict[str, Any]:
    """Add documents in so many commits, and open what is then to be seen."""
    engine = load(peer)
    new = list(read_documents(Path(documents)))
    each = len(new) // commits
    rest = iter(new)
    start = time.perf_counter()
    for _ in range(commits):
        engine.add(list(islice(rest, each)), Path(folder))
    committed = time.perf_counter()
    engine.open(Path(folder), _Numbers())
    return {"add_ms": 1e3 * (committed - start), "reopen_ms": 1e3 * (time.perf_counter() - committed)}


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class _Timed:
    """An iterator over documents or tokens that knows how long it took to make them."""

    def __init__(self, made: Iterator[Foreign]) -> None:
        self._made = made
        self.wall = self.cpu = 0.0

    def __iter__(self) -> "_Timed":
        return self

    def __next__(self) -> Foreign:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            return next(self._made)
        finally:
            self.wall += time.perf_counter() - wall
            self.cpu += time.process_time() - cpu


class _Numbers(list[str]):
    """Stands for the ids where only time counts."""

    def __getitem__(self, number: Foreign) -> Foreign:
        return str(number)


def _watch_memory(pid: int) -> Callable[[], int]:
    """Have it watched how much memory a process and those it starts take; return what tells the most, in bytes."""
    command = [sys.executable, "-m", "benchmarks.children", "watch", json.dumps({"pid": pid})]
    watcher = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert watcher.stdout
    watcher.stdout.readline()  # it is there

    def most() -> int:
        told, _ = watcher.communicate()
        return int(json.loads(told)["most"])

    return most


def watch(pid: int) -> dict[str, Any]:
    """Tell the most memory that a process and those it starts took together until standard input ends.

    A page that several share is counted once. Only Linux tells.
    """
    print(flush=True)
    most = 0
    while not select.select([sys.stdin], [], [], _WATCHED_EVERY)[0]:
        most = max(most, sum(map(_share_of_memory, _with_children(pid, but=os.getpid()))))
    return {"most": most}


def _with_children(pid: int, *, but: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for child in map(int, children):
            if child != but:
                yield from _with_children(child, but=but)


def _share_of_memory(pid: int) -> int:
    with suppress(OSError):
        found = re.search(
            r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE
        )
        return int(found[1]) * 1024 if found else 0
    return 0


def _peak_memory() -> int:
    """Return the largest resident set so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # ru_maxrss begins with what the parent had before it started this process.
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_UNIT


_ACTIONS = {action.__name__: action for action in (build, build_in_processes, index_whole, first_answer, add, watch)}

if __name__ == "__main__":
    print(json.dumps(_ACTIONS[sys.argv[1]](**json.loads(sys.argv[2]))))
