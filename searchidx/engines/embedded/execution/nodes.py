"""The nodes of a plan, which know the segments of a generation.

Throughout, `at` is the number of a view. A node says which documents of a view match it (`documents`, deleted ones too),
which of given ones do (`test`, `among`), and what it adds to their scores (`ranking`): words and posting lists in the
order of the query. A node lives for one query and keeps what it found. It is lazy: a query of words alone is answered by
`Lists.best`, which never asks for their documents (`matching`). What nodes add to a score:

    word             bm25 of its stem + EXACT_WEIGHT × bm25 of its exact form
    phrase           what its words add, each once, in the stories that have the phrase
    word in a field  what the word adds, in the stories that have it there
    pattern          PATTERN_SCORE
    fuzzy word       FUZZY_CEILING and what the word adds, where it stands in any form; else the largest bm25 with weight
                     FUZZY_CEILING of its neighbours, which is less
    synonyms         the largest of what the alternatives add
    forms            the largest of what they add: the word as above; another OTHER_FORM_WEIGHT × bm25 of its stem, with
                     the word's idf if that is less
    word or date     what the word adds, and in stories of those days what a word would that stands once in each of
                     them, all of average length
    all others       nothing
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution.scope import Scope
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.kernels import ANY, EVERY, Allowed, Array, Matching, Postings, Ranking, Wanted
from searchidx.engines.embedded.snapshot.words import GAP
from searchidx.search.engine import Match, TermScore
from searchidx.search.scoring import EXACT_WEIGHT, HEADLINE_WEIGHT, OTHER_FORM_WEIGHT, bm25

#: What a pattern adds to the score of each story that has a word of it.
PATTERN_SCORE = 1.0
#: No neighbour of a fuzzy word adds as much as this; each story that has the word itself gets more.
FUZZY_CEILING = 1.0

_NONE = np.empty(0, np.int32)
#: What a word of a ranking gives for its stem.
_OF_STEM = itemgetter(2)


class Term:
    """A stem or an exact term in all views; `numbers` are those of its posting lists, -1 where a view has it not."""

    __slots__ = ("document_freq", "form", "idf", "numbers", "scope", "text", "weight")

    def __init__(
        self, text: str, form: str, weight: float, scope: Scope, *, numbers: Sequence[int], document_freq: int
    ) -> None:
        self.text, self.form, self.weight, self.scope = text, form, weight, scope
        self.numbers, self.document_freq = numbers, document_freq
        self.idf = scope.idf(document_freq)

    def postings(self, at: int) -> list[Postings]:
        """Return the term's posting list in a view, if it has one."""
        number = self.numbers[at]
        if number < 0:
            return []
        return [Postings(*self.scope.views[at].postings(number), self.scope.norms[at], self.weight * self.idf)]

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        """Yield what the term adds to the score of a document of a view."""
        for documents, codes, norms, _ in self.postings(at):
            place = _place(documents, document)
            if place < 0:
                return
            array, code = self.scope.views[at].segment.array, codes[place]
            frequency = float(HEADLINE_WEIGHT * int(array("codes.headline")[code]) + int(array("codes.body")[code]))
            length, average = float(array("codes.lengths")[code]), self.scope.average_length
            score = self.weight * self.idf * float(norms[code])
            yield TermScore(
                self.text, self.form, frequency, self.document_freq, self.idf, length, average, self.weight, score
            )


def _place(documents: Array, document: int) -> int:
    """Return the place of a document among rising ones, -1 if it is not there."""
    place = int(documents.searchsorted(document))
    return place if place < len(documents) and documents[place] == document else -1


