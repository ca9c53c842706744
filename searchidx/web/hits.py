"""Stories in lists: the hits of a search, and stories that are no answer to one."""

from dataclasses import dataclass

from searchidx.search.page import Hit, Page
from searchidx.search.request import Request
from searchidx.search.snippets import beginning
from searchidx.stories import Story
from searchidx.web import urls
from searchidx.web.parts import Link, Segment, dated_link, marked, name_links, place_links
from searchidx.web.reasons import Reason, Reasons

#: Names and sources shown with a hit.
_NAMES, _SOURCES = 5, 2


@dataclass(frozen=True, slots=True)
class HitView:
    """A story in a list of results; `similar` are near duplicates, folded under it; `reasons`, why it is a hit."""

    story: Story
    url: str
    headline: tuple[Segment, ...]
    text: tuple[Segment, ...]
    places: tuple[Link, ...]
    names: tuple[Link, ...]
    more_names: int
    sources: tuple[str, ...]
    more_sources: int
    similar: tuple[Link, ...] = ()
    reasons: tuple[Reason, ...] = ()


def story_view(story: Story) -> HitView:
    """Return a story in a list that is not the answer to a query; of a long body there is the beginning."""
    return _view(story, urls.story(story), marked(story.headline, ()), marked(beginning(story.body), ()))


def folded(request: Request, page: Page, reasons: Reasons) -> tuple[HitView, ...]:
    """Return the hits as they are shown, near duplicates under the first of them; links know the search and the position."""
    address = urls.from_search(request)
    url_of = {hit.story.id: address(hit.story, n) for n, hit in enumerate(page.hits, first_position(request))}
    story_of = {hit.story.id: hit.story for hit in page.hits}
    folded = {similar for hit in page.hits for similar in hit.similar}

    def shown(hit: Hit) -> HitView:
        texts = marked(hit.story.headline, hit.headline), marked(hit.snippet.text, hit.snippet.marks)
        similar = tuple(dated_link(story_of[each], url_of[each]) for each in hit.similar)
        return _view(hit.story, url_of[hit.story.id], *texts, similar=similar, reasons=reasons.of(hit))

    return tuple(shown(hit) for hit in page.hits if hit.story.id not in folded)


def _view(
    story: Story,
    url: str,
    headline: tuple[Segment, ...],
    text: tuple[Segment, ...],
    *,
    similar: tuple[Link, ...] = (),
    reasons: tuple[Reason, ...] = (),
) -> HitView:
    names = name_links(story)
    sources = tuple(dict.fromkeys(source.name for source in story.sources))
    return HitView(
        story=story,
        url=url,
        headline=headline,
        text=text,
        places=place_links(story, 3),
        names=names[:_NAMES],
        more_names=len(names[_NAMES:]),
        sources=sources[:_SOURCES],
        more_sources=len(sources[_SOURCES:]),
        similar=similar,
        reasons=reasons,
    )


def first_position(request: Request) -> int:
    """Return the position of the first hit of a page among all hits, from 1."""
    return 1 if request.limit is None else (request.page - 1) * request.limit + 1
