"""The parameters of an address → a search request, with every fault found and none of them fatal."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from searchidx.errors import RequestError
from searchidx.search.request import LAST_NUMBERED_PAGE, PARAMETERS, SORTS, VALUE_FACETS, Request
from searchidx.web.parts import ORDERS

#: The most hits on one page.
MAX_LIMIT = 1000
#: The numbers of hits on a page that readers are offered.
LIMITS = (20, 50, 100)

#: The last page of a list that can be asked for.
_LAST_PAGE = 10_000

_MANY = (*VALUE_FACETS, "date")
_ONE = ("q", "after", "before", "sort", "limit", "page", "cursor")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as far as it could be read.

    Attributes:
        request: without the parameters at fault.
        more: the further parameters that the page allows, each once.
        faults: what could not be read; each names its parameter.
        unknown: a sentence for each parameter that means nothing here.
    """

    request: Request
    more: dict[str, str]
    faults: tuple[RequestError, ...]
    unknown: tuple[str, ...]


def read_request(pairs: Iterable[tuple[str, str]], *, today: datetime.date, more: tuple[str, ...] = ()) -> Asked:
    """Return the search that the parameters of an address ask for; empty ones ask for nothing."""
    said = [(name, value.strip()) for name, value in pairs]
    many = {name: tuple(dict.fromkeys(v for n, v in said if n == name and v)) for name in _MANY}
    fields: dict[str, Any] = {**many, "today": today}
    found: dict[str, str] = {}
    faults: list[RequestError] = []
    for name in (*_ONE, *more):
        given = list(dict.fromkeys(v for n, v in said if n == name and v))
        if len(given) > 1:
            faults.append(RequestError(f"{name} is given {len(given)} times; give it once", parameter=name))
        elif given and name in more:
            found[name] = given[0]
        elif given:
            try:
                fields["text" if name == "q" else name] = _read(name, given[0])
            except RequestError as fault:
                faults.append(fault)
    if "page" in fields and "cursor" in fields:
        del fields["page"]
        faults.append(RequestError("page and cursor do not go together; leave one out", parameter="page"))
    known = (*PARAMETERS, *more)
    return Asked(Request(**fields), found, tuple(faults), unknown_parameters((n for n, _ in said), known))


def unknown_parameters(names: Iterable[str], known: tuple[str, ...]) -> tuple[str, ...]:
    """Return a sentence for each name that is not known, with the nearest one that is."""
    return tuple(
        f"{name} is no parameter here; "
        + (f"did you mean {near[0]}? There" if (near := get_close_matches(name, known, 1)) else "there")
        + f" are {', '.join(known)}."
        for name in dict.fromkeys(names)
        if name not in known
    )


def read_order(order: str) -> str:
    """Return the order of a list of values.

    Raises:
        RequestError: if there is none of that name.
    """
    if order not in ORDERS:
        raise RequestError(f"order is {order[:40]!r}; it must be one of {', '.join(ORDERS)}", parameter="order")
    return order


def read_page(number: str) -> int:
    """Return the number of a page of a list.

    Raises:
        RequestError: if it is none.
    """
    return _number("page", number, _LAST_PAGE)


def _read(name: str, value: str) -> str | int:
    if name == "sort" and value not in SORTS:
        raise RequestError(f"sort is {value!r}; it must be one of {', '.join(SORTS)}", parameter=name)
    if name == "limit":
        return _number(name, value, MAX_LIMIT)
    if name == "page":
        return _number(name, value, LAST_NUMBERED_PAGE)
    return value


def _number(name: str, value: str, largest: int) -> int:
    if not (value.isascii() and value.isdigit()) or not 1 <= int(value[:9]) <= largest:
        raise RequestError(f"{name} is {value[:40]!r}; it must be a number from 1 to {largest}", parameter=name)
    return int(value[:9])
