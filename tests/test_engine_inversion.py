"""Inverting a batch of documents, against reading the texts one by one."""

import datetime
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchidx.engines.embedded.batch import BatchReader
from searchidx.engines.embedded.pieces import Numbered
from searchidx.engines.embedded.snapshot.words import GAP
from searchidx.errors import RecordError
from searchidx.search.analysis import Analyzer, exact_terms
from searchidx.search.document import Document
from searchidx.search.parser import MAX_SLOP
from searchidx.stories import Story
from tests.engine_material import inverted

compiled: Any
try:
    from searchidx.engines.embedded import _pieces as compiled
except ImportError:
    compiled = None

WORDS = "Najaf najaf truce truces U.S. Malmö malmo’s 9,500 al-Sadr sadr running run ran 東京 élections — I.".split()


def story(number, headline, body=""):
    return Document(Story(f"{number:03d}", f"/news/2004/08/1/{number}", datetime.date(2004, 8, 1), headline, body))


def random_documents(seed, count):
    rng = random.Random(seed)
    texts = [[" ".join(rng.choices(WORDS, k=rng.randrange(9))) for _ in range(2)] for _ in range(count)]
    documents = [story(number, *text) for number, text in enumerate(texts)]
    rng.shuffle(documents)
    return documents


@pytest.mark.parametrize("count", [0, 1, 50])
def test_postings_are_the_words_of_the_texts_in_order(count):
    analyzer = Analyzer()
    documents = random_documents(count, count)
    inversion = inverted(documents, analyzer)
    expected_stems: dict[str, dict[int, list[int]]] = {}
    expected_exact: dict[str, dict[int, list[int]]] = {}
    for number, document in enumerate(sorted(documents, key=lambda d: d.story.id)):
        headline, body = exact_terms(document.story.headline), exact_terms(document.story.body)
        assert inversion.headline_lengths[number] == len(headline)
        assert inversion.body_lengths[number] == len(body)
        places = [*range(len(headline)), *range(len(headline) + GAP, len(headline) + GAP + len(body))]
        for place, term in zip(places, headline + body, strict=True):
            expected_exact.setdefault(term, {}).setdefault(number, []).append(place)
            expected_stems.setdefault(analyzer.stem(term), {}).setdefault(number, []).append(place)
    wanted = np.arange(len(inversion.exact_terms)) % 3 > 0
    assert read(inversion.exact_terms, inversion.by_exact(wanted | True)) == expected_exact
    assert read(inversion.exact_terms, inversion.by_exact(wanted)) == {
        term: of for term, of in expected_exact.items() if wanted[inversion.exact_terms.index(term)]
    }
    assert read(inversion.stems, inversion.by_stem()) == expected_stems
    assert list(inversion.exact_terms) == sorted(expected_exact)
    assert list(inversion.stems) == sorted(expected_stems)
    stems = [inversion.stems[number] for number in inversion.stem_of]
    assert stems == [analyzer.stem(term) for term in inversion.exact_terms]


def read(terms, postings):
    found: dict[str, dict[int, list[int]]] = {}
    for term, (first, last) in zip(terms, zip(postings.offsets, postings.offsets[1:], strict=False), strict=True):
        for row in range(first, last):
            positions = postings.positions[postings.starts[row] : postings.starts[row + 1]]
            found.setdefault(term, {})[int(postings.documents[row])] = positions.tolist()
    return found


def test_no_phrase_reaches_from_a_headline_into_the_body():
    assert GAP > MAX_SLOP


def test_a_text_that_cannot_be_stored_is_told_with_its_story():
    with pytest.raises(RecordError, match=r"story '007' cannot be stored"):
        inverted([story(7, "a lone surrogate \ud800")], Analyzer())


NASTY = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("abS19 \t\x1f\u2003é’'.,-_(\u0307İß한東"), max_size=80
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=4))
@example([("x" * 254 + " " + "x" * 255, "x" * 256 + " " + "1" * 300)])
def test_texts_have_the_tokens_of_the_analysis(texts):
    documents = [story(number, *text) for number, text in enumerate(texts)]
    batch = BatchReader().read(documents)
    assert [batch.terms[token] for token in batch.tokens] == [
        term for text in texts for t in text for term in exact_terms(t)
    ]
    lengths = zip(batch.headline_lengths, batch.body_lengths, strict=True)
    assert list(lengths) == [(len(exact_terms(headline)), len(exact_terms(body))) for headline, body in texts]


def test_words_that_were_seen_are_forgotten_when_they_are_many(monkeypatch):
    monkeypatch.setattr("searchidx.engines.embedded.pieces._MOST_PIECES", 2)
    reader = BatchReader()
    for _ in range(2):
        batch = reader.read([story(1, "A truce in Najaf", "holds")])
        assert [batch.terms[token] for token in batch.tokens] == ["a", "truce", "in", "najaf", "holds"]


needs_compiled = pytest.mark.skipif(compiled is None, reason="the compiled part was not built")


@needs_compiled
@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(NASTY | st.text(max_size=80), max_size=4), max_size=4))
def test_pieces_have_the_numbers_that_a_dict_gives_them(batches):
    by_table, by_dict = compiled.Numbered(), Numbered()
    for texts in batches:
        assert by_table.read(texts) == by_dict.read(texts)


@needs_compiled
def test_a_hundred_thousand_pieces_have_their_numbers():
    texts = [
        " ".join(f"{number}-{'x' * (number % 40)}" for number in range(start, start + 1000, 3)) for start in range(300)
    ]
    by_table, by_dict = compiled.Numbered(), Numbered()
    assert by_table.read(texts) == by_dict.read(texts)
    assert by_table.read(texts[::-1]) == by_dict.read(texts[::-1])


@needs_compiled
@pytest.mark.parametrize("texts", [("a",), ["a", b"b"], [None], None])
def test_what_are_no_texts_is_refused(texts):
    with pytest.raises(TypeError):
        compiled.Numbered().read(texts)
