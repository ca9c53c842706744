"""Which story has which address when several want the same, and which addresses it had before.

The story already indexed keeps the bare address, in one batch the smaller id; the others get `-` and the end of their
id. A story keeps the address it was once given for as long as it wants the same bare one. An engine stores what is settled
here as it is.
"""

from collections.abc import Iterator, Set
from itertools import chain

from searchidx.ingest.spool import Spool
from searchidx.search.engine import Engine
from searchidx.stories import Skipped, Story
from searchidx.stories.addresses import distinct_addresses, is_reserved


class Addressing:
    """Settles the addresses of a batch, story by story in the order of their ids.

    Args:
        spool: the batch.
        engine: what is indexed already, None if nothing is.
        leaving: the ids of stories that this run removes, whose addresses are free.
    """

    def __init__(self, spool: Spool, engine: Engine | None, leaving: Set[str]) -> None:
        self._spool = spool
        self._engine = engine
        self._leaving = leaving
        self._contested = spool.contested()
        self._taken: dict[str, str] = {}

    def settle(self, story_id: str, bare: str, before: Story | None) -> str:
        """Return the address of a story that wants the bare one; `before` is what is indexed of it."""
        if before is not None and (before.address == bare or before.address in distinct_addresses(bare, story_id)):
            return before.address
        choices = chain(() if is_reserved(bare) else (bare,), distinct_addresses(bare, story_id))
        address = next(address for address in choices if self._is_free(address, story_id, bare))
        if address != bare or address in self._contested:
            self._taken[address] = story_id
        return address

    def _is_free(self, address: str, story_id: str, bare: str) -> bool:
        if self._taken.get(address, story_id) != story_id:
            return False
        # Nobody else wants a bare address that is not contested.
        if address != bare and address not in self._contested and self._spool.first_at(address) not in {None, story_id}:
            return False
        indexed = None if self._engine is None else self._engine.story_at(address)
        return indexed is None or indexed.address != address or indexed.id == story_id or indexed.id in self._leaving


def resolve_redirects(spool: Spool, engine: Engine | None) -> Iterator[Skipped]:
    """Note for each redirect's story that it had the address before; yield the redirects that lead nowhere.

    Chains are followed. A story of the index that only a redirect names is carried into the spool.
    """
    for former, address in spool.redirects():
        if spool.first_at(former) is not None:
            yield Skipped(former, "a redirect from the address of a story; the story stays there", harmless=True)
            continue
        story_id = _target(spool, engine, address)
        if story_id is None:
            yield Skipped(former, f"a redirect to {address}, where there is no story", harmless=True)
        else:
            spool.add_former(story_id, former)


def _target(spool: Spool, engine: Engine | None, address: str) -> str | None:
    seen = set()
    while address not in seen:
        seen.add(address)
        if (story_id := spool.first_at(address)) is not None:
            return story_id
        if (further := spool.redirected(address)) is not None:
            address = further
            continue
        indexed = None if engine is None else engine.story_at(address)
        if indexed is not None and indexed.id not in spool:
            spool.add(indexed, carried=True)
        return None if indexed is None else indexed.id
    return None
