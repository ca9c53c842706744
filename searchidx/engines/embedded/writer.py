"""Whoosh's part of an index: the stories, kept by Whoosh in segments and transactions. No other module knows Whoosh.

Segments are laid out in bulk (`segment_layout`) and are such as Whoosh's own writer makes; lock, deletions and table of
contents go through its public writer. A segment's file is written and synced before the commit that names it: after a
crash before that it is a stray file, which the next commit removes.

The analyzer in Whoosh's schema is a chain of Whoosh's own classes (no class of ours is pickled) that gives the stems of
`search.analysis`; at each write random stories are run through it to see that it still does.
"""

import datetime
import random
import re
import struct
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

import numpy as np
import orjson

from searchidx.engines.embedded.batch import Values
from searchidx.engines.embedded.directory import reading, sync_file, sync_path
from searchidx.engines.embedded.inversion import Inversion
from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.engines.embedded.kernels.offsets import changes, distinct
from searchidx.engines.embedded.memory import give_back
from searchidx.engines.embedded.schema import FIELDS, day_number
from searchidx.engines.embedded.segment_layout import (
    FieldPostings,
    compound_file,
    number_column,
    postings_and_terms,
    text_column,
)
from searchidx.engines.embedded.snapshot.words import GAP
from searchidx.engines.embedded.stored_stories import unpack_record
from searchidx.errors import ANEW, ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveOutdated
from searchidx.search.analysis import INITIALS_DOT, POSSESSIVE, TOKEN_PATTERN, WORD_CHARACTER, Analyzer
from searchidx.stories.folding import fold, fold_accents

with warnings.catch_warnings():
    # Whoosh's sources have invalid escapes and the like, which Python tells of when it compiles them first.
    warnings.simplefilter("ignore")
    from whoosh import analysis, fields
    from whoosh.codec.whoosh3 import W3Codec, W3Segment
    from whoosh.filedb.filestore import FileStorage
    from whoosh.filedb.structfile import BufferFile, StructFile
    from whoosh.index import TOC, FileIndex, LockError, clean_files
    from whoosh.reading import SegmentReader
    from whoosh.util.numeric import byte_to_length

#: The most stories of a segment; keeps the memory of laying it out bounded.
SEGMENT_STORIES = 16_000
#: A segment of fewer living stories is small. Where there are more small ones than these, they are better made one.
SMALL_SEGMENT, MOST_SMALL = 5_000, 32
#: A segment with a larger share of deleted stories is better written anew.
MOST_DELETED = 0.3

#: How many stories are checked against the schema's analyzer at a write.
_CHECKED = 200
_LENGTHS = np.array([byte_to_length(byte) for byte in range(256)])
_NAME = "MAIN"
_VALUE_FIELDS = [name for name, kind in FIELDS.items() if kind == "values"]
#: Whoosh indexes a signed number of 32 bits as an unsigned one, and without its last 8, 16 and 24 bits for ranges.
_DAY_BITS, _DAY_SHIFT = 32, 8
_DAY_ZERO = 1 << 31


