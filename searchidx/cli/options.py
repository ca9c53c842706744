"""The options that commands share."""

import os
import re
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import click

from searchidx.search.request import SORTS, VALUE_FACETS

_Command = TypeVar("_Command", bound=Callable[..., Any])

_ALL = "all"


class _Amount(click.ParamType[int | str]):
    """A whole number from 0, or "all"."""

    name = "N|all"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        text = str(value)
        if text == _ALL:
            return _ALL
        if not (text.isascii() and text.isdigit()):
            self.fail(f"{text!r} is neither a whole number nor 'all'", param, ctx)
        return int(text)


class GivenPath(click.Path):
    """A path that was given: an empty text, as of a variable that is not set, would mean the folder that one is in."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """Return the path as click does, if it is not empty."""
        if value == "":
            self.fail("it is empty; name a file or a folder, '.' for this one", param, ctx)
        return super().convert(value, param, ctx)


def limit_option(default: int, what: str) -> Callable[[_Command], _Command]:
    """Give a command `--limit`, which becomes None for all."""
    return click.option(
        "--limit",
        type=_Amount(),
        metavar=_Amount.name,
        default=default,
        show_default=True,
        callback=lambda _ctx, _param, value: None if value == _ALL else value,
        help=f"At most so many {what}, or 'all'.",
    )


def _set_indexes(ctx: click.Context, _: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        ctx.obj = folder


#: `--indexes`, before a command or behind it; commands find it as the context's object.
indexes_option = click.option(
    "--indexes",
    metavar="DIR",
    type=GivenPath(file_okay=False, path_type=Path),
    expose_value=False,
    callback=_set_indexes,
    help="The folder of the indexes.  [default: SEARCHIDX_INDEXES, indexes/ in a checkout, else the user's data folder]",
)


def index_option(command: _Command) -> _Command:
    """Give a command `--index` and `--indexes`."""
    index = click.option("--index", metavar="NAME", help="The index to use.  [default: the only one there is]")
    return index(indexes_option(command))


class QueryCommand(click.Command):
    """A command whose queries may begin with a dash (-baghdad); its options that take a value begin with two."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move the queries behind the options, in the order in which they were typed."""
        options = [param for param in self.params if isinstance(param, click.Option) and not param.is_flag]
        with_value = {name for option in options for name in option.opts}
        asked: list[str] = []
        queries: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                queries += rest
            elif re.fullmatch("-[^-]|--.+", arg, re.DOTALL):
                asked += (arg, *islice(rest, arg in with_value))
            else:
                queries.append(arg)
        return super().parse_args(ctx, [*asked, "--", *queries])


def json_options(command: _Command) -> _Command:
    """Give a command `--json` and `--jsonl`."""
    command = click.option("--jsonl", "as_jsonl", is_flag=True, help="Print one JSON object per line.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def filter_options(command: _Command) -> _Command:
    """Give a command the options that pick values and days; `filters` gathers them from what it is called with."""
    options = [
        click.option("--place", multiple=True, help="Only stories of this place, and of the places in it."),
        click.option("--entity", multiple=True, help="Only stories that mention this name."),
        click.option("--category", multiple=True, help="Only stories of this category."),
        click.option("--source", multiple=True, help="Only stories that this source reported."),
        click.option("--topic", multiple=True, help="Only stories of this ongoing topic."),
        click.option(
            "--date",
            multiple=True,
            help="Only stories of these days: 2004-08-14, 2004-08, 1990s, 2004-08..2004-10, 'summer 2004'.",
        ),
        click.option("--after", help="Only stories from the first day of this date on: 2010, 'last week'."),
        click.option("--before", help="Only stories before this date begins: 'march 2011'."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def sort_option(command: _Command) -> _Command:
    """Give a command `--sort`."""
    return click.option(
        "--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True, help="The order of the stories."
    )(command)


def filters(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filter options out of all a command was called with, as parts of a request."""
    return {name: options[name] for name in (*VALUE_FACETS, "date", "after", "before")}
