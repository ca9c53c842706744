"""Patterns and misspellings."""

import pytest

from searchidx.search.spelling import fuzzy_term, one_edit, pattern_expression


@pytest.mark.parametrize(
    ("pattern", "term", "matches"),
    [
        ("naj*", "najaf", True),
        ("naj*", "naj", True),
        ("NAJ*", "najaf", True),
        ("wor?d", "world", True),
        ("wor?d", "word", False),
        ("mal*ö", "malmo", True),
        ("*jaf", "najaf", True),
        ("a*", "najaf", False),
        ("[ab]*", "ab", False),
        ("*a*a*a*a*a*a*a*b", "a" * 5000, False),
    ],
)
def test_patterns(pattern, term, matches):
    assert bool(pattern_expression(pattern).match(term)) == matches


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("najaf", "najaf", False),
        ("najef", "najaf", True),
        ("naaf", "najaf", True),
        ("najaff", "najaf", True),
        ("xnajaf", "najaf", True),
        ("najfa", "najaf", True),
        ("anjaf", "najaf", True),
        ("a", "", True),
        ("a", "b", True),
        ("ab", "ba", True),
        ("abc", "cba", False),
        ("ajn", "naj", False),
        ("najefe", "najaf", False),
        ("nef", "najaf", False),
    ],
)
def test_one_edit_is_a_letter_added_left_out_replaced_or_swapped(one, other, near):
    assert one_edit(one, other) is near
    assert one_edit(other, one) is near


@pytest.mark.parametrize(("word", "term"), [("Malmö", "malmo"), ("U.S", "us"), ("2004", None), ("f16", None)])
def test_words_with_digits_have_no_neighbours(word, term):
    assert fuzzy_term(word) == term
