"""Measure how good searchidx is against judged data, and write the table in docs/evaluation.md.

    scripts/eval                            everything; the table is written
    scripts/eval related names              only these; nothing is written
    scripts/eval known-item --half even     tune on one half of the queries, check on the other

The judged data, its scorer and the archive are not part of the project; --shared says where they lie. A story is known
there as YEAR:LINE, the line of the year's file it was read from, counted from 0. The index is made once for each state
of the code and of the archive, and kept in --cache.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import random
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from platformdirs import user_cache_path

from searchidx.catalogue import Archive, Catalogue, all_stories
from searchidx.exporters.objects import related_object, to_json
from searchidx.ingest.naming import open_namer
from searchidx.names import Namer
from searchidx.processes import collecting_seldom
from searchidx.search.analysis import words_of
from searchidx.search.related import related_matches
from searchidx.search.request import Request
from searchidx.search.scoring import RelatedWeights
from searchidx.stories import Story

CHECKOUT = Path(__file__).resolve().parent.parent
TABLE = CHECKOUT / "docs" / "evaluation.md"
#: Parts of the code that an index does not depend on, except for what its own fingerprints tell.
_ANSWERING = ("cli/", "web/", "exporters/", "search/", "engines/embedded/execution/", "data/sample/")
#: The scorer drops stories that nobody judged from a ranking, so that it must be long.
RELATED_DEPTH = 1000
#: Judged stories that are drawn beside the given ones, on either side of a year.
DRAWN, DRAWN_YEAR, DRAWN_SEED = 400, "2016", 5
#: How many stories speed is measured on: so many drawn ones, and for a whole command so many in their order.
TIMED, TIMED_IN_ROW = 2_000, 8_000


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured on what, and the numbers as text."""

    measure: str
    value: str
    of: str


