"""Results on standard output, talk and progress on standard error, where somebody watches."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from searchidx.exporters.objects import to_json
from searchidx.exporters.texts import command_line, stories_counted
from searchidx.search.engine import TermScore
from searchidx.search.page import Facet, FacetValue, Hit, Page, RelatedStory, StoryLine, WaysOn
from searchidx.stories import Story

_WIDEST = 100

#: What steers a terminal, line feeds aside: a story may be anyone's.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def print_json(value: object) -> None:
    """Print a JSON object as one line."""
    print_bytes(to_json(value) + b"\n")


def print_bytes(data: bytes) -> None:
    """Print bytes as they are."""
    sys.stdout.buffer.write(data)


def flush() -> None:
    """Hand over what was printed, to a program that waits for it."""
    sys.stdout.buffer.flush()


def print_answers(answer: Callable[[bytes], bytes], lines: Iterable[bytes]) -> None:
    """Print the answer to each line as soon as it is there."""
    for line in lines:
        print_bytes(answer(line))
        flush()


def talk(text: str) -> None:
    """Say something by the way, if a person watches."""
    if sys.stderr.isatty():
        click.secho(text, err=True, dim=True)


def warn(text: str) -> None:
    """Say something that must not be missed; names of files and words of queries in it may be anyone's."""
    click.echo(_shown(text), err=True)


def print_hit(hit: Hit) -> None:
    """Print a hit: date and places, headline, what of the body matches, address."""
    _print_head(hit.story, hit.headline)
    if hit.snippet.text:
        click.echo(_filled(_marked(hit.snippet.text, hit.snippet.marks)))
    _print_similar(hit.similar)
    click.secho(hit.story.address, dim=True)


def print_explanation(scores: Sequence[TermScore], total: float) -> None:
    """Print what each term of a query adds to a hit's score."""
    for s in scores:
        click.echo(
            f"  {s.score:9.4f}  {s.term} ({s.form}): {s.term_freq:g} times, in {s.document_freq:,} stories, idf {s.idf:.4f}, "
            f"length {s.length:g} of {s.average_length:.1f}, weight {s.weight:g}"
        )
    click.echo(f"  {total:9.4f}  together")


def print_story(story: Story) -> None:
    """Print a whole story."""
    _print_head(story, ())
    if story.body:
        click.echo("\n" + "\n\n".join(_filled(_shown(part)) for part in story.body.split("\n\n")))
    click.echo()
    rows = [
        ("category", story.category or ""),
        ("topics", ", ".join(story.topics)),
        ("places", ", ".join(place.name for place in story.places)),
        ("names", ", ".join(entity.name for entity in story.entities)),
        *(("source", f"{source.name} {source.url or ''}".rstrip()) for source in story.sources),
        ("image", story.image or ""),
        *(("formerly", address) for address in story.former),
        ("address", story.address),
        ("id", story.id),
    ]
    print_rows([(name, value) for name, value in rows if value])


def print_story_line(line: StoryLine) -> None:
    """Print what came before and after a story, with the days between; an arrow stands at the story itself."""
    click.secho(f"\n{_shown(line.topic or 'Linked stories')} ({line.total:,})", bold=True)
    for story, days in line.steps():
        here = story.id == line.story.id
        click.echo(f"{'→' if here else ' '} {story.date}  {f'+{days:,}':>6}  {_shown(story.headline)}")
        if not here:
            click.secho(f"{'':22}{_shown(story.id)}", dim=True)


def print_related(related: RelatedStory) -> None:
    """Print a related story and why it is related."""
    _print_head(related.story, ())
    reason = related.reason
    why = [", ".join(reason.shared), "words: " + ", ".join(reason.words) if reason.words else "", _days(reason.days)]
    click.echo(_filled(_shown("Context: " + " · ".join(part for part in why if part))))
    _print_similar([each.story.id for each in related.similar])
    click.secho(related.story.address, dim=True)


def print_facet(name: str, facet: Facet) -> None:
    """Print the values of a facet with their counts, those in others indented."""
    click.secho(name, bold=True)
    rows = list(_facet_rows(facet.values, 0))
    if facet.more:
        rows.append((f"… {facet.more:,} more", ""))
    if facet.missing:
        rows.append(("(none)", f"{facet.missing:,}"))
    width = max((len(label) for label, _ in rows), default=0)
    for label, count in rows:
        click.echo(f"  {label:<{width}}  {count:>9}".rstrip())


