"""Story and its parts, and the other things an importer can yield: Redirect, Skipped and UnusedField."""

import datetime
from typing import NamedTuple


class Place(NamedTuple):
    """A place a story happened at or mentions.

    `id` is its GeoNames number when it is known; `given` is false for a place that was recognised and not
    named as one by the source.
    """

    name: str
    id: str | None = None
    given: bool = True


class Entity(NamedTuple):
    """A name a story mentions; `given` is false for one that was recognised and not named by the source."""

    name: str
    id: str | None = None
    url: str | None = None
    given: bool = True


class Source(NamedTuple):
    """Where a story was reported; `archived` is the address of a kept copy."""

    name: str
    url: str | None = None
    archived: str | None = None


class Origin(NamedTuple):
    """Where a story came from: a file relative to the source named by the keeper, and a line from 1.

    `rules` says which rule of an importer gave which field, as pairs (field, rule), where that is not plain.
    """

    file: str
    line: int | None = None
    rules: tuple[tuple[str, str], ...] = ()


class Story(NamedTuple):
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


class Redirect(NamedTuple):
    """An old address of a story: whoever asks for `former` is sent to `address`."""

    former: str
    address: str


class UnusedField(NamedTuple):
    """A field of a file's records that no story has, in how many of them it stands, and what it may have meant.

    `meant` is a field of stories that one of them lacks; None where there is no telling.
    """

    name: str
    records: int
    meant: str | None = None

    def plus(self, other: "UnusedField | None") -> "UnusedField":
        """Return the field of this file and another."""
        return (
            self if other is None else UnusedField(self.name, self.records + other.records, self.meant or other.meant)
        )


class Skipped(NamedTuple):
    """Something in a source that was not taken.

    `where` names the file, with a line from 1 where there are lines ("2004.jsonl.gz, line 7"). `harmless` is
    true for what is no story by its nature (a front page); everything else counts as a fault of the source.
    """

    where: str
    reason: str
    harmless: bool = False
