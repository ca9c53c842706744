"""A load generator: keeps connections to a server on loopback busy, or sends so many requests a second.

`python -m benchmarks.load` takes what to do as one line of JSON on standard input, and prints what it measured as another.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.answering import percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is to be done.

    Attributes:
        port: on 127.0.0.1.
        paths: what is asked, in turn.
        seconds: how long.
        connections: how many are kept open.
        rate: requests a second, spread over the connections; 0 for as many as can be answered.
    """

    port: int
    paths: list[str]
    seconds: float
    connections: int
    rate: float = 0.0


@dataclass(slots=True)
class _Measured:
    milliseconds: list[float] = field(default_factory=list)
    failures: int = 0
    bytes_received: int = 0


def run(load: Load) -> dict[str, Any]:
    """Return requests a second and percentiles of their times, counted from when each was due."""
    measured = _Measured()
    start = time.perf_counter()
    asyncio.run(_run(load, measured))
    wall = time.perf_counter() - start
    times = sorted(measured.milliseconds)
    found: dict[str, Any] = {"requests": len(times), "failures": measured.failures, "per_second": len(times) / wall}
    if times:
        found |= {f"p{percent}_ms": percentile(times, percent) for percent in (50, 95, 99)}
        found["bytes_each"] = measured.bytes_received / len(times)
    return found


async def _run(load: Load, measured: _Measured) -> None:
    end = time.perf_counter() + load.seconds
    await asyncio.gather(*(_connection(load, number, end, measured) for number in range(load.connections)))


async def _connection(load: Load, number: int, end: float, measured: _Measured) -> None:
    chance = random.Random(number)
    requests = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() for path in load.paths]
    reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
    due = time.perf_counter() + (chance.random() * load.connections / load.rate if load.rate else 0.0)
    while max(due, time.perf_counter()) < end:
        if load.rate:
            await asyncio.sleep(due - time.perf_counter())
        writer.write(chance.choice(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
        await reader.readexactly(length)
        now = time.perf_counter()
        if head[9:12] == b"200":
            measured.milliseconds.append(1e3 * (now - due))
            measured.bytes_received += length
        else:
            measured.failures += 1
        due = due + load.connections / load.rate if load.rate else now
    writer.close()


def command(load: Load) -> tuple[list[str], bytes]:
    """Return the command that runs a load in a process of its own, and its input."""
    return [sys.executable, "-m", "benchmarks.load"], json.dumps(asdict(load)).encode()


if __name__ == "__main__":
    print(json.dumps(run(Load(**json.load(sys.stdin)))))
