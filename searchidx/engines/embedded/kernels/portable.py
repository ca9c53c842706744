"""The loops over arrays, with numpy: what each means, and how they are done where nothing is compiled.

Documents are numbers below `size`, int32, always rising; a posting list is a pair of documents and codes, and gives a
document `weight * norms[code]`, which is more than nothing. Whoever implements these functions otherwise must give the
same answers to the last bit: every sum is taken in the order of the lists, each product rounded before it is added (no
fused multiply-add).
"""

import datetime
from functools import reduce

import numpy as np

from searchidx.engines.embedded.kernels.arrays import (
    ANY,
    Allowed,
    Array,
    Column,
    FacetRange,
    Listed,
    ListPlaces,
    Mask,
    Matching,
    NDArray,
    Positions,
    Postings,
    Ranking,
    Scores,
    Texts,
    Wanted,
    Word,
)
from searchidx.engines.embedded.kernels.offsets import gather
from searchidx.engines.embedded.kernels.portable_texts import place_of
from searchidx.engines.embedded.kernels.shared import (
    bound,
    distinct,
    documents_at,
    in_both,
    nth,
    phrase,
    top,
    where,
)
from searchidx.search.engine import Match

#: The documents of a list so many times shorter are rather searched for than those in it.
_SHORTER = 4
#: Looking a document up in a list by halving costs about as much as so many steps along an array, a level.
_HALVING = 2
#: One of so many documents is sorted in the time in which all are looked through.
_SORTED = 8
#: One sum is cleared in the time in which so many are in a row.
_CLEARED = 8
#: What rounding may take from a bound, as a share.
_ROUNDING = 1e-9
#: Adding what lists give by way of all documents takes as long as looking half of their postings up.
_LOOKED_UP = 2
#: So many lists are rather laid one behind the other one by one than all at once.
_FEW_LISTS = 16
#: Among so many times as many of the largest bounds as are wanted there are as many large scores.
_SAMPLE = 4
#: So many documents of a word are rather all looked up in another list than those that may be among the best.
_LOOKED_AT = 512

#: Zeros that are lent for sums by document and come back as zeros: to make room for all anew takes longer than most sums.
_zeros: list[Scores] = []