class Node:
    """A part of a query, bound to the views of a scope. By itself it adds nothing to scores."""

    #: Whether its ranking has every document that matches it, and no other.
    scores_all = False

    _found: dict[int, Array] | None = None

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def find(self, at: int) -> Array:
        """Find the documents of a view that match it; `documents` asks once for each view, and keeps them."""
        raise NotImplementedError

    def documents(self, at: int) -> Array:
        """Return the documents of a view that match it, rising, deleted ones too."""
        if self._found is None:
            self._found = {}
        found = self._found.get(at)
        if found is None:
            found = self._found[at] = self.find(at)
        return found

    def cost(self, at: int) -> int:
        """Return about how many documents of a view match it."""
        return len(self.documents(at))

    def count(self) -> int:
        """Return how many living stories match it."""
        return sum([view.living_in(self.documents(at)) for at, view in enumerate(self.scope.views)])

    def test(self, at: int, documents: Array) -> kernels.Mask:
        """Return which of some documents of a view match it."""
        return kernels.contains(self.documents(at), documents, self.scope.views[at].size)

    def among(self, at: int, documents: Array) -> Array:
        """Return those of some documents of a view that match it."""
        return kernels.intersection(self.documents(at), documents, self.scope.views[at].size)

    def allowed_days(self, at: int) -> kernels.Mask | None:
        """Return which of a view's distinct days it allows, if it asks for nothing else."""
        return None

    def matching(self, at: int) -> tuple[Matching, Ranking]:
        """Return what `Lists.best` is to match and to score by, where the node is the whole query."""
        return self.documents(at), self.ranking(at)

    def best(self, at: int, allowed: Allowed, wanted: Wanted) -> tuple[int, list[Match]]:
        """Answer as `Lists.best` does, where the node is the whole query."""
        matching, ranking = self.matching(at)
        return self.scope.lists[at].best(matching, ranking, allowed, wanted)

    def ranking(self, at: int) -> Ranking:
        """Return what makes up its score."""
        return []

    def scored(self, at: int) -> tuple[Array, kernels.Scores]:
        """Return the documents of a view that match it, and their scores."""
        documents = self.documents(at)
        return documents, self.score(at, documents)

    def score(self, at: int, documents: Array) -> kernels.Scores:
        """Return the scores of some documents of a view that match it."""
        return kernels.score(documents, self.ranking(at), self.scope.views[at].size, self.scope.lists[at])

    def explain(self, at: int, document: int) -> Iterable[TermScore]:
        """Yield what each term adds to the score of a document of a view."""
        return ()


class Nothing(Node):
    """No story: a text without a word."""

    def find(self, at: int) -> Array:
        return _NONE


class Everything(Node):
    """Every story."""

    def find(self, at: int) -> Array:
        return np.arange(self.scope.views[at].size, dtype=np.int32)

    def cost(self, at: int) -> int:
        return self.scope.views[at].size + 1

    def test(self, at: int, documents: Array) -> kernels.Mask:
        return np.ones(len(documents), np.bool_)

    def among(self, at: int, documents: Array) -> Array:
        return documents


class Word(Node):
    """A word in any form.

    Args:
        text: its exact term.
        scope: where.
    """

    scores_all = True

    def __init__(self, text: str, scope: Scope) -> None:
        self.scope, self.exact, self.stem = scope, text, scope.analyzer.stem(text)
        self._lists = [lists.find(self.stem, text) for lists in scope.lists]
        having_stem, having_exact = 0, 0
        for _, _, of_stem, of_exact in self._lists:
            having_stem += of_stem
            having_exact += of_exact
        self._having = having_stem, having_exact
        self._of_stem, self._of_exact = scope.idf(having_stem), EXACT_WEIGHT * scope.idf(having_exact)

    def stem_list(self, at: int) -> int:
        """Return the number of the stem's posting list in a view, -1 where it has none."""
        return self._lists[at][0]

    def documents(self, at: int) -> Array:
        number = self.stem_list(at)
        return self.scope.views[at].postings(number)[0] if number >= 0 else _NONE

    def count(self) -> int:
        return self._having[0]

    def matching(self, at: int) -> tuple[Matching, Ranking]:
        return EVERY, self.ranking(at)

    def ranking(self, at: int) -> Ranking:
        stem, exact, _, _ = self._lists[at]
        return [(stem, exact, self._of_stem, self._of_exact)] if stem >= 0 else []

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        forms = ((self.stem, "stem", 1.0), (self.exact, "exact", EXACT_WEIGHT))
        for place, (text, form, weight) in enumerate(forms):
            numbers = [found[place] for found in self._lists]
            term = Term(text, form, weight, self.scope, numbers=numbers, document_freq=self._having[place])
            yield from term.explain(at, document)


