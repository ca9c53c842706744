"""A story as bytes and back: a JSON list without the names of the fields, and without what is known elsewhere.

Id and day stand in columns of the segment; an address that the headline gives is not repeated, nor are values that the
facets have of the document: category, topics and sources as a rule, recognised names and places by their place among its
values. A story is read some hundred times a second for each page shown, so that this is made to be quick.

    [headline, body, origin, entities, places, address, sources, topics, image, former], none and usual ones 0, and left
    out at the end
    entities    those the source gives (a text, or a list of the fields), then how many of the last names were recognised
    places      a text is a given one; a number stands for the name of a recognised one; else a list of the fields
    sources     texts, or lists of the fields
"""

import datetime
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson

from searchidx.stories import Entity, Origin, Place, Source, Story
from searchidx.stories.addresses import story_address

#: The values that a document has in a facet, in its own order.
ValuesOf = Callable[[str], Sequence[str]]


def pack_story(story: Story, names: Sequence[str], places: Sequence[str]) -> bytes:
    """Return a story's bytes; names and places are the values of the two facets, each once."""
    origin = story.origin
    row = [
        story.headline,
        story.body,
        0 if origin is None else (origin.file, origin.line, *([origin.rules] if origin.rules else ())),
        _pack_entities(story.entities, names),
        _pack_places(story.places, places) if story.places else 0,
        0 if story.address == story_address(story.date, story.text) else story.address,
        _pack_sources(story.sources),
        story.topics if len(set(story.topics)) < len(story.topics) else 0,
        story.image or 0,
        story.former or 0,
    ]
    while row[-1] == 0:
        row.pop()
    return orjson.dumps(row)


def unpack_story(data: bytes | memoryview, story_id: str, date: datetime.date, values: ValuesOf) -> Story:
    """Return the story of some bytes."""
    row: list[Any] = orjson.loads(data)
    headline, body, origin, entities, places, address, sources, topics, image, former = row + [0] * (10 - len(row))
    category = values("category")
    return Story(
        id=story_id,
        address=address or story_address(date, f"{headline} {body}" if body else headline),
        date=date,
        headline=headline,
        body=body,
        category=category[0] if category else None,
        topics=tuple(topics or values("topic")),
        places=_unpack_places(places, values("place")) if places else (),
        entities=_unpack_entities(entities, values("entity")) if entities else (),
        sources=tuple(map(_unpack_source, sources or values("source"))),
        image=image or None,
        former=tuple(former or ()),
        origin=Origin(origin[0], origin[1], tuple(map(tuple, origin[2] if len(origin) > 2 else ())))
        if origin
        else None,
    )


def _pack_entities(entities: Sequence[Entity], names: Sequence[str]) -> list[Any] | int:
    recognised = 0
    for entity, name in zip(reversed(entities), reversed(names), strict=False):
        if entity.given or entity.name != name or entity.id is not None or entity.url is not None:
            break
        recognised += 1
    if recognised == len(entities):
        return recognised
    given = entities[: len(entities) - recognised]
    return [*(e.name if e == Entity(e.name) else (e.name, e.id, e.url, e.given) for e in given), recognised]


def _unpack_entities(packed: list[Any] | int, names: Sequence[str]) -> tuple[Entity, ...]:
    *given, count = packed if isinstance(packed, list) else (packed,)
    return (
        *(Entity(entity) if isinstance(entity, str) else Entity(*entity) for entity in given),
        *(Entity(name, given=False) for name in names[len(names) - count :]),
    )


def _pack_places(places: Sequence[Place], values: Sequence[str]) -> list[Any]:
    packed: list[Any] = []
    for place in places:
        if place.given:
            packed.append(place.name if place.id is None else (place.name, place.id, True))
        elif place.name in values:
            number = values.index(place.name)
            packed.append(number if place.id is None else (number, place.id, False))
        else:
            packed.append((place.name, place.id, False))
    return packed


def _unpack_places(packed: list[Any], values: Sequence[str]) -> tuple[Place, ...]:
    places = []
    for place in packed:
        if isinstance(place, str):
            places.append(Place(place))
            continue
        name, place_id, given = place if isinstance(place, list) else (place, None, False)
        places.append(Place(values[name] if isinstance(name, int) else name, place_id, given))
    return tuple(places)


def _pack_sources(sources: Sequence[Source]) -> list[Any] | int:
    plain = all(source.url is None and source.archived is None for source in sources)
    if plain and len({source.name for source in sources}) == len(sources):
        return 0
    return [s.name if s.url is None and s.archived is None else (s.name, s.url, s.archived) for s in sources]


def _unpack_source(packed: str | list[Any]) -> Source:
    return Source(packed) if isinstance(packed, str) else Source(*packed)


def address_keys(addresses: list[str]) -> list[int]:
    """Return the numbers under which addresses are looked up; two addresses may have the same."""
    return [
        int.from_bytes(blake2b(a.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") for a in addresses
    ]


def address_key(address: str) -> np.uint64:
    """Return the number under which an address is looked up."""
    return np.uint64(address_keys([address])[0])
