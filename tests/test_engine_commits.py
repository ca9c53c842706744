"""Commits of the embedded engine: whole or absent, one writer, readers that swap, files that are swept."""

import datetime
import errno
import fcntl
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib
from contextlib import contextmanager, suppress

import numpy as np
import orjson
import pytest

from searchidx.engines.embedded import EmbeddedIndex
from searchidx.engines.embedded.directory import Directory
from searchidx.engines.embedded.inversion import invert
from searchidx.engines.embedded.snapshot.format import ArrayFile
from searchidx.engines.embedded.snapshot.merge import choose_merge
from searchidx.engines.embedded.snapshot.stories import own_address
from searchidx.engines.embedded.stored_stories import pack_record, story_record
from searchidx.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveMissing, ArchiveOutdated, RecordError
from searchidx.search.document import Document
from searchidx.search.engine import Search
from searchidx.search.query import Word
from searchidx.stories import Origin, Story

DAY = datetime.date(2004, 8, 14)


def document(id_, headline="A truce in Najaf", address=None, **fields):
    return Document(Story(id_, address or f"/news/2004/08/14/{id_}", DAY, headline, **fields))


def commit(index, *documents, remove=()):
    with index.writer() as writer:
        add_all(writer, *documents)
        for story_id in remove:
            writer.remove(story_id)
        return writer.commit()


def add_all(writer, *documents):
    for each in documents:
        writer.add(each)


def files(index):
    return sorted(p.name for p in index.folder.rglob("*") if p.is_file() and p.parent.name != "whoosh")


@contextmanager
def full_disk(limit):
    """Let no file grow beyond so many bytes, as on a disk that is full."""
    size = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, size[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, size)
        signal.signal(signal.SIGXFSZ, handler)


def every_file(index):
    return {p.relative_to(index.folder): p.read_bytes() for p in index.folder.rglob("*") if p.is_file()}


@pytest.fixture
def index(tmp_path):
    return EmbeddedIndex.create(tmp_path / "index")


def test_a_commit_reports_what_it_changed(index):
    report = commit(index, *(document(str(n)) for n in range(5)))
    assert (report.generation, report.stories, report.added, report.updated) == (1, 5, 5, 0)
    report = commit(index, document("0"), document("1", "Changed"), document("9"), remove=["2", "nowhere"])
    assert (report.generation, report.stories) == (2, 5)
    assert (report.added, report.updated, report.removed, report.unchanged) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["add x 1", "add x 2"], (1, 0, 0)),
        (["add x 1", "remove x"], (0, 0, 0)),
        (["add x 1", "remove x", "add x 2"], (1, 0, 0)),
        (["add a 2", "add a 0"], (0, 0, 0)),
        (["add a 2", "remove a"], (0, 0, 1)),
        (["remove a", "add a 0"], (0, 0, 0)),
        (["remove a", "add a 2"], (0, 1, 0)),
        (["remove a", "add a 2", "remove a"], (0, 0, 1)),
        (["add a 2", "add a 3", "add a 4"], (0, 1, 0)),
    ],
)
@pytest.mark.parametrize("slice_", [1, 100])
def test_the_last_step_of_a_batch_wins(index, steps, expected, slice_, monkeypatch):
    monkeypatch.setattr("searchidx.engines.embedded.indexing.SLICE", slice_)
    commit(index, document("a", "text 0"))
    with index.writer() as writer:
        for step in steps:
            what, id_, *text = step.split()
            writer.add(document(id_, f"text {text[0]}")) if what == "add" else writer.remove(id_)
        report = writer.commit()
    assert (report.added, report.updated, report.removed) == expected
    assert report.stories == index.reader().story_count == 1 + report.added - report.removed
    assert index.verify() == []


def test_nothing_changed_makes_no_generation(index):
    commit(index, document("a"), document("b"))
    before = files(index)
    report = commit(index, document("b"), document("a"), remove=["nowhere"])
    assert (report.generation, report.unchanged) == (1, 2)
    assert files(index) == before


def test_where_a_story_came_from_does_not_change_it(index):
    commit(index, document("a", origin=Origin("one.jsonl", 3)))
    assert commit(index, document("a", origin=Origin("two.jsonl", 9))).unchanged == 1


