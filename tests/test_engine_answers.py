"""The embedded engine against the slow twin, over random histories of adds, updates, removes, commits and merges."""

import random
from collections import Counter

import pytest

from searchidx.engines.embedded import EmbeddedIndex
from searchidx.engines.embedded.execution.expand import MOST_WORDS
from searchidx.errors import RequestError, StoryMissing
from searchidx.search import query as q
from searchidx.search.answering import answer
from searchidx.search.document import Document, NameValue
from searchidx.search.engine import FacetWanted, RelatedSearch, Search, SortKey
from searchidx.search.related import related
from searchidx.search.request import FACETS, Request
from searchidx.search.scoring import RelatedWeights
from tests.engine_material import WORDS, random_document, random_query, random_search
from tests.slow_twin import SlowTwin

ROUNDS = 4
SEARCHES = 50


def build(folder, documents):
    index = EmbeddedIndex.create(folder)
    with index.writer() as writer:
        for document in documents:
            writer.add(document)
        writer.commit()
    return index.reader()


def same_hits(found, expected, search):
    """Compare hits whose scores may differ in the last bits, so that only hits of the same score may change places."""
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], rel=1e-9), search
    assert {(h.id, h.date) for h in found if h.score > found[-1].score * (1 + 1e-9)} == {
        (h.id, h.date) for h in expected if h.score > expected[-1].score * (1 + 1e-9)
    }


