"""Reading the small word lists kept by hand in data/."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

#: Where the lists lie. importlib.resources takes longer to load than a search takes.
_DATA = Path(__file__).parent.parent / "data"


def read_table(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the lines of a list `key | value; value; …`; lines that begin with # are comments."""
    for line in _lines(name):
        key, _, values = line.partition("|")
        yield key.strip(), tuple(value.strip() for value in values.split(";") if value.strip())


@lru_cache
def read_words(name: str) -> frozenset[str]:
    """Return the words of a list in which white space stands between words."""
    return frozenset(word for line in _lines(name) for word in line.split())


def _lines(name: str) -> Iterator[str]:
    text = (_DATA / name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
