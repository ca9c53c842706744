"""The first answer of a new process, and of the command line from a cold shell."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.children import in_child

#: The bare imports that a search command is measured against.
_BARE = (sys.executable, "-c", "import numpy, click")
_NOTHING = (sys.executable, "-c", "pass")
#: How many of the slowest imports are kept.
_SLOWEST = 12


def first_answers(folders: Mapping[str, Path], words: Sequence[str], *, runs: int) -> dict[str, dict[str, float]]:
    """Return for each peer how long a new process takes to open its index, and then to answer, in milliseconds."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in folders}
    for _ in range(runs):
        for name, folder in folders.items():
            found[name].append(in_child("first_answer", peer=name, folder=folder, words=words))
    return {name: {key: median(run[key] for run in rows) for key in rows[0]} for name, rows in found.items()}


def command_line(index: Path, words: Sequence[str], *, runs: int) -> dict[str, Any]:
    """Return how long a search command takes from a cold shell beside bare imports, and its slowest imports."""
    program = str(Path(sys.executable).with_name("searchidx"))
    search = (program, "search", " OR ".join(words), "--json", "--indexes", str(index.parent), "--index", index.name)
    commands = {"search_ms": search, "bare_imports_ms": _BARE, "python_ms": _NOTHING}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            taken[name].append(1e3 * (time.perf_counter() - start))
    result: dict[str, Any] = {name: median(times) for name, times in taken.items()}
    result["ratio"] = result["search_ms"] / result["bare_imports_ms"]
    result["slowest_imports_ms"] = _slowest_imports(search)
    return result


def _slowest_imports(command: Sequence[str]) -> dict[str, float]:
    """Return the imports that take longest by themselves, as `python -X importtime` tells."""
    timed = [sys.executable, "-X", "importtime", *command]
    told = subprocess.run(timed, capture_output=True, text=True, check=True).stderr
    times = {}
    for line in told.splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        if line.startswith("import time:") and own.strip().isdigit():
            times[rest.rpartition("|")[2].strip()] = int(own) / 1e3
    return dict(sorted(times.items(), key=lambda item: -item[1])[:_SLOWEST])
