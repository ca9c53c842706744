"""A story as bytes and back: a JSON list without the names of the fields, and without what is known elsewhere.

Id and day stand in columns of the segment; an address that the headline gives is not repeated. A story is read some
hundred times a second for each page shown, so that this is made to be quick.
"""

import datetime
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson

from searchidx.errors import RecordError
from searchidx.search.document import Document
from searchidx.stories import Entity, Origin, Place, Source, Story
from searchidx.stories.addresses import story_address


def pack_story(document: Document) -> tuple[bytes, int]:
    """Return a story's bytes, and a digest of all that is indexed of it; where it came from is not part of that.

    Raises:
        RecordError: if a text has characters that cannot be stored (lone surrogates).
    """
    story = document.story
    row = _row(story)
    identity = (story.id, story.date.toordinal(), row, document.places, document.names)
    origin = story.origin
    where = [] if origin is None else [(origin.file, origin.line, origin.rules)]
    try:
        digest = blake2b(orjson.dumps(identity), digest_size=8).digest()
        return orjson.dumps([*row, *where]), int.from_bytes(digest, "little")
    except orjson.JSONEncodeError as error:
        raise RecordError(f"story {story.id!r} cannot be stored: {error}") from None


def unpack_story(data: bytes | memoryview, story_id: str, date: datetime.date) -> Story:
    """Return the story of some bytes."""
    row: list[Any] = orjson.loads(data)
    address, headline, body, category, topics, places, entities, sources, image, former, *origin = row
    return Story(
        id=story_id,
        address=story_address(date, _text(headline, body)) if address is None else address,
        date=date,
        headline=headline,
        body=body,
        category=category,
        topics=tuple(topics),
        places=tuple(Place(*place) for place in places),
        entities=tuple(Entity(*entity) for entity in entities),
        sources=tuple(Source(*source) for source in sources),
        image=image,
        former=tuple(former),
        origin=Origin(origin[0][0], origin[0][1], tuple(map(tuple, origin[0][2]))) if origin else None,
    )


def address_keys(addresses: list[str]) -> list[int]:
    """Return the numbers under which addresses are looked up; two addresses may have the same."""
    return [
        int.from_bytes(blake2b(a.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") for a in addresses
    ]


def address_key(address: str) -> np.uint64:
    """Return the number under which an address is looked up."""
    return np.uint64(address_keys([address])[0])


def _row(story: Story) -> list[Any]:
    usual = story.address == story_address(story.date, story.text)
    return [
        None if usual else story.address,
        story.headline,
        story.body,
        story.category,
        story.topics,
        [(place.name, place.id, place.given) for place in story.places],
        [(entity.name, entity.id, entity.url, entity.given) for entity in story.entities],
        [(source.name, source.url, source.archived) for source in story.sources],
        story.image,
        story.former,
    ]


def _text(headline: str, body: str) -> str:
    return f"{headline} {body}" if body else headline
