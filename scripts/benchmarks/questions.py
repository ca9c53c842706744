"""What is asked: classes of questions drawn from a corpus's texts, the same whenever they are drawn.

Where engines fold accents at different times (patterns and misspellings), only such words are drawn for which that makes no
difference, so that all must find the same stories.
"""

import datetime
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from benchmarks.corpora import Corpus
from searchidx.search.analysis import Analyzer, exact_terms, folded_term
from searchidx.search.dates import Span
from searchidx.search.document import Document
from searchidx.search.query import And, During, Fuzzy, Or, Phrase, Query, Value, Wildcard, Word
from searchidx.search.spelling import one_edit, pattern_expression

#: The most words a drawn pattern stands for, and the least letters before its star.
_MOST_EXPANDED = 2_000
#: A word in more than this share of the stories is not drawn where words with a meaning are wanted.
_MEANING = 0.05
_VERY_COMMON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Ids, scores and total of the best ten; with `facets` also counts of all six facets over all hits."""

    query: Query
    filters: Mapping[str, Query] = field(default_factory=dict)
    facets: bool = False


@dataclass(frozen=True, slots=True)
class RelatedTo:
    """The ten stories most related to one, given its terms and names; with `whole`, the list as readers have it.

    For that searchidx looks the best over again; the others have nothing like it, and answer as they do without.
    """

    document: Document
    terms: Mapping[str, int]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page as the web makes it from a text: twenty stories whole, with snippets and all facets."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """The eight commonest words that begin with what is typed."""

    prefix: str


Question = Searched | RelatedTo | SearchPage | Typed


@dataclass(frozen=True, slots=True)
class QuestionClass:
    """Questions of one kind; `equal` says whether all engines must find the same stories."""

    name: str
    questions: tuple[Question, ...]
    equal: bool


def draw(corpus: Corpus, count: int) -> list[QuestionClass]:
    """Return the classes, each with so many questions; fewer where a small corpus has no more."""
    drawer = _Drawer(corpus)
    return [
        QuestionClass(name, tuple(drawer.distinct(make, count)), equal=name not in _OWN_WAYS)
        for name, make in CLASSES.items()
    ]


class _Drawer:
    def __init__(self, corpus: Corpus) -> None:
        self._random = random.Random(2004)
        self._analyzer = Analyzer()
        self._count = corpus.story_count
        self._sample = corpus.sample
        self._texts = [exact_terms(document.story.text) for document in corpus.sample]
        self._freq, self._stem_freq = corpus.exact_freq, corpus.stem_freq
        self._terms = sorted(corpus.exact_freq)
        folds = ((term, folded_term(term)) for term in self._terms)
        self._folding = [folded for term, folded in folds if folded != term]
        self._numbered = [term for term in self._terms if any(map(str.isdigit, term))]
        self._common = [stem for stem, _ in Counter(self._stem_freq).most_common(_VERY_COMMON)]
        self._word_of_stem: dict[str, str] = {}
        for term in sorted(self._terms, key=lambda term: self._freq[term]):
            self._word_of_stem[self._analyzer.stem(term)] = term

    def distinct(self, make: "Callable[[_Drawer], Question]", count: int) -> Iterator[Question]:
        """Yield different questions."""
        seen: set[str] = set()
        for _ in range(20 * count):
            question = make(self)
            if repr(question) not in seen:
                seen.add(repr(question))
                yield question
            if len(seen) == count:
                return

    def words(self, count: int) -> tuple[Word, ...]:
        """Return words with a meaning that stand in one story."""
        while True:
            found = {term for term in self._random.choice(self._texts) if self._has_meaning(term)}
            if len(found) >= count:
                return tuple(map(Word, self._random.sample(sorted(found), count)))

    def rare(self) -> Searched:
        return self._term(1, max(10, self._count // 10_000))

    def middling(self) -> Searched:
        return self._term(max(5, self._count // 2_000), max(50, self._count // 100))

    def very_common(self) -> Searched:
        return Searched(query=Word(self._word_of_stem[self._random.choice(self._common)]))

    def phrase(self) -> Searched:
        while True:
            text = exact_terms(self._random.choice(self._sample).story.headline)
            if len(text) > 1:
                start = self._random.randrange(len(text) - 1)
                return Searched(query=Phrase(tuple(text[start : start + 2])))

    def prefix(self) -> Searched:
        while True:
            pattern = f"{self._long_word(5)[: self._random.choice((3, 4, 5))]}*"
            if self._is_fair(pattern):
                return Searched(query=Wildcard(pattern))

    def wildcard(self) -> Searched:
        while True:
            word = self._long_word(6)
            place = self._random.randrange(2, len(word) - 1)
            skipped = self._random.choice((1, 2))
            pattern = f"{word[:place]}{'?' if skipped == 1 else '*'}{word[place + skipped :]}"
            if self._is_fair(pattern):
                return Searched(query=Wildcard(pattern))

    def fuzzy(self) -> Searched:
        while True:
            word = self._long_word(5)
            place = self._random.randrange(1, len(word))
            typed = word[:place] + self._random.choice("aeiorstnl") + word[place + self._random.choice((0, 1)) :]
            if not any(one_edit(typed, other) for other in (*self._folding, *self._numbered)):
                return Searched(query=Fuzzy(typed))

    def in_year(self) -> Searched:
        year = self._random.choice(self._sample).story.date.year
        span = Span(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
        return Searched(query=Or(self.words(2)), filters={"date": During("date", str(year), span)})

    def in_place(self) -> Searched:
        while True:
            places = self._random.choice(self._sample).places
            if places:
                place = Value("place", self._random.choice(places).value)
                return Searched(query=Or(self.words(2)), filters={"place": place})

    def related(self) -> RelatedTo:
        document = self._random.choice(self._sample)
        return RelatedTo(document, Counter(map(self._analyzer.stem, exact_terms(document.story.text))))

    def related_list(self) -> RelatedTo:
        return replace(self.related(), whole=True)

    def all_words(self) -> Searched:
        """Return what a related story costs at the least: all words of a story, any of which may occur."""
        return Searched(query=Or(tuple(map(Word, dict.fromkeys(self._random.choice(self._texts))))))

    def typed(self) -> Typed:
        return Typed(self._long_word(4)[: self._random.choice((1, 2, 3, 4))])

    def _term(self, least: int, most: int) -> Searched:
        while True:
            term = self._random.choice(self._random.choice(self._texts))
            if least <= self._stem_freq[self._analyzer.stem(term)] <= most:
                return Searched(query=Word(term))

    def _has_meaning(self, term: str) -> bool:
        return len(term) > 2 and term.isalpha() and self._stem_freq[self._analyzer.stem(term)] <= _MEANING * self._count

    def _long_word(self, least: int) -> str:
        while True:
            term = self._random.choice(self._random.choice(self._texts))
            if len(term) >= least and term.isascii() and term.isalpha():
                return term

    def _is_fair(self, pattern: str) -> bool:
        matches = pattern_expression(pattern).match
        if any(matches(folded) for folded in self._folding):
            return False
        return 0 < sum(1 for term in self._terms if matches(term)) <= _MOST_EXPANDED


#: The classes by name, each with what draws one of its questions.
CLASSES: dict[str, Callable[[_Drawer], Question]] = {
    "term, rare": _Drawer.rare,
    "term, middling": _Drawer.middling,
    "term, very common": _Drawer.very_common,
    "AND 2": lambda drawer: Searched(query=And(drawer.words(2))),
    "OR 2": lambda drawer: Searched(query=Or(drawer.words(2))),
    "OR 4": lambda drawer: Searched(query=Or(drawer.words(4))),
    "phrase": _Drawer.phrase,
    "prefix": _Drawer.prefix,
    "wildcard": _Drawer.wildcard,
    "fuzzy": _Drawer.fuzzy,
    "OR 2 + year": _Drawer.in_year,
    "OR 2 + place": _Drawer.in_place,
    "OR 2 + facets": lambda drawer: Searched(query=Or(drawer.words(2)), facets=True),
    "related": _Drawer.related,
    "search page": lambda drawer: SearchPage(" ".join(map(str, drawer.words(2)))),
    "suggest": _Drawer.typed,
    "OR, a story's words": _Drawer.all_words,
    "related, the list": _Drawer.related_list,
}
#: Classes that each engine answers in its own way.
_OWN_WAYS = ("related", "search page", "suggest", "related, the list")
