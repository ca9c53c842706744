"""The command line as a person or a program uses it: run, and look at what comes out."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from click.testing import CliRunner

from searchidx.cli import commands

SAMPLE = Path(__file__).parent.parent / "searchidx" / "data" / "sample"
COMMAND = [sys.executable, "-c", "from searchidx.cli import main; main()"]


@dataclass(frozen=True)
class Run:
    """How a run ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What was printed, a JSON object."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def jsons(self):
        """What was printed, a JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*arguments, stdin=b"", indexes=None, **environment):
    """Run the command in this process."""
    environment = {name: str(value) for name, value in environment.items()}
    environment["SEARCHIDX_INDEXES"] = str(indexes)
    result = CliRunner(env=environment).invoke(_Main("searchidx"), [str(each) for each in arguments], input=stdin)
    return Run(result.exit_code, result.stdout, result.stderr)


@contextmanager
def start(*arguments, indexes=None, **options):
    """Start the command as a process of its own; it is ended where a test fails, which else would wait for ever."""
    environment = os.environ | {"SEARCHIDX_INDEXES": str(indexes)} | options.pop("env", {})
    pipe = subprocess.PIPE
    streams = {"stdin": subprocess.DEVNULL, "stdout": pipe, "stderr": pipe} | options
    with subprocess.Popen([*COMMAND, *map(str, arguments)], env=environment, **streams) as process:
        try:
            yield process
        except BaseException:
            process.terminate()
            raise


class _Main(click.Command):
    """The whole program, with how it ends, in the place of click's command."""

    def main(self, args=None, prog_name=None, *_, **__):
        sys.argv = [prog_name, *args]
        sys.exit(commands.run())
