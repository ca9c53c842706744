"""Near duplicates: which stories are one report told again."""

import datetime

import pytest

from searchidx.search.analysis import Analyzer, words_of
from searchidx.search.duplicates import Folding

TOLL = (
    "The death toll from a boat accident off the coast of Phuket Island climbs to {}, with five people still missing."
)


def report(text, day):
    return datetime.date(2018, 7, 7) + datetime.timedelta(day), Analyzer().stems(words_of(text))


@pytest.mark.parametrize(
    ("one", "other", "days", "folded"),
    [
        (TOLL.format(41), TOLL.format(41), 0, True),
        (TOLL.format(41), TOLL.format(41), 3, True),
        (TOLL.format(41), TOLL.format(41), 4, False),
        (TOLL.format(41), TOLL.format(44), 1, True),
        (TOLL.format(41), TOLL.format(41).upper(), 1, True),
        (TOLL.format(41), TOLL.format(41) + " Divers of the navy go on with the search for them as long as the weather lets them, a spokesman says.", 1, False),
        ("Voters in Guinea go to the polls for a legislative election.", "Voters in Austria go to the polls for a legislative election.", 1, False),
        ("Voters in Uganda go to the polls for a general election and for local elections.", "Voters in Niger go to the polls for a general election.", 1, False),
        ("Two words", "Two words", 0, True),
        ("", "", 0, True),
        ("", "Two words", 0, False),
    ],
)  # fmt: skip
def test_reports_that_resemble_each_other_within_days_are_one(one, other, days, folded):
    reports = report(one, 0), report(other, days)
    for first, second in (reports, reversed(reports)):
        folding = Folding()
        assert folding.first(0, *first) == 0
        assert folding.first(1, *second) == (0 if folded else 1)


def test_a_story_is_folded_under_one_that_stands_by_itself():
    folding = Folding()
    days = (0, 2, 4)  # the last is near the second, which is folded, and far from the first
    assert [folding.first(n, *report(TOLL.format(41), day)) for n, day in enumerate(days)] == [0, 0, 2]
