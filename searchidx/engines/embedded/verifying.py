"""What is wrong with an index: every byte against its checksum, every array against the others, all against Whoosh."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import numpy as np
import xxhash

from searchidx.engines.embedded.directory import Directory, Manifest, SegmentEntry, reading, total_digest
from searchidx.engines.embedded.kernels import Array
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.engines.embedded.snapshot.stories import own_address
from searchidx.engines.embedded.stored_stories import story_record
from searchidx.engines.embedded.writer import WhooshReader
from searchidx.errors import ArchiveDamaged, ArchiveOutdated
from searchidx.search.request import VALUE_FACETS


def verify(directory: Directory) -> list[str]:
    """Return the problems of the generation in force; none where all is well.

    Where another generation has come into force meanwhile, Whoosh's part is that one's, and it is looked at instead.

    Raises:
        ArchiveMissing: if there is no index.
        ArchiveDamaged, ArchiveOutdated: if not even its manifest can be read.
        ArchiveError: if there is no permission to read it, which tells nothing of what it holds.
    """
    while True:
        generation, problems = _problems_of_current(directory)
        if not problems or directory.current() == generation:
            return problems


def _problems_of_current(directory: Directory) -> tuple[int, list[str]]:
    """Return the number of the generation in force and its problems."""
    manifest, held = directory.hold_current()
    with held:
        problems: list[str] = []
        stories, records = 0, 0
        digests: list[int] = []
        for entry in manifest.segments:
            try:
                wrong = _check_segment(directory, entry)
                problems += wrong
                if wrong:
                    continue
                segment, deleted = directory.open_segment(entry), directory.read_deletions(entry)
                stories += segment.count - len(deleted)
                digests.append(segment.digest(deleted))
                living = np.setdiff1d(np.arange(segment.count), deleted).tolist()
                records += _sum(story_record(story, own_address(story)) for story in map(segment.story, living))
            except (ArchiveDamaged, ArchiveOutdated) as error:
                problems.append(str(error))
        if not problems and (stories != manifest.stories or total_digest(digests) != manifest.digest):
            problems.append(
                f"the segments hold {stories} stories, not those {manifest.stories} that the manifest names"
            )
        try:
            directory.read_statistics(manifest)
        except (ArchiveDamaged, ArchiveOutdated) as error:
            problems.append(str(error))
        # Of a snapshot that is damaged it is not known what Whoosh is to have.
        problems += _check_whoosh(directory, manifest, None if problems else records)
        return manifest.generation, problems


def _sum(records: Iterable[bytes]) -> int:
    """Return a sum that is the same for the same records in any order."""
    return sum(map(xxhash.xxh3_64_intdigest, records))


def _check_whoosh(directory: Directory, manifest: Manifest, records: int | None) -> list[str]:
    generation, stories = manifest.whoosh, manifest.stories
    if not generation and not stories:
        return []
    try:
        with reading(directory.folder):
            whoosh = WhooshReader(directory.whoosh)
        if whoosh.generation != generation:
            ahead = whoosh.generation > generation
            mending = "; a commit was cut off, and the next run of searchidx index makes it whole" if ahead else ""
            return [f"{directory.whoosh} is at commit {whoosh.generation}, not {generation}{mending}"]
        if whoosh.story_count != stories:
            return [f"{directory.whoosh} has {whoosh.story_count} stories, the snapshot has {stories}"]
        if records is not None and _sum(whoosh.records()) != records:
            return [f"{directory.whoosh} has other stories than the snapshot"]
    except (ArchiveDamaged, ArchiveOutdated) as error:
        return [str(error)]
    return []


def _check_segment(directory: Directory, entry: SegmentEntry) -> list[str]:
    """Return what is wrong with a segment; raises ArchiveDamaged where bytes are not what was written."""
    segment = directory.open_segment(entry)
    for name in segment.file.names:
        segment.file.check(name)
    deleted = directory.read_deletions(entry)
    problems = [f"{segment.file.path}: {problem}" for problem in _problems(segment)]
    if not problems:  # else what a story needs may not be there
        problems += _unreadable(segment)
    if len(deleted) and not (_rising(deleted) and deleted[0] >= 0 and deleted[-1] < segment.count):
        problems.append(f"{segment.file.path}: its deletions are not documents of it")
    return problems


def _problems(segment: Segment) -> Iterator[str]:
    """Yield which arrays make no sense beside the others."""
    array, count = segment.array, segment.count
    checks: dict[str, Callable[[], bool]] = {
        "ids are not sorted": lambda: _sorted_texts(segment.ids.all_raw()),
        "stems are not sorted": lambda: _sorted_texts(segment.stems.all_raw()),
        "exact terms are not sorted": lambda: _sorted_texts(segment.exact.all_raw()),
        "columns have different lengths": lambda: (
            {len(array(name)) for name in ("digests", "headline_lengths", "body_lengths", "day_of", "file_of")}
            == {count}
        ),
        "files are wrong": lambda: _below(segment.file_of, len(segment.files)),
        "days are wrong": lambda: _rising(segment.days) and _below(segment.day_of, len(segment.days)),
        "posting lists do not fit": lambda: _fit(segment.lists, len(segment.documents), len(segment.codes)),
        "postings name documents that are not there": lambda: _below(segment.documents, count),
        "documents of a posting list do not rise": lambda: _rising_lists(segment.lists, segment.documents),
        "codes are wrong": lambda: _below(segment.codes, len(array("codes.lengths"))),
        "exact terms name lists that are not there": lambda: (
            _below(segment.exact_lists, len(segment.lists) - 1)
            and _below(array("exact.stems"), len(segment.stems))
            and len(segment.exact_lists) == len(segment.exact)
        ),
        "positions do not fit": lambda: (
            _fit(segment.position_lists, len(segment.positions))
            and _rising_lists(segment.position_lists, segment.positions)
            and _below(segment.positions, int(segment.bases[-1]) + 1)
        ),
        "addresses are wrong": lambda: _below(array("addresses.documents"), count),
    }
    yield from (problem for problem, holds in checks.items() if not holds())
    values = segment.doc_values
    if not (
        _fit(values.of, len(values.numbers))
        and len(values.of) == count + 1
        and _below(values.numbers, len(values.counts))
        and np.array_equal(np.bincount(values.numbers, minlength=len(values.counts)), values.counts)
    ):
        yield "the values of the documents are wrong"
    for name in VALUE_FACETS:
        column = segment.facets[name]
        if not (
            _fit(column.lists, len(column.documents))
            and len(column.lists) == len(column.values) + 1
            and _below(column.documents, count)
            and _rising_lists(column.lists, column.documents)
        ):
            yield f"the values of {name} are wrong"


def _unreadable(segment: Segment) -> Iterator[str]:
    """Yield what is wrong with the first story that cannot be read."""
    try:
        for number in range(segment.count):
            segment.story(number)
    except (ArchiveDamaged, ArchiveOutdated) as error:
        yield str(error)


def _sorted_texts(texts: list[bytes]) -> bool:
    return all(one < other for one, other in pairwise(texts))


def _rising(numbers: Array) -> bool:
    return bool(np.all(numbers[1:] > numbers[:-1]))


def _below(numbers: Array, end: int) -> bool:
    return not len(numbers) or bool(numbers.min() >= 0 and numbers.max() < end)


def _fit(offsets: Array, *lengths: int) -> bool:
    """Whether offsets begin at 0, never fall and end where the values do."""
    falling = np.any(offsets[1:] < offsets[:-1])
    return bool(len(offsets) and offsets[0] == 0 and not falling and all(offsets[-1] == length for length in lengths))


def _rising_lists(offsets: Array, values: Array) -> bool:
    """Whether values rise within each list."""
    rises = np.ones(len(values), np.bool_)
    rises[1:] = values[1:] > values[:-1]
    rises[offsets[:-1][offsets[:-1] < len(values)]] = True
    return bool(rises.all())
