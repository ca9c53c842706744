"""Changing an index on the command line, and looking after it: index, remove, info, verify, export."""

import datetime
import gzip
import json
import os
import shutil

import pytest

from searchidx.engines.embedded.index import EmbeddedIndex
from tests.command_line import SAMPLE, run

TRUCE = b'{"id": "1", "date": "2004-08-14", "text": "A truce in Najaf."}\n'
BATTLE = b'{"id": "2", "date": "2004-08-15", "text": "A battle in Najaf."}\n'
BROKEN = b'{"id": "3", "date": "2004-02-30", "text": "No such day."}\n'


@pytest.fixture
def cli(tmp_path):
    def cli(*arguments, **options):
        return run(*arguments, indexes=tmp_path / "indexes", **options)

    return cli


def test_stories_come_from_files_and_standard_input(cli, tmp_path):
    source = tmp_path / "news.jsonl.gz"
    source.write_bytes(gzip.compress(TRUCE))
    found = cli("index", source, "-", "--into", "news", stdin=BATTLE)
    assert (found.code, found.err) == (0, "")
    assert ["read", "2"] in [line.split() for line in found.out.splitlines()]
    assert str(tmp_path / "indexes" / "news") in found.out
    assert [hit["origin"]["file"] for hit in cli("search", "najaf", "--sort", "oldest", "--jsonl").jsons] == [
        "news.jsonl.gz",
        "-",
    ]


def test_a_report_can_be_had_as_json(cli):
    found = cli("index", "-", "--into", "news", "--json", stdin=TRUCE + BATTLE).json
    assert (found["read"], found["added"], found["stories"]) == (2, 2, 2)
    assert set(found["seconds"]) == {"reading", "names", "building", "syncing"}


def test_faults_are_reported_counted_and_with_strict_a_failure(cli):
    found = cli("index", "-", "--into", "news", stdin=TRUCE + BROKEN)
    assert found.code == 0
    assert found.err.startswith("-, line 2: date is '2004-02-30'")
    assert ["faults", "1"] in [line.split() for line in found.out.splitlines()]
    assert cli("index", "-", "--into", "news", "--strict", stdin=TRUCE + BROKEN).code == 2
    assert cli("index", "-", "--into", "news", "--strict", stdin=TRUCE).code == 0


