"""What the people and things of a place are called: Iraqi → Iraq, Danes → Denmark."""

from collections.abc import Mapping
from functools import lru_cache

from searchidx.stories.folding import fold
from searchidx.stories.wordlists import read_table


@lru_cache(maxsize=1)
def demonyms() -> Mapping[str, str]:
    """Return the places by what is said of them, folded; plurals included."""
    found: dict[str, str] = {}
    for place, words in read_table("names/demonyms.txt"):
        for word in words:
            found.setdefault(fold(word), place)
            if fold(word) + "s" != fold(place):  # the Philippines
                found.setdefault(fold(word) + "s", place)
    return found


@lru_cache(maxsize=1)
def ends_of_demonyms() -> frozenset[str]:
    """Return the words that demonyms of several words end with, folded: South Korean."""
    return frozenset(words[-1] for demonym in demonyms() if len(words := demonym.split()) > 1)


def place_of_demonym(word: str) -> str | None:
    """Return the name of the place a demonym stands for, None for any other word."""
    return demonyms().get(fold(word))
