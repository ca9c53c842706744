"""The Markdown pages of the Context, one at a time: a page of a story, and the page of a day.

    story = ["Formats: …"] "### [2004-08-3](/news/2004/08/3/index.md)" ["##### Entity"] "# headline" [body]
            ["### Sources:" { "1. [name](url)" } ["1. [Cover Image](url)"]]
            ["### Changes:" { "1. [old headline](path) _2018-02-06 13:49:31 (First version)_" }]
            ["### Related:" { "1. [headline](path) _Context: label, label_" }]
    day   = ["Formats: …"] "## [2004-08-3](…)" { ["##### Entity"] "### [headline](path)" [body | "_Context: label, label_"] }

The site was built by three generations of its program, which can be told apart: the first has no Formats line, only the
third has entity lines. Sections that are not known are passed over, and so is anything else that is not in the grammar.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from searchidx.errors import RecordError
from searchidx.importers.context_markup import plain, plain_and_sources, plain_url, source
from searchidx.stories import Source
from searchidx.stories.addresses import RESERVED_SLUGS, day_address, is_reserved, normal_address

_PATH = re.compile(r"(?:.*/)?news/(\d{4})/(\d{1,2})/(\d{1,2})/([^/]+)")
_DAY = re.compile(r"(##|###) \[(\d{4})-(\d{1,2})-(\d{1,2})\]\(.*\)\s*")
_ENTITY = re.compile(r"#####(?:\s(.*))?")
_HEADLINE = re.compile(r"#\s.*")
_SECTION = re.compile(r"### (\w[\w ]*):\s*")
_ROW = re.compile(r"(?:\d+\.|###) \[")
_LINK_END = re.compile(
    r"\]\((?:https?://[^/()\s]+)?(/news/\d{4}/\d{1,2}/\d{1,2}/[^()\s]+?)(?:\.md|\.html)?\)\s*",
)
_CONTEXT = re.compile(r"_Context: (.*)_\s*")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_COVER_IMAGE = "Cover Image"


@dataclass(frozen=True, slots=True)
class StoryPage:
    """The page of a story.

    `versions` are the addresses the story had under former headlines, `changed` is when the last of them was left;
    `related` are other stories' addresses with the line of names that they share with this one.
    """

    address: str
    generation: int
    changed: str
    entity: str
    headline: str
    body: str
    sources: tuple[Source, ...]
    image: str | None
    versions: tuple[str, ...]
    related: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A story as the page of its day shows it: with a body, perhaps cut, or else with a line of all its names."""

    address: str
    generation: int
    line: int
    entity: str
    headline: str
    body: str
    sources: tuple[Source, ...]
    context: str


def is_context_page(name: str) -> bool:
    """Whether a file of that name lies where the Context keeps its stories and days."""
    return _PATH.fullmatch(name) is not None and name.endswith(".md")


@dataclass(frozen=True, slots=True)
class _LinkRow:
    """A row of a list of stories: the text of the link, the story's address, what follows."""

    text: str
    address: str
    rest: str