class OtherForm(Word):
    """Another form of a word; however rare, it tells no more than the word itself, and it is never the exact form."""

    def __init__(self, text: str, word: Word, scope: Scope) -> None:
        super().__init__(text, scope)
        self._lists = [(stem, -1, having, 0) for stem, _, having, _ in self._lists]
        self._idf = min(self._of_stem, word._of_stem)
        self._of_stem = OTHER_FORM_WEIGHT * self._idf

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        numbers = [found[0] for found in self._lists]
        term = Term(self.stem, "stem", OTHER_FORM_WEIGHT, self.scope, numbers=numbers, document_freq=self._having[0])
        term.idf = self._idf
        yield from term.explain(at, document)


class _Restricted(Node):
    """Words under a further condition (a field, a phrase): they add to the scores of the documents that meet it alone."""

    scores_all = True

    def __init__(self, scope: Scope, words: Sequence[Word]) -> None:
        super().__init__(scope)
        self.words = words

    def matching(self, at: int) -> tuple[Matching, Ranking]:
        return self.documents(at), self._of_words(at)

    def _of_words(self, at: int) -> Ranking:
        return [of for word in self.words for of in word.ranking(at)]

    def score(self, at: int, documents: Array) -> kernels.Scores:
        return kernels.score(documents, self._of_words(at), self.scope.views[at].size, self.scope.lists[at])

    def ranking(self, at: int) -> Ranking:
        return [Postings.of_scores(*self.scored(at))]

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        if self.test(at, np.array([document], np.int32))[0]:
            for word in self.words:
                yield from word.explain(at, document)


class WordInField(_Restricted):
    """A word that stands in the headline, or in the body."""

    def __init__(self, scope: Scope, word: Word, field: str) -> None:
        super().__init__(scope, (word,))
        self.field = field

    def find(self, at: int) -> Array:
        number, view = self.words[0].stem_list(at), self.scope.views[at]
        if number < 0:
            return _NONE
        documents, codes = view.postings(number)
        return documents[_in_field(view, self.field, codes)]


def _in_field(view: View, name: str, codes: Array) -> kernels.Mask:
    """Return which postings have an occurrence in a field."""
    mask: kernels.Mask = (view.segment.array(f"codes.{name}") > 0)[codes]
    return mask


class Phrase(_Restricted):
    """Words beside each other, or with a slop near each other; a word given twice must occur twice.

    `words` has each once, `stems` says how they follow each other.
    """

    def __init__(
        self, scope: Scope, words: Sequence[Word], stems: Sequence[str], slop: int | None, field: str | None
    ) -> None:
        super().__init__(scope, words)
        self.stems, self.slop, self.field = stems, slop, field

    def best(self, at: int, allowed: Allowed, wanted: Wanted) -> tuple[int, list[Match]]:
        if self.slop is not None or self.field is not None:
            return super().best(at, allowed, wanted)
        scope, stems = self.scope, self._numbers(at)
        if -1 in stems:
            return 0, []
        return scope.lists[at].phrase(scope.views[at].positions, stems, self._of_words(at), allowed, wanted)

    def _numbers(self, at: int) -> list[int]:
        """Return the numbers of the stems in a view, -1 for each that it has not."""
        numbers = {word.stem: word.stem_list(at) for word in self.words}
        return [numbers[stem] for stem in self.stems]

    def find(self, at: int) -> Array:
        view, stems = self.scope.views[at], self._numbers(at)
        if -1 in stems:
            return _NONE
        if self.slop is None and self.field is None:
            return kernels.phrase_documents(self.scope.lists[at], view.positions, stems)
        segment = view.segment
        if self.slop is None:
            starts = kernels.phrase([segment.positions_of(stem) for stem in stems])
        else:
            counts = Counter(stems)
            positions = [segment.positions_of(stem) for stem in counts]
            starts = kernels.near(positions, [*counts.values()], len(stems) + min(self.slop, GAP - 1))
        documents = kernels.documents_at(starts, segment.bases)
        if self.field is not None and len(documents):
            in_headline = starts - segment.bases[documents] < segment.array("headline_lengths")[documents]
            documents = documents[in_headline if self.field == "headline" else ~in_headline]
        return kernels.distinct(documents)


