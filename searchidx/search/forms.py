"""Forms of a word that its stem does not lead to: won of win, crises of crisis, defence of defense."""

from collections.abc import Mapping
from functools import lru_cache

from searchidx.search.analysis import Analyzer, exact_term
from searchidx.stories.wordlists import read_lines, read_row

#: So many letters of a form are also those of its stem.
_BEGINNING = 2


def other_forms(word: str, analyzer: Analyzer) -> tuple[str, ...]:
    """Return the exact terms of a word's other forms, one for each stem; in other languages than English there are none."""
    if analyzer.language != "english":
        return ()
    stem = analyzer.stem(exact_term(word))
    return _forms(analyzer, stem[:_BEGINNING]).get(stem, ())


@lru_cache(maxsize=1)
def _lines() -> tuple[str, ...]:
    """Return the list, a line for the forms of each word."""
    return tuple(read_lines("word-forms.txt"))


@lru_cache(maxsize=256)
def _forms(analyzer: Analyzer, beginning: str) -> Mapping[str, tuple[str, ...]]:
    """Return the other forms by the stem of each form, of words with a form that begins so.

    Not of all words at once: a command that asks one question would wait until the whole list is read and stemmed.
    """
    found: dict[str, dict[str, str]] = {}
    for line in _lines():
        if f" {beginning}" in f" {line.lower()}":
            one, others = read_row(line)
            forms = {analyzer.stem(term): term for term in map(exact_term, (one, *others))}
            for stem in forms:
                found.setdefault(stem, {}).update(forms)
    return {stem: tuple(term for other, term in forms.items() if other != stem) for stem, forms in found.items()}