def read_page(text: str, name: str) -> StoryPage | tuple[Listed, ...] | None:
    """Return the page that is kept under a name: a story, or the stories of a day; None if it is neither.

    Raises:
        RecordError: if it is one by its place, and tells no story.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    place = _PATH.fullmatch(name)
    heading = next((match for line in lines if (match := _DAY.fullmatch(line))), None)
    slug = PurePosixPath(name).stem
    is_day = slug.lower() in RESERVED_SLUGS if heading is None else heading[1] == "##"
    if is_day:
        return _read_day(lines) if place or heading else None
    day = (place and _date(place.groups()[:3])) or (heading and _date(heading.groups()[1:]))
    if day is None:
        if place:
            raise RecordError("its path names no day of the calendar")
        return None
    address = normal_address(day_address(day) + slug)
    if address is None:
        raise RecordError("its name is no address: it holds a space, a # or a ?")
    return _read_story(lines, address)


def _read_story(lines: list[str], address: str) -> StoryPage:
    head, sections = _sections(lines)
    start = next((at for at, line in enumerate(head) if _HEADLINE.fullmatch(line)), len(head))
    headline, cited = plain_and_sources(head[start].removeprefix("#") if start < len(head) else "")
    if not headline:
        raise RecordError("the page has no headline")
    sources = [named for line in sections["Source"] if (named := _source_row(line))]
    versions = [row for line in sections["Changes"] if (row := _link_row(line))]
    related = [row for line in sections["Related"] if (row := _link_row(line))]
    images = [plain_url(url) for name, url in sources if name == _COVER_IMAGE]
    return StoryPage(
        address=address,
        generation=_generation(lines),
        changed=max((time[0] for row in versions if (time := _TIMESTAMP.search(row.rest))), default=""),
        entity=next((match[1] for line in head[:start] if (match := _ENTITY.fullmatch(line))), None) or "",
        headline=headline,
        body=_body(head[start + 1 :]),
        sources=tuple(dict.fromkeys([*(source(*named) for named in sources if named[0] != _COVER_IMAGE), *cited])),
        image=next((image for image in images if image.startswith(("http://", "https://"))), None),
        versions=tuple(row.address for row in versions),
        related=tuple((row.address, context[1]) for row in related if (context := _CONTEXT.fullmatch(row.rest))),
    )


def _sections(lines: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Split a story's page into what stands before its sections, and these; Source and Sources are one."""
    head: list[str] = []
    sections: dict[str, list[str]] = {"Source": [], "Changes": [], "Related": []}
    current = head
    for line in lines:
        if match := _SECTION.fullmatch(line):
            current = sections.setdefault("Source" if match[1] == "Sources" else match[1], [])
        else:
            current.append(line)
    return head, sections


def _read_day(lines: list[str]) -> tuple[Listed, ...]:
    generation = _generation(lines)
    blocks: list[tuple[int, str, _LinkRow, list[str]]] = []
    entity, is_open = "", False
    for number, line in enumerate(lines, start=1):
        if match := _ENTITY.fullmatch(line):
            entity, is_open = match[1] or "", False
        elif line.startswith("### ") and (row := _link_row(line)):
            blocks.append((number, entity, row, []))
            entity, is_open = "", True
        elif line.startswith(("#", "---")):
            is_open = False
        elif is_open:
            blocks[-1][3].append(line)
    return tuple(listed for block in blocks if (listed := _listed(generation, *block)).headline)


def _listed(generation: int, number: int, entity: str, row: _LinkRow, lines: list[str]) -> Listed:
    headline, cited = plain_and_sources(row.text)
    contexts = [context[1] for line in lines if (context := _CONTEXT.fullmatch(line))]
    return Listed(
        address=row.address,
        generation=generation,
        line=number,
        entity=entity,
        headline=headline,
        body=_body(line for line in lines if not _CONTEXT.fullmatch(line)),
        sources=cited,
        context=next(iter(contexts), ""),
    )


def _body(lines: Iterable[str]) -> str:
    return "\n".join(filter(None, map(plain, lines)))


def _generation(lines: list[str]) -> int:
    if any(_ENTITY.fullmatch(line) for line in lines):
        return 3
    return 2 if any(line.startswith("Formats: ") for line in lines) else 1


def _link_row(line: str) -> _LinkRow | None:
    """Read `1. [headline](address) rest`; there may be links in the headline, so the last of all is the story's."""
    start = _ROW.match(line)
    end = next(reversed(list(_LINK_END.finditer(line))), None)
    if start is None or end is None:
        return None
    address = normal_address(end[1])
    if address is None or is_reserved(address):
        return None
    return _LinkRow(line[start.end() : end.start()], address, line[end.end() :])


def _source_row(line: str) -> tuple[str, str] | None:
    """Read `1. [name](url)`."""
    name, middle, url = line.rstrip().rpartition("](")
    start = _ROW.match(name)
    if start is None or not middle or not url.endswith(")"):
        return None
    return name[start.end() :], url[:-1]


def _date(parts: Iterable[str]) -> datetime.date | None:
    try:
        return datetime.date(*map(int, parts))
    except ValueError:
        return None
