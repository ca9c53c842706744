"""Records → HTML: the templates, and the static files (the outlines of lands too) under names that tell their content."""

import datetime
import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from jinja2 import PackageLoader, StrictUndefined
from markupsafe import Markup

from searchidx.exporters.objects import to_json
from searchidx.exporters.texts import stories_counted
from searchidx.search.request import parameters
from searchidx.web import parts, urls
from searchidx.web.atlas import atlas
from searchidx.web.compare_page import ComparePage
from searchidx.web.error_page import ErrorPage
from searchidx.web.facet_page import ValuesPage
from searchidx.web.home_page import HomePage
from searchidx.web.map_page import Drawing, MapPage
from searchidx.web.news_pages import AllYearsPage, DayPage, MonthPage, YearPage
from searchidx.web.search_page import SearchPage
from searchidx.web.story_page import StoryPage
from searchidx.web.template_code import TemplateEnvironment
from searchidx.web.text_pages import AboutPage, AccessibilityPage, HelpPage
from searchidx.web.timeline_page import TimelinePage
from searchidx.web.value_pages import ListPage, ValuePage

VERSION = version("searchidx")

#: The template that shows a record.
TEMPLATES: Mapping[type, str] = {
    HomePage: "home.html",
    SearchPage: "search.html",
    ValuesPage: "values.html",
    StoryPage: "story.html",
    DayPage: "day.html",
    MonthPage: "month.html",
    YearPage: "year.html",
    AllYearsPage: "years.html",
    ListPage: "list.html",
    ValuePage: "value.html",
    ComparePage: "compare.html",
    MapPage: "map.html",
    TimelinePage: "timeline.html",
    HelpPage: "help.html",
    AboutPage: "about.html",
    AccessibilityPage: "accessibility.html",
    ErrorPage: "error.html",
}

_MEDIA_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Site:
    """What every page says of the archive; `today` is the day on which the page is read."""

    title: str
    licence: str
    credit: str
    contact: str
    base_url: str
    generation: int
    stories: int
    indexed: datetime.date
    today: datetime.date
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of ours, plain and compressed."""

    name: str
    media_type: str
    content: bytes
    compressed: bytes


class Renderer:
    """The templates and static files, read once.

    Attributes:
        static: files by the name they are served under, which has a hash of the content in it.
        digest: changes with every change of a template or a static file.
    """

    def __init__(self) -> None:
        folder = files("searchidx.web")
        self._environment = TemplateEnvironment(
            loader=PackageLoader("searchidx.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {"urls": urls, "parameters": parameters, "static": self.static_url}
        self._environment.filters |= {
            "number": number,
            "stories": stories_counted,
            "long_date": parts.long_date,
            "as_data": as_data,
        }
        self.static: dict[str, StaticFile] = {}
        self._names: dict[str, str] = {}
        for file in sorted((folder / "static").iterdir(), key=lambda each: each.name):
            suffix = file.name.rpartition(".")[2]
            if suffix in _MEDIA_TYPES:
                content = file.read_text(encoding="utf-8")
                self._add_static(file.name, _compact(content) if suffix == "css" else content)
        self._add_static("lands.svg", self._environment.get_template("lands.svg").render(lands=atlas().lands))
        digest = hashlib.blake2b(VERSION.encode(), digest_size=8)
        for name in self.static:
            digest.update(name.encode())
        for file in sorted((folder / "templates").iterdir(), key=lambda each: each.name):
            digest.update(file.read_bytes())
        self.digest = digest.hexdigest()

    def _add_static(self, plain_name: str, text: str) -> None:
        content = text.encode()
        stem, _, suffix = plain_name.rpartition(".")
        name = f"{stem}.{hashlib.blake2b(content, digest_size=6).hexdigest()}.{suffix}"
        self._names[plain_name] = name
        self.static[name] = StaticFile(name, _MEDIA_TYPES[suffix], content, gzip.compress(content, 9, mtime=0))

    def compile(self) -> None:
        """Compile every template, so that no reader waits for it: all of them take a quarter of a second."""
        for name in self._environment.list_templates():
            self._environment.get_template(name)

    def static_url(self, name: str) -> str:
        """Return the address of a static file by its plain name."""
        return urls.STATIC + self._names[name]

    def page(self, page: object, site: Site, notes: tuple[str, ...] = ()) -> str:
        """Return the HTML of a record; `notes` are shown above it."""
        template = self._environment.get_template(TEMPLATES[type(page)])
        return template.render(page=page, site=site, notes=notes)

    def picture(self, template: str, drawing: Drawing) -> str:
        """Return a drawing as an SVG file of its own."""
        return self._environment.get_template(template).render(drawing=drawing)

    def text(self, template: str, site: Site) -> str:
        """Return a template that is no page, such as opensearch.xml."""
        return self._environment.get_template(template).render(site=site)


def _compact(css: str) -> str:
    """Return a style sheet without comments and the white space that means nothing."""
    text = re.sub(r"/\*.*?\*/|\s+", lambda match: " " if match[0].isspace() else "", css, flags=re.DOTALL)
    # In a sum the white space around a plus must stay; there a number follows.
    return re.sub(r" ?([{};,>]|\+(?= [a-z.])) ?|: ", lambda match: match[1] or ":", text).replace(";}", "}").strip()


def number(value: int) -> str:
    """Return a number with its thousands apart: 1,204."""
    return f"{value:,}"


def as_data(value: Mapping[str, Any]) -> Markup:
    """Return JSON that can stand in a data block of a page, whatever texts are in it."""
    text = to_json(value).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here
