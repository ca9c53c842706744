"""A story in the words of schema.org, as JSON-LD."""

from typing import Any

from searchidx.exporters.listings import period_address
from searchidx.stories import Story


def linked_data(story: Story, *, origin: str, url: str, publisher: str, licence: str) -> dict[str, Any]:
    """Return a story's page as a NewsArticle about an Event.

    Args:
        story: what the page shows.
        origin: of the site, without a slash at its end.
        url: of the page.
        publisher: the title of the archive.
        licence: of the archive's texts, a name or an address; may be empty.
    """
    day = story.date.isoformat()
    event = {
        "@type": "Event",
        "name": story.headline,
        "startDate": day,
        "location": [{"@type": "Place", "name": place.name} for place in story.places],
    }
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": url,
        "identifier": story.id,
        "url": url,
        "headline": story.headline,
        "datePublished": day,
        "mainEntityOfPage": url,
        "isAccessibleForFree": True,
        "publisher": {"@type": "Organization", "name": publisher},
        "isPartOf": {"@type": "CollectionPage", "url": origin + period_address(day), "name": day},
        "about": event,
        "mentions": [
            {"@type": "Thing", "name": entity.name} | ({"sameAs": entity.url} if entity.url else {})
            for entity in story.entities
        ],
        "citation": [source.url for source in story.sources if source.url],
        **({"articleSection": story.category} if story.category else {}),
        **({"license": licence} if licence else {}),
    }
