"""Requests over HTTP: a server with several workers and a load generator on the same machine."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks.children import ChildFailed
from benchmarks.load import Load, command
from benchmarks.questions import QuestionClass, Searched
from searchidx.search.query import During, Value

#: The rate at which the times of single requests are looked at.
_STEADY = 1_000.0
#: What is asked how. Who asks for a page anew, as browsers do to load it again, is never given a remembered answer. How
#: often queries are asked follows a Zipf distribution (Xie and O'Hallaron, "Locality in search engine queries and its
#: implications for caching", 2002); here a mild one.
_ASKED: Mapping[str, Mapping[str, Any]] = {
    "each search new": {"headers": ["Cache-Control: no-cache"]},
    "as readers ask, some again and again": {"skew": 0.8},
}
_CONNECTIONS = 32
_WAIT = 60.0


def serve(index: Path, classes: Sequence[QuestionClass], *, workers: int, seconds: float) -> dict[str, Any]:
    """Return what a server does under full load and at a steady rate, and its workers' memory in MB."""
    paths = _paths(classes)
    loads = []
    with _server(index, workers) as (port, process):
        for asked, how in _ASKED.items():
            load = Load(port=port, paths=paths, seconds=seconds, connections=_CONNECTIONS, **how)
            _run(replace(load, seconds=min(5.0, seconds)))
            loads += [{"asked": asked, "rate": rate, **_run(replace(load, rate=rate))} for rate in (0.0, _STEADY)]
        memory = sorted(map(_memory, _processes(process.pid)), key=lambda found: -found["resident"])[:workers]
    return {"workers": workers, "queries": len(paths), "loads": loads, "memory_mb": memory}


def _paths(classes: Sequence[QuestionClass]) -> list[str]:
    """Return searches for JSON with facets and snippets, of mixed queries and filters."""
    paths = []
    for question in (question for asked in classes for question in asked.questions):
        if isinstance(question, Searched):
            options = {"q": str(question.query)}
            for facet, part in question.filters.items():
                match part:
                    case Value(value=value):
                        options[facet] = value
                    case During(words=words):
                        options[facet] = words
            paths.append("/search.json?" + urlencode(options))
    return paths


@contextmanager
def _server(index: Path, workers: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    program = str(Path(sys.executable).with_name("searchidx"))
    options = ["--port", str(port), "--workers", str(workers), "--indexes", str(index.parent), "--index", index.name]
    process = subprocess.Popen([program, "serve", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_answer(port, process)
        yield port, process
    finally:
        process.terminate()
        try:
            process.wait(10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _WAIT
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/livez", timeout=5.0):
                return
        except OSError:
            time.sleep(0.1)
    raise ChildFailed("searchidx serve does not answer")


def _run(load: Load) -> dict[str, Any]:
    program, given = command(load)
    done = subprocess.run(program, input=given, capture_output=True, check=False, timeout=load.seconds + _WAIT)
    if done.returncode:
        raise ChildFailed(done.stderr.decode()[-500:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _processes(pid: int) -> list[int]:
    """Return a server and the processes it has started, where the system tells."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [pid, *map(int, children.read_text(encoding="ascii").split())] if children.exists() else []


def _memory(pid: int) -> dict[str, float]:
    """Return a process's resident memory in all, and without the pages of mapped files."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = {name: int(kilobytes) / 1e3 for name, kilobytes in re.findall(r"(VmRSS|RssFile):\s+(\d+) kB", status)}
    return {"resident": found["VmRSS"], "without_mapped_files": found["VmRSS"] - found["RssFile"]}
