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
from searchidx.importers import FORMATS
from searchidx.ingest import Job, Report, ingest
from searchidx.stories import Skipped
from searchidx.stories.fields import say_unused


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCES...", type=GivenPath(readable=False))
@click.option("--into", required=True, metavar="NAME", help="The index, which is made if it is not there.")
@click.option("--sync", is_flag=True, help="Also remove the stories that are gone from these sources.")
@click.option(
    "--max-delete",
    type=click.IntRange(min=0),
    metavar="N",
    help="With --sync: if more than N stories are gone from a source, remove none.  [default: half of those it had, and "
    "none if the sources have faults]",
)
@click.option("--rebuild", is_flag=True, help="Build it anew from these sources; the old one answers until it is done.")
@click.option("--dry-run", is_flag=True, help="Write nothing, only tell what would happen.")
@click.option("--strict", is_flag=True, help="End with exit status 2 if anything in the sources could not be taken.")
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

    Bring stories into an index: from files, folders and archives of JSON Lines, CSV, HTML or the Context's pages. A story
    of a known id is updated; the same input again changes nothing. If more than half of the stories of a source are gone,
    it may be cut off: --sync removes none, and the exit status is 2. An index that is built anew keeps its settings, some
    of which take effect only so, and its take-downs.
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
            "nothing was removed, since the sources have faults; mend them and run it again with --sync, or say with "
            "--max-delete N how many stories may go all the same"
        )
    for source, gone, stories in report.sync_refused:
        warn(f"{source}: {gone:,} of its {stories:,} stories are gone from it")
    if report.sync_refused:
        count = max(each.gone for each in report.sync_refused)
        warn(
            "nothing was removed: a source may be cut off; if it is whole and the stories shall go, run it again with "
            f"--sync --max-delete {count}"
        )
    if report.sync_unknown:
        warn(
            "nothing was removed, since no story had come from sources of these names; if one has another name now, "
            "run it again with --rebuild"
        )
    if report.names_outgrown:
        warn("most stories are new: with --rename, names are learnt anew from the whole archive")
    return USAGE if report.sync_refused or (strict and report.faults) else FOUND


@click.command()
@click.argument("story_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--keep-out", is_flag=True, help="Never take them in again, whatever the sources say.")
@click.option("--yes", is_flag=True, help="Do not ask.")
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
        click.confirm(f"Remove {len(story_ids)} from {opened.folder}?", abort=True, err=True)
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
        ("of one id", report.repeated),
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
