"""JSON Lines and JSON arrays: what comes out of a file, line by line."""

import gzip
import io
import json
from typing import Any

import pytest

from searchidx.errors import SourceError
from searchidx.importers import read_source, source_size
from searchidx.stories import Skipped, Source, Story, UnusedField

GOOD = '{"date": "2004-08-14", "text": "A truce holds in Najaf. Talks go on."}'


def read(tmp_path, content, name="news.jsonl") -> list[Any]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_source(path))


def test_the_minimal_record_is_a_story_with_headline_body_id_address_and_origin(tmp_path):
    [story] = read(tmp_path, GOOD)
    assert (story.headline, story.body) == ("A truce holds in Najaf.", "Talks go on.")
    assert story.address == "/news/2004/08/14/a-truce-holds-in-najaf-talks-go-on"
    assert story.id.startswith("2004-08-14-")
    assert (story.origin.file, story.origin.line) == ("news.jsonl", 1)


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        "\n \n" + GOOD + "\r\n\n",
        b"\xef\xbb\xbf" + GOOD.encode(),
        gzip.compress(GOOD.encode()),
        gzip.compress(GOOD[:20].encode()) + gzip.compress(GOOD[20:].encode()) + b"\0" * 512,
        json.dumps([json.loads(GOOD)]),
        json.dumps([json.loads(GOOD)], indent=2),
        json.dumps(json.loads(GOOD), indent=2),
        '{"date": "1999-01-01", ' + GOOD[1:],
    ],
    ids=["plain", "blank lines", "BOM", "gzip", "gzip members", "array", "indented array", "indented", "doubled key"],
)
@pytest.mark.parametrize("name", ["news.jsonl", "news.json", "news", "-"])
def test_a_story_is_read_however_the_file_is_written(tmp_path, content, name):
    [story] = read(tmp_path, content, name)
    assert story.date.isoformat() == "2004-08-14"
    assert story.text == "A truce holds in Najaf. Talks go on."


def test_standard_input_is_called_dash_and_may_be_gzipped():
    found: list[Any] = list(read_source(None, stdin=io.BytesIO(gzip.compress(GOOD.encode()))))
    assert [story.origin.file for story in found] == ["-"]


def test_every_line_of_the_rest_is_read_after_a_bad_one(tmp_path):
    found = read(tmp_path, "\n".join([GOOD, "{broken", "[]", GOOD, '"text"', "3", GOOD]))
    assert [type(each) for each in found] == [Story, Skipped, Skipped, Story, Skipped, Skipped, Story]
    assert [each.where for each in found if isinstance(each, Skipped)] == [
        f"news.jsonl, line {n}" for n in (2, 3, 5, 6)
    ]
    assert found[-1].origin.line == 7


def test_the_items_of_an_array_are_read_up_to_where_it_breaks(tmp_path):
    found = read(tmp_path, f'[\n{GOOD},\n"no",\n{GOOD},\n{{"date": \n', "news.json")
    assert [type(each) for each in found] == [Story, Skipped, Story, Skipped]
    assert [found[0].origin.line, found[2].origin.line] == [2, 4]
    assert [each.where for each in found if isinstance(each, Skipped)] == ["news.json, line 3", "news.json, line 5"]
    assert "not read further" in found[-1].reason


@pytest.mark.parametrize("end", ["", ",", ",\n\n"])
def test_an_array_that_is_cut_off_between_two_items_gives_what_it_has_and_says_so(tmp_path, end):
    [story, fault] = read(tmp_path, f"[{GOOD}{end}", "news.json")
    assert isinstance(story, Story)
    assert fault.reason == "the file is cut off: its list is never closed, and the rest is missing"


