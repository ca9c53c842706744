"""Cursors: what is written is read again, what is no cursor is refused."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchidx.errors import RequestError
from searchidx.search.cursors import read_cursor, write_cursor
from searchidx.search.engine import SortKey
from searchidx.search.request import SORTS


def encoded(value):
    return json.dumps(value, separators=(",", ":")).encode().hex()


@given(st.sampled_from(SORTS), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=40))
def test_a_cursor_reads_as_it_was_written_and_fits_into_an_address(sort, value, story_id):
    cursor = write_cursor(sort, SortKey(value, story_id))
    assert read_cursor(cursor, sort) == SortKey(value, story_id)
    assert re.fullmatch(r"[\w-]*", cursor, re.ASCII)


def test_a_cursor_of_another_sort_is_refused():
    with pytest.raises(RequestError, match="belongs to the sort 'newest'") as error:
        read_cursor(write_cursor("newest", SortKey(731807, "a")), "relevance")
    assert error.value.parameter == "cursor"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "not a cursor",
        "AAAA",
        encoded(7),
        encoded(["relevance"]),
        encoded(["relevance", "1.0", 7]),
        encoded(["relevance", None, "a"]),
        encoded(["relevance", float("nan"), "a"]),
        encoded(["relevance", float("inf"), "a"]),
        encoded([["newest"], 1.0, "a"]),
        encoded({"relevance": 1, "b": 2, "c": 3}),
        encoded(["relevance", 10**400, "a"]),
        (b"[" * 3000).hex(),
    ],
)
def test_what_is_no_cursor_is_refused(cursor):
    with pytest.raises(RequestError, match="cursor") as error:
        read_cursor(cursor, "relevance")
    assert error.value.parameter == "cursor"


@given(st.text(max_size=60) | st.binary(max_size=60).map(bytes.hex))
def test_no_text_breaks_the_reader(text):
    with pytest.raises(RequestError):
        read_cursor(text, "oldest")
