"""A hundred malformed inputs: each is told with file, line and reason, and what stands beside it is read."""

import bz2
import codecs
import contextlib
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from searchidx.errors import SourceError
from searchidx.importers import read_source
from searchidx.stories import Skipped, Story

GOOD = b'{"date": "2004-08-14", "text": "A truce holds."}\n'


def read(path: Path, **options: Any) -> list[Any]:
    return list(read_source(path, **options))


def files(found: list[Any]) -> list[str]:
    return [each.origin.file for each in found if not isinstance(each, Skipped)]


def read_up_to_error(path: Path) -> list[Any]:
    """Read a source that perhaps holds nothing to import besides what is skipped."""
    found: list[Any] = []
    with contextlib.suppress(SourceError):
        found.extend(read_source(path))
    return found


def told(path: Path) -> list[str]:
    """Return what is told of a source, by what it skips or by the error that it is."""
    try:
        return [f"{each.where} {each.reason}" for each in read_source(path) if isinstance(each, Skipped)]
    except SourceError as error:
        return [str(error)]


def record(**fields: object) -> bytes:
    return json.dumps({"date": "2004-08-14", "text": "Rain.", **fields}).encode()


LINES: list[tuple[bytes, str]] = [
    (b"{", "not JSON: unexpected end of data"),
    (b'{"date": "2004-08-14", "text": "Rain."', "not JSON"),
    (b'{"date": "2004-08-14", "text": "Rain.",}', "not JSON: trailing comma"),
    (b"{'date': '2004-08-14'}", "not JSON"),
    (b'{"date": "2004-08-14" "text": "Rain."}', "not JSON"),
    (b'{"date": "2004-08-14", "text": NaN}', "not JSON"),
    (b'{"date": "2004-08-14", "text": "Rain.", "id": Infinity}', "not JSON"),
    (b'{"date": "2004-08-14", "text": "Rain.", "id": 1e999}', "not JSON"),
    (b'{"date": "2004-08-14", "text": "Ra\x00in."}', "not JSON: unexpected control character"),
    (b'{"date": "2004-08-14", "text": "Caf\xe9."}', "not UTF-8: byte 0xe9 at position 36"),
    (b'{"date": "2004-08-14", "text": "\\ud800"}', "not JSON: no low surrogate"),
    (b'{"date": "2004-08-14", "text": "\\x41"}', "not JSON"),
    (b"[" * 5000, "not JSON: depth limit"),
    (b'{"date":' * 2000, "not JSON"),
    (GOOD.strip() + b" " + GOOD.strip(), "not JSON: unexpected content after document"),
    (b"2004-08-14,Rain.", "not JSON"),
    (b"<html>", "not JSON"),
    (b"null", "it is null"),
    (b"true", "it is true or false"),
    (b"7", "it is a number"),
    (b'"Rain."', "it is a text"),
    (b'["2004-08-14", "Rain."]', "it is a list"),
    (b"{}", "date is missing"),
    (record(date=None), "date is missing"),
    (record(date=""), "date is missing"),
    (record(date="2004-02-30"), "date is '2004-02-30', which is no day of the calendar"),
    (record(date="2004-13-01"), "no day of the calendar"),
    (record(date="0000-01-01"), "no day of the calendar"),
    (record(date="2004-8-14"), "write it as YYYY-MM-DD"),
    (record(date="14 August 2004"), "write it as YYYY-MM-DD"),
    (record(date="99999-01-01"), "write it as YYYY-MM-DD"),
    (record(date=20040814), "date is 20040814; write it as YYYY-MM-DD"),
    (record(date=1.5), "write it as YYYY-MM-DD"),
    (record(date=["2004-08-14"]), "write it as YYYY-MM-DD"),
    (record(date={"year": 2004}), "write it as YYYY-MM-DD"),
    (record(text=None), "there is no text"),
    (record(text="\n "), "(the record has date)"),
    (record(text=["Rain."]), "text is ['Rain.']; it must be a text"),
    (record(headline=7), "headline is 7"),
    (record(body={"a": 1}), "body is {'a': 1}"),
    (record(id=[1]), "id is [1]"),
    (record(id=True), "id is True"),
    (record(address="/somewhere"), "it must look like /news/"),
    (record(address="/news/2004/02/30/rain"), "it must look like /news/"),
    (record(category=7), "category is 7"),
    (record(topics=[["x"]]), "topics holds ['x']"),
    (record(places=[7]), "places holds 7"),
    (record(places={"name": None}), "places holds"),
    (record(entities=[{"id": "x"}]), "entities holds"),
    (record(entities=[{"name": "x", "url": 7}]), "url is 7"),
    (record(sources=[{"title": "AP"}]), "sources holds {'title': 'AP'}, which has neither a name nor a url"),
    (record(sources=[["AP"]]), "sources holds ['AP']"),
    (record(image=[]), "image is []"),
    (record(former=[None]), "former holds None"),
    (record(origin="file"), "origin is 'file'"),
    (record(origin={"file": 7}), "origin is"),
    (record(origin={"file": "x", "line": "7"}), "origin's line is '7'"),
    (record(origin={"file": "x", "rules": ["x"]}), "origin's rules"),
    (b'{"text": "' + b"x" * (16 * 2**20) + b'"}', "the line is longer than 16 MB"),
]