class WhooshWriter:
    """Writes stories to Whoosh's index in a folder.

    Args:
        folder: of Whoosh's files; made where there is none.
        analyzer: of the index.
        anew: whether the first commit replaces all that is there, which is not read.

    Raises:
        ArchiveDamaged: if the folder's table of contents cannot be read.
    """

    def __init__(self, folder: Path, analyzer: Analyzer, *, anew: bool = False) -> None:
        self._folder, self._anew = folder, anew
        folder.mkdir(parents=True, exist_ok=True)
        self._storage = _SyncedStorage(str(folder))
        if not any(folder.glob("*.toc")):
            TOC.create(self._storage, _schema(analyzer.language), _NAME)
        if anew:
            self._schema = _schema(analyzer.language)
            self._generation: int = self._newest()
            self._segments: list[W3Segment] = []
        else:
            # The schema made once and for all: an index keeps the analyzer that its first stories went through.
            self._schema = self._read_contents(schema=None)
        self._written: list[W3Segment] = []
        self._deleted: dict[str, set[int]] = {}

    @property
    def generation(self) -> int:
        """The number of the last commit in Whoosh's table of contents."""
        return self._generation

    def write(self, inversion: Inversion) -> None:
        """Add stories, none of which is there already; they show with the next commit.

        Raises:
            ArchiveOutdated: if the analyzer in the schema does not give the stems of the inversion.
        """
        self._check_analysis(inversion)
        values = {field: _FoldedValues.of(inversion.batch.facets[field].values) for field in _VALUE_FIELDS}
        count = len(inversion.batch)
        ends = np.linspace(0, count, 1 - count // -SEGMENT_STORIES).astype(int).tolist()
        for start, stop in pairwise(ends):
            self._write_segment(inversion.part(start, stop), values)
            give_back()

    def delete(self, story_ids: Iterable[str]) -> int:
        """Delete stories, written or committed, and return how many there were of these ids.

        Raises:
            ArchiveDamaged: if a segment cannot be read.
        """
        wanted = {story_id.encode() for story_id in story_ids}
        count = 0
        for segment in (*self._segments, *self._written):
            deleted = self._deleted.setdefault(segment.segment_id(), set())
            found = {number for number, key in enumerate(self._ids(segment)) if key in wanted}
            found = {number for number in found - deleted if not segment.is_deleted(number)}
            deleted |= found
            count += len(found)
        return count

    def worth_rewriting(self) -> list[str]:
        """Return the ids of committed stories that are better deleted and written again, to have fewer or fuller segments.

        These are the stories of segments with a large share of deleted ones and, where there are many, of small segments.
        """
        gone = {s.segment_id(): s.deleted_count() + len(self._deleted.get(s.segment_id(), ())) for s in self._segments}
        small = [s for s in self._segments if 0 < s.doc_count_all() - gone[s.segment_id()] < SMALL_SEGMENT]
        if len(small) <= MOST_SMALL:
            small = []
        thinned = [s for s in self._segments if gone[s.segment_id()] > MOST_DELETED * s.doc_count_all()]
        return [
            key.decode()
            for segment in self._segments
            if segment in small or segment in thinned
            for number, key in enumerate(self._ids(segment))
            if not segment.is_deleted(number) and number not in self._deleted.get(segment.segment_id(), ())
        ]

    def commit(self) -> int:
        """Make what was written and deleted durable, and return the generation of Whoosh's table of contents.

        After an error while Whoosh commits, only a new writer knows whether it did.

        Raises:
            ArchiveBusy: if another process writes to this index.
        """
        if not self._is_changed():
            return self._generation
        if self._anew:
            self._replace_contents()
        else:
            self._add_to_contents()
        self._read_contents(self._schema)
        self._written, self._deleted, self._anew = [], {}, False
        return self._generation

    def _add_to_contents(self) -> None:
        try:
            writer = FileIndex(self._storage, self._schema, _NAME).writer()
        except LockError:
            raise ArchiveBusy(f"another process writes to {self._folder}; try again when it is done") from None
        try:
            self._remove_unfinished_contents()
            segments = self._without_deleted([*writer.segments, *self._written])
            writer.commit(mergetype=lambda *_: segments)
        except BaseException:
            writer.cancel()
            raise

    def _replace_contents(self) -> None:
        """Write a table of contents of what was written alone, as Whoosh's writer does upon one that it has read."""
        self._remove_unfinished_contents()
        contents = TOC(self._schema, self._without_deleted(self._written), self._generation + 1)
        contents.write(self._storage, _NAME)
        clean_files(self._storage, _NAME, contents.generation, contents.segments)

    def _without_deleted(self, segments: Sequence[W3Segment]) -> list[W3Segment]:
        """Mark the deleted stories in their segments, and return the segments that have a story left."""
        for segment in segments:
            for number in self._deleted.get(segment.segment_id(), ()):
                segment.delete_document(number)
        return [segment for segment in segments if segment.doc_count()]

    def rollback(self) -> None:
        """Forget what was written and deleted since the last commit; `generation` tells whether one cut off was made.

        Raises:
            ArchiveDamaged: if the folder's table of contents cannot be read.
        """
        if self._anew:
            self._remove_written()
        elif self._is_changed():
            self._read_contents(self._schema)
            clean_files(self._storage, _NAME, self._generation, self._segments)
            self._remove_unfinished_contents()
        self._written, self._deleted = [], {}

    def _remove_written(self) -> None:
        """Remove the segments that were to replace those that are there, unless they have done so."""
        before, self._generation = self._generation, self._newest()
        if self._generation == before:
            for segment in self._written:
                (self._folder / segment.make_filename(segment.COMPOUND_EXT)).unlink(missing_ok=True)
            self._remove_unfinished_contents()

    def _newest(self) -> int:
        """Return the number of the newest table of contents, which need not be one that can be read."""
        number: int = TOC._latest_generation(self._storage, _NAME)
        return number

    def _is_changed(self) -> bool:
        return self._anew or bool(self._written) or any(self._deleted.values())

    def _remove_unfinished_contents(self) -> None:
        """Remove tables of contents of commits that did not come to their end."""
        for stray in self._folder.glob("*.toc.*"):
            stray.unlink()

    def _read_contents(self, schema: fields.Schema | None) -> fields.Schema:
        """Read the table of contents and return its schema, which is not unpickled where it is known already."""
        contents = _contents(self._storage, schema)
        self._generation = contents.generation
        self._segments = contents.segments
        return contents.schema

    def _ids(self, segment: W3Segment) -> Iterable[bytes]:
        """Yield the ids of a segment's stories, deleted ones too, in the order of their numbers."""
        # Not through a segment's reader, which would read postings and terms too.
        with _reading(self._folder, "stories"), closing(segment.open_compound_file(self._storage)) as files:
            documents = segment.codec().per_document_reader(files, segment)
            yield from documents.column_reader("id", self._schema["id"].column_type)

    def _check_analysis(self, inversion: Inversion) -> None:
        """Run random stories through the schema's analyzer."""
        count = len(inversion.batch)
        lengths = np.stack([inversion.headline_lengths, inversion.body_lengths], axis=1)
        ends = np.cumsum(lengths).reshape(-1, 2)
        chosen = random.Random(count).sample(range(count), min(count, _CHECKED))  # noqa: S311 - no secret
        for number in chosen:
            (stored,) = inversion.batch.stored[number : number + 1]
            story = orjson.loads(unpack_record(stored))
            for column, field in enumerate(("headline", "body")):
                end, length = ends[number, column], lengths[number, column]
                stems = [inversion.stems[n] for n in inversion.stem_of[inversion.token_exact[end - length : end]]]
                if stems != list(self._schema[field].process_text(story.get(field, ""), mode="index")):
                    raise ArchiveOutdated(
                        f"the {field} of story {story['id']!r} is not analysed as the index in {self._folder} does; {ANEW}"
                    )

    def _write_segment(self, inversion: Inversion, values: Mapping[str, "_FoldedValues"]) -> None:
        """Write the file of a segment, and sync it."""
        batch, tokens = inversion.batch, _Tokens.of(inversion)
        ids = [story_id.encode() for story_id in batch.ids]
        days = _day_numbers(batch.days) + _DAY_ZERO
        lengths = {"body": inversion.body_lengths, "headline": inversion.headline_lengths}
        length_bytes = {field: _length_bytes(of_documents) for field, of_documents in lengths.items()}
        postings = [
            *(tokens.postings(field, of_documents) for field, of_documents in length_bytes.items()),
            *(folded.postings(field, batch.facets[field]) for field, folded in values.items()),
            FieldPostings("id", ids, np.arange(len(ids) + 1), np.arange(len(ids))),
            _day_postings("date", days),
        ]
        del tokens  # some ten megabytes, and what follows takes most
        posting_bytes, term_bytes = postings_and_terms(sorted(postings, key=attrgetter("name")))

        segment = W3Codec().new_segment(self._storage, _NAME)
        segment.set_doc_count(len(ids))
        # No method of Whoosh's sets these two: its own writer assigns them, too.
        segment._fieldlengths = {field: int(of.sum()) for field, of in lengths.items() if of.any()}
        segment.compound = True
        columns = {
            "_stored": text_column(batch.stored[:]),
            "date": number_column(days),
            "id": text_column(ids),
            **{f"_{field}_len": of.tobytes() for field, of in length_bytes.items() if of.any()},
        }
        parts = {
            segment.make_filename(W3Codec.TERMS_EXT): term_bytes,
            segment.make_filename(W3Codec.POSTS_EXT): posting_bytes,
            **{W3Codec.column_filename(segment, name): column for name, column in columns.items()},
        }
        self._written.append(segment)  # first, so that `rollback` removes half a file too
        with (self._folder / segment.make_filename(segment.COMPOUND_EXT)).open("wb") as file:
            file.writelines(compound_file(parts))
            sync_file(file)


class WhooshReader:
    """Reads the stories of the last commit to Whoosh's index in a folder.

    Raises:
        ArchiveDamaged: if the folder's table of contents is missing or cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._storage = _SyncedStorage(str(folder))
        if not folder.is_dir() or all(path.suffix != ".toc" for path in folder.iterdir()):
            raise ArchiveDamaged(f"{folder} has no table of contents")
        self._contents = _contents(self._storage)

    @property
    def generation(self) -> int:
        """The number of the commit."""
        number: int = self._contents.generation
        return number

    @property
    def story_count(self) -> int:
        """How many stories there are."""
        return sum(segment.doc_count() for segment in self._contents.segments)

    def records(self) -> Iterator[bytes]:
        """Yield the stories as JSON.

        Raises:
            ArchiveDamaged: if they cannot be read.
        """
        with _reading(self._folder, "stories"):
            for segment in self._contents.segments:
                with closing(SegmentReader(self._storage, self._contents.schema, segment)) as reader:
                    for document in reader.all_stored_fields():
                        yield document["story"].encode()


def _contents(storage: FileStorage, schema: fields.Schema | None = None) -> TOC:
    """Read a table of contents; its schema is not unpickled where it is known already.

    Raises:
        ArchiveDamaged: if it cannot be read.
    """
    with _reading(storage.folder, "table of contents"):
        return TOC.read(storage, _NAME, schema=schema)


@contextmanager
def _reading(folder: str | Path, what: str) -> Iterator[None]:
    """Turn what Whoosh lets through, which is whatever reading and unpickling wrong bytes gives, into an error.

    Raises:
        ArchiveDamaged: if there was any.
        ArchiveError: if there is no permission to read.
    """
    try:
        with reading(Path(folder)):
            yield
    except ArchiveError:
        raise
    except Exception as error:
        raise ArchiveDamaged(f"Whoosh's {what} in {folder} cannot be read ({error}); {ANEW}") from error


class _SyncedStorage(FileStorage):  # type: ignore[misc]
    """Whoosh's files in a folder; a table of contents gets its name when it and all files before it are on the disk."""

    def open_file(self, name: str, **kwargs: object) -> StructFile:
        """Open a file; a table of contents is read whole, for Whoosh leaves one open that it cannot read."""
        if name.endswith(".toc"):
            return BufferFile(Path(self.folder, name).read_bytes(), name=name)
        return super().open_file(name, **kwargs)

    def create_file(self, name: str, **kwargs: object) -> StructFile:
        """Create a file; a table of contents is written whole when it is closed, for Whoosh leaves one open otherwise."""
        if ".toc." not in name:
            return super().create_file(name, **kwargs)
        data = BytesIO()
        return StructFile(data, name, onclose=lambda _: Path(self.folder, name).write_bytes(data.getvalue()))

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Sync a file, give it another name and sync the folder, before and after."""
        for name in (oldname, ""):
            sync_path(Path(self.folder, name))
        super().rename_file(oldname, newname, safe=safe)
        sync_path(Path(self.folder))


@dataclass(frozen=True, slots=True)
class _Tokens:
    """All tokens of an inversion, sorted by stem, document and position."""

    terms: Sequence[bytes]
    stems: NDArray[np.int32]
    documents: NDArray[np.int32]
    positions: NDArray[np.int32]
    in_headline: NDArray[np.bool_]

    @classmethod
    def of(cls, inversion: Inversion) -> "_Tokens":
        """Take the tokens of an inversion; positions are counted from 0 in each field."""
        rows = inversion.by_stem()
        frequencies = np.diff(rows.starts)
        documents = np.repeat(rows.documents, frequencies)
        stem_of_row = np.repeat(np.arange(len(inversion.stems), dtype=np.int32), np.diff(rows.offsets))
        in_headline = inversion.in_headline(documents, rows.positions)
        return cls(
            terms=[stem.encode() for stem in inversion.stems],
            stems=np.repeat(stem_of_row, frequencies),
            documents=documents,
            positions=rows.positions - np.where(in_headline, 0, inversion.headline_lengths[documents] + GAP),
            in_headline=in_headline,
        )

    def postings(self, field: str, length_bytes: NDArray[np.uint8]) -> FieldPostings:
        """Return the postings of a text field."""
        chosen = self.in_headline if field == "headline" else ~self.in_headline
        stems, documents = self.stems[chosen], self.documents[chosen]
        firsts = np.flatnonzero(changes(stems) | changes(documents))
        stems_of_postings = stems[firsts]
        term_firsts = np.flatnonzero(changes(stems_of_postings))
        return FieldPostings(
            name=field,
            terms=[self.terms[stem] for stem in stems_of_postings[term_firsts]],
            offsets=np.append(term_firsts, len(firsts)),
            documents=documents[firsts],
            starts=np.append(firsts, len(stems)),
            positions=self.positions[chosen],
            length_bytes=length_bytes,
        )


@dataclass(frozen=True, slots=True)
class _FoldedValues:
    """The values of a facet, folded: `terms` sorted, each once, and the number of each value's term."""

    terms: Sequence[bytes]
    of_value: NDArray[np.int64]

    @classmethod
    def of(cls, values: Sequence[str]) -> "_FoldedValues":
        """Fold the values of a facet."""
        folded = list(map(fold, values))
        number = {term: place for place, term in enumerate(sorted(dict.fromkeys(folded)))}
        of_value = np.fromiter(map(number.__getitem__, folded), np.int64, len(folded))
        return cls([term.encode() for term in number], of_value)

    def postings(self, field: str, column: Values) -> FieldPostings:
        """Return the postings of documents with these values; nothing is no value."""
        owners = np.repeat(np.arange(len(column.counts)), column.counts)
        rows = distinct(self.of_value[column.numbers] << 32 | owners)
        if self.terms and not self.terms[0]:
            rows = rows[rows >> 32 > 0]
        terms, offsets = rows >> 32, np.flatnonzero(changes(rows >> 32))
        return FieldPostings(
            name=field,
            terms=[self.terms[term] for term in terms[offsets].tolist()],
            offsets=np.append(offsets, len(rows)),
            documents=rows & 0xFFFFFFFF,
        )


def _day_numbers(ordinals: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return days as they are indexed."""
    distinct, number = np.unique(ordinals, return_inverse=True)
    days = (day_number(datetime.date.fromordinal(day)) for day in distinct.tolist())
    return np.fromiter(days, np.int64, len(distinct))[number]


def _day_postings(field: str, days: NDArray[np.int64]) -> FieldPostings:
    """Return the postings of Whoosh's numeric terms: the number, and without its last 8, 16 and 24 bits, for ranges."""
    terms: list[bytes] = []
    offsets = [np.zeros(1, np.int64)]
    documents: list[NDArray[np.int64]] = []
    for shift in range(0, _DAY_BITS, _DAY_SHIFT):
        numbers = days >> shift
        order = np.argsort(numbers, kind="stable")
        distinct, firsts = np.unique(numbers[order], return_index=True)
        terms += [struct.pack("!BI", shift, number) for number in distinct]
        offsets.append(np.append(firsts[1:], len(days)) + len(days) * len(documents))
        documents.append(order)
    return FieldPostings(field, terms, np.concatenate(offsets), np.concatenate(documents))


def _length_bytes(lengths: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return lengths as Whoosh rounds them."""
    return np.minimum(np.searchsorted(_LENGTHS, lengths), 255).astype(np.uint8)


def _schema(language: str) -> fields.Schema:
    """Return the fields as Whoosh's objects."""
    analyzer = (
        analysis.RegexTokenizer(TOKEN_PATTERN)
        | analysis.LowercaseFilter()
        | analysis.SubstitutionFilter(POSSESSIVE, "")
        | analysis.SubstitutionFilter(INITIALS_DOT, "")
        | analysis.CharsetFilter(_folding())
        | analysis.LowercaseFilter()
        # Porter's stemmer leaves nothing of "s", the others leave it as it is.
        | analysis.PyStemmerFilter(language, ignore=["s"])
    )
    make = {
        "text": lambda: fields.TEXT(analyzer),
        "values": fields.ID,
        "key": lambda: fields.ID(unique=True, sortable=True),
        "day": lambda: fields.NUMERIC(int, _DAY_BITS, shift_step=_DAY_SHIFT, sortable=True),
        "stored": fields.STORED,
    }
    return fields.Schema(**{name: make[kind]() for name, kind in FIELDS.items()})


@lru_cache(maxsize=1)
def _folding() -> dict[int, str]:
    """Return what `fold_accents` makes of each character that can stand in a token, where that is something else."""
    folding: dict[int, str] = {}
    in_token = re.compile(f"{WORD_CHARACTER}|’")
    for start in range(0, sys.maxunicode + 1, 256):
        characters = "".join(in_token.findall("".join(map(chr, range(start, start + 256)))))
        if fold_accents(characters) != characters:
            folding |= {ord(c): folded for c in characters if (folded := fold_accents(c)) != c}
    return folding
