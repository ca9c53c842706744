"""The command line: strings → requests → printed answers. It decides nothing itself.

commands.py    the program: its commands, each loaded when it is called, and how a run ends
failures.py    errors as messages, as JSON objects, as exit codes
options.py     the options that commands share
lines.py       one run for many questions, a line each
printing.py    results on standard output, talk and progress on standard error
reading.py     search, show, related, facets, suggest
naming.py      names
building.py    index, remove
keeping.py     info, verify, export
serving.py     serve, demo
"""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; never ends with a traceback."""
    try:
        from searchidx.cli import commands  # noqa: PLC0415 - who interrupts a command at once does so while this is loaded
    except KeyboardInterrupt:
        from searchidx.cli.failures import INTERRUPTED  # noqa: PLC0415 - as above

        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    commands.main()
