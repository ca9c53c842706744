"""Documents read into columns: all that an index keeps of them, in a form that is small and quick to pass on.

A document is read once, where it is made (which may be another process); after that there are only numbers, texts that
are numbered, and the bytes of stories.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

import numpy as np

from searchidx.engines.embedded.kept import KeptStory, keep_story
from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.engines.embedded.kernels.offsets import gather, offsets_of
from searchidx.engines.embedded.pieces import TextReader
from searchidx.engines.embedded.snapshot.stories import address_keys
from searchidx.search.document import Document, NameValue, PlaceNode
from searchidx.stories import Story

Ints = NDArray[np.int32]
_Number = TypeVar("_Number", bound=np.generic)

#: What each facet counts of a document besides places and names; and the file that it was read from.
_TEXT_FACETS: Mapping[str, Callable[[Story], Sequence[str]]] = {
    "category": lambda story: (story.category,) if story.category else (),
    "source": lambda story: [source.name for source in story.sources],
    "topic": lambda story: story.topics,
    "file": lambda story: ("" if story.origin is None else story.origin.file,),
}


@dataclass(frozen=True, slots=True)
class Blobs:
    """Byte strings in one: string n is data[starts[n] : starts[n] + sizes[n]].

    So they are passed on to another process in one go, and put in another order without being touched.
    """

    data: bytes
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, strings: Sequence[bytes]) -> "Blobs":
        """Return some strings in one."""
        sizes = np.fromiter(map(len, strings), np.int64, len(strings))
        return cls(b"".join(strings), np.cumsum(sizes) - sizes, sizes)

    @classmethod
    def joined(cls, parts: Sequence["Blobs"]) -> "Blobs":
        """Return the strings of all parts in one."""
        lengths = np.cumsum([0, *(len(part.data) for part in parts)])
        return cls(
            b"".join([part.data for part in parts]),
            np.concatenate([part.starts + before for part, before in zip(parts, lengths, strict=False)]),
            np.concatenate([part.sizes for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.sizes)

    def __getitem__(self, numbers: slice) -> list[memoryview]:
        data, starts, sizes = memoryview(self.data), self.starts[numbers], self.sizes[numbers]
        return [data[start:end] for start, end in zip(starts.tolist(), (starts + sizes).tolist(), strict=True)]

    def in_order(self, rows: NDArray[np.int64]) -> "Blobs":
        """Return some of the strings, in this order."""
        return Blobs(self.data, self.starts[rows], self.sizes[rows])


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a facet in some documents.

    Attributes:
        values: each once.
        also: other spellings that find each.
        counts: how many each document has.
        numbers: which, each once a document and in its own order.
    """

    values: Sequence[str]
    also: Sequence[Iterable[str]]
    counts: Ints
    numbers: Ints

    def of(self, rows: NDArray[np.int64]) -> "Values":
        """Return those of some of the documents; values may be there that none has."""
        return replace(self, counts=self.counts[rows], numbers=_lists_of(rows, self.counts, self.numbers))


@dataclass(frozen=True)
class Batch:
    """Documents in columns.

    Attributes:
        ids, days: of the stories; days as ordinals.
        stories: packed.
        stored: the same as Whoosh has them.
        digests: see `KeptStory`.
        address_keys, address_counts: the numbers of each story's address and of those it had before, and how many.
        headline_lengths, body_lengths: tokens of each document.
        terms: exact terms, each once.
        tokens: the number of each token's term, in the order of the texts.
        facets: by name; so too, as "file", the one file that each story was read from, "" where that is not known.
        places: the label of each value of the place facet, and the value that it lies in.
    """

    ids: Sequence[str]
    days: Ints
    stories: Blobs
    stored: Blobs
    digests: NDArray[np.uint64]
    address_keys: NDArray[np.uint32]
    address_counts: Ints
    headline_lengths: Ints
    body_lengths: Ints
    terms: Sequence[str]
    tokens: Ints
    facets: Mapping[str, Values]
    places: Mapping[str, tuple[str, str | None]]

    def __len__(self) -> int:
        return len(self.ids)

    def tokens_of(self, start: int, stop: int) -> slice:
        """Return where the tokens of the documents from `start` to `stop` stand."""
        lengths = self.headline_lengths + self.body_lengths
        return slice(int(lengths[:start].sum()), int(lengths[:stop].sum()))

    def of(self, rows: NDArray[np.int64]) -> "Batch":
        """Return some of the documents, in this order; terms and values may be there that none has."""
        return replace(
            self,
            ids=[self.ids[number] for number in rows.tolist()],
            days=self.days[rows],
            stories=self.stories.in_order(rows),
            stored=self.stored.in_order(rows),
            digests=self.digests[rows],
            address_keys=_lists_of(rows, self.address_counts, self.address_keys),
            address_counts=self.address_counts[rows],
            headline_lengths=self.headline_lengths[rows],
            body_lengths=self.body_lengths[rows],
            tokens=_lists_of(rows, self.headline_lengths + self.body_lengths, self.tokens),
            facets={name: values.of(rows) for name, values in self.facets.items()},
        )


def _lists_of(rows: NDArray[np.int64], counts: Ints, values: NDArray[_Number]) -> NDArray[_Number]:
    """Return the lists of some documents one after the other; `counts` are the lengths of all lists, `values` what is in them."""
    taken, _ = gather(offsets_of(counts), values, rows)
    return taken


