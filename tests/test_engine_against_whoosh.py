"""The embedded engine's hits against those of Whoosh's own searcher on the segments beside the snapshot."""

import random

import orjson
import pytest
from whoosh import query as w
from whoosh.index import open_dir

from searchidx.engines.embedded import EmbeddedIndex
from searchidx.engines.embedded import writer as writer_module
from searchidx.search import query as q
from searchidx.search.analysis import Analyzer, exact_terms, folded_term
from searchidx.search.engine import Search
from searchidx.search.query import TEXT_FIELDS
from tests.engine_material import WORDS, random_document

ANALYZER = Analyzer()
STORIES = 150
QUERIES = 150
#: Words that stemming leaves as they are: Whoosh holds stems alone, and prefixes are of words.
PLAIN = [word for word in WORDS if all(ANALYZER.stem(term) == folded_term(term) for term in exact_terms(word))]


def whoosh_query(query):
    """Return a query as Whoosh's, over both text fields where none is named."""
    match query:
        case q.And(parts):
            return w.And([whoosh_query(part) for part in parts])
        case q.Or(parts):
            return w.Or([whoosh_query(part) for part in parts])
        case q.Wildcard(pattern, field):
            return in_fields(field, lambda name: w.Prefix(name, pattern.removesuffix("*")))
        case q.Word(text, field) | q.Phrase((text,), None, field):
            words = (text,)
        case q.Phrase(words, None, field):
            pass
    stems = [ANALYZER.stem(term) for word in words for term in exact_terms(word)]
    if len(stems) == 1:
        return in_fields(field, lambda name: w.Term(name, stems[0]))
    return in_fields(field, lambda name: w.Phrase(name, stems))


def in_fields(field, make):
    return make(field) if field else w.Or([make(name) for name in TEXT_FIELDS])


def random_leaf(rng, kind, words):
    field = rng.choice((None, None, "headline", "body"))
    if kind == "phrase":
        return q.Phrase(tuple(rng.choices(words, k=rng.choice((2, 2, 3)))), field=field)
    if kind == "prefix":
        term = folded_term(rng.choice(exact_terms(rng.choice(words))))
        return q.Wildcard(term[: rng.randrange(1, len(term) + 1)] + "*", field)
    return q.Word(rng.choice((*words, "absent")), field)


def random_query(rng, kind, words):
    if kind == "and":
        return q.And(tuple(random_leaf(rng, "word", words) for _ in range(rng.choice((2, 2, 3)))))
    if kind == "or":
        return q.Or(tuple(random_leaf(rng, "word", words) for _ in range(rng.choice((2, 3, 4)))))
    if kind == "mixed":
        leaves = [random_leaf(rng, rng.choice(("word", "phrase", "prefix")), words) for _ in range(4)]
        return q.And((q.Or(tuple(leaves[:2])), q.Or(tuple(leaves[2:]))))
    return random_leaf(rng, kind, words)


def random_index(folder, rng, words):
    """Make an index by several commits with updates and removals."""
    index = EmbeddedIndex.create(folder)
    for _ in range(3):
        with index.writer() as writer:
            for number in rng.sample(range(STORIES), STORIES // 2):
                document = random_document(rng, number)
                texts = [" ".join(rng.choices(words, k=rng.randrange(1, 12))) for _ in range(2)]
                story = document.story._replace(id=f"s{number:03d}", headline=texts[0], body=texts[1])
                writer.add(document._replace(story=story))
            for number in rng.sample(range(STORIES), 8):
                writer.remove(f"s{number:03d}")
            writer.commit()
    return index


@pytest.mark.parametrize("kind", ["word", "and", "or", "phrase", "prefix", "mixed"])
@pytest.mark.parametrize(("most_small", "segments"), [(0, 2), (9, 3)], ids=["rewritten", "as written"])
def test_hits_are_those_of_whooshs_own_searcher(tmp_path, monkeypatch, kind, most_small, segments):
    monkeypatch.setattr(writer_module, "MOST_SMALL", most_small)
    monkeypatch.setattr(writer_module, "MOST_DELETED", 1.0)
    rng = random.Random(kind)
    words = PLAIN if kind in {"prefix", "mixed"} else WORDS
    index = random_index(tmp_path / "index", rng, words)
    engine = index.reader()
    assert index.verify() == []
    assert len(list((index.folder / "whoosh").glob("*.seg"))) == segments
    hits = 0
    with open_dir(str(index.folder / "whoosh")).searcher() as searcher:
        reader = searcher.reader()
        id_of = [orjson.loads(reader.stored_fields(number)["story"])["id"] for number in range(reader.doc_count_all())]
        assert reader.doc_count() == engine.story_count
        for _ in range(QUERIES):
            query = random_query(rng, kind, words)
            found = {hit.id for hit in engine.search(Search(query=query, limit=None)).hits}
            numbers = searcher.docs_for_query(whoosh_query(query))
            assert found == {id_of[number] for number in numbers}, str(query)
            hits += len(found)
    assert hits > QUERIES
