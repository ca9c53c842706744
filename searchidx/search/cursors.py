"""Cursors: where a page begins, as text that fits into an address.

A cursor is the sort and the key of the last hit before, which says the same after a commit: what has come in before it
is not shown again, what has come in behind it is not missed.
"""

import json
import math

from searchidx.errors import RequestError
from searchidx.search.engine import SortKey
from searchidx.search.request import Sort


def write_cursor(sort: Sort, key: SortKey) -> str:
    """Return the cursor of the page behind a hit."""
    text = json.dumps([sort, key.value, key.id], separators=(",", ":"))
    return text.encode().hex()


def read_cursor(cursor: str, sort: Sort) -> SortKey:
    """Return the key that the hits of a page lie behind.

    Raises:
        RequestError: if the text is no cursor, or one of another sort.
    """
    try:
        match json.loads(bytes.fromhex(cursor)):
            case [str(its_sort), int() | float() as value, str(story_id)] if math.isfinite(value):
                pass
            case _:
                raise ValueError
    except (ValueError, OverflowError, RecursionError):
        raise RequestError(
            "this is no cursor; take the next_cursor of the page before, or begin without one", parameter="cursor"
        ) from None
    if its_sort != sort:
        raise RequestError(
            f"this cursor belongs to the sort {its_sort!r}, the request's is {sort!r}; begin without a cursor",
            parameter="cursor",
        )
    return SortKey(float(value), story_id)