def compare(engine, fresh, twin, rng):
    assert engine.story_count == len(twin.by_id)
    for _ in range(SEARCHES):
        search = random_search(rng)
        found, expected = engine.search(search), twin.search(search)
        assert found == fresh.search(search), search
        assert found.facets == expected.facets, search
        assert (found.total, found.first, found.last) == (expected.total, expected.first, expected.last), search
        if search.sort != "relevance":
            assert [hit.id for hit in found.hits] == [hit.id for hit in expected.hits], search
        elif found.hits:
            same_hits(found.hits, expected.hits, search)
    for _ in range(SEARCHES // 6):
        parts, search = [random_query(rng) for _ in range(3)], Search(query=random_query(rng))
        weights = [float(rng.randrange(1, 4)) for _ in parts]
        assert engine.best_matched(parts, weights, search) == twin.best_matched(parts, weights, search)
    for facet in ("place", "entity", "category", "source", "topic"):
        for typed in ("iraq", "Sadr", "republic of iraq", "un", "georgia", "war iraq", "monde", "nowhere", "-"):
            assert engine.values(facet, typed) == twin.values_for(facet, typed), (facet, typed)
    stems = [*map(twin.analyzer.stem, WORDS), "absent", ""]
    assert list(engine.stem_counts(stems)) == list(twin.stem_counts(stems))
    for word in (*WORDS, "absent", "al-sadr", "-", ""):
        assert engine.frequency(word) == twin.frequency(word), word
        assert engine.neighbours(word, 3) == twin.neighbours(word, 3), word
    for kind in ("word", "place", "entity", "category", "source", "topic"):
        for prefix in ("", "m", "Sá", "sadr", "al s", "irak", "united", "bombs"):
            if kind != "word" or " " not in prefix:
                assert engine.complete(prefix, kind, 4) == twin.complete(prefix, kind, 4), (prefix, kind)
    for id_, document in twin.by_id.items():
        assert engine.stories([id_]) == (document.story,)
        assert engine.story_at(document.story.address) == document.story
        assert engine.story_values(id_) == twin.story_values(id_)
        assert engine.story_names(id_) == twin.named(id_, "entity")
        assert engine.story_places(id_) == twin.named(id_, "place")
        wanted = RelatedSearch(
            id=id_,
            terms=Counter(twin.stems(id_)),
            names=tuple(name.value for name in document.names),
            date=document.story.date,
            places=tuple(place.value for place in document.places),
            category=document.story.category,
            weights=RelatedWeights(),
            limit=5,
        )
        others = list(twin.by_id)[::-2]
        values = {"entity": wanted.names, "place": wanted.places, "stem": sorted(wanted.terms)}
        assert engine.shared(values, others) == twin.shared(values, others)
        found, expected = engine.related(wanted), twin.related(wanted)
        assert found == fresh.related(wanted)
        assert len(found) == len(expected)
        for match, other in zip(found, expected, strict=True):
            assert match.score == pytest.approx(other.score)
            if match.id == other.id:
                assert match.parts == pytest.approx(other.parts)
        scores, expected = (each.relatedness([wanted, wanted], others) for each in (engine, twin))
        assert scores[0] == scores[1] == pytest.approx(expected[0])
        for match in found:
            assert engine.relatedness([wanted], [match.id]) == ((match.score,),)


@pytest.mark.parametrize("seed", range(4))
def test_any_history_answers_as_the_texts_do_and_as_a_fresh_index(seed, tmp_path, monkeypatch):
    monkeypatch.setattr("searchidx.engines.embedded.indexing.SLICE", 11)
    if seed % 2:
        # Segments of a few stories merge in tiers as large ones do.
        monkeypatch.setattr("searchidx.engines.embedded.snapshot.merge._SMALL", 3)
        monkeypatch.setattr("searchidx.engines.embedded.snapshot.merge._MOST_DELETED", 0.8)
    rng = random.Random(seed)
    index = EmbeddedIndex.create(tmp_path / "index")
    documents: dict[str, Document] = {}
    for round_ in range(ROUNDS):
        with index.writer() as writer:
            for _ in range(rng.choice((1, 12, 40))):
                document = random_document(rng, rng.randrange(60))
                id_ = document.story.id
                if rng.random() < 0.2:
                    assert writer.remove(id_) == (id_ in documents)
                    documents.pop(id_, None)
                else:
                    outcome = writer.add(document)
                    before = documents.get(id_)
                    assert outcome == ("added" if before is None else "unchanged" if before == document else "updated")
                    documents[id_] = document
            report = writer.commit()
            assert report.stories == len(documents)
        assert index.verify() == []
        fresh = build(tmp_path / f"fresh{round_}", documents.values())
        compare(index.reader(), fresh, SlowTwin(documents), rng)
        assert index.info().digest == EmbeddedIndex.open(tmp_path / f"fresh{round_}").info().digest


@pytest.mark.parametrize("seed", range(4))
def test_deleted_stories_that_stay_in_a_segment_change_no_answer(seed, tmp_path, monkeypatch):
    # No merge is worth while: a large segment keeps its deleted stories, and small ones stand beside it.
    monkeypatch.setattr("searchidx.engines.embedded.snapshot.merge._SMALL", 0)
    monkeypatch.setattr("searchidx.engines.embedded.snapshot.merge._SHARE", 1e9)
    monkeypatch.setattr("searchidx.engines.embedded.snapshot.merge._MOST_DELETED", 1.0)
    rng = random.Random(100 + seed)
    documents = {document.story.id: document for document in (random_document(rng, n) for n in range(60))}
    story = documents[min(documents)].story._replace(id="gone", address="/news/2004/08/1/gone", headline="Zebrafish")
    build(tmp_path / "index", [*documents.values(), Document(story, names=(NameValue("Nobody else"),))])
    with EmbeddedIndex.open(tmp_path / "index").writer() as writer:
        writer.remove("gone")  # the only one that has these words and this name
        writer.commit()
    index = EmbeddedIndex.open(tmp_path / "index")
    for _ in range(4):
        with index.writer() as writer:
            for id_ in rng.sample(sorted(documents), 7):
                writer.remove(id_)
                del documents[id_]
            for id_ in rng.sample(sorted(documents), 3):
                document = random_document(rng, 0)
                document = document._replace(story=document.story._replace(id=id_, address=f"/news/2004/08/1/{id_}"))
                writer.add(document)
                documents[id_] = document
            writer.commit()
    assert index.info().segments >= 4
    assert len({path.name.partition(".")[0] for path in index.folder.glob("segments/*.del")}) >= 2
    assert index.verify() == []
    engine, fresh = index.reader(), build(tmp_path / "fresh", documents.values())
    assert engine.frequency("zebrafish") == engine.search(Search(query=q.Word("zebrafish"))).total == 0
    assert engine.complete("zebra", "word", 4) == engine.complete("nobody", "entity", 4) == ()
    assert engine.neighbours("zebrafis", 4) == ()
    assert engine.values("entity", "nobody") == ()
    compare(engine, fresh, SlowTwin(documents), rng)
    for text in ("najaf", "truce bombs", '"al-Sadr"', "mal*", "najef~ OR tomb", "place:Iraq -running", "2004"):
        page = answer(engine, Request(text=text, facets=FACETS))
        assert page._replace(generation=fresh.generation) == answer(fresh, Request(text=text, facets=FACETS)), text


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    rng = random.Random(7)
    return build(tmp_path_factory.mktemp("index") / "index", [random_document(rng, n) for n in range(80)])


@pytest.mark.parametrize("seed", range(40))
def test_explanations_add_up_to_the_score(engine, seed):
    query = random_query(random.Random(seed))
    for hit in engine.search(Search(query=query)).hits:
        assert sum(part.score for part in engine.explain(query, hit.id)) == pytest.approx(hit.score)


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_by_key_and_by_number_are_the_whole_list(engine, sort):
    search = Search(query=q.Or((q.Word("najaf"), q.Word("bomb"))), sort=sort, limit=None)
    whole = engine.search(search).hits
    assert len(whole) > 20
    by_number = [h for skip in range(0, len(whole), 7) for h in engine.search(search._replace(limit=7, skip=skip)).hits]
    assert by_number == list(whole)
    by_key, after = [], None
    while page := engine.search(search._replace(limit=7, after=after)).hits:
        by_key += page
        last = page[-1]
        after = SortKey(last.score if sort == "relevance" else float(last.date.toordinal()), last.id)
    assert by_key == list(whole)


def test_an_unknown_story_is_missing(engine):
    with pytest.raises(StoryMissing, match="no story with the id 'nowhere'"):
        engine.stories(["nowhere"])
    assert engine.story_at("/news/2004/08/1/nowhere") is None


def test_a_pattern_for_too_many_words_is_refused(tmp_path):
    document = random_document(random.Random(7), 0)
    body = " ".join(f"w{number}" for number in range(MOST_WORDS + 1))
    engine = build(tmp_path / "index", [document._replace(story=document.story._replace(body=body))])
    assert engine.search(Search(query=q.Wildcard("w1*"))).total == 1
    with pytest.raises(RequestError, match="stands for more than 10,000 words; type more of its letters"):
        engine.search(Search(query=q.Wildcard("w*")))


def test_a_limit_may_be_any_number(engine):
    huge = 10**30
    for query in (q.Word("najaf"), q.Phrase(("al", "sadr")), q.Wildcard("b*"), q.Fuzzy("najaf")):
        every = engine.search(Search(query=query, limit=None))
        assert engine.search(Search(query=query, limit=huge)) == every
        assert engine.search(Search(query=query, limit=huge, skip=3)).hits == every.hits[3:]
        assert engine.search(Search(query=query, skip=huge)).hits == ()
    for facet in FACETS:
        whole, limited = (
            engine.search(Search(facets={facet: FacetWanted(limit=limit)})).facets for limit in (None, huge)
        )
        assert whole == limited
    assert engine.complete("b", "word", huge) == engine.complete("b", "word", 1000) != ()
    assert engine.complete("", "place", huge) == engine.complete("", "place", 1000) != ()
    story = engine.search(Search(query=q.Word("najaf"))).hits[0].id
    assert related(engine, story, limit=huge, plain=True) == related(engine, story, limit=None, plain=True)


def test_an_empty_index_has_no_answers(tmp_path):
    engine = EmbeddedIndex.create(tmp_path / "empty").reader()
    assert engine.search(Search(query=q.Word("najaf"))).total == 0
    assert engine.search(Search(span=True)).first is None
    assert engine.neighbours("najaf", 3) == engine.complete("n", "word", 3) == ()


def test_a_fuzzy_match_never_ranks_above_the_word_itself(engine):
    for word in ("najaf", "bomb", "malmo"):
        hits = engine.search(Search(query=q.Fuzzy(word), limit=None)).hits
        exact = {hit.id for hit in engine.search(Search(query=q.Word(word), limit=None)).hits}
        ranked = [hit.id in exact for hit in hits]
        assert ranked == sorted(ranked, reverse=True)


def test_names_are_found_by_any_spelling(engine):
    (total,) = {engine.search(Search(query=q.Value("entity", name))).total for name in ("UN", "un", "united nations")}
    assert total > 0


def test_as_many_stories_are_remembered_as_their_size_allows(tmp_path, monkeypatch):
    """A story that is remembered is the same object; one that is not is read again."""
    monkeypatch.setattr("searchidx.engines.embedded.engine._BYTES_OF_STORIES", 100_000)
    for folder, length, remembered in ((tmp_path / "short", 100, True), (tmp_path / "long", 20_000, False)):
        documents = [random_document(random.Random(number), number) for number in range(30)]
        documents = [d._replace(story=d.story._replace(body="x" * length)) for d in documents]
        engine = build(folder, documents)
        first, *others = [document.story.id for document in documents]
        (before,) = engine.stories([first])
        engine.stories(others)
        assert (engine.stories([first])[0] is before) == remembered