class Lists:
    """The posting lists of a view, and what else is needed to rank its documents.

    Args:
        lists, documents, codes: list l has the postings lists[l]:lists[l + 1].
        norms: what each code adds to a score with weight 1.
        stems, exact: the words in order (see `place_of`); a stem's number is that of its list.
        exact_lists: the list of each exact term.
        ids: of the stories.
        day_of, dates: the place of each document's day in the distinct days.
        living: which documents live, None for all.
        deleted: the documents that do not, rising.
        row: what a hit is made as.
    """

    def __init__(
        self,
        *,
        lists: Array,
        documents: Array,
        codes: Array,
        norms: Scores,
        stems: tuple[Array, Array, Array],
        exact: tuple[Array, Array, Array],
        exact_lists: Array,
        ids: Texts,
        day_of: Array,
        dates: list[datetime.date],
        living: Mask | None,
        deleted: Array,
        row: type[Match],
    ) -> None:
        self._offsets = lists
        self._lists, self._documents, self._codes, self._norms = lists.data, documents, codes, norms
        self._stems = stems[0].data, stems[1].data, stems[2].data
        self._exact = exact[0].data, exact[1].data, exact[2].data
        self._exact_lists, self._ids = exact_lists, (ids[0].data, ids[1].data)
        self._day_of, self._dates, self._living, self._deleted = day_of, dates, living, deleted
        self._size, self._match = len(day_of), row

    def find(self, stem: str, exact: str) -> tuple[int, int, int, int]:
        """Return the lists of a word's stem and of its exact form, -1 for none, and how many living documents each has."""
        of_stem = place_of(*self._stems, stem.encode("utf-8", "surrogatepass"))
        if of_stem < 0:
            return -1, -1, 0, 0
        place = place_of(*self._exact, exact.encode("utf-8", "surrogatepass"))
        of_exact = int(self._exact_lists[place]) if place >= 0 else -1
        return of_stem, of_exact, self._living_in(of_stem), self._living_in(of_exact)

    def _living_in(self, number: int) -> int:
        if number < 0:
            return 0
        start, end = self._lists[number], self._lists[number + 1]
        if self._living is None:
            return int(end - start)
        return int(np.count_nonzero(self._living[self._documents[start:end]]))

    def best(self, matching: Matching, ranking: Ranking, allowed: Allowed, wanted: Wanted) -> tuple[int, list[Match]]:
        """Return how many living documents match, and the best of them by falling score, then by their numbers.

        Args:
            matching: what decides which documents match.
            ranking: what adds to scores.
            allowed: what is not filtered out.
            wanted: how many of the best are wanted.
        """
        words = self.words(ranking)
        if isinstance(matching, bool) and len(words) == 1:
            return self._of_word(*words[0], allowed, wanted)
        if isinstance(matching, bool) and matching == ANY:
            return self._of_any(words, allowed, wanted)
        documents = self._every(words) if isinstance(matching, bool) else matching
        mask = self._pass(documents, allowed)
        if mask is not None:
            documents = documents[mask]
        return self._top(documents, score(documents, _flat(words), self._size), wanted)

    def _of_word(
        self, stem: Postings, exact: Postings | None, allowed: Allowed, wanted: Wanted
    ) -> tuple[int, list[Match]]:
        documents, codes = stem.documents, stem.codes
        mask = self._pass(documents, allowed)
        if mask is not None:
            documents, codes = documents[mask], codes[mask]
        total, norms = len(documents), stem.norms[codes]
        most = wanted[0]
        if exact is not None and total > _LOOKED_AT and 0 < most < total:
            first = (norms >= bound(norms, most)).nonzero()[0]
            bar = nth(_of_both(stem, exact, documents[first], norms[first]), most)
            # The exact form stands no more often than the stem, so that its norm is no larger.
            likely = (norms * (stem.weight + exact.weight) >= bar * (1.0 - _ROUNDING)).nonzero()[0]
            documents, norms = documents[likely], norms[likely]
        return self._top(documents, _of_both(stem, exact, documents, norms), wanted, total)

    def _of_any(self, words: list[Listed], allowed: Allowed, wanted: Wanted) -> tuple[int, list[Match]]:
        sums = _borrow(self._size)
        touched = _add(words, sums)
        mask = self._pass(touched, allowed)
        documents = touched if mask is None else touched[mask]
        scores = sums[documents]
        _give_back(sums, touched)
        return self._top(documents, scores, wanted)

    def _every(self, words: list[Listed]) -> Array:
        found, *rest = sorted([stem.documents for stem, _ in words], key=len) or [np.empty(0, np.int32)]
        for documents in rest:
            found = intersection(found, documents, self._size)
        return found

    def any_of(self, numbers: Array, constant: float, allowed: Allowed, wanted: Wanted) -> tuple[int, list[Match]]:
        """Answer as `best` does for the documents that have any of some exact terms, all of which have the same score."""
        documents = union_of(self._offsets, self._documents, self._exact_lists[numbers], self._size)
        mask = self._pass(documents, allowed)
        documents = documents if mask is None else documents[mask]
        most, least = wanted
        best = documents[: most if constant >= least else 0]
        return len(documents), self._rows(best, [constant] * len(best))

    def phrase(
        self, positions: Positions, stems: list[int], ranking: Ranking, allowed: Allowed, wanted: Wanted
    ) -> tuple[int, list[Match]]:
        """Answer as `best` does for the documents in which stems stand one behind the other."""
        return self.best(phrase_documents(self, positions, stems), ranking, allowed, wanted)

    def fuzzy(
        self, numbers: Array, word: Ranking, ceiling: float, allowed: Allowed, wanted: Wanted
    ) -> tuple[int, list[Match]]:
        """Answer as `best` does for the documents that have a word or a neighbour of it.

        Args:
            numbers: the exact terms that are its neighbours.
            word: itself, if it is there.
            ceiling: what it gives in any form, beside what it adds; a neighbour gives its norm times that, and the one
                that gives most counts.
            allowed: what is not filtered out.
            wanted: how many of the best are wanted.
        """
        near = [self._numbered(number, ceiling) for number in self._exact_lists[numbers].tolist()]
        lists = _flat(self.words(word))
        having = [of.documents for of in (*near, *lists)]
        documents = union(having, self._size)
        by_document = _borrow(self._size)
        if near:
            codes = np.concatenate([of.codes for of in near])
            of_near = np.concatenate(having[: len(near)]).astype(np.intp)
            np.maximum.at(by_document, of_near, ceiling * self._norms[codes])
        if lists:
            by_document[lists[0].documents] = ceiling
        for of in lists:
            by_document[of.documents] += of.weight * of.norms[of.codes]
        scores = by_document[documents]
        _give_back(by_document, documents)
        mask = self._pass(documents, allowed)
        if mask is not None:
            documents, scores = documents[mask], scores[mask]
        return self._top(documents, scores, wanted)

    def living_counts(self, numbers: Array) -> NDArray[np.int64]:
        """Return how many living documents have each of some exact terms."""
        lists = self._exact_lists[numbers]
        if self._living is None:
            counts: NDArray[np.int64] = self._offsets[lists + 1].astype(np.int64) - self._offsets[lists]
            return counts
        return np.array([self._living_in(number) for number in lists.tolist()], np.int64)

    def _pass(self, documents: Array, allowed: Allowed) -> Mask | None:
        """Return which of some documents live and are allowed, None for all."""
        days, among = allowed
        masks: list[Mask] = []
        if self._living is not None:
            masks.append(self._living[documents])
        if days is not None:
            masks.append(days[self._day_of[documents]])
        if among is not None:
            masks.append(contains(among, documents, self._size))
        return reduce(np.logical_and, masks) if masks else None

    def _top(
        self, documents: Array, scores: Scores, wanted: Wanted, total: int | None = None
    ) -> tuple[int, list[Match]]:
        """Return how many there are in all, and the best of some documents, in whatever order these are."""
        most, least = wanted
        total = len(documents) if total is None else total
        if 0 < most < len(scores):
            least = max(least, bound(scores, most))
        if least > 0.0:
            likely = (scores >= least).nonzero()[0]
            documents, scores = documents[likely], scores[likely]
        order = np.lexsort((documents, -scores))[:most]
        return total, self._rows(documents[order], scores[order].tolist())

    def _rows(self, documents: Array, scores: list[float]) -> list[Match]:
        offsets, data = self._ids
        return [
            self._match(str(data[offsets[d] : offsets[d + 1]], "utf-8"), score, self._dates[self._day_of.data[d]])
            for d, score in zip(documents.tolist(), scores, strict=True)
        ]

    def words(self, ranking: Ranking) -> list[Listed]:
        """Return what adds to scores as posting lists."""
        return [(of, None) if isinstance(of, Postings) else self._word(of) for of in ranking]

    def _word(self, word: Word) -> Listed:
        number, exact_number, of_stem, of_exact = word
        stem = self._numbered(number, of_stem)
        if exact_number < 0:
            return stem, None
        exact = self._numbered(exact_number, of_exact)
        if len(exact.documents) == len(stem.documents):
            # Its documents are those of the stem: as one array they are looked up once.
            exact = exact._replace(documents=stem.documents)
        return stem, exact

    def _numbered(self, number: int, weight: float) -> Postings:
        start, end = self._lists[number], self._lists[number + 1]
        return Postings(self._documents[start:end], self._codes[start:end], self._norms, weight)


