"""Lines answered by several processes, each a few in turn; their answers are printed in the order of the lines."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import cycle
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread

from searchidx.cli.printing import flush, print_answers, print_bytes
from searchidx.errors import SearchidxError
from searchidx.processes import told_of_an_end, working

#: How many lines in a row one process gets: lines that follow each other often ask for the same, which a process remembers;
#: and the answers to so many fit into a pipe.
_IN_ROW = 8


def answer_in_turn(answer: Callable[[bytes], bytes], lines: Iterable[bytes], processes: int) -> None:
    """Print the answer to each line as soon as it and all before it are there; by this process where no other can be had.

    No more lines wait than the pipes to the processes hold.

    Raises:
        SearchidxError: what an answer raises.
        ArchiveError: if a process is ended.
    """
    turns: SimpleQueue[Connection | None] = SimpleQueue()
    flush()  # or each of them had what is not handed over yet, too
    with working(processes, partial(_work, answer)) as connections:
        if not connections:
            print_answers(answer, lines)
            return
        Thread(target=_give, args=(lines, connections, turns), daemon=True).start()
        while (connection := turns.get()) is not None:
            with told_of_an_end("answers"):
                found: bytes | SearchidxError = connection.recv()
            if isinstance(found, SearchidxError):
                raise found
            print_bytes(found)
            if turns.empty():
                flush()


def _give(lines: Iterable[bytes], connections: Sequence[Connection], turns: "SimpleQueue[Connection | None]") -> None:
    """Give each process `_IN_ROW` lines in turn, each line as soon as it is read."""
    in_turn = cycle([connection for connection in connections for _ in range(_IN_ROW)])
    with suppress(OSError):  # whoever waits for this process's answer learns that it was ended
        for line, connection in zip(lines, in_turn, strict=False):
            turns.put(connection)
            connection.send_bytes(line)
    turns.put(None)


def _work(answer: Callable[[bytes], bytes], connection: Connection) -> None:
    """Answer lines until there are no more."""
    while True:
        line = connection.recv_bytes()
        try:
            found: bytes | SearchidxError = answer(line)
        except SearchidxError as error:
            found = error
        connection.send(found)
