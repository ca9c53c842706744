"""Whoosh's part of an index: equal to what Whoosh's own writer makes, and safe against crashes."""

import datetime
import os
import random
import subprocess
import sys

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh.index import open_dir

from searchidx.engines.embedded import writer as writer_module
from searchidx.engines.embedded.schema import FIELDS, schema_fingerprint
from searchidx.engines.embedded.writer import WhooshReader, WhooshWriter
from searchidx.errors import ArchiveBusy, ArchiveDamaged, ArchiveOutdated
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document, NameValue, PlaceNode
from searchidx.stories import Entity, Origin, Place, Source, Story
from searchidx.stories.addresses import story_address
from searchidx.stories.objects import write_story
from searchidx.stories.records import read_story
from tests.engine_material import inverted
from tests.whoosh_twin import add_documents, content, stock_index

ANALYZER = Analyzer()
WORDS = "Najaf truce truces U.S. Malmö malmo’s 9,500 al-Sadr running ran 東京 한국 élections I a the of".split()


def document(number, headline, body="", *, date=datetime.date(2004, 8, 14), values=()):
    """Return a document with some values in every field of values."""
    story = Story(
        f"ü{number:05d}",
        f"/news/2004/08/14/{number}",
        date,
        headline,
        body,
        category=values[0] if values else None,
        topics=tuple(values[1:]),
        sources=tuple(Source(value) for value in values if value),
    )
    return Document(story, tuple(PlaceNode(v, v) for v in values), tuple(NameValue(v) for v in values))


def random_documents(seed, count, *, longest=40):
    """Return documents of random words; rare and common ones, days and values."""
    rng = random.Random(seed)

    def text():
        words = rng.choices(WORDS, k=rng.randrange(longest))
        return " ".join(word + str(rng.randrange(count)) if rng.random() < 0.1 else word for word in words)

    return [
        document(
            number,
            text(),
            text(),
            date=datetime.date(rng.randrange(1, 9999), rng.randrange(1, 13), rng.randrange(1, 29)),
            values=[
                rng.choice(["Iraq", "Malmö ", "  United   States", "", "東京", "x" * 300])
                for _ in range(rng.randrange(4))
            ],
        )
        for number in range(count)
    ]


def write(folder, *batches):
    """Write batches of documents, a segment and a commit each."""
    writer = WhooshWriter(folder, ANALYZER)
    for documents in batches:
        writer.write(inverted(documents, ANALYZER))
        writer.commit()
    return writer


