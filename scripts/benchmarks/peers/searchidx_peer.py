"""searchidx through its public engine, and its pages through `answering`."""

import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.corpora import BatchPlace, read_batch
from benchmarks.peers import HITS, Answer, Foreign
from benchmarks.questions import Question, RelatedTo, Searched, SearchPage
from searchidx.engines.embedded import EmbeddedIndex, kernels
from searchidx.engines.embedded.batch import Batch, BatchReader
from searchidx.ingest.sharing import share
from searchidx.processes import collecting_seldom
from searchidx.search.answering import answer
from searchidx.search.document import Document
from searchidx.search.engine import Engine, FacetWanted, RelatedSearch, Search
from searchidx.search.related import related_matches
from searchidx.search.request import FACETS, Request
from searchidx.search.scoring import RelatedWeights


class _Peer:
    name = index = "searchidx"
    given_tokens = False

    def version(self) -> str:
        return f"{version('searchidx')} ({kernels.IMPLEMENTATION} loops)"

    def build(self, source: Iterable[Document], folder: Path) -> None:
        EmbeddedIndex.create(folder)
        self.add(source, folder)

    def build_in_processes(self, batches: Sequence[BatchPlace], folder: Path, processes: int) -> float:
        """Index as `searchidx index` does when stories have their names; return the seconds that reading documents took.

        These are of all processes together.
        """
        reading = 0.0
        with collecting_seldom(), EmbeddedIndex.create(folder).writer() as writer:
            for batch, seconds in share(_Columns, batches, processes=processes):
                writer.add_batch(batch)
                reading += seconds
            writer.commit()
        return reading

    def open(self, folder: Path, ids: Sequence[str]) -> "_Ready":
        return _Ready(EmbeddedIndex.open(folder).reader())

    def add(self, documents: Iterable[Document], folder: Path) -> None:
        with EmbeddedIndex.open(folder).writer() as writer:
            for document in documents:
                writer.add(document)
            writer.commit()


class _Columns:
    """Reads documents from their file into columns."""

    def __init__(self) -> None:
        self._reader = BatchReader()

    def __call__(self, place: BatchPlace) -> tuple[Batch, float]:
        start = time.perf_counter()
        documents = read_batch(place)
        seconds = time.perf_counter() - start
        return self._reader.read(documents), seconds


class _Ready:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prepare(self, question: Question, limit: int = HITS) -> Callable[[], Foreign]:
        engine = self._engine
        match question:
            case Searched():
                facets = dict.fromkeys(FACETS if question.facets else (), FacetWanted())
                search = Search(query=question.query, filters=question.filters, limit=limit, facets=facets)
                return lambda: engine.search(search)
            case RelatedTo(whole=True):
                return lambda: related_matches(engine, question.document.story, RelatedWeights(), limit)
            case RelatedTo():
                story = question.document.story
                related = RelatedSearch(
                    id=story.id,
                    terms=question.terms,
                    names=tuple(name.value for name in question.document.names),
                    places=tuple(place.value for place in question.document.places),
                    date=story.date,
                    category=story.category,
                    weights=RelatedWeights(),
                    limit=limit,
                )
                return lambda: engine.related(related)
            case SearchPage():
                request = Request(text=question.text, facets=FACETS)
                return lambda: answer(engine, request)
            case _:
                return lambda: engine.complete(question.prefix, "word", 8)

    def read(self, raw: Foreign) -> Answer:
        hits = raw.hits if hasattr(raw, "hits") else raw
        return Answer(tuple(hit.id for hit in hits), tuple(hit.score for hit in hits), getattr(raw, "total", None))


PEER = _Peer()
