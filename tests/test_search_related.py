"""Related stories: the ranking as asked of the engine, its reasons, and how the list is presented."""

import datetime

import pytest

from searchidx.errors import StoryMissing
from searchidx.search.related import related
from searchidx.search.scoring import RelatedParts, RelatedWeights, related_score
from tests.search_archive import STORIES, document, engine_of

TWICE = "The Mahdi Army of the cleric Muqtada al-Sadr gives up the shrine in Najaf after three weeks of fighting"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return engine_of(STORIES, tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """Return an archive in which one day has most of what is related, some of it twice."""
    day = [
        document(20 + n, "2004-08-27", f"Shrine in Najaf: {word} leaves the old city", f"It is {word} who goes first.")
        for n, word in enumerate(("merchant", "pilgrim", "fighter", "baker", "student", "policeman"))
    ]
    twice = [document(30 + n, f"2004-08-2{6 + n}", TWICE, "more " * n, names=("Muqtada al-Sadr",)) for n in range(3)]
    late = document(40, "2004-10-27", TWICE)
    return engine_of([*STORIES, *day, *twice, late], tmp_path_factory.mktemp("crowded"))


def ids(page):
    return [entry.story.id for entry in page.related]


def test_a_story_is_never_related_to_itself_and_none_comes_twice(crowded):
    for limit in (1, 5, None):
        for plain in (True, False):
            page = related(crowded, "s30", limit=limit, plain=plain)
            shown = [entry for entry in page.related for entry in (entry, *entry.similar)]
            assert "s30" not in [entry.story.id for entry in shown]
            assert len({entry.story.id for entry in shown}) == len(shown)
            assert len(page.related) <= (limit or 100)


def test_the_parts_combine_to_the_score_by_the_printed_formula(engine):
    weights = RelatedWeights(names=0.7, half_lives=((0.5, 30.0), (0.5, 300.0)))
    page = related(engine, "s02", weights=weights)
    assert page.related
    for entry in page.related:
        parts = entry.reason.parts
        assert isinstance(parts, RelatedParts)
        assert entry.score == pytest.approx(related_score(parts, weights))


def test_a_reason_names_what_both_have(engine):
    (best, *_) = related(engine, "s02").related
    assert best.story.id == "s01"
    assert best.reason.shared == ("Muqtada al-Sadr",)
    assert best.reason.words == ("Najaf",)
    assert best.reason.days == 9


def test_shared_names_come_rarest_first(tmp_path):
    names = ("Iraq", "Mahdi Army", "Najaf")
    others = [document(10 + n, "2004-01-01", "Other", names=names[: n % 2]) for n in range(4)]
    both = [document(1, "2004-08-01", "One text", names=names), document(2, "2004-08-02", "One more text", names=names)]
    engine = engine_of([*both, *others], tmp_path)
    assert related(engine, "s01").related[0].reason.shared == ("Mahdi Army", "Najaf", "Iraq")


def test_words_in_common_are_weightiest_first_as_the_other_story_has_them(tmp_path):
    texts = (
        "Treaty of the fishermen's harbour signed",
        "Harbours and Fisherman's treaty",
        "A treaty",
        "Treaties",
        "Old",
    )
    engine = engine_of([document(n, "2004-08-01", text) for n, text in enumerate(texts)], tmp_path)
    assert related(engine, "s00").related[0].reason.words == ("Harbours", "treaty")


def test_near_duplicates_are_folded_under_the_best_of_them(crowded):
    page = related(crowded, "s03")
    folded = {
        entry.story.id: [similar.story.id for similar in entry.similar] for entry in page.related if entry.similar
    }
    ((best, similar),) = folded.items()
    assert sorted([best, *similar]) == ["s30", "s31", "s32"]
    assert "s40" in ids(page), "the same text two months later is another story"


def test_no_day_fills_the_list_as_long_as_there_are_others(crowded):
    page = related(crowded, "s20", limit=6)
    of_day = [entry for entry in page.related if entry.story.date == datetime.date(2004, 8, 27)]
    assert len(of_day) == 1
    assert len(page.related) == 6
    scores = [entry.score for entry in page.related]
    assert scores == sorted(scores, reverse=True)


def test_the_plain_ranking_is_the_engines(crowded):
    page = related(crowded, "s03", limit=None, plain=True)
    assert all(not entry.similar for entry in page.related)
    assert {f"s{n}" for n in (20, 21, 22, 23, 24, 25, 30, 31, 32, 40)} <= set(ids(page))


def test_an_unknown_story_is_missing(engine):
    with pytest.raises(StoryMissing, match="s99"):
        related(engine, "s99")


@pytest.mark.parametrize("text", ["", "…"])
def test_a_story_without_words_has_no_related_ones_and_no_error(tmp_path, text):
    engine = engine_of([*STORIES, document(90, "2004-01-01", text)], tmp_path)
    assert isinstance(ids(related(engine, "s90")), list)
