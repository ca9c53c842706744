"""The benchmark runs, draws the same questions each time, and its peers find what searchidx finds."""

import http.server
import json
import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"

#: Peers with the package each needs.
PEERS = {
    "tantivy": "tantivy",
    "tantivy, stems alone": "tantivy",
    "fts5": "sqlite3",
    "bm25s": "bm25s",
    "whoosh": "whoosh",
}
#: Whoosh knows no swapped letters.
DIFFERING = {("fuzzy", "whoosh")}


def bench(*arguments):
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-m", "benchmarks", "--quick", "--over", "generated", "--stories", "300", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def run(cache):
    """One run with every peer there is: what it printed, and what it kept of its only corpus."""
    kept = cache / "runs"
    done = bench("--parts", "answering", "growing", "--questions", "20", "--cache", str(cache), "--keep", str(kept))
    assert done.returncode == 0, done.stderr
    (path,) = kept.glob("*.json")
    return done.stdout, json.loads(path.read_text(encoding="utf-8"))["corpora"][0]


def test_it_measures_searchidx_and_prints_tables(run):
    printed, corpus = run
    assert "| OR 2 + facets |" in printed
    assert "After 20 commits" in printed
    assert corpus["stories"] == 300
    assert not corpus["failures"]
    assert corpus["building"]["searchidx"]["seconds"] > 0
    assert len(corpus["classes"]) == 18
    for measured in corpus["classes"]:
        assert not measured["failures"]
        times = measured["times"]["searchidx"]
        assert 0 < times["p50"] <= times["p95"] <= times["p99"]


@pytest.mark.parametrize(("peer", "package"), PEERS.items())
def test_a_peer_finds_the_same_stories(peer, package, run):
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: pip install --group bench")
    _, corpus = run
    compared = 0
    for measured in corpus["classes"]:
        found = measured["agreement"].get(peer)
        if found is None or (measured["name"], peer) in DIFFERING:
            continue
        assert found["equal_totals"] == found["totals"], f"{measured['name']}: {found['example']}"
        assert found["equal_sets"] == found["sets"], f"{measured['name']}: {found['example']}"
        compared += found["sets"]
        if peer == "bm25s":
            assert found["equal_scores"] == found["scored"], measured["name"]
    assert compared > 50


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--peers", "lucene"], "invalid choice: 'lucene'"),
        (["--stories", "many"], "invalid int value"),
        (["--only", "no such class", "--peers", "searchidx"], "no class of questions"),
    ],
)
def test_what_cannot_be_measured_is_said(arguments, said, cache):
    done = bench("--cache", str(cache), *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def run_in_scripts(code):
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_the_generated_archive_is_the_same_each_time_and_grows_like_text():
    code = """
import json
from benchmarks.generated import generate
from searchidx.search.analysis import exact_terms
records = list(generate(2000))
assert records == list(generate(2000))
words = [{word for record in records[:n] for word in exact_terms(record["text"])} for n in (500, 1000, 2000)]
dates = [record["date"] for record in records]
print(json.dumps([list(map(len, words)), dates == sorted(dates), dates[0][:4], dates[-1][:4]]))
"""
    (few, some, many), sorted_by_date, first, last = json.loads(run_in_scripts(code))
    assert 1.2 < some / few < 1.9
    assert 1.2 < many / some < 1.9
    assert sorted_by_date
    assert (first, last) == ("1999", "2030")


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers as a server of searchidx does: one address anew, one remembered, one with a mistake."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self):
        self.asked.append((self.path, self.headers.get("Cache-Control")))
        body = b"x" * 300_000
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Server-Timing", "remembered" if self.path == "/again" else "search;dur=1.50, total;dur=2.00")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def answering():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Answers.asked.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def load(server, **how):
    what = {"port": server.server_address[1], "seconds": 0.5, "connections": 3, **how}
    code = "import json, sys; from benchmarks.load import Load, run; print(json.dumps(run(Load(**json.loads(sys.argv[1])))))"
    environment = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-c", code, json.dumps(what)]
    return json.loads(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def test_a_load_tells_what_was_answered_and_what_it_took(answering):
    found = load(answering, paths=["/new", "/again", "/missing"], headers=["Cache-Control: no-cache"])
    asked = [path for path, _ in Answers.asked]
    assert {control for _, control in Answers.asked} == {"no-cache"}
    assert found["requests"] == asked.count("/new") + asked.count("/again")
    assert found["failures"] == asked.count("/missing")
    assert found["anew"] == pytest.approx(asked.count("/new") / found["requests"])
    assert found["parts_ms"] == {"search": pytest.approx(1.5), "total": pytest.approx(2.0)}
    assert found["bytes_each"] > 300_000
    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"]
    assert found["load_cpu"] > 0


def test_a_load_keeps_to_its_rate_and_asks_for_some_more_often(answering):
    found = load(answering, paths=["/a", "/b", "/c", "/d"], rate=50, skew=2.0)
    assert 10 <= found["requests"] <= 26
    asked = sorted((path for path, _ in Answers.asked), key=[path for path, _ in Answers.asked].count)
    assert asked.count(asked[-1]) > len(asked) / 3
