"""The name of an index → the open archive: where indexes lie, what they say about themselves, and asking them."""

import datetime
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from searchidx.engines.embedded.directory import Directory, reading
from searchidx.engines.embedded.index import EmbeddedIndex, IndexInfo
from searchidx.errors import ArchiveAmbiguous, ArchiveError, ArchiveMissing, RequestError, StoryMissing
from searchidx.search.answering import answer, explain
from searchidx.search.engine import Engine, Search, TermScore
from searchidx.search.page import Completion, Page, RelatedPage, StoryLine
from searchidx.search.request import FACET_LIMIT, Request, Sort, check_text, to_amount
from searchidx.search.scoring import Side
from searchidx.search.suggestions import complete
from searchidx.stories import Story

#: The environment variable that says where indexes are.
FOLDER_VARIABLE = "SEARCHIDX_INDEXES"
SETTINGS_FILE = "archive.toml"

#: How many stories are fetched at a time when all are wanted.
_FETCHED = 1000

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
# These are compiled where settings have such, for a search command has to wait for what it loads.
_BASE_URL = r"https?://(?:[^\s/?#@:\[\]<>\"'\\]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?"
_CONTACT = r"https?://[^/\s]+\S*|[^@\s:]+@[^@\s]+"


class Settings(NamedTuple):
    """What an archive says about itself: its `archive.toml`.

    Attributes:
        base_url: the scheme and host where readers find it, without a closing slash; empty where nobody said.
        licence, credit: of the texts, for pages and exports.
        contact: where readers report errors: an address of mail or of the web; empty for nowhere.
        language: a Snowball language.
        aliases, stop_names: the keeper's own lists, files beside archive.toml; empty for none.
    """

    title: str = ""
    base_url: str = ""
    licence: str = ""
    credit: str = ""
    contact: str = ""
    language: str = "english"
    aliases: str = ""
    stop_names: str = ""

    @classmethod
    def read(cls, folder: Path) -> "Settings":
        """Return the settings in an index's folder, the defaults if it has none.

        Raises:
            ArchiveError: if the file is no TOML, has unknown keys or values of the wrong kind.
        """
        import tomllib  # noqa: PLC0415 - no search needs it

        path = folder / SETTINGS_FILE
        try:
            with reading(folder):
                values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return cls(title=folder.name)
        except (NotADirectoryError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ArchiveError(f"{path} cannot be read: {error}; mend it or delete it") from None
        for key, value in values.items():
            if key not in cls._fields:
                raise ArchiveError(f"{path} has the unknown key {key!r}; the keys are {', '.join(cls._fields)}")
            if not isinstance(value, str):
                raise ArchiveError(f"{path}: {key} is {value!r}; it must be a text in quotes")
        base_url = values.get("base_url", "").rstrip("/")
        if base_url and not re.fullmatch(_BASE_URL, base_url):
            raise ArchiveError(
                f"{path}: base_url is {base_url!r}; it must be https:// or http:// and a host, with nothing behind it: "
                "the pages lie at the root of a host"
            )
        contact = values.get("contact", "")
        if contact and not re.fullmatch(_CONTACT, contact):
            raise ArchiveError(
                f"{path}: contact is {contact!r}; it must be an address of mail, or begin with https:// or http://"
            )
        return cls(**{**values, "title": values.get("title") or folder.name, "base_url": base_url})

    def write(self, folder: Path) -> None:
        """Write the settings into an index's folder, with a word on each."""
        import json  # noqa: PLC0415 - only who makes an index needs it

        lines = [
            f"# {comment}\n{name} = {json.dumps(getattr(self, name), ensure_ascii=False)}\n" for name, comment in _WORDS
        ]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SETTINGS_FILE).write_text("\n".join(lines), encoding="utf-8")


_WORDS = (
    ("title", "What the archive is called on its pages."),
    ("base_url", "The host where readers find it, such as https://news.example.org; for absolute addresses."),
    ("licence", "Under which licence the texts stand, such as CC-BY-SA-4.0."),
    ("credit", "Who is to be named with them."),
    ("contact", "Where readers report errors: corrections@example.org, or https:// and the address of a page."),
    (
        "language",
        "The language whose words are stemmed, by its English name; a change takes effect with: searchidx index --rebuild.",
    ),
    (
        "aliases",
        "A file beside this one: name shown | other spelling; other spelling. Takes effect as stories are indexed.",
    ),
    ("stop_names", "A file beside this one: what is no name, one a line."),
)


