"""Answers given before are given again, before anything is read but the head of the request.

An answer depends on the address, on the formats and the encoding that the client takes, on the name under which it calls
the site, on the generation and on the day; with one of the last two all others are forgotten. What is kept is bounded in
bytes, and of it what was not asked for longest goes first. It is kept packed, for of packed answers four times as many
find room, and to unpack one takes a few hundredths of the time that it takes to make it anew; those asked for last are
kept as they are sent, too. Headers that answers have in common are kept once.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Generic, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from searchidx.catalogue import Archive
from searchidx.errors import ArchiveError
from searchidx.search.engine import Engine
from searchidx.web.formats import liked
from searchidx.web.responses import ANY_ANSWER, NOT_KEPT, takes_gzip

#: What a process keeps at most, some three thousand answers, and the longest it keeps; and how much of it as it is sent.
MOST_BYTES = 20_000_000
LONGEST = MOST_BYTES // 32
MOST_UNPACKED_BYTES = 2_000_000
#: Takes a sixth longer than the quickest and makes searches a tenth smaller; what comes behind it takes twice as long.
_PACKING_LEVEL = 4
#: What an answer takes beside its body, about; who asks for a longer address is not expected again.
_BESIDE = 1_000
#: Headers that tell how one answer came to be, and those that tell of a body.
_TIMING = b"server-timing"
_REMEMBERED = (_TIMING, b"remembered")
_OF_BODY = frozenset({b"content-type", b"content-length", b"content-encoding"})
#: Headers that hardly two answers have in common; of the others each is kept once.
_OWN = frozenset({b"etag", b"content-length", b"link"})

#: Headers of which clients send a few kinds, and each the same again and again, are not read anew; longer ones are.
_SHORT = 200

_Headers = list[tuple[bytes, bytes]]
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Answer:
    tag: bytes
    headers: _Headers
    body: bytes
    is_packed: bool


class _Bounded(Generic[_Value]):
    """Values by their keys, as many as so many bytes hold; what was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._values: dict[object, tuple[_Value, int]] = {}

    def get(self, key: object) -> _Value | None:
        found = self._values.pop(key, None)
        if found is None:
            return None
        self._values[key] = found
        return found[0]

    def put(self, key: object, value: _Value, size: int) -> None:
        self._drop(key)
        self._values[key] = value, size
        self._bytes += size
        while self._bytes > self._most:
            self._drop(next(iter(self._values)))

    def _drop(self, key: object) -> None:
        _, size = self._values.pop(key, (None, 0))
        self._bytes -= size

    def clear(self) -> None:
        self._values.clear()
        self._bytes = 0


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
        self._answers = _Bounded[_Answer](MOST_BYTES - MOST_UNPACKED_BYTES)
        self._unpacked = _Bounded[bytes](MOST_UNPACKED_BYTES)
        self._valid_for: tuple[Engine, date] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not self._is_ready():
            await self._app(scope, receive, send)
            return
        headers = dict(reversed(scope["headers"]))  # of several with one name the first counts
        key = self._key(scope, headers)
        answer = None if b"no-cache" in headers.get(b"cache-control", b"") else self._answers.get(key)
        if answer is None:
            is_long = len(scope["path"]) + len(scope["query_string"]) > _BESIDE
            await self._app(scope, receive, send if is_long else self._keeping(key, send))
            return
        asked_for = headers.get(b"if-none-match", b"")
        known = answer.tag in asked_for or asked_for.strip() == ANY_ANSWER.encode()
        await send(
            {
                "type": "http.response.start",
                "status": 304 if known else 200,
                "headers": [h for h in answer.headers if h[0] not in _OF_BODY] if known else answer.headers,
            }
        )
        body = b"" if known or scope["method"] == "HEAD" else self._body(key, answer)
        await send({"type": "http.response.body", "body": body})

    def _is_ready(self) -> bool:
        """Go on to the newest generation and day; whether the archive can be read."""
        try:
            self._archive.refresh()
        except ArchiveError:
            return False
        now = self._archive.engine, self._today()
        if now != self._valid_for:
            self._answers.clear()
            self._unpacked.clear()
            self._valid_for = now
        return True

    def _key(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[object, ...]:
        """Return all that an answer depends on but the generation and the day."""
        return (
            scope["path"],
            scope["query_string"],
            *_taken(headers.get(b"accept", b""), headers.get(b"accept-encoding", b"")),
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
            elif head is not None:
                # Unless it comes in parts, or a newer generation has come meanwhile: perhaps it is from that one already.
                is_valid = self._valid_for == valid_for == (self._archive.engine, self._today())
                if is_valid and not message.get("more_body"):
                    self._keep(key, head["headers"], message["body"])
                head = None
            await send(message)

        return send_and_keep

    def _keep(self, key: object, headers: _Headers, body: bytes) -> None:
        named = dict(headers)
        tag = named.get(b"etag")
        if tag is None or named.get(b"cache-control") == NOT_KEPT.encode() or len(body) > LONGEST:
            return
        kept = self._answers.get(key)
        if kept is not None and kept.tag == tag:
            return  # asked for anew, and the same
        lasting = [header if header[0] in _OWN else _shared(header) for header in headers if header[0] != _TIMING]
        lasting.append(_REMEMBERED)
        is_packed = b"content-encoding" not in named
        packed = zlib.compress(body, _PACKING_LEVEL) if is_packed else body
        self._answers.put(key, _Answer(tag, lasting, packed, is_packed), len(packed) + _BESIDE)

    def _body(self, key: object, answer: _Answer) -> bytes:
        if not answer.is_packed:
            return answer.body
        body = self._unpacked.get(key)
        if body is None:
            body = zlib.decompress(answer.body)
            self._unpacked.put(key, body, len(body))
        return body


@lru_cache
def _shared(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    return header


def _taken(accept: bytes, accept_encoding: bytes) -> tuple[str, bool]:
    """Return the formats that a client takes, the best first, for not every page comes in each; and whether it takes gzip."""
    short = len(accept) + len(accept_encoding) <= _SHORT
    return _known_taken(accept, accept_encoding) if short else _known_taken.__wrapped__(accept, accept_encoding)


@lru_cache
def _known_taken(accept: bytes, accept_encoding: bytes) -> tuple[str, bool]:
    forms = " ".join(form.suffix for form in liked(accept.decode("latin-1")))
    return forms, takes_gzip(accept_encoding.decode("latin-1"))
