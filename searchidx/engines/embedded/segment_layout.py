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
    value           the frequency (I) and a pickle of the differences of the positions; None for the whole block
                    in a field without positions
    terms           "HSH3", kind of hash (B), two unused (i, i); for each term, in order, the lengths of key and value
                    (i, i), the key (number of the field as H, the term in UTF-8), the value (see `_TERM`); 256 hash
                    tables of (hash I, position q) with twice as many slots as entries, probed one after the other;
                    the directory of the tables (position q, slots i); a pickle with the fields' numbers and the type
                    and length of the array that follows it, of each key's position; length of pickle and array (i)
    lengths         a byte a document (Whoosh rounds lengths to 256 steps)
    texts           a column of byte strings: the strings, their lengths as an array, the array's type
    stored          a column of pickles, each deflated

Pickles are laid out by hand, which any reader of pickles understands: '(' … 't' is a tuple, 'K' 'M' 'J' are whole
numbers of one, two and four bytes, 'C' and 'B' byte strings with a length of one and four bytes, 'G' is a float, 'N' is None,
'.' the end.
"""

import pickle
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]

_BLOCK = 128
_MAGIC = np.frombuffer(b"W3Bl", np.uint8)
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
#: What the table of terms says of one: statistics, and where its postings are.
_TERM = np.dtype(
    {
        "names": "inlined weight documents shortest longest highest first last offset length".split(),
        "formats": "u1 >f4 >u4 u1 u1 >f4 >u4 >u4 >i8 >i4".split(),
    }
)
_ONE_BYTE, _TWO_BYTES, _FOUR_BYTES = b"KMJ"


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
        parts.append(postings)
        infos.append(info)
    return b"".join(parts), _terms_table(fields, infos)


def number_column(numbers: NDArray[np.integer]) -> bytes:
    """Return a column of unsigned numbers of 32 bits."""
    return numbers.astype(">u4").tobytes()


def text_column(texts: Sequence[bytes]) -> bytes:
    """Return a column of byte strings."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    code, kind = next((code, kind) for code, kind in (("B", ">u1"), ("H", ">u2"), ("i", ">i4")) if _fits(lengths, kind))
    return b"".join((*texts, lengths.astype(kind).tobytes(), code.encode()))


def stored_column(field: str, records: Sequence[bytes]) -> bytes:
    """Return the column of stored fields where each document has the one field, a text given in UTF-8."""
    name = field.encode()
    head = b"}X" + struct.pack("<I", len(name)) + name + b"X"
    # Level 1 takes half the time of Whoosh's 3 for 5 % more bytes.
    return text_column([zlib.compress(head + struct.pack("<I", len(r)) + r + b"s.", 1) for r in records])


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