class Catalogue:
    """A folder of indexes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def default(cls, folder: Path | None = None) -> "Catalogue":
        """Return the catalogue of a folder; else of SEARCHIDX_INDEXES, a checkout's `indexes/`, the user's data folder."""
        if folder is None and (variable := os.environ.get(FOLDER_VARIABLE)):
            folder = Path(variable)
        if folder is None:
            checkout = Path(__file__).resolve().parent.parent
            is_checkout = (checkout / "pyproject.toml").is_file()
            folder = (checkout if is_checkout else _user_data()) / "indexes"
        return cls(folder)

    def names(self) -> tuple[str, ...]:
        """Return the names of the indexes there are, sorted.

        Raises:
            ArchiveError: if the folder may not be read.
        """
        with reading(self.folder):
            paths = list(self.folder.iterdir()) if self.folder.is_dir() else []
        return tuple(sorted(path.name for path in paths if _NAME.fullmatch(path.name) and Directory(path).exists()))

    def path(self, name: str) -> Path:
        """Return the folder of an index, whether it is there or not.

        Raises:
            TypeError: if the name is no text.
            RequestError: if the name is not made of letters, digits, `-`, `_` and `.`.
        """
        check_text("name", name)
        if not _NAME.fullmatch(name):
            raise RequestError(
                f"{name[:100]!r} cannot be the name of an index; use letters, digits, '-', '_' and '.'",
                parameter="index",
            )
        return self.folder / name

    def choose(self, name: str | None = None) -> str:
        """Return the name, which must be one of an index; without one, that of the only index there is.

        Raises:
            ArchiveMissing: if there is no such index, or none at all.
            ArchiveAmbiguous: if none was named and there are several.
        """
        if name is None:
            names = self.names()
            if not names:
                raise ArchiveMissing(
                    f"there is no index in {self.folder}; make one with: searchidx index SOURCE --into NAME, "
                    "or try the sample: searchidx demo"
                )
            if len(names) > 1:
                raise ArchiveAmbiguous(
                    f"there are several indexes in {self.folder}; choose one with --index: {', '.join(names)}",
                    names=names,
                )
            return names[0]
        if not Directory(self.path(name)).exists():
            names = self.names()
            there = f", which holds {', '.join(names)}" if names else ""
            raise ArchiveMissing(
                f"there is no index {name} in {self.folder}{there}; make it with: searchidx index SOURCE --into {name}"
            )
        return name

    def open(self, name: str | None = None) -> "Archive":
        """Open an index for reading; without a name, the only one there is.

        Raises:
            ArchiveError: if there is none, several, or it cannot be used.
        """
        folder = self.path(self.choose(name))
        return Archive(EmbeddedIndex.open(folder))


class Archive:
    """An open index. It answers from the generation that was in force when it was opened, or last refreshed.

    Attributes:
        engine: the generation that answers.
    """

    def __init__(self, index: EmbeddedIndex) -> None:
        self._index = index
        self.engine: Engine = index.reader()

    @cached_property
    def settings(self) -> Settings:
        """What the archive says about itself.

        Raises:
            ArchiveError: if its file cannot be read.
        """
        return Settings.read(self.folder)

    @property
    def folder(self) -> Path:
        """Where the index is."""
        return self._index.folder

    @property
    def name(self) -> str:
        """The index's name."""
        return self.folder.name

    @property
    def indexed(self) -> datetime.date:
        """The day on which the generation that answers was made, by this machine's clock."""
        return self._index.published

    def info(self) -> IndexInfo:
        """Return facts of the index for its keeper."""
        return self._index.info()

    def refresh(self) -> bool:
        """Go on to the generation in force; whether it is another one."""
        engine = self._index.reader()
        is_another = engine is not self.engine
        self.engine = engine
        return is_another

    def search(
        self,
        text: str = "",
        *,
        place: str | Sequence[str] = (),
        entity: str | Sequence[str] = (),
        category: str | Sequence[str] = (),
        source: str | Sequence[str] = (),
        topic: str | Sequence[str] = (),
        date: str | Sequence[str] = (),
        after: str | None = None,
        before: str | None = None,
        sort: Sort = "relevance",
        limit: int | None = 20,
        cursor: str | None = None,
        facets: str | Sequence[str] = (),
        facet_limit: int | None = FACET_LIMIT,
    ) -> Page:
        """Search; `Request` says what each part means.

        Raises:
            TypeError: if a part is of another kind than its annotation says.
            RequestError: if it cannot be answered as asked; QueryError for a mistake in the text.
        """
        request = Request(
            text=text,
            place=_values("place", place),
            entity=_values("entity", entity),
            category=_values("category", category),
            source=_values("source", source),
            topic=_values("topic", topic),
            date=_values("date", date),
            after=after,
            before=before,
            sort=sort,
            limit=_limit("limit", limit),
            cursor=cursor,
            facets=_values("facets", facets),
            facet_limit=_limit("facet_limit", facet_limit),
        )
        return self.answer(request)

    def answer(self, request: Request) -> Page:
        """Answer a request.

        Raises:
            RequestError: if it cannot be answered as asked; QueryError for a mistake in its text.
        """
        return answer(self.engine, request)

    def explain(self, request: Request, story_id: str) -> tuple[TermScore, ...]:
        """Return what each term of a request's query adds to a story's score."""
        return explain(self.engine, request, story_id)

    def story(self, story_id: str) -> Story:
        """Return a story by its id.

        Raises:
            StoryMissing: if there is none.
        """
        check_text("story_id", story_id)
        return self.engine.stories((story_id,))[0]

    def at(self, address: str) -> Story:
        """Return the story that has an address, or had it before.

        Raises:
            StoryMissing: if there is none.
        """
        check_text("address", address)
        story = self.engine.story_at(address)
        if story is None:
            raise StoryMissing(f"there is no story at {address}")
        return story

    def stories(self) -> Iterator[Story]:
        """Yield every story, oldest first."""
        return all_stories(self.engine)

    def related(
        self, story_id: str, *, limit: int | None = 10, by: Side | None = None, plain: bool = False
    ) -> RelatedPage:
        """Return the stories related to one; `search.related` says what each argument means.

        Raises:
            StoryMissing: if there is no story of that id.
            RequestError: if there is no such side to be related `by`, or the limit is below 0.
        """
        from searchidx.search.related import related  # noqa: PLC0415 - no search needs it

        check_text("story_id", story_id)
        return related(self.engine, story_id, limit=_limit("limit", limit), by=by, plain=plain)

    def story_lines(self, story_id: str) -> tuple[StoryLine, ...]:
        """Return what came before and after a story: a line for each of its topics, else a recognised chain.

        Raises:
            StoryMissing: if there is no story of that id.
        """
        from searchidx.search.storyline import story_lines  # noqa: PLC0415 - no search needs it

        return story_lines(self.engine, self.story(story_id))

    def suggest(self, prefix: str, *, limit: int = 5) -> tuple[Completion, ...]:
        """Return completions of what is typed: the commonest words, places, names and topics, so many of each, and days."""
        return complete(self.engine, prefix, today=datetime.date.today(), limit=limit)


def _user_data() -> Path:
    from platformdirs import user_data_path  # noqa: PLC0415 - loads much, and a command is mostly told where

    return user_data_path("searchidx")


def all_stories(engine: Engine) -> Iterator[Story]:
    """Yield every story of a generation, oldest first."""
    ids = [match.id for match in engine.search(Search(sort="oldest", limit=None)).hits]
    for start in range(0, len(ids), _FETCHED):
        yield from engine.stories(ids[start : start + _FETCHED])


def _limit(parameter: str, number: int | None) -> int | None:
    """Return how many there shall be at the most; None stays, for all."""
    return None if number is None else to_amount(parameter, number)


def _values(parameter: str, given: str | Sequence[str]) -> tuple[str, ...]:
    """Return the texts, one or several, that were given for a parameter.

    Raises:
        TypeError: if something else was given.
    """
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise TypeError(f"{parameter} is {given!r}; it must be a text, or several")
    return (given,) if isinstance(given, str) else tuple(given)
