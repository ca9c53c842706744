"""What is asked: a query text with filters, a sort and a page."""

import datetime
from dataclasses import KW_ONLY, field
from operator import index
from typing import Literal

from searchidx.errors import RequestError
from searchidx.search.immutable import Immutable, immutable

Sort = Literal["relevance", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "oldest")

#: The facets, in the order in which they are shown.
FACETS = ("date", "place", "entity", "category", "source", "topic")
#: The facets whose values are texts.
VALUE_FACETS = ("place", "entity", "category", "source", "topic")
#: How many values of a facet are counted and shown where nothing else is said.
FACET_LIMIT = 8
#: So many values can be picked in a facet; each costs a look-up, and a warning where it is unknown.
MAX_VALUES = 256
#: Pages can be asked for by number up to this one; beyond it a cursor leads on.
LAST_NUMBERED_PAGE = 50


@immutable
class Request(Immutable):
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
        facet_containing: a text of which only values are counted that have all its words, the last perhaps only begun.
        today: what "yesterday" is relative to.
    """

    _: KW_ONLY
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
    facet_containing: str = ""
    today: datetime.date = field(default_factory=datetime.date.today)


#: The parameters of a search in their order.
PARAMETERS = ("q", *VALUE_FACETS, "date", "after", "before", "sort", "limit", "page", "cursor")
#: The parts of a request that they are, and what goes without saying.
_SAID_OF = tuple(
    (name, part, getattr(Request(), part)) for name, part in zip(PARAMETERS, ("text", *PARAMETERS[1:]), strict=True)
)


def parameters(request: Request) -> list[tuple[str, str]]:
    """Return a request as names and values, without those that say nothing."""
    pairs: list[tuple[str, str]] = []
    for name, field_name, unsaid in _SAID_OF:
        value = getattr(request, field_name)
        if value == unsaid:
            continue
        if isinstance(value, tuple):
            pairs += [(name, each) for each in value]
        else:
            pairs.append((name, "all" if value is None else str(value)))  # of what may be None, only a limit says so
    return pairs


def check_kinds(request: Request) -> None:
    """See that the texts and numbers of a request are some.

    Raises:
        TypeError: if one is something else.
        RequestError: if a text holds what is no character, a number is below 0, or a facet has more than MAX_VALUES.
    """
    for parameter in ("limit", "facet_limit"):
        if (number := getattr(request, parameter)) is not None:
            to_amount(parameter, number)
    check_text("text", request.text)
    check_text("facet_containing", request.facet_containing)
    for parameter in ("after", "before", "cursor"):
        if (given := getattr(request, parameter)) is not None:
            check_text(parameter, given)
    for parameter in (*VALUE_FACETS, "date"):
        values = getattr(request, parameter)
        if not isinstance(values, tuple):
            raise TypeError(f"{parameter} is {values!r}; it must be a tuple of texts")
        if len(values) > MAX_VALUES:
            raise RequestError(
                f"{parameter} has {len(values):,} values; give {MAX_VALUES} at most", parameter=parameter
            )
        for value in values:
            check_text(parameter, value)


def check_text(parameter: str, text: str) -> None:
    """See that what was given for a parameter is a text.

    Raises:
        TypeError: if it is something else.
        RequestError: if it holds what is no character.
    """
    if not isinstance(text, str):
        raise TypeError(f"{parameter} is {text!r}; it must be a text")
    try:
        text.encode()
    except UnicodeEncodeError as error:  # bytes of a command line that are no UTF-8 are decoded to half a character
        raise RequestError(
            f"{parameter} is no text: character {error.start + 1} is a lone surrogate, as of bytes that are no UTF-8",
            parameter=parameter,
        ) from None


def to_amount(parameter: str, number: int) -> int:
    """Return what was given for a parameter as how many there shall be: an int, whatever whole number it is.

    Raises:
        TypeError: if it is no whole number.
        RequestError: if it is below 0.
    """
    if not hasattr(number, "__index__"):
        raise TypeError(f"{parameter} is {number!r}; it must be a whole number")
    if number < 0:
        raise RequestError(f"{parameter} is {number}; it must be 0 or more", parameter=parameter)
    return index(number)
