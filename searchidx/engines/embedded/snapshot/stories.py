"""A story as bytes and back: a JSON list without the names of the fields, and without what is known elsewhere.

Id, day and the file it was read from stand in columns of the segment; an address that the headline gives is not repeated,
nor are values that the facets have of the document: category, topics and sources as a rule, recognised names and places by
their place among its values. A story is read some hundred times a second for each page shown, so that this is made to be
quick.

    [headline, body, origin, entities, places, address, sources, topics, image, former], none and usual ones 0, and left
    out at the end
    origin      the line; or a list of the line and, where there are any, the rules
    entities    those the source gives (a text, or a list of the fields), then how many of the last names were recognised
    places      a text is a given one; a number stands for the name of a recognised one, and behind it comes its id, as a
                number where it is one, 0 for none; else a list of the fields
    sources     texts, or lists of the fields
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import xxhash

from searchidx.engines.embedded.kernels.arrays import NDArray
from searchidx.search.remembered import Remembered
from searchidx.stories import Entity, Origin, Place, Source, Story
from searchidx.stories.addresses import story_address

#: The values that a document has in each facet, in its own order.
ValuesOf = Mapping[str, Sequence[str]]
_NOTHING = (0,) * 10
#: A number that is written as it is read, and fits into JSON's.
_NUMBER = re.compile("[1-9][0-9]{0,17}")

# The same few come again and again, and making one takes as long as ten look-ups.
_recognised_places: Remembered[tuple[str, str | int], Place] = Remembered(
    lambda key: Place(key[0], None if key[1] == 0 else str(key[1]), given=False)
)
_recognised_entities: Remembered[str, Entity] = Remembered(lambda name: Entity(name, given=False))
_plain_sources: Remembered[str, Source] = Remembered(Source)


def own_address(story: Story) -> str | None:
    """Return a story's address, None for the one that its headline and body give."""
    return None if story.address == story_address(story.date, story.text) else story.address


def pack_story(story: Story, address: str | None, names: Sequence[str], places: Sequence[str]) -> bytes:
    """Return a story's bytes; names and places are the values of the two facets, each once, address is its `own_address`."""
    origin = story.origin
    row = [
        story.headline,
        story.body,
        0 if origin is None else _pack_origin(origin),
        _pack_entities(story.entities, names),
        _pack_places(story.places, places) if story.places else 0,
        address or 0,
        _pack_sources(story.sources),
        story.topics if len(set(story.topics)) < len(story.topics) else 0,
        story.image or 0,
        story.former or 0,
    ]
    while row[-1] == 0:
        row.pop()
    return orjson.dumps(row)


def unpack_story(data: bytes | memoryview, story_id: str, date: datetime.date, file: str, values: ValuesOf) -> Story:
    """Return the story of some bytes."""
    row: list[Any] = orjson.loads(data)
    row += _NOTHING[len(row) :]
    headline, body, origin, entities, places, address, sources, topics, image, former = row
    category = values["category"]
    # By place, for Python takes twice as long over so many names.
    return Story(
        story_id,
        address or story_address(date, f"{headline} {body}" if body else headline),
        date,
        headline,
        body,
        category[0] if category else None,
        tuple(topics or values["topic"]),
        _unpack_places(places, values["place"]) if places else (),
        _unpack_entities(entities, values["entity"]) if entities else (),
        tuple(map(_unpack_source, sources or values["source"])),
        image or None,
        tuple(former) if former else (),
        _unpack_origin(file, origin) if origin else None,
    )


def _pack_origin(origin: Origin) -> list[Any] | int:
    if origin.rules:
        return [origin.line, origin.rules]
    return origin.line or [origin.line]


def _unpack_origin(file: str, packed: list[Any] | int) -> Origin:
    if isinstance(packed, int):
        return Origin(file, packed)
    line, *rules = packed
    return Origin(file, line, tuple([(field, rule) for field, rule in rules[0]]) if rules else ())


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
    if isinstance(packed, int):
        return tuple(map(_recognised_entities.__getitem__, names[len(names) - packed :]))
    *given, count = packed
    return (
        *(Entity(entity) if isinstance(entity, str) else Entity(*entity) for entity in given),
        *(_recognised_entities[name] for name in names[len(names) - count :]),
    )


def _pack_places(places: Sequence[Place], values: Sequence[str]) -> list[Any]:
    packed: list[Any] = []
    for place in places:
        if place.given:
            packed.append(place.name if place.id is None else (place.name, place.id, True))
        elif place.name in values:
            packed += values.index(place.name), _pack_id(place.id)
        else:
            packed.append((place.name, place.id, False))
    return packed


def _pack_id(identifier: str | None) -> str | int:
    """Return an id as a number where it is one, which takes less room."""
    if identifier is None:
        return 0
    return int(identifier) if _NUMBER.fullmatch(identifier) else identifier


def _unpack_places(packed: list[Any], values: Sequence[str]) -> tuple[Place, ...]:
    places, rest = [], iter(packed)
    for place in rest:
        if isinstance(place, int):
            places.append(_recognised_places[values[place], next(rest)])
        elif isinstance(place, str):
            places.append(Place(place))
        else:
            places.append(Place(*place))
    return tuple(places)


def _pack_sources(sources: Sequence[Source]) -> list[Any] | int:
    plain = all(source.url is None and source.archived is None for source in sources)
    if plain and len({source.name for source in sources}) == len(sources):
        return 0
    return [s.name if s.url is None and s.archived is None else (s.name, s.url, s.archived) for s in sources]


def _unpack_source(packed: str | list[Any]) -> Source:
    return _plain_sources[packed] if isinstance(packed, str) else Source(*packed)


def address_keys(addresses: Sequence[str]) -> NDArray[np.uint32]:
    """Return the numbers under which addresses are looked up; two addresses may have the same."""
    keys = (xxhash.xxh32_intdigest(address.encode("utf-8", "surrogatepass")) for address in addresses)
    return np.fromiter(keys, np.uint32, len(addresses))
