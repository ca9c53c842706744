"""A Namer for an index: what it knows of its archive's words, and the keeper's own lists."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from searchidx.catalogue import Catalogue, Settings
from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.errors import ArchiveError, RecordError
from searchidx.names import Namer, NameStatistics, read_aliases, read_stop_names

_List = TypeVar("_List")


#: What is known of an archive that nobody has read yet: the shipped counts of common words are added to these.
NO_STATISTICS = NameStatistics({}, {})


@dataclass(frozen=True, slots=True)
class KeepersLists:
    """What a keeper says about names: which spellings are one, and what is none."""

    aliases: Mapping[str, str]
    stop: frozenset[str]

    @classmethod
    def read(cls, settings: Settings, folder: Path) -> "KeepersLists":
        """Read the lists that an index's settings name, which lie in its folder.

        Raises:
            ArchiveError: if one cannot be read.
        """
        return cls(
            _read(folder / settings.aliases, read_aliases) if settings.aliases else {},
            _read(folder / settings.stop_names, read_stop_names) if settings.stop_names else frozenset(),
        )

    def namer(self, statistics: NameStatistics) -> Namer:
        """Return a Namer that honours the lists."""
        return Namer(statistics, aliases=self.aliases, stop=self.stop)


def open_namer(catalogue: Catalogue, name: str | None) -> Namer:
    """Return the Namer of an index; without a name, one that knows no archive.

    Raises:
        ArchiveError: if there is no such index, or its lists cannot be read.
    """
    if name is None:
        return Namer(NO_STATISTICS)
    folder = catalogue.path(catalogue.choose(name))
    data = EmbeddedIndex.open(folder).reader().statistics
    statistics = NO_STATISTICS if data is None else NameStatistics.from_bytes(data)
    return KeepersLists.read(Settings.read(folder), folder).namer(statistics)


def _read(path: Path, read: Callable[[Iterable[str]], _List]) -> _List:
    try:
        return read(path.read_text(encoding="utf-8-sig").splitlines())
    except RecordError as error:
        raise ArchiveError(f"{path}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}; archive.toml names it") from None
