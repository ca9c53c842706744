"""Compiled loops and those of numpy give the same answers to the last bit."""

import datetime
import os
import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchidx.engines.embedded import kernels
from searchidx.engines.embedded.kernels import portable as kernels_numpy
from searchidx.engines.embedded.kernels import portable_texts as texts_numpy
from searchidx.engines.embedded.kernels.offsets import offsets_of
from searchidx.engines.embedded.kernels.signatures import fuzzy_lengths, signatures
from searchidx.engines.embedded.snapshot.strings import pack_sorted
from searchidx.search.analysis import folded_term
from searchidx.search.engine import Match
from searchidx.search.spelling import one_edit, pattern_expression

_kernels: Any
kernels_compiled: Any
try:
    from searchidx.engines.embedded.kernels import _kernels
    from searchidx.engines.embedded.kernels import compiled as kernels_compiled
except ImportError:
    _kernels = kernels_compiled = None

compiled = pytest.mark.skipif(kernels_compiled is None, reason="the compiled kernels were not built")

#: Below 64 documents most of what is done word by word has its edges; large ones are sorted in other ways.
SIZES = (1, 63, 64, 65, 200, 5_000, 40_000)


def rising(rng, size, most=None):
    count = rng.integers(0, min(size, most or size) + 1)
    return np.sort(rng.choice(size, count, replace=False)).astype(np.int32)


def a_list(rng, documents, norms):
    kind = rng.choice(["u2", "u4"])
    codes = rng.integers(0, len(norms), len(documents)).astype(kind)
    return kernels.Postings(documents, codes, norms, float(rng.choice([0.75, 1.0, rng.uniform(0.01, 9)])))


class Material:
    """Random arrays of the shapes that segments have."""

    def __init__(self, seed):
        rng = self.rng = np.random.default_rng(seed)
        self.size = int(rng.choice(SIZES))
        self.norms = rng.uniform(1e-3, 1, int(rng.integers(1, 300)))
        self.documents = rising(rng, self.size)
        few = [rising(rng, self.size, rng.choice([3, 40, self.size])) for _ in range(rng.integers(0, 5))]
        self.lists = [a_list(rng, documents, self.norms) for documents in [*few, self.documents]]
        ends = np.sort(rng.integers(0, len(self.documents) + 1, 6)).tolist()
        self.places = list(pairwise([0, *ends]))
        rng.shuffle(few)
        self.arrays = [*few, self.documents]
        self.groups = rng.integers(0, 50, self.size).astype(rng.choice(["u2", "u4"]))
        counts = rng.choice([0, 0, 1, 5], self.size)
        self.counts = counts.astype(rng.choice(["u2", "i4"]))
        self.value_count = int(rng.integers(1, 100))
        self.values = rng.integers(0, self.value_count, int(counts.sum())).astype(rng.choice(["u2", "i4"]))
        self.flags = rng.random(self.size) < rng.choice([0.1, 0.9])


def columns(m):
    """A table in which each value has its documents, rising."""
    lists = [rising(m.rng, m.size, 20) for _ in range(30)]
    return offsets_of(np.array([len(of) for of in lists])), np.concatenate(lists)


def bits(answer):
    """An answer as what can be compared bit by bit."""
    if isinstance(answer, tuple):
        return tuple(map(bits, answer))
    return answer.tobytes() if answer.dtype == np.float64 else answer.tolist()


#: What is asked of each implementation; `k` is its module.
QUESTIONS = {
    "contains": lambda k, m: k.contains(m.arrays[0], m.documents, m.size),
    "contains_each": lambda k, m: k.contains_each(m.documents, m.places, m.arrays[0], m.size),
    "count_each": lambda k, m: k.count_each([(m.documents, m.places), (m.documents, [])], m.arrays[0], m.size),
    "intersection": lambda k, m: k.intersection(m.arrays[0], m.documents, m.size),
    "keep": lambda k, m: k.keep(m.documents, m.flags),
    "keep_groups": lambda k, m: k.keep_groups(m.documents, m.groups, m.flags[:50].repeat(50)),
    "union": lambda k, m: k.union(m.arrays, m.size),
    "union_scored": lambda k, m: k.union_scored(m.lists, m.size),
    "score": lambda k, m: k.score(m.arrays[0], m.lists, m.size),
    "score its own": lambda k, m: k.score(m.documents, m.lists, m.size),
    "count_groups": lambda k, m: k.count_groups(m.documents, m.groups, 50),
    "top": lambda k, m: k.top(np.round(m.norms, 1), 10),
    "top of all": lambda k, m: k.top(m.norms, 1000),
    "top of none": lambda k, m: k.top(m.norms, 0),
}


