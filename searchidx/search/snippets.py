"""What of a story's text matches a query: the marks in its headline, and the part of its body that is shown.

Marks are ranges of code points in text that is left as it is; making them visible and safe is the faces' work. Marking
takes little longer than cutting the texts into words: stems are looked up, and each spelling of a word is compared with the
patterns only once.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set

from searchidx.search.analysis import Analyzer, exact_term, folded_term, folded_word, marked_words, words
from searchidx.search.page import Snippet
from searchidx.search.query import (
    TEXT_FIELDS,
    Forms,
    Fuzzy,
    Phrase,
    Query,
    Synonyms,
    Wildcard,
    Word,
    WordOrDate,
    leaves,
)
from searchidx.search.remembered import Remembered
from searchidx.search.spelling import fuzzy_term, one_edit, pattern_expression

#: The longest body that is shown whole, and the length of what is shown of a longer one.
SNIPPET_LENGTH = 320
#: How far into a text marks are looked for, which bounds the cost of texts that are no news stories.
MARKED_LENGTH = 20_000
#: What is shown before the first mark of a part, and how far a cut is moved to fall between two words.
_LEAD = 60

_Marks = tuple[tuple[int, int], ...]


class Marker:
    """Finds what a query matches in texts of one field.

    Args:
        query: the query; what it excludes is not marked.
        analyzer: the one the index was made with.
        field: "headline" or "body"; parts of the query that are sought in the other are not marked.
    """

    def __init__(self, query: Query, analyzer: Analyzer, field: str) -> None:
        self._analyzer = analyzer
        self._stems: set[str] = set()
        self._beginnings: list[str] = []
        self._patterns: list[re.Pattern[str]] = []
        self._fuzzy: set[str] = set()
        self._phrases: list[tuple[list[str], int | None]] = []
        for leaf in leaves(query):
            if getattr(leaf, "field", None) in (None, field):
                self._add(leaf)
        is_loose = bool(self._beginnings or self._patterns or self._fuzzy)
        self._has_single = bool(self._stems or is_loose)
        #: A word of a text is marked where `_meaning[word]` is in `_wanted`: where its stem is one of the query's; or, if
        #: the query has patterns or fuzzy words, where `_is_marked` says True.
        self._meaning: Mapping[str, Hashable] = Remembered(self._is_marked) if is_loose else analyzer.stem_of_word
        self._wanted: Set[Hashable] = {True} if is_loose else self._stems

    def _add(self, leaf: Query) -> None:
        match leaf:
            case Word(text) | WordOrDate(Word(text)):
                self._stems.add(self._stem(text))
            case Synonyms(Word(text), others) | Forms(Word(text), others):
                self._stems.update(map(self._stem, (text, *others)))
            case Phrase((text,)):
                self._stems.add(self._stem(text))
            case Phrase(texts, slop):
                self._phrases.append((list(map(self._stem, texts)), slop))
            case Wildcard(pattern) if pattern.find("*") == len(pattern) - 1 and "?" not in pattern:
                self._beginnings.append(folded_term(pattern[:-1]))
            case Wildcard(pattern):
                self._patterns.append(pattern_expression(pattern))
            case Fuzzy(text):
                self._stems.add(self._stem(text))
                self._fuzzy.update(filter(None, (fuzzy_term(text),)))

    def _stem(self, text: str) -> str:
        return self._analyzer.stem(exact_term(text))

    def marks(self, text: str) -> _Marks:
        """Return the ranges of a text that match, in order and apart from each other."""
        if not text:
            return ()
        text = text[:MARKED_LENGTH]
        single = marked_words(text, self._meaning, self._wanted) if self._has_single else []
        return _merged((*single, *self._in_phrases(list(words(text))))) if self._phrases else tuple(single)

    def _is_marked(self, spelling: str) -> bool:
        """Return whether a word is marked wherever it stands."""
        if self._stems and self._analyzer.stem_of_word[spelling] in self._stems:
            return True
        return self._matches_loosely(folded_word(spelling))

    def _in_phrases(self, matches: Sequence[re.Match[str]]) -> Iterator[tuple[int, int]]:
        """Yield the ranges of the phrases of the query."""
        stems = self._analyzer.stems([match[0] for match in matches])
        for phrase, slop in self._phrases:
            ranges = _beside(stems, phrase) if slop is None else _near(stems, phrase, slop)
            for first, last in ranges:
                yield matches[first].start(), matches[last].end()

    def _matches_loosely(self, folded: str) -> bool:
        return (
            folded.startswith(tuple(self._beginnings))
            or (bool(self._patterns) and any(pattern.match(folded) for pattern in self._patterns))
            or (bool(self._fuzzy) and any(one_edit(folded, fuzzy) for fuzzy in self._fuzzy))
        )

    def snippet(self, text: str) -> Snippet:
        """Return the part of a text that shows most of what matches: all of it where it is short."""
        marks = self.marks(text)
        if len(text) <= SNIPPET_LENGTH:
            return Snippet(text, marks)
        start = _best_start(text, marks)
        end = min(start + SNIPPET_LENGTH, len(text))
        start, end = _between_words(text, start, end)
        before, after = "…" if start else "", "…" if end < len(text) else ""
        shift = len(before) - start
        kept = tuple((a + shift, b + shift) for a, b in marks if start <= a and b <= end)
        return Snippet(f"{before}{text[start:end]}{after}", kept)


def markers(query: Query, analyzer: Analyzer) -> tuple[Marker, Marker]:
    """Return the markers of headlines and of bodies: one and the same for a query that makes no difference."""
    headline = Marker(query, analyzer, "headline")
    if any(getattr(leaf, "field", None) in TEXT_FIELDS for leaf in leaves(query)):
        return headline, Marker(query, analyzer, "body")
    return headline, headline


def beginning(text: str) -> str:
    """Return the part of a text that is shown where no query asks for any: the first, or all of it where it is short."""
    if len(text) <= SNIPPET_LENGTH:
        return text
    _, end = _between_words(text, 0, SNIPPET_LENGTH)
    return f"{text[:end]}…"


def _beside(stems: list[str], phrase: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and last position of each place where the words of a phrase stand beside each other."""
    for i, stem in enumerate(stems):
        if stem == phrase[0] and stems[i : i + len(phrase)] == phrase:
            yield i, i + len(phrase) - 1


