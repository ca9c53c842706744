"""Answers that are given again: to whom, when, and when no longer."""

import asyncio
import datetime
import http.client
import random
from concurrent.futures import ThreadPoolExecutor

import httpx
import orjson
import pytest

from searchidx.web.remembered import LONGEST, MOST_BYTES, MOST_UNPACKED_BYTES, RememberedAnswers

pytest_plugins = ["tests.web_site"]

TODAY = datetime.date(2026, 8, 14)
#: What differs between two answers to one request.
OF_THE_MOMENT = {"date", "server-timing"}


def is_remembered(answer):
    return answer.headers.get("server-timing") == "remembered"


def lasting(answer):
    return {name: value for name, value in answer.headers.items() if name not in OF_THE_MOMENT}


@pytest.mark.parametrize(
    "path",
    ["/", "/search?q=najaf", "/search.json?q=najaf+shrine", "/news/2004/08/14/", "/places", "/suggest?q=naj", "/map"],
)
def test_the_second_answer_is_the_first(site, path):
    first = site.get(path, cache_control="no-cache")
    second = site.get(path)
    assert not is_remembered(first)
    assert is_remembered(second)
    assert (second.status_code, second.content, lasting(second)) == (200, first.content, lasting(first))


@pytest.mark.parametrize("accept_encoding", ["gzip", "identity", "gzip;q=0", "br, *"])
@pytest.mark.parametrize("accept", ["text/html", "application/json", "application/xml", "text/markdown", "*/*"])
def test_each_client_gets_what_it_takes(site, accept, accept_encoding):
    path = "/search?q=ceasefire"
    first = site.get(path, accept=accept, accept_encoding=accept_encoding, cache_control="no-cache")
    for other in ("text/html", "application/json"):
        site.get(path, accept=other)
    second = site.get(path, accept=accept, accept_encoding=accept_encoding)
    assert is_remembered(second)
    assert (second.content, lasting(second)) == (first.content, lasting(first))
    if accept != "*/*":
        assert first.headers["content-type"].startswith(accept)


def test_who_likes_a_format_best_that_a_page_does_not_come_in_gets_his_second_best(site):
    for second in ("application/json", "application/xml", "text/html"):
        answer = site.get("/search?q=second+best", accept=f"application/x-bibtex, {second};q=0.5")
        assert answer.headers["content-type"].startswith(second)


def test_of_two_accept_headers_the_first_counts_for_what_is_kept_too(site):
    def ask(*accepts):
        connection = http.client.HTTPConnection(site.url.removeprefix("http://"))
        connection.putrequest("GET", "/search?q=two+accepts")
        for accept in accepts:
            connection.putheader("Accept", accept)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.getheader("content-type")

    assert ask("text/html", "application/json").startswith("text/html")
    assert ask("application/json") == "application/json"
    assert ask("application/json", "text/html") == "application/json"


def test_each_name_of_the_site_has_links_of_its_own(site):
    path = "/search.json?q=najaf&sort=oldest"
    for host in ("one.example", "two.example", "one.example"):
        assert site.get(path, host=host).json()["links"]["html"].startswith(f"http://{host}/search?")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_head_has_the_headers_and_no_body(site, method):
    path = site.url + "/search.json?q=najaf&limit=50"
    first = httpx.request(method, path, headers={"Cache-Control": "no-cache"})
    second, got = httpx.head(path), httpx.get(path)
    assert is_remembered(second)
    assert is_remembered(got)
    assert second.content == b""
    assert lasting(second) == lasting(got) == lasting(first)
    assert int(second.headers["content-length"]) > 0


@pytest.mark.parametrize("anew", ["no-cache", ""])
@pytest.mark.parametrize("path", ["/search.json?q=najaf", "/search?q=najaf", "/news/2004/08/14/", "/"])
def test_who_has_the_answer_is_told_so(site, path, anew):
    first = site.get(path)
    kept = {name: first.headers[name] for name in ("etag", "cache-control", "vary", "content-security-policy")}
    for known, status in [
        (first.headers["etag"], 304),
        (f'"x", W/{first.headers["etag"]}', 304),
        ("*", 304),
        ('"x"', 200),
        ('"*"', 200),
        ("", 200),
    ]:
        again = site.get(path, if_none_match=known, cache_control=anew)
        assert again.status_code == status, known
        assert kept.items() <= dict(again.headers).items()
        if status == 304:
            assert again.content == b""
            assert "content-type" not in again.headers


