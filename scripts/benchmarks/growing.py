"""Adding stories to an index that is there: how soon they show, and what many small commits cost those who ask."""

import pickle
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.answering import ask
from benchmarks.children import ChildFailed, in_child
from benchmarks.corpora import Corpus
from benchmarks.peers import load
from benchmarks.questions import QuestionClass
from searchidx.search.document import Document

#: How many stories are added at once, and by each small commit.
_ADDED = 100
_EACH = 10


def add_stories(folders: Mapping[str, Path], corpus: Corpus, work: Path) -> dict[str, dict[str, Any]]:
    """Return for each peer how long a hundred stories take to be committed and to be seen, in milliseconds."""
    found = {}
    for name, folder in folders.items():
        with _Copy(folder, work) as copy:
            new = _write(_new_stories(corpus, _ADDED), work)
            try:
                found[name] = in_child("add", peer=name, folder=copy, documents=new)
            except ChildFailed as error:
                found[name] = {"failed": str(error)}
    return found


def after_small_commits(
    folder: Path,
    corpus: Corpus,
    classes: Iterable[QuestionClass],
    work: Path,
    *,
    commits: int,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Return how long searchidx takes after so many commits, as a multiple of what it took before, by class."""
    peer, ids = load("searchidx"), corpus.ids()
    with _Copy(folder, work) as copy:
        new = _write(_new_stories(corpus, commits * _EACH), work)
        added = in_child("add", peer="searchidx", folder=copy, documents=new, commits=commits)
        ready = {"searchidx": peer.open(folder, ids), "after": peer.open(copy, ids)}
        results = ask(ready, classes, rounds=3, budget=60.0, progress=progress)
    ratios = {
        result.name: result.times["after"].p50 / result.times["searchidx"].p50 for result in results if result.times
    }
    return {"commit_ms": added["add_ms"] / commits, "commits": commits, "stories_each": _EACH, "times_slower": ratios}


class _Copy:
    """A copy of an index while it is used."""

    def __init__(self, folder: Path, work: Path) -> None:
        self._folder, self._copy = folder, work / "copy"

    def __enter__(self) -> Path:
        shutil.rmtree(self._copy, ignore_errors=True)
        return Path(shutil.copytree(self._folder, self._copy))

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._copy)


def _new_stories(corpus: Corpus, count: int) -> list[Document]:
    """Return stories of the corpus as new ones that come after all others."""
    sample = (corpus.sample * (1 + count // len(corpus.sample)))[:count]
    made = []
    for number, document in enumerate(sample):
        story = document.story
        changed = story._replace(id=f"x{number:06d}-{story.id}", address=f"{story.address}-x{number}", former=())
        made.append(document._replace(story=changed))
    return made


def _write(documents: list[Document], work: Path) -> Path:
    path = work / "new.pickle"
    path.write_bytes(pickle.dumps(documents))
    return path
