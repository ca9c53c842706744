"""Looking after an index: info, verify, export."""

from pathlib import Path

import click

from searchidx.catalogue import SETTINGS_FILE, Catalogue, Settings
from searchidx.cli.failures import FOUND, UNUSABLE
from searchidx.cli.options import index_option
from searchidx.cli.printing import print_bytes, print_json, print_rows, talk, warn
from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.errors import ANEW
from searchidx.exporters.objects import json_lines

_EXPORTS = ("jsonl",)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@index_option
@click.pass_obj
def info(indexes: Path | None, /, *, as_json: bool, index: str | None) -> int:
    """\b
    Examples:
      searchidx info
      searchidx info --index news --json

    Describe an index: what it holds, where it lies, and its settings.
    """  # noqa: D301, D400, D415 - \b keeps click from filling the examples
    archive = Catalogue.default(indexes).open(index)
    facts, settings = archive.info(), archive.settings
    days = archive.search(limit=0)
    if as_json:
        print_json(
            {
                "name": archive.name,
                "folder": str(archive.folder),
                "stories": facts.stories,
                "first": days.first and days.first.isoformat(),
                "last": days.last and days.last.isoformat(),
                "generation": facts.generation,
                "indexed": archive.indexed.isoformat(),
                "digest": facts.digest,
                "format": facts.format,
                "language": facts.language,
                "segments": facts.segments,
                "kept_out": facts.kept_out,
                "bytes": dict(facts.sizes),
                "settings": settings._asdict(),
            }
        )
        return FOUND
    said = settings._asdict() | {"language": facts.language}
    if settings.language != facts.language:
        said["language"] += f"; {settings.language!r} in {SETTINGS_FILE} takes effect with: searchidx index --rebuild"
    segments = f"{facts.segments} {'segment' if facts.segments == 1 else 'segments'}"
    rows = [
        ("index", archive.name),
        ("folder", str(archive.folder)),
        ("stories", f"{facts.stories:,}" + (f", {days.first} to {days.last}" if days.first else "")),
        ("kept out", f"{facts.kept_out:,}"),
        ("indexed", archive.indexed.isoformat()),
        ("generation", f"{facts.generation} (digest {facts.digest}, format {facts.format}, {segments})"),
        ("size", ", ".join(f"{part} {size / 1e6:.1f} MB" for part, size in facts.sizes.items())),
        *((name.replace("_", " "), value) for name, value in said.items() if value),
    ]
    print_rows(rows)
    return FOUND


@click.command()
@index_option
@click.pass_obj
def verify(indexes: Path | None, /, *, index: str | None) -> int:
    """\b
    Examples:
      searchidx verify
      searchidx verify --index news

    Check every file of an index against its checksums, its parts against each other, and the stories that Whoosh keeps
    against those that are searched. The exit status is 3 if anything is wrong.
    """  # noqa: D301, D400, D415
    catalogue = Catalogue.default(indexes)
    folder = catalogue.path(catalogue.choose(index))
    Settings.read(folder)
    problems = EmbeddedIndex.open(folder).verify()
    for problem in problems:
        click.echo(problem)
    if problems:
        warn(f"restore the index from a backup, or {ANEW}")
        return UNUSABLE
    talk(f"nothing is wrong with {folder}")
    return FOUND


@click.command()
@click.argument("format_", metavar="FORMAT", type=click.Choice(_EXPORTS))
@index_option
@click.pass_obj
def export(indexes: Path | None, /, format_: str, *, index: str | None) -> int:
    """\b
    Examples:
      searchidx export jsonl > news.jsonl
      searchidx export jsonl --index news | gzip > news.jsonl.gz

    Print every story with all its fields, oldest first. FORMAT is jsonl. What is exported can be indexed again.
    """  # noqa: D301, D400, D415
    for line in json_lines(Catalogue.default(indexes).open(index).stories()):
        print_bytes(line)
    return FOUND
