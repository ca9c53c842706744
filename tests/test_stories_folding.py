"""Folding and spelling in ASCII."""

import sys

import pytest
from anyascii import anyascii

from searchidx.stories import folding
from searchidx.stories.folding import in_ascii


@pytest.mark.parametrize("first", range(0, 0x3000, 0x100))
def test_each_character_is_spelt_as_anyascii_spells_it(first):
    characters = list(map(chr, range(first, first + 0x100)))
    assert list(map(in_ascii, characters)) == list(map(anyascii, characters))


def test_latin_letters_with_accents_quotes_and_dashes_need_no_tables(monkeypatch):
    """Loading them takes longer than a search, and most archives have such letters in some headline."""
    folding._character_in_ascii.cache_clear()
    monkeypatch.setitem(sys.modules, "anyascii", None)
    assert in_ascii("Malmö – “São Paulo’s” œuvre, Ångström") == 'Malmo - "Sao Paulo\'s" oeuvre, Angstrom'
    with pytest.raises(ImportError):
        in_ascii("Путин")
    folding._character_in_ascii.cache_clear()
