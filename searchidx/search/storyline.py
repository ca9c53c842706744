"""A story → its story lines: what came before and after.

A line is an ongoing topic that the source names. A story without one, or alone in it, gets a line of the stories that are
recognised as linked to it: those that share a name with it and are related to it by at least `LINKED_SCORE`, among its
`LINKED_OF` most related. On an archive with judged topics nine stories of ten have such a line, and 47 of 100 stories in
it belong to the very same topic, 56 to it or a neighbouring one (of the ten most related stories 40 and 48).
"""

import datetime
from collections.abc import Sequence

from searchidx.search.dates import Span
from searchidx.search.engine import Engine, Search
from searchidx.search.page import StoryLine
from searchidx.search.query import During, Value
from searchidx.search.related import related_matches
from searchidx.search.request import Sort
from searchidx.search.scoring import RelatedWeights
from searchidx.stories import Story

LINKED_SCORE = 1.0
LINKED_OF = 100
#: The most stories of a line on either side.
LINE_SIDE = 5

_DAY = datetime.timedelta(1)


def story_lines(engine: Engine, story: Story) -> tuple[StoryLine, ...]:
    """Return the lines a story is in, the shortest first: of its topics, else the recognised one; none where it is alone."""
    of_topics = [line for topic in story.topics if (line := _of_topic(engine, story, topic)).total > 1]
    lines = of_topics or [_recognised(engine, story)]
    return tuple(sorted((line for line in lines if line.total > 1), key=lambda line: line.total))


def _of_topic(engine: Engine, story: Story, topic: str) -> StoryLine:
    def found(first: datetime.date, last: datetime.date, sort: Sort, limit: int | None) -> list[str]:
        days = During("date", f"{first}..{last}", Span(first, last))
        wanted = Search(filters={"topic": Value("topic", topic), "date": days}, sort=sort, limit=limit)
        return [hit.id for hit in engine.search(wanted).hits]

    day, start, end = story.date, datetime.date.min, datetime.date.max
    earlier = found(start, day - _DAY, "newest", LINE_SIDE) if day > start else []
    same_day = found(day, day, "oldest", None)
    later = found(day + _DAY, end, "oldest", LINE_SIDE) if day < end else []
    # Newest first means by falling day and, within a day, by rising id: put in order once fetched.
    before = _in_order(engine, [*earlier, *(other for other in same_day if other < story.id)])
    after = _in_order(engine, [*(other for other in same_day if other > story.id), *later])
    total = engine.search(Search(filters={"topic": Value("topic", topic)}, limit=0)).total
    return StoryLine(topic, story, before[-LINE_SIDE:], after[:LINE_SIDE], total)


def _recognised(engine: Engine, story: Story) -> StoryLine:
    # The score that links was measured without company, which would depend on what else there is.
    matches = related_matches(engine, story, RelatedWeights(company=0.0), LINKED_OF)
    linked = _in_order(engine, [m.id for m in matches if m.score >= LINKED_SCORE and m.parts.names])
    before = tuple(other for other in linked if _place(other) < _place(story))
    after = linked[len(before) :]
    return StoryLine(None, story, before[-LINE_SIDE:], after[:LINE_SIDE], len(linked) + 1)


def _in_order(engine: Engine, ids: Sequence[str]) -> tuple[Story, ...]:
    return tuple(sorted(engine.stories(ids), key=_place))


def _place(story: Story) -> tuple[datetime.date, str]:
    return story.date, story.id
