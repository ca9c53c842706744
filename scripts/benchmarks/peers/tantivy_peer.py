"""tantivy from Python: one field for each form, values and days as fast fields.

`STEMS_ALONE` asks the same index for stems only, which is half the work and another ranking.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import tantivy

from benchmarks.peers import (
    FACET_VALUES,
    HITS,
    PAGE_HITS,
    Answer,
    Foreign,
    Tokens,
    day_number,
    stored,
    tokenize,
    values,
)
from benchmarks.questions import Question, RelatedTo, Searched, SearchPage
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document
from searchidx.search.query import And, During, Fuzzy, Or, Phrase, Query, Value, Wildcard, Word
from searchidx.search.request import VALUE_FACETS
from searchidx.search.scoring import EXACT_WEIGHT, K1, RelatedWeights
from searchidx.stories.folding import fold

#: Enough for a single segment, so that its queries are as fast as they can be.
_HEAP = 2_000_000_000

_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should
_FACETS: dict[str, Foreign] = {name: {"terms": {"field": name, "size": FACET_VALUES}} for name in VALUE_FACETS}
_FACETS["date"] = {"histogram": {"field": "day", "interval": 10000}}


class _Peer:
    index = "tantivy"
    given_tokens = True

    def __init__(self, name: str, *, exact: bool) -> None:
        self.name, self._exact = name, exact

    def version(self) -> str:
        return version("tantivy")

    def build(self, source: Iterable[Tokens], folder: Path) -> None:
        _write(_open(folder, _schema(prepared=True)), map(_prepared, source), _HEAP, threads=1)

    def build_natively(self, documents: Iterable[Document], folder: Path) -> None:
        """Index as one does without searchidx's analysis, in as many threads as tantivy likes."""
        _write(_open(folder, _schema(prepared=False)), map(_raw, documents), 128_000_000, threads=0)

    def open(self, folder: Path, ids: Sequence[str]) -> "_Ready":
        return _Ready(_open(folder, None), ids, exact=self._exact)

    def add(self, documents: Iterable[Document], folder: Path) -> None:
        index = _open(folder, None)
        index.reload()
        first = index.searcher().num_docs
        _write(index, map(_prepared, tokenize(documents, first)), 128_000_000, threads=1)
        index.reload()


