"""What tests share: the material beside a checkout, where it is."""

import json
import signal
import sysconfig
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings

from tests.command_line import SAMPLE, run

# Speed is shown by benchmarks: on a busy machine a deadline would fail what is right.
settings.register_profile("searchidx", deadline=None)
settings.load_profile("searchidx")

# A shell has what runs in the background ignore interrupts, and so would the commands that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def pytest_sessionstart() -> None:
    """Test no module that was edited since it was translated: Python would take what was made of it before."""
    digests = ROOT / "build" / "translated.json"
    for path, digest in json.loads(digests.read_text(encoding="utf-8")).items() if digests.exists() else ():
        source = ROOT / path
        built = source.with_suffix(str(sysconfig.get_config_var("EXT_SUFFIX")))
        if built.exists() and (not source.exists() or sha256(source.read_bytes()).hexdigest() != digest):
            pytest.exit(f"{path} was edited since it was translated; scripts/test translates it anew", 1)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real archives and judged data; a test that needs it is skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared: this test reads real archives, which are not part of the project")
    return SHARED


@pytest.fixture(scope="session")
def sample_indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of indexes that holds one, of the sample archive, for tests that only read."""
    folder = tmp_path_factory.mktemp("indexes")
    done = run("index", *sorted(SAMPLE.glob("*.jsonl")), "--into", "sample", indexes=folder)
    assert done.code == 0, done.err
    return folder
