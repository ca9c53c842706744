"""Splitting a bare text into a headline and a body."""

import pytest

from searchidx.stories.headline import HEADLINE_LENGTH, split_text


@pytest.mark.parametrize(
    ("text", "headline", "body"),
    [
        ("", "", ""),
        ("A truce.", "A truce.", ""),
        (" A truce.\n It holds. ", "A truce.", "It holds."),
        ("A truce", "A truce", ""),
        ("“A truce!” It holds.", "“A truce!”", "It holds."),
        ("The U.S. and Gen. J. K. Doe agree. It holds.", "The U.S. and Gen. J. K. Doe agree.", "It holds."),
        ("A truce of 9.30 p.m. holds. It ends.", "A truce of 9.30 p.m. holds.", "It ends."),
        ("What now? asks he. It holds.", "What now? asks he.", "It holds."),
        ("word " * 80, ("word " * 60).rstrip(), ("word " * 20).rstrip()),
        ("x" * 301, "x" * 300, "x"),
    ],
)
def test_the_headline_is_the_first_sentence(text, headline, body):
    assert split_text(text) == (headline, body)


@pytest.mark.parametrize("piece", ["u. ", "Mr. ", "x(y. "])
def test_no_more_is_looked_at_than_a_headline_holds(piece):
    """Looking at all that stands before and behind each full stop would take hours."""
    headline, body = split_text(piece * 1_000_000)
    assert len(headline) <= HEADLINE_LENGTH
    assert len(headline) + len(body) > 2_990_000
