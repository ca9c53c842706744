"""A segment's arrays by their names."""

import datetime
import zlib
from collections.abc import Iterable
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.kernels.arrays import Array, NDArray
from searchidx.engines.embedded.kernels.offsets import offsets_of
from searchidx.engines.embedded.kernels.signatures import LONGEST_TOLD
from searchidx.engines.embedded.snapshot.doc_values import DocValues
from searchidx.engines.embedded.snapshot.format import ArrayFile
from searchidx.engines.embedded.snapshot.stories import address_keys, unpack_story
from searchidx.engines.embedded.snapshot.strings import SortedStrings, Strings
from searchidx.engines.embedded.snapshot.words import position_bases, weighted_lengths
from searchidx.errors import ANEW, ArchiveDamaged
from searchidx.search.remembered import Remembered
from searchidx.search.request import VALUE_FACETS
from searchidx.stories import Story

#: The ordinal of 1 January 1970, from which numpy counts days.
_EPOCH = datetime.date(1970, 1, 1).toordinal()


def as_days(ordinals: Array) -> NDArray[np.datetime64]:
    """Return days as numpy has them; of many it makes dates in a fraction of the time that Python takes."""
    return (ordinals - _EPOCH).astype("datetime64[D]")


class Lookup:
    """Texts, and for each the numbers of the values it finds.

    Args:
        file: where its arrays are.
        name: of its arrays.
        values: what the array of the values' numbers is called behind the name.
    """

    def __init__(self, file: ArrayFile, name: str, *, values: str = "numbers") -> None:
        self.texts = SortedStrings(file.array, name)
        self.starts: Array = file.array(f"{name}.starts")
        self.numbers: Array = file.array(f"{name}.{values}")

    def equal_to(self, text: str) -> Array:
        """Return the sorted numbers of the values that a text finds."""
        place = self.texts.find(text)
        return self._of(range(place, place + 1) if place >= 0 else range(0))

    def beginning_with(self, prefix: str) -> Array:
        """Return the sorted numbers of the values that any text with this beginning finds."""
        return kernels.distinct(np.sort(self.found_by(prefix)))

    def found_by(self, prefix: str) -> Array:
        """Return the numbers of the values that each text with this beginning finds, one text after the other."""
        return self._of(self.texts.beginning_with(prefix))

    def _of(self, places: range) -> Array:
        found = self.numbers[self.starts[places.start] : self.starts[places.stop]] if places else self.numbers[:0]
        return found.astype(np.int32)


class FacetColumn:
    """A facet's values, how they are looked up, and who has them.

    Attributes:
        values: sorted.
        texts: the same by their numbers, remembered, for a few come again and again.
    """

    def __init__(self, file: ArrayFile, name: str) -> None:
        self._file, self.name = file, name
        self.values = SortedStrings(file.array, f"{name}.values")
        self.texts = Remembered(self.values.__getitem__)

    @cached_property
    def lists(self) -> Array:
        """Where the list of each value's documents begins, and behind the last where it ends."""
        return self._file.array(f"{self.name}.lists")

    @cached_property
    def documents(self) -> Array:
        """Value v has the documents documents[lists[v]:lists[v + 1]], rising."""
        return self._file.array(f"{self.name}.documents")

    @cached_property
    def list_places(self) -> Remembered[str, tuple[int, int]]:
        """Where the list of a value's documents begins and ends, by the value, remembered; (0, 0) for no value."""
        return Remembered(partial(_find_list, self.values, self.lists.data))

    @cached_property
    def keys(self) -> Lookup:
        """Folded spellings of values."""
        return Lookup(self._file, f"{self.name}.keys")

    @cached_property
    def words(self) -> Lookup:
        """Words of folded spellings of values."""
        return Lookup(self._file, f"{self.name}.words")

    def documents_of(self, value: int) -> Array:
        """Return the documents that have a value."""
        return self.documents[self.lists[value] : self.lists[value + 1]]

    def with_words(self, words: Iterable[str], *, last_begins: bool = False) -> Array:
        """Return the values that have all these folded words; the last may be only the beginning of one."""
        *whole, last = words
        found = self.words.beginning_with(last) if last_begins else self.words.equal_to(last)
        for word in whole:
            found = np.intersect1d(found, self.words.equal_to(word), assume_unique=True)
        return found


