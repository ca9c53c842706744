"""Answers as JSON objects, in the shapes of `data/schemas`; every key is always there, what is unknown is None."""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from searchidx.search.engine import TermScore
from searchidx.search.page import (
    Completion,
    Facet,
    FacetValue,
    Hit,
    Page,
    RelatedPage,
    RelatedStory,
    StoryLine,
    Understanding,
    WaysOn,
)
from searchidx.search.request import VALUE_FACETS, Request
from searchidx.search.scoring import RelatedWeights, formula
from searchidx.stories import Story
from searchidx.stories.objects import write_story

if TYPE_CHECKING:  # a search command does not wait for it
    from searchidx.exporters.listings import Listing


def to_json(value: object) -> bytes:
    """Return a value as one line of JSON, without its end."""
    return orjson.dumps(value)


def json_lines(stories: Iterable[Story]) -> Iterator[bytes]:
    """Yield each story as a line of JSON, all fields; what importing reads back unchanged."""
    for story in stories:
        yield orjson.dumps(write_story(story), option=orjson.OPT_APPEND_NEWLINE)


def search_object(page: Page, ways: WaysOn) -> dict[str, Any]:
    """Return the answer to a search (`search.json`), with what else could be asked."""
    named, also = ways.other_name, ways.also_written
    return {
        "total": page.total,
        "generation": page.generation,
        "query": query_object(page.query),
        "hits": [hit_object(hit) for hit in page.hits],
        "facets": facets_object(page.facets),
        "next_cursor": page.next_cursor,
        "first": _day(page.first),
        "last": _day(page.last),
        "did_you_mean": None
        if page.did_you_mean is None
        else {"query": page.did_you_mean.query, "total": page.did_you_mean.total},
        "other_name": None
        if named is None
        else {"words": named.words, "name": named.name, "query": named.request.text, "total": named.total},
        "also_written": None
        if also is None
        else {"words": list(also.words), "query": also.request.text, "total": also.total},
        "ways_out": [
            {"kind": way.kind, "part": way.part, "request": _request_object(way.request), "total": way.total}
            for way in ways.ways_out
        ],
    }


def _request_object(request: Request) -> dict[str, Any]:
    """Return what is asked for, by the names of the parameters."""
    return {
        "q": request.text,
        **{facet: list(getattr(request, facet)) for facet in VALUE_FACETS},
        "date": list(request.date),
        "after": request.after,
        "before": request.before,
    }


def query_object(query: Understanding) -> dict[str, Any]:
    """Return how a query was understood."""
    relaxed = query.relaxed
    return {
        "text": query.text,
        "parsed": query.parsed,
        "spans": [{"words": s.words, "first": _day(s.first), "last": _day(s.last)} for s in query.spans],
        "corrections": [
            {"word": c.word, "alternatives": list(c.alternatives), "exact": c.exact} for c in query.corrections
        ],
        "relaxed": None
        if relaxed is None
        else {
            "found": relaxed.found,
            "of": relaxed.of,
            "words": list(relaxed.words),
            "dropped": list(relaxed.dropped),
        },
        "warnings": list(query.warnings),
    }


def hit_object(hit: Hit) -> dict[str, Any]:
    """Return a hit: its story's fields, its score, and what of it matches."""
    return {
        **write_story(hit.story),
        "score": hit.score,
        "headline_marks": list(map(list, hit.headline)),
        "snippet": {"text": hit.snippet.text, "marks": list(map(list, hit.snippet.marks))},
        "similar": list(hit.similar),
    }


def facets_object(facets: Mapping[str, Facet]) -> dict[str, Any]:
    """Return facets by their names."""
    return {
        name: {
            "values": [_facet_value(value) for value in facet.values],
            "more": facet.more,
            "missing": facet.missing,
        }
        for name, facet in facets.items()
    }


def related_object(page: RelatedPage, *, explained: bool = False) -> dict[str, Any]:
    """Return the stories related to one (`related.json`); where it is to be explained, with the formula of each score."""
    weights = page.weights if explained else None
    return {
        "id": page.id,
        "generation": page.generation,
        "related": [related_story_object(each, weights) for each in page.related],
    }


def related_story_object(related: RelatedStory, weights: RelatedWeights | None = None) -> dict[str, Any]:
    """Return a related story: its fields, its score and the reason; by the constants of the formula also that."""
    reason, parts = related.reason, related.reason.parts
    explanation = {} if weights is None else {"formula": formula(parts, reason.days, weights)}
    return {
        **write_story(related.story),
        "score": related.score,
        "reason": {
            "shared": list(reason.shared),
            "words": list(reason.words),
            "days": reason.days,
            "parts": {
                "words": parts.words,
                "names": parts.names,
                "places": parts.places,
                "category": parts.category,
                "time": parts.time,
            },
            **explanation,
        },
        "similar": [related_story_object(each, weights) for each in related.similar],
    }


def story_object(story: Story, related: Sequence[RelatedStory], story_lines: Sequence[StoryLine]) -> dict[str, Any]:
    """Return a story's page: its fields, the stories related to it, and its story lines."""
    return {
        **write_story(story),
        "related": [related_story_object(each) for each in related],
        "story_lines": [story_line_object(line) for line in story_lines],
    }


def story_line_object(line: StoryLine) -> dict[str, Any]:
    """Return a story line: the stories before and after, each with the days since the one before it in the line."""
    return {
        "topic": line.topic,
        "total": line.total,
        "stories": [{**write_story(story), "days": days} for story, days in line.steps()],
    }


def listing_object(listing: "Listing") -> dict[str, Any]:
    """Return the page of a day, a month, a year or all years."""
    return {
        "period": listing.period or None,
        "total": listing.total,
        "parts": [{"period": period, "count": count} for period, count in listing.parts.items()],
        "stories": [write_story(story) for story in listing.stories],
        "previous": listing.previous,
        "next": listing.following,
    }


def completions_object(prefix: str, completions: Iterable[Completion]) -> dict[str, Any]:
    """Return ways to go on from what is typed."""
    return {
        "prefix": prefix,
        "completions": [{"kind": each.kind, "text": each.text, "count": each.count} for each in completions],
    }


def term_scores_object(scores: Iterable[TermScore]) -> list[dict[str, Any]]:
    """Return what each term of a query adds to a story's score, with the numbers it comes from."""
    return [
        {
            "term": s.term,
            "form": s.form,
            "score": s.score,
            "term_freq": s.term_freq,
            "document_freq": s.document_freq,
            "idf": s.idf,
            "length": s.length,
            "average_length": s.average_length,
            "weight": s.weight,
        }
        for s in scores
    ]


def _facet_value(facet_value: FacetValue) -> dict[str, Any]:
    value, label, count, picked, children = facet_value
    return {
        "value": value,
        "label": label,
        "count": count,
        "selected": picked == "selected",
        "excluded": picked == "excluded",
        "children": list(map(_facet_value, children)) if children else [],
    }


def _day(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()
