"""Indexes built anew: what was damaged or outdated is replaced at once, and what is kept out stays out."""

import shutil

import pytest

from searchidx.engines.embedded import EmbeddedIndex
from searchidx.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, RecordError
from searchidx.search.engine import Search
from searchidx.search.query import Word
from tests.test_engine_commits import add_all, commit, document, every_file, full_disk, rewrite_manifest


@pytest.fixture
def index(tmp_path):
    """Return an index of two generations: three stories, one of them gone, and one kept out."""
    index = EmbeddedIndex.create(tmp_path / "index")
    commit(index, document("a"), document("b"), document("c"))
    with index.writer() as writer:
        writer.remove("b")
        writer.keep_out("d")
        writer.commit()
    return index


def build_anew(index, *documents, **how):
    with EmbeddedIndex.build_anew(index.folder, **how) as writer:
        add_all(writer, *documents)
        return writer.commit()


def ids(index, word="truce"):
    return {hit.id for hit in index.reader().search(Search(query=Word(word), limit=None)).hits}


def test_what_is_built_anew_replaces_all_but_take_downs(index):
    report = build_anew(index, document("b"), document("d"), document("e"), document("e", "A new truce"))
    assert (report.generation, report.stories, report.added, report.kept_out) == (3, 2, 2, 1)
    assert ids(index) == {"b", "e"}
    assert index.verify() == []
    assert commit(index, document("c"), document("d")).stories == 3
    assert index.verify() == []


def test_the_old_one_answers_until_the_new_one_is_complete(index, monkeypatch):
    monkeypatch.setattr("searchidx.engines.embedded.indexing.SLICE", 2)
    old = index.reader()
    with EmbeddedIndex.build_anew(index.folder) as writer:
        add_all(writer, *(document(f"n{n}") for n in range(9)))
        assert ids(index) == ids(EmbeddedIndex.open(index.folder)) == {"a", "c"}
        with pytest.raises(ArchiveBusy):
            index.writer()
        writer.commit()
    assert len(ids(index)) == 9
    assert old.stories(["a"])[0].headline == "A truce in Najaf"
    assert index.verify() == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda index: rewrite_manifest(index, 2, format=4, segments=["of another shape"]),
        lambda index: rewrite_manifest(index, 2, schema="another"),
        lambda index: [path.write_bytes(b"rubbish") for path in index.folder.glob("segments/*")],
        lambda index: [path.unlink() for path in index.folder.glob("segments/*")],
        lambda index: [path.write_bytes(b"rubbish") for path in index.folder.glob("whoosh/*")],
        lambda index: shutil.rmtree(index.folder / "whoosh"),
        lambda index: (index.folder / "generations/1.json").write_bytes(b"rubbish"),
    ],
    ids="format analysis segments no-segments whoosh no-whoosh older".split(),
)
def test_an_index_that_cannot_be_used_is_built_anew(index, spoil):
    spoil(index)
    assert build_anew(index, document("d"), document("e")).generation == 3
    again = EmbeddedIndex.open(index.folder)
    assert again.verify() == []
    assert ids(again) == {"e"}
    assert commit(again, document("d"), document("f")).stories == 2
    assert again.verify() == []


def test_another_language_takes_effect(index):
    build_anew(index, document("a", "Die Wahlen"), language="german")
    assert (ids(index, "wahl"), index.info().language) == ({"a"}, "german")
    with index.writer() as writer:
        writer.add(document("b", "Eine Wahl"))
        writer.commit()
    assert ids(index, "wahl") == {"a", "b"}


def test_all_stories_can_go(index):
    assert build_anew(index).stories == 0
    assert ids(index) == set()
    assert index.verify() == []


def test_without_its_manifest_take_downs_are_unknown_and_that_is_told(index):
    manifest = index.folder / "generations/2.json"
    for spoil in (lambda: manifest.write_bytes(b"rubbish"), manifest.unlink):
        spoil()
        with pytest.raises(ArchiveDamaged, match=r"2\.json is .*restore it from a backup; .*repeat the take-downs"):
            EmbeddedIndex.build_anew(index.folder)


@pytest.mark.parametrize("format_", [4, 5])
def test_an_error_leaves_the_old_one_as_it_was(index, format_, monkeypatch):
    monkeypatch.setattr("searchidx.engines.embedded.indexing.SLICE", 2)
    rewrite_manifest(index, 2, format=format_)
    before = every_file(index)
    with pytest.raises(RecordError), EmbeddedIndex.build_anew(index.folder) as writer:
        add_all(writer, *(document(str(n)) for n in range(5)), document("bad", "a lone \ud800"))
    with EmbeddedIndex.build_anew(index.folder) as writer:
        add_all(writer, *(document(str(n)) for n in range(5)))
    assert every_file(index) == before


@pytest.mark.parametrize("limit", [0, 100, 1_000, 6_000, 10_000, 30_000])
@pytest.mark.parametrize("format_", [4, 5])
def test_a_full_disk_leaves_the_old_one_as_it_was(index, limit, format_):
    rewrite_manifest(index, 2, format=format_)
    before = every_file(index)
    with full_disk(limit), pytest.raises(ArchiveError, match=r"cannot be written .*nothing in it was changed"):
        build_anew(index, document("b", "truce " * 1000))
    assert every_file(index) == before


def test_one_that_was_cut_off_before_current_is_made_whole_or_built_again(index):
    build_anew(index, document("e"))
    (index.folder / "CURRENT").write_text("2\n")  # as if the process had been killed just before it was replaced
    assert ids(EmbeddedIndex.open(index.folder)) == {"a", "c"}
    with index.writer():
        pass
    assert ids(index) == {"e"}
    (index.folder / "CURRENT").write_text("2\n")
    rewrite_manifest(index, 2, format=4)
    assert build_anew(index, document("f")).generation == 3
    assert ids(EmbeddedIndex.open(index.folder)) == {"f"}
    assert index.verify() == []


def test_what_an_earlier_one_left_is_swept(index):
    before = every_file(index)
    for name in ("segments/3-0.seg", "segments/2-0.3.del", "generations/3.tmp"):
        (index.folder / name).write_bytes(b"half a fi")
    with EmbeddedIndex.build_anew(index.folder):
        pass
    assert set(every_file(index)) - set(before) <= {(index.folder / "segments/2-0.3.del").relative_to(index.folder)}


def test_a_manifest_before_that_is_damaged_hinders_no_writer(index):
    (index.folder / "generations/1.json").write_bytes(b"rubbish")
    assert commit(index, document("e")).stories == 3
    assert not (index.folder / "generations/1.json").exists()
    assert index.verify() == []
