"""Texts in ASCII are cut into words by a loop in C where it was built: the same words as the pattern of a token cuts."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchidx.search import analysis
from searchidx.search.analysis import TOKEN_PATTERN, Analyzer, exact_term, marked_words, words_of
from searchidx.search.forms import other_forms
from searchidx.stories.wordlists import read_table

compiled: Any
try:
    from searchidx.search import _words as compiled
except ImportError:
    compiled = None

needs_compiled = pytest.mark.skipif(compiled is None, reason="the compiled part was not built")

#: What makes words, what joins them, and what stands between, in all orders; and pieces as long as may be.
TEXTS = st.lists(
    st.sampled_from([*"aZ09_.,'’- \n\0\x7fé", "it's", "U.S.", "9,500", "a" * 254, "1" * 255, "b" * 256]), max_size=12
).map("".join)


@needs_compiled
@settings(max_examples=500, deadline=None)
@given(text=TEXTS | st.text(st.characters(max_codepoint=127)))
def test_the_same_words_as_by_the_pattern(text):
    matches = list(re.finditer(TOKEN_PATTERN, text))
    assert words_of(text) == [match[0] for match in matches]
    if text.isascii():
        assert compiled.words(text) == [match[0] for match in matches]
        lengths = {match[0]: len(match[0]) for match in matches}
        assert compiled.marked(text, lengths, {1, 3}) == [m.span() for m in matches if len(m[0]) in (1, 3)]


@pytest.mark.parametrize("text", ["Strikes strike: a strike's end, U.S.", "Málaga’s strikers strike", ""])
def test_marks_are_the_same_without_a_compiler(monkeypatch, text):
    meaning = Analyzer().stem_of_word
    found = marked_words(text, meaning, {"strike", "us"})
    assert all(meaning[text[start:end]] in ("strike", "us") for start, end in found)
    monkeypatch.setattr(analysis, "compiled", None)
    assert marked_words(text, meaning, {"strike", "us"}) == found


@needs_compiled
def test_what_a_word_means_is_found_out_by_the_dictionary():
    class Asked(dict[str, bool]):
        def __missing__(self, word):
            if word == "never":
                raise LookupError(word)
            return word == "now"

    assert compiled.marked("now or later now", Asked(), {True}) == [(0, 3), (13, 16)]
    with pytest.raises(LookupError, match="never"):
        compiled.marked("now or never", Asked(), {True})
    with pytest.raises(KeyError, match="or"):
        compiled.marked("now or never", {"now": 1}, {1})


@needs_compiled
def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError):
        compiled.words(b"bytes")
    with pytest.raises(TypeError, match="takes a text, a dictionary of words and a set"):
        compiled.marked("a text", ["a list"], {1})


def test_each_form_of_the_list_leads_to_the_others():
    """Those that begin with the same letters are looked through: a stem begins as its form does."""
    analyzer = Analyzer()

    def stems(forms):
        return {analyzer.stem(exact_term(form)) for form in forms}

    for one, others in read_table("word-forms.txt"):
        for form in (one, *others):
            assert stems((one, *others)) - stems([form]) <= stems(other_forms(form, analyzer)), form


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("won", ("win",)),
        ("Winning", ("won",)),
        ("sink", ("sank", "sunk")),
        ("crises", ("crisis",)),
        ("organisations", ("organization",)),
        ("qur’an", ("quran", "koran")),
        ("election", ()),
        ("9/11", ()),
    ],
)
def test_other_forms_are_those_that_stemming_does_not_bring_together(word, forms):
    assert other_forms(word, Analyzer()) == forms
    assert other_forms(word, Analyzer("german")) == ()


def test_the_stems_of_short_texts_are_remembered():
    analyzer = Analyzer()
    for text, remembered in (("elections in Malmö", True), ("elections in Malmö " * 1_000, False)):
        stems = analyzer.stems_of_text(text)
        assert stems[:3] == ("elect", "in", "malmo")
        assert (analyzer.stems_of_text(text) is stems) == remembered
