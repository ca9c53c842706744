"""Names in a story's text as links."""

import pytest

from searchidx.web.parts import LINKED_LENGTH, linked

NAMES = [("Iraq", "/iraq"), ("Bank of Iraq", "/bank"), ("New York", "/york"), ("York", "/small")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("No names.", []),
        ("Iraqi troops leave Iraq, and Iraq again.", [("Iraq", "/iraq")]),
        ("The Bank of Iraq. Iraq", [("Bank of Iraq", "/bank"), ("Iraq", "/iraq")]),
        ("New York, York", [("New York", "/york"), ("York", "/small")]),
    ],
)
def test_each_name_is_a_link_where_it_first_stands_as_a_whole_word(text, expected):
    segments = linked(text, NAMES)
    assert "".join(each.text for each in segments) == text
    assert [(each.text, each.url) for each in segments if each.url] == expected


def test_a_text_as_long_as_a_book_has_links_at_its_beginning():
    """Looking for each of thousands of names in all of it took minutes."""
    words = [f"Name{number:04}" for number in range(9_000)]
    text = " ".join(words * 10)
    segments = linked(text, [(word, word) for word in [*words, "Nobody", words[-1][:-1]]])
    assert "".join(each.text for each in segments) == text
    found = [each.url for each in segments if each.url]
    assert found == words[: len(found)]
    assert LINKED_LENGTH - 20 < sum(len(word) + 1 for word in found) <= LINKED_LENGTH + 1
