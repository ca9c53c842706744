"""A load generator: keeps connections to a server on loopback busy, or sends so many requests a second.

It shares the machine with what it measures, so that it does as little as can be: one thread, bare sockets, requests made
beforehand, and of each answer only the status and the length are read. What it takes itself is told with the results.

`python -m benchmarks.load` takes what to do as one line of JSON on standard input, and prints what it measured as another.
"""

import heapq
import json
import random
import re
import resource
import select
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from typing import Any

from benchmarks.answering import percentile

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "
_TIMING = b"\r\nserver-timing: "
_PART = re.compile(rb"(\w+);dur=([\d.]+)")
_BUFFER = 1 << 18
#: How long an answer may take.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is to be done.

    Attributes:
        port: on 127.0.0.1.
        paths: what is asked, drawn at random.
        seconds: how long.
        connections: how many are kept open.
        rate: requests a second, spread over the connections; 0 for as many as can be answered.
        skew: the nth path is asked in proportion to n ** -skew: 0 asks for each equally often.
        headers: lines of each request.
    """

    port: int
    paths: list[str]
    seconds: float
    connections: int
    rate: float = 0.0
    skew: float = 0.0
    headers: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Measured:
    milliseconds: list[float] = field(default_factory=list)
    failures: int = 0
    bytes_received: int = 0
    anew: int = 0
    parts: dict[str, float] = field(default_factory=dict)

    def add(self, head: bytes, length: int, milliseconds: float) -> None:
        """Add an answer, with what the server says it took where it was not remembered."""
        if head[9:12] != b"200":
            self.failures += 1
            return
        self.milliseconds.append(milliseconds)
        self.bytes_received += length
        parts = _PART.findall(head.partition(_TIMING)[2].partition(b"\r")[0])
        self.anew += bool(parts)
        for name, taken in parts:
            self.parts[name.decode()] = self.parts.get(name.decode(), 0.0) + float(taken)


class _Connection:
    """One connection with at most one request under way."""

    def __init__(self, port: int, due: float) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), _PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = due
        self._buffer = memoryview(bytearray(_BUFFER))
        self._received = self._expected = 0
        self._head = b""

    def fileno(self) -> int:
        """Return what `select` waits for."""
        return self.socket.fileno()

    def ask(self, request: bytes) -> None:
        """Send a request."""
        self._received = self._expected = 0
        self._head = b""
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """Take what has come; return the head of the answer, in small letters, when it has come whole."""
        # Of a long answer the end is written over its beginning, of which the head has been read.
        room = self._buffer[self._received :] if not self._head else self._buffer
        count = self.socket.recv_into(room)
        if not count:
            raise ConnectionError("the server closed a connection")
        self._received += count
        if not self._head:
            head, end, _ = bytes(self._buffer[: self._received]).partition(_HEAD_END)
            if not end:
                return None
            self._head = head.lower()
            self._expected = len(head) + len(end) + int(self._head.partition(_LENGTH)[2].partition(b"\r")[0])
        return self._head if self._received >= self._expected else None

    @property
    def length(self) -> int:
        """How many bytes the answer has, with its head."""
        return self._expected


def run(load: Load) -> dict[str, Any]:
    """Return requests a second and percentiles of their times, counted from when each was due."""
    measured = _Measured()
    start, before = time.perf_counter(), _cpu_seconds()
    _run(load, measured, start + load.seconds)
    wall = time.perf_counter() - start
    times = sorted(measured.milliseconds)
    found: dict[str, Any] = {
        "requests": len(times),
        "failures": measured.failures,
        "per_second": len(times) / wall,
        "load_cpu": (_cpu_seconds() - before) / wall,
    }
    if times:
        found |= {f"p{percent}_ms": percentile(times, percent) for percent in (50, 95, 99)}
        found["bytes_each"] = measured.bytes_received / len(times)
        found["anew"] = measured.anew / len(times)
        found["parts_ms"] = {name: total / measured.anew for name, total in measured.parts.items()}
    return found


def _run(load: Load, measured: _Measured, end: float) -> None:
    requests = _requests(load)
    begin = time.perf_counter()
    step = load.connections / load.rate if load.rate else 0.0
    idle: list[tuple[float, int]] = []
    busy: dict[int, _Connection] = {}
    connections: dict[int, _Connection] = {}
    for number in range(load.connections):
        connection = _Connection(load.port, begin + step * number / load.connections)
        connections[connection.fileno()] = connection
        heapq.heappush(idle, (connection.due, connection.fileno()))
    while True:
        now = time.perf_counter()
        while idle and idle[0][0] <= now < end:
            _, number = heapq.heappop(idle)
            connections[number].ask(next(requests))
            busy[number] = connections[number]
        if not busy and now >= end:
            break
        wait = max(idle[0][0] - now, 0.0) if idle and now < end else _PATIENCE
        ready = select.select(busy, [], [], wait)[0]
        if not ready and wait == _PATIENCE:
            raise ConnectionError(f"an answer takes longer than {_PATIENCE:.0f} s")
        for number in ready:
            connection = busy[number]
            head = connection.receive()
            if head is None:
                continue
            now = time.perf_counter()
            measured.add(head, connection.length, 1e3 * (now - connection.due))
            del busy[number]
            connection.due = connection.due + step if load.rate else now
            heapq.heappush(idle, (connection.due, number))
    for connection in connections.values():
        connection.socket.close()


def _requests(load: Load) -> Iterator[bytes]:
    """Yield requests as they are drawn."""
    chance = random.Random(2004)
    lines = "".join(f"{line}\r\n" for line in load.headers)
    requests = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode() for path in load.paths]
    chance.shuffle(requests)
    weights = list(accumulate((n + 1) ** -load.skew for n in range(len(requests))))
    while True:
        yield from chance.choices(requests, cum_weights=weights, k=1000)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def command(load: Load) -> tuple[list[str], bytes]:
    """Return the command that runs a load in a process of its own, and its input."""
    return [sys.executable, "-m", "benchmarks.load"], json.dumps(asdict(load)).encode()


if __name__ == "__main__":
    print(json.dumps(run(Load(**json.load(sys.stdin)))))
