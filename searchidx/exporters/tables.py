"""Tables as CSV (RFC 4180) that can be opened in spreadsheets: no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from searchidx.stories import Source, Story

#: What begins UTF-8, without which some spreadsheets take it for the letters of a country.
_MARK = "\ufeff"
#: What stands between the values of a field that has several.
_BETWEEN = " | "
_COLUMNS = ("date", "headline", "body", "category", "topics", "places", "entities", "sources", "id", "url")


def csv_table(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV; what a spreadsheet would take for a formula is marked as text."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return text.getvalue()


def stories_csv(stories: Iterable[Story], origin: str) -> str:
    """Return stories as a table, a story a row; `url` is its page on the site at an origin."""
    return _MARK + csv_table([_COLUMNS, *(_row(story, origin) for story in stories)])


def _row(story: Story, origin: str) -> tuple[str, ...]:
    return (
        story.date.isoformat(),
        story.headline,
        story.body,
        story.category or "",
        _BETWEEN.join(story.topics),
        _BETWEEN.join(place.name for place in story.places),
        _BETWEEN.join(entity.name for entity in story.entities),
        _BETWEEN.join(map(_source, story.sources)),
        story.id,
        origin + story.address,
    )


def _source(source: Source) -> str:
    return f"{source.name} <{source.url}>" if source.url else source.name


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