def pair(tmp_path, *batches):
    """Write batches of documents with our writer and with Whoosh's own, and return the two folders."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    write(ours, *batches)
    theirs.mkdir()
    stock_index(theirs, open_dir(str(ours)).schema, *batches)
    return ours, theirs


@pytest.mark.parametrize(
    "documents",
    [
        random_documents(1, 1),
        random_documents(2, 129),
        random_documents(3, 700),
        random_documents(4, 20, longest=2000),
        [document(0, "")],
        [document(0, "", "only a body"), document(1, "only a headline", "")],
        [document(0, "the " * 300, "the " * 70_000)],
        [document(0, "word " * 255 + "late", "word " * 65_600 + "later")],
        [document(number, "same words", "same words") for number in range(128)],
    ],
    ids="one blocks many long empty halves often far equal".split(),
)
def test_a_segment_is_what_whooshs_own_writer_makes(tmp_path, documents):
    ours, theirs = map(content, pair(tmp_path, documents))
    assert ours == theirs


TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("abc é’'.ßİ한"), max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=3)), min_size=1, max_size=12))
def test_a_segment_of_nasty_texts_is_what_whooshs_own_writer_makes(tmp_path_factory, texts):
    documents = [document(number, h, b, values=values) for number, (h, b, values) in enumerate(texts)]
    ours, theirs = map(content, pair(tmp_path_factory.mktemp("pair"), documents))
    assert ours == theirs


def test_more_documents_than_two_bytes_count(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "SEGMENT_STORIES", 100_000)
    documents = [document(number, "common", "rare" if number > 66_000 else "") for number in range(66_010)]
    write(tmp_path, documents)
    with open_dir(str(tmp_path)).reader() as reader:
        assert list(reader.postings("body", "rare").all_ids()) == list(range(66_001, 66_010))
        assert reader.doc_frequency("headline", "common") == 66_010
        assert reader.first_id("id", "ü66009") == 66_009


def test_whoosh_adds_updates_deletes_and_optimises_on_top(tmp_path):
    ours, theirs = pair(tmp_path, random_documents(5, 300))
    more = random_documents(6, 350)[300:]
    for folder in (ours, theirs):
        index = open_dir(str(folder))
        with index.writer() as writer:
            writer.delete_by_term("id", "ü00007")
            add_documents(writer, more)
        with index.writer() as writer:
            writer.update_document(id="ü00009", headline="changed", body="altogether", date=20200101, story="{}")
            writer.optimize = True
    assert content(ours) == content(theirs)
    with open_dir(str(ours)).reader() as reader:
        assert reader.doc_count() == reader.doc_count_all() == 349


def test_whoosh_merges_several_of_our_segments(tmp_path):
    documents = random_documents(7, 90)
    folders = pair(tmp_path, documents[:30], documents[30:31], documents[31:])
    for folder in folders:
        assert len(list(folder.glob("*.seg"))) == 3
        open_dir(str(folder)).optimize()
    ours, theirs = map(content, folders)
    assert ours == theirs


def test_a_large_batch_becomes_several_segments(tmp_path, monkeypatch):
    documents = random_documents(8, 90)
    apart, _ = pair(tmp_path, documents[:40], documents[40:80], documents[80:])
    monkeypatch.setattr(writer_module, "SEGMENT_STORIES", 40)
    together = tmp_path / "together"
    write(together, documents)
    assert WhooshReader(together).story_count == 90
    for folder in (apart, together):
        assert len(list(folder.glob("*.seg"))) == 3
        open_dir(str(folder)).optimize()
    assert content(together) == content(apart)


def test_no_class_of_ours_is_pickled(tmp_path):
    write(tmp_path, random_documents(9, 20))
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert files
    assert not any(b"searchidx" in path.read_bytes() for path in files)


def ids(folder):
    """Return the ids of the stories in Whoosh's index."""
    with open_dir(str(folder)).reader() as reader:
        return {orjson.loads(fields["story"])["id"] for fields in reader.all_stored_fields()}


def some(*numbers):
    return inverted([document(number, "words") for number in numbers], ANALYZER)


def test_what_is_written_shows_with_the_commit(tmp_path):
    writer = WhooshWriter(tmp_path, ANALYZER)
    first = writer.generation
    writer.write(some(1, 2))
    assert (ids(tmp_path), WhooshReader(tmp_path).story_count) == (set(), 0)
    assert writer.commit() == writer.generation == first + 1
    assert (ids(tmp_path), WhooshReader(tmp_path).story_count) == ({"ü00001", "ü00002"}, 2)


def test_a_commit_of_nothing_changes_nothing(tmp_path):
    writer = write(tmp_path, [document(1, "words")])
    assert writer.delete(["unknown"]) == 0
    assert writer.commit() == writer.generation == 1


def test_deleting_reaches_committed_and_written_stories_once(tmp_path):
    writer = WhooshWriter(tmp_path, ANALYZER)
    writer.write(some(1, 2))
    writer.commit()
    writer.write(some(3, 4))
    assert writer.delete(["ü00001", "ü00003", "nobody"]) == 2
    assert writer.delete(["ü00001", "ü00003"]) == 0
    writer.commit()
    assert ids(tmp_path) == {"ü00002", "ü00004"}
    assert writer.delete(["ü00001"]) == 0
    assert WhooshReader(tmp_path).story_count == 2
    assert len(list(WhooshReader(tmp_path).records())) == 2


def test_an_update_is_a_deletion_and_a_story_with_the_same_id(tmp_path):
    writer = write(tmp_path, [document(1, "old")])
    writer.delete(["ü00001"])
    writer.write(inverted([document(1, "new")], ANALYZER))
    writer.commit()
    assert WhooshReader(tmp_path).story_count == 1
    with open_dir(str(tmp_path)).reader() as reader:
        assert [fields["story"].encode() for fields in reader.all_stored_fields()] == list(
            WhooshReader(tmp_path).records()
        )
        assert b'"new"' in next(WhooshReader(tmp_path).records())


def test_a_segment_without_stories_is_dropped(tmp_path):
    writer = write(tmp_path, [document(1, "one")], [document(2, "two")])
    writer.delete(["ü00001"])
    writer.commit()
    assert len(list(tmp_path.glob("*.seg"))) == 1
    assert ids(tmp_path) == {"ü00002"}