def test_the_same_stories_have_the_same_digest_however_they_came(index, tmp_path):
    documents = [document(str(n)) for n in range(9)]
    commit(index, *documents, document("more"))
    commit(index, remove=["more"])
    other = EmbeddedIndex.create(tmp_path / "other")
    commit(other, *reversed(documents[4:]))
    commit(other, *documents[:4])
    assert index.info().digest == other.info().digest


def test_leaving_with_an_error_changes_nothing(index, monkeypatch):
    monkeypatch.setattr("searchidx.engines.embedded.indexing.SLICE", 2)
    commit(index, document("a"))
    before = files(index)
    with pytest.raises(RecordError), index.writer() as writer:
        add_all(writer, *(document(str(n)) for n in range(5)), document("bad", "a lone \ud800"))
    assert files(index) == before
    assert index.verify() == []
    assert commit(index, document("b")).stories == 2


def test_one_writer_at_a_time(index):
    with index.writer(), pytest.raises(ArchiveBusy, match=r"another process is writing to .*try again"):
        EmbeddedIndex.open(index.folder).writer()
    with index.writer():
        pass


def test_where_no_file_can_be_locked_nobody_is_said_to_write(index, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    commit(index, document("a"))
    monkeypatch.setattr("fcntl.flock", no_locks)
    for ask in (index.writer, lambda: EmbeddedIndex.open(index.folder)):
        with pytest.raises(ArchiveError, match=r"gives no locks.*on a disk of this machine") as raised:
            ask()
        assert not isinstance(raised.value, ArchiveBusy)


def test_generations_are_swept_where_only_a_file_open_for_writing_can_be_locked_as_over_nfs(index, monkeypatch):
    def flock_of_nfs(file, how):
        if how & fcntl.LOCK_EX and not fcntl.fcntl(file, fcntl.F_GETFL) & (os.O_RDWR | os.O_WRONLY):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    monkeypatch.setattr("fcntl.flock", flock_of_nfs)
    for name in "abcd":
        commit(index, document(name))
    assert sorted(path.name for path in (index.folder / "generations").iterdir()) == ["3.json", "4.json"]


def test_what_of_whoosh_may_not_be_read_is_no_damage(index, monkeypatch):
    commit(index, document("a"))

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("searchidx.engines.embedded.writer.TOC.read", refuse)
    with pytest.raises(ArchiveError, match="check its permissions") as error:
        index.writer()
    assert not isinstance(error.value, ArchiveDamaged)


# Whoosh leaves a file open that it cannot read.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("harm", [pathlib.Path.unlink, lambda path: os.truncate(path, 40)], ids=["lost", "cut off"])
def test_a_segment_of_whoosh_that_is_damaged_is_no_want_of_room_and_no_interruption(index, harm):
    commit(index, document("a"))
    for path in (index.folder / "whoosh").glob("*.seg"):
        harm(path)
    with pytest.raises(ArchiveDamaged, match=r"cannot be read .*--rebuild"):
        commit(index, document("a", "A battle in Najaf"))
    assert index.reader().story_count == 1


def test_closing_a_writer_again_leaves_alone_what_others_have_written_since(index):
    commit(index, document("a"))
    writer = index.writer()
    writer.close()
    commit(index, document("b"))
    commit(index, document("c"))
    before = every_file(index)
    writer.close()
    assert every_file(index) == before
    assert EmbeddedIndex.open(index.folder).reader().story_count == 3


def test_a_closed_writer_writes_nothing(index):
    commit(index, document("a"))
    with index.writer() as writer:
        pass
    before = every_file(index)
    writer.add(document("b"))
    with pytest.raises(ValueError, match="is closed"):
        writer.commit()
    assert every_file(index) == before
    assert commit(index, document("b")).stories == 2


def test_a_writer_commits_more_than_once(index):
    with index.writer() as writer:
        for n in range(3):
            writer.add(document(str(n)))
            assert writer.commit().stories == n + 1
    assert index.reader().generation == 3


def test_what_is_kept_out_stays_out(index):
    commit(index, document("a"), document("b"))
    with index.writer() as writer:
        assert writer.keep_out("a")
        assert not writer.keep_out("c")
        assert writer.add(document("a")) == "kept out"
        writer.commit()
    with index.writer() as writer:
        assert writer.add(document("a")) == writer.add(document("c")) == "kept out"
        assert writer.commit().kept_out == 2
    assert index.reader().story_count == 1


def test_statistics_go_with_their_generation(index):
    with index.writer() as writer:
        writer.set_statistics(b"one")
        writer.commit()
    first = index.reader()
    commit(index, document("a"))
    assert index.reader().statistics == b"one"
    with index.writer() as writer:
        writer.set_statistics(b"two")
        writer.commit()
    assert (first.statistics, index.reader().statistics) == (b"one", b"two")
    with index.writer() as writer:
        writer.set_statistics(b"two")
        assert writer.commit().generation == 3


def test_of_stories_of_one_address_the_one_of_the_smallest_id_is_found_there(index):
    bare = "/news/2004/08/14/truce"
    commit(index, document("b", address=bare), document("c", address=bare))
    commit(index, document("a", address=bare), document("d", former=(bare,)))
    assert index.reader().story_at(bare).id == "a"


def test_a_former_address_leads_to_its_story_unless_another_has_it_now(index):
    commit(index, document("a", former=("/news/2004/08/14/old", "/news/2004/08/14/b")), document("b"))
    assert index.reader().story_at("/news/2004/08/14/old").id == "a"
    assert index.reader().story_at("/news/2004/08/14/b").id == "b"


def test_a_reader_keeps_its_generation_and_its_files(index):
    commit(index, document("a"))
    old = index.reader()
    assert index.reader() is old
    for n in range(4):
        commit(index, document(f"n{n}"))
    assert "1.json" in files(index)
    assert old.search(Search(query=Word("truce"))).total == 1
    assert old.stories(["a"])[0].headline == "A truce in Najaf"
    assert index.reader().story_count == 5
    del old
    commit(index, document("last"))
    assert [name for name in files(index) if name.endswith(".json")] == ["5.json", "6.json"]


@pytest.mark.parametrize("generation", [1, 2])
def test_a_reader_goes_on_to_another_index_put_in_the_place_of_its_own(index, generation, tmp_path):
    commit(index, document("a"))
    assert index.reader().story_count == 1
    other = EmbeddedIndex.create(tmp_path / "other")
    commit(other, document("b", "A battle in Basra"))  # in a segment of the same name
    if generation == 2:
        with other.writer() as writer:
            writer.keep_out("c")
            writer.commit()
    index.folder.rename(tmp_path / "former")
    other.folder.rename(index.folder)
    engine = index.reader()
    assert engine.generation == generation
    assert engine.stories(["b"])[0].headline == "A battle in Basra"
    assert engine.search(Search(query=Word("truce"))).total == 0
    assert index.reader() is engine


def test_readers_in_threads_see_whole_generations_while_one_writes(index):
    problems, stop = [], threading.Event()

    def read():
        own = EmbeddedIndex.open(index.folder)
        while not stop.is_set():
            for engine in (own.reader(), index.reader()):
                total = engine.search(Search(query=Word("truce"))).total
                if not total == engine.story_count == 3 * engine.generation:
                    problems.append((total, engine.story_count, engine.generation))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(8):
        commit(index, *(document(f"{n}-{k}") for k in range(3)))
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []


WRITE_UNTIL_KILLED = """
import sys
sys.path.insert(0, ".")
from searchidx.engines.embedded import EmbeddedIndex, indexing
from tests.test_engine_commits import document
indexing._WORTH_A_PROCESS = int(sys.argv[2])
index = EmbeddedIndex.open(sys.argv[1])
with index.writer() as writer:
    print("ready", flush=True)
    while True:
        generation = index.reader().generation
        for k in range(3):
            writer.add(document(f"{generation}-{k}"))
        writer.remove(f"{generation - 1}-0")
        writer.commit()
"""


@pytest.mark.parametrize("worth_a_process", [1, 1_000])
@pytest.mark.parametrize("seed", range(5))
def test_a_commit_cut_off_by_kill_is_wholly_there_or_wholly_absent(index, seed, worth_a_process):
    command = [sys.executable, "-c", WRITE_UNTIL_KILLED, str(index.folder), str(worth_a_process)]
    rng = random.Random(seed)
    for _ in range(2):
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(rng.uniform(0.01, 0.15))
            os.kill(child.pid, signal.SIGKILL)
        engine = EmbeddedIndex.open(index.folder).reader()
        assert_whole(engine)
        with writer_when_free(index):
            pass  # makes whole or sweeps what was cut off
        assert index.verify() == []
        assert_whole(index.reader())
        assert not [name for name in files(index) if name.endswith(".tmp")]
        named = {int(name.split(".")[0]) for name in files(index) if name.endswith(".json")}
        assert max(named) == index.reader().generation


def writer_when_free(index):
    """Return a writer as soon as what was forked from a killed process has been ended, too."""
    for _ in range(500):
        with suppress(ArchiveBusy):
            return index.writer()
        time.sleep(0.01)
    return index.writer()


@pytest.mark.parametrize("slice_", [7, 1_000])
def test_an_index_is_the_same_by_one_process_and_by_two(tmp_path, monkeypatch, slice_):
    monkeypatch.setattr("searchidx.engines.embedded.indexing.SLICE", slice_)
    stories = [document(f"{n:03d}", f"Truce {n % 7} in Najaf", body=f"holds for {n} days") for n in range(50)]
    written = []
    for worth_a_process in (1, 1_000):
        monkeypatch.setattr("searchidx.engines.embedded.indexing._WORTH_A_PROCESS", worth_a_process)
        index = EmbeddedIndex.create(tmp_path / str(worth_a_process))
        commit(index, *stories)
        commit(index, document("049", "No truce"), document("050"), remove=["001"])
        assert index.verify() == []
        written.append({name: data for name, data in every_file(index).items() if name.parts[0] != "whoosh"})
    assert written[0] == written[1]


def assert_whole(engine):
    # Each generation adds three stories and removes one of those before.
    assert engine.story_count == max(2 * engine.generation + 1, 0) * (engine.generation > 0)
    assert engine.search(Search(query=Word("truce"))).total == engine.story_count


def test_a_commit_that_whoosh_had_made_is_made_whole_by_the_next_writer(index):
    commit(index, document("a"))
    commit(index, document("b"))
    (index.folder / "CURRENT").write_text("1\n")  # as if the process had been killed just before it was replaced
    assert index.reader().story_count == 1
    assert "a commit was cut off" in index.verify()[0]
    assert commit(index, document("c")).generation == 3
    assert index.reader().story_count == 3
    assert index.verify() == []


def test_what_was_left_by_a_commit_that_whoosh_had_not_made_is_swept(index):
    commit(index, document("a"))
    before = files(index)
    for name in ("segments/2-0.seg", "segments/1-0.2.del", "generations/2.json", "generations/2.tmp", "segments/stray"):
        (index.folder / name).write_bytes(b"half a fi")
    with index.writer():
        pass
    assert files(index) == before


def rewrite_manifest(index, generation, **changes):
    path = index.folder / f"generations/{generation}.json"
    body = orjson.loads(path.read_bytes())["manifest"] | changes
    path.write_bytes(orjson.dumps({"checksum": zlib.crc32(orjson.dumps(body)), "manifest": body}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"format": 1},
            r"is of format 1, this version reads \d+; build the index anew: searchidx index SOURCES --into NAME --rebuild",
        ),
        (
            {"format": 99},
            r"is of format 99, this version reads \d+; update searchidx, or build the index anew: searchidx index SOURCES",
        ),
        (
            {"schema": "another"},
            "was made with another analysis of words; build the index anew: searchidx index",
        ),
    ],
)
def test_an_index_of_another_version_is_outdated(index, changes, message):
    rewrite_manifest(index, 0, **changes)
    with pytest.raises(ArchiveOutdated, match=message):
        EmbeddedIndex.open(index.folder)