def _find_list(values: SortedStrings, lists: memoryview, value: str) -> tuple[int, int]:
    number = values.find(value)
    return (lists[number], lists[number + 1]) if number >= 0 else (0, 0)


class Segment:
    """Documents in the order of their stories' ids; see the package for the arrays.

    Raises:
        ArchiveDamaged: here and wherever an array is read, if the file is not what was written.
        ArchiveOutdated: if the file is of another version of the format.
    """

    def __init__(self, path: Path) -> None:
        self.file = ArrayFile(path)

    def array(self, name: str) -> Array:
        """Return an array by its name."""
        return self.file.array(name)

    @cached_property
    def ids(self) -> SortedStrings:
        """The stories' ids."""
        return SortedStrings(self.array, "ids")

    @cached_property
    def count(self) -> int:
        """How many documents there are, deleted ones too."""
        return len(self.ids)

    def digest(self, deleted: Array) -> int:
        """Return the sum of the digests of the stories, but for those of the deleted documents."""
        digests = self.array("digests")
        return int(digests.sum(dtype=np.uint64)) - int(digests[deleted].sum(dtype=np.uint64))

    @cached_property
    def lengths(self) -> Array:
        """The weighted length of each document."""
        return weighted_lengths(self.array("headline_lengths"), self.array("body_lengths"))

    @cached_property
    def days(self) -> Array:
        """The distinct days, as ordinals, rising."""
        return self.array("days")

    @cached_property
    def day_of(self) -> Array:
        """The place in `days` of each document's day."""
        return self.array("day_of")

    @cached_property
    def stems(self) -> SortedStrings:
        """The stems; a stem's number is that of its posting list."""
        return SortedStrings(self.array, "stems")

    @cached_property
    def exact(self) -> SortedStrings:
        """The exact terms."""
        return SortedStrings(self.array, "exact")

    @cached_property
    def exact_by_length(self) -> kernels.ByLength:
        """The exact terms by the lengths of their folded forms."""
        lengths = self.array("exact.lengths")
        order = np.argsort(lengths, kind="stable").astype(np.int32)
        starts = offsets_of(np.bincount(lengths, minlength=LONGEST_TOLD + 1)).astype(np.int64)
        return starts, order, self.array("exact.signatures")[order]

    @cached_property
    def exact_lists(self) -> Array:
        """The number of each exact term's posting list."""
        return self.array("exact.lists")

    @cached_property
    def files(self) -> Strings:
        """The names of the files that stories were read from."""
        return Strings(self.array, "files")

    @cached_property
    def file_of(self) -> Array:
        """The place in `files` of the file that each document was read from."""
        return self.array("file_of")

    @cached_property
    def dates(self) -> list[datetime.date]:
        """The distinct days."""
        dates: list[datetime.date] = as_days(self.days).tolist()
        return dates

    # Where single numbers are read, a memoryview gives them in half the time that numpy takes.

    @cached_property
    def _plain_days(self) -> memoryview:
        return self.day_of.data

    @cached_property
    def _plain_files(self) -> memoryview:
        return self.file_of.data

    @cached_property
    def _file_names(self) -> list[str]:
        return list(self.files)

    @cached_property
    def _plain_lists(self) -> memoryview:
        return self.lists.data

    @cached_property
    def _plain_checksums(self) -> memoryview:
        return self.array("stories.checksums").data

    def list_places(self, number: int) -> tuple[int, int]:
        """Return where a posting list begins and ends; (0, 0) for -1."""
        return (self._plain_lists[number], self._plain_lists[number + 1]) if number >= 0 else (0, 0)

    @cached_property
    def accented(self) -> Lookup:
        """Folded forms of exact terms which differ from them."""
        return Lookup(self.file, "accented", values="exact")

    @cached_property
    def lists(self) -> Array:
        """List l has the postings lists[l]:lists[l + 1]."""
        return self.array("lists")

    @cached_property
    def documents(self) -> Array:
        """The document of each posting."""
        return self.array("documents")

    @cached_property
    def codes(self) -> Array:
        """The code of each posting."""
        return self.array("codes")

    @cached_property
    def position_lists(self) -> Array:
        """Stem s has the positions position_lists[s]:position_lists[s + 1]."""
        return self.array("position_lists")

    @cached_property
    def positions(self) -> Array:
        """Base of the document + position, rising within a stem."""
        return self.array("positions")

    def positions_of(self, stem: int) -> Array:
        """Return the positions of a stem."""
        return self.positions[self.position_lists[stem] : self.position_lists[stem + 1]]

    @cached_property
    def bases(self) -> Array:
        """Where each document's positions begin."""
        return position_bases(self.array("headline_lengths"), self.array("body_lengths"))

    @cached_property
    def facets(self) -> dict[str, FacetColumn]:
        """The facets by name."""
        return {name: FacetColumn(self.file, name) for name in VALUE_FACETS}

    @cached_property
    def doc_values(self) -> DocValues:
        """What each document has of all facets."""
        return DocValues(self.file, {name: column.lists for name, column in self.facets.items()})

    def values_of(self, document: int) -> dict[str, list[str]]:
        """Return the values that a document has of each facet, in its own order."""
        found: dict[str, list[str]] = {facet: [] for facet in VALUE_FACETS}
        for facet, text in map(self._texts.__getitem__, self.doc_values.of_document(document)):
            if text is not None:
                found[facet].append(text)
        return found

    @cached_property
    def _texts(self) -> Remembered[int, tuple[str, str | None]]:
        """Facet and text by the numbers of `DocValues`; no text for the number that says none."""
        return Remembered(self._text)

    def _text(self, number: int) -> tuple[str, str | None]:
        for facet, own in self.doc_values.numbers_of_facets.items():
            if number in own:
                return facet, self.facets[facet].values[number - own.start - 1] if number > own.start else None
        raise IndexError(number)

    @cached_property
    def place_labels(self) -> Strings:
        """The label of each value of the place facet."""
        return Strings(self.array, "place.labels")

    @cached_property
    def place_parents(self) -> Array:
        """The value that each value of the place facet lies in, -1 for none."""
        return self.array("place.parents")

    @cached_property
    def packed_stories(self) -> Strings:
        """The stories' bytes, which nothing has compared with their checksums."""
        return Strings(lambda n: self.file.unchecked(n) if n.endswith(".bytes") else self.array(n), "stories")

    def story(self, document: int) -> Story:
        """Return a document's story."""
        return unpack_story(
            self.packed_story(document),
            self.ids[document],
            self.date(document),
            self._file_names[self._plain_files[document]],
            self.values_of(document),
        )

    def packed_story(self, document: int) -> memoryview:
        """Return a document's story as it is stored."""
        data = self.packed_stories.raw(document)
        if zlib.crc32(data) != self._plain_checksums[document]:
            raise ArchiveDamaged(f"{self.file.path} has wrong bytes in story {self.ids[document]!r}; {ANEW}")
        return data

    def date(self, document: int) -> datetime.date:
        """Return a document's day."""
        return self.dates[self._plain_days[document]]

    def at_address(self, address: str) -> list[int]:
        """Return the documents that may have an address, or may have had it."""
        keys = self.array("addresses")
        (key,) = address_keys([address])
        places = slice(int(keys.searchsorted(key)), int(keys.searchsorted(key, "right")))
        found: list[int] = self.array("addresses.documents")[places].tolist()
        return found
