"""What tests share: the material beside a checkout, where it is."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real archives and judged data; a test that needs it is skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared: this test reads real archives, which are not part of the project")
    return SHARED
