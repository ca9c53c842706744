"""Asking an index: search, show, related, facets, suggest."""

import datetime
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from searchidx.catalogue import SETTINGS_FILE, Archive, Catalogue
from searchidx.cli.failures import FOUND, NOTHING_FOUND
from searchidx.cli.lines import STDIN, answer_lines
from searchidx.cli.options import (
    QueryCommand,
    filter_options,
    filters,
    index_option,
    json_options,
    limit_option,
    sort_option,
)
from searchidx.cli.printing import (
    print_bytes,
    print_explanation,
    print_facet,
    print_hit,
    print_json,
    print_related,
    print_rows,
    print_story,
    print_story_line,
    say_understanding,
    say_ways_on,
    talk,
    warn,
)
from searchidx.exporters.objects import (
    completions_object,
    facets_object,
    hit_object,
    query_object,
    related_object,
    search_object,
    story_line_object,
    term_scores_object,
)
from searchidx.search.answering import answer
from searchidx.search.page import Page, RelatedPage, WaysOn
from searchidx.search.request import FACETS, Request, Sort
from searchidx.search.scoring import SIDES, Side, formula
from searchidx.search.suggestions import ways_on
from searchidx.search.understanding import understand
from searchidx.stories import Story
from searchidx.stories.addresses import copied_address
from searchidx.stories.objects import write_story

#: What a story is printed as to be cited: `exporters.citations.CITED_AS`, which is loaded when it is asked for.
_CITED_AS = ("bib", "ris", "csl.json", "jsonld")


@click.command(cls=QueryCommand)
@click.argument("query")
@filter_options
@sort_option
@limit_option(20, "stories")
@click.option("--cursor", help="Go on after another page: its next_cursor.")
@click.option("--facets", is_flag=True, help="Also count the values of all facets.")
@click.option("--explain", is_flag=True, help="Show what each word adds to a story's score.")
@json_options
@index_option
@click.pass_obj
def search(
    indexes: Path | None,
    /,
    query: str,
    *,
    sort: Sort,
    limit: int | None,
    cursor: str | None,
    facets: bool,
    explain: bool,
    as_json: bool,
    as_jsonl: bool,
    index: str | None,
    **picked: object,
) -> int:
    """\b
    Examples:
      searchidx search 'najaf ceasefire'
      searchidx search '"muqtada al-sadr" -baghdad' --date 2004-08
      searchidx search earthquake --after 2010 --before 'march 2011' --sort oldest
      searchidx search 'truce OR ceasefire' --place Iraq --limit all --jsonl
      searchidx search - < queries.txt                  a query a line, an answer a line

    Search the stories. A QUERY has words, all of which must occur, or "phrases", OR, -not, prefix*, fuzzy~, place:Iraq,
    date:2004-08 and more.
    """  # noqa: D301, D400, D415 - \b keeps click from filling the examples
    archive = Catalogue.default(indexes).open(index)
    wanted = FACETS if facets else ()
    request = Request(sort=sort, limit=limit, cursor=cursor, facets=wanted, **filters(picked))
    if query == STDIN:
        return answer_lines(lambda line: _search_object(archive, replace(request, text=line), explain=explain))
    request = replace(request, text=query)
    if as_json:
        found = _search_object(archive, request, explain=explain)
        print_json(found)
        return FOUND if found["total"] else NOTHING_FOUND
    page, ways = _answered(archive, request)
    explained = request if explain else None
    if as_jsonl:
        for each in _hit_objects(archive, page, explained):
            print_json(each)
    else:
        say_understanding(page)
        flags = [*(["--facets"] if facets else []), *(["--explain"] if explain else [])]
        say_ways_on(ways, [*_which(indexes, index), *flags])
        _print_page(archive, page, explained)
    return FOUND if page.total else NOTHING_FOUND