def _flat(words: list[Listed]) -> list[Postings]:
    return [of for word in words for of in word if of is not None]


def _of_both(stem: Postings, exact: Postings | None, documents: Array, norms: Scores) -> Scores:
    """Return what a word adds to those of its documents, given the norms of the stem there."""
    scores = norms * stem.weight
    if exact is not None:
        _add_looked_up([exact], documents, scores)
    return scores


def _add_looked_up(lists: list[Postings], documents: Array, scores: Scores) -> None:
    """Add what lists give to the scores of those of some documents that they have."""
    places, here = documents, np.empty(0, np.bool_)
    searched: Array | None = None
    for of in lists:
        if of.documents is documents:
            scores += _adds(of)
        elif _SHORTER * len(of.documents) < len(documents):
            found = documents.searchsorted(of.documents)
            has = documents.take(found, mode="clip") == of.documents
            scores[found[has]] += _adds(of)[has]
        else:
            # A word's exact form may have the documents of its stem.
            if of.documents is not searched:
                searched = of.documents
                places = searched.searchsorted(documents)
                here = searched.take(places, mode="clip") == documents
            added = of.norms[of.codes.take(places, mode="clip")]
            added *= of.weight
            added *= here
            scores += added


def _adds(of: Postings) -> Scores:
    """Return what a list adds to each of its documents."""
    added = of.norms[of.codes]
    added *= of.weight
    return added


