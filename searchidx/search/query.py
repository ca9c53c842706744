"""The tree of a query. Every node prints as it is typed: `parse(str(query))` gives the same tree."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

from searchidx.search.dates import Span
from searchidx.search.immutable import Immutable, immutable

#: The fields whose words are searched and scored.
TEXT_FIELDS = ("headline", "body")
#: The fields that match whole values; they decide and do not score.
VALUE_FIELDS = ("place", "entity", "category", "topic", "source", "id")
#: Stands for "any value" in a value field: `place:*`.
ANY_VALUE = "*"


@immutable
class Word(Immutable):
    """A word: the stories that have it, or in a text field's name there, in any form; the exact form weighs more."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        return _in_field(self.field, self.text)


@immutable
class Phrase(Immutable):
    """Words in this order beside each other; with `slop`, in any order with at most that many words between them.

    `typed` is how one word was typed that has them all: al-sadr, 9/11.
    """

    words: tuple[str, ...]
    slop: int | None = None
    field: str | None = None
    typed: str | None = None

    def __str__(self) -> str:
        if self.typed is not None:
            return _in_field(self.field, self.typed)
        near = "" if self.slop is None else f"~{self.slop}"
        return _in_field(self.field, f'"{" ".join(self.words)}"{near}')


@immutable
class Wildcard(Immutable):
    """A word with `*` for any letters and `?` for one: `naj*`, `wor?d`."""

    pattern: str
    field: str | None = None

    def __str__(self) -> str:
        return _in_field(self.field, self.pattern)


@immutable
class Fuzzy(Immutable):
    """A word and its neighbours one edit away, `najef~`; words with digits have none."""

    text: str
    field: str | None = None

    def __str__(self) -> str:
        return _in_field(self.field, f"{self.text}~")


@immutable
class Value(Immutable):
    """A whole value of a field, `place:Iraq`; it decides and does not score."""

    field: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}:{quoted(self.value)}"


@immutable
class During(Immutable):
    """Days: `date:2004-08`, `after:2010`, `before:"march 2011"`.

    `relation` is "date", "after" or "before"; `words` are as typed, `span` is what they mean.
    """

    relation: str
    words: str
    span: Span = field(compare=False)

    def __str__(self) -> str:
        return f"{self.relation}:{quoted(self.words)}"


@immutable
class WordOrDate(Immutable):
    """A word that may also be a date, `2004` or `March`: the stories that have the word or happened then.

    The date is a month of a year, a whole year (`month` is None), or a month of any year (`year` is None). Made by
    understanding.
    """

    word: Word
    year: int | None = None
    month: int | None = None

    def means(self, day: datetime.date) -> bool:
        """Whether a day is one of those that the word may stand for."""
        return self.year in (None, day.year) and self.month in (None, day.month)

    def __str__(self) -> str:
        return str(self.word)


@immutable
class Synonyms(Immutable):
    """A word no story has, sought as its neighbours, which count as one word. Made by understanding."""

    word: Word
    alternatives: tuple[str, ...]

    def __str__(self) -> str:
        return str(self.word)


@immutable
class Forms(Immutable):
    """A word and other forms of it, which count as one word; no other adds more than the word. Made by understanding."""

    word: Word
    others: tuple[str, ...]

    def __str__(self) -> str:
        return str(self.word)


@immutable
class And(Immutable):
    """All of the parts."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " ".join(map(_grouped, self.parts))


@immutable
class Or(Immutable):
    """At least one of the parts."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " OR ".join(map(_grouped, self.parts))


@immutable
class AtLeast(Immutable):
    """At least `minimum` of the parts, one of them among the first `telling`. Made by relaxing."""

    parts: tuple["Query", ...]
    minimum: int
    telling: int

    def __str__(self) -> str:
        return " ".join(map(_grouped, self.parts))


@immutable
class Not(Immutable):
    """None of the part."""

    part: "Query"

    def __str__(self) -> str:
        return f"-{_grouped(self.part)}"


@immutable
class Everything(Immutable):
    """Every story: the query of nothing."""

    def __str__(self) -> str:
        return ""


Query = (
    Word
    | Phrase
    | Wildcard
    | Fuzzy
    | Value
    | During
    | WordOrDate
    | Synonyms
    | Forms
    | And
    | Or
    | AtLeast
    | Not
    | Everything
)


def all_of(parts: Sequence[Query]) -> Query:
    """Return the query of stories that match all parts; without any, of every story."""
    return (parts[0] if len(parts) == 1 else And(tuple(parts))) if parts else Everything()


def any_of(parts: Sequence[Query]) -> Query:
    """Return the query of stories that match one of the parts, of which there is at least one."""
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def parts_of(query: Query) -> tuple[Query, ...]:
    """Return the parts that must all match."""
    if isinstance(query, And):
        return query.parts
    return () if isinstance(query, Everything) else (query,)


def leaves(query: Query, *, negated: bool = False) -> Iterator[Query]:
    """Yield the words, values and dates of a query in order: those that must match, or with `negated` must not."""
    match query:
        case And(parts) | Or(parts) | AtLeast(parts):
            for part in parts:
                yield from leaves(part, negated=negated)
        case Not(part):
            yield from leaves(part, negated=not negated)
        case _ if not negated:
            yield query


def with_leaves(query: Query, change: Callable[[Query], Query]) -> Query:
    """Return a query whose words, values and dates that must match are changed; what must not match stays."""
    match query:
        case And(parts) | Or(parts):
            return type(query)(tuple(with_leaves(part, change) for part in parts))
        case Not():
            return query
        case _:
            return change(query)


def quoted(value: str) -> str:
    """Return a value as it must be typed after a colon: in quotes where it has more than word characters."""
    plain = value == ANY_VALUE or (value and all(c.isalnum() or c in "-._/" for c in value))
    return value if plain else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _grouped(part: Query) -> str:
    return f"({part})" if isinstance(part, And | Or | AtLeast) else str(part)


def _in_field(name: str | None, text: str) -> str:
    return text if name is None else f"{name}:{text}"