class Pattern(Node):
    """Any of the words that a pattern stands for."""

    scores_all = True

    def __init__(self, scope: Scope, pattern: str, field: str | None, numbers: Sequence[Array]) -> None:
        super().__init__(scope)
        self.pattern, self.field, self.numbers = pattern, field, numbers

    def find(self, at: int) -> Array:
        return _documents_of(self.scope.views[at], self.numbers[at], self.field)

    def best(self, at: int, allowed: Allowed, wanted: Wanted) -> tuple[int, list[Match]]:
        if self.field is not None:
            return super().best(at, allowed, wanted)
        return self.scope.lists[at].any_of(self.numbers[at], PATTERN_SCORE, allowed, wanted)

    def score(self, at: int, documents: Array) -> kernels.Scores:
        return np.full(len(documents), PATTERN_SCORE)

    def ranking(self, at: int) -> Ranking:
        return [Postings.constant(self.documents(at), PATTERN_SCORE)]

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        if self.test(at, np.array([document], np.int32))[0]:
            yield _constant(self.scope, self.pattern, "pattern", self.count(), PATTERN_SCORE)


def _constant(scope: Scope, text: str, form: str, document_freq: int, score: float) -> TermScore:
    """Return the explanation of a score that is the same for each story."""
    average = scope.average_length
    return TermScore(text, form, 1.0, document_freq, scope.idf(document_freq), average, average, 1.0, score)


def _documents_of(view: View, exact_numbers: Array, field_name: str | None) -> Array:
    """Return the documents that have any of some exact terms."""
    segment = view.segment
    lists = segment.exact_lists[exact_numbers]
    if field_name is None:
        return kernels.union_of(segment.lists, segment.documents, lists, view.size)
    having = (view.postings(int(number)) for number in lists)
    here = [documents[_in_field(view, field_name, codes)] for documents, codes in having]
    return kernels.union(here, view.size)


class Fuzzy(Node):
    """A word in any form, or one of its neighbours."""

    scores_all = True

    def __init__(
        self, scope: Scope, text: str, word: "Word | WordInField", field: str | None, numbers: Sequence[Array]
    ) -> None:
        super().__init__(scope)
        self.text, self.word, self.field, self.numbers = text, word, field, numbers

    def find(self, at: int) -> Array:
        view = self.scope.views[at]
        return kernels.union([self.word.documents(at), _documents_of(view, self.numbers[at], self.field)], view.size)

    def best(self, at: int, allowed: Allowed, wanted: Wanted) -> tuple[int, list[Match]]:
        if self.field is not None:
            return super().best(at, allowed, wanted)
        lists, numbers = self.scope.lists[at], self.numbers[at]
        return lists.fuzzy(numbers, self.word.ranking(at), FUZZY_CEILING, allowed, wanted)

    def ranking(self, at: int) -> Ranking:
        return [Postings.of_scores(self.documents(at), self._neighbours(at)), *self.word.ranking(at)]

    def _neighbours(self, at: int) -> kernels.Scores:
        """Return the ceiling for documents with the word, for others the best of the neighbours."""
        view, documents = self.scope.views[at], self.documents(at)
        scores = np.zeros(len(documents), np.float64)
        segment = view.segment
        for number in segment.exact_lists[self.numbers[at]]:
            having, codes = view.postings(int(number))
            if self.field is not None:
                here = _in_field(view, self.field, codes)
                having, codes = having[here], codes[here]
            places = documents.searchsorted(having)
            scores[places] = np.maximum(scores[places], FUZZY_CEILING * self.scope.norms[at][codes])
        scores[self.word.test(at, documents)] = FUZZY_CEILING
        return scores

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        place = _place(self.documents(at), document)
        if place >= 0:
            score = float(self._neighbours(at)[place])
            yield _constant(self.scope, f"{self.text}~", "fuzzy", self.count(), score)
            yield from self.word.explain(at, document)


class BestOf(Node):
    """Words that count as one: the one that adds most."""

    scores_all = True

    def __init__(self, scope: Scope, words: Sequence[Node]) -> None:
        super().__init__(scope)
        self.words = words

    def find(self, at: int) -> Array:
        return kernels.union([word.documents(at) for word in self.words], self.scope.views[at].size)

    def ranking(self, at: int) -> Ranking:
        return [Postings.of_scores(self.documents(at), self._scores(at).max(axis=0, initial=0.0))]

    def _scores(self, at: int) -> kernels.Scores:
        documents, size, lists = self.documents(at), self.scope.views[at].size, self.scope.lists[at]
        rows = [kernels.score(documents, word.ranking(at), size, lists) for word in self.words]
        return np.array(rows).reshape(len(rows), len(documents))

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        place = _place(self.documents(at), document)
        if place >= 0:
            best = int(self._scores(at)[:, place].argmax())
            yield from self.words[best].explain(at, document)


