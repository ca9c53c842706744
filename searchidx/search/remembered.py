"""A small cache of what a function returned."""

from collections.abc import Callable
from typing import TypeVar

_Key = TypeVar("_Key")
_Made = TypeVar("_Made")


class Remembered(dict[_Key, _Made]):
    """A dict that makes what is missing by a function of the key, and is emptied when it holds `most` values.

    A hit is a dict's, and a miss costs less than with `lru_cache`.
    """

    def __init__(self, make: Callable[[_Key], _Made], most: int = 1 << 15) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, key: _Key) -> _Made:
        if len(self) >= self._most:
            self.clear()
        made = self[key] = self._make(key)
        return made
