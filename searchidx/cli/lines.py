"""One run for many questions: a line of standard input each, and an answer a line."""

import io
import sys
from collections.abc import Callable
from itertools import chain, islice
from typing import Any, BinaryIO

from searchidx.cli.failures import FOUND, error_object
from searchidx.cli.printing import print_answers
from searchidx.errors import RequestError, StoryMissing
from searchidx.exporters.objects import to_json
from searchidx.processes import collecting_seldom, forks_well, processes_worth

#: Standard input is read where this stands in the place of a query, an id or a text.
STDIN = "-"

#: From so many lines on other processes are started, which takes as long as answering some dozen.
_WORTH_PROCESSES = 100


def answer_lines(answer: Callable[[str], dict[str, Any]]) -> int:
    """Print an answer for each line, in order and at once; what cannot be answered is an error object.

    Raises:
        SearchidxError: if no line at all can be answered any more.
    """
    lines, processes = _standard_input(), processes_worth()

    def answered(line: bytes) -> bytes:
        try:
            found = answer(_text(line))
        except (RequestError, StoryMissing) as error:
            found = error_object(error)
        return to_json(found) + b"\n"

    with collecting_seldom():
        # Workers are forked, so that they have the open index without its being sent to them.
        first = islice(lines, _WORTH_PROCESSES) if processes > 1 and forks_well() else lines
        print_answers(answered, first)
        if (more := next(lines, None)) is not None:
            from searchidx.cli.workers import answer_in_turn  # noqa: PLC0415 - few lines do not need it

            answer_in_turn(answered, chain([more], lines), processes)
    return FOUND


def _standard_input() -> BinaryIO:
    """Return standard input, read by nothing else: a thread may wait for its next line when the run ends."""
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except io.UnsupportedOperation:
        return sys.stdin.buffer


def _text(line: bytes) -> str:
    try:
        return line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise RequestError(f"the line is no UTF-8 at byte {error.start + 1}", parameter="q") from None
