"""Changing an index: index, remove."""

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from searchidx.catalogue import Catalogue
from searchidx.cli.failures import FOUND, NOTHING_FOUND, USAGE
from searchidx.cli.lines import STDIN
from searchidx.cli.options import GivenPath, index_option, indexes_option
from searchidx.cli.printing import print_json, print_rows, progress, warn
from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.exporters.texts import stories_counted
from searchidx.importers import FORMATS
from searchidx.ingest.run import Job, Report, ingest
from searchidx.stories import Skipped
from searchidx.stories.fields import say_unused


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCES...", type=GivenPath(readable=False))
@click.option("--into", required=True, metavar="NAME", help="The index; it is made if there is none of that name.")
@click.option("--sync", is_flag=True, help="Also remove the stories that are gone from these sources.")
@click.option(
    "--max-delete",
    type=click.IntRange(min=0),
    metavar="N",
    help="With --sync: remove no story if more than N are gone from a source.  [default: half of its stories; no story is "
    "removed if the sources have faults]",
)
@click.option(
    "--rebuild", is_flag=True, help="Build the index anew from these sources; the old one answers until that is done."
)
@click.option("--dry-run", is_flag=True, help="Write nothing, only tell what would happen.")
@click.option("--strict", is_flag=True, help="Exit with status 2 if anything in the sources could not be read.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Read every file in this format.")
@click.option("--rename", is_flag=True, help="Learn names anew from the whole archive, and name every story again.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as a JSON object.")
@indexes_option
@click.pass_obj
def index(
    indexes: Path | None,
    /,
    sources: tuple[str, ...],
    *,
    into: str,
    sync: bool,
    max_delete: int | None,
    rebuild: bool,
    dry_run: bool,
    strict: bool,
    format_: str | None,
    rename: bool,
    as_json: bool,
) -> int:
    """\b
    Examples:
      searchidx index news.jsonl.gz --into news
      searchidx index archive/ more.csv --into news --sync
      searchidx index site.tar.gz --into news --dry-run
      zcat news.jsonl.gz | searchidx index - --into news
      searchidx index archive/ --into news --rebuild         one that is damaged, or of an older version

    Add stories to an index, from files, folders and archives of JSON Lines, CSV, HTML pages or the Context's pages. A
    story whose id is known is updated; indexing the same input again changes nothing.

    If more than half of a source's stories are gone, the source may be incomplete: --sync removes none of them, and the
    exit status is 2. An index that is built anew keeps its settings and its take-downs; a change of language takes effect
    only then.
    """  # noqa: D301, D400, D415 - \b keeps click from filling the examples
    job = Job(
        sources=[None if source == STDIN else Path(source) for source in sources],
        stdin=sys.stdin.buffer,
        format=format_,
        sync=sync,
        max_delete=max_delete,
        rebuild=rebuild,
        rename=rename,
        dry_run=dry_run,
    )
    if max_delete is not None and not sync:
        raise click.UsageError("--max-delete goes with --sync; without it nothing is removed")
    report = run_index(Catalogue.default(indexes), into, job)
    if as_json:
        unused = [field._asdict() for field in report.unused]
        refused = [each._asdict() for each in report.sync_refused]
        facts = {"folder": str(report.folder), "unused": unused, "sync_refused": refused}
        print_json(dataclasses.asdict(report) | facts)
    else:
        print_rows(_rows(report, dry_run=dry_run))
    if report.unused:
        warn(say_unused(report.unused))
    if report.sync_withheld:
        warn(
            "nothing was removed, because the sources have faults; mend them and run this again, or say with "
            "--max-delete N how many stories may be removed all the same"
        )
    for source, gone, stories in report.sync_refused:
        warn(f"{source}: {gone:,} of its {stories:,} stories are gone")
    if report.sync_refused:
        count = max(each.gone for each in report.sync_refused)
        warn(
            "nothing was removed: a source may be incomplete; if it is not, and these stories are to be removed, run this "
            f"again with --sync --max-delete {count}"
        )
    if report.sync_unknown:
        warn(
            "nothing was removed, because no story in the index came from a source of this name; if the source was "
            "renamed, run this again with --rebuild"
        )
    if report.names_outgrown:
        warn("most stories are new; run this again with --rename to learn the names of the whole archive")
    return USAGE if report.sync_refused or (strict and report.faults) else FOUND


@click.command()
@click.argument("story_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--keep-out", is_flag=True, help="Never take them in again, whatever the sources say.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@index_option
@click.pass_obj
def remove(indexes: Path | None, /, story_ids: Sequence[str], *, keep_out: bool, yes: bool, index: str | None) -> int:
    """\b
    Examples:
      searchidx remove 2004-08-14-5p7gtjy6sh
      searchidx remove 2004-08-14-5p7gtjy6sh --keep-out     a take-down: stays out when its source is indexed again

    Remove stories by their ids.
    """  # noqa: D301, D400, D415
    catalogue = Catalogue.default(indexes)
    opened = EmbeddedIndex.open(catalogue.path(catalogue.choose(index)))
    if sys.stdin.isatty() and not yes:
        click.confirm(f"Remove {stories_counted(len(story_ids))} from {opened.folder}?", abort=True, err=True)
    with opened.writer() as writer:
        change = writer.keep_out if keep_out else writer.remove
        missing = [story_id for story_id in dict.fromkeys(story_ids) if not change(story_id)]
        report = writer.commit()
    for story_id in missing:
        warn(f"there is no story {story_id}" + (", and there will be none" if keep_out else ""))
    print_rows([("removed", f"{report.removed:,}"), ("stories", f"{report.stories:,}")])
    return FOUND if report.removed or keep_out else NOTHING_FOUND


def run_index(catalogue: Catalogue, name: str, job: Job) -> Report:
    """Do a job, with progress and what was skipped on standard error."""
    with progress() as bars:
        return ingest(catalogue, name, job, progress=bars, on_skipped=_tell_skipped)


def _tell_skipped(skipped: Skipped) -> None:
    warn(f"{skipped.where}: {skipped.reason}" + (" (passed over)" if skipped.harmless else ""))


def _rows(report: Report, *, dry_run: bool) -> list[tuple[str, str]]:
    counts = [
        ("read", report.read),
        ("repeated", report.repeated),
        ("added", report.added),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("removed", report.removed),
        ("kept out", report.kept_out),
        ("passed over", report.skipped),
        ("faults", report.faults),
        ("names", report.names),
        ("places", report.places),
        ("stories", report.stories),
    ]
    shown = {"read", "added", "updated", "unchanged", "stories"}
    rows = [(name, f"{count:>9,}") for name, count in counts if count or name in shown]
    parts = ", ".join(f"{part} {seconds:.1f}" for part, seconds in report.seconds.items())
    rows.append(("seconds", f"{sum(report.seconds.values()):>9.1f}  ({parts})"))
    rows.append(("index", f"{report.folder}{' (nothing was written)' if dry_run else ''}"))
    return rows
