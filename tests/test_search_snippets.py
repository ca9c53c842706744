"""What is marked in a text, and which part of it is shown."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchidx.search.analysis import Analyzer
from searchidx.search.parser import parse
from searchidx.search.query import Synonyms, Word, WordOrDate
from searchidx.search.snippets import SNIPPET_LENGTH, Marker

TODAY = datetime.date(2026, 11, 25)
ANALYZER = Analyzer("english")


def marker(query, field="body"):
    tree = parse(query, today=TODAY).query if isinstance(query, str) else query
    return Marker(tree, ANALYZER, field)


def shown(text, marks):
    """Return a text with its marks in brackets."""
    for start, end in reversed(marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("truce", "A [truce] in Najaf: [Truces] hold, says al-Sadr."),
        ("TRUCES najaf", "A [truce] in [Najaf]: [Truces] hold, says al-Sadr."),
        ("trüce", "A [truce] in Najaf: [Truces] hold, says al-Sadr."),
        ('"truce"', "A [truce] in Najaf: [Truces] hold, says al-Sadr."),
        ("al-sadr", "A truce in Najaf: Truces hold, says [al-Sadr]."),
        ('"in najaf"', "A truce [in Najaf]: Truces hold, says al-Sadr."),
        ('"najaf in"', "A truce in Najaf: Truces hold, says al-Sadr."),
        ('"hold najaf"~1', "A truce in [Najaf]: Truces [hold], says al-Sadr."),
        ('"hold najaf"~0', "A truce in Najaf: Truces hold, says al-Sadr."),
        ("truc*", "A [truce] in Najaf: [Truces] hold, says al-Sadr."),
        ("tru?e", "A [truce] in Najaf: Truces hold, says al-Sadr."),
        ("najef~", "A truce in [Najaf]: Truces hold, says al-Sadr."),
        ("najfa~", "A truce in [Najaf]: Truces hold, says al-Sadr."),
        ("truce -najaf", "A [truce] in Najaf: [Truces] hold, says al-Sadr."),
        ("hold OR najaf", "A truce in [Najaf]: Truces [hold], says al-Sadr."),
        ("body:najaf headline:hold", "A truce in [Najaf]: Truces hold, says al-Sadr."),
        ("place:najaf date:2004", "A truce in Najaf: Truces hold, says al-Sadr."),
        ("truce najaf \"truce in\"", "A [truce in] [Najaf]: [Truces] hold, says al-Sadr."),
        ("", "A truce in Najaf: Truces hold, says al-Sadr."),
    ],
)  # fmt: skip
def test_what_matches_is_marked(query, marked):
    text = marked.translate({ord("["): None, ord("]"): None})
    assert shown(text, marker(query).marks(text)) == marked


def test_marks_follow_the_field():
    assert marker("headline:truce", "headline").marks("Truce") == ((0, 5),)
    assert marker("headline:truce", "body").marks("Truce") == ()


def test_words_helped_by_understanding_are_marked():
    assert shown("In 2004 Najaf", marker(WordOrDate(Word("2004"), 2004)).marks("In 2004 Najaf")) == "In [2004] Najaf"
    assert shown("near Najaf", marker(Synonyms(Word("najef"), ("najaf",))).marks("near Najaf")) == "near [Najaf]"


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("b", "a𝄞 b é", "a𝄞 [b] é"),
        ("malmo", "In Malmö\u0308, Malmö", "In [Malmö\u0308], [Malmö]"),
        ("script", "<script>alert('&amp;')</script>", "<[script]>alert('&amp;')</[script]>"),
    ],
)
def test_marks_are_ranges_of_code_points_in_the_text_as_it_is(query, text, marked):
    assert shown(text, marker(query).marks(text)) == marked


LONG = (
    "Nothing of note was said that day in town. " * 10
    + "Then the truce of Najaf was signed. "
    + "More was to come. " * 30
)


def test_a_short_body_is_shown_whole():
    text = "x " * (SNIPPET_LENGTH // 2)
    assert marker("x").snippet(text).text == text


def test_of_a_long_body_the_part_with_most_of_the_words_is_shown():
    snippet = marker("truce najaf note").snippet(LONG)
    assert "[truce] of [Najaf]" in shown(snippet.text, snippet.marks)
    assert snippet.text.startswith("…")
    assert snippet.text.endswith("…")
    assert len(snippet.text) <= SNIPPET_LENGTH + 2


def test_without_a_match_a_long_body_is_shown_from_its_beginning():
    snippet = marker("absent").snippet(LONG)
    assert snippet.text.startswith("Nothing of note")
    assert snippet.marks == ()


def test_a_part_is_cut_between_words():
    snippet = marker("najaf").snippet(LONG)
    middle = snippet.text.strip("…")
    assert re.search(rf"(?<=\s){re.escape(middle)}(?=\s)", LONG)


@pytest.mark.parametrize("unit", ["a", "a ", "a-", "\u0301", " ", "𝄞", "<b>", "a b "])
def test_hostile_text_is_bounded(unit):
    snippet = marker('a b "a b" "b a"~5 a* c~').snippet(unit * 200_000)
    assert len(snippet.text) <= SNIPPET_LENGTH + 2


@given(st.text(alphabet="ab \n.é'", max_size=900), st.sampled_from(["a", "b*", '"a b"', '"a b"~2', "ab~", "a b"]))
def test_a_snippet_is_a_part_of_its_text_with_the_marks_of_the_text(text, query):
    snippet = marker(query).snippet(text)
    cut = snippet.text.removeprefix("…").removesuffix("…")
    assert cut in text
    assert len(cut) <= max(SNIPPET_LENGTH, 0)
    end = 0
    for start, stop in snippet.marks:
        assert end <= start < stop <= len(snippet.text)
        end = stop
    marked = {text[start:stop] for start, stop in marker(query).marks(text)}
    assert {snippet.text[start:stop] for start, stop in snippet.marks} <= marked
