"""Everything searchidx raises on purpose.

    SearchidxError
    ├── SourceError       a source that cannot be read at all
    ├── RecordError       one record that is not a story (importers turn it into Skipped)
    ├── RequestError      something asked for that cannot be answered: a parameter, a cursor
    │   └── QueryError    a mistake in a query, with its position and a repair
    ├── StoryMissing      no story with that id or address
    └── ArchiveError      an index that cannot be used
        ├── ArchiveMissing    there is none of that name
        ├── ArchiveAmbiguous  no name was given and there are several
        ├── ArchiveDamaged    its files are not what they should be
        ├── ArchiveOutdated   written in a format that this version does not read
        └── ArchiveBusy       another process is writing to it

A message says what is wrong, where, and what to do. Exit codes and HTTP statuses are the faces' business.
"""

from typing import Any

#: What to do about an index that cannot be used any more, and is not the only place that its stories are in.
ANEW = "build the index anew: searchidx index SOURCES --into NAME --rebuild"


class SearchidxError(Exception):
    """The root of everything searchidx raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception's own would call the class with the message alone, and a pool of processes breaks where an error
        # that a worker sends cannot be made again.
        return self.__new__, (type(self), *self.args), self.__dict__


class SourceError(SearchidxError):
    """A source that cannot be read at all: missing, unreadable, of no known format."""


class RecordError(SearchidxError):
    """One record that is not a story; the message names the field and what is wrong with it."""


class RequestError(SearchidxError):
    """A request that cannot be answered as asked.

    Attributes:
        parameter: the name of the request's part at fault ("sort", "cursor", "date", …).
    """

    def __init__(self, message: str, *, parameter: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class QueryError(RequestError):
    """A mistake in a query.

    Attributes:
        position: where in the query text it is, in code points from 0.
        repaired: a query close to it that can be parsed.
    """

    def __init__(self, message: str, *, position: int, repaired: str) -> None:
        super().__init__(message, parameter="q")
        self.position = position
        self.repaired = repaired


class StoryMissing(SearchidxError):
    """No story with that id or address."""


class ArchiveError(SearchidxError):
    """An index that cannot be used."""


class ArchiveMissing(ArchiveError):
    """There is no index of that name."""


class ArchiveAmbiguous(ArchiveError):
    """No index was named and there are several.

    Attributes:
        names: the indexes there are.
    """

    def __init__(self, message: str, *, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


class ArchiveDamaged(ArchiveError):
    """Files of an index are missing or not what they should be."""


class ArchiveOutdated(ArchiveError):
    """An index in a format, or made with an analyzer, that this version does not read."""


class ArchiveBusy(ArchiveError):
    """Another process is writing to the index."""
