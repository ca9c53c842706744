"""Inverting a batch of documents, against reading the texts one by one."""

import datetime
import random

import pytest

from searchidx.engines.embedded.inversion import GAP, invert
from searchidx.errors import RecordError
from searchidx.search.analysis import Analyzer, exact_terms
from searchidx.search.document import Document
from searchidx.search.parser import MAX_SLOP
from searchidx.stories import Story

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
    inversion = invert(documents, analyzer)
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
    assert read(inversion.exact_terms, inversion.by_exact) == expected_exact
    assert read(inversion.stems, inversion.by_stem) == expected_stems
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
        invert([story(7, "a lone surrogate \ud800")], Analyzer())
