"""The program: its commands, each loaded when it is called, and how a run ends."""

import errno
import gc
import importlib
import os
import sys

import click

from searchidx.cli.failures import INTERRUPTED, USAGE, exit_code, message
from searchidx.cli.options import indexes_option
from searchidx.errors import SearchidxError

#: The environment variable with which an unexpected error shows where it came from.
DEBUG_VARIABLE = "SEARCHIDX_DEBUG"
_UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h

#: Each command, in the order in which they are listed: the module it is in, and what it does, which a list of them
#: tells without importing any.
_COMMANDS = {
    "search": ("reading", "Search the stories."),
    "show": ("reading", "Show a story."),
    "related": ("reading", "List the stories related to one, and why."),
    "facets": ("reading", "Count places, names, categories, topics, sources and dates."),
    "suggest": ("reading", "Complete what has been typed."),
    "names": ("naming", "Show which names are recognised in a text."),
    "timeline": ("counting", "Count the stories of a query year by year, or by month or day."),
    "compare": ("counting", "Count the stories of several queries side by side."),
    "index": ("building", "Add stories to an index, or update them."),
    "remove": ("building", "Remove stories."),
    "info": ("keeping", "Describe an index."),
    "verify": ("keeping", "Check whether an index is whole."),
    "export": ("keeping", "Print every story."),
    "serve": ("serving", "Serve an index as web pages."),
    "demo": ("serving", "Index the sample archive and serve it."),
}

EXAMPLES = """\b
Examples:
  searchidx demo                                         try it with the sample archive
  searchidx index news.jsonl.gz --into news              make an archive searchable
  searchidx search 'najaf ceasefire' --date 2004-08
  searchidx search '"muqtada al-sadr" -baghdad' --place Iraq
  searchidx serve                                        browse it
"""


class _Commands(click.Group):
    """The commands, imported one at a time: what `search` needs is there in a tenth of a second, and no more is loaded."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        # The one door through which the command line imports as it runs.
        command: click.Command = getattr(importlib.import_module(f"searchidx.cli.{module}"), cmd_name)
        if not gc.isenabled():
            # What `main` loaded stays: garbage is not sought in it, now or later.
            gc.freeze()
            gc.enable()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        # click would turn a closed pipe into a failure, on its way through its own main().
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except OSError as error:
            if error.errno != errno.EPIPE:
                raise
            _close_quietly()
            ctx.exit(0)
        return result


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version  # noqa: PLC0415 - it takes as long as click, and few ask

        click.echo(f"searchidx {version('searchidx')}")
        ctx.exit()


@click.command(
    "searchidx",
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=f"{EXAMPLES}\nFull-text search for dated news archives.",
    epilog="More about a command: searchidx search --help",
)
@indexes_option
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
@click.pass_context
def program(ctx: click.Context) -> None:
    """Take what holds for every command."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    elif os.environ.get("FORCE_COLOR"):
        ctx.color = True


def run() -> int:
    """Run the command line and return its exit code; never ends with a traceback."""
    try:
        code = program.main(prog_name="searchidx", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = INTERRUPTED
    except SearchidxError as error:
        click.echo(f"searchidx: {message(error)}", err=True)
        code = exit_code(error)
    except MemoryError:
        click.echo("searchidx: there is not enough memory for this", err=True)
        code = USAGE
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"searchidx: {where}{error.strerror or error}", err=True)
        code = USAGE
    except Exception as error:
        click.echo(_unexpected(error), err=True)
        code = _UNEXPECTED
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception) -> str:
    if os.environ.get(DEBUG_VARIABLE):
        import traceback  # noqa: PLC0415 - few runs need it

        return "".join(traceback.format_exception(error))
    return (
        f"searchidx: something went wrong that should not have ({type(error).__name__}: {error}).\n"
        f"Nothing indexed is lost. Please report it with what you typed and the output of the same command\n"
        f"run with {DEBUG_VARIABLE}=1."
    )


def _close_quietly() -> None:
    """Send nowhere what is still printed, so that nothing fails for want of a reader when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