def test_a_gzipped_file_that_is_cut_off_gives_what_it_has_and_says_so(tmp_path):
    packed = gzip.compress("\n".join([GOOD] * 3000).encode(), compresslevel=0)
    found = read(tmp_path, packed[: len(packed) // 2], "news.jsonl.gz")
    stories, fault = found[:-1], found[-1]
    assert len(stories) > 1000
    assert fault == Skipped(
        f"news.jsonl.gz, line {len(stories) + 1}",
        "the file is cut off: its gzip data end too early, and the rest is missing",
    )


def test_a_line_without_end_is_passed_over_without_being_held(tmp_path):
    [bad, good] = read(tmp_path, b'{"text": "' + b"x" * (17 * 2**20) + b'"}\n' + GOOD.encode())
    assert bad == Skipped("news.jsonl, line 1", "the line is longer than 16 MB")
    assert good.origin.line == 2


def test_a_packed_file_that_grows_like_no_text_is_not_read_on(tmp_path):
    found = read(tmp_path, gzip.compress(GOOD.encode() + b"\n" + b" " * (100 * 2**20)), "news.jsonl.gz")
    assert isinstance(found[0], Story)
    assert "grows more than 200-fold" in found[-1].reason


def test_sources_are_names_addresses_or_objects(tmp_path):
    sources = [
        "BBC",
        "https://www.example.org/a;b",
        {"name": "CNN", "url": "http://x.example/"},
        {"url": "http://y.example:80/"},
    ]
    [story] = read(tmp_path, json.dumps({"date": "2004-08-14", "text": "A truce.", "sources": sources}))
    assert story.sources == (
        Source("BBC"),
        Source("example.org", url="https://www.example.org/a;b"),
        Source("CNN", url="http://x.example/"),
        Source("y.example", url="http://y.example:80/"),
    )


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[ ]\n", gzip.compress(b"")])
def test_a_file_without_a_record_is_a_source_error(tmp_path, content):
    with pytest.raises(SourceError, match=r"news\.jsonl (is empty|holds no story)"):
        read(tmp_path, content)


def test_every_record_of_the_real_archive_is_a_story(shared):
    read_bytes: list[int] = []
    found: list[Any] = list(read_source(shared / "archive", on_bytes=read_bytes.append))
    assert len(found) == 75_809
    assert all(isinstance(each, Story) for each in found)
    assert len({story.id for story in found}) > 75_000
    assert {story.origin.file for story in found} == {f"archive/{year}.jsonl.gz" for year in range(2002, 2020)}
    assert sum(read_bytes) == source_size(shared / "archive")


def test_fields_that_no_story_has_are_told_with_what_they_may_have_meant(tmp_path):
    found = read(
        tmp_path,
        b'{"title": "Truce", "date": "2004-08-14", "text": "A truce.", "url": "https://news.example/1"}\n'
        b'{"title": "Flood", "date": "2004-08-15", "headline": "A flood.", "text": "Rain.", "author": "X"}\n'
        b'{"pub_date": "2004-08-16", "title": "Storm"}\n',
    )
    assert found[3:] == [
        UnusedField("title", 3, "headline"),
        UnusedField("url", 1, "sources"),
        UnusedField("author", 1),
        UnusedField("pub_date", 1, "date"),
    ]
    assert found[2].reason == (
        "date is missing; write it as YYYY-MM-DD "
        "(the record has pub_date (did you mean date?), title (did you mean headline?))"
    )


def test_a_field_whose_meaning_is_there_too_is_no_riddle(tmp_path):
    found = read(tmp_path, b'{"date": "2004-08-14", "pubDate": "Sat", "headline": "A truce.", "title": "A truce."}')
    assert found[1:] == [UnusedField("pubDate", 1), UnusedField("title", 1)]


def test_keys_without_end_are_counted_to_an_end(tmp_path):
    found = read(tmp_path, json.dumps({f"key{i}": i for i in range(100_000)}).encode())
    assert len(found) == 101
    assert len(found[0].reason) < 300


def test_an_object_that_holds_the_records_is_told_as_such(tmp_path):
    skipped, _ = read(tmp_path, '{"places": [{"name": "Najaf"}], "stories": [' + GOOD + "]}", "news.json")
    assert skipped.reason.endswith(
        "(the record has places, stories; if its stories are the records, take them out of it)"
    )
