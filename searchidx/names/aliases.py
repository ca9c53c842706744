"""Which spellings are one name, and what is no name: the shipped aliases and the keeper's own lists."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from searchidx.errors import RecordError
from searchidx.stories.folding import fold
from searchidx.stories.wordlists import read_table


def read_aliases(lines: Iterable[str]) -> dict[str, str]:
    """Read a keeper's aliases: `name shown | other spelling; other spelling` a line; # begins a comment.

    Returns:
        The name shown by the folded spelling, the name's own among them.

    Raises:
        RecordError: if a line has not one bar, or no name, or gives a spelling to a second name.
    """
    aliases: dict[str, str] = {}
    for number, line in _content(lines):
        name, bar, others = (part.strip() for part in line.partition("|"))
        if not bar or not name or "|" in others:
            raise RecordError(
                f"aliases, line {number}: {line!r} must look like: name shown | other spelling; other spelling"
            )
        for spelling in (name, *(other.strip() for other in others.split(";") if other.strip())):
            if aliases.setdefault(fold(spelling), name) != name:
                before = aliases[fold(spelling)]
                raise RecordError(
                    f"aliases, line {number}: {spelling!r} already means {before!r}; take it out of one of the two"
                )
    return aliases


def read_stop_names(lines: Iterable[str]) -> frozenset[str]:
    """Read a keeper's list of what is no name: one a line, folded; # begins a comment.

    Raises:
        RecordError: if a line holds a bar, as lines of an alias file do.
    """
    names = set()
    for number, line in _content(lines):
        if "|" in line:
            raise RecordError(
                f"stop names, line {number}: {line!r} holds a bar; write one name a line, aliases go into the alias file"
            )
        names.add(fold(line))
    return frozenset(names)


@lru_cache(maxsize=1)
def shipped_aliases() -> Mapping[str, str]:
    """Return the shipped aliases: the name shown by the folded spelling."""
    return {fold(spelling): name for name, others in read_table("names/aliases.txt") for spelling in (name, *others)}


def _content(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("\ufeff")
        if text and not text.startswith("#"):
            yield number, text