@click.command()
@click.argument("story_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option(
    "--format", "form", type=click.Choice(_CITED_AS), help="Print it to be cited: as BibTeX, RIS, CSL-JSON or JSON-LD."
)
@index_option
@click.pass_obj
def show(indexes: Path | None, /, story_id: str, *, as_json: bool, form: str | None, index: str | None) -> int:
    """\b
    Examples:
      searchidx show 2004-08-14-5p7gtjy6sh
      searchidx show 2004-08-14-5p7gtjy6sh --format bib
      searchidx show /news/2018/03/20/sudan-the-last-male-northern-white-rhino-dies-two-females-alone-are-left

    Show a story, and what came before and after it. ID is its id or its address.
    """  # noqa: D301, D400, D415
    archive = Catalogue.default(indexes).open(index)
    story = _story(archive, story_id)
    if form is not None:
        print_bytes(_cited(archive, story, form))
        return FOUND
    lines = archive.story_lines(story.id)
    if as_json:
        print_json({**write_story(story), "story_lines": [story_line_object(line) for line in lines]})
    else:
        print_story(story)
        for line in lines:
            print_story_line(line)
    return FOUND


@click.command()
@click.argument("story_id", metavar="ID")
@limit_option(10, "stories")
@click.option(
    "--by",
    type=click.Choice(SIDES),
    help="Compare names and places alone, or words alone; or list the most related stories, the nearest in time first.",
)
@click.option(
    "--all",
    "plain",
    is_flag=True,
    help="The plain ranking, with near duplicates, and with as many stories of one day as there are.",
)
@click.option("--explain", is_flag=True, help="Show how each score is computed.")
@json_options
@index_option
@click.pass_obj
def related(
    indexes: Path | None,
    /,
    story_id: str,
    *,
    limit: int | None,
    by: Side | None,
    plain: bool,
    explain: bool,
    as_json: bool,
    as_jsonl: bool,
    index: str | None,
) -> int:
    """\b
    Examples:
      searchidx related 2004-08-14-5p7gtjy6sh
      searchidx related 2004-08-14-5p7gtjy6sh --by names
      searchidx related 2004-08-14-5p7gtjy6sh --limit 50 --all --jsonl
      searchidx related - < ids.txt                     an id a line, an answer a line

    List the stories related to one, the most related first, and why. ID is its id or its address.
    """  # noqa: D301, D400, D415
    archive = Catalogue.default(indexes).open(index)

    def find(wanted: str) -> RelatedPage:
        return archive.related(_story(archive, wanted).id, limit=limit, by=by, plain=plain)

    if story_id == STDIN:
        return answer_lines(lambda line: related_object(find(line), explained=explain))
    page = find(story_id)
    found = related_object(page, explained=explain)
    if as_json:
        print_json(found)
    elif as_jsonl:
        for each in found["related"]:
            print_json(each)
    else:
        for number, related_story in enumerate(page.related):
            if number:
                click.echo()
            print_related(related_story)
            if explain:
                reason = related_story.reason
                click.echo(formula(reason.parts, reason.days, page.weights))
    return FOUND if page.related else NOTHING_FOUND


@click.command(cls=QueryCommand)
@click.argument("query", default="")
@click.option(
    "--facet",
    "names",
    type=click.Choice(FACETS),
    multiple=True,
    help="Count this facet alone; can be given several times.",
)
@filter_options
@limit_option(20, "values of each facet")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@index_option
@click.pass_obj
def facets(
    indexes: Path | None,
    /,
    query: str,
    *,
    names: tuple[str, ...],
    limit: int | None,
    as_json: bool,
    index: str | None,
    **picked: object,
) -> int:
    """\b
    Examples:
      searchidx facets                                  what is in the archive
      searchidx facets 'najaf ceasefire' --date 2004
      searchidx facets --facet source --limit all

    Count places, names, categories, topics, sources and dates of the stories that answer a query, or of all.
    """  # noqa: D301, D400, D415
    archive = Catalogue.default(indexes).open(index)
    page = archive.answer(Request(text=query, limit=0, facets=names or FACETS, facet_limit=limit, **filters(picked)))
    if as_json:
        print_json(
            {
                "total": page.total,
                "generation": page.generation,
                "query": query_object(page.query),
                "facets": facets_object(page.facets),
            }
        )
    else:
        say_understanding(page)
        for name, facet in page.facets.items():
            print_facet(name, facet)
    return FOUND if page.total else NOTHING_FOUND


