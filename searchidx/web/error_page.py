"""The record of a page for something that went wrong, and the same as a problem of RFC 9457."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from searchidx.errors import QueryError, RequestError
from searchidx.search.request import Request
from searchidx.stories.addresses import read_address
from searchidx.web import urls
from searchidx.web.parts import Head, Link, long_date

#: The most words of an address that are offered as a search where no story stands at it.
_NOT_FOUND_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """What went wrong in plain words, and where to go from here."""

    head: Head
    status: int
    title: str
    detail: str
    ways: tuple[Link, ...] = ()


def error_page(status: int, detail: str, path: str, *, title: str = "", nearest: tuple[Link, ...] = ()) -> ErrorPage:
    """Return the page for a status, with its own title where one tells more.

    Args:
        status: of the answer.
        detail: what went wrong.
        path: what was asked for.
        title: the heading; that of the status where nothing is said.
        nearest: what of its kind there is instead.
    """
    title = title or _TITLES.get(status, HTTPStatus(status).phrase)
    ways = (
        (*nearest, *_ways(path)) if status == HTTPStatus.NOT_FOUND else (Link("Start from the front page", urls.HOME),)
    )
    return ErrorPage(head=Head(title=title, indexable=False), status=status, title=title, detail=detail, ways=ways)


def problem(status: int, detail: str, path: str, error: Exception | None = None) -> dict[str, Any]:
    """Return a problem (RFC 9457), with the parameter at fault where there is one."""
    fault: dict[str, Any] = {
        "type": f"{urls.HELP}#errors",
        "title": _TITLES.get(status, HTTPStatus(status).phrase),
        "status": status,
        "detail": detail,
        "instance": path,
    }
    if isinstance(error, RequestError):
        position, repaired = (error.position, error.repaired) if isinstance(error, QueryError) else (None, None)
        fault["errors"] = [
            {"parameter": error.parameter, "message": str(error), "position": position, "suggestion": repaired}
        ]
    return fault


_TITLES = {
    400: "This cannot be answered as asked",
    404: "There is no page here",
    405: "Pages here can only be read",
    406: "This page does not come in that format",
    500: "Something went wrong on our side",
    503: "The archive cannot be read just now",
}


def _ways(path: str) -> tuple[Link, ...]:
    """Return where what was sought may be found: the day, and its words in a search."""
    ways: list[Link] = []
    address = read_address(path)
    if address is not None:
        day, slug = address
        words = " ".join(slug.rpartition(".")[0].split("-") if "." in slug else slug.split("-"))
        short = " ".join(words.split()[:_NOT_FOUND_WORDS])
        if short:
            ways.append(Link(f"Search for “{short}”", urls.search(Request(text=short))))
        ways.append(Link(f"All stories of {long_date(day)}", urls.day(day)))
    return (*ways, Link("All years", urls.NEWS), Link("The front page", urls.HOME))
