"""A story as a JSON object, in the shape of `data/schemas/story.json`; `records.read_story` reads it back equal."""

from typing import Any

from searchidx.stories.story import Story


def write_story(story: Story) -> dict[str, Any]:
    """Return the JSON object of a story; every key is there, what is unknown is None."""
    origin = story.origin
    return {
        "id": story.id,
        "address": story.address,
        "date": story.date.isoformat(),
        "headline": story.headline,
        "body": story.body,
        "category": story.category,
        "topics": list(story.topics),
        "places": [{"name": p.name, "id": p.id, "given": p.given} for p in story.places],
        "entities": [{"name": e.name, "id": e.id, "url": e.url, "given": e.given} for e in story.entities],
        "sources": [{"name": s.name, "url": s.url, "archived": s.archived} for s in story.sources],
        "image": story.image,
        "former": list(story.former),
        "origin": None if origin is None else {"file": origin.file, "line": origin.line, "rules": dict(origin.rules)},
    }
