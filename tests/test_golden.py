"""The rankings of the sample archive are the ones that were last reviewed."""

import pytest

from searchidx.catalogue import Catalogue
from tests.rankings import GOLDEN, files, ranking


@pytest.fixture(scope="module")
def archive(sample_indexes):
    return Catalogue(sample_indexes).open("sample")


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(GOLDEN)))
def test_a_ranking_is_the_one_last_reviewed(archive, file):
    now = ranking(archive, file)
    assert now == file.read_text(encoding="utf-8"), "run scripts/golden, and review what changes"
