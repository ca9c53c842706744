"""The fields of a record, and what those that are none may have meant."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from searchidx.stories.story import UnusedField

#: The fields that hold one text or many.
TEXTS = frozenset({"id", "address", "date", "headline", "body", "text", "category", "image"})
LISTS = frozenset({"topics", "topic", "places", "place", "entities", "entity", "sources", "source", "former"})
FIELDS = TEXTS | LISTS | {"origin"}

#: What other programs call a field, in small letters and digits alone.
_OTHER_NAMES = {
    other: field
    for field, others in {
        "id": "guid uuid identifier docid documentid articleid storyid",
        "date": "published publishedat publishedon publisheddate publishdate pubdate datepublished publicationdate "
        "created createdat createdon datecreated issued posted postedat datetime timestamp time day",
        "headline": "title heading subject",
        "body": "content contents contenttext article articlebody articletext bodytext description fulltext message story "
        "summary",
        "category": "categories section rubric",
        "topics": "tag tags keyword keywords subjects",
        "places": "location locations city country countries",
        "entities": "name names people person persons organisations organizations mentions",
        "sources": "url urls link links permalink publisher citation citations references",
        "image": "images imageurl img photo picture thumbnail",
    }.items()
    for other in others.split()
}
#: So many names of a file's fields are counted: a file whose keys are data has no end of them.
_COUNTED = 100
#: So many characters of a name are shown, and so many names.
_SHOWN, _NAMED = 40, 12


class FieldCount:
    """Counts which fields the records of a file have."""

    def __init__(self) -> None:
        self._unused: Counter[str] = Counter()
        self._meant: dict[str, str] = {}

    def add(self, fields: Collection[str]) -> None:
        """Count the fields of a record."""
        for name in fields:
            if name not in FIELDS and (name in self._unused or len(self._unused) < _COUNTED):
                self._unused[name] += 1
                if name not in self._meant and (meant := _meant(name, fields)):
                    self._meant[name] = meant

    def unused(self) -> Iterator[UnusedField]:
        """Yield the fields that no story has, the most frequent first."""
        for name, records in self._unused.most_common():
            yield UnusedField(name, records, self._meant.get(name))


def say_unused(fields: Sequence[UnusedField]) -> str:
    """Say which fields were ignored, in how many records, and what they may have meant."""
    words = [
        f"{_shown(name)} (in {records:,} {'record' if records == 1 else 'records'}"
        + (f"; did you mean {meant}?)" if meant else ")")
        for name, records, meant in fields[:_NAMED]
    ]
    more = [f"and {len(fields) - _NAMED} more"] if len(fields) > _NAMED else []
    return f"unknown fields were ignored: {', '.join(words + more)}"


def name_fields(fields: Collection[str]) -> str:
    """Return the names of a record's fields as a sentence has them, each with what it may have meant."""
    words = [
        _shown(name) + (f" (did you mean {meant}?)" if (meant := _meant(name, fields)) else "")
        for name in list(fields)[:_NAMED]
    ]
    return ", ".join(words + ["…"] * (len(fields) > _NAMED)) or "none"


def _shown(name: str) -> str:
    """Return the name of a field as a sentence has it: a text from anybody, which may be long."""
    return repr(name)[1:-1] if len(name) <= _SHOWN else f"{repr(name[:_SHOWN])[1:-1]}…"


def _meant(name: str, beside: Collection[str]) -> str | None:
    """Return the field that one of another name may have meant, if it is none of those beside it."""
    meant = None if name in FIELDS else _known_as(name)
    return None if meant in beside else meant


@lru_cache(maxsize=2 * _COUNTED)
def _known_as(name: str) -> str | None:
    plain = re.sub("[^a-z0-9]", "", name.lower())
    return plain if plain in FIELDS else _OTHER_NAMES.get(plain)