def contains(among: Array, documents: Array, size: int) -> Mask:
    """Return which documents are among others."""
    if not len(among) or not len(documents):
        return np.zeros(len(documents), np.bool_)
    if _HALVING * len(documents) * len(among).bit_length() < size // 8 + len(among) + len(documents):
        places = among.searchsorted(documents)
        places[places == len(among)] = 0
        mask: Mask = among[places] == documents
        return mask
    present = np.zeros(size, np.bool_)
    present[among] = True
    return present[documents]


def contains_each(among: Array, places: list[tuple[int, int]], documents: Array, size: int) -> Mask:
    """Return for each list, from one place to another among all, which documents are in it: a row each."""
    mask = np.empty((len(places), len(documents)), np.bool_)
    for row, (start, end) in enumerate(places):
        mask[row] = contains(among[start:end], documents, size)
    return mask


def count_each(groups: list[ListPlaces], documents: Array, size: int) -> Scores:
    """Return for each group of lists in how many of them each document is: a row each."""
    counts = [contains_each(among, places, documents, size).sum(0) for among, places in groups]
    return np.array(counts, np.float64).reshape(len(groups), len(documents))


def intersection(one: Array, other: Array, size: int) -> Array:
    """Return the documents that are in both lists."""
    return in_both(one, other)


def keep(documents: Array, flags: Mask) -> Array:
    """Return the documents whose flag is set."""
    return documents[flags[documents]]


def keep_groups(documents: Array, group_of: Array, flags: Mask) -> Array:
    """Return the documents whose group's flag is set."""
    return documents[flags[group_of[documents]]]


def union(lists: list[Array], size: int) -> Array:
    """Return the documents that are in any of the lists."""
    lists = [documents for documents in lists if len(documents)]
    if len(lists) < 2:
        return lists[0] if lists else np.empty(0, np.int32)
    return _in_order(np.concatenate(lists), size)


def _in_order(documents: Array, size: int) -> Array:
    """Return documents rising, each once."""
    if len(documents) < size // _SORTED:
        return distinct(np.sort(documents.astype(np.int32)))
    present = np.zeros(size, np.bool_)
    present[documents] = True
    return where(present)


def union_of(offsets: Array, documents: Array, numbers: Array, size: int) -> Array:
    """Return the documents that are in any of the lists of these numbers."""
    if len(numbers) < _FEW_LISTS:
        places = zip(offsets[numbers].tolist(), offsets[numbers + 1].tolist(), strict=True)
        return union([documents[start:end] for start, end in places], size)
    return _in_order(gather(offsets, documents, numbers)[0], size)


def union_scored(ranking: Ranking, size: int, numbered: Lists | None = None) -> tuple[Array, Scores]:
    """Return the documents that are in any of the lists, and the sum of what the lists add to each."""
    words = _words(ranking, numbered)
    sums = _borrow(size)
    touched = _add(words, sums)
    documents = _in_order(touched, size)
    scores = sums[documents]
    _give_back(sums, touched)
    return documents, scores


def score(documents: Array, ranking: Ranking, size: int, numbered: Lists | None = None) -> Scores:
    """Return the sum of what the lists add to each of the documents; words are `numbered` by those lists."""
    words = _words(ranking, numbered)
    lists = _flat(words)
    looked_up = sum([min(len(of.documents), len(documents)) for of in lists if of.documents is not documents])
    if sum([len(of.documents) for of in lists]) < _LOOKED_UP * looked_up:
        sums = _borrow(size)
        touched = _add(words, sums)
        scores: Scores = sums[documents]
        _give_back(sums, touched)
        return scores
    scores = np.zeros(len(documents), np.float64)
    _add_looked_up(lists, documents, scores)
    return scores


