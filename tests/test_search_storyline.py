"""Story lines: what came before and after, by topic and recognised."""

import pytest

from searchidx.search.storyline import story_lines
from tests.search_archive import STORIES, document, engine_of


def with_topics(document, *topics):
    return document._replace(story=document.story._replace(topics=topics))


#: Seven days, two stories on the fourth of them; the last is of another topic, too.
SIEGE = [
    with_topics(
        document(10 + n, f"2004-08-{day:02}", f"Day {day} of the siege"), "Siege", *(["Talks"] if n > 6 else [])
    )
    for n, day in enumerate((1, 2, 3, 5, 5, 8, 13, 21))
]
OTHERS = [
    with_topics(document(30, "2004-08-22", "Nobody else is in this"), "Alone"),
    with_topics(document(31, "2003-01-01", "First talks"), "Talks"),
    with_topics(document(32, "0001-01-01", "The first day there is"), "Ends"),
    with_topics(document(33, "9999-12-31", "The last day there is"), "Ends"),
    document(34, "2004-08-23", "", ""),
]
GUNS = "The guns of the Mahdi Army of Muqtada al-Sadr fall silent in the old city of Najaf"
CHAIN = [
    document(
        40 + n, f"2004-09-{1 + n:02}", f"{GUNS} on day {n}", place="Najaf", names=("Muqtada al-Sadr", "Mahdi Army")
    )
    for n in range(8)
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return engine_of([*STORIES, *SIEGE, *OTHERS, *CHAIN], tmp_path_factory.mktemp("lines"))


def lines(engine, story_id):
    (story,) = engine.stories([story_id])
    return story_lines(engine, story)


def ids(stories):
    return [story.id for story in stories]


@pytest.mark.parametrize(
    ("story", "before", "after"),
    [
        ("s10", [], ["s11", "s12", "s13", "s14", "s15"]),
        ("s13", ["s10", "s11", "s12"], ["s14", "s15", "s16", "s17"]),
        ("s14", ["s10", "s11", "s12", "s13"], ["s15", "s16", "s17"]),
        ("s16", ["s11", "s12", "s13", "s14", "s15"], ["s17"]),
    ],
)
def test_a_topic_has_five_before_and_five_after_in_the_order_of_time(engine, story, before, after):
    (line,) = lines(engine, story)
    assert (line.topic, line.total) == ("Siege", 8)
    assert ids(line.before) == before
    assert ids(line.after) == after


def test_steps_tell_the_days_since_the_one_before(engine):
    (line,) = lines(engine, "s14")
    assert [(story.id, days) for story, days in line.steps()] == [
        ("s10", 0), ("s11", 1), ("s12", 1), ("s13", 2), ("s14", 0), ("s15", 3), ("s16", 5), ("s17", 8),
    ]  # fmt: skip


def test_a_story_of_two_topics_has_two_lines_the_shorter_first(engine):
    assert [(line.topic, line.total) for line in lines(engine, "s17")] == [("Talks", 2), ("Siege", 8)]


@pytest.mark.parametrize(("story", "before", "after"), [("s32", [], ["s33"]), ("s33", ["s32"], [])])
def test_the_first_and_the_last_day_there_are_end_a_line(engine, story, before, after):
    (line,) = lines(engine, story)
    assert (ids(line.before), ids(line.after)) == (before, after)


def test_where_there_is_no_topic_linked_stories_are_recognised(engine):
    (line,) = lines(engine, "s46")
    assert line.topic is None
    assert ids(line.before) == ["s41", "s42", "s43", "s44", "s45"]
    assert ids(line.after) == ["s47"]
    assert line.total >= 8
    days = [story.date for story, _ in line.steps()]
    assert days == sorted(days)


@pytest.mark.parametrize("story", ["s30", "s34", "s07"])
def test_a_story_that_is_alone_has_no_line(engine, story):
    assert lines(engine, story) == ()
