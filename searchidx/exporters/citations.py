"""A story as reference managers take it in: BibTeX, RIS and CSL-JSON 1.0.2.

What is cited is the archive's page of the story; where it was reported first stands on that page.
"""

import datetime
import re
from dataclasses import dataclass
from typing import Any

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
    """A story as it is cited: the title of its archive, its address there, and the day on which it was read."""

    story: Story
    archive: str
    url: str
    read: datetime.date


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


def _in_bibtex(text: str) -> str:
    return _clean(text).translate(_IN_BIBTEX)


def _clean(text: str) -> str:
    return one_line(_CONTROL.sub(" ", text))


def _slashed(day: datetime.date) -> str:
    return f"{day.year:04d}/{day.month:02d}/{day.day:02d}"


def _date_parts(day: datetime.date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}