class Days(Node):
    """Stories of some days; `allowed` says for each of a view's distinct days whether it is one."""

    def __init__(self, scope: Scope, allowed: Sequence[kernels.Mask]) -> None:
        super().__init__(scope)
        self.allowed = allowed

    def find(self, at: int) -> Array:
        return kernels.where(self.allowed[at][self.scope.views[at].segment.day_of])

    def cost(self, at: int) -> int:
        # However few they are, every document is looked at to find them.
        return self.scope.views[at].size

    def test(self, at: int, documents: Array) -> kernels.Mask:
        mask: kernels.Mask = self.allowed[at][self.scope.views[at].segment.day_of[documents]]
        return mask

    def among(self, at: int, documents: Array) -> Array:
        return kernels.keep_groups(documents, self.scope.views[at].segment.day_of, self.allowed[at])

    def allowed_days(self, at: int) -> kernels.Mask | None:
        return self.allowed[at]


class WordOrDays(Node):
    """Stories that have a word or happened on some days."""

    scores_all = True

    def __init__(self, scope: Scope, word: "Word | WordInField | Phrase | Nothing", days: Days, text: str) -> None:
        super().__init__(scope)
        self.word, self.days, self.text = word, days, text
        self._day_freq, average = days.count(), scope.average_length
        self._day_score = bm25(1.0, average, average, (1.0 + EXACT_WEIGHT) * scope.idf(self._day_freq))

    def find(self, at: int) -> Array:
        return kernels.union([self.word.documents(at), self.days.documents(at)], self.scope.views[at].size)

    def test(self, at: int, documents: Array) -> kernels.Mask:
        return self.days.test(at, documents) | self.word.test(at, documents)

    def cost(self, at: int) -> int:
        return self.word.cost(at) + self.days.cost(at)

    def ranking(self, at: int) -> Ranking:
        return [*self.word.ranking(at), Postings.constant(self.days.documents(at), self._day_score)]

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        yield from self.word.explain(at, document)
        if self.days.test(at, np.array([document], np.int32))[0]:
            explained = _constant(self.scope, self.text, "date", self._day_freq, self._day_score)
            yield explained._replace(weight=1.0 + EXACT_WEIGHT)


class Valued(Node):
    """Stories with any of some values of a facet."""

    def __init__(self, scope: Scope, facet: str, numbers: Sequence[Array]) -> None:
        super().__init__(scope)
        self.facet, self.numbers = facet, numbers

    def find(self, at: int) -> Array:
        view = self.scope.views[at]
        column = view.segment.facets[self.facet]
        if len(self.numbers[at]) == 1:
            return column.documents_of(int(self.numbers[at][0]))
        return kernels.union_of(column.lists, column.documents, self.numbers[at], view.size)


class AnyValue(Node):
    """Stories with a value in a facet."""

    def __init__(self, scope: Scope, facet: str) -> None:
        super().__init__(scope)
        self.facet = facet

    def find(self, at: int) -> Array:
        view = self.scope.views[at]
        column = view.segment.facets[self.facet]
        return kernels.union_of(
            column.lists, column.documents, np.arange(len(column.values), dtype=np.int32), view.size
        )


class Id(Node):
    """The story with an id."""

    def __init__(self, scope: Scope, story_id: str) -> None:
        super().__init__(scope)
        self.story_id = story_id

    def find(self, at: int) -> Array:
        number = self.scope.views[at].segment.ids.find(self.story_id)
        return np.array([number] if number >= 0 else [], np.int32)


class _Parts(Node):
    """A node of several parts; a document's score is the sum of what the parts that it matches add."""

    def __init__(self, scope: Scope, parts: Sequence[Node]) -> None:
        self.scope, self.parts = scope, parts

    def among(self, at: int, documents: Array) -> Array:
        return documents[self.test(at, documents)]

    def ranking(self, at: int) -> Ranking:
        return [of for part in self.parts for of in part.ranking(at)]

    def explain(self, at: int, document: int) -> Iterator[TermScore]:
        for part in self.parts:
            yield from part.explain(at, document)


