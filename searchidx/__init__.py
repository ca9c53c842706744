"""Full-text search for dated news archives.

    import searchidx

    archive = searchidx.open("news")
    page = archive.search("najaf ceasefire", place="Iraq", date="2004-08", facets=["place"])

`open` returns a `catalogue.Archive`; what it answers is described in `search.page`, what it raises in `errors`.
"""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchidx.catalogue import Archive

__all__ = ["open"]


def open(name: str | None = None, *, indexes: "str | PathLike[str] | None" = None) -> "Archive":  # noqa: A001
    """Open an index for reading.

    Args:
        name: of the index; the only one there is if none is given.
        indexes: the folder of indexes; by default SEARCHIDX_INDEXES, or `indexes/` in a checkout, or the user's data folder.

    Raises:
        ArchiveError: if there is none, several, or it cannot be used.
    """
    from searchidx.catalogue import Catalogue  # noqa: PLC0415 - numpy is not loaded for `searchidx --help`

    return Catalogue.default(None if indexes is None else Path(indexes)).open(name)
