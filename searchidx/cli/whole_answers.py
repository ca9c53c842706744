"""HTTP as uvicorn speaks it, with the head of an answer and its body sent in one piece.

Sent one after the other, as uvicorn does, they take two system calls and wake up the client twice.
"""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD = b"HTTP/1.1 "
#: No head of an answer: the client waits for it before it sends on.
_CONTINUE = b"HTTP/1.1 100 "


class WholeAnswers(HttpToolsProtocol):
    """uvicorn's protocol over a transport that keeps the head of an answer back until its body comes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin with a connection."""
        self._holding = _Holding(transport)
        super().connection_made(cast(asyncio.Transport, self._holding))

    def on_response_complete(self) -> None:
        """Send the head of an answer that has no body."""
        self._holding.send()
        super().on_response_complete()


class _Holding:
    """A transport that sends what begins an answer together with what is written next."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held = b""

    def write(self, data: bytes) -> None:
        if self._held:
            data, self._held = self._held + data, b""
        elif data.startswith(_HEAD) and not data.startswith(_CONTINUE):
            self._held = data
            return
        self._transport.write(data)

    def send(self) -> None:
        if self._held:
            self._transport.write(self._held)
            self._held = b""

    def close(self) -> None:
        self.send()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._transport, name)
        return found
