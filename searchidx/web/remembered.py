"""Answers given before are given again, before anything is read but the head of the request.

An answer depends on the address, on the format and the encoding that the client takes, on the name under which it calls
the site, on the generation and on the day; with one of the last two all others are forgotten. What is kept is bounded in
bytes, and of it what was not asked for longest goes first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from searchidx.catalogue import Archive
from searchidx.errors import ArchiveError
from searchidx.search.engine import Engine
from searchidx.web.formats import accepted
from searchidx.web.responses import ANY_ANSWER, NOT_KEPT, takes_gzip

#: What a process keeps at most, some five hundred answers, and the longest it keeps.
MOST_BYTES = 12_000_000
LONGEST = MOST_BYTES // 32
#: What an answer takes beside its body, about; who asks for a longer address is not expected again.
_BESIDE = 2_000
#: Headers that tell how one answer came to be, and those that tell of a body.
_TIMING = b"server-timing"
_OF_BODY = frozenset({b"content-type", b"content-length", b"content-encoding"})

_Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Answer:
    tag: bytes
    headers: _Headers
    body: bytes


class RememberedAnswers:
    """Middleware that keeps good answers which have a tag, and gives them to whoever asks for the same.

    Who sends Cache-Control: no-cache, as browsers do to load a page anew, is not given a kept answer.

    Args:
        app: what answers otherwise.
        archive: what it answers from.
        today: the day that answers are relative to.
    """

    def __init__(self, app: ASGIApp, archive: Archive, today: Callable[[], date]) -> None:
        self._app, self._archive, self._today = app, archive, today
        self._answers: dict[object, _Answer] = {}
        self._bytes = 0
        self._valid_for: tuple[Engine, date] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not self._is_ready():
            await self._app(scope, receive, send)
            return
        headers = dict(reversed(scope["headers"]))  # of several with one name the first counts
        key = self._key(scope, headers)
        answer = None if b"no-cache" in headers.get(b"cache-control", b"") else self._answers.pop(key, None)
        if answer is None:
            is_long = len(scope["path"]) + len(scope["query_string"]) > _BESIDE
            await self._app(scope, receive, send if is_long else self._keeping(key, send))
            return
        self._answers[key] = answer
        asked_for = headers.get(b"if-none-match", b"")
        known = answer.tag in asked_for or asked_for.strip() == ANY_ANSWER.encode()
        await send(
            {
                "type": "http.response.start",
                "status": 304 if known else 200,
                "headers": [h for h in answer.headers if h[0] not in _OF_BODY] if known else answer.headers,
            }
        )
        await send({"type": "http.response.body", "body": b"" if known or scope["method"] == "HEAD" else answer.body})

    def _is_ready(self) -> bool:
        """Go on to the newest generation and day; whether the archive can be read."""
        try:
            self._archive.refresh()
        except ArchiveError:
            return False
        now = self._archive.engine, self._today()
        if now != self._valid_for:
            self._answers.clear()
            self._bytes, self._valid_for = 0, now
        return True

    def _key(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[object, ...]:
        """Return all that an answer depends on but the generation and the day."""
        return (
            scope["path"],
            scope["query_string"],
            accepted(headers.get(b"accept", b"").decode("latin-1")),
            takes_gzip(headers.get(b"accept-encoding", b"").decode("latin-1")),
            scope["scheme"],
            headers.get(b"host"),
        )

    def _keeping(self, key: object, send: Send) -> Send:
        """Return what sends an answer and keeps it."""
        valid_for = self._valid_for
        head: Message | None = None

        async def send_and_keep(message: Message) -> None:
            nonlocal head
            if message["type"] == "http.response.start":
                head = message if message["status"] == 200 else None
            elif head is not None and not message.get("more_body"):
                # Unless a newer generation has come while this was answered, perhaps from that one already.
                if self._valid_for == valid_for == (self._archive.engine, self._today()):
                    self._keep(key, head["headers"], message["body"])
                head = None
            await send(message)

        return send_and_keep

    def _keep(self, key: object, headers: _Headers, body: bytes) -> None:
        named = dict(headers)
        if b"etag" not in named or named.get(b"cache-control") == NOT_KEPT.encode() or len(body) > LONGEST:
            return
        kept = [(name, value) for name, value in headers if name != _TIMING] + [(_TIMING, b"remembered")]
        self._forget(key)
        self._answers[key] = _Answer(named[b"etag"], kept, body)
        self._bytes += len(body) + _BESIDE
        while self._bytes > MOST_BYTES:
            self._forget(next(iter(self._answers)))

    def _forget(self, key: object) -> None:
        answer = self._answers.pop(key, None)
        if answer is not None:
            self._bytes -= len(answer.body) + _BESIDE
