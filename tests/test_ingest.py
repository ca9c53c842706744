"""Stories on their way into an index: ids, addresses, redirects, removal, what is reported, what survives."""

import json
import os
import shutil
import signal
import sqlite3
import time

import pytest

from searchidx.catalogue import SETTINGS_FILE, Catalogue, Settings
from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.errors import ArchiveBusy, ArchiveError, SourceError
from searchidx.exporters.objects import json_lines
from searchidx.ingest.run import Job, ingest
from searchidx.ingest.spool import Spool
from searchidx.stories import Skipped
from tests.command_line import SAMPLE, start


class Watched:
    """Progress that remembers."""

    def __init__(self):
        self.stages = {}

    def begin(self, stage, total):
        self.stages[stage] = [total, 0]
        self.last = stage

    def advance(self, amount):
        self.stages[self.last][1] += amount


class Bringing:
    """Brings sources into the index "news", and remembers the last run's progress and what it skipped."""

    def __init__(self, catalogue):
        self.catalogue = catalogue

    def __call__(self, *sources, progress=None, **how):
        self.progress = progress or Watched()
        self.skipped: list[Skipped] = []
        job = Job(sources=sources, **how)
        return ingest(self.catalogue, "news", job, progress=self.progress, on_skipped=self.skipped.append)


