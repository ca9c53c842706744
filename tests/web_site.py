"""A real server over a real index, for the tests of the pages: the sample archive, and stories that mean harm."""

import contextlib
import datetime
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from searchidx.catalogue import SETTINGS_FILE, Catalogue, Settings
from searchidx.ingest.run import Job, ingest
from searchidx.web.app import create_app

SAMPLE = Path(str(files("searchidx") / "data" / "sample"))
#: The day on which the tests' site is read.
TODAY = datetime.date(2026, 8, 14)
_FOLDER, _INDEX = "SEARCHIDX_TEST_FOLDER", "SEARCHIDX_TEST_INDEX"

#: Stories as nobody should send them: each must come out as the text it is.
HOSTILE = [
    {
        "date": "2020-02-29",
        "headline": "<script>alert('headline')</script> & <b>bold</b>",
        "body": "</p><img src=x onerror=alert(1)> \"quotes\" 'and' {{ 7*7 }} {% raw %} ]]> --> zebra",
        "category": "<i>category</i>",
        "topics": ["</script><script>alert('topic')</script>"],
        "places": [{"name": '"><svg onload=alert(2)>'}],
        "entities": [{"name": "O'Neill & Söhne <GmbH>", "url": "javascript:alert(3)"}],
        "sources": [
            {"name": "<u>source</u>", "url": "javascript:alert(4)"},
            {"name": "data", "url": "data:text/html,<script>alert(5)</script>"},
        ],
        "image": "javascript:alert(6)",
    },
    {"date": "2020-02-29", "headline": "\u202eright to left override \u202d and \u0000 zebra", "body": "\u2066isolate"},
    {"date": "2020-02-29", "headline": "A" * 290, "body": "zebra " + "W" * 5000, "entities": [{"name": "V" * 400}]},
    {"date": "2020-02-29", "headline": "👩‍👩‍👧‍👦🏳️‍🌈 emoji zebra 𝕬𝖗𝖈𝖍𝖎𝖛𝖊", "body": ""},
    {"date": "2020-02-29", "headline": "שלום عالم zebra", "body": "مرحبا بالعالم"},
    {"date": "2020-02-29", "headline": ".", "body": "", "sources": [{"name": "—"}]},
    {"date": "0001-01-01", "headline": "The first day there is, zebra."},
    {"date": "9999-12-31", "headline": "The last day there is, zebra."},
]


class NoProgress:
    """Progress that nobody watches."""

    def begin(self, stage, total):
        pass

    def advance(self, amount):
        pass


@dataclass(frozen=True)
class RunningSite:
    """A server, and the catalogue and name of the index it serves."""

    url: str
    catalogue: Catalogue
    index: str

    def get(self, path, **headers):
        """Get a page without following redirects."""
        return httpx.get(self.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()}, timeout=30)


def app() -> Starlette:
    """Return the site that the environment names; uvicorn calls it."""
    catalogue = Catalogue(Path(os.environ[_FOLDER]))
    return create_app(catalogue.open(os.environ[_INDEX]), today=lambda: TODAY)


def bring(catalogue: Catalogue, name: str, sources: list[Path]) -> None:
    """Bring sources into an index."""
    skipped: list[object] = []
    ingest(catalogue, name, Job(sources=sources), progress=NoProgress(), on_skipped=skipped.append)
    assert not skipped


@contextlib.contextmanager
def serving(catalogue: Catalogue, index: str, log: Path) -> Iterator[RunningSite]:
    """Serve an index from a process of its own, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {_FOLDER: str(catalogue.folder), _INDEX: index}
    command = [sys.executable, "-m", "uvicorn", "--factory", "tests.web_site:app", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--log-level", "warning"],
            env=environment,
            cwd=Path(__file__).parent.parent,
            stdout=output,
            stderr=output,
        )
    try:
        site = RunningSite(f"http://127.0.0.1:{port}", catalogue, index)
        for _ in range(300):
            if process.poll() is not None:
                pytest.fail(f"the server did not start: {log.read_text()}")
            with contextlib.suppress(httpx.TransportError):
                if site.get("/livez").status_code == 200:
                    break
            time.sleep(0.1)
        else:
            pytest.fail("the server did not answer within 30 seconds")
        yield site
    finally:
        process.terminate()
        process.wait(timeout=30)
    text = log.read_text()
    assert "Traceback" not in text, text


@pytest.fixture(scope="session")
def build():
    """Return what brings sources into an index."""
    return bring


@pytest.fixture(scope="session")
def serve():
    """Return what serves an index while its context lasts."""
    return serving


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory):
    """Return a catalogue with the sample archive and an archive of hostile stories."""
    found = Catalogue(tmp_path_factory.mktemp("indexes"))
    bring(found, "sample", sorted(SAMPLE.glob("*.jsonl")))
    Settings.read(SAMPLE).write(found.path("sample"))
    lines = found.folder / "hostile.jsonl"
    lines.write_bytes(b"\n".join(map(orjson.dumps, HOSTILE)))
    bring(found, "hostile", [lines])
    (found.path("hostile") / SETTINGS_FILE).write_text('title = "<b>Hostile</b> & \\"co\\""\nlicence = "<x>"\n')
    return found


@pytest.fixture(scope="session")
def site(catalogue, tmp_path_factory):
    """Return a server over the sample archive."""
    with serving(catalogue, "sample", tmp_path_factory.mktemp("logs") / "sample.log") as running:
        yield running


@pytest.fixture(scope="session")
def hostile_site(catalogue, tmp_path_factory):
    """Return a server over stories that mean harm."""
    with serving(catalogue, "hostile", tmp_path_factory.mktemp("logs") / "hostile.log") as running:
        yield running


@pytest.fixture(scope="session")
def truce(site):
    """Return the story of the shaky ceasefire of 14 August 2004, as its JSON in a search."""
    return site.get("/search.json?q=shaky+ceasefire+najaf").json()["hits"][0]
