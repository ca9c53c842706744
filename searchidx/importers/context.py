"""The Context (thecontext.net): a folder or archive of its Markdown pages as stories.

What a story is called lies scattered over many pages: its own entity line, the page of its day, and the names it
shares with related stories, on its page and on theirs. So all pages are read first, and the stories made after that.
Several builds of the site may lie side by side: of two builds of a page that of the later generation stands, and names
are taken from all. A former version that still has a page of its own becomes a redirect to the story.
"""

import datetime
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeAlias

from searchidx.errors import RecordError
from searchidx.importers.context_markup import plain
from searchidx.importers.context_names import Names
from searchidx.importers.context_pages import Listed, StoryPage, read_page
from searchidx.stories import Entity, Origin, Redirect, Story
from searchidx.stories.addresses import RESERVED_SLUGS
from searchidx.stories.folding import fold

#: The rule by which a story has the body that the page of its day shows.
CUT_BODY = ("body", "day index, may be cut")

#: Which build of a page stands before which: by generation, then the last change, then the shorter path.
_Rank: TypeAlias = tuple[int, str, int]
_LOWEST: _Rank = (0, "", 0)
_NO_PAGE = (_LOWEST, None, "")

_OTHER_PAGES = {"opinion": "an opinion, no story", "api": "a page about the API, no story", "faq": "an FAQ, no story"}


class ContextSite:
    """The pages of the Context in a source, added one by one, and the stories they tell together."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[_Rank, StoryPage, str]] = {}
        self._listed: dict[str, tuple[_Rank, Listed, str]] = {}
        self._entity_lines: defaultdict[str, list[str]] = defaultdict(list)
        self._context_lines: defaultdict[str, list[str]] = defaultdict(list)
        self._names = Names()

    def add(self, text: str, name: str) -> None:
        """Add the page that is kept under a name.

        Raises:
            RecordError: if it tells no story.
        """
        page = read_page(text, name)
        if page is None:
            raise RecordError(_what_else(name))
        if isinstance(page, StoryPage):
            self._add_story(page, name)
        else:
            for listed in page:
                self._add_listed(listed, name)

    def records(self) -> Iterator[Story | Redirect]:
        """Yield the stories of all pages by address, each with the redirects from its former addresses."""
        successors = self._successors()
        formers: defaultdict[str, list[str]] = defaultdict(list)
        for former, address in successors.items():
            formers[address].append(former)
        for address in sorted((self._pages.keys() | self._listed.keys()) - successors.keys()):
            old = sorted(formers[address])
            yield self._story(address, [address, *old])
            for former in old:
                yield Redirect(former, address)

    def _add_story(self, page: StoryPage, name: str) -> None:
        self._learn(page.address, page.entity)
        for address, line in page.related:
            if line:
                self._names.learn_from_sorted(line)
                line = sys.intern(line)  # noqa: PLW2901 - many stories are related by the same few names
                self._context_lines[page.address].append(line)
                self._context_lines[address].append(line)
        rank = (page.generation, page.changed, -name.count("/"))
        if page.address not in self._pages or rank > self._pages[page.address][0]:
            self._pages[page.address] = rank, replace(page, related=()), name

    def _add_listed(self, listed: Listed, name: str) -> None:
        self._learn(listed.address, listed.entity)
        if listed.context:
            self._context_lines[listed.address].append(listed.context)
        rank = (listed.generation, "body" if listed.body else "", -name.count("/"))
        if listed.address not in self._listed or rank > self._listed[listed.address][0]:
            self._listed[listed.address] = rank, listed, name

    def _learn(self, address: str, entity: str) -> None:
        if entity.strip():
            self._names.learn(entity)
            self._entity_lines[address].append(entity)

    def _successors(self) -> dict[str, str]:
        """Return the story that each former version of one has become."""
        later: dict[str, tuple[_Rank, str]] = {}
        for address, (rank, page, _) in self._pages.items():
            for former in page.versions:
                if former != address:
                    later[former] = max(later.get(former, (_LOWEST, "")), (rank, address))
        return {former: last for former in later if (last := self._last(former, later)) != former}

    def _last(self, address: str, later: dict[str, tuple[_Rank, str]]) -> str:
        seen: list[str] = []
        while address in later and address not in seen:
            seen.append(address)
            address = later[address][1]
        if address not in seen:
            return address
        # Builds that each call the other's version the former one: the page that ranks highest is the last.
        return max(seen[seen.index(address) :], key=lambda each: (self._pages[each][0], each))

    def _story(self, address: str, addresses: list[str]) -> Story:
        _, page, page_file = self._pages.get(address, _NO_PAGE)
        _, listed, day_file = self._listed.get(address, _NO_PAGE)
        told = page or listed
        assert told is not None, address  # noqa: S101 - only addresses of the two tables come here
        is_listed_body = not (page and page.body) and listed is not None and listed.body != ""
        return Story(
            id=address,
            address=address,
            date=_date(address),
            headline=told.headline,
            body=listed.body if listed and is_listed_body else told.body,
            entities=self._entities(addresses),
            sources=told.sources,
            image=page.image if page else None,
            origin=Origin(
                page_file or day_file,
                line=None if page or not listed else listed.line,
                rules=(CUT_BODY,) if is_listed_body else (),
            ),
        )

    def _entities(self, addresses: list[str]) -> tuple[Entity, ...]:
        """Return the names on all pages about a story, each once, in the first of its spellings.

        The order in which the pages were read, which an archive may have as it likes, makes no difference.
        """
        names = [name for address in addresses for name in sorted(set(self._entity_lines.get(address, ())))]
        for address in addresses:
            for line in sorted(set(self._context_lines.get(address, ()))):
                names += self._names.split(line)
        found: dict[str, Entity] = {}
        for name in map(plain, names):
            if name:
                found.setdefault(fold(name), Entity(name))
        return tuple(found.values())


def _date(address: str) -> datetime.date:
    year, month, day = address.split("/")[2:5]
    return datetime.date(int(year), int(month), int(day))


def _what_else(name: str) -> str:
    """Say what a page is that tells no story and lists no day's stories, by where it lies."""
    path = PurePosixPath(name)
    for folder, what in _OTHER_PAGES.items():
        if folder in path.parts[:-1]:
            return what
    return "a front page or README, no story" if path.stem.lower() in RESERVED_SLUGS else "no page of the Context"
