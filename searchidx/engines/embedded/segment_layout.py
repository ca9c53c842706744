"""The bytes of a Whoosh segment, laid out with numpy: postings, terms, columns and the one file that holds them.

Whoosh 2.7.4's own writer adds posting after posting; this lays out whole fields at once and gives files that Whoosh reads,
merges and optimises like its own. What its readers rely on (`whoosh.codec.whoosh3`, `whoosh.filedb`, all numbers
big-endian but those inside pickles):

    compound file   position and length of the directory (q, i), the parts one after the other, then two pickles:
                    {part's name: offset, length, modified} and options
    postings        for each term "W3Bl" and blocks of at most 128 postings: the length of what follows (i, negative in
                    the last block of a term), a pickle (count, last document, highest weight, compression,
                    shortest and longest length as bytes), a pickle (differences of the documents, weights, values)
    weights         None where all are 1, a float where all are equal, else one for each posting
    value           the frequency (I) and a pickle of the differences of the positions without its end, which Whoosh
                    adds; None for the whole block in a field without positions
    terms           "HSH3", kind of hash (B), two unused (i, i); for each term, in order, the lengths of key and value
                    (i, i), the key (number of the field as H, the term in UTF-8), the value (see `_TERM`); 256 hash
                    tables of (hash I, position q) with twice as many slots as entries, probed one after the other;
                    the directory of the tables (position q, slots i); a pickle with the fields' numbers and the type
                    and length of the array that follows it, of each key's position; length of pickle and array (i)
    lengths         a byte a document (Whoosh rounds lengths to 256 steps)
    texts           a column of byte strings: the strings, their lengths as an array, the array's type
    stored          a column of byte strings, too (see `stored_stories`)

Pickles are laid out by hand, which any reader of pickles understands: '(' … 't' is a tuple, 'K' 'M' 'J' are whole
numbers of one, two and four bytes, 'C' and 'B' byte strings with a length of one and four bytes, 'G' is a float, 'N' is None,
'.' the end.
"""

import pickle
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Protocol

import numpy as np

from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.engines.embedded.kernels.offsets import ranges

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]

_BLOCK = 128
#: From so many postings on a block is searched for values that repeat.
_LARGE_BLOCK = 16
_MAGIC = b"W3Bl"
#: The pickled facts about a block, which all have the same size, and where the facts stand in it.
_BLOCK_INFO_BYTES = b"(K\0J\0\0\0\0G\0\0\0\0\0\0\0\0K\0K\0K\0t."
_BLOCK_INFO = np.dtype(
    {
        "names": ["count", "last", "weight", "shortest", "longest"],
        "formats": ["u1", "<i4", ">f8", "u1", "u1"],
        "offsets": [2, 4, 9, 20, 22],
        "itemsize": len(_BLOCK_INFO_BYTES),
    }
)
#: What an entry of the table of terms begins with: the lengths of key and value, and the field, which begins the key.
_ENTRY_HEAD = np.dtype([("key", ">i4"), ("value", ">i4"), ("field", ">u2")])
#: What the table of terms says of one: statistics, and where its postings are.
_TERM = np.dtype(
    {
        "names": "inlined weight documents shortest longest highest first last offset length".split(),
        "formats": "u1 >f4 >u4 u1 u1 >f4 >u4 >u4 >i8 >i4".split(),
    }
)
_TUPLE_OF_1, _END_OF_DATA = 0x85, b"\x87."  # the latter: a tuple of three, and the end
#: How a whole number of one, two or four bytes begins, before its lowest byte; and how many bytes it takes.
_NUMBER_HEADS, _NUMBER_SIZES = np.frombuffer(b"K\0M\0J\0", "<u2"), np.array([2, 3, 5], np.uint8)


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """The postings of one field.

    Attributes:
        name: of the field.
        terms: in UTF-8, sorted, each once.
        offsets: term t has the postings offsets[t]:offsets[t + 1], int64, one more than terms; none is empty.
        documents: rising within a term.
        starts: posting p has the positions starts[p]:starts[p + 1], int64, one more than postings; None in a field
            without positions.
        positions: rising within a posting.
        length_bytes: Whoosh's rounded length of each document of the segment; None in a field without lengths.
    """

    name: str
    terms: Sequence[bytes]
    offsets: Numbers
    documents: NDArray[np.integer]
    starts: Numbers | None = None
    positions: NDArray[np.integer] | None = None
    length_bytes: Bytes | None = None