class BatchReader:
    """Reads documents into batches; what it has seen once is read faster."""

    def __init__(self) -> None:
        self._texts = TextReader()

    def read(self, documents: Sequence[Document], kept: Sequence[KeptStory] | None = None) -> Batch:
        """Return documents in columns; `kept` is what `keep_story` gave for each, where that is known already.

        Raises:
            RecordError: if a text has characters that cannot be stored.
        """
        kept = list(map(keep_story, documents)) if kept is None else kept
        stories = [document.story for document in documents]
        texts = [text for story in stories for text in (story.headline, story.body)]
        lengths, terms, tokens = self._texts.read(texts)
        addresses = [(story.address, *story.former) for story in stories]
        places = {place.value: (place.label, place.parent) for document in documents for place in document.places}
        return Batch(
            ids=[story.id for story in stories],
            days=np.fromiter((story.date.toordinal() for story in stories), np.int32, len(stories)),
            stories=Blobs.of([story.packed for story in kept]),
            stored=Blobs.of([story.stored for story in kept]),
            digests=np.fromiter((story.digest for story in kept), np.uint64, len(kept)),
            address_keys=address_keys(list(chain.from_iterable(addresses))),
            address_counts=np.fromiter(map(len, addresses), np.int32, len(addresses)),
            headline_lengths=lengths[0::2],
            body_lengths=lengths[1::2],
            terms=terms,
            tokens=tokens,
            facets={
                "place": _values([story.places for story in kept], _also(document.places for document in documents)),
                "entity": _values([story.names for story in kept], _also(document.names for document in documents)),
                **{
                    name: _values([list(dict.fromkeys(values_of(story))) for story in stories], {})
                    for name, values_of in _TEXT_FACETS.items()
                },
            },
            places=places,
        )


class _Numbers(dict[str, int]):
    """Texts by number; a new one gets the next."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


def _also(documents: Iterable[Sequence[PlaceNode] | Sequence[NameValue]]) -> dict[str, set[str]]:
    """Return the other spellings of the values that have any."""
    also: defaultdict[str, set[str]] = defaultdict(set)
    for value, spellings in [(item.value, item.also) for items in documents for item in items if item.also]:
        also[value].update(spellings)
    return also


def _values(rows: Sequence[Sequence[str]], also: Mapping[str, Iterable[str]]) -> Values:
    """Return the values of a facet, of which each row has each but once."""
    numbers = _Numbers()
    counts = np.fromiter(map(len, rows), np.int32, len(rows))
    flat = np.fromiter(map(numbers.__getitem__, chain.from_iterable(rows)), np.int32, int(counts.sum()))
    return Values(list(numbers), [sorted(also[value]) if value in also else () for value in numbers], counts, flat)


class Gatherer:
    """Batches one after the other, numbered as one.

    Attributes:
        token_count: of all of them.
    """

    def __init__(self) -> None:
        self.token_count = 0
        self._batches: list[Batch] = []
        self._terms = _Numbers()
        self._values: dict[str, _Numbers] = defaultdict(_Numbers)
        self._also: dict[str, dict[str, set[str]]] = defaultdict(dict)
        self._places: dict[str, tuple[str, str | None]] = {}

    def add(self, batch: Batch) -> None:
        """Take a batch behind those before it."""
        facets = {}
        for name, column in batch.facets.items():
            also = self._also[name]
            for value, spellings in zip(column.values, column.also, strict=True):
                if spellings:
                    also.setdefault(value, set()).update(spellings)
            numbers = _renumbered(column.numbers, column.values, self._values[name])
            facets[name] = replace(column, values=(), also=(), numbers=numbers)
        self._places.update(batch.places)
        self.token_count += len(batch.tokens)
        tokens = _renumbered(batch.tokens, batch.terms, self._terms)
        self._batches.append(replace(batch, terms=(), tokens=tokens, facets=facets, places={}))

    def joined(self) -> Batch:
        """Return them as one batch; of an id there may be several documents."""
        batches = self._batches
        return Batch(
            ids=[story_id for batch in batches for story_id in batch.ids],
            days=np.concatenate([batch.days for batch in batches]),
            stories=Blobs.joined([batch.stories for batch in batches]),
            stored=Blobs.joined([batch.stored for batch in batches]),
            digests=np.concatenate([batch.digests for batch in batches]),
            address_keys=np.concatenate([batch.address_keys for batch in batches]),
            address_counts=np.concatenate([batch.address_counts for batch in batches]),
            headline_lengths=np.concatenate([batch.headline_lengths for batch in batches]),
            body_lengths=np.concatenate([batch.body_lengths for batch in batches]),
            terms=list(self._terms),
            tokens=np.concatenate([batch.tokens for batch in batches]),
            facets={name: self._joined_values(name) for name in self._values},
            places=self._places,
        )

    def _joined_values(self, facet: str) -> Values:
        columns, also = [batch.facets[facet] for batch in self._batches], self._also[facet]
        return Values(
            values=list(self._values[facet]),
            also=[sorted(also.get(value, ())) for value in self._values[facet]],
            counts=np.concatenate([column.counts for column in columns]),
            numbers=np.concatenate([column.numbers for column in columns]),
        )


def _renumbered(numbers: Ints, texts: Sequence[str], known: _Numbers) -> Ints:
    """Return numbers of texts as numbers among the known ones."""
    new = np.fromiter(map(known.__getitem__, texts), np.int32, len(texts))
    return new[numbers]


def in_order(numbers: Ints, texts: Sequence[str]) -> tuple[Ints, list[int]]:
    """Return numbers of texts as those among the sorted texts that are used at all; and which these are, sorted."""
    used = np.flatnonzero(np.bincount(numbers, minlength=len(texts)))
    order = sorted(used.tolist(), key=texts.__getitem__)
    new = np.zeros(len(texts), np.int32)
    new[order] = np.arange(len(order), dtype=np.int32)
    return new[numbers], order
