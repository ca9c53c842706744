"""Date words → spans of days."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both in; `datetime.date.min` and `.max` stand for open ends."""

    first: datetime.date
    last: datetime.date
