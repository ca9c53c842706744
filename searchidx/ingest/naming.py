"""A Namer for an index: what it knows of its archive's words, and the keeper's own lists."""

from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from searchidx.catalogue import Catalogue, Settings
from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.errors import ArchiveError, RecordError
from searchidx.names import Namer, NameStatistics, read_aliases, read_stop_names

_List = TypeVar("_List", Mapping[str, str], Collection[str])


#: What is known of an archive that nobody has read yet: the shipped counts of common words are added to these.
NO_STATISTICS = NameStatistics({}, {})


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
    return make_namer(statistics, Settings.read(folder), folder)


def make_namer(statistics: NameStatistics, settings: Settings, folder: Path) -> Namer:
    """Return a Namer by an index's statistics and the lists that its settings name, which lie in its folder.

    Raises:
        ArchiveError: if a list cannot be read.
    """
    aliases = _read(settings.aliases, folder, read_aliases) if settings.aliases else {}
    stop = _read(settings.stop_names, folder, read_stop_names) if settings.stop_names else ()
    return Namer(statistics, aliases=aliases, stop=stop)


def _read(name: str, folder: Path, read: Callable[[Iterable[str]], _List]) -> _List:
    path = folder / name
    try:
        return read(path.read_text(encoding="utf-8-sig").splitlines())
    except RecordError as error:
        raise ArchiveError(f"{path}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}; archive.toml names it") from None