def test_a_whoosh_part_that_no_generation_goes_with_is_damage(index):
    commit(index, document("a"))
    commit(index, document("b"))
    (index.folder / "CURRENT").write_text("1\n")
    (index.folder / "generations/2.json").unlink()
    with pytest.raises(ArchiveDamaged, match=r"Whoosh's part of .* is at commit 2, generation 1 needs 1"):
        index.writer()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(index):
    index.folder.chmod(0o555)
    try:
        with pytest.raises(ArchiveError, match="cannot be written"):
            commit(index, document("a"))
    finally:
        index.folder.chmod(0o755)


@pytest.mark.parametrize("worth_a_process", [1, 1_000])
@pytest.mark.parametrize("change", ["add", "remove"])
@pytest.mark.parametrize("limit", [0, 100, 1_000, 6_000, 10_000, 30_000, 200_000])
def test_a_full_disk_is_told_and_leaves_nothing_behind(index, limit, change, worth_a_process, monkeypatch):
    monkeypatch.setattr("searchidx.engines.embedded.indexing._WORTH_A_PROCESS", worth_a_process)
    commit(index, document("a"), document("gone"))
    before = every_file(index)
    with full_disk(limit), pytest.raises(ArchiveError, match=r"cannot be written .*nothing in it was changed"):
        commit(index, *[document("b", "truce " * 1000)] * (change == "add"), remove=["gone"] * (change == "remove"))
    assert every_file(index) == before
    assert commit(index, document("c")).stories == 3
    assert index.verify() == []