def test_fields_that_no_story_has_are_told_over_all_sources(cli, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(TRUCE.replace(b"{", b'{"title": "Truce", "by": "X", ', 1))
    (tmp_path / "b.csv").write_bytes(b"date,title,text\n2004-08-15,Flood,A flood.\n")
    sources = (tmp_path / "a.jsonl", tmp_path / "b.csv")
    told = "unknown fields were ignored: title (in 2 records; did you mean headline?), by (in 1 record)\n"
    assert cli("index", *sources, "--into", "news").err == told
    assert cli("index", *sources, "--into", "news", "--json").json["unused"] == [
        {"name": "title", "records": 2, "meant": "headline"},
        {"name": "by", "records": 1, "meant": None},
    ]
    refused = cli("index", "-", "--into", "other", stdin=TRUCE.replace(b'"date"', b'"pubDate"'))
    assert refused.code == 2
    assert "no index was made; unknown fields were ignored: pubDate (in 1 record; did" in refused.err


def test_an_index_in_the_folder_of_its_stories_is_no_source(cli, tmp_path):
    (tmp_path / "news.jsonl").write_bytes(TRUCE + BATTLE)
    cli("index", tmp_path, "--into", "news")
    again = cli("index", tmp_path, "--into", "news", "--sync", "--strict", "--json")
    assert (again.code, again.json["unchanged"], again.json["skipped"]) == (0, 2, 1)
    assert again.err == f"{tmp_path.name}/indexes/news: an index, which is no source of stories (passed over)\n"
    itself = cli("index", tmp_path / "indexes" / "news", "--into", "other")
    assert (itself.code, itself.err.count("\n")) == (2, 2)
    assert "news: an index, which" in itself.err
    assert "news holds no file that can be imported" in itself.err


def test_the_name_of_a_file_does_not_steer_a_terminal(cli, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a\x1b]0;b\x07.jsonl").write_bytes(TRUCE + BROKEN)
    assert cli("index", tmp_path / "site", "--into", "news").err.startswith("site/a ]0;b .jsonl, line 2: date is")


def test_records_of_one_id_are_counted_of_which_the_last_stands(cli):
    found = cli("index", "-", "--into", "news", stdin=TRUCE + BATTLE + TRUCE.replace(b"truce", b"storm"))
    counts = dict(line.rsplit(maxsplit=1) for line in found.out.splitlines()[:3])
    assert counts == {"read": "3", "repeated": "1", "added": "2"}
    assert cli("search", "storm").code == 0


def test_sync_says_when_it_removed_nothing(cli):
    cli("index", "-", "--into", "news", stdin=TRUCE + BATTLE)
    assert "nothing was removed" in cli("index", "-", "--into", "news", "--sync", stdin=TRUCE + BROKEN).err
    assert ["removed", "1"] in [
        line.split() for line in cli("index", "-", "--into", "news", "--sync", stdin=TRUCE).out.splitlines()
    ]


def test_sync_says_that_a_source_may_be_cut_off(cli):
    storm = TRUCE.replace(b'"1"', b'"4"')
    cli("index", "-", "--into", "news", stdin=TRUCE + BATTLE + storm)
    cut = cli("index", "-", "--into", "news", "--sync", stdin=TRUCE)
    assert (cut.code, cut.err.splitlines()[0]) == (2, "-: 2 of its 3 stories are gone")
    assert "run this again with --sync --max-delete 2" in cut.err
    told = cli("index", "-", "--into", "news", "--sync", "--json", stdin=TRUCE).json
    assert told["sync_refused"] == [{"source": "-", "gone": 2, "stories": 3}]
    assert cli("index", "-", "--into", "news", "--max-delete", "2", stdin=TRUCE).code == 2
    assert (
        cli("index", "-", "--into", "news", "--sync", "--max-delete", "2", "--json", stdin=TRUCE).json["removed"] == 2
    )


def test_sync_says_that_a_source_of_another_name_is_another_source(cli, tmp_path):
    for name, stdin in (("monday.jsonl", TRUCE + BATTLE), ("tuesday.jsonl", TRUCE)):
        (tmp_path / name).write_bytes(stdin)
    cli("index", tmp_path / "monday.jsonl", "--into", "news", "--sync")
    found = cli("index", tmp_path / "tuesday.jsonl", "--into", "news", "--sync")
    assert "no story in the index came from a source of this name" in found.err
    (tmp_path / "monday.jsonl").write_bytes(TRUCE)
    assert "names" not in cli("index", tmp_path / "monday.jsonl", "--into", "news", "--sync").err


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (["index", "missing.jsonl", "--into", "news"], b"", 2, "there is no missing.jsonl"),
        (["index", "", "--into", "news"], b"", 2, "it is empty"),  # a variable not set is not the folder one is in
        (["index", "-", "--into", "news", "--indexes", ""], TRUCE, 2, "it is empty"),
        (["index", "-", "--into", "../news"], TRUCE, 2, "cannot be the name"),
        (["index", "-", "--into", "news"], b"", 2, "empty"),
        (["index", "-", "--into", "news"], BROKEN, 2, "no story"),
        (["index", "-", "--into", "news"], b"\x00\x01\x02", 2, "none of the formats"),
        (["index", "-", "--into", "news", "--format", "word"], TRUCE, 2, "'word' is not one of"),
        (["index", "--into", "news"], b"", 2, "SOURCES"),
        (["index", "-"], TRUCE, 2, "--into"),
        (["remove", "1"], b"", 3, "there is no index"),
        (["info"], b"", 3, "there is no index"),
        (["verify", "--index", "x"], b"", 3, "there is no index x"),
        (["serve"], b"", 3, "there is no index"),
        (["export", "csv"], b"", 2, "csv"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(cli, arguments, stdin, code, message):
    found = cli(*arguments, stdin=stdin)
    assert found.code == code
    assert message in found.err
    assert found.out == ""


def test_removed_stories_come_back_with_their_source_and_take_downs_do_not(cli):
    cli("index", "-", "--into", "news", stdin=TRUCE + BATTLE)
    assert cli("remove", "1").code == 0
    assert cli("show", "1").code == 1
    cli("index", "-", "--into", "news", stdin=TRUCE)
    assert cli("show", "1").code == 0
    found = cli("remove", "1", "\udcff", "--keep-out")
    assert found.code == 2
    assert "no UTF-8" in found.err
    assert cli("remove", "1", "--keep-out").code == 0
    found = cli("index", "-", "--into", "news", stdin=TRUCE)
    assert ["kept", "out", "1"] in [line.split() for line in found.out.splitlines()]
    assert cli("show", "1").code == 1


def test_removing_what_is_not_there_is_told(cli):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    found = cli("remove", "no-such")
    assert (found.code, found.err) == (1, "there is no story no-such\n")
    assert cli("remove", "1", "no-such").code == 0


def test_two_cannot_write_at_once(cli, tmp_path):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    with EmbeddedIndex.open(tmp_path / "indexes" / "news").writer():
        assert cli("index", "-", "--into", "news", stdin=BATTLE).code == 4
        assert cli("remove", "1").code == 4
        assert cli("search", "truce").code == 0


def test_a_damaged_index_is_told(cli, tmp_path):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    assert cli("verify").code == 0
    folder = tmp_path / "indexes" / "news"
    (segment,) = folder.glob("segments/*.seg")
    data = segment.read_bytes()
    segment.write_bytes(data[:500] + bytes(255 - byte for byte in data[500:1500]) + data[1500:])
    found = cli("verify")
    assert found.code == 3
    assert found.out
    segment.unlink()
    assert f"{segment} cannot be opened (No such file or directory); restore" in cli("search", "truce").err
    (folder / "CURRENT").write_text("many")
    assert cli("search", "truce").code == 3
    assert f"backup, or write the number of the newest generation into it: echo 1 > {folder}" in cli("verify").err


def test_a_damaged_index_is_built_anew(cli, tmp_path):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    for segment in (tmp_path / "indexes" / "news").glob("segments/*.seg"):
        segment.write_bytes(b"rubbish")
    assert "build the index anew: searchidx index SOURCES --into NAME --rebuild" in cli("search", "truce").err
    assert cli("index", "-", "--into", "news", stdin=TRUCE).code == 3
    assert cli("index", "-", "--into", "news", "--rebuild", stdin=TRUCE).code == 0
    assert cli("search", "truce").code == cli("verify").code == 0


def test_settings_that_cannot_be_are_told_by_every_command_that_needs_them(cli, tmp_path):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    (tmp_path / "indexes" / "news" / "archive.toml").write_text("title = 7")
    assert cli("search", "truce").code == 0
    for arguments in (["info"], ["verify"], ["index", "-", "--into", "news"]):
        found = cli(*arguments, stdin=TRUCE)
        assert found.code == 3
        assert "archive.toml" in found.err


def test_an_index_tells_what_it_holds(cli):
    cli("index", "-", "--into", "news", stdin=TRUCE + BATTLE)
    found = cli("info", "--json").json
    assert (found["name"], found["stories"], found["first"], found["last"]) == ("news", 2, "2004-08-14", "2004-08-15")
    assert found["settings"]["language"] == "english"
    assert "2004-08-14 to 2004-08-15" in cli("info").out
    today = datetime.date.today()
    assert datetime.date.fromisoformat(found["indexed"]) in (
        today - datetime.timedelta(1),
        today,
    )  # it may just be midnight
    assert f"indexed     {found['indexed']}" in cli("info").out


def test_an_index_tells_its_own_language_and_that_a_change_of_it_is_to_come(cli, tmp_path):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    (tmp_path / "indexes" / "news" / "archive.toml").write_text("language = 'german'")
    found = cli("info", "--json").json
    assert (found["language"], found["settings"]["language"]) == ("english", "german")
    assert "language    english; 'german' in archive.toml takes effect with" in cli("info").out
    cli("index", "-", "--into", "news", "--rebuild", stdin=TRUCE)
    assert cli("info").out.endswith("language    german\n")


def test_what_is_exported_is_taken_unchanged(cli):
    cli("index", SAMPLE / "2004.jsonl", "--into", "news")
    exported = cli("export", "jsonl").out
    dates = [json.loads(line)["date"] for line in exported.splitlines()]
    assert dates == sorted(dates)
    again = cli("index", "-", "--into", "news", "--json", stdin=exported.encode()).json
    assert again["unchanged"] == again["read"] == len(dates)
    cli("index", "-", "--into", "copy", stdin=exported.encode())
    assert cli("export", "jsonl", "--index", "copy").out == exported


def test_indexes_can_be_said_before_and_behind_a_command(cli, tmp_path):
    cli("index", "-", "--into", "news", "--indexes", tmp_path / "other", stdin=TRUCE)
    assert cli("search", "truce").code == 3
    assert cli("search", "truce", "--indexes", tmp_path / "other").code == 0
    assert cli("--indexes", tmp_path / "other", "search", "truce").code == 0


@pytest.fixture
def forbid():
    """Return a function that takes away the permission to read a file or folder."""
    forbidden = []

    def forbid(path):
        forbidden.append((path, path.stat().st_mode))
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")

    yield forbid
    for path, mode in reversed(forbidden):
        path.chmod(mode)


@pytest.mark.parametrize("what", [".", "news", "news/CURRENT", "news/generations/1.json", "news/segments/1-0.seg"])
def test_what_may_not_be_read_is_no_damage(cli, tmp_path, forbid, what):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    forbid(tmp_path / "indexes" / what)
    for arguments in (["search", "truce"], ["info"], ["search", "truce", "--index", "news"]):
        found = cli(*arguments)
        assert (found.code, found.out) == (3, "")
        assert "ermission" in found.err
        assert "backup" not in found.err


def test_what_may_not_be_read_is_no_damage_to_be_mended(cli, tmp_path, forbid):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    forbid(tmp_path / "indexes" / "news" / "whoosh")
    found = cli("verify")
    assert (found.code, found.out) == (3, "")
    assert found.err.endswith("check its permissions\n")
    assert "backup" not in found.err


def test_settings_that_may_not_be_read_are_not_to_be_deleted(cli, tmp_path, forbid):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    forbid(tmp_path / "indexes" / "news" / "archive.toml")
    assert "archive.toml'); check its permissions" in cli("info").err


def test_an_index_that_may_not_be_read_hinders_none_beside_it(cli, tmp_path, forbid):
    for name in ("news", "more"):
        cli("index", "-", "--into", name, stdin=TRUCE)
    forbid(tmp_path / "indexes" / "more")
    assert cli("search", "truce", "--index", "news").code == 0
    assert cli("search", "truce").code == 3


def test_verifying_writes_nothing(cli, tmp_path):
    cli("index", "-", "--into", "news", stdin=TRUCE)
    whoosh = tmp_path / "indexes" / "news" / "whoosh"
    shutil.rmtree(whoosh)
    found = cli("verify")
    assert (found.code, found.out) == (3, f"{whoosh} has no table of contents\n")
    assert not whoosh.exists()
    assert cli("info").code == 0


def test_several_indexes_want_a_name(cli):
    for name in ("news", "more"):
        cli("index", "-", "--into", name, stdin=TRUCE)
    for arguments in (["search", "truce"], ["show", "1"], ["info"], ["export", "jsonl"], ["serve"], ["remove", "1"]):
        found = cli(*arguments)
        assert found.code == 2
        assert "more, news" in found.err
    assert cli("search", "truce", "--index", "more").code == 0