def test_sums_that_were_broken_off_are_not_counted_on():
    documents, codes, norms = np.array([1, 3, 8], np.int32), np.zeros(3, np.uint16), np.array([0.5])
    whole = kernels.Postings(documents, codes, norms, 2.0)
    broken = kernels.Postings(documents, codes + 1, norms, 2.0)
    everywhere = np.arange(10, dtype=np.int32)
    for _ in range(2):
        with pytest.raises(IndexError):
            kernels_numpy.score(everywhere, [whole, broken], 10)
        scores = kernels_numpy.score(everywhere, [whole, whole], 10)
        assert scores.tolist() == [0, 2, 0, 2, 0, 0, 0, 0, 2, 0]


@compiled
@pytest.mark.parametrize("name", QUESTIONS)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_compiled_answer_is_the_portable_one(name, seed):
    ask = QUESTIONS[name]
    assert bits(ask(kernels_compiled, Material(seed))) == bits(ask(kernels_numpy, Material(seed)))


@compiled
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_counting_is_the_same(seed):
    m = Material(seed)
    if len(m.documents):
        assert kernels_compiled.span(m.documents, m.groups) == kernels_numpy.span(m.documents, m.groups)
    offsets, documents = columns(m)
    numbers = np.flatnonzero(m.rng.random(30) < 0.3).astype(np.int32)
    found, expected = (k.union_of(offsets, documents, numbers, m.size) for k in (kernels_compiled, kernels_numpy))
    assert bits(found) == bits(expected)


def a_column(m, documents, shared, value_count):
    """A column of which some documents are given, and what it counts by the numbers of all views' values."""
    own = value_count if shared is None else len(shared)
    has = m.rng.random((m.size, own)) < m.rng.choice([0.01, 0.2]) * (m.rng.random(own) < 0.8)
    offsets = offsets_of(has.sum(axis=1)).astype(m.rng.choice(["u4", "i8"]))
    counts = np.zeros(value_count, int)
    counts[slice(own) if shared is None else shared] = has[documents].sum(axis=0)
    values = np.nonzero(has)[1].astype(m.rng.choice(["u2", "i4"]))
    return (documents, offsets, values, has.sum(axis=0).astype(np.int32), shared), counts


@pytest.mark.parametrize("k", [pytest.param(kernels_compiled, marks=compiled), kernels_numpy])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), views=st.integers(1, 3), most=st.sampled_from([0, 3, 10, 100]), some=st.booleans())
def test_values_are_counted_as_one_by_one(k, seed, views, most, some):
    columns, counts = [], np.zeros(25, int)
    for at in range(views):
        m = Material(seed + at)
        everything = np.arange(m.size, dtype=np.int32)
        documents = (m.documents, everything, m.documents[:0])[m.rng.integers(3)]
        column, of_view = a_column(m, documents, rising(m.rng, 25) if views > 1 else None, 25)
        columns.append(column)
        counts += of_view
    wanted = m.rng.random(11) < 0.5 if some else None
    facets = [(2, 3, most, None), (5, 17, most, wanted), (17, 25, most, None)]
    found = k.commonest_values(columns, 25, facets)
    for (none, end, _, among), of_facet in zip(facets, found, strict=True):
        having = {v: n for v, n in enumerate(counts[none + 1 : end].tolist()) if n and (among is None or among[v])}
        falling = sorted(having.items(), key=lambda pair: (-pair[1], pair[0]))
        assert of_facet == (falling[:most], len(falling), counts[none])


