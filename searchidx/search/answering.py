"""Request → page: understand, search, relax, fetch, mark."""

from collections.abc import Mapping, Sequence

from searchidx.errors import RequestError
from searchidx.search.analysis import Analyzer
from searchidx.search.cursors import read_cursor, write_cursor
from searchidx.search.duplicates import MOST_FOLDED, fold
from searchidx.search.engine import Engine, Match, Matches, Search, SortKey, TermScore
from searchidx.search.facets import Picks, facets, facets_wanted, picks
from searchidx.search.page import Hit, Page, Relaxed, Understanding
from searchidx.search.query import During, Everything, Query, Value, WordOrDate, leaves
from searchidx.search.relaxing import matching
from searchidx.search.request import FACETS, LAST_NUMBERED_PAGE, SORTS, Request, Sort
from searchidx.search.snippets import markers
from searchidx.search.suggestions import did_you_mean
from searchidx.search.understanding import Understood, understand
from searchidx.stories import Story


def answer(engine: Engine, request: Request, understood: Understood | None = None) -> Page:
    """Answer a request; `understood` is what was understood of it, where that is known already.

    All words must occur. Where no story has them all, the stories with the most telling of them are the answer, those
    that only make a question not counted, and the page says so; phrases in quotes, exclusions, fields and dates hold all
    the same.

    Raises:
        QueryError: if the query breaks the grammar.
        RequestError: if another part of the request cannot be answered: a date, a sort, a cursor, a page, a facet.
    """
    understood = understood or understand(engine, request)
    picked = picks(engine, understood.filters) if request.facets else {}
    search = _search(request, understood, picked)
    matches, query, found = matching(engine, understood, search)
    shown, next_cursor = _page_of(matches, request.limit, search.sort)
    hits = _hits(engine, shown, query)
    return Page(
        total=matches.total,
        generation=engine.generation,
        query=Understanding(
            text=request.text,
            parsed=str(understood.parsed),
            spans=understood.spans,
            corrections=understood.corrections,
            relaxed=_relaxed(understood.telling, found, hits, engine.analyzer) if found else None,
            warnings=understood.warnings,
        ),
        hits=hits,
        facets=facets(matches.facets, picked),
        first=matches.first,
        last=matches.last,
        next_cursor=next_cursor,
        did_you_mean=did_you_mean(engine, understood, 0 if found else matches.total),
    )


def explain(engine: Engine, request: Request, story_id: str) -> tuple[TermScore, ...]:
    """Return what each term of a request's query, relaxed as `answer` does, adds to a story's score.

    Raises:
        RequestError, QueryError: as `answer` does.
        StoryMissing: if there is no story of that id.
    """
    understood = understand(engine, request)
    _, query, _ = matching(engine, understood, Search(query=understood.query, filters=understood.filters, limit=0))
    return engine.explain(query, story_id)


def _search(request: Request, understood: Understood, picked: Mapping[str, Picks]) -> Search:
    """Check a request's page, sort and facets, and return its search: one hit more than the page shows, if there is one.

    Raises:
        RequestError: if one of them cannot be answered.
    """
    if request.sort not in SORTS:
        raise RequestError(f"there is no sort {request.sort!r}; the sorts are {', '.join(SORTS)}", parameter="sort")
    unknown = [facet for facet in request.facets if facet not in FACETS]
    if unknown:
        raise RequestError(f"there is no facet {unknown[0]!r}; the facets are {', '.join(FACETS)}", parameter="facets")
    if not 1 <= request.page <= LAST_NUMBERED_PAGE:
        raise RequestError(
            f"page {request.page} cannot be asked for by its number, only 1 to {LAST_NUMBERED_PAGE}; "
            "go on from there with the cursor of the page before",
            parameter="page",
        )
    if request.page > 1 and (request.cursor or not request.limit):
        reason = "begins with a cursor already" if request.cursor else "has no length; say a limit"
        raise RequestError(f"page {request.page} {reason}", parameter="page")
    sort = _order(request.sort, understood.query)
    return Search(
        query=understood.query,
        filters=understood.filters,
        sort=sort,
        limit=request.limit + 1 if request.limit else request.limit,
        skip=(request.page - 1) * (request.limit or 0),
        after=read_cursor(request.cursor, sort) if request.cursor else None,
        facets=facets_wanted(request, understood.filters, picked),
        span=True,
    )


def _order(sort: Sort, query: Query) -> Sort:
    """Return the order of the hits: where nothing is scored, none is more relevant than another, and the newest come first."""
    scored = any(not isinstance(leaf, Value | During | Everything) for leaf in leaves(query))
    return sort if scored or sort != "relevance" else "newest"


def _page_of(matches: Matches, limit: int | None, sort: Sort) -> tuple[Sequence[Match], str | None]:
    """Return the matches that the page shows, and where the next page begins."""
    shown = matches.hits if limit is None else matches.hits[:limit]
    if not shown or len(shown) == len(matches.hits):
        return shown, None
    return shown, write_cursor(sort, _key(shown[-1], sort))


def _key(match: Match, sort: Sort) -> SortKey:
    return SortKey(match.score if sort == "relevance" else match.date.toordinal(), match.id)


def _hits(engine: Engine, matches: Sequence[Match], query: Query) -> tuple[Hit, ...]:
    of_headline, of_body = markers(query, engine.analyzer)
    stories = engine.stories([match.id for match in matches])
    similar: dict[int, list[str]] = {}
    if len(stories) <= MOST_FOLDED:
        for place, first in enumerate(fold(stories, engine.analyzer)):
            if place != first:
                similar.setdefault(first, []).append(stories[place].id)
    return tuple(
        [
            Hit(
                story,
                match.score,
                of_headline.marks(story.headline),
                of_body.snippet(story.body),
                tuple(similar.get(place, ())),
            )
            for place, (match, story) in enumerate(zip(matches, stories, strict=True))
        ]
    )


def _relaxed(words: Sequence[Query], found: int, hits: Sequence[Hit], analyzer: Analyzer) -> Relaxed:
    stories = [hit.story for hit in hits]
    dropped = [str(word) for word in words if stories and not any(_has(story, word, analyzer) for story in stories)]
    return Relaxed(found, tuple(map(str, words)), tuple(dropped))


def _has(story: Story, word: Query, analyzer: Analyzer) -> bool:
    if isinstance(word, WordOrDate) and word.means(story.date):
        return True
    of_headline, of_body = markers(word, analyzer)
    return bool(of_headline.marks(story.headline) or of_body.marks(story.body))