def test_an_index_that_nobody_has_read_yet_says_when_it_was_published(index):
    written = datetime.datetime(2004, 8, 14, 12).timestamp()
    os.utime(index.folder / "CURRENT", (written, written))
    assert index.published == DAY


def test_an_index_is_made_once(index):
    with pytest.raises(ArchiveError, match=r"there is an index at .* already"):
        EmbeddedIndex.create(index.folder)


def test_an_index_without_current_is_mended_and_not_begun_anew(index):
    commit(index, document("a"))
    commit(index, document("b"))
    current = index.folder / "CURRENT"
    current.unlink()
    before = every_file(index)
    for use in (EmbeddedIndex.open, EmbeddedIndex.create):
        with pytest.raises(ArchiveError, match=r"CURRENT is missing; .*: echo 2 > .*CURRENT|there is an index at"):
            use(index.folder)
    assert every_file(index) == before
    current.write_text("2\n")
    assert EmbeddedIndex.open(index.folder).reader().story_count == 2


def test_a_missing_index_says_how_to_make_one(tmp_path):
    with pytest.raises(ArchiveMissing, match=r"no index at .*nowhere; make one with: searchidx index"):
        EmbeddedIndex.open(tmp_path / "nowhere")


def damage(path, rng):
    data = bytearray(path.read_bytes())
    if rng.random() < 0.3:
        data = data[: rng.randrange(len(data))]
    else:
        at = rng.randrange(len(data))
        data[at] ^= 1 << rng.randrange(8)
    path.chmod(0o644)
    path.unlink()
    path.write_bytes(data)


