"""The command line: strings → requests → printed answers. It decides nothing itself.

commands.py    the program: its commands, each loaded when it is called, and how a run ends
failures.py    errors as messages, as JSON objects, as exit codes
options.py     the options that commands share
lines.py       one run for many questions, a line each
workers.py     the lines shared among processes
printing.py    results on standard output, talk and progress on standard error
reading.py     search, show, related, facets, suggest
counting.py    timeline, compare
naming.py      names
building.py    index, remove
keeping.py     info, verify, export
serving.py     serve, demo
whole_answers.py   HTTP for `serve`: each answer sent in one piece
"""

import contextlib
import gc
import io
import os
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line, and with it the process; never ends with a traceback.

    A short command would take half as long again without what stands here: no garbage is sought in what is being
    loaded, numpy starts no threads, and what is in memory at the end is left to the system rather than taken apart.
    """
    gc.disable()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # they are for linear algebra, of which there is none here
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by who started it, as of a daemon
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - to the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # stories have characters that a terminal's encoding may not
    try:
        from searchidx.cli import commands  # noqa: PLC0415 - who interrupts a command at once does so while this is loaded

        code = commands.run()
    except KeyboardInterrupt:
        from searchidx.cli.failures import INTERRUPTED  # noqa: PLC0415 - as above

        print("interrupted", file=sys.stderr)
        code = INTERRUPTED
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # `run` told about it, and nobody reads what is left
            stream.flush()
    os._exit(code)
