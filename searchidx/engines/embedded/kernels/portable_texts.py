"""The loops over texts, with numpy: how words are found, numbered and compared where nothing is compiled; see `portable`."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from searchidx.engines.embedded.kernels.arrays import PREFIX, Array, ByLength, SortedTexts, Texts
from searchidx.engines.embedded.kernels.offsets import distinct
from searchidx.engines.embedded.kernels.signatures import LONGEST_TOLD
from searchidx.engines.embedded.kernels.signatures import signature as signature_of

#: One edit changes at most so many bits of a signature.
_CHANGED_BITS = 2
_LAST_ASCII = 0x7F


def place_of(prefixes: memoryview, offsets: memoryview, data: memoryview, text: bytes) -> int:
    """Return the place of a text among sorted ones, or where there is none -1 - the place at which it would stand.

    Args:
        prefixes: the first eight bytes of each text as a number.
        offsets: where each text begins.
        data: the texts in UTF-8.
        text: in UTF-8.
    """
    key = int.from_bytes(text[:PREFIX].ljust(PREFIX, b"\0"), "big")
    # Python's own numbers: to make one of numpy's of the key takes as long as all the halving.
    place = bisect_left(prefixes, key)
    if place == len(prefixes) or prefixes[place] != key:
        return -1 - place
    # Most texts differ in their first bytes from all others.
    if data[offsets[place] : offsets[place + 1]] != text:
        end = bisect_left(prefixes, key + 1, place)
        place = bisect_left(range(end), text, lo=place, key=lambda n: bytes(data[offsets[n] : offsets[n + 1]]))
        if place == end or data[offsets[place] : offsets[place + 1]] != text:
            return -1 - place
    return place


def merge_texts(lists: Sequence[SortedTexts]) -> tuple[list[Array], int]:
    """Return by which number each text of some sorted lists goes among those of all, and how many these are."""
    if not lists:
        return [], 0
    # Lists differ much in size: the texts of the others are looked up in the largest.
    largest = max(range(len(lists)), key=lambda at: len(lists[at][0]))
    prefixes, offsets, data = (array.data for array in lists[largest])
    places: list[dict[bytes, int]] = []
    for at, (_, starts, texts) in enumerate(lists):
        each = [] if at == largest else pairwise(starts.tolist())
        here = (texts[start:end].tobytes() for start, end in each)
        places.append({text: place_of(prefixes, offsets, data, text) for text in here})
    # What the largest has not stands before the texts that come behind it there, in its own order.
    new = sorted({text for of in places for text, place in of.items() if place < 0})
    before = np.array([-1 - next(of[text] for of in places if text in of) for text in new], np.int64)
    behind = {text: place + rank for rank, (text, place) in enumerate(zip(new, before.tolist(), strict=True))}
    own = np.arange(len(prefixes)) + before.searchsorted(np.arange(len(prefixes)), "right")
    numbers = [
        own if at == largest else np.array([own[n] if n >= 0 else behind[text] for text, n in of.items()], np.int64)
        for at, of in enumerate(places)
    ]
    return [of.astype(np.int32) for of in numbers], len(prefixes) + len(new)


def with_range(places: range, others: Array) -> Array:
    """Return the numbers of a range and others, rising, each once."""
    numbers = np.arange(places.start, places.stop, dtype=np.int32)
    if not len(others):
        return numbers
    outside = distinct(others[(others < places.start) | (others >= places.stop)])
    below = int(outside.searchsorted(places.start))
    return np.concatenate((outside[:below], numbers, outside[below:]))


def matching(texts: Texts, signatures: Array, places: range, pattern: str) -> tuple[Array, Array]:
    """Return which texts match a pattern, and which of others may do so and must be looked at.

    Args:
        texts: in UTF-8.
        signatures: the letters of each text, folded, a bit each.
        places: of the texts in question.
        pattern: its * stands for any letters, its ? for one.
    """
    letters = signature_of(pattern.replace("*", "").replace("?", ""))
    unsure = places.start + np.flatnonzero(signatures[places.start : places.stop] & letters == letters).astype(np.int32)
    return unsure[:0], unsure


def one_edit_away(texts: Texts, by_length: ByLength, word: str) -> tuple[Array, Array]:
    """Return which texts are one edit away from a word, and which of others may be so and must be looked at.

    Args:
        texts: in UTF-8.
        by_length: the texts by the lengths of their folded forms.
        word: folded.
    """
    starts, order, signatures = by_length
    length = min(len(word), LONGEST_TOLD)
    places = slice(int(starts[max(length - 1, 1)]), int(starts[min(length + 1, LONGEST_TOLD) + 1]))
    near = np.bitwise_count(signatures[places] ^ signature_of(word)) <= _CHANGED_BITS
    unsure = order[places][near]
    # One edit leaves the first or the last letters as they are. What is not in ASCII there must be looked at; it may have
    # fewer bytes than letters when folded, which the last text of all must not be read beyond.
    same = (len(word) - 1) // 2
    if same > 0 and word.isascii():
        offsets, data = texts
        letters = np.frombuffer(word.encode(), np.uint8)[:, None]
        # A row is a letter of all texts: there are few letters and many texts, and numpy goes along rows.
        first = data.take(offsets[unsure] + np.arange(same)[:, None], mode="clip")
        last = data.take(offsets[unsure + 1] - np.arange(same, 0, -1)[:, None], mode="clip")
        is_near = (first == letters[:same]).all(0) | (last == letters[-same:]).all(0)
        unsure = unsure[is_near | (np.bitwise_or.reduce(first | last) > _LAST_ASCII)]
    unsure = np.sort(unsure)
    return unsure[:0], unsure
