"""Where in a list of pages a page stands, and the links to the others."""

from collections.abc import Callable
from dataclasses import dataclass

from searchidx.errors import RequestError
from searchidx.web.parts import Link

#: Pages on either side of this one that are linked by number.
_NEAR = 2


@dataclass(frozen=True, slots=True)
class Paging:
    """Where in a list this page is; `number` is None beyond the numbered pages."""

    number: int | None
    pages: int
    links: tuple[Link, ...]
    previous: str | None
    following: str | None
    first: str | None = None


def numbered(number: int, pages: int, address: Callable[[int], str], *, reachable: int | None = None) -> Paging:
    """Return the paging of a numbered page.

    Args:
        number: of this page, from 1.
        pages: how many there are.
        address: of a page by its number.
        reachable: the last page that can be had by its number; all can where nothing is said.
    """
    last = pages if reachable is None else min(pages, reachable)
    near = range(max(1, number - _NEAR), min(last, number + _NEAR) + 1)
    numbers = sorted({1, *near, *([last] if last == pages else [])})
    return Paging(
        number,
        pages,
        tuple(Link(f"{n:,}", None if n == number else address(n)) for n in numbers),
        address(number - 1) if number > 1 else None,
        address(number + 1) if number < last else None,
    )


def pages_of(count: int, size: int) -> int:
    """Return how many pages of a size hold a number of things; at least one."""
    return max(1, -(-count // size))


def check_page(number: int, pages: int) -> int:
    """Return the number of a page that there is, of so many pages.

    Raises:
        RequestError: if there is none of that number.
    """
    if number > pages:
        raise RequestError(f"page {number} is beyond the last, which is {pages}", parameter="page")
    return number
