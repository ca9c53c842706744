"""Related stories: the ranking as asked of the engine, its reasons, and how the list is presented."""

import datetime
import gc
import re

import pytest

from searchidx.engines.embedded.execution import related as execution
from searchidx.errors import RequestError, StoryMissing
from searchidx.search import related as search_related
from searchidx.search.related import related
from searchidx.search.scoring import RelatedParts, RelatedWeights, formula, nearness, related_score
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


def test_what_is_related_to_the_most_related_comes_before_what_is_not(tmp_path):
    """Both share a rare word with the first story; what one of them is about, another related story says, too."""
    texts = (
        "Levee breaks",
        "Levee breaks in the flood",
        "Levee visited by a minister",
        "Levee and flood, rain, rescue",
    )
    engine = engine_of([document(n, f"2005-08-0{n}", text) for n, text in enumerate(texts, 1)], tmp_path)
    alone = RelatedWeights(company=0.0, half_lives=())
    assert ids(related(engine, "s01", weights=alone)) == ["s02", "s03", "s04"]
    assert ids(related(engine, "s01", weights=alone._replace(company=1.0))) == ["s02", "s04", "s03"]


@pytest.mark.parametrize("by", [None, "names", "words"])
def test_fewer_are_the_beginning_of_more(crowded, monkeypatch, by):
    monkeypatch.setattr(search_related, "LOOKED_AT_AGAIN", 5)
    everything = ids(related(crowded, "s30", by=by, limit=None, plain=True))
    assert len(everything) > (8 if by is None else 3)
    for limit in range(len(everything)):
        assert ids(related(crowded, "s30", by=by, limit=limit, plain=True)) == everything[:limit]


def test_an_answer_leaves_nothing_for_the_collector(crowded):
    related(crowded, "s30")
    gc.collect()
    assert any(entry.similar for entry in related(crowded, "s30").related)
    assert gc.collect() == 0


def calculated(text):
    """Return both sides of a printed formula."""
    for printed, meant in (("×", "*"), ("^", "**"), ("−", "-")):
        text = text.replace(printed, meant)
    score, calculation = re.sub(r" [a-z]+", "", text).split(" = ")
    return float(score), eval(calculation)


@pytest.mark.parametrize("by", [None, "names", "words", "time"])
def test_the_formula_printed_is_the_one_computed(crowded, by):
    page = related(crowded, "s30", by=by, limit=None)
    assert page.related
    for entry in page.related:
        printed = formula(entry.reason.parts, entry.reason.days, page.weights)
        score, value = calculated(printed)
        assert score == pytest.approx(entry.score, rel=1e-3), printed
        assert value == pytest.approx(entry.score, rel=2e-3), printed


@pytest.mark.parametrize(
    ("parts", "days", "weights", "printed"),
    [
        ((0.31, 0.5, 0.0, 0.0, 1.7), 30, {"half_lives": ((1.4, 30.0),)}, "(1 × 0.31 words + 0.15 × 0.5 names) × (1 + 1.4 × 2^(−30/30)) time"),
        ((0.31, 0.5, 0.2, 1.0, 1.0), 0, {"names": 0.0, "half_lives": ()}, "(1 × 0.31 words + 0.15 × 0.2 places + 0.08 × 1 category)"),
        ((0.0, 0.0, 0.0, 0.0, 1.0), 0, {"half_lives": ()}, "(0)"),
        ((0.3, 0.0, 0.0, 0.0, 1.0, 2.5), 0, {"half_lives": ()}, "(1 × 0.3 words) + 0.08 × 2.5 company"),
    ],
)  # fmt: skip
def test_a_formula_shows_what_counts(parts, days, weights, printed):
    weights, parts = RelatedWeights(**weights), RelatedParts(*parts)
    assert parts.time == pytest.approx(nearness(days, weights))
    assert formula(parts, days, weights) == f"{related_score(parts, weights):.4g} = {printed}"


def test_by_one_side_only_that_side_counts(engine):
    for entry in related(engine, "s02", by="names").related:
        assert entry.reason.parts.names or entry.reason.parts.places
    (named, *_) = related(engine, "s02", by="names").related
    assert named.score == pytest.approx(0.15 * named.reason.parts.names + 0.15 * named.reason.parts.places)
    for entry in related(engine, "s02", by="words").related:
        assert entry.score == pytest.approx(entry.reason.parts.words)
        assert entry.score > 0


def test_by_time_the_most_related_come_nearest_first(crowded):
    page = related(crowded, "s03", by="time", limit=None, plain=True)
    days = [entry.reason.days for entry in page.related]
    assert days == sorted(days)
    of_a_day = [(entry.reason.days, -entry.score) for entry in page.related]
    assert of_a_day == sorted(of_a_day)
    assert set(ids(page)) == set(ids(related(crowded, "s03", limit=100, plain=True)))


def test_there_is_no_other_side(engine):
    with pytest.raises(RequestError, match=r"colour.*names, words, time"):
        related(engine, "s02", by="colour")  # type: ignore[arg-type]


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


def test_words_in_common_are_weightiest_first_as_the_story_has_them(tmp_path):
    texts = (
        "Treaty of the fishermen's harbour signed",
        "Harbours and Fisherman's treaty",
        "A treaty",
        "Treaties",
        "Old",
    )
    engine = engine_of([document(n, "2004-08-01", text) for n, text in enumerate(texts)], tmp_path)
    assert related(engine, "s00").related[0].reason.words == ("harbour", "Treaty")


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


def test_tables_up_to_a_story_as_long_as_a_book_do_not_fill_the_memory(engine, monkeypatch):
    expected = [related(engine, story_id) for story_id in ("s01", "s02")]
    tables = execution._words_by_length
    tables.cache_clear()
    monkeypatch.setattr(execution, "_LONGEST_REMEMBERED", 3)
    assert [related(engine, story_id) for story_id in ("s01", "s02")] == expected
    assert tables.cache_info().currsize == 0


def test_an_unknown_story_is_missing(engine):
    with pytest.raises(StoryMissing, match="s99"):
        related(engine, "s99")


@pytest.mark.parametrize("text", ["", "…"])
def test_a_story_without_words_has_no_related_ones_and_no_error(tmp_path, text):
    engine = engine_of([*STORIES, document(90, "2004-01-01", text)], tmp_path)
    assert isinstance(ids(related(engine, "s90")), list)
