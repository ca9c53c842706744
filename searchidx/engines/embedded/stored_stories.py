"""A story as Whoosh keeps it: a record in JSON, in the form of Whoosh's column of stored fields.

A document has one stored field. What the column has of it is a pickle of {"story": record} in the form of zlib (RFC 1950 and
1951), but deflated only where it is long.
"""

import struct
import zlib
from typing import Any

import orjson

from searchidx.stories import Entity, Story

#: What stands before a block that is not deflated, and how long such a block may be.
_PLAIN, _LONGEST_PLAIN = struct.Struct("<3sHH"), 1024
#: What stands in the pickle before the record, whose length it ends with, and behind it.
_HEAD, _LENGTH, _END = b"}X\5\0\0\0storyX", struct.Struct("<I"), b"s."


def story_record(story: Story, address: str | None) -> bytes:
    """Return a story as `write_story` does, without what is empty or usual: `read_story` gives it back equal.

    `address` is its `own_address`.

    Raises:
        orjson.JSONEncodeError: if a text has characters that cannot be stored (lone surrogates).
    """
    record: dict[str, Any] = {"id": story.id, "date": story.date, "headline": story.headline}
    if story.body:
        record["body"] = story.body
    if address is not None:
        record["address"] = address
    if story.category is not None:
        record["category"] = story.category
    if story.topics:
        record["topics"] = story.topics
    if story.places:
        record["places"] = [place._asdict() for place in story.places]
    if story.entities:
        record["entities"] = [*map(_entity, story.entities)]
    if story.sources:
        record["sources"] = [source._asdict() for source in story.sources]
    if story.image is not None:
        record["image"] = story.image
    if story.former:
        record["former"] = story.former
    if story.origin is not None:
        record["origin"] = {"file": story.origin.file, "line": story.origin.line, "rules": dict(story.origin.rules)}
    return orjson.dumps(record)


def _entity(entity: Entity) -> str | dict[str, Any]:
    if entity.id is not None or entity.url is not None:
        return entity._asdict()
    return entity.name if entity.given else {"name": entity.name, "given": False}


def pack_record(record: bytes) -> bytes:
    """Return what the column has of a document with this record."""
    pickled = b"".join((_HEAD, _LENGTH.pack(len(record)), record, _END))
    size = len(pickled)
    if size > _LONGEST_PLAIN:
        return zlib.compress(pickled, 1)
    # As one block that is not deflated: a text so short becomes little smaller, and that takes twenty times as long.
    return b"".join(
        (_PLAIN.pack(b"\x78\x01\x01", size, size ^ 0xFFFF), pickled, zlib.adler32(pickled).to_bytes(4, "big"))
    )


def unpack_record(stored: bytes | memoryview) -> bytes:
    """Return the record of what the column has of a document."""
    return zlib.decompress(stored)[len(_HEAD) + _LENGTH.size : -len(_END)]
