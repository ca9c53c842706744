"""What `_kernels.c` has: results are written into arrays of the caller, and what is returned is how many there are."""

from typing import Any

from numpy.typing import NDArray

from searchidx.engines.embedded.execution.kernels_numpy import Array, Mask, Postings, Ranking, Scores
from searchidx.engines.embedded.execution.kernels_numpy import Lists as Lists

def contains(among: Array, documents: Array, mask: Mask, /) -> None: ...
def intersection(one: Array, other: Array, found: Array, /) -> int: ...
def union(lists: list[Array], size: int, found: Array, /) -> int: ...
def union_of(offsets: Array, documents: Array, numbers: Array, size: int, found: Array, /) -> int: ...
def keep(documents: Array, flags: Mask, found: Array, /) -> int: ...
def keep_groups(documents: Array, group_of: Array, flags: Mask, found: Array, /) -> int: ...
def union_scored(ranking: Ranking, size: int, numbered: Lists | None, documents: Array, scores: Scores, /) -> int: ...
def score(documents: Array, ranking: Ranking, size: int, numbered: Lists | None, scores: Scores, /) -> None: ...
def top(keys: Scores, count: int, places: Array, /) -> int: ...
def span(documents: Array, group_of: Array, /) -> tuple[int, int]: ...
def count_groups(documents: Array, group_of: Array, counts: Array, /) -> None: ...
def count_values(
    documents: Array, offsets: Array, values: Array, value_count: int, numbers: Array, counts: Array, /
) -> tuple[int, int]: ...
def phrase(lists: list[Array], shifts: NDArray[Any], starts: Array, /) -> int: ...
def documents_at(positions: Array, bases: Array, documents: Array, /) -> None: ...
def likely_related(
    lists: list[Postings],
    rest: float,
    common: list[tuple[Array, Array, float]],
    columns: tuple[Array, Array, Array],
    tables: tuple[Scores, Scores],
    day: int,
    living: Mask,
    own: int,
    count: int,
    documents: Array,
    /,
) -> int: ...
def place_of(prefixes: Array, offsets: memoryview, data: memoryview, text: bytes, /) -> int: ...
def matching(
    offsets: Array,
    data: Array,
    signatures: Array,
    letters: int,
    first: int,
    end: int,
    pattern: Array,
    sure: Array,
    unsure: Array,
    /,
) -> tuple[int, int]: ...
def one_edit_away(
    offsets: Array,
    data: Array,
    signatures: Array,
    lengths: Array,
    letters: int,
    word: Array,
    sure: Array,
    unsure: Array,
    /,
) -> tuple[int, int]: ...
