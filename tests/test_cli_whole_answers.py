"""What uvicorn writes head by head and body by body leaves in one piece, and nothing else is changed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from searchidx.cli.whole_answers import WholeAnswers


class Transport(asyncio.Transport):
    def __init__(self):
        super().__init__({"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 5000)})
        self.writes, self.closed = [], False

    def write(self, data):
        assert not self.closed
        self.writes.append(bytes(data))

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


async def app(scope, receive, send):
    status, pieces = {
        "/": (200, [b"a body"]),
        "/none": (304, [b""]),
        "/like-a-head": (200, [b"HTTP/1.1 200 OK\r\n\r\n"]),
        "/pieces": (200, [b"one, ", b"two, ", b"three"]),
        "/asked": (200, [b"thank you"]),
        "/broken": (200, []),
    }[scope["path"]]
    if scope["path"] == "/asked":
        await receive()
    length = str(sum(map(len, pieces))).encode()
    head = [] if status == 304 else [(b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": head})
    for number, piece in enumerate(pieces, 1):
        await send({"type": "http.response.body", "body": piece, "more_body": number < len(pieces)})


def ask(protocol_class, *requests):
    """Send requests over one connection; return what was written, and whether it was closed."""

    async def talk():
        config = Config(app, log_level="critical", date_header=False, lifespan="off")
        config.load()
        transport = Transport()
        protocol = protocol_class(config, ServerState(), {})
        protocol.connection_made(transport)
        for request in requests:
            protocol.data_received(request)
            for _ in range(5):
                await asyncio.sleep(0)
        protocol._unset_keepalive_if_required()
        return transport.writes, transport.closed

    # In a thread of its own: a browser that other tests keep open has this one's loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, talk()).result()


def request(path, method="GET", *headers):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: site", *headers, "", ""]).encode()


@pytest.mark.parametrize(
    ("requests", "pieces"),
    [
        ([request("/")], 1),
        ([request("/none")], 1),
        ([request("/", "HEAD")], 1),
        ([request("/like-a-head")], 1),
        ([request("/pieces")], 3),
        ([request("/"), request("/none"), request("/")], 3),
        ([request("/") + request("/pieces") + request("/", "HEAD")], 5),
        ([request("/", "GET", "Connection: close")], 1),
        ([request("/broken")], 1),
        ([b"no request\r\n\r\n"], 1),
        ([request("/asked", "POST", "Expect: 100-continue", "Content-Length: 4"), b"body"], 2),
    ],
)
def test_the_same_bytes_in_fewer_pieces(requests, pieces):
    expected, is_closed = ask(HttpToolsProtocol, *requests)
    assert b"HTTP/1.1 " in expected[0]
    writes, closed = ask(WholeAnswers, *requests)
    assert (b"".join(writes), closed) == (b"".join(expected), is_closed)
    assert len(writes) == pieces
