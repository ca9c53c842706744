"""Reading a story from a JSON object: a record.

What can be read has the shape of `data/schemas/record.json`. The minimal form is a date and a text:
`{"date": "2004-08-14", "text": "…"}`; whatever `objects.write_story` writes is read back equal.
"""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from searchidx.errors import RecordError
from searchidx.stories.addresses import normal_address, read_day_address, story_address
from searchidx.stories.fields import FIELDS, name_fields
from searchidx.stories.folding import fold
from searchidx.stories.headline import split_text
from searchidx.stories.identity import story_id
from searchidx.stories.story import Entity, Origin, Place, Source, Story

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?", re.DOTALL)
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#:@]+)")
#: What archives write where a story has no category.
_NO_CATEGORY = frozenset({"", "uncategorized", "uncategorised"})

#: Up to here every whole number is exact as a float.
_EXACT = 2.0**53

_T = TypeVar("_T")


def read_story(record: Mapping[str, Any], *, origin: Origin | None = None) -> Story:
    """Return the story a JSON object describes.

    Args:
        record: the object; `date` and one of `text`, `headline`, `body` are needed, unknown keys are ignored.
        origin: where the record stands; one inside the record wins.

    Raises:
        RecordError: if a field is missing or of the wrong kind.
    """
    date = _read_date(record)
    headline, body = _read_text(record)
    text = f"{headline} {body}" if body else headline
    category = _optional_text(record, "category")
    return Story(
        id=_read_id(record) or story_id(date, text),
        address=_read_address(record) or story_address(date, text),
        date=date,
        headline=headline,
        body=body,
        category=None if category is None or category.lower() in _NO_CATEGORY else category,
        topics=_names(_many(record, "topics", "topic"), "topics"),
        places=_distinct(_many(record, "places", "place"), "places", _read_place),
        entities=_distinct(_many(record, "entities", "entity"), "entities", _read_entity),
        sources=_read_sources(_many(record, "sources", "source")),
        image=_optional_text(record, "image"),
        former=_names(_many(record, "former"), "former"),
        origin=_read_origin(record) or origin,
    )


def _read_date(record: Mapping[str, Any]) -> datetime.date:
    """Return the calendar day of `YYYY-MM-DD`, with or without a time after it."""
    value = record.get("date")
    if value is None or value == "":
        raise RecordError(f"date is missing; write it as YYYY-MM-DD ({_has(record)})")
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise RecordError(f"date is {_short(value)}; write it as YYYY-MM-DD")
    try:
        return datetime.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise RecordError(f"date is {_short(value)}, which is no day of the calendar") from None


def _read_text(record: Mapping[str, Any]) -> tuple[str, str]:
    headline, body = record.get("headline"), record.get("body")
    text = _optional_text(record, "text")
    for name, value in (("headline", headline), ("body", body)):
        if value is not None and not isinstance(value, str):
            raise RecordError(f"{name} is {_short(value)}; it must be a text")
    if headline and headline.strip():
        return headline, body or text or ""
    if body and body.strip():
        return split_text(body)
    if text is None:
        raise RecordError(f"there is no text: give text, or headline and body ({_has(record)})")
    return split_text(text)


def _read_id(record: Mapping[str, Any]) -> str | None:
    number = _whole_number(record.get("id"))
    return _optional_text(record, "id") if number is None else str(number)


def _read_address(record: Mapping[str, Any]) -> str | None:
    """Return the story's address; None if there is none, or none but its day's, as of a text without letters."""
    address = _optional_text(record, "address")
    if address is None or read_day_address(address) is not None:
        return None
    normal = normal_address(address)
    if normal is None:
        raise RecordError(f"address is {_short(address)}; it must look like /news/YYYY/MM/D/words-of-the-headline")
    return normal


def _whole_number(value: object) -> int | None:
    """Return a number without a fraction, also one written as 7.0; None for what is none, or was too big to be exact."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _optional_text(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RecordError(f"{name} is {_short(value)}; it must be a text")
    return value.strip() or None


def _many(record: Mapping[str, Any], *names: str) -> Sequence[Any]:
    """Return the values under the first of the names that has any: one or a list of them."""
    for name in names:
        value = record.get(name)
        if value not in (None, "", []):
            return value if isinstance(value, list) else (value,)
    return ()


def _names(values: Sequence[Any], field: str) -> tuple[str, ...]:
    if not values:
        return ()
    names = []
    for value in values:
        if not isinstance(value, str):
            raise RecordError(f"{field} holds {_short(value)}; it must hold texts")
        if value.strip():
            names.append(value.strip())
    return tuple(dict.fromkeys(names))


def _distinct(values: Sequence[Any], field: str, read: Callable[[Mapping[str, Any], str], _T]) -> tuple[_T, ...]:
    """Read names that are texts or objects, each folded name once, the first spelling winning."""
    found: dict[str, _T] = {}
    for value in values:
        item = {"name": value} if isinstance(value, str) else value
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise RecordError(f"{field} holds {_short(value)}; it must hold names or objects with a name")
        name = item["name"].strip()
        if name and fold(name) not in found:
            found[fold(name)] = read(item, name)
    return tuple(found.values())


def _read_place(item: Mapping[str, Any], name: str) -> Place:
    return Place(name, id=_read_id(item), given=item.get("given") is not False)


def _read_entity(item: Mapping[str, Any], name: str) -> Entity:
    return Entity(name, id=_read_id(item), url=_optional_text(item, "url"), given=item.get("given") is not False)


def _read_sources(values: Sequence[Any]) -> tuple[Source, ...]:
    return tuple(read_source(value) for value in values if not isinstance(value, str) or value.strip())


def read_source(value: object) -> Source:
    """Read a name, an address or an object; a source without a name is called by the host of its address."""
    if isinstance(value, str):
        text = value.strip()
        return Source(_host(text), url=text) if text.startswith(("http://", "https://")) else Source(text)
    if not isinstance(value, dict):
        raise RecordError(f"sources holds {_short(value)}; it must hold names or objects with a name")
    url = _optional_text(value, "url")
    name = _optional_text(value, "name") or (url and _host(url))
    if name is None:
        raise RecordError(f"sources holds {_short(value)}, which has neither a name nor a url")
    return Source(name, url=url, archived=_optional_text(value, "archived"))


def _host(url: str) -> str:
    match = _HOST.match(url)
    return url if match is None else match[1].lower().removeprefix("www.")


def _read_origin(record: Mapping[str, Any]) -> Origin | None:
    value = record.get("origin")
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("file"), str):
        raise RecordError(f"origin is {_short(value)}; it must be an object with a file")
    line, rules = _whole_number(value.get("line")), value.get("rules") or {}
    if line is None and value.get("line") is not None:
        raise RecordError(f"origin's line is {_short(value['line'])}; it must be a number")
    if not isinstance(rules, dict):
        raise RecordError(f"origin's rules is {_short(rules)}; it must be an object")
    return Origin(value["file"], line, tuple((str(field), str(rule)) for field, rule in rules.items()))


def _has(record: Mapping[str, Any]) -> str:
    """Say which fields a record has: one may have another name than ours, or hold the records themselves."""
    names = [name for name, value in record.items() if value is not None and not _is_blank(value)]
    inside = [name for name in names if name not in FIELDS and _holds_objects(record[name])]
    hint = f"; if its {name_fields(inside[:1])} are the records, take them out of it" if inside else ""
    return f"the record has {name_fields(names)}{hint}"


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _holds_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"