@pytest.mark.parametrize("seed", range(30))
def test_damaged_files_are_told_and_never_give_wrong_answers(tmp_path, seed):
    rng = random.Random(seed)
    index = EmbeddedIndex.create(tmp_path / "index")
    documents = [document(f"{n:02d}", rng.choice(("truce", "bomb Najaf", "Malmö wins"))) for n in range(30)]
    commit(index, *documents)
    commit(index, remove=["03", "05"])
    good = [answers(index.reader(), documents)]
    victims = [p for p in index.folder.rglob("*") if p.is_file() and p.parent.name in ("segments", "index")]
    victims += [index.folder / "generations/2.json"]
    victim = rng.choice([p for p in victims if p.name != "LOCK"])
    damage(victim, rng)
    try:
        told = None
        engine = EmbeddedIndex.open(index.folder).reader()
        # What was damaged may be padding, an array that no answer needs, or another generation that is there too.
        assert answers(engine, documents) in good
    except ArchiveError as error:
        told = error
    if told is not None:
        assert str(index.folder) in str(told)
        assert isinstance(told, ArchiveDamaged | ArchiveOutdated | ArchiveMissing)
        assert problems(index.folder)


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("ids.bytes", lambda a: a[::-1], "ids are not sorted"),
        ("stems.bytes", lambda a: a[::-1], "stems are not sorted"),
        ("exact.bytes", lambda a: a[::-1], "exact terms are not sorted"),
        ("digests", lambda a: a[1:], "columns have different lengths"),
        ("file_of", lambda a: a + 1, "files are wrong"),
        ("day_of", lambda a: a + 1, "days are wrong"),
        ("lists", lambda a: a[:-1], "posting lists do not fit"),
        ("documents", lambda a: a + 1, "postings name documents that are not there"),
        ("documents", lambda a: a * 0, "documents of a posting list do not rise"),
        ("codes", lambda a: a + 9, "codes are wrong"),
        ("exact.lists", lambda a: a + 1, "exact terms name lists that are not there"),
        ("positions", lambda a: a[:-1], "positions do not fit"),
        ("addresses.documents", lambda a: a + 1, "addresses are wrong"),
        ("values.of", lambda a: a[:-1], "the values of the documents are wrong"),
        ("values.numbers", lambda a: a + 1, "the values of the documents are wrong"),
        ("values.none", lambda a: a + 1, "the values of the documents are wrong"),
        ("topic.lists", lambda a: a[[0, 2, 2]], "the values of the documents are wrong"),
        ("topic.lists", lambda a: a + 1, "the values of topic are wrong"),
        ("topic.documents", lambda a: a + 9, "the values of topic are wrong"),
        ("topic.documents", lambda a: a * 0, "the values of topic are wrong"),
    ],
)
def test_verifying_compares_the_arrays_of_a_segment_with_each_other(index, monkeypatch, name, change, problem):
    commit(index, document("a", topics=("Iraq",)), document("b", "A bomb", topics=("Iraq", "Truces")), document("c"))
    assert index.verify() == []
    unchecked = ArrayFile.unchecked
    monkeypatch.setattr(
        ArrayFile,
        "unchecked",
        lambda self, n: np.ascontiguousarray((change if n == name else np.array)(unchecked(self, n))),
    )
    monkeypatch.setattr(ArrayFile, "check", lambda self, n: None)
    assert f"{next(index.folder.glob('segments/*.seg'))}: {problem}" in index.verify()


