"""One request for a page, and all that is needed to answer it.

A search takes about a millisecond, so it runs in the event loop itself: handing it to a thread would cost more.
Several workers share the machine's cores.
"""

import datetime
from dataclasses import dataclass

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from searchidx.catalogue import Archive
from searchidx.errors import RequestError
from searchidx.search.answering import answer
from searchidx.search.engine import Engine
from searchidx.search.page import Page
from searchidx.search.request import Request
from searchidx.search.understanding import Understood, understand
from searchidx.web.formats import Format
from searchidx.web.parameters import Asked, read_request, unknown_parameters
from searchidx.web.rendering import Renderer, Site
from searchidx.web.responses import Stopwatch


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page, with all that is needed to answer it."""

    http: HttpRequest
    archive: Archive
    renderer: Renderer
    form: Format
    today: datetime.date
    clock: Stopwatch

    @property
    def engine(self) -> Engine:
        """The generation that answers."""
        return self.archive.engine

    @property
    def origin(self) -> str:
        """Where readers find the site: as the archive's settings say, else as they asked."""
        scheme, host = self.http.scope["scheme"], self.http.headers.get("host")
        return self.archive.settings.base_url or f"{scheme}://{host or self.http.url.netloc}"

    @property
    def site(self) -> Site:
        """What every page says of the archive."""
        settings = self.archive.settings
        return Site(
            title=settings.title,
            licence=settings.licence,
            credit=settings.credit,
            contact=settings.contact,
            base_url=self.origin,
            generation=self.engine.generation,
            stories=self.engine.story_count,
            indexed=self.archive.indexed,
            today=self.today,
        )

    def page(self, record: object, *, status: int = 200, notes: tuple[str, ...] = ()) -> Response:
        """Answer with the page of a record."""
        with self.clock.time("render"):
            body = self.renderer.page(record, self.site, notes)
        return Response(body, status, media_type=Format.HTML.media_type)

    def export(self, body: str | bytes) -> Response:
        """Answer with an export in the format asked for."""
        return Response(body, media_type=self.form.media_type)

    def asked(self, *more: str) -> Asked:
        """Read the search in the address.

        Raises:
            RequestError: in formats for programs, for anything that cannot be read or is not known.
        """
        asked = read_request(self.http.query_params.multi_items(), today=self.today, more=more)
        if self.form is not Format.HTML:
            for fault in asked.faults:
                raise fault
            self._refuse(asked.unknown)
        return asked

    def notes(self, *known: str, is_for_programs: bool = False) -> tuple[str, ...]:
        """Return a note for each parameter that is not known.

        Raises:
            RequestError: in formats for programs.
        """
        unknown = unknown_parameters(self.http.query_params.keys(), known)
        if is_for_programs or self.form is not Format.HTML:
            self._refuse(unknown)
        return unknown

    def understood(self, request: Request) -> Understood:
        """Return what a search asks for."""
        with self.clock.time("search"):
            return understand(self.engine, request)

    def answer(self, request: Request, understood: Understood | None = None) -> Page:
        """Answer a search."""
        with self.clock.time("search"):
            return answer(self.engine, request, understood)

    def _refuse(self, unknown: tuple[str, ...]) -> None:
        for sentence in unknown:
            raise RequestError(sentence, parameter=sentence.split(" ", 1)[0])
