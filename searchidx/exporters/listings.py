"""What the page of a day, a month, a year or all years holds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from searchidx.stories import Story


class Listing(NamedTuple):
    """The stories of a period.

    Attributes:
        period: "2004-08-14", "2004-08" or "2004"; "" for all years.
        total: how many stories the period has.
        parts: how many stories each of its years, months or days has that has any, in the order of time; none for a day.
        stories: those that are listed, in order.
        previous, following: the nearest periods of the same length that have stories.
    """

    period: str
    total: int
    parts: Mapping[str, int] = MappingProxyType({})
    stories: tuple[Story, ...] = ()
    previous: str | None = None
    following: str | None = None

    @property
    def kind(self) -> str:
        """What the period is: "year", "month" or "day"; "archive" for all years."""
        return {0: "archive", 4: "year", 7: "month", 10: "day"}[len(self.period)]


def period_address(period: str) -> str:
    """Return the address of a period's page: "2004-08-03" → `/news/2004/08/3/`, "" → `/news/`."""
    parts = period.split("-") if period else []
    return "/".join(["/news", *parts[:2], *(str(int(day)) for day in parts[2:]), ""])
