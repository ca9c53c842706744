"""Which terms a pattern (`naj*`) or a misspelling (`najef~`) stands for; both are compared with folded terms."""

import fnmatch
import re

from searchidx.search.analysis import exact_term, folded_term


def pattern_expression(pattern: str) -> re.Pattern[str]:
    """Return the expression that a folded term matches if a pattern stands for it."""
    # fnmatch's expressions have no backtracking over stars; a bracket is no wildcard here.
    return re.compile(fnmatch.translate(folded_term(pattern).replace("[", "[[]")))


def fuzzy_term(word: str) -> str | None:
    """Return the folded term that a word's neighbours are one edit away from, None for a word with digits."""
    folded = folded_term(exact_term(word))
    return None if any(map(str.isdigit, folded)) else folded


def one_edit(one: str, other: str) -> bool:
    """Whether two words differ by one letter added, left out or replaced, or by two neighbouring letters swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start, end = 0, min(len(one), len(other))
    while start < end and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if len(one) != len(other):
        return one[1:] == other or one == other[1:]
    return one[1:] == other[1:] or (one[1::-1] == other[:2] and one[2:] == other[2:])