def _near(stems: list[str], phrase: list[str], slop: int) -> Iterator[tuple[int, int]]:
    """Yield the position of each word that stands near all others of a phrase, at most `slop` words between them."""
    needed = Counter(phrase)
    for i, stem in enumerate(stems):
        if stem not in needed:
            continue
        window = stems[i : i + len(phrase) + slop]
        if needed <= Counter(window):
            yield from ((j, j) for j, word in enumerate(window, i) if word in needed)


def _merged(marks: Iterable[tuple[int, int]]) -> _Marks:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _best_start(text: str, marks: _Marks) -> int:
    """Return where the part begins that has the most different marked words, then the most marks; the first of equals."""
    best, best_start = (0, 0), 0
    inside: Counter[str] = Counter()
    end = 0
    for i, (start, stop) in enumerate(marks):
        while end < len(marks) and marks[end][1] <= start + SNIPPET_LENGTH - _LEAD:
            inside[text[slice(*marks[end])].lower()] += 1
            end += 1
        value = len(inside), end - i
        if value > best:
            best, best_start = value, start
        if end > i:
            inside.subtract((text[start:stop].lower(),))
            inside += Counter()
        else:
            end = i + 1
    return max(0, min(best_start - _LEAD, len(text) - SNIPPET_LENGTH))


def _between_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Move both ends of a part inwards to where white space is; a longer word is cut."""
    if start:
        space = re.search(r"\s+", text[start - 1 : start + _LEAD])
        start += space.end() - 1 if space else 0
    if end < len(text):
        last = re.search(r"\s+\S*$", text[end - _LEAD : end + 1])
        end -= _LEAD - last.start() if last else 0
    return start, end