def _words(ranking: Ranking, numbered: Lists | None) -> list[Listed]:
    return [(of, None) for of in ranking if isinstance(of, Postings)] if numbered is None else numbered.words(ranking)


def _add(words: list[Listed], sums: Scores) -> Array:
    """Add what lists give to the sums of all documents, which are zero; return the documents, each once, in no order."""
    touched: list[Array] = []
    for stem, exact in words:
        # As indices they are read three times, and would be made from shorter numbers each time.
        places = stem.documents.astype(np.intp)
        if touched:
            here = sums[places]
            # Each list gives more than nothing.
            touched.append(places[here == 0.0])
            here += _adds(stem)
        else:
            here = _adds(stem)
            touched.append(places)
        if exact is not None and exact.documents is stem.documents:
            here += _adds(exact)
        sums[places] = here
        if exact is not None and exact.documents is not stem.documents:
            sums[exact.documents.astype(np.intp)] += _adds(exact)
    return np.concatenate(touched) if touched else np.empty(0, np.intp)


def _borrow(size: int) -> Scores:
    """Return zeros for at least so many documents, which are nobody else's until they are given back."""
    try:
        zeros = _zeros.pop()
    except IndexError:
        return np.zeros(size, np.float64)
    return zeros if len(zeros) >= size else np.zeros(size, np.float64)


def _give_back(sums: Scores, *touched: Array) -> None:
    """Let zeros be lent again, after those of the touched documents are zero again.

    Whoever is interrupted gives none back: they are not zeros then.
    """
    if sum(map(len, touched)) > len(sums) // _CLEARED:
        sums.fill(0.0)
    else:
        for documents in touched:
            sums[documents] = 0.0
    _zeros.append(sums)


def phrase_documents(numbered: Lists, positions: Positions, stems: list[int]) -> Array:
    """Return the documents in which stems stand one behind the other; stems are `numbered` by those lists.

    Args:
        numbered: the posting lists, which have the documents of the positions.
        positions: of the same view.
        stems: a stem may come twice.
    """
    offsets, of_stems, bases = positions
    starts = phrase([of_stems[offsets[stem] : offsets[stem + 1]] for stem in stems])
    return distinct(documents_at(starts, bases))


def span(documents: Array, group_of: Array) -> tuple[int, int]:
    """Return the least and the largest of the documents' groups; there is a document."""
    groups = group_of[documents]
    return int(groups.min()), int(groups.max())


def count_groups(documents: Array, group_of: Array, group_count: int) -> Array:
    """Return how many of the documents are in each group."""
    return np.bincount(group_of[documents], minlength=group_count)


def commonest_values(
    columns: list[Column], value_count: int, facets: list[FacetRange]
) -> list[tuple[list[tuple[int, int]], int, int]]:
    """Return for each facet its values that most documents have, with their counts, as they are numbered in the facet; how many
    values there are; and how many documents have none.

    Args:
        columns: of each view.
        value_count: how many numbers there are, of all values of all facets and of those that say none.
        facets: which are to be counted, rising; of equally common values the first come first.
    """
    counts = np.zeros(value_count, np.int64)
    for *column, shared in columns:
        counts[slice(None) if shared is None else shared] += _count_column(*column)
    found = []
    for none, end, most, wanted in facets:
        of_facet = counts[none + 1 : end] if wanted is None else counts[none + 1 : end] * wanted
        values = where(of_facet > 0)
        found.append((_largest(values, of_facet[values], most), len(values), int(counts[none])))
    return found


def _count_column(documents: Array, offsets: Array, values: Array, totals: Array) -> Array:
    """Return how many of the documents have each value."""
    size = len(offsets) - 1
    if 4 * len(documents) <= 3 * size:
        return np.bincount(gather(offsets, values, documents)[0], minlength=len(totals))
    # How many documents have a value is known: the few that are not given are taken from it.
    others = np.ones(size, np.bool_)
    others[documents] = False
    counts: Array = totals - np.bincount(gather(offsets, values, where(others))[0], minlength=len(totals))
    return counts