def test_rolling_back_leaves_no_trace(tmp_path):
    writer = write(tmp_path, [document(1, "one")])
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    writer.write(some(2))
    writer.delete(["ü00001"])
    writer.rollback()
    assert writer.commit() == 1
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert ids(tmp_path) == {"ü00001"}


def rewrite(writer):
    """Delete and write again what is worth it, and return how many stories that was."""
    numbers = [int(story_id[1:]) for story_id in writer.worth_rewriting()]
    writer.delete(f"ü{number:05d}" for number in numbers)
    writer.write(some(*numbers))
    writer.commit()
    return len(numbers)


def test_many_small_segments_are_worth_rewriting(tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "MOST_SMALL", 3)
    monkeypatch.setattr(writer_module, "SMALL_SEGMENT", 5)
    writer = write(tmp_path, [document(number, "words") for number in range(5)])
    for number in (5, 6, 7):
        writer.write(some(number))
        writer.commit()
    assert writer.worth_rewriting() == []
    writer.write(some(8, 9))
    writer.commit()
    assert rewrite(writer) == 5
    assert len(list(tmp_path.glob("*.seg"))) == 2
    assert ids(tmp_path) == {f"ü0000{number}" for number in range(10)}
    assert writer.worth_rewriting() == []


def test_segments_of_many_deleted_stories_are_worth_rewriting(tmp_path):
    writer = write(tmp_path, [document(number, "words") for number in range(10)], [document(10, "words")])
    writer.delete(["ü00000", "ü00001", "ü00002"])
    assert writer.worth_rewriting() == []
    writer.commit()
    writer.delete(["ü00003"])
    assert rewrite(writer) == 6
    assert ids(tmp_path) == {f"ü{number:05d}" for number in range(4, 11)}
    with open_dir(str(tmp_path)).reader() as reader:
        assert reader.doc_count() == reader.doc_count_all() == 7


@pytest.mark.parametrize("moment", ["after writing", "after deleting"])
def test_a_crash_before_the_commit_leaves_the_last_one(tmp_path, moment):
    write(tmp_path, [document(1, "one")])
    crashed = WhooshWriter(tmp_path, ANALYZER)
    if moment == "after writing":
        crashed.write(some(2))
    else:
        crashed.delete(["ü00001"])
    del crashed
    writer = WhooshWriter(tmp_path, ANALYZER)
    assert (writer.generation, WhooshReader(tmp_path).story_count, ids(tmp_path)) == (1, 1, {"ü00001"})
    writer.write(some(3))
    assert writer.commit() == 2
    assert ids(tmp_path) == {"ü00001", "ü00003"}
    assert len(list(tmp_path.glob("*.seg"))) == 2


def test_a_killed_process_leaves_the_last_commit(tmp_path):
    code = """
import os, sys
from pathlib import Path
from tests.test_whoosh_writer import ANALYZER, document, some
from searchidx.engines.embedded import writer
w = writer.WhooshWriter(Path(sys.argv[1]), ANALYZER)
w.write(some(1)); w.commit(); w.write(some(2))
os.replace = os.rename = lambda *_: os._exit(9)
w.commit()
"""
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 9
    assert ids(tmp_path) == {"ü00001"}
    writer = WhooshWriter(tmp_path, ANALYZER)
    writer.write(some(3))
    assert writer.commit() == 2
    assert ids(tmp_path) == {"ü00001", "ü00003"}
    assert sorted(path.name.partition(".")[2] for path in tmp_path.iterdir() if path.is_file()) == [
        "",
        "seg",
        "seg",
        "toc",
    ]


def test_an_interruption_behind_the_commit_takes_nothing_from_it(tmp_path, monkeypatch):
    writer = write(tmp_path, [document(1, "one")])
    writer.write(some(2))

    really_remove = os.remove

    def interrupt(path):
        # Whoosh removes the old table of contents when the new one is in force.
        if path.endswith(".toc"):
            raise KeyboardInterrupt
        really_remove(path)

    monkeypatch.setattr(os, "remove", interrupt)
    with pytest.raises(KeyboardInterrupt):
        writer.commit()
    monkeypatch.undo()
    writer.rollback()
    following = WhooshWriter(tmp_path, ANALYZER)
    assert (following.generation, WhooshReader(tmp_path).story_count, ids(tmp_path)) == (2, 2, {"ü00001", "ü00002"})
    following.write(some(3))
    following.commit()
    assert ids(tmp_path) == {"ü00001", "ü00002", "ü00003"}


