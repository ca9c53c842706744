"""The command: which corpora, which peers, which parts; measures, prints the tables, keeps them."""

import argparse
import datetime
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from benchmarks.answering import OURS, ask
from benchmarks.children import ChildFailed, in_child
from benchmarks.corpora import Corpus, archive_corpus, generated_corpus
from benchmarks.fresh import command_line, first_answers
from benchmarks.growing import add_stories, after_small_commits
from benchmarks.peers import PEERS, Peer, load
from benchmarks.questions import CLASSES, QuestionClass, Searched, draw
from benchmarks.report import CorpusReport, Report, machine, markdown, write
from benchmarks.serving import serve
from searchidx.search.query import Or, Word

ROOT = Path(__file__).resolve().parent.parent.parent
ARCHIVE = ROOT.parent / "shared" / "archive"
RUNS = ROOT / "scripts" / "bench_runs"

PARTS = ("answering", "fresh", "growing", "indexing", "serving")
#: Beyond so many stories stock Whoosh is not asked to build an index unless it is named: it would take an hour.
_MOST_FOR_WHOOSH = 200_000
#: The classes that are asked again after many small commits: what is counted and completed over several segments, too.
_GROWN = ("OR 2", "OR 2 + facets", "related", "search page", "suggest")
#: Peers that have a build of their own analysis beside the one that is asked, with what it is called.
_NATIVELY = {"tantivy": "tantivy, its own analysis", "whoosh": "whoosh, its own analysis, stems alone"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the arguments say."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.only and not any(part in name for name in CLASSES for part in options.only):
        parser.error(
            f"no class of questions has {' or '.join(options.only)} in its name; there are {', '.join(CLASSES)}"
        )
    if min(options.stories or 1, options.questions or 1, options.rounds or 1, options.workers) < 1:
        parser.error("--stories, --questions, --rounds and --workers must be 1 or more")
    peers, missing = _load(options.peers)
    quick = options.quick
    report = Report(
        date=datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        command="scripts/bench " + shlex.join(sys.argv[1:] if arguments is None else arguments),
        versions={name: peer.version() for name, peer in peers.items()},
        missing=missing,
        machine=machine(),
        rounds=options.rounds or (3 if quick else 5),
    )
    for corpus in _corpora(options):
        report.corpora.append(_Measurement(corpus, peers, options, report.rounds).run())
    print(markdown(report))
    if options.keep or not quick:
        print(f"kept: {write(report, options.keep or RUNS)}", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5,000 stories each, 40 questions a class; not kept")
    parser.add_argument("--over", choices=("both", "archive", "generated"), default="both", help="which stories")
    parser.add_argument("--stories", type=int, metavar="N", help="of the generated archive (1,000,000)")
    parser.add_argument("--archive", type=Path, default=ARCHIVE, help="a folder of *.jsonl.gz (../shared/archive)")
    parser.add_argument(
        "--only", nargs="+", metavar="CLASS", default=[], help="classes whose names contain one of these"
    )
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="beside building, what to measure")
    parser.add_argument("--peers", nargs="+", choices=PEERS, metavar="PEER", help=f"of {', '.join(PEERS)} (all)")
    parser.add_argument("--questions", type=int, metavar="N", help="of each class (200)")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each is asked (5)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="of the server (2)")
    parser.add_argument("--reuse", action="store_true", help="ask the indexes of the last run, build none")
    parser.add_argument(
        "--cache", type=Path, default=user_cache_path("searchidx") / "bench", help="for stories and indexes"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where results go (scripts/bench_runs)")
    return parser


def _load(names: Sequence[str] | None) -> tuple[dict[str, Peer], dict[str, str]]:
    peers, missing = {}, {}
    for name in names or PEERS:
        try:
            peer = load(name)
        except ModuleNotFoundError as error:
            missing[name] = f"{error.name} is not installed: pip install --group bench"
        else:
            peers[peer.name] = peer
    return peers, missing


def _corpora(options: argparse.Namespace) -> list[Corpus]:
    cache: Path = options.cache
    stories = options.stories or (5_000 if options.quick else 1_000_000)
    found = []
    if options.over != "generated" and options.archive.is_dir():
        _tell("reading the archive and recognising its names")
        found.append(archive_corpus(options.archive, cache, limit=5_000 if options.quick else None))
    elif options.over != "generated":
        _tell(f"there is no {options.archive}: only generated stories are measured")
    if options.over != "archive" or not found:
        _tell(f"generating {stories:,} stories")
        found.append(generated_corpus(stories, cache))
    return found


class _Measurement:
    """One corpus measured, part by part; a part that fails is told in the report, and the others go on."""

    def __init__(self, corpus: Corpus, peers: dict[str, Peer], options: argparse.Namespace, rounds: int) -> None:
        self._corpus, self._options, self._rounds = corpus, options, rounds
        self._work = corpus.documents_file.parent
        slow = corpus.story_count > _MOST_FOR_WHOOSH and not options.peers
        self._peers = {name: peer for name, peer in peers.items() if not (slow and name == "whoosh")}
        self._folders: dict[str, Path] = {}
        self._runs = 3 if options.quick else 9
        self._report = CorpusReport(corpus.name, corpus.story_count, corpus.text_bytes / 1e6)

    def run(self) -> CorpusReport:
        """Measure all that was asked for."""
        self._tell("drawing questions")
        classes = draw(self._corpus, self._options.questions or (40 if self._options.quick else 200))
        words = _words(next(c for c in classes if c.name == "OR 2"))
        grown = [c for c in classes if c.name in _GROWN]
        classes = [c for c in classes if not self._options.only or any(part in c.name for part in self._options.only)]
        self._build()
        built = {peer.index: self._folders[peer.name] for peer in self._peers.values() if peer.name == peer.index}
        ours = {name: folder for name, folder in built.items() if name == OURS}
        parts: dict[str, Callable[[], None]] = {
            "answering": lambda: self._answer(classes),
            "fresh": lambda: self._fresh(built, words),
            "growing": lambda: self._grow(built, grown),
            "indexing": self._index,
            "serving": lambda: self._serve(classes),
        }
        for name in self._options.parts:
            if name in ("indexing", "serving") and not ours:
                continue
            self._tell(name)
            try:
                parts[name]()
            except (ChildFailed, OSError) as error:
                self._report.failures[name] = str(error)
        return self._report

    def _build(self) -> None:
        for peer in self._peers.values():
            folder = self._folders[peer.name] = self._work / "indexes" / peer.index
            if peer.name != peer.index or (self._options.reuse and folder.exists()):
                continue
            self._report.building[peer.name] = self._build_one(peer, folder)
            if peer.name == OURS:
                self._report.building[f"{OURS}, in processes"] = self._build_in_processes()
            if peer.name in _NATIVELY:
                apart = self._work / "indexes" / f"{peer.name}-natively"
                self._report.building[_NATIVELY[peer.name]] = self._build_one(peer, apart, natively=True)
                shutil.rmtree(apart)

    def _build_one(self, peer: Peer, folder: Path, *, natively: bool = False) -> dict[str, float]:
        self._tell(f"building: {peer.name}{', its own analysis' if natively else ''}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        documents = self._corpus.documents_file
        return in_child("build", peer=peer.index, documents=documents, folder=folder, natively=natively)

    def _build_in_processes(self) -> dict[str, float]:
        self._tell(f"building: {OURS}, in processes")
        apart = self._work / "indexes" / "in-processes"
        shutil.rmtree(apart, ignore_errors=True)
        apart.parent.mkdir(parents=True, exist_ok=True)
        try:
            return in_child("build_in_processes", documents=self._corpus.documents_file, folder=apart)
        finally:
            shutil.rmtree(apart, ignore_errors=True)

    def _answer(self, classes: list[QuestionClass]) -> None:
        ids = self._corpus.ids()
        ready = {name: peer.open(self._folders[name], ids) for name, peer in self._peers.items()}
        budget = 2.0 if self._options.quick else 6.0
        self._report.classes = ask(ready, classes, rounds=self._rounds, budget=budget, progress=self._tell)

    def _fresh(self, built: dict[str, Path], words: list[str]) -> None:
        self._report.first_answers = first_answers(built, words, runs=self._runs)
        if OURS in built:
            self._report.command_line = command_line(built[OURS], words, runs=self._runs)

    def _grow(self, built: dict[str, Path], classes: list[QuestionClass]) -> None:
        self._report.adding = add_stories(built, self._corpus, self._work)
        if OURS in built:
            commits = 20 if self._options.quick else 100
            self._report.small_commits = after_small_commits(
                built[OURS], self._corpus, classes, self._work, commits=commits, progress=self._tell
            )

    def _index(self) -> None:
        indexes = self._work / "whole"
        shutil.rmtree(indexes, ignore_errors=True)
        try:
            self._report.indexing = in_child("index_whole", source=self._corpus.source, indexes=indexes, name="bench")
        finally:
            shutil.rmtree(indexes, ignore_errors=True)

    def _serve(self, classes: list[QuestionClass]) -> None:
        seconds = 2.0 if self._options.quick else 15.0
        self._report.serving = serve(self._folders[OURS], classes, workers=self._options.workers, seconds=seconds)

    def _tell(self, what: str) -> None:
        _tell(f"{self._corpus.name}, {self._corpus.story_count:,}: {what}")


def _words(asked: QuestionClass) -> list[str]:
    """Return the words of a class's first question."""
    match asked.questions[0]:
        case Searched(query=Or(parts)):
            return [part.text for part in parts if isinstance(part, Word)]
    raise ValueError(asked)


def _tell(what: str) -> None:
    print(f"{datetime.datetime.now():%H:%M:%S} {what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