@compiled
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32), count=st.integers(0, 12), dead=st.booleans(), common_weight=st.sampled_from([0.0, 0.2])
)
def test_the_most_related_are_among_the_likely_ones(seed, count, dead, common_weight):
    words = NumberedLists(seed)
    m = words.material
    falling = sorted(words.ranking, key=lambda of: -of[2])
    cut = int(m.rng.integers(0, len(falling) + 1))
    days = np.sort(m.rng.choice(4000, 50, replace=False)).astype(np.int32)
    by_length, by_days = 1 / np.arange(1, 91) ** 0.3, 1 + 2 ** -(np.arange(8192) / 30)
    own, living = int(m.rng.integers(-1, m.size)), m.flags if dead else None
    common = [(m.arrays[0], m.counts, common_weight)]

    def likely(k, least=0.0):
        options = {"tables": (by_length, by_days), "day": 2000, "living": living, "own": own, "wanted": (count, least)}
        columns = words.lengths, days, m.groups, words.code_lengths
        options["numbered"] = k.Lists(**words.arguments)
        return k.likely_related(falling[:cut], falling[cut:], common, columns, **options)

    everything = np.array([d for d in range(m.size) if d != own and (living is None or living[d])], np.int32)
    sizes = np.maximum(m.counts[everything].astype(np.int64), 1)
    shared = kernels_numpy.contains(m.arrays[0], everything, m.size) * common_weight / np.sqrt(sizes)
    numbered = kernels_numpy.Lists(**words.arguments)
    told = kernels_numpy.score(everything, words.ranking, m.size, numbered) * by_length[words.lengths[everything]]
    scores = (told + shared) * by_days[abs(days[m.groups[everything]] - 2000)]
    best = kernels.top(scores, count)
    for least in (0.0, *scores[best[len(best) // 2 :][:1]].tolist()):
        expected = best[(scores[best] > 0) & (scores[best] >= least)]
        for k in (kernels_compiled, kernels_numpy):
            found = likely(k, least)
            assert found.tolist() == sorted(set(found.tolist()))
            assert set(everything[expected].tolist()) <= set(found.tolist()) <= set(everything.tolist())
    assert bits(kernels_compiled.union_scored(m.lists, m.size)) == bits(kernels_numpy.union_scored(m.lists, m.size))


class NumberedLists:
    """The arguments of `Lists` for some words, each with a stem's list and one for its exact form, and what to ask it."""

    def __init__(self, seed):
        self.material = m = Material(seed)
        rng, size = m.rng, m.size
        norms = np.sort(m.norms)
        # A code tells the length of its document, too.
        kinds = min(4, len(norms))
        lengths = np.array([1, 7, 40, 89], np.int32)
        self.lengths, self.code_lengths = (lengths[np.arange(count) % kinds] for count in (size, len(norms)))
        documents, codes = [], []
        for _ in range(6):
            of_stem = rising(rng, size, rng.choice([3, 40, size]))
            stem_codes = kinds * rng.integers(0, len(norms) // kinds, len(of_stem)) + of_stem % kinds
            stands = rng.random(len(of_stem)) < rng.choice([0.0, 0.2, 1.0])
            documents += [of_stem, of_stem[stands]]
            # The norms rise: an exact form stands no more often than its stem.
            codes += [stem_codes, kinds * rng.integers(0, stem_codes[stands] // kinds + 1) + of_stem[stands] % kinds]
        stems, exact = ([f"{form}{n}" for n in range(6)] for form in ("stem", "exact"))
        # A stem's number is that of its list, so that the lists of stems come first.
        order = [*range(0, 12, 2), *range(1, 12, 2)]
        living = rng.random(size) < rng.choice([0.5, 1.0])
        days = np.sort(rng.choice(50, size)).astype(rng.choice(["u2", "u4"]))
        self.arguments = {
            "lists": offsets_of(np.array([len(documents[n]) for n in order])),
            "documents": np.concatenate([documents[n] for n in order]),
            "codes": np.concatenate([codes[n] for n in order]).astype(rng.choice(["u2", "u4"])),
            "norms": norms,
            "stems": texts_of(stems),
            "exact": texts_of(exact),
            "exact_lists": np.arange(6, 12, dtype=np.int32),
            "ids": texts_of(sorted(f"é{n:05d}" for n in range(size)))[1:],
            "day_of": days,
            "dates": [datetime.date.fromordinal(n + 1) for n in range(50)],
            "living": None if living.all() else living,
            "deleted": np.flatnonzero(~living).astype(np.int32),
            "row": Match,
        }
        chosen = rng.choice(6, rng.integers(1, 5)).tolist()
        self.ranking = [(n, rng.choice([-1, n + 6]), rng.uniform(0.1, 9), rng.uniform(0.1, 9)) for n in chosen]
        self.ranking = [(stem, int(exact), float(one), float(other)) for stem, exact, one, other in self.ranking]
        self.allowed = (
            rng.random(50) < 0.3 if rng.random() < 0.3 else None,
            rising(rng, size) if rng.random() < 0.3 else None,
        )
        self.flags = rng.random(6) < 0.5
        self.most = int(rng.choice([0, 1, 10, 10, size]))
        self.found, self.others = rising(rng, size), m.lists


def texts_of(texts):
    arrays = pack_sorted("t", [text.encode() for text in texts])
    return arrays["t.prefixes"], arrays["t.offsets"], arrays["t.bytes"]


@compiled
@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_best_of_numbered_lists_are_the_same(seed):
    m = NumberedLists(seed)
    one, other = (k.Lists(**m.arguments) for k in (kernels_compiled, kernels_numpy))
    for stem, exact in (("stem3", "exact3"), ("stem0", "exact9"), ("stem9", "exact0"), ("\ud800", "é")):
        assert one.find(stem, exact) == other.find(stem, exact)
    for matching, ranking in (
        (kernels.ANY, m.ranking),
        (kernels.EVERY, m.ranking),
        (kernels.ANY, [*m.ranking, *m.others]),
        (m.found, m.ranking),
        (m.found, [m.others[0], *m.ranking]),
        (m.found, []),
        (kernels.ANY, []),
        (kernels.EVERY, []),
    ):
        question = matching, ranking, m.allowed
        total, rows = one.best(*question, (m.most, 0.0))
        assert (total, rows) == other.best(*question, (m.most, 0.0))
        assert len(rows) == min(total, m.most)
        least = rows[len(rows) // 2].score if rows else 1.0
        for numbered in (one, other):
            assert numbered.best(*question, (m.most, least)) == (total, [row for row in rows if row.score >= least])
    numbers = np.flatnonzero(m.flags).astype(np.int32)
    assert kernels_compiled.commonest([(one, numbers, None)], 6, m.most) == kernels_numpy.commonest(
        [(other, numbers, None)], 6, m.most
    )
    for least in (0.0, 1.5, 1.6):
        wanted = m.most, least
        assert one.any_of(numbers, 1.5, m.allowed, wanted) == other.any_of(numbers, 1.5, m.allowed, wanted)
        for word in (m.ranking[:1], []):
            misspelt = numbers, word, 1.25, m.allowed, wanted
            assert one.fuzzy(*misspelt) == other.fuzzy(*misspelt)
    assert bits(kernels_compiled.score(m.found, m.ranking, len(m.arguments["day_of"]), one)) == bits(
        kernels_numpy.score(m.found, m.ranking, len(m.arguments["day_of"]), other)
    )


def positions_of(m):
    """The positions of numbered stems: each stands at least once in each document of its list.

    Behind each document is a gap, as there is in segments, so that no phrase reaches into the next.
    """
    rng, lists, size = m.material.rng, m.arguments["lists"], m.material.size
    lengths = rng.integers(1, 6, size)
    bases = np.append(0, np.cumsum(lengths + 4))
    of = np.arange(size).repeat(lengths)
    everywhere = np.arange(len(of)) + 4 * of
    found = []
    for stem in range(6):
        documents = m.arguments["documents"][lists[stem] : lists[stem + 1]]
        once = bases[documents] + rng.integers(0, lengths[documents])
        again = everywhere[np.isin(of, documents) & (rng.random(len(of)) < rng.choice([0.1, 0.9]))]
        found.append(np.union1d(once, again))
    kind = rng.choice(["u4", "i8"])
    offsets = offsets_of(np.array(list(map(len, found)))).astype(rng.choice(["u4", "i8"]))
    return offsets, np.concatenate(found).astype(kind), bases.astype(kind)


@compiled
@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_phrases_are_the_same(seed):
    m = NumberedLists(seed)
    one, other = (k.Lists(**m.arguments) for k in (kernels_compiled, kernels_numpy))
    positions, stems = positions_of(m), m.material.rng.choice(6, m.material.rng.integers(1, 5)).tolist()
    found = kernels_numpy.phrase_documents(other, positions, stems)
    assert bits(kernels_compiled.phrase_documents(one, positions, stems)) == bits(found)
    for ranking in (m.ranking, [*m.ranking, *m.others], [(stem, stem + 6, 1.5, 0.75) for stem in stems], []):
        question = positions, stems, ranking, m.allowed
        total, rows = one.phrase(*question, (m.most, 0.0))
        assert (total, rows) == other.phrase(*question, (m.most, 0.0))
        assert (total, rows) == one.best(found, ranking, m.allowed, (m.most, 0.0))


@compiled
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), views=st.integers(2, 4))
def test_the_commonest_terms_of_several_views_are_the_same(seed, views):
    of_views = [NumberedLists(seed + at) for at in range(views)]
    shared = [np.sort(m.material.rng.choice(9, 6, replace=False)).astype(np.int32) for m in of_views]
    numbers = [np.flatnonzero(m.flags).astype(np.int32) for m in of_views]
    found = []
    for k in (kernels_compiled, kernels_numpy):
        lists = [k.Lists(**m.arguments) for m in of_views]
        found.append(k.commonest(list(zip(lists, numbers, shared, strict=True)), 9, of_views[0].most))
    assert found[0] == found[1]
    assert found[0] == sorted(found[0], key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize("k", [pytest.param(kernels_compiled, marks=compiled), texts_numpy])
@given(first=st.integers(0, 20), length=st.integers(0, 20), others=st.lists(st.integers(0, 50)))
def test_a_range_and_others_are_put_in_order(k, first, length, others):
    found = k.with_range(range(first, first + length), np.array(others, np.int32))
    assert found.dtype == np.int32
    assert found.tolist() == sorted({*range(first, first + length), *others})


WORD = st.text(alphabet="abcab1é東", min_size=1, max_size=11)


@pytest.mark.parametrize("k", [pytest.param(kernels_compiled, marks=compiled), texts_numpy])
@given(of_views=st.lists(st.sets(WORD, max_size=40), max_size=4))
def test_texts_of_several_views_get_one_number_each(k, of_views):
    everything = sorted(set().union(*of_views))
    numbers, count = k.merge_texts([texts_of(sorted(texts)) for texts in of_views])
    assert count == len(everything)
    assert [of.dtype for of in numbers] == [np.int32] * len(of_views)
    assert [[everything[n] for n in of] for of in numbers] == [sorted(texts) for texts in of_views]


def test_a_word_of_fewer_bytes_than_its_folded_form_has_letters_is_not_read_beyond():
    arrays = pack_sorted("t", ["ﷺ".encode()])
    sought = "abcdefghijklmnopqr"
    assert len(folded_term("ﷺ")) == len(sought)
    starts = np.array([0] * (len(sought) + 1) + [1] * (256 - len(sought)))
    by_length = starts, np.array([0], np.int32), signatures([sought])
    for k in (kernels, texts_numpy):
        sure, unsure = k.one_edit_away((arrays["t.offsets"], arrays["t.bytes"]), by_length, sought)
        assert (sure.tolist(), unsure.tolist()) == ([], [0])


@compiled
@given(words=st.sets(st.text(alphabet="ab\0é", max_size=11), max_size=300), others=st.lists(WORD, max_size=5))
def test_each_of_many_words_that_begin_alike_is_found(words, others):
    texts = sorted(words, key=str.encode)
    count = len(texts)
    arguments = NumberedLists(1).arguments | {
        "lists": np.arange(2 * count + 1, dtype=np.uint32),
        "documents": np.zeros(2 * count, np.int32),
        "codes": np.zeros(2 * count, np.uint16),
        "stems": texts_of(texts),
        "exact": texts_of(texts),
        "exact_lists": np.arange(count, 2 * count, dtype=np.int32),
        "living": None,
        "deleted": np.empty(0, np.int32),
    }
    lists = kernels_compiled.Lists(**arguments)
    for text in {*texts, *others}:
        number = texts.index(text) if text in words else -1
        expected = (number, count + number, 1, 1) if number >= 0 else (-1, -1, 0, 0)
        assert lists.find(text, text) == expected


@compiled
@given(words=st.sets(WORD, max_size=60), word=WORD, pattern=st.text(alphabet="abc*?é[", max_size=8))
def test_words_are_found_alike(words, word, pattern):
    texts = sorted(words)
    arrays = pack_sorted("t", [text.encode() for text in texts])
    offsets, data, prefixes = arrays["t.offsets"], arrays["t.bytes"], arrays["t.prefixes"]
    for sought in (word, word[:-1], *texts):
        args = prefixes.data, offsets.data, data.data, sought.encode()
        place = kernels_compiled.place_of(*args)
        assert place == texts_numpy.place_of(*args)
        assert place == texts.index(sought) if sought in words else -1 - place == sum(t < sought for t in texts)
    folded = list(map(folded_term, texts))
    matches = pattern_expression(pattern).match
    near = {n for n, text in enumerate(folded) if one_edit(folded_term(word), text) and not any(map(str.isdigit, text))}
    like = {n for n, text in enumerate(folded) if matches(text)}
    places = range(len(texts))
    for k in (kernels_compiled, texts_numpy):
        sure, unsure = k.matching((offsets, data), signatures(folded), places, folded_term(pattern))
        assert set(sure.tolist()) | {n for n in unsure.tolist() if matches(folded[n])} == like
        lengths = fuzzy_lengths(folded)
        order = np.argsort(lengths, kind="stable").astype(np.int32)
        starts = np.searchsorted(lengths[order], np.arange(257)).astype(np.int64)
        by_length = starts, order, signatures(folded)[order]
        sure, unsure = k.one_edit_away((offsets, data), by_length, folded_term(word))
        assert sure.tolist() == sorted(sure.tolist())
        kept = {n for n in unsure.tolist() if one_edit(folded_term(word), folded[n])}
        assert set(sure.tolist()) | kept == near


@compiled
def test_what_does_not_fit_is_refused():
    documents, codes, norms = np.array([1, 9], np.int32), np.zeros(2, np.uint16), np.ones(1)
    lists = [kernels.Postings(documents, codes, norms, 1.0)]
    with pytest.raises(IndexError, match="outside of the 9 there are"):
        kernels_compiled.union_scored(lists, 9)
    with pytest.raises(ValueError, match="one code for each"):
        kernels_compiled.union_scored([kernels.Postings(documents, codes[:1], norms, 1.0)], 10)
    with pytest.raises(IndexError, match="no posting list 12"):
        kernels_compiled.Lists(**NumberedLists(0).arguments).best(
            kernels.ANY, [(12, -1, 1.0, 1.0)], (None, None), (10, 0.0)
        )
    column = documents, np.zeros(11, np.uint32), documents[:0], np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="other numbers than there are"):
        kernels_compiled.commonest_values([(*column, np.array([3], np.int32))], 3, [])
    for facets in ([(0, 4, 1, None)], [(2, 2, 1, None)], [(1, 3, 1, None), (0, 1, 1, None)]):
        with pytest.raises(IndexError, match="no facet can have the numbers"):
            kernels_compiled.commonest_values([(*column, np.array([2], np.int32))], 3, facets)
    with pytest.raises(ValueError, match="not said of each"):
        kernels_compiled.commonest_values([(*column, np.array([2], np.int32))], 3, [(0, 3, 1, np.ones(3, np.bool_))])
    with pytest.raises(ValueError, match="room for its numbers"):
        _kernels.merge_texts([texts_of(["a"])], [])
    with pytest.raises(TypeError, match="items of 8 bytes, where 4 are wanted"):
        kernels_compiled.union([documents.astype(np.int64), documents], 10)
    with pytest.raises(ValueError, match="room for 1 items"):
        _kernels.keep(documents, np.ones(10, np.bool_), documents[:1].copy())
    with pytest.raises(TypeError, match="takes 3 arguments"):
        _kernels.keep(documents)
    with pytest.raises(IndexError, match="no list from 5 to 11"):
        kernels_compiled.contains_each(documents, [(0, 0), (5, 11)], documents, 10)
    with pytest.raises(ValueError, match="no documents have no span"):
        kernels_compiled.span(documents[:0], codes)


@compiled
def test_documents_that_a_view_has_not_cannot_be_allowed():
    """They are not forgotten either, as those are that were: that would write beyond the memory for them."""
    arguments = NumberedLists(1).arguments
    assert len(arguments["day_of"]) > 64, "few are forgotten one by one, many all at once"
    lists = kernels_compiled.Lists(**arguments)
    for outside in (-(2**31), 2**31 - 1):
        with pytest.raises(IndexError, match="a document's number is outside"):
            lists.best(kernels.ANY, [], (None, np.array([outside], np.int32)), (10, 0.0))


@compiled
def test_what_would_be_looked_for_beyond_its_array_is_refused():
    m = NumberedLists(1)
    lists, positions = kernels_compiled.Lists(**m.arguments), positions_of(m)
    for length in (2, 4):
        with pytest.raises(TypeError, match="positions are"):
            kernels_compiled.phrase_documents(lists, (*positions, positions[2])[:length], [1])
    with pytest.raises(TypeError, match="numbered by Lists"):
        kernels_compiled.phrase_documents(None, positions, [1])
    column = m.found, np.zeros(m.material.size + 1, np.uint32), m.found[:0], np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="other numbers than there are"):
        kernels_compiled.commonest_values([(*column, np.array([-1], np.int32))], 3, [])
    offsets, documents = columns(m.material)
    for number in (-1, 30, 2**31 - 1):
        with pytest.raises(IndexError, match=f"no list {number}"):
            kernels_compiled.union_of(offsets, documents, np.array([3, number], np.int32), m.material.size)
    prefixes, starts, texts = texts_of(["a", "b", "c"])
    letters = np.zeros(3, np.uint32)
    by_length = np.full(257, 3), np.arange(3, dtype=np.int32), letters
    for fewer in ((starts[:3], texts), (starts, texts[:2])):
        for ask in (
            lambda of: kernels_compiled.place_of(prefixes.data, of[0].data, of[1].data, b"b"),
            lambda of: kernels_compiled.merge_texts([(prefixes, *of)]),
            lambda of: kernels_compiled.matching(of, letters, range(3), "*"),
            lambda of: kernels_compiled.one_edit_away(of, by_length, "ab"),
        ):
            with pytest.raises(IndexError, match="not so many texts"):
                ask(fewer)
    with pytest.raises(ValueError, match="signature for each"):
        kernels_compiled.matching((starts, texts), letters[:2], range(3), "*")
    with pytest.raises(ValueError, match="start for each length"):
        kernels_compiled.one_edit_away((starts, texts), (by_length[0] + 1, *by_length[1:]), "ab")


@compiled
@pytest.mark.parametrize(
    "name", ["lists", "documents", "codes", "stems", "exact", "exact_lists", "ids", "day_of", "living"]
)
def test_lists_are_of_arrays_of_one_view(name):
    arguments = NumberedLists(1).arguments
    arguments["living"] = np.ones(len(arguments["day_of"]), np.bool_)
    array = arguments[name]
    if name == "lists":
        others = [array[:0], np.append(array[:-1], array[-1] + 1)]
    elif isinstance(array, tuple):
        others = [(*array[:-2], array[-2][:-1], array[-1]), (*array[:-1], array[-1][:-1])]
    else:
        others = [array[:-1]]
    for other in others:
        with pytest.raises(ValueError, match="not of one view"):
            kernels_compiled.Lists(**arguments | {name: other})


@compiled
def test_an_exact_term_without_a_list_is_refused():
    arguments = NumberedLists(1).arguments
    lists = kernels_compiled.Lists(**arguments | {"exact_lists": arguments["exact_lists"] + 7})
    numbers = np.array([5], np.int32)
    for ask in (
        lambda: lists.any_of(numbers, 1.0, (None, None), (10, 0.0)),
        lambda: lists.fuzzy(numbers, [], 1.0, (None, None), (10, 0.0)),
        lambda: kernels_compiled.commonest([(lists, numbers, None)], 6, 10),
    ):
        with pytest.raises(IndexError, match="no posting list 18"):
            ask()


@compiled
@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
def test_each_list_gives_more_than_nothing(weight):
    m = NumberedLists(1)
    lists, allowed, wanted = kernels_compiled.Lists(**m.arguments), (None, None), (10, 0.0)
    words = [(0, -1, weight, 1.0), (0, 6, 1.0, weight), m.material.lists[-1]._replace(weight=weight)]
    for ask in (
        *(lambda of=word: lists.best(kernels.ANY, [of] * 3, allowed, wanted) for word in words),
        *(lambda of=word: kernels_compiled.union_scored([of] * 3, m.material.size, lists) for word in words),
        lambda: lists.fuzzy(np.arange(6, dtype=np.int32), [], weight, allowed, wanted),
    ):
        with pytest.raises(ValueError, match="weight is not above zero"):
            ask()
    assert lists.best(kernels.ANY, [(0, -1, 1.0, weight)], allowed, wanted)[0]


@compiled
def test_what_tells_how_related_stories_are_fits():
    m = NumberedLists(1)
    size = m.material.size
    days, tables = np.arange(50, dtype=np.int32), (np.ones(90), np.ones(100))
    columns = m.lengths, days, m.arguments["day_of"], m.code_lengths
    lists = kernels_compiled.Lists(**m.arguments)
    common = m.found[-1:], m.material.counts, 1.0
    options = {"numbered": lists, "tables": tables, "day": 20, "living": None, "own": 0, "wanted": (3, 0.0)}

    def likely(columns=columns, common=common, **other):
        return kernels_compiled.likely_related(m.ranking, [], [common], columns, **options | other)

    assert len(likely()) >= 1
    assert likely(day=-50).tolist() == likely(day=99).tolist()
    for error, message, other in (
        (ValueError, "farther apart", {"day": -51}),
        (ValueError, "farther apart", {"day": 100}),
        (ValueError, "farther apart", {"day": -(2**63)}),
        (ValueError, "of which the story may be one", {"own": size}),
        (ValueError, "of which the story may be one", {"own": 2**63 - 1}),
        (ValueError, "of which the story may be one", {"own": -2}),
        (ValueError, "a day and a flag for each", {"living": np.ones(size - 1, np.bool_)}),
        (ValueError, "a day and a flag for each", {"columns": (*columns[:2], columns[2][:-1], columns[3])}),
        (ValueError, "a size is negative", {"wanted": (-1, 0.0)}),
        (IndexError, "a document's number is outside", {"common": (m.found[-1:], m.material.counts[:1], 1.0)}),
        (TypeError, "what is in common is", {"common": common[:2]}),
        (TypeError, "the columns are", {"columns": columns[:3]}),
        (TypeError, "the tables are", {"tables": tables[:1]}),
    ):
        with pytest.raises(error, match=message):
            likely(**other)


def related_to_the_first(k, m, longest=89, **other):
    """Ask for the documents most related to the first of a view; the table of lengths goes up to the longest."""
    days, tables = np.arange(50, dtype=np.int32), (1 / np.arange(1.0, longest + 2), np.ones(100))
    columns = m.lengths, days, m.arguments["day_of"], m.code_lengths
    options = {"tables": tables, "day": 20, "living": None, "own": 0, "wanted": (len(m.lengths), 0.0)}
    numbered = k.Lists(**m.arguments)
    return k.likely_related(m.ranking, [], [], columns, numbered=numbered, **options | other)


@pytest.mark.parametrize(
    "k", [pytest.param(kernels_compiled, marks=compiled), kernels_numpy], ids=["compiled", "numpy"]
)
def test_a_document_that_is_longer_than_its_table_is_refused(k):
    m = NumberedLists(1)
    assert len(related_to_the_first(k, m)) > 1
    with pytest.raises(IndexError):
        related_to_the_first(k, m, longest=7)
    assert len(related_to_the_first(k, m)) > 1  # and leaves nothing behind


@compiled
@pytest.mark.parametrize("length", [90, 10**9, 2**31 - 1])
def test_codes_of_documents_that_are_gone_may_be_longer_than_all_there_are(length):
    m = NumberedLists(1)
    expected = related_to_the_first(kernels_compiled, m)
    m.arguments["norms"] = np.append(m.arguments["norms"], 0.5)
    m.code_lengths = np.append(m.code_lengths, np.int32(length))
    assert related_to_the_first(kernels_compiled, m).tolist() == expected.tolist()


@compiled
def test_terms_of_one_view_go_by_the_numbers_that_are_shared():
    m = NumberedLists(1)
    numbers, shared = np.arange(6, dtype=np.int32), np.array([0, 2, 3, 5, 7, 8], np.int32)
    one, other = (
        k.commonest([(k.Lists(**m.arguments), numbers, shared)], 9, 10) for k in (kernels_compiled, kernels_numpy)
    )
    assert one == other


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [("numpy", kernels_numpy), ("", kernels_compiled or kernels_numpy)],
    ids=["numpy", "neither"],
)
def test_the_environment_chooses(chosen, expected):
    program = f"from {kernels.__name__} import IMPLEMENTATION, span; print(IMPLEMENTATION, span.__module__)"
    environment = os.environ | {"SEARCHIDX_KERNELS": chosen}
    told = subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["numpy" if expected is kernels_numpy else "compiled", expected.__name__]