def test_verifying_compares_the_stories_that_whoosh_keeps(index, tmp_path):
    commit(index, document("a"), document("b"), document("c"))
    commit(index, remove=["c"])
    assert index.verify() == []
    other = EmbeddedIndex.create(tmp_path / "other")
    commit(other, document("a"), document("b", "Another headline"), document("c"))
    commit(other, remove=["c"])
    whoosh = index.folder / "whoosh"
    shutil.copytree(whoosh, tmp_path / "own")
    shutil.rmtree(whoosh)
    shutil.copytree(other.folder / "whoosh", whoosh)
    assert index.verify() == [f"{whoosh} has other stories than the snapshot"]
    shutil.rmtree(whoosh)
    shutil.copytree(tmp_path / "own", whoosh)
    path = next(whoosh.glob("*.seg"))
    data = bytearray(path.read_bytes())
    story = document("a").story
    record = pack_record(story_record(story, own_address(story)))
    data[data.index(record) + len(record) // 2] ^= 1
    path.write_bytes(data)
    assert "Whoosh's stories in" in index.verify()[0]


def test_a_commit_made_while_an_index_is_verified_is_no_damage(index, monkeypatch):
    commit(index, document("a"))
    read = Directory.read_statistics

    def commit_meanwhile(directory, manifest):
        monkeypatch.undo()
        commit(index, document("b"))
        return read(directory, manifest)

    monkeypatch.setattr(Directory, "read_statistics", commit_meanwhile)
    assert index.verify() == []
    assert index.reader().story_count == 2


def problems(folder):
    try:
        return EmbeddedIndex.open(folder).verify()
    except ArchiveError as error:
        return [str(error)]


def test_whooshs_part_is_rewritten_with_no_more_tokens_at_once_than_it_is_built_with(index, monkeypatch):
    commit(index, *(document(str(n), "A truce holds") for n in range(12)))
    inverted = []

    def spy(batch, analyzer):
        inverted.append(len(batch.tokens))
        return invert(batch, analyzer)

    monkeypatch.setattr("searchidx.engines.embedded.indexing.invert", spy)
    monkeypatch.setattr("searchidx.engines.embedded.indexing.SLICE_TOKENS", 6)
    commit(index, remove=map(str, range(5)))
    assert inverted == [6, 6, 6, 3]
    assert index.verify() == []


def answers(engine, documents):
    words = [engine.search(Search(query=Word(word), limit=None)) for word in ("truce", "bomb", "malmö")]
    stories = [engine.story_at(each.story.address) for each in documents]
    return engine.generation, words, stories


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([(100, 0)], []),
        ([(100_000, 0)], []),
        ([(100_000, 0), (100, 0)], []),
        ([(100_000, 0), (100, 0), (100, 0)], [1, 2]),
        ([(100_000, 0), (9_000, 0), (100, 0)], []),
        ([(100_000, 0), (9_000, 0), (2_000, 0)], [1, 2]),
        ([(20_000, 0)] * 4, [0, 1, 2, 3]),
        ([(1_000_000, 0), (100_000, 0), (9_000, 0), (8_000, 0)], [1, 2, 3]),
        ([(100_000, 50_000), (100, 0)], [0, 1]),
        ([(100_000, 50_000), (20_000, 0)], [0, 1]),
        ([(10_000, 5_000), (90_000, 0)], [0]),
        ([(100, 1)], []),
        ([(100, 90)], [0]),
    ],
)
def test_segments_merge_in_tiers(sizes, expected):
    assert choose_merge(sizes) == expected
