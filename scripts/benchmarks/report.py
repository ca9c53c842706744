"""What was measured, as tables in Markdown and as JSON, kept by date."""

import json
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.answering import OURS, Agreement, ClassResult, mean_ratio

#: Classes whose means are also told apart.
_APART = {"with facets or related": ("OR 2 + facets", "related", "related, the list")}


@dataclass
class CorpusReport:
    """What was measured over one corpus; parts that were not measured are empty."""

    name: str
    stories: int
    text_mb: float
    building: dict[str, dict[str, Any]] = field(default_factory=dict)
    indexing: dict[str, Any] = field(default_factory=dict)
    classes: list[ClassResult] = field(default_factory=list)
    first_answers: dict[str, dict[str, float]] = field(default_factory=dict)
    command_line: dict[str, Any] = field(default_factory=dict)
    adding: dict[str, dict[str, Any]] = field(default_factory=dict)
    small_commits: dict[str, Any] = field(default_factory=dict)
    serving: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


@dataclass
class Report:
    """A run: when, on what machine, with which versions, asked how."""

    date: str
    command: str
    versions: Mapping[str, str]
    missing: Mapping[str, str]
    machine: Mapping[str, Any]
    rounds: int
    corpora: list[CorpusReport] = field(default_factory=list)


def machine() -> dict[str, Any]:
    """Return what the run ran on."""
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*: (.+)", info.read_text(encoding="utf-8"))):
        cpu = found[1]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": load,
    }


def write(report: Report, folder: Path) -> Path:
    """Write JSON and Markdown by the date of the run, and return the Markdown's path."""
    folder.mkdir(parents=True, exist_ok=True)
    name = report.date.replace(":", "").replace(" ", "-")
    (folder / f"{name}.json").write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")
    path = folder / f"{name}.md"
    path.write_text(markdown(report), encoding="utf-8")
    return path


def markdown(report: Report) -> str:
    """Return the tables of a run."""
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    on = report.machine
    parts = [
        f"# Measured {report.date}",
        f"`{report.command}`  \n{versions}; Python {on['python']}, {on['cpu']}, {on['cores']} cores, {on['system']}; "
        f"load {on['load']:.1f} as it began.",
        *(f"Not measured: {name} ({reason})." for name, reason in report.missing.items()),
    ]
    for corpus in report.corpora:
        parts += _corpus(corpus, report)
    return "\n\n".join(parts) + "\n"


def _corpus(corpus: CorpusReport, report: Report) -> Iterable[str]:
    yield f"## {corpus.name}: {corpus.stories:,} stories, {corpus.text_mb:.1f} MB of text"
    if corpus.building:
        yield "### Building"
        yield (
            "From documents to an index that answers; making the documents (reading, names) is not counted, nor is analysis "
            "where an engine is given searchidx's tokens. In processes is how `searchidx index` builds."
        )
        keys = ("seconds", "cpu_seconds", "peak_mb", "disk_mb")
        yield _table(
            ("", "seconds", "CPU seconds", "peak MB", "MB on disk"),
            [(name, *(_number(found[key]) for key in keys)) for name, found in corpus.building.items()],
        )
    if corpus.indexing:
        found = corpus.indexing
        shares = ", ".join(f"{name} {_number(seconds)}" for name, seconds in found["parts"].items())
        yield (
            f"`searchidx index`, from file to visible: {_number(found['seconds'])} s ({shares}), "
            f"{_number(found['cpu_seconds'])} s of CPU, peak {_number(found['peak_mb'])} MB in all processes together and "
            f"{_number(found['peak_of_one_mb'])} in the largest, "
            f"{_number(found['disk_mb'])} MB on disk."
        )
    if corpus.classes:
        yield from _answering(corpus.classes, report)
    if corpus.first_answers:
        yield "### The first answer of a new process"
        rows = [(name, _number(t["open_ms"]), _number(t["first_ms"])) for name, t in corpus.first_answers.items()]
        yield _table(("", "open, ms", "first answer, ms"), rows)
    if corpus.command_line:
        t = corpus.command_line
        yield (
            f"`searchidx search` from a cold shell: {_number(t['search_ms'])} ms; `python -c 'import numpy, click'`: "
            f"{_number(t['bare_imports_ms'])} ms (×{t['ratio']:.2f}); `python -c pass`: {_number(t['python_ms'])} ms."
        )
    if corpus.adding:
        yield "### Adding 100 stories"
        rows = [
            (name, found["failed"], "")
            if "failed" in found
            else (name, _number(found["add_ms"]), _number(found["reopen_ms"]))
            for name, found in corpus.adding.items()
        ]
        yield _table(("", "add and commit, ms", "open, ms"), rows)
    if corpus.small_commits:
        found = corpus.small_commits
        slower = ", ".join(f"{name} ×{ratio:.2f}" for name, ratio in found["times_slower"].items())
        yield (
            f"After {found['commits']} commits of {found['stories_each']} stories ({_number(found['commit_ms'])} ms each) "
            f"questions take, against before: {slower}."
        )
    if corpus.serving:
        yield from _serving(corpus.serving)
    for what, reason in corpus.failures.items():
        yield f"**{what} failed:** {reason}"