def postings_and_terms(fields: Sequence[FieldPostings]) -> tuple[bytes, bytes]:
    """Return the postings and the table of terms of a segment; fields are sorted by name."""
    fields = [field for field in fields if field.terms]
    parts, infos, base = [], [], 0
    for field in fields:
        postings, info = _field_postings(field)
        info["offset"] += base
        base += len(postings)
        parts.append(postings.data)
        infos.append(info)
    return b"".join(parts), _terms_table(fields, infos)


def number_column(numbers: NDArray[np.integer]) -> bytes:
    """Return a column of unsigned numbers of 32 bits."""
    return numbers.astype(">u4").tobytes()


def text_column(texts: Sequence[bytes | memoryview]) -> bytes:
    """Return a column of byte strings."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    code, kind = next((code, kind) for code, kind in (("B", ">u1"), ("H", ">u2"), ("i", ">i4")) if _fits(lengths, kind))
    return b"".join((*texts, lengths.astype(kind).tobytes(), code.encode()))


def compound_file(parts: Mapping[str, bytes]) -> list[bytes]:
    """Return the pieces of the one file that holds named parts."""
    directory, offset = {}, _COMPOUND_HEAD.size
    for name, part in parts.items():
        directory[name] = {"offset": offset, "length": len(part), "modified": 0.0}
        offset += len(part)
    listing = pickle.dumps(directory, 2) + pickle.dumps({}, 2)
    return [_COMPOUND_HEAD.pack(offset, len(listing)), *parts.values(), listing]


_COMPOUND_HEAD = struct.Struct("!qi")


def _fits(numbers: NDArray[np.integer], kind: str) -> bool:
    return not len(numbers) or int(numbers.max()) <= np.iinfo(kind).max


class _Section(Protocol):
    """A part of every block: the bytes it takes in each, and how it is written at a place in each."""

    @property
    def size(self) -> Numbers: ...

    def write(self, out: Bytes, at: Numbers) -> None: ...


def _field_postings(field: FieldPostings) -> tuple[Bytes, NDArray[np.void]]:
    """Return the postings of a field, and what the table says of each term, with offsets counted from the field's own."""
    blocks = _Blocks.of(field)
    documents = field.documents.astype(np.int64)
    differences = np.diff(documents, prepend=0)
    differences[blocks.start] = documents[blocks.start]
    values: _Section = _Records(np.full(len(blocks.start), ord("N"), np.uint8))
    if field.starts is not None and field.positions is not None:
        values = _Values(field.starts, field.positions.astype(np.int64), blocks)
    sections: tuple[_Section, ...] = (
        _Records(blocks.info()),
        _Tuples(differences, blocks.start, blocks.size),
        _Weights(blocks),
        values,
        _Records(np.full(len(blocks.start), _END_OF_DATA)),
    )
    length: Numbers = np.sum([section.size for section in sections], axis=0)
    head = 4 + len(_MAGIC) * blocks.is_first
    end = np.cumsum(head + length)
    begin = end - length
    out = np.zeros(int(end[-1]), np.uint8)
    _put(out, (begin - head)[blocks.is_first], np.full(len(field.terms), _MAGIC))
    _put(out, begin - 4, np.where(blocks.is_last, -length, length).astype(">i4"))
    at = begin
    for section in sections:
        section.write(out, at)
        at = at + section.size
    terms = blocks.terms(field)
    terms["offset"] = (begin - head)[blocks.is_first]
    terms["length"] = np.diff(terms["offset"], append=len(out))
    return out, terms


