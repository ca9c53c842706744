"""The analyzer in Whoosh's schema, a chain of Whoosh's own classes, against the analysis of the search language."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whoosh.index import open_dir

from searchidx.engines.embedded.writer import WhooshWriter
from searchidx.search.analysis import Analyzer, exact_terms
from searchidx.stories.folding import fold_accents

CHARACTERS = st.characters(exclude_categories=["Cs"])
#: Letters with and without their accents, letters of Hangul, dots, apostrophes, and what is easily folded wrong.
NASTY = st.sampled_from(
    "aAsSiIıİßẞøØǿæÆœŁþÞéÉ\u0301\u0308\u0327\u034fĳﬁﬃΣσς한글\u1112\u1161\u11abㅎㅏがガｶﾞ\u3099ꞌʼ'’.,·-_0１½²Ⅻ𝚺𝐀ϒ"
)
TEXTS = st.lists(st.text(NASTY | CHARACTERS, max_size=12), max_size=8).map(" ".join)


@pytest.fixture(scope="module")
def schemas(tmp_path_factory):
    made = {}
    for language in ("english", "porter", "german", "turkish", "irish"):
        folder = tmp_path_factory.mktemp(language)
        WhooshWriter(folder, Analyzer(language))
        made[language] = open_dir(str(folder)).schema
    return made


@given(text=TEXTS, language=st.sampled_from(["english", "porter", "german", "turkish", "irish"]))
@example("U.S. a.k.a. U.S.S.R.’s o'neill's Malmö’s s 's s's 9,500 1.5 thecontext.net L’Aquila malmo’s20", "english")
@example("'s s S ś", "porter")
@example("x" * 255 + " " + "y" * 256 + " " + "z" * 5000 + "'s", "english")
@example("İstanbul ISPARTA ısparta ΟΔΟΣ ὈΔΥΣΣΕΎΣ ﬁre ﬃ Straße STRASSE ẞ", "english")
@example(unicodedata.normalize("NFD", "Ångström élections 한국어 のガ Łódź ǿ"), "english")
@example("ﾞ ﾟ ｶﾞ \u3099 𝚺𝚺 ΑΣ. ℌ", "english")
def test_whooshs_filters_give_our_stems(schemas, text, language):
    analyzer = Analyzer(language)
    assert list(schemas[language]["body"].process_text(text, mode="index")) == [
        analyzer.stem(term) for term in exact_terms(text)
    ]


@given(st.text(NASTY | CHARACTERS))
def test_characters_are_folded_one_by_one_and_once(text):
    folded = fold_accents(text)
    assert folded == "".join(map(fold_accents, text))
    assert folded == fold_accents(folded)
    assert (
        folded == fold_accents(unicodedata.normalize("NFC", text)) == fold_accents(unicodedata.normalize("NFD", text))
    )


def test_an_unfolded_stem_is_never_empty(schemas):
    for language in schemas:
        assert Analyzer(language).stem("s")