def _answering(classes: Sequence[ClassResult], report: Report) -> Iterable[str]:
    others = [name for name in report.versions if name != OURS and any(name in result.times for result in classes)]
    yield "### Answering"
    yield (
        f"Microseconds from the parsed query to ids, scores, total and facets: for each question the median of {report.rounds} "
        "rounds; × is the time of searchidx as a multiple of the other's at p50, over the questions both were asked."
    )
    rows = [[result.name, *_ours(result), *(_theirs(result, name) for name in others)] for result in classes]
    means = [("geometric mean", classes)]
    means += [(f"… {name}", [r for r in classes if r.name in names]) for name, names in _APART.items()]
    for name, of in means:
        rows.append(
            [name, "", "", "", *(f"×{ratio:.2f}" if (ratio := mean_ratio(of, peer)) else "" for peer in others)]
        )
    yield _table(("", "searchidx p50", "p95", "p99", *others), rows)
    yield "### Agreement"
    yield (
        "Of the first questions of each class: how many have the same total · the same stories (where they are no more than "
        "2,000) · the same scores of the best ten. tantivy keeps lengths in a byte and gives phrases, patterns and misspellings "
        "scores of its own; FTS5 and Whoosh have other formulas."
    )
    rows = [
        [result.name, *(_agreement(result.agreement.get(name)) for name in others)]
        for result in classes
        if result.agreement
    ]
    yield _table(("", *others), rows)
    failures = [f"- {result.name}, {name}: {text}" for result in classes for name, text in result.failures.items()]
    differing = [
        f"- {result.name}, {name}: {found.example}"
        for result in classes
        for name, found in result.agreement.items()
        if found.example
    ]
    if failures:
        yield "Failed:\n\n" + "\n".join(failures)
    if differing:
        yield "Answered otherwise (searchidx first):\n\n" + "\n".join(differing)


def _serving(found: Mapping[str, Any]) -> Iterable[str]:
    yield "### Serving"
    yield (
        f"JSON with twenty stories, snippets and all facets, {found['queries']:,} different searches, {found['workers']} "
        "worker processes, the load generator on the same machine."
    )
    rows = [
        (
            f"{load['asked']}, {_rate(load['rate'])}",
            *(_number(load.get(part, 0.0)) for part in ("per_second", "p50_ms", "p95_ms", "p99_ms")),
            f"{load['failures']}",
            f"{load.get('anew', 0.0):.0%}",
            ", ".join(f"{name} {_number(taken)}" for name, taken in load.get("parts_ms", {}).items()),
            f"{load['load_cpu']:.0%}",
        )
        for load in found["loads"]
    ]
    columns = ("requests a second", "p50, ms", "p95, ms", "p99, ms", "failures")
    yield _table(("", *columns, "answered anew", "of these, ms", "the load generator's share of a core"), rows)
    each = "; ".join(
        f"{m['resident']:.0f} MB resident, {m['without_mapped_files']:.0f} without mapped files"
        for m in found["memory_mb"]
    )
    if each:
        yield f"Workers: {each}."


def _rate(rate: float) -> str:
    return f"{rate:,.0f} a second" if rate else "as many as it can"


def _ours(result: ClassResult) -> list[str]:
    times = result.times.get(OURS)
    return [_number(times.p50), _number(times.p95), _number(times.p99)] if times else ["–"] * 3


def _theirs(result: ClassResult, name: str) -> str:
    times = result.times.get(name)
    if times is None:
        return "–"
    ratio = f" ×{times.ratio:.2f}" if OURS in result.times else ""
    asked = result.times[OURS].count if OURS in result.times else times.count
    return f"{_number(times.p50)}{ratio}" + (f" (of {times.count})" if times.count < asked else "")


def _agreement(found: Agreement | None) -> str:
    if found is None or not found.totals:
        return "–"
    return (
        f"{found.equal_totals}/{found.totals} · {found.equal_sets}/{found.sets} · {found.equal_scores}/{found.scored}"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
