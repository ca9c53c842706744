"""Stories on their way in, kept in a temporary database, so that memory stays bounded however many there are."""

import pickle
import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import NamedTuple

from searchidx.errors import ArchiveError
from searchidx.stories import Redirect, Story

_TABLES = """
CREATE TABLE stories (id TEXT PRIMARY KEY, address TEXT NOT NULL, carried INTEGER NOT NULL, story BLOB NOT NULL);
CREATE TABLE redirects (former TEXT PRIMARY KEY, address TEXT NOT NULL);
CREATE TABLE formers (id TEXT NOT NULL, former TEXT NOT NULL, PRIMARY KEY (id, former));
"""
#: An empty name is a private database on disk, which goes when it is closed.
_TEMPORARY = ""
_CACHE_KILOBYTES = 8 * 1024


class Spooled(NamedTuple):
    """A story of the spool.

    Attributes:
        address: the one it wants.
        carried: whether it comes from the index and not from a source.
        packed: the story itself.
    """

    id: str
    address: str
    carried: bool
    packed: bytes


def pack(story: Story) -> bytes:
    """Return a story as bytes."""
    return pickle.dumps(story, pickle.HIGHEST_PROTOCOL)


def unpack(packed: bytes) -> Story:
    """Return the story of some bytes that `pack` made."""
    story: Story = pickle.loads(packed)  # noqa: S301 - `pack` wrote it
    return story


class Spool:
    """What the sources hold: of the stories of one id the last one, and the redirects. A context manager.

    Raises:
        ArchiveError: on leaving it, if there was no room on the disk for what it was to hold.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect(_TEMPORARY, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.OperationalError):
            raise ArchiveError(
                f"the folder for temporary files has no room for what was read ({error}), and no index was changed; set "
                "TMPDIR to a folder that has room"
            ) from error

    def close(self) -> None:
        """Forget all."""
        self._database.close()

    def __len__(self) -> int:
        (count,) = self._database.execute("SELECT count(*) FROM stories").fetchone()
        return int(count)

    def __contains__(self, story_id: str) -> bool:
        return self._database.execute("SELECT 1 FROM stories WHERE id = ?", (story_id,)).fetchone() is not None

    def add(self, story: Story, *, carried: bool = False) -> None:
        """Take a story in the place of one of its id; `carried` ones come from the index and not from a source."""
        row = (story.id, story.address, carried, pack(story))
        self._database.execute("INSERT OR REPLACE INTO stories VALUES (?, ?, ?, ?)", row)

    def add_redirect(self, redirect: Redirect) -> None:
        """Take a redirect in the place of one from the same address."""
        self._database.execute("INSERT OR REPLACE INTO redirects VALUES (?, ?)", (redirect.former, redirect.address))

    def add_former(self, story_id: str, former: str) -> None:
        """Note that a story had an address before."""
        self._database.execute("INSERT OR IGNORE INTO formers VALUES (?, ?)", (story_id, former))

    def stories(self) -> Iterator[Spooled]:
        """Yield the stories by id."""
        rows = self._database.execute("SELECT id, address, carried, story FROM stories ORDER BY id")
        return (Spooled(story_id, address, bool(carried), packed) for story_id, address, carried, packed in rows)

    def redirects(self) -> list[tuple[str, str]]:
        """Return the redirects, as former address and where it leads, by former address."""
        return self._database.execute("SELECT former, address FROM redirects ORDER BY former").fetchall()

    def redirected(self, address: str) -> str | None:
        """Return where an address is redirected to, None if it is not."""
        row = self._database.execute("SELECT address FROM redirects WHERE former = ?", (address,)).fetchone()
        return None if row is None else str(row[0])

    def has_formers(self) -> bool:
        """Whether any former address was noted."""
        return self._database.execute("SELECT 1 FROM formers").fetchone() is not None

    def formers(self, story_id: str) -> list[str]:
        """Return the noted former addresses of a story, sorted."""
        rows = self._database.execute("SELECT former FROM formers WHERE id = ? ORDER BY former", (story_id,))
        return [former for (former,) in rows]

    def first_at(self, address: str) -> str | None:
        """Return the smallest id of the stories that want an address."""
        self._index_addresses()
        row = self._database.execute("SELECT min(id) FROM stories WHERE address = ?", (address,)).fetchone()
        return None if row[0] is None else str(row[0])

    def contested(self) -> frozenset[str]:
        """Return the addresses that more than one story wants."""
        self._index_addresses()
        rows = self._database.execute("SELECT address FROM stories GROUP BY address HAVING count(*) > 1")
        return frozenset(address for (address,) in rows)

    def _index_addresses(self) -> None:
        # When the stories are there: sorted once, and not story by story.
        self._database.execute("CREATE INDEX IF NOT EXISTS by_address ON stories (address, id)")