class Overtaken(Watched):
    """Progress in the course of which another process makes the index."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def begin(self, stage, total):
        super().begin(stage, total)
        if not self.folder.exists():
            EmbeddedIndex.create(self.folder)


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(tmp_path / "indexes")


@pytest.fixture
def write(tmp_path):
    """Return a function that writes records to a file and returns its path."""

    def write(name, *records):
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return write


@pytest.fixture
def bring(catalogue):
    """Return what brings sources into the index "news"."""
    return Bringing(catalogue)


def news(id_, text="A truce in Najaf holds.", date="2004-08-14", **more):
    return {"id": id_, "date": date, "text": text, **more}


def addresses(catalogue):
    return {story.id: story.address.rpartition("/")[2] for story in catalogue.open("news").stories()}


def ids(catalogue):
    return set(addresses(catalogue))


def test_the_same_input_again_changes_nothing(catalogue, bring):
    sources = sorted(SAMPLE.glob("200[0-4].jsonl"))
    first = bring(*sources)
    before = catalogue.open("news").info()
    again = bring(*sources)
    assert first.added == first.read == again.unchanged == again.read
    assert first.names == again.names > first.places == again.places > 0
    assert (again.added, again.updated, again.removed) == (0, 0, 0)
    assert catalogue.open("news").info() == before


def test_what_is_exported_makes_the_same_index(catalogue, bring, tmp_path):
    bring(*sorted(SAMPLE.glob("200[0-4].jsonl")))
    first = catalogue.open("news")
    exported = tmp_path / "exported.jsonl"
    with exported.open("wb") as file:
        file.writelines(json_lines(first.stories()))
    before = first.info().digest
    assert bring(exported).unchanged == first.engine.story_count
    shutil.rmtree(catalogue.path("news"))
    bring(exported)
    assert catalogue.open("news").info().digest == before


def test_the_last_of_an_id_wins_in_one_batch_and_in_the_next(catalogue, bring, write):
    report = bring(write("a.jsonl", news("1", "First."), news("1", "Second."), news("2")))
    assert (report.read, report.added) == (3, 2)
    assert catalogue.open("news").story("1").headline == "Second."
    report = bring(write("a.jsonl", news("1", "Third.")))
    assert (report.updated, report.stories) == (1, 2)
    assert catalogue.open("news").story("1").headline == "Third."


def test_a_changed_address_becomes_a_former_one(catalogue, bring, write):
    bring(write("a.jsonl", news("1", "First.")))
    bring(write("a.jsonl", news("1", "Second.")))
    archive = catalogue.open("news")
    assert archive.story("1").former == ("/news/2004/08/14/first",)
    assert archive.at("/news/2004/08/14/first").id == "1"
    assert bring(write("a.jsonl", news("1", "Second."))).unchanged == 1


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([["b-2222", "a-1111"]], {"a-1111": "a-truce", "b-2222": "a-truce-2222"}),
        ([["b-2222"], ["a-1111"]], {"a-1111": "a-truce-1111", "b-2222": "a-truce"}),
        ([["b-2222"], ["a-1111", "b-2222"]], {"a-1111": "a-truce-1111", "b-2222": "a-truce"}),
        ([["b-2222"], ["a-1111"], ["a-1111"]], {"a-1111": "a-truce-1111", "b-2222": "a-truce"}),
        (
            [["x-12222", "y-12222", "z-02222"]],
            {"x-12222": "a-truce", "y-12222": "a-truce-2222", "z-02222": "a-truce-02222"},
        ),
    ],
)
def test_of_stories_that_want_one_address_one_has_it_bare(catalogue, bring, write, batches, expected):
    for batch in batches:
        bring(write("a.jsonl", *(news(each, "A truce.") for each in batch)))
    assert addresses(catalogue) == expected


def test_an_address_that_another_story_wants_bare_is_no_suffix(catalogue, bring, write):
    bring(write("a.jsonl", news("a-1111", "A truce."), news("b-2222", "A truce."), news("c-3333", "A truce 2222.")))
    assert addresses(catalogue) == {"a-1111": "a-truce", "b-2222": "a-truce-b2222", "c-3333": "a-truce-2222"}


def test_ids_that_differ_in_signs_alone_get_different_addresses(catalogue, bring, write):
    bring(write("a.jsonl", *(news(each, "A truce.") for each in ("a", "a-1", "a.1", "a:1"))))
    found = addresses(catalogue)
    assert len(set(found.values())) == 4
    assert found["a"] == "a-truce"


@pytest.mark.parametrize(("text", "slug"), [("Index", "index-1111"), ("README!", "readme-1111"), ("…", "story-1111")])
def test_slugs_that_name_other_pages_get_the_suffix(catalogue, bring, write, text, slug):
    bring(write("a.jsonl", news("a-1111", text)))
    assert addresses(catalogue) == {"a-1111": slug}


@pytest.mark.parametrize("slug", ["index", "Index", "index.html", "README.md", "index.csl.json", "..", ".", ".json"])
def test_addresses_that_lead_to_other_pages_get_the_suffix(catalogue, bring, write, slug):
    source = write("a.jsonl", news("a-1111") | {"address": f"/news/2004/08/14/{slug}"})
    for _ in range(2):
        bring(source)
        assert addresses(catalogue) == {"a-1111": f"{slug}-1111"}


def test_a_story_that_leaves_frees_its_address(catalogue, bring, write):
    bring(write("a.jsonl", news("b-2222", "A truce.")))
    bring(write("a.jsonl", news("a-1111", "A truce.")), sync=True, max_delete=1)
    assert addresses(catalogue) == {"a-1111": "a-truce"}


def context_page(folder, slug, headline, former=None):
    """Write a page of the Context, with a former version if there is one."""
    day = "/news/2004/08/14/"
    stem = day + slug
    text = f"\nFormats: [HTML]({stem}.html)  [JSON]({stem}.json)  [XML]({stem}.xml)  \n\n"
    text += f"### [2004-08-14]({day}index.md)\n\n##### Najaf\n# {headline}\n\n\n\n"
    if former:
        text += f"\n### Changes:\n\n1. [Old]({day}{former}.md) _2018-02-06 13:49:15 (First version)_\n"
        text += f"1. [{headline}]({stem}.md) _(Current version)_\n"
    path = folder / f"{stem[1:]}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_redirects_are_followed_to_the_story_that_stands(catalogue, bring, tmp_path):
    context_page(tmp_path / "site", "second", "Second", former="first")
    context_page(tmp_path / "site", "third", "Third", former="second")
    bring(tmp_path / "site")
    archive = catalogue.open("news")
    assert archive.at("/news/2004/08/14/first").headline == "Third"
    assert archive.at("/news/2004/08/14/second").headline == "Third"


def test_take_downs_stay_out(catalogue, bring, write):
    source = write("a.jsonl", news("1"), news("2", "Another."))
    bring(source)
    with EmbeddedIndex.open(catalogue.path("news")).writer() as writer:
        writer.keep_out("1")
        writer.commit()
    for dry_run in (True, False):
        report = bring(source, dry_run=dry_run)
        assert (report.kept_out, report.unchanged, report.added, report.stories) == (1, 1, 0, 1)
        assert ids(catalogue) == {"2"}


def test_sync_removes_what_is_gone_from_these_sources_alone(catalogue, bring, write):
    one, other = write("one.jsonl", news("1"), news("2", "Two.")), write("other.jsonl", news("3", "Three."))
    bring(one, other)
    assert bring(write("one.jsonl", news("1"))).removed == 0
    assert bring(write("one.jsonl", news("1")), sync=True).removed == 1
    assert ids(catalogue) == {"1", "3"}


def test_sync_knows_the_files_of_a_folder(catalogue, bring, write, tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    write("archive/a.jsonl", news("1"))
    write("archive/b.jsonl", news("2", "Two."))
    bring(folder)
    (folder / "b.jsonl").unlink()
    assert bring(folder, sync=True).removed == 1
    assert ids(catalogue) == {"1"}


def test_sync_removes_nothing_when_the_source_has_faults(catalogue, bring, write):
    bring(write("a.jsonl", news("1"), news("2", "Two.")))
    report = bring(write("a.jsonl", news("1"), {"date": "2004-02-30", "text": "No such day."}), sync=True)
    assert (report.removed, report.sync_withheld, report.faults) == (0, True, 1)
    assert ids(catalogue) == {"1", "2"}


def test_sync_removes_what_may_be_whatever_faults_the_source_has(catalogue, bring, write):
    bring(write("a.jsonl", news("1"), news("2", "Two.")))
    source = write("a.jsonl", news("1"), {"text": "A page about us."})
    assert bring(source, sync=True, max_delete=0).removed == 0
    assert bring(source, sync=True, max_delete=1).removed == 1
    assert ids(catalogue) == {"1"}


def test_sync_removes_nothing_when_more_is_gone_from_a_source_than_may_be(catalogue, bring, write):
    whole = write("a.jsonl", *(news(str(i)) for i in range(5)))
    other = write("b.jsonl", *(news(str(i)) for i in range(10, 30)))
    bring(whole, other)
    cut = write("a.jsonl", news("0"), news("1"), news("5"))
    report = bring(cut, other, sync=True)
    assert (report.removed, report.sync_refused, report.stories) == (0, (("a.jsonl", 3, 5),), 26)
    assert bring(cut, other, sync=True, max_delete=2).removed == 0
    assert bring(cut, other, sync=True, max_delete=3).removed == 3
    assert len(ids(catalogue)) == 23


def test_an_index_is_not_built_anew_from_what_may_be_cut_off(catalogue, bring, write):
    source = write("a.jsonl", *(news(str(i)) for i in range(5)))
    bring(source)
    write("a.jsonl", news("0"), news("1"))
    for sync, lacking in ((False, "--sync --max-delete 3"), (True, "--max-delete 3")):
        with pytest.raises(SourceError, match=f"have 2 stories, the index has 5 and was .* say with {lacking} that"):
            bring(source, rebuild=True, sync=sync)
    assert len(ids(catalogue)) == 5
    assert bring(source, rebuild=True, sync=True, max_delete=3).stories == 2


def test_an_index_built_anew_holds_what_its_sources_hold_but_take_downs(catalogue, bring, write):
    source, more = write("a.jsonl", news("1"), news("2"), news("3")), write("b.jsonl", news("4"))
    bring(source, more)
    with EmbeddedIndex.open(catalogue.path("news")).writer() as writer:
        writer.keep_out("1")
        writer.remove("2")
        writer.commit()
    settings = catalogue.path("news") / "archive.toml"
    settings.write_text('title = "Truces"\nlanguage = "german"\n')
    for dry_run in (True, False):
        report = bring(source, more, rebuild=True, dry_run=dry_run)
        assert (report.added, report.kept_out, report.stories) == (3, 1, 3)
        assert ids(catalogue) == ({"3", "4"} if dry_run else {"2", "3", "4"})
    assert catalogue.open("news").info().language == "german"
    assert settings.read_text().startswith('title = "Truces"')
    assert bring(source, rebuild=True, sync=True).stories == 2


def test_an_index_is_not_replaced_by_a_smaller_one_unasked(catalogue, bring, write):
    bring(write("a.jsonl", news("1"), news("2"), news("3")))
    with EmbeddedIndex.open(catalogue.path("news")).writer() as writer:
        writer.keep_out("1")
        writer.commit()
    with pytest.raises(
        SourceError, match=r"the sources have 1 stories, the index has 2 and was left as it is; .*--sync"
    ):
        bring(write("a.jsonl", news("1"), news("3")), rebuild=True)
    assert ids(catalogue) == {"2", "3"}
    assert bring(write("a.jsonl", news("3")), rebuild=True, sync=True).stories == 1


def test_an_index_that_is_not_there_is_not_the_less_built(bring, write):
    assert bring(write("a.jsonl", news("1")), rebuild=True).added == 1


def test_a_fault_is_told_with_file_and_line_and_the_rest_is_taken(catalogue, bring, write):
    report = bring(write("a.jsonl", news("1"), {"date": "2004-02-30", "text": "No such day."}, news("2", "Two.")))
    assert [skipped.where for skipped in bring.skipped] == ["a.jsonl, line 2"]
    assert (report.added, report.faults, report.skipped) == (2, 1, 0)


def files(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_a_dry_run_tells_what_a_run_would_do_and_writes_nothing(catalogue, bring, write):
    first = write("a.jsonl", news("1"), news("2", "Two."), news("3", "Three."))
    assert bring(first, dry_run=True).added == 3
    assert not catalogue.folder.exists()
    bring(first)
    before = files(catalogue.folder)
    changed = write("a.jsonl", news("1"), news("2", "Two, changed."), news("4", "Four."))
    told = bring(changed, sync=True, dry_run=True)
    assert files(catalogue.folder) == before
    done = bring(changed, sync=True)
    outcome = (done.added, done.updated, done.unchanged, done.removed, done.stories)
    assert (told.added, told.updated, told.unchanged, told.removed, told.stories) == outcome == (1, 1, 1, 1, 3)


def test_a_dry_run_tells_that_what_a_place_lies_in_is_called_otherwise(catalogue, bring, write):
    source = write("a.jsonl", news("1", "A truce holds in Najaf."), news("2", "Two."))
    bring(source)
    folder = catalogue.path("news")
    (folder / "archive.toml").write_text('aliases = "aliases.txt"\n')
    (folder / "aliases.txt").write_text("Irak | Iraq\n")
    told, done = bring(source, dry_run=True), bring(source)
    assert (told.updated, told.unchanged) == (done.updated, done.unchanged) == (1, 1)


def test_sources_without_a_story_make_no_index(catalogue, bring, write):
    with pytest.raises(SourceError, match="no story"):
        bring(write("a.jsonl", {"date": "2004-02-30", "text": "No such day."}))
    assert catalogue.names() == ()


def test_a_source_that_cannot_be_read_changes_nothing(catalogue, bring, write, tmp_path):
    bring(write("a.jsonl", news("1")))
    with pytest.raises(SourceError, match="missing"):
        bring(write("b.jsonl", news("2", "Two.")), tmp_path / "missing.jsonl")
    assert ids(catalogue) == {"1"}


def test_no_room_for_what_was_read_is_told(catalogue, bring, write, monkeypatch):
    def no_room(*_, **__):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Spool, "add", no_room)
    with pytest.raises(ArchiveError, match=r"no room .*disk is full.*TMPDIR"):
        bring(write("a.jsonl", news("1")))
    assert catalogue.names() == ()


def test_an_index_that_another_process_makes_meanwhile_is_told(catalogue, bring, write):
    source = write("a.jsonl", news("1"))
    with pytest.raises(ArchiveBusy, match=r"another process has made .*news in the meantime; run this again"):
        bring(source, progress=Overtaken(catalogue.path("news")))
    assert catalogue.open("news").engine.story_count == 0
    assert bring(source).added == 1


def test_settings_are_written_once_and_then_the_keepers(catalogue, bring, write):
    source = write("a.jsonl", news("1"))
    bring(source)
    path = catalogue.path("news") / "archive.toml"
    path.write_text(path.read_text().replace('title = "news"', 'title = "The News"'))
    bring(source)
    assert catalogue.open("news").settings.title == "The News"


def test_the_keepers_lists_are_honoured(catalogue, bring, write):
    folder = catalogue.path("news")
    folder.mkdir(parents=True)
    (folder / "archive.toml").write_text('aliases = "aliases.txt"\nstop_names = "stop.txt"\n')
    (folder / "aliases.txt").write_text("Blue Danube Party | BDP\n")
    (folder / "stop.txt").write_text("Monday Club\n")
    bring(write("a.jsonl", news("1", "The BDP of Vienna met the Monday Club.", entities=["BDP"])))
    found = {value.value for value in catalogue.open("news").engine.story_names("1")}
    assert "Blue Danube Party" in found
    assert "Monday Club" not in found


@pytest.mark.parametrize(
    ("aliases", "message"),
    [(None, "cannot be read"), ("no bar\n", "line 1"), ("\ufeffA | B\nC | B\n", "line 2")],
)
def test_a_list_that_cannot_be_read_is_told_with_its_place(catalogue, bring, write, aliases, message):
    folder = catalogue.path("news")
    folder.mkdir(parents=True)
    (folder / "archive.toml").write_text('aliases = "aliases.txt"\n')
    if aliases is not None:
        (folder / "aliases.txt").write_text(aliases, encoding="utf-8")
    with pytest.raises(ArchiveError, match=message):
        bring(write("a.jsonl", news("1")))
    assert catalogue.names() == ()


def test_names_are_learnt_in_the_first_run_and_again_on_request(catalogue, bring, write):
    small = write("a.jsonl", news("1"))
    bring(small)
    first = catalogue.open("news").engine.statistics
    assert bring(SAMPLE / "2004.jsonl").names_outgrown
    assert catalogue.open("news").engine.statistics == first
    report = bring(small, rename=True)
    assert not report.names_outgrown
    assert len(catalogue.open("news").engine.statistics) > len(first)
    assert report.stories == catalogue.open("news").engine.story_count > 1


def test_progress_comes_to_its_end(bring):
    for _ in ("all is new", "nothing has changed"):
        bring(SAMPLE / "2004.jsonl")
        assert list(bring.progress.stages) == ["reading", "names", "writing"]
        assert all(total == done for total, done in bring.progress.stages.values())


def test_a_run_that_is_killed_loses_nothing(catalogue, bring, write):
    bring(SAMPLE / "2004.jsonl")
    before = catalogue.open("news").info()
    many = write("many.jsonl", *(news(f"n{number}", f"Event {number} in Najaf.") for number in range(4000)))
    for delay in (0.3, 0.6, 0.9, 1.2, 1.5, 2.0, 3.0):
        with start("index", many, "--into", "news", indexes=catalogue.folder) as process:
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
        found = catalogue.open("news").info()
        if found.generation == before.generation:
            # A file that no commit names may have been left behind, which the next commit removes.
            assert found._replace(sizes={}) == before._replace(sizes={})
        else:
            assert found.stories == before.stories + 4000
    assert bring(many).stories == before.stories + 4000
    assert EmbeddedIndex.open(catalogue.path("news")).verify() == []


def no_fork():
    raise BlockingIOError(11, "Resource temporarily unavailable")


@pytest.mark.parametrize(
    "means",
    [(), ("searchidx.processes.forks_well", lambda: False), ("os.fork", no_fork)],
    ids=["forked", "spawned", "none"],
)
def test_several_processes_make_what_one_makes(catalogue, write, bring, monkeypatch, means):
    if means:
        monkeypatch.setattr(*means)
    records = [news(str(n), f"A truce in Najaf holds for day {n}, says Muqtada al-Sadr.") for n in range(30)]
    source = write("news.jsonl", *records, *records[:7])
    monkeypatch.setattr("searchidx.ingest.preparing._BATCH", 4)
    monkeypatch.setattr("searchidx.ingest.preparing._COUNTED", 7)
    bring(source)
    alone = catalogue.open("news")
    monkeypatch.setattr("searchidx.ingest.preparing._WORTH_PROCESSES", 1)
    monkeypatch.setattr("searchidx.ingest.preparing.processes_worth", lambda: 3)
    others = Catalogue(catalogue.folder.parent / "others")
    report = Bringing(others)(source)
    together = others.open("news")
    assert (report.added, report.names, report.places) == (30, 2, 1)
    assert together.info().digest == alone.info().digest
    learnt = [EmbeddedIndex.open(where.path("news")).reader().statistics for where in (catalogue, others)]
    assert learnt[0] == learnt[1]
    assert list(together.stories()) == list(alone.stories())
    assert bring(source).unchanged == 30


def test_a_process_that_is_ended_is_told(catalogue, write, bring, monkeypatch):
    monkeypatch.setattr("searchidx.ingest.preparing._WORTH_PROCESSES", 1)
    monkeypatch.setattr("searchidx.ingest.preparing.processes_worth", lambda: 2)
    monkeypatch.setattr("searchidx.ingest.sharing._work", _end)
    with pytest.raises(ArchiveError, match=r"a process that prepares stories was ended, .*nothing was changed"):
        bring(write("news.jsonl", news("1")))


def test_a_first_run_that_is_broken_off_leaves_no_index_behind(catalogue, write, bring, monkeypatch):
    source = write("news.jsonl", news("1"))
    with monkeypatch.context() as broken:
        broken.setattr("searchidx.engines.embedded.indexing.IndexWriter.commit", _break_off)
        for has_settings in (False, True):
            if has_settings:
                Settings(title="News").write(catalogue.path("news"))
            with pytest.raises(ArchiveError, match="broken off"):
                bring(source)
            assert catalogue.names() == ()
            assert [path.name for path in catalogue.folder.rglob("*") if path.is_file()] == (
                [SETTINGS_FILE] if has_settings else []
            )
        bring(source, dry_run=True)
    assert bring(source).added == 1
    with monkeypatch.context() as broken:
        broken.setattr("searchidx.engines.embedded.indexing.IndexWriter.commit", _break_off)
        with pytest.raises(ArchiveError, match="broken off"):
            bring(write("news.jsonl", news("2")))
    assert ids(catalogue) == {"1"}


def _break_off(*_):
    raise ArchiveError("broken off")


def _end(connection, *_):
    """End at once, as a process does that the system has killed."""
    os._exit(9)
