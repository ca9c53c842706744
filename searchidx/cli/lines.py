"""One run for many questions: a line of standard input each, and an answer a line."""

import sys
from collections.abc import Callable
from typing import Any

from searchidx.cli.failures import FOUND, error_object
from searchidx.cli.printing import flush, print_json
from searchidx.errors import RequestError, StoryMissing

#: Standard input is read where this stands in the place of a query, an id or a text.
STDIN = "-"


def answer_lines(answer: Callable[[str], dict[str, Any]]) -> int:
    """Print an answer for each line, in order and at once; what cannot be answered is an error object."""
    for line in sys.stdin.buffer:
        try:
            found = answer(_text(line))
        except (RequestError, StoryMissing) as error:
            found = error_object(error)
        print_json(found)
        flush()
    return FOUND


def _text(line: bytes) -> str:
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise RequestError(f"the line is no UTF-8 at byte {error.start + 1}", parameter="q") from None
