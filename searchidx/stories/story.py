"""Story and its parts, and the other two things an importer can yield: Redirect and Skipped."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place a story happened at or mentions.

    `id` is its GeoNames number when it is known; `given` is false for a place that was recognised and not
    named as one by the source.
    """

    name: str
    id: str | None = None
    given: bool = True


@dataclass(frozen=True, slots=True)
class Entity:
    """A name a story mentions; `given` is false for one that was recognised and not named by the source."""

    name: str
    id: str | None = None
    url: str | None = None
    given: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """Where a story was reported; `archived` is the address of a kept copy."""

    name: str
    url: str | None = None
    archived: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a story came from: a file relative to the source named by the keeper, and a line from 1.

    `rules` says which rule of an importer gave which field, as pairs (field, rule), where that is not plain.
    """

    file: str
    line: int | None = None
    rules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One news event on one calendar day (without a time zone).

    `id` is the source's own or the one `identity` makes; `address` is `/news/YYYY/MM/D/slug`; `former` are
    addresses the story had before, which redirect to it.
    """

    id: str
    address: str
    date: datetime.date
    headline: str
    body: str = ""
    category: str | None = None
    topics: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    entities: tuple[Entity, ...] = ()
    sources: tuple[Source, ...] = ()
    image: str | None = None
    former: tuple[str, ...] = ()
    origin: Origin | None = None

    @property
    def text(self) -> str:
        """Headline and body as one text."""
        return f"{self.headline} {self.body}" if self.body else self.headline


@dataclass(frozen=True, slots=True)
class Redirect:
    """An old address of a story: whoever asks for `former` is sent to `address`."""

    former: str
    address: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a source that was not taken.

    `where` names the file, with a line from 1 where there are lines ("2004.jsonl.gz, line 7"). `harmless` is
    true for what is no story by its nature (a front page); everything else counts as a fault of the source.
    """

    where: str
    reason: str
    harmless: bool = False
