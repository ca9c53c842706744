"""What is asked: a query text with filters, a sort and a page."""

import datetime
from dataclasses import dataclass, field
from typing import Literal

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")

#: The facets, in the order in which they are shown.
FACETS = ("date", "place", "entity", "category", "source", "topic")
#: The facets whose values are texts.
VALUE_FACETS = ("place", "entity", "category", "source", "topic")
#: How many values of a facet are counted and shown where nothing else is said.
FACET_LIMIT = 8
#: Pages can be asked for by number up to this one; beyond it a cursor leads on.
LAST_NUMBERED_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A search as a reader asks for it; everything is as typed and checked when it is answered.

    Attributes:
        text: the query.
        place, entity, category, source, topic: values picked in the facet. Those of one facet are OR-ed, facets are
            AND-ed; "-Najaf" excludes a value, "*" stands for any value and "-*" for none.
        date: days, months, years or date words, OR-ed.
        after, before: date words; from the first day of `after`, up to the day before `before` begins.
        sort: by relevance, or by date. Where no word is asked for, the newest stories are the most relevant.
        limit: hits on the page, None for all.
        page: the page's number from 1; at most `LAST_NUMBERED_PAGE`, and not together with a cursor.
        cursor: where the page begins, as the page before said.
        facets: the facets to be counted.
        facet_limit: values of each facet, by count; None for all.
        today: what "yesterday" is relative to.
    """

    text: str = ""
    place: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None
    sort: Sort = "relevance"
    limit: int | None = 20
    page: int = 1
    cursor: str | None = None
    facets: tuple[str, ...] = ()
    facet_limit: int | None = FACET_LIMIT
    today: datetime.date = field(default_factory=datetime.date.today)