def print_rows(rows: Sequence[tuple[str, str]]) -> None:
    """Print names and values in two columns."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        click.echo(f"{name:<{width}}  {_shown(value)}")


def say_understanding(page: Page) -> None:
    """Say how much was found, and how the query was understood."""
    count = stories_counted(page.total)
    days = f", {page.first} to {page.last}" if page.first else ""
    talk(f"{count}{days} · {page.query.parsed}" if page.query.parsed else f"{count}{days}")
    if page.query.relaxed is not None:
        warn(str(page.query.relaxed))
    for correction in page.query.corrections:
        warn(f"no story has {correction.word}; also sought: {', '.join(correction.alternatives)}")
    for warning in page.query.warnings:
        warn(warning)
    if page.did_you_mean is not None:
        warn(f"did you mean: {page.did_you_mean.query} ({page.did_you_mean.total:,})")


def say_ways_on(ways: WaysOn, options: Sequence[str]) -> None:
    """Say what else could be asked, and how what would find stories is typed, with the options of this run."""
    named, also = ways.other_name, ways.also_written
    if named is not None:
        warn(f"the archive has {named.words} under the name {named.name} ({named.total:,}): {named.request.text}")
    if also is not None:
        warn(f"also written {', '.join(also.words)} ({also.total:,} in all): {also.request.text}")
    for way in ways.ways_out:
        warn(f"there would be {stories_counted(way.total)} {way}: searchidx {command_line(way.request, options)}")


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, the first flush left and the others flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (_shown(cell).rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        click.echo("  ".join((first.ljust(widths[0]), *cells)))


class Bars:
    """Progress bars on standard error, one a stage; nothing where no person watches."""

    def __init__(self) -> None:
        self._bar: Any = None

    def begin(self, stage: str, total: int) -> None:
        """End the bar there is and begin the next."""
        self.end()
        if sys.stderr.isatty() and total:
            self._bar = click.progressbar(
                length=total, label=f"{stage:<9}", file=sys.stderr, update_min_steps=total // 500
            )
            self._bar.__enter__()

    def advance(self, amount: int) -> None:
        """Move the bar on."""
        if self._bar is not None:
            self._bar.update(amount)

    def end(self) -> None:
        """Finish the bar there is."""
        if self._bar is not None:
            self._bar.finish()
            self._bar.render_progress()
            self._bar.__exit__(None, None, None)
            self._bar = None


@contextmanager
def progress() -> Iterator[Bars]:
    """Show progress as long as it lasts, whatever ends it."""
    bars = Bars()
    try:
        yield bars
    finally:
        bars.end()


def _print_similar(ids: Sequence[str]) -> None:
    if ids:
        click.echo(f"{len(ids)} similar {'report' if len(ids) == 1 else 'reports'}: {_shown(', '.join(ids))}")


def _print_head(story: Story, marks: Sequence[tuple[int, int]]) -> None:
    places = ", ".join(place.name for place in story.places)
    click.echo(f"{story.date}  {_shown(places)}".rstrip())
    click.secho(_filled(_marked(story.headline, marks if _styled() else ())), bold=True)


def _marked(text: str, marks: Iterable[tuple[int, int]]) -> str:
    """Return a text with its marked ranges in colour, or between asterisks where there is none."""
    text = _shown(text)
    parts, end = [], 0
    for first, last in marks:
        word = text[first:last]
        parts += [text[end:first], click.style(word, fg="yellow", bold=True) if _styled() else f"*{word}*"]
        end = last
    return "".join([*parts, text[end:]])


def _shown(text: str) -> str:
    """Return a text as long as it is, with spaces for what steers a terminal."""
    return _CONTROLS.sub(" ", text)


def _styled() -> bool:
    context = click.get_current_context(silent=True)
    if context is not None and context.color is not None:
        return context.color
    return sys.stdout.isatty()


def _filled(text: str) -> str:
    if not sys.stdout.isatty():
        return text
    import shutil  # noqa: PLC0415 - only a terminal needs them
    import textwrap  # noqa: PLC0415 - only a terminal needs them

    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def _facet_rows(values: Iterable[FacetValue], depth: int) -> Iterator[tuple[str, str]]:
    for value in values:
        picked = {"selected": " *", "excluded": " (excluded)"}.get(value.picked or "", "")
        yield "  " * depth + _shown(value.label) + picked, f"{value.count:,}"
        yield from _facet_rows(value.children, depth + 1)


def _days(days: int) -> str:
    return "the same day" if days == 0 else f"{days:,} {'day' if days == 1 else 'days'} apart"
