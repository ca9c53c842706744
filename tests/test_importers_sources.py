"""Where sources come from: files, folders, archives, streams; what is left alone in them, and what is told of them."""

import io
import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from searchidx.errors import SourceError
from searchidx.importers import read_source, source_name, source_size
from searchidx.stories import Skipped

GOOD = '{"date": "2004-08-14", "text": "A truce holds."}\n'
PAGE = "<html><title>Rain</title><time datetime='2004-08-14'></time></html>"


def read(path: Path | None, **options: Any) -> list[Any]:
    return list(read_source(path, **options))


def files(found: list[Any]) -> list[str]:
    return [each.origin.file for each in found if not isinstance(each, Skipped)]


def fill(folder: Path, members: dict[str, str]) -> Path:
    for name, text in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_folder_gives_its_files_sorted_by_path_under_its_own_name_and_leaves_hidden_ones_out(tmp_path):
    members = ["b/2004.jsonl", "b.jsonl", "a/z.jsonl", ".git/c.jsonl", ".c.jsonl", "b/.d.jsonl", "B.jsonl"]
    found = read(fill(tmp_path / "news", dict.fromkeys(members, GOOD)))
    assert files(found) == [f"news/{name}" for name in ("B.jsonl", "a/z.jsonl", "b/2004.jsonl", "b.jsonl")]
    assert len(found) == 4


def test_all_formats_are_read_from_one_folder(tmp_path):
    members = {
        "a.jsonl": GOOD,
        "b.csv": "date,text\n2004-08-14,Rain.\n",
        "c.html": PAGE,
        "news/2004/08/3/d.md": "# Snow\n",
        "e": GOOD,
        "f.txt": "date\ttext\n2004-08-14\tRain.\n",
        "g": "<!DOCTYPE html>" + PAGE,
        "h.json": f"[{GOOD}]",
        "picture.png": "",
        "LICENSE": "Some words.",
    }
    found = read(fill(tmp_path / "news", members))
    assert sorted(name.partition("/")[2] for name in files(found)) == sorted(members)[1:-1]
    assert {each.where: each.harmless for each in found if isinstance(each, Skipped)} == {
        "news/LICENSE": True,
        "news/picture.png": False,
    }


def test_a_folder_may_be_named_from_within(tmp_path, monkeypatch):
    monkeypatch.chdir(fill(tmp_path / "news", {"a.jsonl": GOOD}))
    assert files(read(Path())) == ["news/a.jsonl"]
    assert files(read(Path("../news"))) == ["news/a.jsonl"]


@pytest.mark.parametrize(
    ("path", "name"), [(None, "-"), (Path("a/b.jsonl.gz"), "b.jsonl.gz"), (Path("a/b/"), "b"), (Path("/"), "/")]
)
def test_the_name_of_a_source_is_the_base_name_of_its_path(path, name):
    assert source_name(path) == name


