"""What every answer shares: conditional GET, caching, compression, timing, security headers (RFC 9110, 9111)."""

import gzip
import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: How long answers may be kept: those that change with every commit, stories and past days, and files named by content.
BRIEFLY = "public, max-age=60, stale-while-revalidate=600"
A_WHILE = "public, max-age=600, stale-while-revalidate=3600"
FOR_EVER = "public, max-age=31536000, immutable"
NOT_KEPT = "no-store"
#: The If-None-Match that every answer matches; any other names the tags of the answers that the client has.
ANY_ANSWER = "*"

#: Shorter answers are not worth compressing.
_COMPRESSED_FROM = 600
#: A page is compressed in half the time that the usual level 6 takes or less, and grows by a tenth.
_COMPRESSION_LEVEL = 3

#: Our own pages run our own script and load nothing from elsewhere; data blocks are not scripts and need no exception.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Everything here may be read by anyone's page: there are no cookies and no secrets.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Server-Timing",
}
_RAW_SECURITY_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


@dataclass(slots=True)
class Stopwatch:
    """How long the parts of an answer took, for Server-Timing."""

    parts: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def time(self, part: str) -> Iterator[None]:
        """Add the time spent inside to a part."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.parts[part] = self.parts.get(part, 0.0) + time.perf_counter() - start

    def __str__(self) -> str:
        """Return the header's value: names and milliseconds."""
        return ", ".join(f"{name};dur={seconds * 1000:.2f}" for name, seconds in self.parts.items())


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the client takes gzip, by its Accept-Encoding."""
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return re.fullmatch(r"\s*q=0(\.0*)?\s*", parameters) is None
    return False


def entity_tag(*parts: object) -> str:
    """Return a strong ETag of all that an answer depends on."""
    text = "\x1f".join(map(str, parts))
    return f'"{hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()}"'


def compressed(response: Response, accept_encoding: str) -> Response:
    """Compress the body of a response in place where the client takes it and it pays."""
    if takes_gzip(accept_encoding) and len(response.body) >= _COMPRESSED_FROM:
        response.body = gzip.compress(response.body, _COMPRESSION_LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response


class SecurityHeaders:
    """Add the security headers to every response, errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_RAW_SECURITY_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)