@click.command()
@click.argument("prefix")
@click.option("--limit", type=click.IntRange(min=1), default=5, show_default=True, help="How many of each kind.")
@json_options
@index_option
@click.pass_obj
def suggest(
    indexes: Path | None, /, prefix: str, *, limit: int, as_json: bool, as_jsonl: bool, index: str | None
) -> int:
    """\b
    Examples:
      searchidx suggest naj
      searchidx suggest 'muqtada al' --json
      searchidx suggest '14 aug 2004'

    Complete what is typed: words, places, names, topics and days of the archive, with their numbers of stories.
    """  # noqa: D301, D400, D415
    found = Catalogue.default(indexes).open(index).suggest(prefix, limit=limit)
    objects = completions_object(prefix, found)
    if as_json:
        print_json(objects)
    elif as_jsonl:
        for each in objects["completions"]:
            print_json(each)
    else:
        print_rows([(each.kind, f"{each.text}  {each.count:,}") for each in found])
    return FOUND if found else NOTHING_FOUND


def _which(indexes: Path | None, index: str | None) -> list[str]:
    """Return the options that said which index is asked."""
    named = {"--indexes": indexes, "--index": index}
    return [str(word) for option, value in named.items() if value is not None for word in (option, value)]


def _answered(archive: Archive, request: Request) -> tuple[Page, WaysOn]:
    understood = understand(archive.engine, request)
    page = answer(archive.engine, request, understood)
    return page, ways_on(archive.engine, request, understood, page)


def _search_object(archive: Archive, request: Request, *, explain: bool) -> dict[str, Any]:
    began = time.perf_counter()
    page, ways = _answered(archive, request)
    took = time.perf_counter() - began
    found = search_object(page, ways)
    found["hits"] = list(_hit_objects(archive, page, request if explain else None))
    found["took_ms"] = round(took * 1000, 3)
    return found


def _hit_objects(archive: Archive, page: Page, explained: Request | None) -> Iterator[dict[str, Any]]:
    for hit in page.hits:
        found = hit_object(hit)
        if explained is not None:
            found["explanation"] = term_scores_object(archive.explain(explained, hit.story.id))
        yield found


def _print_page(archive: Archive, page: Page, explained: Request | None) -> None:
    folded = {story_id for hit in page.hits for story_id in hit.similar}
    for number, hit in enumerate(hit for hit in page.hits if hit.story.id not in folded):
        if number:
            click.echo()
        print_hit(hit)
        if explained is not None:
            print_explanation(archive.explain(explained, hit.story.id), hit.score)
    if page.facets:
        click.echo()
    for name, facet in page.facets.items():
        print_facet(name, facet)
    if page.next_cursor is not None:
        talk(f"more: --cursor {page.next_cursor}")


def _cited(archive: Archive, story: Story, form: str) -> bytes:
    from searchidx.exporters.citations import CITED_AS, Citation  # noqa: PLC0415 - few ask for them

    settings = archive.settings
    if not settings.base_url:
        warn(
            f"the address is incomplete: say in {archive.folder / SETTINGS_FILE}, as base_url, where readers find the archive"
        )
    today = datetime.date.today()
    return CITED_AS[form](Citation(story, settings.title, settings.licence, settings.base_url, today))


def _story(archive: Archive, wanted: str) -> Story:
    """Return a story by its id or its address, be that copied from a browser."""
    address = copied_address(wanted)
    return archive.at(address) if address else archive.story(wanted)
