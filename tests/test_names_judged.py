"""The recogniser judged by names that people marked in real stories, with what the archive itself shows of its words."""

import json
import re
import subprocess
import sys

import pytest

from searchidx.names import Namer, NameStatistics

#: What must hold: F1 of names; precision and recall of places.
NAMES_F1, PLACES_PRECISION, PLACES_RECALL = 0.91, 0.95, 0.85


@pytest.fixture(scope="module")
def items(shared):
    return [json.loads(line) for line in (shared / "entities" / "2015-09.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("known", [0, 388], ids=["nothing seen before", "one month seen before"])
def test_marked_names_are_found(shared, items, tmp_path, known):
    namer = Namer(NameStatistics.collect(item["text"] for item in items[:known]))
    run = tmp_path / "run"
    with run.open("w", encoding="utf-8") as lines:
        for item in items:
            names = [{"text": name.text, "place": name.kind == "place"} for name in namer.explain(item["text"])]
            print(json.dumps({"id": item["id"], "names": names}), file=lines)
    command = [sys.executable, shared / "eval" / "score.py", "names", run]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (_, _, names_f1), (precision, recall, _) = (
        [float(number) for number in re.findall(r"\d\.\d+", line)] for line in printed.splitlines()
    )
    assert names_f1 >= NAMES_F1
    assert precision >= PLACES_PRECISION
    assert recall >= PLACES_RECALL
