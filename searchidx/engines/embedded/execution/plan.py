"""Query tree → tree of nodes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.execution import nodes
from searchidx.engines.embedded.execution.expand import expand_pattern, neighbours
from searchidx.engines.embedded.execution.scope import Scope
from searchidx.engines.embedded.execution.view import View
from searchidx.engines.embedded.snapshot.words import value_words
from searchidx.search import query as q
from searchidx.search.analysis import exact_term, exact_terms, folded_term
from searchidx.stories.folding import fold


def plan(query: q.Query, scope: Scope) -> nodes.Node:
    """Bind a query to the views of a scope.

    Raises:
        RequestError: if a pattern stands for too many words.
    """
    return _PLANNERS[type(query)](query, scope)


def all_of(parts: Sequence[nodes.Node], scope: Scope) -> nodes.Node:
    """Return a node that matches what all of some nodes match."""
    return parts[0] if len(parts) == 1 else nodes.AllOf(scope, tuple(parts))


def _plan_word(query: q.Word, scope: Scope) -> nodes.Word | nodes.WordInField | nodes.Phrase | nodes.Nothing:
    terms = exact_terms(query.text)
    if len(terms) != 1:
        return _plan_phrase(q.Phrase((query.text,), field=query.field), scope)
    word = nodes.Word(terms[0], scope)
    return word if query.field is None else nodes.WordInField(scope, word, query.field)


def _plan_phrase(query: q.Phrase, scope: Scope) -> nodes.Word | nodes.WordInField | nodes.Phrase | nodes.Nothing:
    terms = [term for word in query.words for term in exact_terms(word)]
    if not terms:
        return nodes.Nothing(scope)
    if len(terms) == 1:
        return _plan_word(q.Word(terms[0], query.field), scope)
    words = tuple(nodes.Word(term, scope) for term in dict.fromkeys(terms))
    return nodes.Phrase(scope, words, tuple(map(scope.analyzer.stem, terms)), query.slop, query.field)


def _plan_pattern(query: q.Wildcard, scope: Scope) -> nodes.Node:
    return nodes.Pattern(scope, query.pattern, query.field, tuple(expand_pattern(scope.views, query.pattern)))


def _plan_fuzzy(query: q.Fuzzy, scope: Scope) -> nodes.Node:
    terms = exact_terms(query.text)
    if len(terms) != 1:
        return _plan_phrase(q.Phrase((query.text,), field=query.field), scope)
    word = nodes.Word(terms[0], scope)
    numbers = tuple(neighbours(view, folded_term(terms[0])) for view in scope.views)
    in_field = word if query.field is None else nodes.WordInField(scope, word, query.field)
    return nodes.Fuzzy(scope, query.text, in_field, query.field, numbers)


def _plan_synonyms(query: q.Synonyms, scope: Scope) -> nodes.Node:
    return nodes.BestOf(scope, tuple(_plan_word(q.Word(text, query.word.field), scope) for text in query.alternatives))


def _plan_forms(query: q.Forms, scope: Scope) -> nodes.Node:
    word, field = nodes.Word(exact_term(query.word.text), scope), query.word.field
    forms = [word, *(nodes.OtherForm(term, word, scope) for term in query.others)]
    return nodes.BestOf(scope, forms if field is None else [nodes.WordInField(scope, form, field) for form in forms])


def _plan_during(query: q.During, scope: Scope) -> nodes.Node:
    first, last = query.span.first.toordinal(), query.span.last.toordinal()
    return nodes.Days(scope, tuple((v.segment.days >= first) & (v.segment.days <= last) for v in scope.views))


def _plan_and(query: q.And, scope: Scope) -> nodes.Node:
    return nodes.AllOf(scope, [plan(part, scope) for part in query.parts]) if query.parts else nodes.Everything(scope)


def _plan_or(query: q.Or, scope: Scope) -> nodes.Node:
    """Bind alternatives; of several spans of days each day is looked at once."""
    if not query.parts:
        return nodes.Nothing(scope)
    parts = [plan(part, scope) for part in query.parts]
    spans = [part.allowed for part in parts if isinstance(part, nodes.Days)]
    if len(spans) < len(parts):
        return nodes.AnyOf(scope, parts)
    return nodes.Days(scope, tuple(np.logical_or.reduce(masks) for masks in zip(*spans, strict=True)))


def _plan_word_or_date(query: q.WordOrDate, scope: Scope) -> nodes.Node:
    days = nodes.Days(scope, tuple(_calendar(view, query.year, query.month) for view in scope.views))
    return nodes.WordOrDays(scope, _plan_word(query.word, scope), days, query.word.text)


def _calendar(view: View, year: int | None, month: int | None) -> kernels.Mask:
    """Return which of a view's distinct days lie in a year, or in a month of any year."""
    mask = np.ones(len(view.months), np.bool_)
    if year is not None:
        mask &= view.months // 12 == year
    if month is not None:
        mask &= view.months % 12 + 1 == month
    return mask


def _plan_value(query: q.Value, scope: Scope) -> nodes.Node:
    if query.field == "id":
        return nodes.Everything(scope) if query.value == q.ANY_VALUE else nodes.Id(scope, query.value)
    if query.value == q.ANY_VALUE:
        return nodes.AnyValue(scope, query.field)
    return nodes.Valued(scope, query.field, find_values(query.field, query.value, scope))


def find_values(facet: str, typed: str, scope: Scope, *, whole: bool = False) -> tuple[kernels.Array, ...]:
    """Return for each view the values that a typed one stands for.

    These are the first of the following that any living story has: the value itself, so that a picked value finds as many
    stories as it counts; the values spelt so but for case, accents and punctuation; unless it is to be the whole value,
    those with all its words.
    """
    columns = [view.segment.facets[facet] for view in scope.views]
    itself = tuple([np.array([n] if (n := column.values.find(typed)) >= 0 else [], np.int32) for column in columns])
    if _any_has(facet, itself, scope):
        return itself
    key = fold(typed)
    spelt, words = tuple([column.keys.equal_to(key) for column in columns]), tuple(value_words(key))
    if whole or not words or _any_has(facet, spelt, scope):
        return spelt
    return tuple([column.with_words(words) for column in columns])


def _any_has(facet: str, numbers: Sequence[kernels.Array], scope: Scope) -> bool:
    """Whether a living story has any of some values."""
    for view, of_view in zip(scope.views, numbers, strict=True):
        documents_of = view.segment.facets[facet].documents_of
        if any(view.living_in(documents_of(number)) for number in of_view.tolist()):
            return True
    return False


_PLANNERS: dict[type, Callable[[Any, Scope], nodes.Node]] = {
    q.Word: _plan_word,
    q.Phrase: _plan_phrase,
    q.Wildcard: _plan_pattern,
    q.Fuzzy: _plan_fuzzy,
    q.Synonyms: _plan_synonyms,
    q.Forms: _plan_forms,
    q.Value: _plan_value,
    q.During: _plan_during,
    q.WordOrDate: _plan_word_or_date,
    q.And: _plan_and,
    q.Or: _plan_or,
    q.AtLeast: lambda query, scope: nodes.AtLeast(
        scope, tuple(plan(p, scope) for p in query.parts), query.minimum, query.telling
    ),
    q.Not: lambda query, scope: nodes.Not(scope, plan(query.part, scope)),
    q.Everything: lambda _, scope: nodes.Everything(scope),
}