def commonest(terms: list[tuple[Lists, Array, Array | None]], term_count: int, most: int) -> list[tuple[int, int]]:
    """Return those exact terms that most living documents have, of equal ones the first, and how many have each.

    Those that no living document has are left out.

    Args:
        terms: for each view its lists, the numbers of some exact terms, each once, and by which number each of all its
            exact terms goes among those of all views, rising; None for its own.
        term_count: how many exact terms all views have.
        most: how many are wanted.
    """
    if len(terms) == 1 and terms[0][2] is None:
        lists, found, _ = terms[0]
        counts = lists.living_counts(found)
    else:
        of_all = np.zeros(term_count, np.int64)
        for lists, numbers, shared in terms:
            of_all[numbers if shared is None else shared[numbers]] += lists.living_counts(numbers)
        found = where(of_all > 0)
        counts = of_all[found]
    return [(number, count) for number, count in _largest(found, counts, most) if count]


def _largest(numbers: Array, counts: Array, most: int) -> list[tuple[int, int]]:
    """Return the numbers with the largest counts, of equal ones the first."""
    places = top(counts.astype(np.float64), most)
    return list(zip(numbers[places].tolist(), counts[places].tolist(), strict=True))


def likely_related(
    ranking: list[Word],
    rest: list[Word],
    common: list[tuple[Array, Array, float]],
    columns: tuple[Array, Array, Array, Array],
    *,
    numbered: Lists,
    tables: tuple[Scores, Scores],
    day: int,
    living: Mask | None,
    own: int,
    wanted: Wanted,
) -> Array:
    """Return documents among which are the most related to one, and perhaps others.

    A score is (what words add × by length + what is in common) × by days apart.

    Args:
        ranking: what adds most.
        rest: what else adds, with weights of no more than these together.
        common: documents that have something in common, how many values each of all documents has, and what it adds to
            have it in common, which is divided by the root of how many there are.
        columns: the length of each document, the days, the place in these of each document's day, and the length of
            what has each code.
        numbered: the lists that words are numbered by.
        tables: by length, and by days apart.
        day: the ordinal of its day.
        living: which documents live, None for all.
        own: the document itself.
        wanted: how many, and the least score that an answer may have.
    """
    lengths, days, day_of, _ = columns
    by_length, by_days = tables
    most, least = wanted
    size = len(lengths)
    # Lent, for it takes longer to make room for so many numbers than to work them out.
    lent = [_borrow(size) for _ in range(3)]
    words, shared, bounds = [zeros[:size] for zeros in lent]
    having_word = _add(numbered.words(ranking), words)
    for documents, counts, weight in common:
        if len(documents):
            places = documents.astype(np.intp)
            values = counts[places]
            by_values = weight / np.sqrt(np.maximum(np.arange(int(values.max()) + 1), 1))
            shared[places] += by_values[values]
    near = by_days[np.abs(days - day)]

    def other(documents: Array) -> Array:
        is_other = documents != own
        if living is not None:
            is_other &= living[documents]
        others: Array = documents[is_other]
        return others

    def scores(documents: Array, of_rest: float) -> Scores:
        found: Scores = (words[documents] + of_rest) * by_length[lengths[documents]]
        found += shared[documents]
        found *= near[day_of[documents]]
        return found

    # Lengths and days are looked up only of what might reach the best if its own were the most favourable.
    most_by_length = by_length.max(initial=0.0)
    np.multiply(words, most_by_length, out=bounds)
    bounds += shared
    # What has a word is an answer, and has so much at least.
    sample = _SAMPLE * most
    answers = other((bounds >= bound(bounds, sample)).nonzero()[0] if 0 < sample < size else having_word)
    answers = answers[words[answers] > 0.0]
    if len(answers) < most:
        answers = other(having_word)
    bar = max(least, nth(scores(answers, 0.0), most)) if 0 < most <= len(answers) else least
    bar *= 1.0 - _ROUNDING
    of_rest = sum([of_stem + of_exact for _, _, of_stem, of_exact in rest])
    bounds += of_rest * most_by_length
    bounds *= near.max(initial=0.0)
    likely = other((bounds >= bar).nonzero()[0])
    likely = likely[scores(likely, of_rest) >= bar]
    bounds.fill(0.0)
    for zeros, touched in zip(lent, ([having_word], [documents for documents, _, _ in common], []), strict=True):
        _give_back(zeros, *touched)
    return likely.astype(np.int32)
