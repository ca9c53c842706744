"""Headlines In Title Case and IN CAPITALS → as a sentence is written, for their capitals tell nothing of names."""

import re
from itertools import pairwise

from searchidx.names.statistics import NameStatistics

#: In title case only words like these have a small letter at their beginning.
_LITTLE = (
    "a|an|the|and|or|but|nor|of|in|on|at|to|for|by|as|up|off|out|from|with|into|over|after|than|via|per|vs|v|s|"
    "de|la|le|du|des|del|von|van|der|den|di|da|do|dos|al|el|bin|ibn"
)
_SMALL_WORD = re.compile(rf"(?<![\w'’-])(?!(?:{_LITTLE})\b)[^\W\d_A-Z]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: A line is in title case if at least so many of its words, the first aside, have a capital though they mostly stand in
#: small letters and belong to no known pair.
_LEAST_CAPITALS = 2
#: In a line of capitals words of at most so many letters may be abbreviations.
_LONGEST_ABBREVIATION = 3


def sentence_case(text: str, statistics: NameStatistics) -> str:
    """Return a text with small letters in those lines where all words have capitals; every letter keeps its place."""
    return "\n".join([line if _SMALL_WORD.search(line) else _lowered(line, statistics) for line in text.split("\n")])


def _lowered(line: str, statistics: NameStatistics) -> str:
    words = list(_WORD.finditer(line))
    shouted = line.isupper()
    keys = [word[0].casefold() for word in words]
    paired = [statistics.pair(*pair) > 0 for pair in pairwise(keys)]  # White House
    small = [
        number > 0
        and (shouted or (word[0][0].isupper() and not word[0].isupper() and not any(paired[number - 1 : number + 1])))
        and _is_small(keys[number], statistics)
        for number, word in enumerate(words)
    ]
    if sum(small) < (1 if shouted else _LEAST_CAPITALS):
        return line
    letters = list(line)
    for word, is_small in zip(words, small, strict=True):
        long = shouted and len(word[0]) > _LONGEST_ABBREVIATION
        put = word[0].lower() if is_small else word[0].capitalize() if long else word[0]
        if len(put) == len(word[0]):
            letters[word.start() : word.end()] = put
    return "".join(letters)


def _is_small(key: str, statistics: NameStatistics) -> bool:
    seen = statistics.word(key)
    return seen.small > seen.alone + seen.joined