def _field_postings(field: FieldPostings) -> tuple[bytes, NDArray[np.void]]:
    """Return the postings of a field, and of each term what the table says of it, offsets counted from the field's own."""
    counts = np.diff(field.offsets)
    blocks_of_term = -(-counts // _BLOCK)
    first_block = np.cumsum(blocks_of_term) - blocks_of_term
    block_count = int(blocks_of_term.sum())
    number_in_term = np.arange(block_count) - np.repeat(first_block, blocks_of_term)
    block_start = np.repeat(field.offsets[:-1], blocks_of_term) + number_in_term * _BLOCK
    block_size = np.minimum(_BLOCK, np.repeat(field.offsets[1:], blocks_of_term) - block_start)

    documents = field.documents.astype(np.int64)
    differences = np.diff(documents, prepend=0)
    differences[block_start] = documents[block_start]
    ids = _Tuples(differences, block_start, block_size)

    frequencies = np.ones(len(documents), np.int64) if field.starts is None else np.diff(field.starts)
    highest = np.maximum.reduceat(frequencies, block_start)
    lowest = np.minimum.reduceat(frequencies, block_start)
    # Only blocks of different weights list them.
    listing = highest != lowest
    weights = _Tuples(frequencies, block_start, block_size)
    weights_size = np.where(listing, weights.size, np.where(highest == 1, 1, 9))

    if field.starts is None or field.positions is None:
        values = None
        values_size = np.ones(block_count, np.int64)
    else:
        values = _Values(field.starts, field.positions.astype(np.int64), frequencies, block_start, block_size)
        values_size = values.size

    is_first = number_in_term == 0
    head = np.where(is_first, 8, 4)
    data_size = _BLOCK_INFO.itemsize + ids.size + weights_size + values_size + 2
    end = np.cumsum(head + data_size)
    begin = end - data_size
    out = np.zeros(int(end[-1]), np.uint8)

    magic_at = end[is_first] - data_size[is_first] - 8
    out[magic_at[:, None] + np.arange(4)] = _MAGIC
    is_last = np.append(is_first[1:], True)
    _put(out, begin - 4, np.where(is_last, -data_size, data_size).astype(">i4"))

    shortest, longest = _length_range(field, block_start, block_count)
    info = np.frombuffer(bytearray(_BLOCK_INFO_BYTES * block_count), _BLOCK_INFO)
    info["count"], info["last"], info["weight"] = block_size, documents[block_start + block_size - 1], highest
    info["shortest"], info["longest"] = shortest, longest
    _put(out, begin, info)

    at = begin + _BLOCK_INFO.itemsize
    ids.write(out, at)
    at = at + ids.size
    out[at[~listing & (highest == 1)]] = ord("N")
    equal = ~listing & (highest != 1)
    out[at[equal]] = ord("G")
    _put(out, at[equal] + 1, highest[equal].astype(">f8"))
    weights.write(out, at, only=listing)
    at = at + weights_size
    if values is None:
        out[at] = ord("N")
    else:
        values.write(out, at)
    at = at + values_size
    out[at], out[at + 1] = 0x87, ord(".")  # a tuple of three

    terms = np.zeros(len(counts), _TERM)
    terms["documents"] = counts
    terms["weight"] = np.add.reduceat(frequencies, field.offsets[:-1])
    terms["highest"] = np.maximum.reduceat(highest, first_block)
    terms["shortest"] = np.minimum.reduceat(shortest, first_block)
    terms["longest"] = np.maximum.reduceat(longest, first_block)
    terms["first"] = documents[field.offsets[:-1]]
    terms["last"] = documents[field.offsets[1:] - 1]
    term_start = begin[first_block] - 8
    terms["offset"] = term_start
    terms["length"] = np.append(term_start[1:], len(out)) - term_start
    return out.tobytes(), terms


def _length_range(field: FieldPostings, block_start: Numbers, block_count: int) -> tuple[Bytes, Bytes]:
    """Return the shortest and the longest rounded length in each block; 0 where there are no lengths."""
    if field.length_bytes is None:
        none = np.zeros(block_count, np.uint8)
        return none, none
    lengths = field.length_bytes[field.documents]
    return np.minimum.reduceat(lengths, block_start), np.maximum.reduceat(lengths, block_start)


class _Tuples:
    """Consecutive groups of whole numbers as pickled tuples; `size` is the bytes of each."""

    def __init__(self, numbers: Numbers, starts: Numbers, counts: Numbers) -> None:
        self._numbers = numbers
        self._sizes = np.where(numbers < 1 << 8, 2, np.where(numbers < 1 << 16, 3, 5))
        self._starts, self._counts = starts, counts
        ends = np.cumsum(self._sizes)
        self._before = ends - self._sizes
        self.size: Numbers = ends[starts + counts - 1] - self._before[starts] + 2

    def write(self, out: Bytes, at: Numbers, *, only: NDArray[np.bool_] | None = None) -> None:
        """Write each tuple at its place; `only` some of them."""
        first = self._before[self._starts]
        places, numbers = self._before + np.repeat(at + 1 - first, self._counts), self._numbers
        if only is not None:
            at, chosen = at[only], np.repeat(only, self._counts)
            places, numbers = places[chosen], numbers[chosen]
        ends = at + (self.size if only is None else self.size[only]) - 1
        out[at], out[ends] = ord("("), ord("t")
        small, large = numbers < 1 << 8, numbers >= 1 << 16
        out[places] = np.where(small, _ONE_BYTE, np.where(large, _FOUR_BYTES, _TWO_BYTES))
        out[places + 1] = numbers & 0xFF
        wide = ~small
        out[places[wide] + 2] = numbers[wide] >> 8 & 0xFF
        out[places[large] + 3] = numbers[large] >> 16 & 0xFF
        out[places[large] + 4] = numbers[large] >> 24 & 0xFF


class _Values:
    """The values of postings with positions, block by block, as pickled tuples of byte strings; `size` is the bytes of each."""

    def __init__(
        self, starts: Numbers, positions: Numbers, frequencies: Numbers, block_start: Numbers, block_size: Numbers
    ) -> None:
        differences = np.diff(positions, prepend=0)
        differences[starts[:-1]] = positions[starts[:-1]]
        self._frequencies = frequencies
        self._pickles = _Tuples(differences, starts[:-1], frequencies)
        self._lengths = 4 + self._pickles.size + 1
        self._heads = np.where(self._lengths < 1 << 8, 2, 5)
        self._block_start, self._block_size = block_start, block_size
        ends = np.cumsum(self._heads + self._lengths)
        self._before = ends - self._heads - self._lengths
        self.size: Numbers = ends[block_start + block_size - 1] - self._before[block_start] + 2

    def write(self, out: Bytes, at: Numbers) -> None:
        """Write the values of each block at its place."""
        out[at], out[at + self.size - 1] = ord("("), ord("t")
        places = self._before + np.repeat(at + 1 - self._before[self._block_start], self._block_size)
        short = self._heads == 2
        out[places[short]] = ord("C")
        out[places[short] + 1] = self._lengths[short]
        out[places[~short]] = ord("B")
        _put(out, places[~short] + 1, self._lengths[~short].astype("<u4"))
        places = places + self._heads
        _put(out, places, self._frequencies.astype(">u4"))
        self._pickles.write(out, places + 4)
        out[places + self._lengths - 1] = ord(".")


def _put(out: Bytes, places: Numbers, records: NDArray[np.generic]) -> None:
    """Write the bytes of each record at its place."""
    size = records.dtype.itemsize
    out[places[:, None] + np.arange(size)] = records.view(np.uint8).reshape(-1, size)


def _terms_table(fields: Sequence[FieldPostings], infos: Sequence[NDArray[np.void]]) -> bytes:
    """Return the ordered hash table of all terms."""
    head = b"HSH3" + struct.pack("!Bii", 1, 0, 0)  # 1: hashed by CRC 32
    terms = [term for field in fields for term in field.terms]
    field_of = np.repeat(np.arange(len(fields)), [len(field.terms) for field in fields])
    prefixes = [struct.pack("!H", number) for number in range(len(fields))]
    starts = [zlib.crc32(prefix) for prefix in prefixes]
    hashes = np.fromiter(
        (zlib.crc32(term, start) for field, start in zip(fields, starts, strict=True) for term in field.terms),
        np.int64,
        len(terms),
    )
    lengths = np.fromiter(map(len, terms), np.int64, len(terms))
    sizes = 10 + lengths + _TERM.itemsize
    positions = len(head) + np.cumsum(sizes) - sizes
    out = np.zeros(int(sizes.sum()), np.uint8)
    places = positions - len(head)
    keys = np.zeros(len(terms), [("key", ">i4"), ("value", ">i4"), ("field", ">u2")])
    keys["key"], keys["value"], keys["field"] = lengths + 2, _TERM.itemsize, field_of
    _put(out, places, keys)
    text = np.frombuffer(b"".join(terms), np.uint8)
    text_start = np.cumsum(lengths) - lengths
    out[np.arange(len(text)) + np.repeat(places + 10 - text_start, lengths)] = text
    # Not np.concatenate, which would turn the numbers' bytes round.
    _put(out, places + 10 + lengths, np.frombuffer(b"".join(info.tobytes() for info in infos), _TERM))

    tables, slots = _hash_tables(hashes, positions)
    table_starts = len(head) + len(out) + (np.cumsum(slots) - slots) * tables.itemsize
    directory = np.zeros(256, [("position", ">i8"), ("slots", ">i4")])
    directory["position"], directory["slots"] = table_starts, slots
    code, kind = ("i", ">i4") if _fits(positions, ">i4") else ("q", ">i8")
    extras = pickle.dumps(
        {"fieldmap": {f.name: n for n, f in enumerate(fields)}, "indextype": code, "indexlen": len(terms)}, 2
    )
    index = positions.astype(kind).tobytes()
    tail = struct.pack("!i", len(extras) + len(index))
    return b"".join((head, out.tobytes(), tables.tobytes(), directory.tobytes(), extras, index, tail))


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