class AllOf(_Parts):
    """All of the parts."""

    def find(self, at: int) -> Array:
        first, *rest = sorted(self.parts, key=lambda part: part.cost(at))
        documents = first.documents(at)
        for part in rest:
            if not len(documents):
                break
            documents = part.among(at, documents)
        return documents

    def matching(self, at: int) -> tuple[Matching, Ranking]:
        ranking = self.ranking(at)
        if all([type(part) is Word for part in self.parts]):  # noqa: C419 - a list is faster than a generator
            return (EVERY, ranking) if len(ranking) == len(self.parts) else (_NONE, [])
        return self.documents(at), ranking

    def cost(self, at: int) -> int:
        return min(part.cost(at) for part in self.parts)

    def test(self, at: int, documents: Array) -> kernels.Mask:
        mask = np.ones(len(documents), np.bool_)
        for part in self.parts:
            mask &= part.test(at, documents)
        return mask


class AnyOf(_Parts):
    """At least one of the parts."""

    def ranking(self, at: int) -> Ranking:
        """Return what makes up its score; of words alone the commonest comes last, and hardly needs to be looked at."""
        ranking = super().ranking(at)
        if any([isinstance(of, Postings) for of in ranking]):  # noqa: C419 - a list is faster than a generator
            return ranking
        # By the idf, which is the same in all views, so that all add up in the same order.
        return sorted(ranking, key=_OF_STEM, reverse=True)

    def find(self, at: int) -> Array:
        return kernels.union([part.documents(at) for part in self.parts], self.scope.views[at].size)

    def matching(self, at: int) -> tuple[Matching, Ranking]:
        return (ANY, self.ranking(at)) if self._parts_score_all() else super().matching(at)

    def scored(self, at: int) -> tuple[Array, kernels.Scores]:
        if self._parts_score_all():
            return kernels.union_scored(self.ranking(at), self.scope.views[at].size, self.scope.lists[at])
        return super().scored(at)

    def _parts_score_all(self) -> bool:
        return all([part.scores_all for part in self.parts])  # noqa: C419 - a list is faster than a generator

    def cost(self, at: int) -> int:
        return sum(part.cost(at) for part in self.parts)

    def test(self, at: int, documents: Array) -> kernels.Mask:
        mask = np.zeros(len(documents), np.bool_)
        for part in self.parts:
            mask |= part.test(at, documents)
        return mask


class AtLeast(_Parts):
    """At least so many of the parts, one of them among the first ones, which tell most."""

    def __init__(self, scope: Scope, parts: Sequence[Node], minimum: int, telling: int) -> None:
        super().__init__(scope, parts)
        self.minimum, self.telling = minimum, telling

    def find(self, at: int) -> Array:
        lists, size = [part.documents(at) for part in self.parts], self.scope.views[at].size
        enough = kernels.at_least(lists, self.minimum, size)
        return kernels.intersection(kernels.union(lists[: self.telling], size), enough, size)

    def cost(self, at: int) -> int:
        return sum(part.cost(at) for part in self.parts) // max(self.minimum, 1)

    def test(self, at: int, documents: Array) -> kernels.Mask:
        counts = np.zeros(len(documents), np.int64)
        telling = np.zeros(len(documents), np.bool_)
        for number, part in enumerate(self.parts):
            mask = part.test(at, documents)
            counts += mask
            if number < self.telling:
                telling |= mask
        telling &= counts >= self.minimum
        return telling


class Not(Node):
    """None of the part."""

    def __init__(self, scope: Scope, part: Node) -> None:
        super().__init__(scope)
        self.part = part

    def find(self, at: int) -> Array:
        others = np.ones(self.scope.views[at].size, np.bool_)
        others[self.part.documents(at)] = False
        return kernels.where(others)

    def cost(self, at: int) -> int:
        return self.scope.views[at].size

    def test(self, at: int, documents: Array) -> kernels.Mask:
        return ~self.part.test(at, documents)

    def among(self, at: int, documents: Array) -> Array:
        return documents[self.test(at, documents)]