class _Ready:
    def __init__(self, index: tantivy.Index, ids: Sequence[str], *, exact: bool) -> None:
        index.reload()
        self._index, self._ids, self._exact = index, ids, exact
        self._schema, self._searcher = index.schema, index.searcher()
        self._analyzer = Analyzer()

    def prepare(self, question: Question, limit: int = HITS) -> Callable[[], Foreign] | None:
        searcher = self._searcher
        match question:
            case Searched(facets=False):
                query = self._filtered(question)
                return lambda: self._search(query, limit)
            case Searched():
                query = self._filtered(question)
                return lambda: (*self._search(query, limit), searcher.aggregate(query, _FACETS))
            case RelatedTo():
                query = self._related(question)
                return lambda: self._search(query, limit)
            case SearchPage(text):
                return lambda: self._page(text)
            case _:
                prefix = question.prefix
                return lambda: sorted(searcher.terms_with_prefix("exact", prefix), key=lambda found: -found[1])[:8]

    def read(self, raw: Foreign) -> Answer:
        # tantivy keeps the factor k1 + 1, which changes no order.
        return Answer(tuple(raw[0]), tuple(score / (K1 + 1.0) for score in raw[1]), raw[2])

    def _search(self, query: tantivy.Query, limit: int) -> tuple[list[str], list[float], int]:
        found = self._searcher.search(query, limit)
        numbers: list[Foreign] = self._searcher.fast_field_values("number", [address for _, address in found.hits])
        return [self._ids[number] for number in numbers], [score for score, _ in found.hits], found.count  # type: ignore[attr-defined]

    def _page(self, text: str) -> Foreign:
        searcher = self._searcher
        query = self._index.parse_query(text, ["text"], conjunction_by_default=True)
        found = searcher.search(query, PAGE_HITS)
        generator = tantivy.SnippetGenerator.create(searcher, query, self._schema, "text")
        stories = [searcher.doc(address) for _, address in found.hits]
        snippets = [generator.snippet_from_doc(story) for story in stories]
        shown = [(story.to_dict(), s.fragment(), s.highlighted()) for story, s in zip(stories, snippets, strict=True)]
        return shown, found.count, searcher.aggregate(query, _FACETS)  # type: ignore[attr-defined]

    def _filtered(self, question: Searched) -> tantivy.Query:
        query = self._query(question.query)
        if not question.filters:
            return query
        filters = [tantivy.Query.const_score_query(self._query(part), 0.0) for part in question.filters.values()]
        return tantivy.Query.boolean_query([(_MUST, part) for part in (query, *filters)])

    def _query(self, query: Query) -> tantivy.Query:
        make, schema = tantivy.Query, self._schema
        match query:
            case Word():
                return make.boolean_query([(_SHOULD, form) for form in self._forms(query)])
            case And(parts):
                forms = [self._forms(part) for part in parts if isinstance(part, Word)]
                exact = [(_SHOULD, form) for _, *others in forms for form in others]
                return make.boolean_query([*((_MUST, stem) for stem, *_ in forms), *exact])
            case Or(parts):
                words = [part for part in parts if isinstance(part, Word)]
                return make.boolean_query([(_SHOULD, form) for word in words for form in self._forms(word)])
            case Phrase(words):
                return make.phrase_query(schema, "stem", list(map(self._analyzer.stem, words)))
            case Wildcard(pattern):
                return make.regex_query(schema, "exact", pattern.replace("*", ".*").replace("?", "."))
            case Fuzzy(text):
                near = make.fuzzy_term_query(schema, "exact", text, 1)
                return make.boolean_query([(_SHOULD, near), *((_SHOULD, form) for form in self._forms(Word(text)))])
            case During(span=span):
                first, last = day_number(span.first), day_number(span.last)
                return make.range_query(schema, "day", tantivy.FieldType.Integer, first, last)
            case Value(name, value):
                return make.term_query(schema, name, fold(value))
        raise NotImplementedError(query)

    def _forms(self, word: Word) -> list[tantivy.Query]:
        make = tantivy.Query
        forms = [make.term_query(self._schema, "stem", self._analyzer.stem(word.text))]
        if self._exact:
            forms.append(make.boost_query(make.term_query(self._schema, "exact", word.text), EXACT_WEIGHT))
        return forms

    def _related(self, question: RelatedTo) -> tantivy.Query:
        """Return words by their counts and names at a constant; nearness in time cannot be said."""
        make = tantivy.Query
        names = [fold(name.value) for name in question.document.names]
        parts = [
            make.boost_query(make.term_query(self._schema, "stem", t), float(n)) for t, n in question.terms.items()
        ]
        share = 50.0 * RelatedWeights().names / max(1, len(names))
        parts += [make.const_score_query(make.term_query(self._schema, "entity", name), share) for name in names]
        return make.boolean_query([(_SHOULD, part) for part in parts])


def _schema(*, prepared: bool) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("stem", tokenizer_name="words" if prepared else "en_stem")
    builder.add_text_field("exact", tokenizer_name="words" if prepared else "default")
    if prepared:
        # What a page's snippets are made from.
        builder.add_text_field("text", stored=True, tokenizer_name="en_stem", index_option="freq")
    for name in VALUE_FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_unsigned_field("number", fast=True)
    builder.add_bytes_field("story", stored=True)
    return builder.build()


def _open(folder: Path, schema: tantivy.Schema | None) -> tantivy.Index:
    index = tantivy.Index.open(str(folder)) if schema is None else tantivy.Index(schema, str(folder))
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("words", words)
    return index


def _write(index: tantivy.Index, documents: Iterable[tantivy.Document], heap: int, *, threads: int) -> None:
    writer = index.writer(heap, threads)
    for document in documents:
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _prepared(tokens: Tokens) -> tantivy.Document:
    made = _without_text(tokens.document)
    made.add_unsigned("number", tokens.number)
    for name, texts in (("stem", tokens.stems), ("exact", tokens.exact)):
        # Between two texts of a field is a gap, so that no phrase reaches from one into the other.
        for text in filter(None, texts):
            made.add_text(name, " ".join(text))
    made.add_text("text", tokens.document.story.text)
    return made


def _raw(document: Document) -> tantivy.Document:
    made = _without_text(document)
    for text in filter(None, (document.story.headline, document.story.body)):
        made.add_text("stem", text)
        made.add_text("exact", text)
    return made


def _without_text(document: Document) -> tantivy.Document:
    made = tantivy.Document()
    for facet, found in values(document).items():
        for value in found:
            made.add_text(facet, value)
    made.add_integer("day", day_number(document.story.date))
    made.add_bytes("story", stored(document))
    return made


PEER = _Peer("tantivy", exact=True)
STEMS_ALONE = _Peer("tantivy, stems alone", exact=False)
