"""The record of the page with all values of one facet of a search."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from searchidx.search.page import FacetValue, Page
from searchidx.search.request import Request
from searchidx.web import urls
from searchidx.web.filters import Chip, Row, chips_of, rows
from searchidx.web.paging import Paging, check_page, numbered, pages_of
from searchidx.web.parts import FACET_TITLES, Head, Link, in_order, orders

#: Values on a page.
LISTED = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesPage:
    """All values of one facet of a search."""

    head: Head
    request: Request
    facet: str
    title: str
    total: int
    rows: tuple[Row, ...]
    paging: Paging | None
    containing: str
    orders: tuple[Link, ...]
    chips: tuple[Chip, ...]
    back: str


def values_page(request: Request, facet: str, page: Page, *, containing: str, order: str) -> ValuesPage:
    """Return the page with the values of a facet, by count or by name; `containing` is what those counted contain."""
    counted = page.facets[facet]
    values = tuple(_flat(counted.values))
    pages = pages_of(len(values) + counted.more, LISTED)
    number = check_page(request.page, pages)
    first = (number - 1) * LISTED
    shown = _told_apart(in_order(values, order)[first : first + LISTED])
    plural = FACET_TITLES[facet][1]
    return ValuesPage(
        head=Head(title=f"{plural} in this search", indexable=False),
        request=request,
        facet=facet,
        title=plural,
        total=page.total,
        rows=rows(request, facet, shown, 0 if containing else counted.missing),
        paging=numbered(
            number, pages, lambda n: urls.values(facet, request, containing=containing, order=order, page=n)
        )
        if pages > 1
        else None,
        containing=containing,
        orders=orders(order, lambda by: urls.values(facet, request, containing=containing, order=by)),
        chips=chips_of(request),
        back=urls.search(urls.first_page(request)),
    )


def _told_apart(values: tuple[FacetValue, ...]) -> tuple[FacetValue, ...]:
    """Return values with those of equal labels, such as a city and its region, written in full."""
    labels = Counter(value.label for value in values)
    return tuple(value if labels[value.label] == 1 else value._replace(label=value.value) for value in values)


def _flat(values: tuple[FacetValue, ...]) -> Iterator[FacetValue]:
    for value in values:
        if value.children:
            yield value._replace(children=())
            yield from _flat(value.children)
        else:
            yield value
