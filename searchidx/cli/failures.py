"""Errors as a person, a program and a shell see them: a message, a JSON object, an exit code."""

from typing import Any

from searchidx.errors import (
    ArchiveAmbiguous,
    ArchiveBusy,
    ArchiveError,
    QueryError,
    RequestError,
    SearchidxError,
    StoryMissing,
)

FOUND, NOTHING_FOUND, USAGE, UNUSABLE, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 130

#: The nearest class of an error decides.
_EXIT_CODES: dict[type[BaseException], int] = {
    SearchidxError: USAGE,
    StoryMissing: NOTHING_FOUND,
    ArchiveError: UNUSABLE,
    ArchiveAmbiguous: USAGE,
    ArchiveBusy: BUSY,
}


def exit_code(error: SearchidxError) -> int:
    """Return the exit code for an error."""
    return next(_EXIT_CODES[kind] for kind in type(error).__mro__ if kind in _EXIT_CODES)


def message(error: SearchidxError) -> str:
    """Return what a person is told: the message, for a query also where the mistake is and how to mend it."""
    if not isinstance(error, QueryError):
        return str(error)
    return f"{error} (character {error.position + 1})" + (f"\ndid you mean: {error.repaired}" if error.repaired else "")


def error_object(error: SearchidxError) -> dict[str, Any]:
    """Return an error as a JSON object, for programs that ask for many things in one run."""
    found: dict[str, Any] = {"type": type(error).__name__, "message": str(error)}
    if isinstance(error, RequestError):
        found["parameter"] = error.parameter
    if isinstance(error, QueryError):
        found |= {"position": error.position, "repaired": error.repaired}
    return {"error": found}
