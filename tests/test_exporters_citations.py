"""A story as reference managers take it in, whatever stands in it."""

import datetime
import json
import re

import pytest

from searchidx.exporters.citations import Citation, bibtex, csl, linked_data, ris
from searchidx.stories import Entity, Place, Source, Story

DAY, READ = datetime.date(2004, 8, 14), datetime.date(2026, 8, 3)
ORIGIN, LICENCE = "https://news.example", "CC BY-SA 4.0"
URL = f"{ORIGIN}/news/2004/08/14/truce-in-najaf"
HARM = [
    "a } brace",
    "{{{",
    'quote " and @misc{x,',
    "back\\slash",
    "50% of $5 & #1_a ~ ^",
    "two\nER  - \r\nTY  - BOOK",
    "\x00\x1b",
]


def citation(headline="Truce in Najaf.", body="It holds.", address="/news/2004/08/14/truce-in-najaf"):
    return Citation(Story("2004-08-14-x", address, DAY, headline, body=body), "The Archive", LICENCE, ORIGIN, READ)


def fields(entry):
    """Return the fields of the one entry of a BibTeX file, read as BibTeX reads it: by counting braces."""
    match = re.fullmatch(r"@misc\{[a-z0-9-]+,\n(.*)\n\}\n", entry, re.DOTALL)
    assert match is not None
    body = match[1]
    found, depth, start = {}, 0, 0
    for place, letter in enumerate(body):
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
        if letter == "," and depth == 0:
            name, _, value = body[start:place].strip().partition(" = ")
            found[name], start = value, place + 1
    assert depth == 0
    assert not body[start:].strip()
    return found


def test_bibtex():
    assert bibtex(citation()) == (
        "@misc{truce-in-najaf-2004-08-14,\n"
        "  title = {{Truce in Najaf.}},\n"
        "  howpublished = {The Archive},\n"
        "  year = {2004},\n"
        "  month = aug,\n"
        "  day = {14},\n"
        f"  url = {{{URL}}},\n"
        "  urldate = {2026-08-03},\n"
        "  abstract = {It holds.},\n"
        "}\n"
    )


@pytest.mark.parametrize("text", HARM)
def test_no_text_breaks_out_of_its_field_in_bibtex(text):
    entry = fields(bibtex(citation(text, text)))
    assert set(entry) <= {"title", "howpublished", "year", "month", "day", "url", "urldate", "abstract"}
    assert len(bibtex(citation(text, text)).splitlines()) <= 10


def test_a_key_of_bibtex_is_plain_whatever_the_address():
    assert bibtex(citation(address='/news/2004/08/14/Ärger, "{über}"')).startswith("@misc{rger-ber-2004-08-14,\n")
    assert bibtex(citation(address="/news/2004/08/14/雨")).startswith("@misc{2004-08-14,\n")


def test_ris():
    assert ris(citation()).split("\r\n") == [
        "TY  - NEWS",
        "ID  - 2004-08-14-x",
        "TI  - Truce in Najaf.",
        "T2  - The Archive",
        "PY  - 2004",
        "DA  - 2004/08/14",
        "AB  - It holds.",
        f"UR  - {URL}",
        "Y2  - 2026/08/03",
        "ER  - ",
        "",
    ]


@pytest.mark.parametrize("text", HARM)
def test_no_text_begins_a_line_of_ris(text):
    lines = ris(citation(text, text)).split("\r\n")
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert [line for line in lines if line.startswith(("TY", "ER"))] == ["TY  - NEWS", "ER  - "]
    assert not any("\n" in line for line in lines)


def test_csl_json():
    [item] = csl(citation(body=""))
    assert item == {
        "id": "2004-08-14-x",
        "type": "article-newspaper",
        "title": "Truce in Najaf.",
        "container-title": "The Archive",
        "issued": {"date-parts": [[2004, 8, 14]]},
        "accessed": {"date-parts": [[2026, 8, 3]]},
        "URL": URL,
    }


def test_linked_data_has_what_search_engines_ask_of_an_article():
    story = Story(
        "x",
        "/news/2004/08/14/truce-in-najaf",
        DAY,
        "Truce in Najaf.",
        category="Conflicts",
        places=(Place("Najaf"),),
        entities=(Entity("Muqtada al-Sadr", url="https://en.wikipedia.org/wiki/Muqtada_al-Sadr"),),
        sources=(Source("BBC", url="https://bbc.example/1"), Source("AP")),
    )
    data = linked_data(Citation(story, "The Archive", LICENCE, ORIGIN, READ))
    assert json.loads(json.dumps(data)) == data
    assert (data["@context"], data["@type"]) == ("https://schema.org", "NewsArticle")
    assert data["about"] == {
        "@type": "Event",
        "name": "Truce in Najaf.",
        "startDate": "2004-08-14",
        "location": [{"@type": "Place", "name": "Najaf"}],
    }
    assert data["isPartOf"]["url"] == "https://news.example/news/2004/08/14/"
    assert data["mentions"][0]["sameAs"].startswith("https://en.wikipedia.org/")
    assert data["citation"] == ["https://bbc.example/1"]
    assert (data["license"], data["articleSection"]) == ("CC BY-SA 4.0", "Conflicts")
