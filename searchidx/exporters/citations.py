"""A story as reference managers take it in (BibTeX, RIS, CSL-JSON 1.0.2), and search engines (JSON-LD).

What is cited is the archive's page of the story; where it was reported first stands on that page.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from searchidx.exporters.listings import period_address
from searchidx.exporters.objects import to_json
from searchidx.exporters.texts import one_line
from searchidx.stories import Story

#: Months as BibTeX calls them; styles write them out.
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
#: Words of the address in a key of BibTeX.
_KEY_WORDS = 3
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# BibTeX counts braces that are escaped by a backslash, too, and one without its twin ends the file's sense.
_IN_BIBTEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{each: f"\\{each}" for each in "$&%#_"},
    }
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A story as it is cited.

    Attributes:
        archive: the title of its archive.
        licence: of the archive's texts, a name or an address; may be empty.
        origin: where readers find the archive, without a slash at its end; empty where nobody said.
        read: the day on which the story was read.
    """

    story: Story
    archive: str
    licence: str
    origin: str
    read: datetime.date

    @property
    def url(self) -> str:
        """The address of the story's page."""
        return self.origin + quote(self.story.address)


def bibtex(citation: Citation) -> str:
    """Return an entry for BibTeX and biblatex."""
    story = citation.story
    words = re.findall("[a-z0-9]+", story.address.rpartition("/")[2].lower())[:_KEY_WORDS]
    fields = {
        "title": f"{{{_in_bibtex(story.headline)}}}",
        "howpublished": _in_bibtex(citation.archive),
        "year": f"{story.date.year:04d}",
        "month": _MONTHS[story.date.month - 1],
        "day": str(story.date.day),
        "url": citation.url,
        "urldate": citation.read.isoformat(),
        "abstract": _in_bibtex(story.body),
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items() if value]
    return "\n".join((f"@misc{{{'-'.join([*words, story.date.isoformat()])},", *lines, "}", ""))


def ris(citation: Citation) -> str:
    """Return a record of RIS, whose lines end as the format wants them."""
    story = citation.story
    lines = (
        ("TY", "NEWS"),
        ("ID", story.id),
        ("TI", story.headline),
        ("T2", citation.archive),
        ("PY", f"{story.date.year:04d}"),
        ("DA", _slashed(story.date)),
        ("AB", story.body),
        ("UR", citation.url),
        ("Y2", _slashed(citation.read)),
    )
    return "".join(f"{tag}  - {_clean(text)}\r\n" for tag, text in lines if text) + "ER  - \r\n"


def csl(citation: Citation) -> list[dict[str, Any]]:
    """Return the items of a CSL-JSON document: the one story."""
    story = citation.story
    item = {
        "id": story.id,
        "type": "article-newspaper",
        "title": one_line(story.headline),
        "container-title": citation.archive,
        "issued": _date_parts(story.date),
        "accessed": _date_parts(citation.read),
        "URL": citation.url,
        "abstract": one_line(story.body),
    }
    return [{name: value for name, value in item.items() if value}]


def linked_data(citation: Citation) -> dict[str, Any]:
    """Return a story's page as a NewsArticle about an Event, in the words of schema.org."""
    story, url = citation.story, citation.url
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
        "publisher": {"@type": "Organization", "name": citation.archive},
        "isPartOf": {"@type": "CollectionPage", "url": citation.origin + period_address(day), "name": day},
        "about": event,
        "mentions": [
            {"@type": "Thing", "name": entity.name} | ({"sameAs": entity.url} if entity.url else {})
            for entity in story.entities
        ],
        "citation": [source.url for source in story.sources if source.url],
        **({"articleSection": story.category} if story.category else {}),
        **({"license": citation.licence} if citation.licence else {}),
    }


#: What writes a story in each of these formats, by the suffix that its page has in it.
CITED_AS: Mapping[str, Callable[[Citation], bytes]] = {
    "bib": lambda citation: bibtex(citation).encode(),
    "ris": lambda citation: ris(citation).encode(),
    "csl.json": lambda citation: to_json(csl(citation)) + b"\n",
    "jsonld": lambda citation: to_json(linked_data(citation)) + b"\n",
}


def _in_bibtex(text: str) -> str:
    return _clean(text).translate(_IN_BIBTEX)


def _clean(text: str) -> str:
    return one_line(_CONTROL.sub(" ", text))


def _slashed(day: datetime.date) -> str:
    return f"{day.year:04d}/{day.month:02d}/{day.day:02d}"


def _date_parts(day: datetime.date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}
