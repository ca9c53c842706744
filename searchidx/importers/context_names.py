"""The names in a Context line, `_Context: Baghdad, Iraq, Russian presidential election, 2018_`.

Names are separated by a comma and a space, and some hold one: a line alone does not say where a name ends. It is said
elsewhere: an entity line has one name, and the lines of related stories are sorted, so that a piece out of order can
only be the rest of a name.
"""

import re
from collections.abc import Iterable, Sequence

_SEPARATOR = ", "
#: No name is longer than this many pieces.
_PIECES = 5
#: Longer lines teach nothing, for there are too many ways to read them.
_SORTED_PIECES = 50
#: What is no name by itself: the year of an election, the D.C. of Washington.
_REST = re.compile(r"(?:1[89]|20)\d\d(?:[-–]\d{2,4})?|D\.C\.|(?:Jr|Sr|Inc|Ltd|LLC|Esq)\.?")


class Names:
    """The names with commas that are known whole."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def learn(self, name: str) -> None:
        """Learn a name that stands by itself."""
        if _SEPARATOR in name:
            self._known.add(_key(name))

    def learn_from_sorted(self, line: str) -> None:
        """Learn from a line whose names are sorted by code point, where just one name with a comma explains its order."""
        pieces = line.split(_SEPARATOR)
        if len(pieces) > _SORTED_PIECES or _is_sorted(pieces):
            return
        joins = [i for i in range(1, len(pieces)) if _is_sorted([*pieces[:i], *pieces[i + 1 :]])]
        if len(joins) == 1:
            self.learn(_SEPARATOR.join(pieces[joins[0] - 1 : joins[0] + 1]))

    def split(self, line: str) -> list[str]:
        """Return the names in a line."""
        pieces = line.split(_SEPARATOR)
        names = []
        start = 0
        while start < len(pieces):
            end = self._end(pieces, start)
            names.append(_SEPARATOR.join(pieces[start:end]))
            start = end
        return [name for name in names if name.strip()]

    def _end(self, pieces: Sequence[str], start: int) -> int:
        for end in range(min(start + _PIECES, len(pieces)), start + 1, -1):
            if _key(_SEPARATOR.join(pieces[start:end])) in self._known:
                return end
        if start + 1 < len(pieces) and _REST.fullmatch(pieces[start + 1]):
            return start + 2
        return start + 1


def _key(name: str) -> str:
    """Return a name as it is compared: entity lines have their first letter in upper case."""
    return name[:1].upper() + name[1:]


def _is_sorted(names: Iterable[str]) -> bool:
    names = list(names)
    return names == sorted(names)