def test_links_are_not_followed_out_of_a_folder(tmp_path):
    outside = fill(tmp_path / "outside", {"secret.jsonl": GOOD})
    folder = fill(tmp_path / "news", {"a.jsonl": GOOD})
    (folder / "b.jsonl").symlink_to(outside / "secret.jsonl")
    (folder / "c").symlink_to(outside)
    (folder / "d.jsonl").symlink_to("a.jsonl")
    (folder / "e").symlink_to(".")
    (folder / "f.jsonl").symlink_to("nowhere")
    (folder / "g").symlink_to("g")
    found = read(folder)
    assert files(found) == ["news/a.jsonl"]
    assert {each.where: each.harmless for each in found if isinstance(each, Skipped)} == {
        "news/b.jsonl": False, "news/c": False, "news/d.jsonl": True, "news/e": True, "news/f.jsonl": True,
        "news/g": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        '<?xml version="1.0"?>\n<rss version="2.0"><channel><item><title>Rain</title></item></channel></rss>',
        '<?xml version="1.0"?><!-- <html> -->\n<?xml-stylesheet href="a.xsl"?><feed><title>Rain</title></feed>',
        "<rss><channel><title>Rain</title></channel></rss>",
        '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n<REUTERS><DATE>26-FEB-1987</DATE><TITLE>RAIN</TITLE></REUTERS>',
    ],
    ids="rss atom bare sgml".split(),
)
def test_a_feed_beside_pages_is_no_page(tmp_path, content):
    # However many comments: a pattern that had several ways to read them would take for ever.
    before = '<?xml version="1.0"?>\n' + "<!-- <rss> -->\n" * 100
    page = before + "<!DOCTYPE html>\n<html><title>Rain</title><time>2004-08-14</time><p>Wet.</p></html>"
    found = read(fill(tmp_path / "site", {"feed": content, "page": page, "page.html": page}))
    assert files(found) == ["site/page", "site/page.html"]
    assert [(each.where, each.harmless) for each in found if isinstance(each, Skipped)] == [("site/feed", True)]


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path):
    folder = fill(tmp_path / "news", {"a.jsonl": GOOD})
    os.mkfifo(folder / "b.jsonl")
    assert read(folder)[1] == Skipped("news/b.jsonl", "no regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_skipped_and_as_a_source_an_error(tmp_path):
    folder = fill(tmp_path / "news", {"a.jsonl": GOOD, "b.jsonl": GOOD, "c/d.jsonl": GOOD})
    (folder / "b.jsonl").chmod(0)
    (folder / "c").chmod(0)
    reasons = {each.where: each.reason for each in read(folder) if isinstance(each, Skipped)}
    (folder / "c").chmod(0o700)
    assert reasons == {
        "news/b.jsonl": "cannot be read: you have no permission to",
        "news/c": "the folder cannot be read: Permission denied",
    }
    with pytest.raises(SourceError, match=r"b\.jsonl cannot be read: you have no permission to"):
        read(folder / "b.jsonl")


def test_a_name_that_is_no_text_is_made_one(tmp_path):
    folder = fill(tmp_path / "news", {})
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.jsonl")).write_text(GOOD)
    assert files(read(folder)) == ["news/caf\ufffd.jsonl"]


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_an_archive_is_known_by_its_content_and_gives_names_under_its_own(tmp_path, kind):
    path = tmp_path / "news.archive"
    members = ["b/2004.jsonl", "a.jsonl", ".hidden.jsonl", "__MACOSX/a.jsonl"]
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name in members:
                archive.writestr(name, GOOD)
    else:
        with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as target:
            for name in members:
                member = tarfile.TarInfo(name)
                member.size = len(GOOD)
                target.addfile(member, io.BytesIO(GOOD.encode()))
    assert sorted(files(read(path))) == ["news.archive/a.jsonl", "news.archive/b/2004.jsonl"]


def test_the_bytes_read_are_told_as_they_are_read(tmp_path):
    folder = fill(tmp_path / "news", {"a.jsonl": GOOD * 6_000, "b.csv": "date,text\n2004-08-14,Rain.\n"})
    told: list[int] = []
    read(folder, on_bytes=told.append)
    assert sum(told) == source_size(folder)
    assert len(told) >= 3
    with zipfile.ZipFile(tmp_path / "news.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jsonl", GOOD * 6_000)
    told.clear()
    read(tmp_path / "news.zip", on_bytes=told.append)
    assert 0.8 * source_size(tmp_path / "news.zip") < sum(told) <= source_size(tmp_path / "news.zip")
    assert source_size(None) == 0


@pytest.mark.parametrize(
    ("content", "format_", "count"),
    [
        (GOOD, "jsonl", 1),
        (GOOD, None, 1),
        ("date,text\n2004-08-14,Rain.\n", "csv", 1),
        ("date,text\n2004-08-14,Rain.\n", None, 1),
        (PAGE, "html", 1),
        (PAGE, None, 1),
    ],
)
def test_standard_input_is_told_by_its_content_or_as_asked(content, format_, count):
    found = read(None, stdin=io.BytesIO(content.encode()), format=format_)
    assert files(found) == ["-"] * count


def test_a_forced_format_reads_whatever_the_file_is_called(tmp_path):
    folder = fill(tmp_path / "news", {"a.txt": GOOD, "b.csv": GOOD})
    assert files(read(folder, format="jsonl")) == ["news/a.txt", "news/b.csv"]
    (tmp_path / "c.jsonl").write_text(PAGE)
    assert files(read(tmp_path / "c.jsonl", format="html")) == ["c.jsonl"]


def test_what_cannot_be_opened_is_told_at_once(tmp_path):
    with pytest.raises(SourceError, match=r"there is no .*nowhere; give a file, a folder or an archive"):
        read_source(tmp_path / "nowhere")
    for path in (Path("a\0b"), tmp_path / ("x" * 5000)):
        with pytest.raises(SourceError, match="cannot be opened"):
            read_source(path)
    with pytest.raises(SourceError, match="there is no format xml; the formats are jsonl, csv, context, html"):
        read_source(tmp_path, format="xml")
    with pytest.raises(SourceError, match="there is nothing to read"):
        read_source(None)


@pytest.mark.parametrize("content", [b"", b"just words", b"PK\x03\x04", b"\x1f\x8b\x08"])
def test_standard_input_that_cannot_be_read_is_a_source_error(content):
    with pytest.raises(SourceError, match=r"^standard input "):
        read(None, stdin=io.BytesIO(content))


def test_an_empty_folder_holds_nothing_to_import(tmp_path):
    with pytest.raises(SourceError, match="holds no file that can be imported"):
        read(tmp_path)
