"""The engines that are measured, each behind the same few methods.

All index both the exact and the stemmed form of each word, of headline and body as one text, from tokens that searchidx's
analysis has made: analysis costs them nothing, and all must find the same stories. All keep the story as JSON. A word is asked
as its stem, plus its exact form at half the weight.
"""

import datetime
import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import orjson

from benchmarks.questions import Question
from searchidx.search.analysis import Analyzer, exact_terms
from searchidx.search.document import Document
from searchidx.stories.folding import fold
from searchidx.stories.objects import write_story

#: What an engine gives or takes in its own shapes.
Foreign: TypeAlias = Any

#: How many hits are asked for, and by a page.
HITS, PAGE_HITS = 10, 20
#: How many values of a facet are counted.
FACET_VALUES = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, for comparison; None where an engine does not say it."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A document, its place in the order of ids, and the terms of headline and body in their order."""

    number: int
    document: Document
    exact: tuple[list[str], list[str]]
    stems: tuple[list[str], list[str]]


class Ready(Protocol):
    """An open index of a peer."""

    def prepare(self, question: Question, limit: int = HITS) -> Callable[[], Foreign] | None:
        """Return what answers a question, to be called again and again; None if it cannot be asked here."""

    def read(self, raw: Foreign) -> Answer:
        """Return what such a call gave as an answer."""


class Peer(Protocol):
    """An engine."""

    name: str
    #: The peer whose index it asks; its own name for most.
    index: str
    #: Whether it is given searchidx's tokens to build from, and not documents.
    given_tokens: bool

    def version(self) -> str:
        """Return the engine's version."""

    def build(self, source: Iterable[Foreign], folder: Path) -> None:
        """Index documents or their tokens, which come by their ids, in an empty folder."""

    def open(self, folder: Path, ids: Sequence[str]) -> Ready:
        """Open an index; `ids` of the stories by their numbers."""

    def add(self, documents: Iterable[Document], folder: Path) -> None:
        """Add documents to an index that is there, and make them visible."""


#: The peers in the order of the tables, each with its module and its name there.
PEERS = {
    "searchidx": ("searchidx_peer", "PEER"),
    "tantivy": ("tantivy_peer", "PEER"),
    "tantivy-stems": ("tantivy_peer", "STEMS_ALONE"),
    "fts5": ("fts5_peer", "PEER"),
    "bm25s": ("bm25s_peer", "PEER"),
    "whoosh": ("whoosh_peer", "PEER"),
}


def load(name: str) -> Peer:
    """Return a peer; ModuleNotFoundError where its engine is not installed."""
    module, variable = PEERS[name]
    peer: Peer = getattr(importlib.import_module(f"benchmarks.peers.{module}"), variable)
    return peer


def tokenize(documents: Iterable[Document], first: int = 0) -> Iterator[Tokens]:
    """Yield documents with their terms, numbered from `first`."""
    stem = Analyzer().stem
    for number, document in enumerate(documents, first):
        headline, body = exact_terms(document.story.headline), exact_terms(document.story.body)
        yield Tokens(number, document, (headline, body), (list(map(stem, headline)), list(map(stem, body))))


def values(document: Document) -> dict[str, list[str]]:
    """Return a document's values in each facet but the date, folded."""
    story = document.story
    raw: dict[str, Iterable[str]] = {
        "place": (place.value for place in document.places),
        "entity": (name.value for name in document.names),
        "category": (story.category or "",),
        "source": (source.name for source in story.sources),
        "topic": story.topics,
    }
    return {facet: list(dict.fromkeys(filter(None, map(fold, found)))) for facet, found in raw.items()}


def day_number(date: datetime.date) -> int:
    """Return a day as a number, 20040814."""
    return date.year * 10000 + date.month * 100 + date.day


def stored(document: Document) -> bytes:
    """Return a story as JSON."""
    return orjson.dumps(write_story(document.story))
