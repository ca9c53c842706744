"""Stock Whoosh: its own writer and its own searcher."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import whoosh
from whoosh import analysis, fields, index, query, sorting

from benchmarks.peers import HITS, PAGE_HITS, Answer, Foreign, Tokens, day_number, stored, tokenize, values
from benchmarks.questions import Question, RelatedTo, Searched, SearchPage, Typed
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document
from searchidx.search.query import And, During, Fuzzy, Or, Phrase, Query, Value, Wildcard, Word
from searchidx.search.request import VALUE_FACETS
from searchidx.search.scoring import EXACT_WEIGHT
from searchidx.stories.folding import fold

#: A token between headline and body, so that no phrase reaches from one into the other.
_GAP = "_"
_FACETS = {name: sorting.FieldFacet(name, allow_overlap=True, maptype=sorting.Count) for name in VALUE_FACETS}


class _Peer:
    name = index = "whoosh"
    given_tokens = True

    def version(self) -> str:
        return ".".join(map(str, whoosh.__version__))

    def build(self, source: Iterable[Tokens], folder: Path) -> None:
        tokens = analysis.RegexTokenizer(r"\S+")
        _create(folder, stem=fields.TEXT(analyzer=tokens), exact=fields.TEXT(analyzer=tokens), text=fields.STORED)
        _add(source, folder)

    def build_natively(self, documents: Iterable[Document], folder: Path) -> None:
        """Index the fields that searchidx's part of Whoosh has, with an analyzer of Whoosh's."""
        stems = analysis.RegexTokenizer() | analysis.LowercaseFilter() | analysis.StemFilter(cachesize=-1)
        text = fields.TEXT(analyzer=stems)
        with _create(folder, headline=text, body=text).writer(limitmb=256) as writer:
            for document in documents:
                story = document.story
                writer.add_document(headline=story.headline, body=story.body, **_values(document))

    def open(self, folder: Path, ids: Sequence[str]) -> "_Ready":
        return _Ready(index.open_dir(folder), ids)

    def add(self, documents: Iterable[Document], folder: Path) -> None:
        _add(tokenize(documents), folder)


class _Ready:
    def __init__(self, opened: Foreign, ids: Sequence[str]) -> None:
        self._searcher, self._ids = opened.searcher(), ids
        self._stem = Analyzer().stem

    def prepare(self, question: Question, limit: int = HITS) -> Callable[[], Foreign] | None:
        match question:
            case Searched():
                made = self._query(question.query)
                options: dict[str, Foreign] = {"groupedby": _FACETS} if question.facets else {}
                if question.filters:
                    options["filter"] = query.And([self._query(part) for part in question.filters.values()])
                return lambda: self._search(made, limit, options)
            case RelatedTo(document, terms):
                parts = [query.Term("stem", term, boost=count) for term, count in terms.items()]
                parts += [query.Term("entity", fold(name.value)) for name in document.names]
                return lambda: self._search(query.Or(parts), limit, {})
            case SearchPage(text):
                words = query.And([self._query(Word(word)) for word in text.split()])
                return lambda: self._page(words)
            case Typed(prefix):
                return lambda: self._completions(prefix)

    def read(self, raw: Foreign) -> Answer:
        return Answer(tuple(raw[0]), tuple(raw[1]), raw[2])

    def _search(
        self, made: Foreign, limit: int, options: dict[str, Foreign]
    ) -> tuple[list[str], list[float], int, Foreign]:
        found = self._searcher.search(made, limit=limit, **options)
        groups = {facet: found.groups(facet) for facet in options.get("groupedby", ())}
        return [self._ids[n] for _, n in found.top_n], [score for score, _ in found.top_n], len(found), groups

    def _page(self, made: Foreign) -> Foreign:
        found = self._searcher.search(made, limit=PAGE_HITS, groupedby=_FACETS)
        shown = [(hit.fields(), hit.highlights("exact", text=hit["text"])) for hit in found]
        return shown, len(found), {facet: found.groups(facet) for facet in _FACETS}

    def _completions(self, prefix: str) -> list[tuple[str, int]]:
        reader = self._searcher.reader()
        terms = (term.decode() for term in reader.expand_prefix("exact", prefix))
        found = [(term, reader.doc_frequency("exact", term)) for term in terms]
        return sorted(found, key=lambda pair: -pair[1])[:8]

    def _query(self, asked: Query) -> Foreign:
        match asked:
            case Word(text):
                stem = query.Term("stem", self._stem(text))
                return query.Or([stem, query.Term("exact", text, boost=EXACT_WEIGHT)])
            case And(parts):
                return query.And([self._query(part) for part in parts])
            case Or(parts):
                return query.Or([form for part in parts for form in self._query(part)])
            case Phrase(words):
                return query.Phrase("stem", list(map(self._stem, words)))
            case Wildcard(pattern) if pattern.endswith("*") and pattern[:-1].isalnum():
                return query.Prefix("exact", pattern[:-1])
            case Wildcard(pattern):
                return query.Wildcard("exact", pattern)
            case Fuzzy(text):
                return query.Or([query.FuzzyTerm("exact", text), *self._query(Word(text))])
            case During(span=span):
                return query.NumericRange("date", day_number(span.first), day_number(span.last))
            case Value(facet, value):
                return query.Term(facet, fold(value))
        raise NotImplementedError(asked)


def _add(source: Iterable[Tokens], folder: Path) -> None:
    with index.open_dir(folder).writer(limitmb=256) as writer:
        for tokens in source:
            stem, exact = (f" {_GAP} ".join(" ".join(t) for t in texts if t) for texts in (tokens.stems, tokens.exact))
            text = tokens.document.story.text
            writer.add_document(stem=stem, exact=exact, text=text, **_values(tokens.document))


def _create(folder: Path, **text: Foreign) -> Foreign:
    columns = {facet: fields.KEYWORD(stored=False, sortable=False) for facet in VALUE_FACETS}
    schema = fields.Schema(id=fields.ID, date=fields.NUMERIC(sortable=True), story=fields.STORED, **columns, **text)
    return index.create_in(folder, schema)


def _values(document: Document) -> dict[str, Foreign]:
    given = {facet: found for facet, found in values(document).items() if found}
    date = day_number(document.story.date)
    return {"id": document.story.id, "date": date, "story": stored(document).decode(), **given}


PEER = _Peer()
