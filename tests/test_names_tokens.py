"""The capitalised words of a text; those of texts in ASCII are found in C where it was built: the same as by the pattern."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchidx.names import tokens
from searchidx.names.tokens import APART, OF, POSSESSIVE, SPACE, Token, capitalised

compiled: Any
try:
    from searchidx.names import _tokens as compiled
except ImportError:
    compiled = None

needs_compiled = pytest.mark.skipif(compiled is None, reason="the compiled part was not built")

#: What names are made of, what joins them and what stands between, in all orders.
PIECES = (
    *"aAbBdDlLsSyZ09_.'’`&$-–,:;!?()|\"* \n\t\0\x1c\x7fé",
    *(
        "al-",
        "ash-",
        "Adh-",
        "el ",
        "bin ",
        "d'",
        "O'",
        "'s ",
        "Mr.",
        "Gen.",
        "U.S.",
        "J. K",
        "49",
        "iP",
        "AT&T",
        "Ki-m",
    ),
    *("-led", "-based", "-au-", " of ", " of the ", " de la ", " and ", "\n\n", "\r\n", "US$"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


def fields(found):
    return [(token.text, token.start, token.end, token.first, token.link) for token in found]


@pytest.fixture(params=[pytest.param("compiled", marks=needs_compiled), "pattern"])
def each_way(request, monkeypatch):
    if request.param == "pattern":
        monkeypatch.setattr(tokens, "compiled", None)


@pytest.mark.usefixtures("each_way")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Police in Kirkuk arrest al-Sadr.", ["Police", "Kirkuk", "al-Sadr"]),
        ("The U.S. and J. K. Rowling met Mr. O'Neill", ["The", "U.S.", "J.", "K.", "Rowling", "Mr.", "O'Neill"]),
        ("Ban Ki-moon, a Kremlin-backed bin Laden, AT&T", ["Ban", "Ki-moon", "Kremlin", "bin Laden", "AT&T"]),
        ("Ki-moon's visit, Ki-moon' and Ing-wen'sa", ["Ki-moon", "Ki", "Ing"]),
        ("Port-au-Prince's iPhone and Covid-19", ["Port-au-Prince", "iPhone", "Covid-19"]),
        ("for US$5 and 50Cent", ["50Cent"]),
        ("", []),
    ],
)
def test_words_with_capitals(text, words):
    assert [token.text for token in capitalised(text)] == words


@pytest.mark.usefixtures("each_way")
def test_where_words_stand_and_what_links_them():
    assert fields(capitalised("In Basra. Iraq's Bank of England")) == [
        ("In", 0, 2, True, APART),
        ("Basra", 3, 8, False, SPACE),
        ("Iraq", 10, 14, True, APART),
        ("Bank", 17, 21, False, POSSESSIVE),
        ("England", 25, 32, False, OF),
    ]


@needs_compiled
@settings(max_examples=500, deadline=None)
@given(text=TEXTS | st.text(st.characters(max_codepoint=127)))
def test_the_same_words_as_by_the_pattern(text):
    found = capitalised(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tokens, "compiled", None)
        assert fields(found) == fields(capitalised(text))
    assert all(type(token) is Token for token in found)


@needs_compiled
def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError):
        compiled.capitalised(None, tokens._WRITING)
    with pytest.raises(TypeError):
        compiled.capitalised("A text", ())