def test_all_files_are_on_the_disk_before_the_table_of_contents_has_its_name(tmp_path, monkeypatch):
    writer = WhooshWriter(tmp_path, ANALYZER)
    synced, really_sync, really_rename = {}, os.fsync, os.rename
    monkeypatch.setattr(
        os, "fsync", lambda fd: (synced.update({os.fstat(fd).st_ino: os.fstat(fd).st_size}), really_sync(fd))[1]
    )
    at_rename: list[bool] = []

    def rename(old, new):
        files = [
            path.stat()
            for path in (tmp_path, *tmp_path.glob("*.seg"), *tmp_path.glob("*.toc.*"))
            if path.stat().st_size
        ]
        at_rename.extend(stat.st_ino in synced and (stat.st_size == synced[stat.st_ino]) for stat in files)
        synced.clear()
        really_rename(old, new)

    monkeypatch.setattr(os, "rename", rename)
    writer.write(some(1, 2))
    writer.commit()
    assert at_rename == [True, True, True]
    assert tmp_path.stat().st_ino in synced


def test_another_writer_is_waited_for_by_saying_so(tmp_path):
    writer = write(tmp_path, [document(1, "one")])
    writer.write(some(2))
    other = open_dir(str(tmp_path)).writer()
    with pytest.raises(ArchiveBusy, match="another process"):
        writer.commit()
    other.cancel()
    writer.commit()
    assert ids(tmp_path) == {"ü00001", "ü00002"}


@pytest.mark.parametrize("bytes_", [b"", b"rubbish", bytes(100)])
def test_a_spoilt_table_of_contents_is_told(tmp_path, bytes_):
    write(tmp_path, [document(1, "one")])
    next(tmp_path.glob("*.toc")).write_bytes(bytes_)
    with pytest.raises(ArchiveDamaged, match="table of contents"):
        WhooshWriter(tmp_path, ANALYZER)


def test_stems_of_another_analysis_are_refused(tmp_path):
    writer = WhooshWriter(tmp_path, ANALYZER)
    with pytest.raises(ArchiveOutdated, match="headline of story 'ü00001'"):
        writer.write(inverted([document(1, "Elections were running")], Analyzer("german")))
    assert not list(tmp_path.glob("*.seg"))


WHOLE = Story(
    "w1",
    story_address(datetime.date(2004, 8, 14), "Truce in Najaf A body."),
    datetime.date(2004, 8, 14),
    "Truce in Najaf",
    "A body.",
    category="Conflicts",
    topics=("Iraq war",),
    places=(Place("Najaf", id="98862", given=False), Place("Iraq")),
    entities=(
        Entity("Ali", id="7"),
        Entity("Sadr"),
        Entity("UN", given=False),
        Entity("EU", url="http://eu", given=False),
    ),
    sources=(Source("BBC", url="http://bbc", archived="http://old"), Source("AP"), Source("http://x")),
    image="a.png",
    former=("/news/2004/08/14/old",),
    origin=Origin("a.jsonl", 3, (("date", "by hand"),)),
)


@pytest.mark.parametrize(
    "documents",
    [
        random_documents(10, 30),
        [Document(WHOLE), Document(Story("w2", "/news/2004/08/14/x", WHOLE.date, "Only this", ""))],
    ],
    ids=["random", "whole and bare"],
)
def test_a_stored_story_is_a_record_that_reads_back_equal(tmp_path, documents):
    write(tmp_path, documents)
    stored = list(WhooshReader(tmp_path).records())
    assert [read_story(orjson.loads(record)) for record in stored] == [
        read_story(write_story(document.story)) for document in documents
    ]


def test_the_fingerprint_tells_languages_apart():
    assert schema_fingerprint(ANALYZER) == schema_fingerprint(Analyzer()) != schema_fingerprint(Analyzer("german"))


def test_the_fields_are_those_of_whooshs_schema(tmp_path):
    WhooshWriter(tmp_path, ANALYZER)
    assert open_dir(str(tmp_path)).schema.names() == sorted(FIELDS)


@pytest.mark.parametrize("options", [(), ("-W", "error")], ids=["usual", "warnings are errors"])
def test_whoosh_is_quiet_when_it_is_compiled_for_the_first_time(tmp_path, options):
    command = [sys.executable, *options, "-c", "import searchidx.engines.embedded.writer"]
    environment = os.environ | {"PYTHONPYCACHEPREFIX": str(tmp_path)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
