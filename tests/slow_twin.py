"""A slow, obvious engine: it reads every story's text for every question. The fast ones must answer as it does."""

import fnmatch
import re
from itertools import compress, permutations

from searchidx.search import query as q
from searchidx.search.analysis import Analyzer, exact_terms, folded_term
from searchidx.search.engine import FacetCounts, Match, Matches, RelatedMatch, ValueCount
from searchidx.search.scoring import (
    EXACT_WEIGHT,
    HEADLINE_WEIGHT,
    OTHER_FORM_WEIGHT,
    RelatedParts,
    bm25,
    idf,
    in_common,
    nearness,
    related_score,
    words_in_common,
)
from searchidx.stories.folding import fold


class SlowTwin:
    """An `Engine` over documents in a dict by id, which may change between questions."""

    def __init__(self, documents, language="english"):
        self.by_id = dict(sorted(documents.items()))
        self.analyzer = Analyzer(language)
        self.fields = {
            id_: {"headline": exact_terms(d.story.headline), "body": exact_terms(d.story.body)}
            for id_, d in self.by_id.items()
        }
        lengths = [self.length(id_) for id_ in self.by_id]
        self.average_length = sum(lengths) / len(lengths) if sum(lengths) else 1.0
        self.document_freqs: dict[tuple[str, str], int] = {}
        for id_ in self.by_id:
            for key in {*(("exact", t) for t in self.terms(id_)), *(("stem", s) for s in self.stems(id_))}:
                self.document_freqs[key] = self.document_freqs.get(key, 0) + 1

    # texts

    def terms(self, id_, field=None):
        fields = self.fields[id_]
        return fields[field] if field else fields["headline"] + fields["body"]

    def stems(self, id_, field=None):
        return [self.analyzer.stem(term) for term in self.terms(id_, field)]

    def length(self, id_):
        return HEADLINE_WEIGHT * len(self.fields[id_]["headline"]) + len(self.fields[id_]["body"])

    def bm25(self, id_, form, term, weight=None):
        """What a term adds to a story's score, by its form ("stem" or "exact")."""
        of_field = self.stems if form == "stem" else self.terms
        frequency = HEADLINE_WEIGHT * of_field(id_, "headline").count(term) + of_field(id_, "body").count(term)
        if weight is None:
            weight = idf(self.document_freqs.get((form, term), 0), len(self.by_id))
        return bm25(frequency, self.length(id_), self.average_length, weight)

    def word_score(self, id_, term):
        stem = self.bm25(id_, "stem", self.analyzer.stem(term))
        return stem + EXACT_WEIGHT * self.bm25(id_, "exact", term)

    def other_form_score(self, id_, word, other):
        """What a story gets for another form of a word, if that stands in the field where the word is sought."""
        if not self.matches(q.Word(other, word.field), id_):
            return 0.0
        stems = (self.analyzer.stem(term) for term in (other, *exact_terms(word.text)))
        lesser = min(idf(self.document_freqs.get(("stem", stem), 0), len(self.by_id)) for stem in stems)
        return self.bm25(id_, "stem", self.analyzer.stem(other), OTHER_FORM_WEIGHT * lesser)

    # matching

    def matches(self, query, id_):
        match query:
            case q.Everything():
                return True
            case q.Word(text, field):
                terms = exact_terms(text)
                if len(terms) == 1:
                    return self.analyzer.stem(terms[0]) in self.stems(id_, field)
                return bool(terms) and self.has_phrase(id_, terms, None, field)
            case q.Phrase(words, slop, field):
                terms = [term for word in words for term in exact_terms(word)]
                return bool(terms) and self.has_phrase(id_, terms, slop, field)
            case q.Wildcard(pattern, field):
                return any(fnmatch.fnmatchcase(folded_term(t), folded_term(pattern)) for t in self.terms(id_, field))
            case q.Fuzzy(text, field):
                return self.matches(q.Word(text, field), id_) or bool(self.fuzzy_terms(id_, text, field))
            case q.Synonyms(word, alternatives):
                return any(self.matches(q.Word(other, word.field), id_) for other in alternatives)
            case q.Forms(word, others):
                return any(self.matches(q.Word(form, word.field), id_) for form in (word.text, *others))
            case q.WordOrDate(word, year, month):
                date = self.by_id[id_].story.date
                happened = year in (None, date.year) and month in (None, date.month)
                return happened or self.matches(word, id_)
            case q.During(span=span):
                return span.first <= self.by_id[id_].story.date <= span.last
            case q.Value(field, value):
                return self.has_value(id_, field, value)
            case q.And(parts):
                return all(self.matches(part, id_) for part in parts)
            case q.Or(parts):
                return any(self.matches(part, id_) for part in parts)
            case q.AtLeast(parts, minimum, telling):
                matched = [self.matches(part, id_) for part in parts]
                return sum(matched) >= minimum and any(matched[:telling])
            case q.Not(part):
                return not self.matches(part, id_)

    def has_phrase(self, id_, terms, slop, field):
        wanted = [self.analyzer.stem(term) for term in terms]
        for name in [field] if field else ["headline", "body"]:
            stems = self.stems(id_, name)
            if slop is None or len(wanted) == 1:
                if any(stems[at : at + len(wanted)] == wanted for at in range(len(stems))):
                    return True
            else:
                for at in range(len(stems)):
                    window = stems[at : at + len(wanted) + slop]
                    if all(window.count(stem) >= wanted.count(stem) for stem in wanted):
                        return True
        return False

    def fuzzy_terms(self, id_, text, field=None):
        word = exact_terms(text)
        if len(word) != 1:
            return []
        return [t for t in self.terms(id_, field) if one_edit(folded_term(word[0]), folded_term(t))]

    def values(self, id_, field):
        """Pairs of a value and all its spellings."""
        document = self.by_id[id_]
        return {
            "place": [(p.value, (p.value, *p.also)) for p in document.places],
            "entity": [(n.value, (n.value, *n.also)) for n in document.names],
            "category": [(c, (c,)) for c in [document.story.category] if c],
            "source": [(s.name, (s.name,)) for s in document.story.sources],
            "topic": [(t, (t,)) for t in document.story.topics],
        }[field]

    def has_value(self, id_, field, value):
        if field == "id":
            return value in (q.ANY_VALUE, id_)
        if value == q.ANY_VALUE:
            return bool(self.values(id_, field))
        return any(found in self.values_for(field, value) for found, _ in self.values(id_, field))

    def values_for(self, field, typed):
        """The values that a typed one stands for."""
        spelled = {value: spellings for id_ in self.by_id for value, spellings in self.values(id_, field)}
        if typed in spelled:
            return (typed,)
        whole = [value for value, spellings in spelled.items() if fold(typed) in map(fold, spellings)]
        words = set(re.findall(r"\w+", fold(typed)))
        by_words = [value for value, spellings in spelled.items() if words and words <= words_of(spellings)]
        return tuple(sorted(whole or by_words))

    # scoring

    def score(self, query, id_):
        match query:
            case q.And(parts) | q.Or(parts) | q.AtLeast(parts):
                return sum(self.score(part, id_) for part in parts)
            case q.Not() | q.Everything() | q.During() | q.Value():
                return 0.0
            case q.WordOrDate(word, year, month):
                days = q.WordOrDate(q.Word("-"), year, month)
                score = self.score(word, id_)
                if self.matches(days, id_):
                    weight = (1 + EXACT_WEIGHT) * idf(self.count(days), len(self.by_id))
                    score += bm25(1.0, self.average_length, self.average_length, weight)
                return score
        if not self.matches(query, id_):
            return 0.0
        match query:
            case q.Word(text):
                return sum(self.word_score(id_, term) for term in dict.fromkeys(exact_terms(text)))
            case q.Phrase(words):
                terms = dict.fromkeys(term for word in words for term in exact_terms(word))
                return sum(self.word_score(id_, term) for term in terms)
            case q.Wildcard():
                return 1.0
            case q.Fuzzy(text, field):
                if self.matches(q.Word(text, field), id_):
                    ceiling = 1.0 if len(exact_terms(text)) == 1 else 0.0
                    return ceiling + self.score(q.Word(text, field), id_)
                return max(self.bm25(id_, "exact", t, 1.0) for t in self.fuzzy_terms(id_, text, field))
            case q.Synonyms(word, alternatives):
                return max(self.score(q.Word(other, word.field), id_) for other in alternatives)
            case q.Forms(word, others):
                return max(self.score(word, id_), *(self.other_form_score(id_, word, other) for other in others))

    # answers

    def count(self, query):
        return sum(self.matches(query, id_) for id_ in self.by_id)

    def search(self, search):
        scored = [i for i in self.by_id if self.matches(search.query, i)]
        passing = {name: {i for i in scored if self.matches(f, i)} for name, f in search.filters.items()}
        found = [i for i in scored if all(i in passed for passed in passing.values())]
        scores = {i: self.score(search.query, i) for i in found}
        ordinal = {i: self.by_id[i].story.date.toordinal() for i in found}
        keys = {
            "relevance": lambda i: (-scores[i], i),
            "newest": lambda i: (-ordinal[i], i),
            "oldest": lambda i: (ordinal[i], i),
        }
        order = keys[search.sort]
        hits = sorted(found, key=order)
        if search.after is not None:
            sign = 1 if search.sort == "oldest" else -1
            hits = [i for i in hits if order(i) > (sign * search.after.value, search.after.id)]
        end = None if search.limit is None else search.skip + search.limit
        dates = [self.by_id[i].story.date for i in found] if search.span else []
        facets = {}
        for name, how in search.facets.items():
            others = [passed for other, passed in passing.items() if other != name]
            facets[name] = self.facet(name, [i for i in scored if all(i in passed for passed in others)], how)
        return Matches(
            hits=tuple(Match(i, scores[i], self.by_id[i].story.date) for i in hits[search.skip : end]),
            total=len(found),
            first=min(dates, default=None),
            last=max(dates, default=None),
            facets=facets,
        )

    def facet(self, name, ids, how):
        if name == "date":
            return self.date_facet(ids, how)
        counts: dict[str, int] = {}
        labels: dict[str, tuple[str, str | None]] = {}
        spelled: dict[str, tuple[str, ...]] = {}
        missing = 0
        for id_ in self.by_id:
            spelled |= dict(self.values(id_, name))
            if name == "place":
                labels |= {p.value: (p.label, p.parent) for p in self.by_id[id_].places}
        for id_ in ids:
            having = {value for value, _ in self.values(id_, name)}
            missing += not having
            for value in having:
                counts[value] = counts.get(value, 0) + 1
        words = re.findall(r"\w+", fold(how.containing))
        possible = [v for v in counts if not words or begun(words, spelled[v])]
        ordered = sorted(possible, key=lambda v: (-counts[v], v))[: how.limit]
        shown = sorted({*ordered, *how.always}, key=lambda v: (-counts.get(v, 0), v))
        values = []
        for value in shown:
            label, parent = labels.get(value, (value, None))
            values.append(ValueCount(value, label, counts.get(value, 0), parent))
        return FacetCounts(tuple(values), len(set(possible) - set(shown)), missing)

    def date_facet(self, ids, how):
        counts = dict.fromkeys(how.always, 0)
        for id_ in ids:
            parts = self.by_id[id_].story.date.isoformat().split("-")
            for level in range(1, 2 + len(how.within)):
                if [int(part) for part in parts[: level - 1]] == list(how.within[: level - 1]):
                    value = "-".join(parts[:level])
                    counts[value] = counts.get(value, 0) + 1
        values = tuple(ValueCount(v, v, counts[v], v.rpartition("-")[0] or None) for v in sorted(counts))
        return FacetCounts(values, 0, 0)

    def best_matched(self, parts, weights, search):
        everything = q.And((search.query, *search.filters.values()))
        matched = ([self.matches(p, i) for p in parts] for i in self.by_id if self.matches(everything, i))
        best = max(matched, key=lambda of: (sum(compress(weights, of)), of), default=[])
        return tuple(compress(range(len(parts)), best))

    def related(self, wanted):
        found = (RelatedMatch(id_, *scored) for id_, scored in self.scored(wanted) if id_ != wanted.id)
        best = sorted((match for match in found if match.score > 0), key=lambda m: (-m.score, m.id))
        return tuple(best[: wanted.limit])

    def relatedness(self, searches, ids):
        found = [dict(self.scored(wanted)) for wanted in searches]
        return tuple(tuple(scored[id_][0] if id_ in scored else 0.0 for id_ in ids) for scored in found)

    def scored(self, wanted):
        """Yield the stories that share a word or a name with one, each with its score and its parts."""
        own_length = sum(wanted.terms.values())
        vector = {
            s: bm25(n, own_length, self.average_length, idf(self.document_freqs[("stem", s)], len(self.by_id)))
            for s, n in wanted.terms.items()
            if ("stem", s) in self.document_freqs
        }
        own = sum(weight * weight for weight in vector.values())
        for id_, document in self.by_id.items():
            names = {name.value for name in document.names}
            if not (names & set(wanted.names) or set(vector) & set(self.stems(id_))):
                continue
            shared = sum(
                self.bm25(id_, "stem", s, w * idf(self.document_freqs[("stem", s)], len(self.by_id)))
                for s, w in vector.items()
            )
            ratio = len(self.stems(id_)) / max(own_length, 1)
            places = {place.value for place in document.places}
            parts = RelatedParts(
                words_in_common(shared, own, ratio, wanted.weights) if own else 0.0,
                in_common(len(names & set(wanted.names)), max(len(wanted.names), 1), max(len(names), 1)),
                in_common(len(places & set(wanted.places)), max(len(wanted.places), 1), max(len(places), 1)),
                float(wanted.category is not None and document.story.category == wanted.category),
                nearness(abs((document.story.date - wanted.date).days), wanted.weights),
            )
            yield id_, (related_score(parts, wanted.weights), parts)

    def shared(self, wanted, ids):
        def among(values, kind, id_):
            having = set(self.stems(id_) if kind == "stem" else dict(self.values(id_, kind)))
            return tuple(value for value in values if value in having)

        return tuple({kind: among(values, kind, id_) for kind, values in wanted.items()} for id_ in ids)

    def frequency(self, word):
        return self.count(q.Word(word))

    def stem_counts(self, stems):
        return [self.document_freqs.get(("stem", stem), 0) for stem in stems]

    def neighbours(self, word, limit):
        terms = exact_terms(word)
        if len(terms) != 1:
            return ()
        near = [t for f, t in self.document_freqs if f == "exact" and one_edit(folded_term(terms[0]), folded_term(t))]
        return self.commonest({t: self.document_freqs["exact", t] for t in near}, limit)

    def complete(self, prefix, kind, limit):
        counts = {}
        if kind == "word":
            counts = {
                t: n
                for (form, t), n in self.document_freqs.items()
                if form == "exact" and folded_term(t).startswith(folded_term(prefix))
            }
        else:
            words = re.findall(r"\w+", fold(prefix))
            for id_ in self.by_id:
                for value, spellings in dict(self.values(id_, kind)).items():
                    if not words or begun(words, spellings):
                        counts[value] = counts.get(value, 0) + 1
        return self.commonest(counts, limit)

    def commonest(self, counts, limit):
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit])

    def story_values(self, id_):
        kinds = ("place", "entity", "category", "source", "topic")
        return {kind: list(dict(self.values(id_, kind))) for kind in kinds}

    def named(self, id_, kind):
        counts = []
        for value in dict(self.values(id_, kind)):
            having = [i for i in self.by_id if value in dict(self.values(i, kind))]
            labels = {p.value: (p.label, p.parent) for p in self.by_id[id_].places} if kind == "place" else {}
            label, parent = labels.get(value, (value, None))
            counts.append(ValueCount(value, label, len(having), parent))
        return tuple(counts)


def words_of(spellings):
    return {word for spelling in spellings for word in re.findall(r"\w+", fold(spelling))}


def begun(words, spellings):
    """Whether spellings have all the words, the last perhaps only begun."""
    having = words_of(spellings)
    return set(words[:-1]) <= having and any(word.startswith(words[-1]) for word in having)


def one_edit(one, other):
    """Whether an edit makes one word the other: a letter added, left out or replaced, or two neighbours swapped."""
    if any(letter.isdigit() for letter in one + other) or one == other:
        return False
    letters = set(one + other)
    for at in range(len(one) + 1):
        before, after = one[:at], one[at:]
        made = {before + after[1:], *(before + letter + after for letter in letters)}
        if after:
            made |= {before + letter + after[1:] for letter in letters}
        made |= {before + "".join(pair) + after[2:] for pair in permutations(after[:2], 2)} if len(after) > 1 else set()
        if other in made:
            return True
    return False
