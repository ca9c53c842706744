"""Pages for browsers: serve, demo."""

import errno
import gc
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path
from threading import Thread
from typing import Any

import click
from uvicorn import Config, Server
from uvicorn.supervisors import Multiprocess

from searchidx.catalogue import SETTINGS_FILE, Archive, Catalogue, Settings
from searchidx.cli.building import run_index
from searchidx.cli.options import index_option, indexes_option
from searchidx.cli.printing import warn
from searchidx.cli.whole_answers import WholeAnswers
from searchidx.errors import RequestError
from searchidx.exporters.texts import stories_counted
from searchidx.ingest.run import Job
from searchidx.web.app import create_app

LOOPBACK, PORT = "127.0.0.1", 8000
#: How many ports after the wanted one are tried.
PORTS_TRIED = 100
#: How many seconds pass between two looks whether a worker listens.
_ASKED_AGAIN = 0.05
SAMPLE = "sample"

#: Tell the worker processes which index to serve.
_SERVED_FOLDER, _SERVED_INDEX = "SEARCHIDX_INDEXES", "SEARCHIDX_SERVED_INDEX"

_host = click.option("--host", default=LOOPBACK, show_default=True, help="The address to listen on.")
_port = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=PORT,
    show_default=True,
    help="The port; the next free one if it is taken.",
)


@click.command()
@_host
@_port
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="How many processes answer requests."
)
@index_option
@click.pass_obj
def serve(indexes: Path | None, /, *, host: str, port: int, workers: int, index: str | None) -> None:
    """\b
    Examples:
      searchidx serve
      searchidx serve --index news --port 8080 --workers 2

    Serve an index as web pages, and as JSON, XML and Markdown for programs. Other machines can reach it only if --host
    says so. What is indexed while it runs is served at once.
    """  # noqa: D301, D400, D415
    _serve(Catalogue.default(indexes), index, host=host, port=port, workers=workers)


@click.command()
@_host
@_port
@indexes_option
@click.pass_obj
def demo(indexes: Path | None, /, *, host: str, port: int) -> None:
    """\b
    Examples:
      searchidx demo
      searchidx demo --port 8080

    Index the sample archive, about 450 events from 1999 to 2019, under the name "sample", and serve it.
    """  # noqa: D301, D400, D415
    catalogue = Catalogue.default(indexes)
    with as_file(files("searchidx") / "data" / SAMPLE) as folder:
        target = catalogue.path(SAMPLE)
        if not (target / SETTINGS_FILE).exists():
            Settings.read(folder).write(target)
        run_index(catalogue, SAMPLE, Job(sources=sorted(folder.glob("*.jsonl")), sync=True))
    _serve(catalogue, SAMPLE, host=host, port=port, workers=1)


def served_app() -> Callable[..., Any]:
    """Return the pages of the index that the environment names: what a worker process runs."""
    return _app(Catalogue.default().open(os.environ[_SERVED_INDEX]))


def _app(archive: Archive) -> Callable[..., Any]:
    """Return the pages of an archive, in a process that does nothing else."""
    app = create_app(archive)
    app.state.renderer.compile()
    # What is loaded by now stays as long as the process; looking for garbage in it would take a third of each answer.
    gc.freeze()
    return app


def _serve(catalogue: Catalogue, index: str | None, *, host: str, port: int, workers: int) -> None:
    archive = catalogue.open(index)  # what is wrong with the index is said before anything listens
    listener = _listening(host, port)
    address = listener.getsockname()
    if address[1] != port:
        warn(f"port {port} is taken")
    shown = f"[{host}]" if ":" in host else host
    count = stories_counted(archive.engine.story_count)
    told = f"{archive.settings.title}: {count} at http://{shown}:{address[1]}/  (stop with Ctrl-C)"
    if workers == 1:
        warn(told)
        with listener:
            Server(_config(_app(archive))).run([listener])
        return
    if sys.platform == "linux":
        listener.close()
        listener = _WorkersOwn(listener.family, address)
    os.environ |= {_SERVED_FOLDER: str(catalogue.folder.resolve()), _SERVED_INDEX: archive.name}
    app = f"{__name__}:{served_app.__name__}"
    Thread(target=_tell_once_answered, args=(address, told), daemon=True).start()
    with listener:
        Multiprocess(_config(app, factory=True, workers=workers), [listener]).run()


def _tell_once_answered(address: tuple[Any, ...], told: str) -> None:
    """Tell where the pages are when the first worker listens there: the processes take some seconds to begin."""
    while True:
        with suppress(OSError), socket.create_connection(address[:2]):
            warn(told)
            return
        time.sleep(_ASKED_AGAIN)


def _config(app: Callable[..., Any] | str, *, factory: bool = False, workers: int = 1) -> Config:
    return Config(app, factory=factory, workers=workers, http=WholeAnswers, log_level="warning", access_log=False)


class _Listener(socket.socket):
    """A socket to listen on; another server may have had its address a moment ago."""

    def __init__(self, family: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # For all connections: else the end of a longer answer waits 40 ms for the beginning to be acknowledged.
        self.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class _WorkersOwn(_Listener):
    """A bound socket in whose place each worker process, when it is handed over, opens one of its own on the same port.

    Where processes share one listening socket, one of them gets nearly all connections that come at once. Over several
    sockets on one port (SO_REUSEPORT) Linux spreads them.
    """

    def __init__(self, family: int, address: tuple[Any, ...]) -> None:
        super().__init__(family)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.bind(address)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.family, self.getsockname())


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on the wanted port, or the next one that is free.

    Raises:
        RequestError: if none of them is free or may be used, or the host is none of this machine's.
    """
    try:
        family, _, _, _, _ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise RequestError(f"{host} is no address of this machine", parameter="host") from None
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        listener = _Listener(family)
        try:
            listener.bind((host, candidate))
            listener.listen()
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE:
                continue
            if error.errno == errno.EACCES:
                raise RequestError(
                    f"you have no permission to listen on port {candidate}; choose one from 1024 on", parameter="port"
                ) from None
            raise RequestError(f"cannot listen on {host}: {error.strerror or error}", parameter="host") from None
        else:
            return listener
    raise RequestError(f"port {port} and the {PORTS_TRIED - 1} after it are taken on {host}", parameter="port")