def test_what_is_not_there_is_not_told_to_be_known(site):
    for _ in range(2):
        assert site.get("/news/2004/08/14/no-such-story", if_none_match="*").status_code == 404
        assert site.get("/search.json?q=(", if_none_match="*").status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [("/livez", 200), ("/readyz", 200), ("/search?q=(", 400), ("/nowhere", 404), ("/news/2004/8/14/", 301)],
)
def test_mistakes_and_passing_answers_are_not_kept(site, path, status):
    for _ in range(2):
        answer = site.get(path)
        assert answer.status_code == status
        assert not is_remembered(answer)


def test_a_changed_index_gives_new_answers_at_once(catalogue, build, serve, tmp_path):
    source = tmp_path / "stories.jsonl"
    paths = ("/search.json?q=story", "/search?q=story", "/", "/names", "/map", "/news/")
    with source.open("wb") as file:
        file.write(orjson.dumps({"date": "2021-01-01", "text": "The first story is told."}))
    build(catalogue, "changing", [source])
    with serve(catalogue, "changing", tmp_path / "log") as site:
        for count in (2, 3):
            for path in paths:
                site.get(path)
                assert is_remembered(site.get(path))
            before = {path: site.get(path) for path in paths}
            source.write_bytes(orjson.dumps({"date": f"2021-01-{count:02d}", "text": f"Story {count} is told."}))
            build(catalogue, "changing", [source])
            for path in paths:
                after = site.get(path, if_none_match=before[path].headers["etag"])
                assert after.status_code == 200
                assert not is_remembered(after)
            assert site.get("/search.json?q=story").json()["total"] == count


class Kept:
    """What answers with given bytes, with answers remembered before it."""

    def __init__(self, catalogue, body, parts=1):
        self.calls = 0
        self.parts = parts
        self.app = RememberedAnswers(self.answer, catalogue.open("sample"), lambda: TODAY)
        self.body = body

    async def answer(self, scope, receive, send):
        self.calls += 1
        body = self.body(scope)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", b'"x"')]})
        size = -(-len(body) // self.parts)
        for start in range(0, len(body), size):
            more = start + size < len(body)
            await send({"type": "http.response.body", "body": body[start : start + size], "more_body": more})

    def has(self, path):
        """Ask for an answer; return whether it was remembered."""
        calls = self.calls

        async def ask():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://site") as client:
                return (await client.get(path)).content

        # In a thread of its own: a browser that other tests keep open has this one's loop.
        with ThreadPoolExecutor(1) as thread:
            content = thread.submit(asyncio.run, ask()).result()
        assert content == self.body({"path": path.partition("?")[0], "query_string": path.partition("?")[2].encode()})
        return calls == self.calls


@pytest.mark.parametrize("parts", [1, 3])
def test_what_comes_in_parts_is_not_kept(catalogue, parts):
    kept = Kept(catalogue, lambda scope: b"in parts", parts)
    assert [kept.has("/"), kept.has("/")] == [False, parts == 1]


def test_what_is_kept_is_bounded_and_what_was_not_asked_for_longest_goes_first(catalogue):
    # Such bytes cannot be packed, and grow a little where it is tried.
    kept = Kept(catalogue, lambda scope: random.Random(scope["path"]).randbytes(int(scope["query_string"])))
    longest = LONGEST - 1_000
    room = (MOST_BYTES - MOST_UNPACKED_BYTES) // LONGEST
    assert not kept.has(f"/first?{longest}")
    for number in range(2 * room):
        assert not kept.has(f"/{number}?{longest}")
        assert kept.has(f"/first?{longest}")
    assert kept.has(f"/{2 * room - 1}?{longest}")
    assert not kept.has(f"/0?{longest}")
    for _ in range(2):
        assert not kept.has(f"/long?{LONGEST + 1}")
        assert not kept.has(f"/{'a' * 3000}?10")


def test_what_can_be_packed_is_kept_in_larger_numbers(catalogue):
    kept = Kept(catalogue, lambda scope: scope["path"].encode() * (LONGEST // len(scope["path"])))
    paths = [f"/{number}" for number in range(2 * MOST_BYTES // LONGEST)]
    assert not any(map(kept.has, paths))
    for _ in range(2):
        assert all(map(kept.has, paths))
