"""Near duplicates: which stories are one report told again."""

import datetime

import pytest

from searchidx.search.analysis import Analyzer, words_of
from searchidx.search.answering import answer
from searchidx.search.duplicates import Folding
from searchidx.search.request import Request
from tests.search_archive import STORIES, document, engine_of

TOLL = (
    "The death toll from a boat accident off the coast of Phuket Island climbs to {}, with five people still missing."
)


def firsts(*reports):
    """Return under which number each of some texts with their days is folded."""
    folding = Folding(lambda number: Analyzer().stems(words_of(reports[number][0])))
    days = [datetime.date(2018, 7, 7) + datetime.timedelta(day) for _, day in reports]
    return [folding.first(number, day) for number, day in enumerate(days)]


@pytest.mark.parametrize(
    ("one", "other", "days", "same"),
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
def test_reports_that_resemble_each_other_within_days_are_one(one, other, days, same):
    assert firsts((one, 0), (other, days)) == [0, 0 if same else 1]
    assert firsts((other, days), (one, 0)) == [0, 0 if same else 1]


def test_a_story_is_folded_under_one_that_stands_by_itself():
    days = (0, 2, 4)  # the last is near the second, which is folded, and far from the first
    assert firsts(*((TOLL.format(41), day) for day in days)) == [0, 0, 2]


def test_a_story_is_folded_under_the_first_that_it_resembles_and_not_the_earliest():
    words = [f"word{number}" for number in range(34)]
    short, longer, longest = (" ".join(words[:length]) for length in (20, 26, 34))
    assert firsts((short, 0), (longest, 0)) == [0, 1]
    assert firsts((short, 2), (longest, 0), (longer, 1)) == [0, 1, 0]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    tolls = [document(20 + n, f"2018-07-{7 + n:02}", TOLL.format(41 + n)) for n in range(5)]
    return engine_of([*STORIES, *tolls], tmp_path_factory.mktemp("tolls"))


@pytest.mark.parametrize(
    ("options", "similar"),
    [
        ({"sort": "oldest"}, {"s20": ("s21", "s22", "s23")}),
        ({"sort": "newest"}, {"s24": ("s23", "s22", "s21")}),
        ({"sort": "oldest", "limit": 2}, {"s20": ("s21",)}),
        ({"sort": "oldest", "limit": 1}, {}),
        ({"sort": "oldest", "limit": None}, {"s20": ("s21", "s22", "s23")}),
    ],
)
def test_hits_name_their_near_duplicates_on_the_page_and_all_are_counted(engine, options, similar):
    page = answer(engine, Request(text="toll", **options))
    assert {hit.story.id: hit.similar for hit in page.hits if hit.similar} == similar
    assert page.total == 5
    assert len(page.hits) == min(5, options.get("limit") or 5)
