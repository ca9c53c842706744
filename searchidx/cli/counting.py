"""Counting over time: timeline, compare."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import click

from searchidx.catalogue import Archive, Catalogue
from searchidx.cli.failures import FOUND, NOTHING_FOUND
from searchidx.cli.options import QueryCommand, filter_options, filters, index_option, json_options
from searchidx.cli.printing import print_json, print_table, say_understanding
from searchidx.exporters.objects import query_object
from searchidx.search.over_time import UNITS, over_time, unbroken
from searchidx.search.request import Request

#: The longest bar, in characters.
_LONGEST = 50

_by_option = click.option(
    "--by", "unit", type=click.Choice(UNITS), default=UNITS[0], show_default=True, help="The length of the periods."
)


@click.command(cls=QueryCommand)
@click.argument("query", default="")
@_by_option
@filter_options
@json_options
@index_option
@click.pass_obj
def timeline(
    indexes: Path | None,
    /,
    query: str,
    *,
    unit: str,
    as_json: bool,
    as_jsonl: bool,
    index: str | None,
    **picked: object,
) -> int:
    """\b
    Examples:
      searchidx timeline                                the whole archive, year by year
      searchidx timeline earthquake --place Japan
      searchidx timeline najaf --date 2004-08 --by day

    Count the stories found by a query, or all stories, in each year, month or day from the first to the last.
    """  # noqa: D301, D400, D415 - \b keeps click from filling the examples
    archive = Catalogue.default(indexes).open(index)
    found = over_time(archive.engine, Request(text=query, **filters(picked)), unit)
    everything = _everything(archive, unit)
    periods: list[dict[str, Any]] = [
        {"period": period, "count": found.counts.get(period, 0), "all": everything.get(period, 0)}
        for period in unbroken(found.counts)
    ]
    if as_json:
        said = {"generation": found.page.generation, "total": found.page.total, "query": query_object(found.page.query)}
        print_json({**said, "by": unit, "periods": periods})
    elif as_jsonl:
        for each in periods:
            print_json(each)
    else:
        say_understanding(found.page)
        peak = max(found.counts.values(), default=0)
        for each in periods:
            count = each["count"]
            click.echo(f"{each['period']}  {count:>7,}  {'█' * -(-count * _LONGEST // peak)}".rstrip())
    return FOUND if found.page.total else NOTHING_FOUND


@click.command(cls=QueryCommand)
@click.argument("queries", nargs=-1, required=True)
@_by_option
@json_options
@index_option
@click.pass_obj
def compare(
    indexes: Path | None, /, queries: tuple[str, ...], *, unit: str, as_json: bool, as_jsonl: bool, index: str | None
) -> int:
    """\b
    Examples:
      searchidx compare earthquake flood
      searchidx compare 'earthquake place:Turkey' 'earthquake place:Japan' --by month

    Count the stories found by several queries side by side, in each year, month or day from the first to the last.
    """  # noqa: D301, D400, D415
    archive = Catalogue.default(indexes).open(index)
    found = [over_time(archive.engine, Request(text=query), unit) for query in queries]
    everything = _everything(archive, unit)
    periods: list[dict[str, Any]] = [
        {"period": period, "counts": [each.counts.get(period, 0) for each in found], "all": everything.get(period, 0)}
        for period in unbroken(chain.from_iterable(each.counts for each in found))
    ]
    if as_json:
        said = [{"query": query_object(each.page.query), "total": each.page.total} for each in found]
        print_json({"generation": archive.engine.generation, "by": unit, "queries": said, "periods": periods})
    elif as_jsonl:
        for each in periods:
            print_json(each)
    else:
        for one in found:
            say_understanding(one.page)
        rows = [(each["period"], *(f"{count:,}" for count in each["counts"])) for each in periods]
        print_table([(unit, *queries), *rows, ("all", *(f"{each.page.total:,}" for each in found))])
    return FOUND if any(each.page.total for each in found) else NOTHING_FOUND


def _everything(archive: Archive, unit: str) -> Mapping[str, int]:
    return over_time(archive.engine, Request(), unit).counts
