"""What is indexed: documents with their names and places, made once and kept in a cache folder."""

import gzip
import pickle
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import orjson

from benchmarks import generated
from searchidx.names import Namer, NameStatistics
from searchidx.names.gazetteer import gazetteer
from searchidx.names.tree import PlaceTree
from searchidx.search.analysis import Analyzer, exact_terms
from searchidx.search.document import Document, NameValue, PlaceNode
from searchidx.stories import Entity, Origin, Place, Source, Story
from searchidx.stories.records import read_story

#: Stories that questions are drawn from.
_SAMPLE = 5_000
_BATCH = 500
_VALUES = (Document, Story, Place, Entity, Source, Origin, NameValue, PlaceNode)


@dataclass(frozen=True)
class Corpus:
    """Documents by their stories' ids, and what questions are drawn from.

    Attributes:
        source: what `searchidx index` is given.
        documents_file: the documents, pickled in batches.
        text_bytes: the size of headlines and bodies in UTF-8.
        exact_freq, stem_freq: in how many stories each term is.
        sample: documents drawn at random.
    """

    name: str
    source: Path
    documents_file: Path
    story_count: int
    text_bytes: int
    exact_freq: dict[str, int]
    stem_freq: dict[str, int]
    sample: tuple[Document, ...]

    def documents(self) -> Iterator[Document]:
        """Yield the documents by their stories' ids."""
        return read_documents(self.documents_file)

    def ids(self) -> list[str]:
        """Return the stories' ids, sorted."""
        return [document.story.id for document in self.documents()]


def archive_corpus(folder: Path, cache: Path, *, limit: int | None = None) -> Corpus:
    """Return the corpus of a folder of `*.jsonl.gz`, its names recognised as `searchidx index` does.

    `limit` takes so many stories, evenly spread.
    """
    paths = sorted(folder.glob("*.jsonl.gz"))
    target = _folder(cache, f"archive-{limit or 'all'}", [(path.name, path.stat().st_size) for path in paths])
    source = folder
    if limit is not None:
        source = target / "some.jsonl"
        if not source.exists():
            lines = b"".join(gzip.decompress(path.read_bytes()) for path in paths).splitlines(keepends=True)
            source.write_bytes(b"".join(lines[:: max(1, len(lines) // limit)][:limit]))
        paths = [source]
    return _corpus("archive", source, target, lambda: _by_id(_recognised(_stories(paths))))


def generated_corpus(stories: int, cache: Path) -> Corpus:
    """Return the corpus of the generated archive; its names are those it gives."""
    target = _folder(cache, f"generated-{stories}", generated.VERSION)
    source = target / "generated.jsonl"
    if not source.exists():
        generated.write_archive(stories, source)
    return _corpus("generated", source, target, lambda: _given(_stories([source])))


def read_documents(path: Path) -> Iterator[Document]:
    """Yield the documents of a corpus's file."""
    with path.open("rb") as file:
        while True:
            try:
                yield from pickle.load(file)
            except EOFError:
                return


#: A file of documents, and where in it a batch of them stands.
BatchPlace: TypeAlias = tuple[Path, int]


def batch_places(path: Path) -> list[BatchPlace]:
    """Return where the batches of a corpus's file stand."""
    places: list[BatchPlace] = []
    with path.open("rb") as file:
        while True:
            place = file.tell()
            try:
                pickle.load(file)
            except EOFError:
                return places
            places.append((path, place))


def read_batch(place: BatchPlace) -> list[Document]:
    """Return the documents of a batch."""
    path, start = place
    with path.open("rb") as file:
        file.seek(start)
        return pickle.load(file)  # type: ignore[no-any-return]


def open_corpus(folder: Path) -> Corpus:
    """Return the corpus kept in a folder."""
    return pickle.loads((folder / "corpus.pickle").read_bytes())  # type: ignore[no-any-return]


def _corpus(name: str, source: Path, folder: Path, documents: Callable[[], Iterable[Document]]) -> Corpus:
    kept = folder / "corpus.pickle"
    if not kept.exists():
        corpus = _keep(name, source, folder / "documents.pickle", documents())
        unfinished = kept.with_suffix(".part")
        unfinished.write_bytes(pickle.dumps(corpus))
        unfinished.replace(kept)
    return open_corpus(folder)


def _folder(cache: Path, name: str, key: object) -> Path:
    """Return the folder of a corpus; a change of its source or of what is kept leads to another."""
    shapes = [[field.name for field in fields(Corpus)], *(kind._fields for kind in _VALUES)]
    folder = cache / f"{name}-{sha256(repr((key, shapes)).encode()).hexdigest()[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _keep(name: str, source: Path, path: Path, documents: Iterable[Document]) -> Corpus:
    """Write the documents and count their terms."""
    analyzer = Analyzer()
    exact_freq: Counter[str] = Counter()
    stem_freq: Counter[str] = Counter()
    chance = random.Random(1)
    sample: list[Document] = []
    count = text_bytes = 0
    rest = iter(documents)
    with path.open("wb") as file:
        while batch := list(islice(rest, _BATCH)):
            pickle.dump(batch, file, protocol=5)
            for document in batch:
                exact = set(exact_terms(document.story.text))
                exact_freq.update(exact)
                stem_freq.update({analyzer.stem(term) for term in exact})
                text_bytes += len(document.story.text.encode())
                count += 1
                if len(sample) < _SAMPLE:
                    sample.append(document)
                elif (place := chance.randrange(count)) < _SAMPLE:
                    sample[place] = document
    return Corpus(name, source, path, count, text_bytes, dict(exact_freq), dict(stem_freq), tuple(sample))


def _stories(paths: Iterable[Path]) -> Iterator[Story]:
    for path in paths:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
            yield from (read_story(orjson.loads(line)) for line in lines)


def _recognised(stories: Iterable[Story]) -> list[Document]:
    kept = list(stories)
    namer = Namer(NameStatistics.collect(f"{story.headline}\n\n{story.body}" for story in kept))
    return [namer.name(story) for story in kept]


def _by_id(documents: Iterable[Document]) -> list[Document]:
    """Return documents sorted, the last one of each id, as an index keeps them."""
    last = {document.story.id: document for document in documents}
    return [last[story_id] for story_id in sorted(last)]


def _given(stories: Iterable[Story]) -> Iterator[Document]:
    """Yield documents with the names and places that stories bring with them."""
    places = gazetteer()
    tree = PlaceTree(places, {})
    for story in stories:
        found = [place for given in story.places if given.id and (place := places.get(given.id))]
        nodes = {node.value: node for place in found for node in tree.nodes(place)}
        names = [*(entity.name for entity in story.entities), *map(tree.value, found)]
        yield Document(story._replace(origin=None), tuple(nodes.values()), tuple(map(NameValue, dict.fromkeys(names))))