@dataclass(frozen=True)
class Material:
    """What is measured, and with what."""

    shared: Path
    cache: Path
    half: str | None

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.cache)

    @cached_property
    def name(self) -> str:
        """The index of this state of the code and of the archive, made if it is not there."""
        digest = hashlib.blake2b(digest_size=8)
        package = CHECKOUT / "searchidx"
        files = [
            file
            for file in sorted(package.rglob("*"))
            if not file.relative_to(package).as_posix().startswith(_ANSWERING)
        ]
        for file in [*files, *sorted((self.shared / "archive").iterdir())]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(file.name.encode() + hashlib.blake2b(file.read_bytes()).digest())
        name = f"eval-{digest.hexdigest()}"
        if name not in self.catalogue.names():
            for outdated in self.cache.glob("eval-*"):
                shutil.rmtree(outdated)
            print(self.command("index", self.shared / "archive", "--into", name).decode(), file=sys.stderr)
        return name

    def command(self, *options: str | Path, stdin: bytes = b"") -> bytes:
        """Return what a command of searchidx prints."""
        command = [sys.executable, "-c", "from searchidx.cli import main; main()", "--indexes", self.cache, *options]
        return subprocess.run(list(map(str, command)), input=stdin, check=True, stdout=subprocess.PIPE).stdout

    @cached_property
    def archive(self) -> Archive:
        return self.catalogue.open(self.name)

    @cached_property
    def namer(self) -> Namer:
        return open_namer(self.catalogue, self.name)

    @cached_property
    def ids(self) -> dict[str, str]:
        """The id of each key."""
        return {key_of(story): story.id for story in self.archive.stories()}

    @cached_property
    def items(self) -> list[dict[str, object]]:
        """The stories of one month with the names linked in them."""
        lines = (self.shared / "entities" / "2015-09.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def queries(self, name: str) -> list[str]:
        lines = (self.shared / "eval" / name).read_text(encoding="utf-8").splitlines()
        return lines[{"even": 0, "odd": 1}.get(self.half or "", 0) :: 2 if self.half else 1]

    def score(self, task: str, run: Iterable[str], queries: Iterable[str] | None = None) -> str:
        """Return what the scorer prints for a run."""
        with tempfile.TemporaryDirectory() as folder:
            run_file, asked = Path(folder, "run"), Path(folder, "queries")
            run_file.write_text("\n".join(run) + "\n", encoding="utf-8")
            options: list[str | Path] = []
            if queries is not None:
                asked.write_text("\n".join(queries) + "\n", encoding="utf-8")
                options = ["--queries", asked]
            scorer = self.shared / "eval" / "score.py"
            command = [sys.executable, scorer, task, run_file, *options]
            return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def key_of(story: Story) -> str:
    if story.origin is None or story.origin.line is None:
        sys.exit(f"{story.id} does not tell the line it was read from")
    return f"{Path(story.origin.file).name.partition('.')[0]}:{story.origin.line - 1}"


def known_item(material: Material) -> Iterator[Row]:
    for name in ("known-item.tsv", "known-item-hard.tsv"):
        queries = material.queries(name)
        run = []
        for number, line in enumerate(queries):
            page = material.archive.answer(Request(text=line.split("\t")[2], limit=10))
            run.append(f"{number}\t{' '.join(key_of(hit.story) for hit in page.hits)}")
        yield from rows(material.score("known-item", run, queries), name.removesuffix(".tsv"))


def related(material: Material) -> Iterator[Row]:
    engine, keys = material.archive.engine, {story_id: key for key, story_id in material.ids.items()}
    given = material.queries("related-queries.tsv")
    early, late = drawn(material)
    for name, queries in (
        ("given", given),
        (f"drawn, before {DRAWN_YEAR}", early),
        (f"drawn, since {DRAWN_YEAR}", late),
    ):
        run = []
        for query in queries:
            story = material.archive.story(material.ids[query])
            matches = related_matches(engine, story, RelatedWeights(), RELATED_DEPTH)
            run.append(f"{query}\t{' '.join(keys[match.id] for match in matches)}")
        yield from rows(material.score("related", run, queries), name)


def drawn(material: Material) -> tuple[list[str], list[str]]:
    """Draw judged stories whose topic others share, always the same ones."""
    lines = (material.shared / "eval" / "related-topics.tsv").read_text(encoding="utf-8").splitlines()
    topics = {line.split("\t")[0]: line.split("\t")[1] for line in lines}
    sizes = Counter(topics.values())
    given = set((material.shared / "eval" / "related-queries.tsv").read_text(encoding="utf-8").split())
    pool = [query for query in sorted(topics) if sizes[topics[query]] > 1 and query not in given]
    late = [query for query in pool if query >= DRAWN_YEAR]
    early = [query for query in pool if query < DRAWN_YEAR]
    rng = random.Random(DRAWN_SEED)
    rng.shuffle(late)
    rng.shuffle(early)
    return early[:DRAWN], late[:DRAWN]


def names(material: Material) -> Iterator[Row]:
    found = {str(item["id"]): material.namer.explain(str(item["text"])) for item in material.items}
    run = [
        json.dumps({"id": item_id, "names": [{"text": each.text, "place": each.kind == "place"} for each in of_item]})
        for item_id, of_item in found.items()
    ]
    for line in material.score("names", run).splitlines():
        kind, precision, recall, f1, of = line.split("\t")
        yield Row(kind, f"{precision}, {recall}, {f1}", f"marked by hand {of}")
    # As a name is what is written with a capital letter, links to what a word means (money laundering) are left out.
    as_scored = runpy.run_path(str(material.shared / "eval" / "score.py"))["fold"]
    linked = standing = recognised = 0
    for item in material.items:
        text = words_only(str(item["text"]))
        of_item = {words_only(as_scored(name)) for each in found[str(item["id"])] for name in (each.text, each.name)}
        for entity in item["entities"]:  # type: ignore[attr-defined]
            spellings = {entity["name"], article(entity["wikipedia"])}
            linked += 1
            if any(words_only(spelling) in text for spelling in spellings):
                standing += 1
                recognised += any(words_only(as_scored(spelling)) in of_item for spelling in spellings)
    yield Row(
        "linked names, recall", f"{recognised / standing:.3f}", f"{standing} of {linked} that stand in their text"
    )


def words_only(text: str) -> str:
    """Return the words of a text with a space on either side, so that whole words are found in it."""
    return f" {' '.join(words_of(text))} "


def article(address: str) -> str:
    """Return the title of a Wikipedia article without what tells it from others of the name."""
    return re.sub(r" \(.*\)$", "", unquote(address.rpartition("/")[2]).replace("_", " "))


def speed(material: Material) -> Iterator[Row]:
    archive, ids = material.archive, list(material.ids.values())
    drawn = random.Random(DRAWN_SEED).sample(ids, TIMED)
    for story_id in ids[:100]:
        archive.related(story_id)
    related_rate = rate(lambda story_id: to_json(related_object(archive.related(story_id))), drawn)
    yield Row(
        "related stories, as JSON", f"{related_rate:,.0f}", f"stories a second of one core's time, {TIMED:,} drawn ones"
    )
    row = ids[len(ids) // 2 :][:TIMED_IN_ROW]
    began = time.perf_counter()
    material.command("related", "-", "--index", material.name, "--json", stdin="\n".join(row).encode())
    command_rate = len(row) / (time.perf_counter() - began)
    yield Row("`searchidx related -`", f"{command_rate:,.0f}", f"stories a second, {len(row):,} in their order")
    stories = list(all_stories(archive.engine))
    with collecting_seldom():  # as `searchidx index` does
        names_rate = rate(open_namer(material.catalogue, material.name).name, stories)
    yield Row("names", f"{names_rate:,.0f}", f"stories a second of one core's time, all {len(stories):,}")


def rate(ask: Callable[..., object], questions: Iterable[object]) -> float:
    """Return how many questions are answered in a second of this process's time, whatever else the machine does."""
    began, count = time.process_time(), 0
    for question in questions:
        ask(question)
        count += 1
    return count / (time.process_time() - began)


def rows(printed: str, of: str) -> Iterator[Row]:
    """Yield the scorer's lines: a measure, its mean, the interval, the number of queries."""
    for line in printed.splitlines():
        match = re.fullmatch(r"(.+?)\s+(\d\.\d+) (\[.+\])\s+n=(\d+)", line)
        if match is None:
            sys.exit(f"the scorer said: {line}")
        yield Row(match[1], f"{match[2]} {match[3]}", f"{of}, {match[4]} queries")


TASKS: dict[str, Callable[[Material], Iterator[Row]]] = {
    "known-item": known_item,
    "related": related,
    "names": names,
    "speed": speed,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        "scripts/eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("task", nargs="*", help=f"{', '.join(TASKS)}; default: all")
    parser.add_argument("--half", choices=["even", "odd"], help="only every other of the given queries")
    parser.add_argument(
        "--shared", type=Path, default=CHECKOUT.parent / "shared", help="where archive and judged data lie"
    )
    parser.add_argument(
        "--cache", type=Path, default=user_cache_path("searchidx") / "eval", help="where the index is kept"
    )
    given = parser.parse_args()
    unknown = [task for task in given.task if task not in TASKS]
    if unknown:
        parser.error(f"there is no task {unknown[0]!r}; the tasks are {', '.join(TASKS)}")
    if not (given.shared / "eval" / "score.py").is_file():
        sys.exit(f"there is no judged data in {given.shared}; say where it is with --shared")
    material = Material(given.shared, given.cache, given.half)
    found: dict[str, list[Row]] = {}
    for task in given.task or TASKS:
        found[task] = []
        for row in TASKS[task](material):
            found[task].append(row)
            print(f"{row.measure:26} {row.value:36} {row.of}", flush=True)
    if not given.task and not given.half:
        TABLE.write_text("\n".join(table(found)) + "\n", encoding="utf-8")


def table(found: dict[str, list[Row]]) -> Iterator[str]:
    yield f"# Evaluation of {datetime.date.today()}"
    yield ""
    yield f"Written by `scripts/eval`, on Python {platform.python_version()}, {platform.system()} {platform.machine()}."
    yield f"The machine has {os.cpu_count()} cores; its load was {os.getloadavg()[1]:.1f}, and what else ran lowers the speeds."
    yield "In brackets: the 95% interval by bootstrap over the queries. Related stories are judged as `--all` lists them, with"
    yield "topics hidden from the ranker."
    for task, of_task in found.items():
        yield ""
        yield f"## {task.replace('-', ' ').capitalize()}"
        yield ""
        yield "| measure | value | of |"
        yield "|---|---|---|"
        for row in of_task:
            yield f"| {row.measure} | {row.value} | {row.of} |"


if __name__ == "__main__":
    main()
