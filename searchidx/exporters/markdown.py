"""Pages as Markdown. Story and day pages have the shape of the Context's own, so that they can stand in their place.

Texts go in as they are, as in the Context; only line breaks are taken out where they would end a line of the shape.
"""

import datetime
import re
from collections.abc import Iterable, Sequence

from searchidx.exporters.listings import Listing, period_address
from searchidx.exporters.texts import one_line, stories_counted
from searchidx.search.page import Page, RelatedStory
from searchidx.stories import Source, Story
from searchidx.stories.addresses import day_address
from searchidx.stories.folding import fold

#: A body in the list of a day is cut to so many characters.
BODY_IN_LIST = 300

_HEADING = re.compile(r"^(#{1,6}\s)", re.MULTILINE)


def story_markdown(story: Story, related: Sequence[RelatedStory]) -> str:
    """Return a story's page: formats, date, leading name, headline, body, sources and related stories."""
    parts = [f"\n{_formats(story.address)}\n\n### {_day_link(story.date)}\n\n{_leading_line(story)}"]
    body = _HEADING.sub(r"\\\1", story.body.strip())
    parts.append(f"# {one_line(story.headline)}\n\n{body}\n\n")
    if story.sources or story.image:
        parts.append(f"\n### Sources:\n\n{''.join(_source_lines(story))}")
    if related:
        lines = (f"{number}. {_related_line(each)}\n" for number, each in enumerate(related, 1))
        parts.append(f"\n### Related:\n\n{''.join(lines)}")
    return "".join(parts)


def listing_markdown(listing: Listing) -> str:
    """Return the page of a day, a month, a year or all years."""
    address = period_address(listing.period)
    if listing.kind == "day":
        head = f"## {_day_link(datetime.date.fromisoformat(listing.period))}\n\n"
    else:
        parts = (
            f"- [{period}]({_page(period_address(period))}): {stories_counted(count)}\n"
            for period, count in listing.parts.items()
        )
        head = f"# {listing.period or 'All years'}\n\n{stories_counted(listing.total)}\n\n{''.join(parts)}\n"
    kind = listing.kind.capitalize()
    return (
        f"\n{_formats(address.rstrip('/'))}\n\n{head}"
        + "".join(_story_in_list(story) for story in listing.stories)
        + _neighbour(f"Previous {kind}...", listing.previous)
        + _neighbour(f"Next {kind}...", listing.following)
    )


def search_markdown(page: Page) -> str:
    """Return a page of hits, the words that match in bold."""
    lines = [f"# {one_line(page.query.text) or 'All stories'}", "", stories_counted(page.total)]
    if page.query.parsed and page.query.parsed != page.query.text:
        lines.append(f"Understood as: `{one_line(page.query.parsed)}`")
    if page.query.relaxed is not None:
        told = one_line(str(page.query.relaxed))
        lines.append(f"{told[0].upper()}{told[1:]}.")
    lines += [one_line(warning) for warning in page.query.warnings]
    for hit in page.hits:
        headline = one_line(_bold(hit.story.headline, hit.headline))
        lines += ["", f"### [{headline}]({hit.story.address}.md)", f"{hit.story.date}"]
        if hit.snippet.text:
            lines += ["", one_line(_bold(hit.snippet.text, hit.snippet.marks))]
    return "\n".join(lines) + "\n"


def leading_name(story: Story) -> str:
    """Return the one name that stands above a headline: the ongoing topic, else the name that the text has first."""
    if story.topics:
        return story.topics[0]
    text = fold(story.text)
    names = _names(story)
    leading = (len(text), next(iter(names), ""))
    for name in names:
        key = fold(name)
        # No farther than the first found so far stands: a story as long as a book has thousands of names.
        at = text.find(key, 0, leading[0] + len(key))
        if at >= 0:
            leading = min(leading, (at, name))
    return leading[1]


def _names(story: Story) -> list[str]:
    return [*(entity.name for entity in story.entities), *(place.name for place in story.places)]


def _formats(stem: str) -> str:
    return f"Formats: [HTML]({stem}.html)  [JSON]({stem}.json)  [XML]({stem}.xml)  "


def _day_link(date: datetime.date) -> str:
    # The Context writes the day without its leading zero in the text, too.
    return f"[{date.year:04d}-{date.month:02d}-{date.day}]({_page(day_address(date))})"


def _page(address: str) -> str:
    return f"{address}index.md"


def _leading_line(story: Story) -> str:
    name = one_line(leading_name(story))
    return f"##### {name[:1].upper()}{name[1:]}\n"


def _source_lines(story: Story) -> Iterable[str]:
    for number, source in enumerate(story.sources, 1):
        yield f"{number}. {_source(source)}\n"
    if story.image:
        # The Context gives the image the last source's number once more.
        yield f"{max(len(story.sources), 1)}. [Cover Image]({_url(story.image)})\n"


def _source(source: Source) -> str:
    return f"[{one_line(source.name)}]({_url(source.url)})" if source.url else one_line(source.name)


def _related_line(related: RelatedStory) -> str:
    shared = sorted(related.reason.shared)
    context = f" _Context: {', '.join(map(one_line, shared))}_" if shared else ""
    return f"[{one_line(related.story.headline)}]({related.story.address}.md){context}"


def _story_in_list(story: Story) -> str:
    head = f"{_leading_line(story)}### [{one_line(story.headline)}]({story.address}.md)\n"
    if story.body:
        body = one_line(story.body)
        return f"{head}{body if len(body) <= BODY_IN_LIST else body[:BODY_IN_LIST] + '...'}\n\n"
    names = dict.fromkeys(_names(story))
    return f"{head}_Context: {', '.join(map(one_line, names))}_\n\n" if names else f"{head}\n"


def _neighbour(text: str, period: str | None) -> str:
    return f"## [{text}]({_page(period_address(period))})\n\n" if period else ""


def _bold(text: str, marks: Iterable[tuple[int, int]]) -> str:
    parts, end = [], 0
    for first, last in marks:
        parts += [text[end:first], "**", text[first:last], "**"]
        end = last
    return "".join([*parts, text[end:]])


def _url(url: str) -> str:
    return re.sub(r"\s", "%20", url.strip())