@dataclass(frozen=True, slots=True)
class _Blocks:
    """How the postings of a field are divided, and what is to be said of each block.

    Attributes:
        start, size: the first posting of each block, and how many it has.
        is_first, is_last: whether it is a term's first or last block.
        first_of_term: the number of each term's first block.
        frequencies: of each posting, not of each block.
        last: the last document.
        highest, lowest: frequencies.
        shortest, longest: rounded lengths of the documents, 0 in a field without lengths.
    """

    start: Numbers
    size: Numbers
    is_first: NDArray[np.bool_]
    is_last: NDArray[np.bool_]
    first_of_term: Numbers
    frequencies: Numbers
    last: NDArray[np.integer]
    highest: Numbers
    lowest: Numbers
    shortest: Bytes
    longest: Bytes

    @classmethod
    def of(cls, field: FieldPostings) -> "_Blocks":
        """Divide the postings of a field."""
        per_term = -(-np.diff(field.offsets) // _BLOCK)
        first_of_term = np.cumsum(per_term) - per_term
        number_in_term = np.arange(int(per_term.sum())) - np.repeat(first_of_term, per_term)
        start = np.repeat(field.offsets[:-1], per_term) + number_in_term * _BLOCK
        size = np.minimum(_BLOCK, np.repeat(field.offsets[1:], per_term) - start)
        is_first = number_in_term == 0
        count = len(field.documents)
        frequencies = np.ones(count, np.int64) if field.starts is None else np.diff(field.starts)
        lengths = np.zeros(count, np.uint8) if field.length_bytes is None else field.length_bytes[field.documents]
        return cls(
            start=start,
            size=size,
            is_first=is_first,
            is_last=np.append(is_first[1:], True),
            first_of_term=first_of_term,
            frequencies=frequencies,
            last=field.documents[start + size - 1],
            highest=np.maximum.reduceat(frequencies, start),
            lowest=np.minimum.reduceat(frequencies, start),
            shortest=np.minimum.reduceat(lengths, start),
            longest=np.maximum.reduceat(lengths, start),
        )

    def info(self) -> NDArray[np.void]:
        """Return the pickled facts of each block."""
        info = np.frombuffer(bytearray(_BLOCK_INFO_BYTES * len(self.start)), _BLOCK_INFO)
        info["count"], info["last"], info["weight"] = self.size, self.last, self.highest
        info["shortest"], info["longest"] = self.shortest, self.longest
        return info

    def terms(self, field: FieldPostings) -> NDArray[np.void]:
        """Return the statistics of each term."""
        terms = np.zeros(len(field.terms), _TERM)
        terms["documents"] = np.diff(field.offsets)
        terms["weight"] = np.add.reduceat(self.frequencies, field.offsets[:-1])
        terms["highest"] = np.maximum.reduceat(self.highest, self.first_of_term)
        terms["shortest"] = np.minimum.reduceat(self.shortest, self.first_of_term)
        terms["longest"] = np.maximum.reduceat(self.longest, self.first_of_term)
        terms["first"] = field.documents[field.offsets[:-1]]
        terms["last"] = field.documents[field.offsets[1:] - 1]
        return terms


class _Records:
    """A record of the same size in each block."""

    def __init__(self, records: NDArray[Any]) -> None:
        self._records = records
        self.size: Numbers = np.full(len(records), records.dtype.itemsize)

    def write(self, out: Bytes, at: Numbers) -> None:
        """Write the record of each block."""
        _put(out, at, self._records)


class _Weights:
    """The weights of each block; only blocks whose weights differ list them."""

    def __init__(self, blocks: _Blocks) -> None:
        self._listed = blocks.highest != blocks.lowest
        self._ones = blocks.highest == 1
        self._highest = blocks.highest
        self._tuples = _Tuples(blocks.frequencies, blocks.start, blocks.size)
        self.size: Numbers = np.where(self._listed, self._tuples.size, np.where(self._ones, 1, 9))

    def write(self, out: Bytes, at: Numbers) -> None:
        """Write None, a float or a tuple in each block."""
        out[at[self._ones]] = ord("N")
        equal = ~self._listed & ~self._ones
        out[at[equal]] = ord("G")
        _put(out, at[equal] + 1, self._highest[equal].astype(">f8"))
        self._tuples.write(out, at, only=self._listed)


class _Tuples:
    """Consecutive groups of whole numbers as pickled tuples; `size` is the bytes of each."""

    def __init__(self, numbers: Numbers, starts: Numbers, counts: Numbers) -> None:
        self._numbers = numbers
        # 0, 1 and 2 for a number of one, two and four bytes.
        self._kinds = (numbers >= 1 << 8).view(np.uint8) + (numbers >= 1 << 16)
        sizes = _NUMBER_SIZES[self._kinds]
        self._starts, self._counts = starts, counts
        ends = np.cumsum(sizes, dtype=np.int64)
        self._before = ends - sizes
        # A tuple of one has an end of its own and no mark at its beginning.
        self._marks = counts > 1
        self.size: Numbers = ends[starts + counts - 1] - self._before[starts] + 1 + self._marks

    def write(self, out: Bytes, at: Numbers, *, only: NDArray[np.bool_] | None = None) -> None:
        """Write each tuple at its place; `only` some of them."""
        places = self._before + np.repeat(at + self._marks - self._before[self._starts], self._counts)
        numbers, kinds, marks, ends = self._numbers, self._kinds, self._marks, at + self.size - 1
        if only is not None:
            at, marks, ends = at[only], marks[only], ends[only]
            chosen = np.repeat(only, self._counts)
            places, numbers, kinds = places[chosen], numbers[chosen], kinds[chosen]
        out[at[marks]] = ord("(")
        out[ends] = np.where(marks, ord("t"), _TUPLE_OF_1)
        _put(out, places, _NUMBER_HEADS[kinds] | (numbers << 8).astype("<u2"))
        wide, large = np.flatnonzero(kinds), np.flatnonzero(kinds == 2)
        out[places[wide] + 2] = numbers[wide] >> 8 & 0xFF
        _put(out, places[large] + 3, (numbers[large] >> 16).astype("<u2"))


class _Values:
    """The values of postings with positions, block by block, as pickled tuples of byte strings; `size` is the bytes of each.

    In large blocks many postings have one position, and the same: such a value is spelt out once and kept in the pickle's
    memo under its position ('q'), from where the others take it ('h').
    """

    def __init__(self, starts: Numbers, positions: Numbers, blocks: _Blocks) -> None:
        differences = np.diff(positions, prepend=0)
        differences[starts[:-1]] = positions[starts[:-1]]
        self._blocks, self._first_positions = blocks, positions[starts[:-1]]
        self._pickles = _Tuples(differences, starts[:-1], blocks.frequencies)
        self._lengths = 4 + self._pickles.size
        self._heads = np.where(self._lengths < 1 << 8, 2, 5)
        self._kept, self._taken = _repeated(self._first_positions, blocks)
        sizes = np.where(self._taken, 2, self._heads + self._lengths + 2 * self._kept)
        ends = np.cumsum(sizes)
        self._before = ends - sizes
        self.size: Numbers = ends[blocks.start + blocks.size - 1] - self._before[blocks.start] + 2

    def write(self, out: Bytes, at: Numbers) -> None:
        """Write the values of each block at its place."""
        out[at], out[at + self.size - 1] = ord("("), ord("t")
        places = self._before + np.repeat(at + 1 - self._before[self._blocks.start], self._blocks.size)
        out[places[self._taken]] = ord("h")
        out[places[self._taken] + 1] = self._first_positions[self._taken]
        spelt = ~self._taken
        short, long = spelt & (self._heads == 2), spelt & (self._heads != 2)
        out[places[short]] = ord("C")
        out[places[short] + 1] = self._lengths[short]
        out[places[long]] = ord("B")
        _put(out, places[long] + 1, self._lengths[long].astype("<u4"))
        places = places + self._heads
        _put(out, places[spelt], self._blocks.frequencies[spelt].astype(">u4"))
        self._pickles.write(out, places + 4, only=spelt)
        places = places + self._lengths
        out[places[self._kept]] = ord("q")
        out[places[self._kept] + 1] = self._first_positions[self._kept]


def _repeated(positions: Numbers, blocks: _Blocks) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which postings are the first of several in a large block with the same one position, and which the others."""
    large = blocks.size >= _LARGE_BLOCK
    number = np.repeat(np.where(large, np.cumsum(large) - 1, -1), blocks.size)
    rows = np.flatnonzero((number >= 0) & (blocks.frequencies == 1) & (positions < 256))
    keys = number[rows] * 256 + positions[rows]
    counts = np.bincount(keys)
    firsts = np.zeros(len(counts), np.int64)
    # Where a key comes more than once the last assignment stands: the first row, as they are assigned backwards.
    firsts[keys[::-1]] = rows[::-1]
    repeated, first = counts[keys] > 1, firsts[keys] == rows
    kept, taken = np.zeros((2, len(positions)), np.bool_)
    kept[rows[repeated & first]] = True
    taken[rows[repeated & ~first]] = True
    return kept, taken


def _put(out: Bytes, places: Numbers, records: NDArray[np.generic]) -> None:
    """Write the bytes of each record at its place."""
    size = records.dtype.itemsize
    # A record may begin at any place: seen so, each is moved at once, and not byte by byte.
    at_any = np.ndarray(max(len(out) - size + 1, 0), f"V{size}", out, strides=(1,))
    at_any[places] = records.view(at_any.dtype)


def _terms_table(fields: Sequence[FieldPostings], infos: Sequence[NDArray[np.void]]) -> bytes:
    """Return the ordered hash table of all terms."""
    head = b"HSH3" + struct.pack("!Bii", 1, 0, 0)  # 1: hashed by CRC 32
    entries, starts = _entries(fields, infos)
    positions = len(head) + starts
    tables, slots = _hash_tables(_hashes(fields), positions)
    directory = np.zeros(256, [("position", ">i8"), ("slots", ">i4")])
    directory["position"] = len(head) + len(entries) + (np.cumsum(slots) - slots) * tables.itemsize
    directory["slots"] = slots
    code, kind = ("i", ">i4") if _fits(positions, ">i4") else ("q", ">i8")
    numbers = {field.name: number for number, field in enumerate(fields)}
    extras = pickle.dumps({"fieldmap": numbers, "indextype": code, "indexlen": len(positions)}, 2)
    index = positions.astype(kind).tobytes()
    tail = struct.pack("!i", len(extras) + len(index))
    return b"".join((head, entries.data, tables.data, directory.data, extras, index, tail))


def _entries(fields: Sequence[FieldPostings], infos: Sequence[NDArray[np.void]]) -> tuple[Bytes, Numbers]:
    """Return the entries of all terms, one after the other, and where each begins."""
    terms = [term for field in fields for term in field.terms]
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    heads = np.zeros(len(terms), _ENTRY_HEAD)
    heads["key"], heads["value"] = lengths + heads["field"].itemsize, _TERM.itemsize
    heads["field"] = np.repeat(np.arange(len(fields)), [len(field.terms) for field in fields])
    sizes = heads.itemsize + lengths + _TERM.itemsize
    starts = np.cumsum(sizes) - sizes
    out = np.zeros(int(sizes.sum()), np.uint8)
    _put(out, starts, heads)
    out[ranges(starts + heads.itemsize, lengths)] = np.frombuffer(b"".join(terms), np.uint8)
    # Not np.concatenate, which would turn the numbers' bytes round.
    _put(out, starts + heads.itemsize + lengths, np.frombuffer(b"".join(info.tobytes() for info in infos), _TERM))
    return out, starts


def _hashes(fields: Sequence[FieldPostings]) -> Numbers:
    """Return the hash of each term's key."""
    of_fields = [zlib.crc32(struct.pack("!H", number)) for number in range(len(fields))]
    hashes = [map(zlib.crc32, field.terms, repeat(start)) for field, start in zip(fields, of_fields, strict=True)]
    return np.fromiter(chain.from_iterable(hashes), np.int64)


def _hash_tables(hashes: Numbers, positions: Numbers) -> tuple[NDArray[np.void], Numbers]:
    """Return 256 hash tables one after the other, and how many slots each has.

    An entry stands in its own slot or, where that is taken, in the next free one, round the end if need be. Entries sorted
    by slot are each placed at the later of their own slot and the one behind the entry before; as many slots at the
    beginning are left free as entries run over the end, which is repeated until it fits.
    """
    tables = hashes & 0xFF
    counts = np.bincount(tables, minlength=256)
    slots = 2 * counts
    own = (hashes >> 8) % slots[tables]
    order = np.lexsort((own, tables))
    tables, own = tables[order], own[order]
    rank = np.arange(len(own)) - np.repeat(np.cumsum(counts) - counts, counts)
    # One running maximum over all tables: each table's numbers are lifted above those of the table before.
    lift = tables * (4 * len(own) + 4)
    over = np.zeros(256, np.int64)
    while True:
        placed = np.maximum.accumulate(np.maximum(own - rank, over[tables]) + lift) - lift + rank
        running_over = np.bincount(tables[placed >= slots[tables]], minlength=256)
        if (running_over == over).all():
            break
        over = running_over
    placed %= slots[tables]
    out = np.zeros(int(slots.sum()), [("hash", ">u4"), ("position", ">i8")])
    at = (np.cumsum(slots) - slots)[tables] + placed
    out["hash"][at], out["position"][at] = hashes[order], positions[order]
    return out, slots
