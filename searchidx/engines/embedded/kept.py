"""What is kept of a story, in both its forms, and the digest by which it is known again."""

from collections.abc import Iterable
from hashlib import blake2b

import orjson

from searchidx.engines.embedded.snapshot.stories import own_address, pack_story
from searchidx.engines.embedded.stored_stories import pack_record, story_record
from searchidx.errors import RecordError
from searchidx.search.document import Document, NameValue, PlaceNode


class KeptStory:
    """A story as it is kept.

    Attributes:
        packed: as the snapshot has it.
        stored: as Whoosh has it.
        digest: of all that is indexed of it; where it came from is not part of that.
        names, places: the values of the two facets, each once.
    """

    def __init__(self, packed: bytes, stored: bytes, digest: int, names: list[str], places: list[str]) -> None:
        self.packed, self.stored, self.digest, self.names, self.places = packed, stored, digest, names, places


def keep_story(document: Document) -> KeptStory:
    """Return what is kept of a story.

    Raises:
        RecordError: if a text has characters that cannot be stored (lone surrogates).
    """
    story = document.story
    address, names, places = own_address(story), _distinct(document.names), _distinct(document.places)
    try:
        record = story_record(story, address)
        named = orjson.dumps(([*map(tuple, document.places)], [*map(tuple, document.names)]))
        packed = pack_story(story, address, names, places)
    except orjson.JSONEncodeError as error:
        raise RecordError(f"story {story.id!r} cannot be stored: {error}") from None
    told, _, _ = record.partition(b',"origin":')
    digest = blake2b(told, digest_size=8)
    digest.update(named)
    # A copy, for what orjson returns keeps the larger room that it was written in.
    return KeptStory(
        bytes(memoryview(packed)), pack_record(record), int.from_bytes(digest.digest(), "little"), names, places
    )


def _distinct(items: Iterable[PlaceNode | NameValue]) -> list[str]:
    return list(dict.fromkeys([item.value for item in items]))
