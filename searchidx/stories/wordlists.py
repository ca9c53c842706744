"""Reading the small word lists kept by hand in data/."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

#: Where the lists lie. importlib.resources takes longer to load than a search takes.
_DATA = Path(__file__).parent.parent / "data"


def read_table(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the lines of a list `key | value; value; …`."""
    return map(read_row, read_lines(name))


def read_row(line: str) -> tuple[str, tuple[str, ...]]:
    """Return the parts of a line `key | value; value; …`."""
    key, _, values = line.partition("|")
    return key.strip(), tuple(value.strip() for value in values.split(";") if value.strip())


@lru_cache(maxsize=1)
def name_spellings() -> Mapping[str, tuple[str, ...]]:
    """Return the spellings of the words of names that have several, the usual one first, by each of them."""
    groups = ((usual, *others) for usual, others in read_table("names/spellings.txt"))
    return {word.casefold(): group for group in groups for word in group}


@lru_cache
def read_words(name: str) -> frozenset[str]:
    """Return the words of a list in which white space stands between words."""
    return frozenset(word for line in read_lines(name) for word in line.split())


def read_lines(name: str) -> Iterator[str]:
    """Return the lines of a list but empty ones and comments, which begin with #."""
    text = (_DATA / name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