@pytest.mark.parametrize(("line", "reason"), LINES, ids=lambda value: str(value)[:50])
def test_a_line_that_is_no_story_is_skipped_with_its_number_and_the_rest_is_read(tmp_path, line, reason):
    path = tmp_path / "news.jsonl"
    path.write_bytes(GOOD + line + b"\n" + GOOD)
    first, skipped, last = read(path)
    assert isinstance(first, Story)
    assert isinstance(last, Story)
    assert skipped.where == "news.jsonl, line 2"
    assert reason in skipped.reason
    assert len(skipped.reason) < 300


def tar(name: str, content: bytes = GOOD, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.size = kind, link, len(content) if kind == tarfile.REGTYPE else 0
        archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def zipped(name: str, content: bytes = GOOD, *, mode: int = 0, encrypted: bool = False) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
        archive.writestr(info, content)
    data = bytearray(target.getvalue())
    if encrypted:
        for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(magic) + at] |= 1
    return bytes(data)


def packed(data: bytes, level: int = 9) -> bytes:
    return gzip.compress(data, level, mtime=0)


def damaged(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


NOISE = random.Random(7).randbytes(100_000)
#: Name of a file, its content, how many stories it gives, what is said of it.
FILES: list[tuple[str, bytes, int, str]] = [
    ("a.jsonl", b"", 0, "is empty"),
    ("a.csv", b"", 0, "is empty"),
    ("a.html", b"", 0, "is empty"),
    ("a.jsonl.gz", b"", 0, "is empty"),
    ("a.jsonl.gz", packed(b""), 0, "is empty"),
    ("a.jsonl.gz", packed(GOOD)[:7], 0, "is cut off"),
    ("a.jsonl.gz", packed(GOOD)[:-1], 1, "is cut off"),
    ("a.jsonl.gz", packed(GOOD + NOISE.hex().encode(), 0)[:-50_000], 1, "is cut off"),
    ("a.jsonl.gz", damaged(packed(GOOD), -6), 1, "is damaged"),
    ("a.jsonl.gz", damaged(packed(GOOD), 12), 0, "is damaged"),
    ("a.jsonl.gz", packed(GOOD) + b"garbage", 1, "is damaged"),
    ("a.jsonl.gz", packed(packed(GOOD)), 0, "binary file"),
    ("a.jsonl.gz", packed(b"\0" * 200_000_000), 0, "binary file"),
    ("a.jsonl.gz", packed(GOOD + b"x" * 200_000_000), 1, "grows more than 200-fold"),
    ("a.html.gz", packed(b"<p>" * 20_000_000), 0, "is larger than 8 MB"),
    ("a.jsonl", bz2.compress(GOOD), 0, "is packed as .bz2; unpack it first"),
    ("a.jsonl", lzma.compress(GOOD), 0, "is packed as .xz; unpack it first"),
    ("a.jsonl", b"7z\xbc\xaf\x27\x1c", 0, "is packed as .7z"),
    ("a.jsonl", zipped("b.jsonl"), 0, "is an archive inside of another source"),
    ("a.zip", zipped("b.jsonl"), 0, "is an archive inside of another source"),
    ("a.tar.gz", packed(tar("b.jsonl")), 0, "is an archive inside of another source"),
    ("a.jsonl", codecs.BOM_UTF16_LE + GOOD.decode().encode("utf-16-le"), 0, "is written in UTF-16; save it as UTF-8"),
    ("a.csv", codecs.BOM_UTF16_BE + "date,text\n".encode("utf-16-be"), 0, "is written in UTF-16; save it as UTF-8"),
    ("a.jsonl", b"\x89PNG\r\n\x1a\n\0\0\0", 0, "is a binary file, though its name promises text"),
    ("a.csv", b"\x7fELF\0\0", 0, "is a binary file, though its name promises text"),
    ("a.md", b"\0\0\0", 0, "is a binary file, though its name promises text"),
    ("a.html", b"\x89PNG\r\n\x1a\n\0\0\0", 0, "is no HTML"),
    ("a.html", b"no element at all", 0, "is no HTML"),
    ("a.html", b"<html><title>Rain</title></html>", 0, "there is no date"),
    ("2004/08/14/a.html", b"<html></html>", 0, "there is no text"),
    ("2004/02/30/a.html", b"<html><title>Rain</title></html>", 0, "there is no date"),
    ("a.csv", b"words\n", 0, "has no header that can be read"),
    ("a.csv", b"date\n2004-08-14\n", 0, "has no header that can be read"),
    ("a.csv", b"date,text\n2004-08-14,Caf\xe9\n", 0, "not UTF-8"),
    ("a.json", b"[]", 0, "holds no story"),
    ("a.json", b"[", 0, "is cut off: its list is never closed"),
    ("a.json", b"[" + GOOD + b",", 1, "is cut off: its list is never closed"),
    ("a.json", b"[" + GOOD + b"," + GOOD[:20], 1, "broken from here on"),
    ("a.json", b"[" + GOOD + b",\n\xff\xfe" + b" " * 300_000, 0, "is not UTF-8"),
    ("a.json", b"[1, 2]", 0, "it is a number"),
    ("a.json", b"[" * 100_000, 0, "depth limit"),
    ("a.json", b'[{"date": "2004-08-14", "text": NaN}, ' + GOOD + b"]", 1, "not JSON"),
    ("news/2004/08/3/a.md", b"no headline\n", 0, "the page has no headline"),
    ("news/2004/08/3/a.md", b"# Caf\xe9\n", 0, "is not UTF-8"),
    ("news/2004/02/30/a.md", b"# Rain\n", 0, "names no day of the calendar"),
    ("news/2004/08/3/a.md", b"# " + b"x" * 9_000_000, 0, "larger than 8 MB"),
    ("a.bin", NOISE, 0, "is in none of the formats that can be imported"),
    ("notes.txt", b"just words", 0, "is in none of the formats that can be imported"),
    ("README.md", b"# A folder of news\n", 0, "no story"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "stories", "reason"), FILES, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("kept", ["folder", "zip", "tar.gz"])
def test_a_file_that_cannot_be_read_is_skipped_with_its_name_and_the_others_are_read(
    tmp_path, name, content, stories, reason, kept
):
    path = tmp_path / "source"
    members = {name: content, "zz.jsonl": GOOD}
    if kept == "folder":
        for each, data in members.items():
            (path / each).parent.mkdir(parents=True, exist_ok=True)
            (path / each).write_bytes(data)
    elif kept == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for each, data in members.items():
                target.writestr(each, data)
    else:
        with tarfile.open(path, "w:gz") as archive:
            for each, data in members.items():
                member = tarfile.TarInfo(each)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    found = read(path)
    skipped = [each for each in found if isinstance(each, Skipped)]
    assert files(found).count("source/zz.jsonl") == 1
    assert len(found) - len(skipped) == stories + 1
    assert all(each.where.startswith(f"source/{name}") for each in skipped)
    assert any(reason in each.reason for each in skipped)


SINGLES = [
    (name, content, reason)
    for name, content, stories, reason in FILES
    if not stories and "/" not in name and reason != "is an archive inside of another source"
]


@pytest.mark.parametrize(("name", "content", "reason"), SINGLES, ids=lambda value: str(value)[:40])
def test_a_single_file_that_cannot_be_read_says_so_with_its_name(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    assert any(name in each and reason in each for each in told(tmp_path / name))


#: What is said at the name of a member of an archive beside which a good one lies.
MEMBERS: list[tuple[bytes, str, str]] = [
    (zipped("../b.jsonl"), "source/../b.jsonl", "its name leads out of the archive"),
    (zipped("/etc/b.jsonl"), "source//etc/b.jsonl", "its name leads out of the archive"),
    (zipped("..\\b.jsonl"), "source/../b.jsonl", "its name leads out of the archive"),
    (zipped("C:\\b.jsonl"), "source/C:/b.jsonl", "its name leads out of the archive"),
    (zipped("b.jsonl", b"/etc/passwd", mode=0o120777), "source/b.jsonl", "a link, which is not followed"),
    (zipped("b.jsonl", encrypted=True), "source/b.jsonl", "is encrypted"),
    (zipped("b.jsonl").replace(b"b.jsonl", b"\0.jsonl"), "source/", "has no name"),
    (zipped("b.jsonl", b"x" * 200_000_000), "source/b.jsonl", "grows more than 200-fold"),
    (tar("../b.jsonl"), "source/../b.jsonl", "its name leads out of the archive"),
    (tar("/etc/b.jsonl"), "source//etc/b.jsonl", "its name leads out of the archive"),
    (tar("b.jsonl", kind=tarfile.SYMTYPE, link="/etc/passwd"), "source/b.jsonl", "a link, which is not followed"),
    (tar("b.jsonl", kind=tarfile.LNKTYPE, link="c.jsonl"), "source/b.jsonl", "a link, which is not followed"),
    (tar("b.jsonl", kind=tarfile.FIFOTYPE), "source/b.jsonl", "no file"),
    (tar("b.jsonl", kind=tarfile.CHRTYPE), "source/b.jsonl", "no file"),
]


@pytest.mark.parametrize(("archive", "where", "reason"), MEMBERS, ids=lambda value: str(value)[:40])
def test_a_member_that_leads_out_or_is_no_file_is_skipped(tmp_path, archive, where, reason):
    path = tmp_path / "source"
    path.write_bytes(archive)
    assert not any(isinstance(each, Story) for each in read_up_to_error(path))
    assert any(
        isinstance(each, Skipped) and each.where.startswith(where) and reason in each.reason
        for each in read_up_to_error(path)
    )


def cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", b"", "is no archive, though its name says so"),
        ("a.zip", b"just words", "is no archive, though its name says so"),
        ("a.tgz", packed(GOOD), "is no archive, though its name says so"),
        ("a.zip", cut(zipped("b.jsonl"), 0.7), "is a damaged .zip"),
        ("a.zip", b"PK\x03\x04" + b"\xff" * 100, "is a damaged .zip"),
        ("a.zip", zipped("README", b"words"), "holds no file that can be imported"),
        ("a.tar.gz", packed(tar("b.txt", b"words")), "holds no file that can be imported"),
        ("a.tar.gz", cut(packed(tar("b.jsonl", GOOD)), 0.1), "is cut off"),
        ("a", b"just words", "is in none of the formats that can be imported"),
        ("a.pdf", b"%PDF-1.7\n", "is in none of the formats that can be imported"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_source_that_cannot_be_read_at_all_is_a_source_error(tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=reason) as caught:
        read(tmp_path / name)
    assert name in str(caught.value)


def test_a_damaged_member_and_a_cut_archive_give_what_can_be_had(tmp_path):
    members = io.BytesIO()
    with tarfile.open(fileobj=members, mode="w") as archive:
        for name in ("a.jsonl", "b.jsonl"):
            member = tarfile.TarInfo(name)
            member.size = len(GOOD) * 1000
            archive.addfile(member, io.BytesIO(GOOD * 1000))
    path = tmp_path / "a.tar"
    path.write_bytes(members.getvalue()[:80_000])
    found = read(path)
    assert files(found).count("a.tar/a.jsonl") == 1000
    assert any("is damaged or cut off" in each.reason for each in found if isinstance(each, Skipped))


def test_a_damaged_member_of_a_zip_is_skipped(tmp_path):
    data = zipped("b.jsonl", GOOD)
    path = tmp_path / "a.zip"
    path.write_bytes(damaged(data, data.index(b"b.jsonl") + 20))
    *_, skipped = read(path)
    assert skipped.where.startswith("a.zip/b.jsonl")
    assert "is damaged" in skipped.reason
