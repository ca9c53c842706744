"""Any bytes in any format: what comes out are stories, redirects, skips, or a SourceError, and nothing else."""

import gzip
import io
import json
import tarfile
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from searchidx.errors import SourceError
from searchidx.importers import FORMATS, read_source
from searchidx.stories import Redirect, Skipped, Story, UnusedField
from searchidx.stories.fields import say_unused
from searchidx.stories.objects import write_story

STORY = b'{"date": "2004-08-14", "text": "Rain.", "sources": ["AP", {"name": "B", "url": "http://b.example"}]}\n'
PIECES = {
    "jsonl": [STORY, b"{", b"}", b"[", b"]", b",", b'"date":', b'"2004-08-14"', b'"text":', b"\n", b"null", b"\xef\xbb\xbf", b"\x1f\x8b", b"\\ud800"],
    "csv": [b"date,text\n", b"2004-08-14,", b"Rain.", b'"', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\xef\xbb\xbf", b"\0", b"|"],
    "context": [
        b"\nFormats: [HTML](/x.html)  \n\n", b"### [2004-08-3](/news/2004/08/3/index.md)\n", b"## [2004-08-3](/x)\n", b"##### Ulm\n", b"# Rain.\n",
        b"### Sources:\n", b"### Changes:\n", b"### Related:\n", b"1. [AP](http://a.example)\n", b"1. [Cover Image](http://a.example)\n",
        b"1. [Old](/news/2004/08/3/old.md) _2018-02-06 13:49:31 (First version)_\n", b"1. [B](/news/2005/01/2/b.md) _Context: Ulm, Danube_\n",
        b"### [B](/news/2005/01/2/b.md)\n", b"_Context: Ulm, 2018_\n", b"words\n", b"[", b"](", b")", b"<ref>", b"{{", b"|", b"}}", b"''", b"&#039;", b"&#x110000;", b"[[",
    ],
    "html": [
        b"<html>", b"<title>Rain</title>", b"<time datetime='2004-08-14'>", b"<p>", b"</p>", b"<article>", b"</article>", b"<script type='application/ld+json'>",
        b"</script>", b'{"@type": "NewsArticle", "headline": "Rain", "datePublished": "2004-08-14", "about": [{"location": ', b'{"name": "Ulm"}', b"]}", b"}",
        b"<meta property='og:title' content='Rain'>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<![if", b"<?xml", b"<!", b"<", b">", b"'", b"&#", b"\xff\xfe", b"<link rel=canonical href='http://[::1'>",
    ],
}  # fmt: skip
TOLERANT = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def read(path: Any, **options: Any) -> None:
    """Read a source to its end; what comes out can be written."""
    try:
        for found in read_source(path, **options):
            assert isinstance(found, Story | Redirect | Skipped | UnusedField)
            if isinstance(found, Story):
                json.dumps(write_story(found), ensure_ascii=False).encode()
            elif isinstance(found, Skipped):
                assert found.where
                assert found.reason
                (found.where + found.reason).encode()
            elif isinstance(found, UnusedField):
                say_unused([found]).encode()
    except SourceError as error:
        assert str(error)  # noqa: PT017


def mixed(pieces: list[bytes]) -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(pieces) | st.binary(max_size=6), max_size=30).map(b"".join)


@pytest.mark.parametrize("format_", FORMATS)
@TOLERANT
@given(data=st.data())
def test_any_bytes_are_read_or_refused(format_, data):
    content = data.draw(mixed(PIECES[format_]) | st.binary(max_size=200))
    for stream in (content, gzip.compress(content)):
        read(None, stdin=io.BytesIO(stream), format=format_)
        read(None, stdin=io.BytesIO(stream))


def archives() -> dict[str, bytes]:
    members = {
        "news.jsonl": STORY,
        "news/2004/08/3/rain.md": b"# Rain.\n",
        "page.html": b"<html><title>Rain</title>",
        "a.csv.gz": gzip.compress(b"date,text\n"),
    }
    packed, plain = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with tarfile.open(fileobj=plain, mode="w") as target:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            target.addfile(member, io.BytesIO(content))
    return {"zip": packed.getvalue(), "tar": plain.getvalue()[:8192], "tar.gz": gzip.compress(plain.getvalue())}


ARCHIVES = archives()


@pytest.mark.parametrize("kind", ARCHIVES)
@TOLERANT
@given(data=st.data())
def test_an_archive_with_any_bytes_changed_is_read_or_refused(tmp_path, kind, data):
    content = bytearray(ARCHIVES[kind])
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)):
        content[at] = byte
    path = tmp_path / "archive"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)) | st.just(len(content)))])
    read(path)
