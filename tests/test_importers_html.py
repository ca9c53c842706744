"""HTML pages: what is taken from JSON-LD, OpenGraph, markup and path, and which of them it was."""

import io
import json
from typing import Any

import pytest

from searchidx.importers import read_source
from searchidx.stories import Entity, Place, Skipped, Source, Story


def read(tmp_path, page, name="page.html", **options: Any) -> list[Any]:
    path = tmp_path / "site" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(page if isinstance(page, bytes) else page.encode())
    return list(read_source(tmp_path / "site", **options))


def story(tmp_path, page, name="page.html") -> Story:
    [found] = read(tmp_path, page, name)
    assert isinstance(found, Story), found
    return found


def rules(found: Story) -> dict[str, str]:
    assert found.origin is not None
    return dict(found.origin.rules)


def with_json_ld(data: object, body="<p>From the page.</p>") -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    return f'<!DOCTYPE html><html><head><title>T</title><script type="application/ld+json">{text}</script></head><body>{body}</body></html>'


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "The river rises",
    "datePublished": "2004-08-14T23:30:00-11:00",
    "articleBody": "Water.\nMore.",
}


@pytest.mark.parametrize(
    "data",
    [
        ARTICLE,
        [{"@type": "WebSite", "name": "The Paper"}, ARTICLE],
        {"@context": "https://schema.org", "@graph": [{"@type": "Organization", "name": "X"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {**ARTICLE, "@type": "ReportageNewsArticle"},
        {**ARTICLE, "@type": ["Thing", "https://schema.org/BlogPosting"]},
        {**ARTICLE, "@type": "schema:Article"},
        [{**ARTICLE, "@type": "BlogPosting", "headline": "Another"}, ARTICLE],
        "<!-- " + json.dumps(ARTICLE) + " -->",
        "//<![CDATA[\n" + json.dumps(ARTICLE) + "\n//]]>",
        json.dumps(ARTICLE)[:-1] + ",}",
        json.dumps(ARTICLE).replace("\\n", "\n"),
    ],
    ids=str,
)
def test_json_ld_comes_first(tmp_path, data):
    found = story(tmp_path, with_json_ld(data))
    assert (found.headline, found.body, found.date.isoformat()) == ("The river rises", "Water.\nMore.", "2004-08-14")
    assert rules(found) == {
        "date": "JSON-LD datePublished",
        "headline": "JSON-LD headline",
        "body": "JSON-LD articleBody",
    }


def test_all_that_json_ld_says_is_taken(tmp_path):
    data = {
        "@graph": [
            {
                **ARTICLE,
                "articleBody": "<p>Water &amp; mud.</p><p>More.</p>",
                "articleSection": ["World", "Weather"],
                "image": {"@id": "#image"},
                "publisher": {"@type": "Organization", "name": "The Paper"},
                "mainEntityOfPage": {"@type": "WebPage", "@id": "https://paper.example/2004/river"},
                "contentLocation": {"@type": "Place", "name": "Ulm"},
                "about": [{"@type": "Event", "name": "Flood", "location": {"@type": "Place", "name": "Danube"}}],
                "mentions": [
                    {"@type": "Person", "name": "Anna Berg", "sameAs": "https://en.wikipedia.org/wiki/Anna_Berg"},
                    {"@type": "City", "name": "Passau"},
                    "Red Cross",
                ],
            },
            {"@id": "#image", "@type": "ImageObject", "url": "https://paper.example/river.jpg"},
        ]
    }
    found = story(tmp_path, with_json_ld(data))
    assert found.id == "https://paper.example/2004/river"
    assert found.body == "Water & mud.\nMore."
    assert (found.category, found.image) == ("World", "https://paper.example/river.jpg")
    assert found.places == (Place("Ulm"), Place("Passau"), Place("Danube"))
    assert found.entities == (Entity("Anna Berg", url="https://en.wikipedia.org/wiki/Anna_Berg"), Entity("Red Cross"))
    assert found.sources == (Source("The Paper", "https://paper.example/2004/river"),)


def test_citations_are_the_sources_of_a_page_that_has_them(tmp_path):
    citation = [{"@type": "NewsArticle", "name": "BBC", "url": "https://bbc.example/1"}, "https://ap.example/2"]
    found = story(
        tmp_path,
        with_json_ld({**ARTICLE, "url": "https://here.example/news/2004/08/14/the-river.html", "citation": citation}),
    )
    assert found.sources == (Source("BBC", "https://bbc.example/1"), Source("ap.example", "https://ap.example/2"))
    assert found.address == "/news/2004/08/14/the-river"


@pytest.mark.parametrize(
    "broken", ['{"@type": "NewsArticle", "headline": "Br', "", "null", "[[[", '"text"', '{"@type": {}}', "{'a': 1}"]
)
def test_broken_json_ld_is_passed_over(tmp_path, broken):
    found = story(
        tmp_path,
        with_json_ld(broken, '<h1>The river rises</h1><time datetime="2004-08-14">Saturday</time><p>Water.</p>'),
    )
    assert (found.headline, found.body) == ("The river rises", "Water.")
    assert rules(found) == {"date": "<time>", "headline": "<h1>", "body": "<p> in <body>"}


def test_open_graph_comes_second(tmp_path):
    page = """<html><head><title>x</title>
    <meta property="og:title" content="The river &amp; the rain - The Paper"><meta property="og:site_name" content="The Paper">
    <meta property="article:published_time" content="2004-08-14T01:00:00+02:00"><meta property="article:section" content="World">
    <meta property="og:image" content="https://paper.example/r.jpg"><meta property="og:url" content="https://paper.example/river">
    <meta property="og:description" content="In short."></head><body><time datetime="2005-01-01">x</time></body></html>"""
    found = story(tmp_path, page)
    assert (found.headline, found.date.isoformat(), found.category) == ("The river & the rain", "2004-08-14", "World")
    assert (found.image, found.id) == ("https://paper.example/r.jpg", "https://paper.example/river")
    assert found.body == "x"
    assert rules(found)["date"] == "OpenGraph article:published_time"
    assert rules(found)["headline"] == "OpenGraph og:title"


@pytest.mark.parametrize(
    ("markup", "date", "rule"),
    [
        ('<time datetime="2004-08-14">x</time>', "2004-08-14", "<time>"),
        ('<time datetime="2004-08-14T23:59:59Z"></time>', "2004-08-14", "<time>"),
        ('<time datetime="yesterday"></time><time>14 August 2004</time>', "2004-08-14", "<time>"),
        ("<time>August 14, 2004</time>", "2004-08-14", "<time>"),
        ('<span itemprop="datePublished" content="2004-08-14">x</span>', "2004-08-14", "itemprop datePublished"),
        ('<meta name="DC.date" content="2004/8/14">', "2004-08-14", "meta dc.date"),
        ('<meta name="pubdate" content="Sat, 14 Aug 2004 10:00:00 GMT">', "2004-08-14", "meta pubdate"),
        ('<meta name="date" content="20040814">', "2004-08-14", "meta date"),
        ('<meta property="og:url" content="https://paper.example/2004/08/14/rain">', "2004-08-14", "path"),
    ],
)
def test_a_date_is_read_as_it_is_written(tmp_path, markup, date, rule):
    found = story(tmp_path, f"<html><body>{markup}<h1>Rain</h1></body></html>")
    assert (found.date.isoformat(), rules(found)["date"]) == (date, rule)


@pytest.mark.parametrize(
    "name", ["2004/08/14/rain.html", "news/2004/8/14/index.html", "2004-08-14-rain.html", "a/2004-08-14.htm"]
)
def test_a_page_without_a_date_has_that_of_its_path(tmp_path, name):
    found = story(tmp_path, "<html><title>Rain</title><body>Water.</body></html>", name)
    assert (found.date.isoformat(), rules(found)["date"]) == ("2004-08-14", "path")


@pytest.mark.parametrize(
    "name", ["page.html", "2004/02/30/rain.html", "2004-02/rain.html", "backup-2024-01-02/rain.html"]
)
def test_a_page_without_any_date_is_skipped(tmp_path, name):
    [skipped] = read(tmp_path, "<html><title>Rain</title><time datetime='0000-00-00'></time></html>", name)
    assert skipped.where == f"site/{name}"
    assert "no date" in skipped.reason
    assert not skipped.harmless


@pytest.mark.parametrize(
    ("markup", "body"),
    [
        ("<p>One</p>\n<p>Two\nlines</p>", "One\nTwo lines"),
        ("<p>One<p>Two <b>bold</b>ly<p>Three", "One\nTwo boldly\nThree"),
        ("<nav><p>Menu</p></nav><main><p>One</p></main><footer><p>Foot</p></footer>", "One"),
        (
            "<article><p>Teaser</p></article><article><header><p>x</p></header><p>The long article</p><aside><p>ad</p></aside></article>",
            "The long article",
        ),
        ("One<br>Two<div>Three</div>Four<script>x()</script><!-- hidden -->", "One\nTwo\nThree\nFour"),
        ("<p></p><div>One</div>", "One"),
        ("", ""),
    ],
)
def test_the_text_of_a_page_is_that_of_its_article(tmp_path, markup, body):
    assert story(tmp_path, f"<html><h1>Rain</h1><body>{markup}</body></html>", "2004-08-14.html").body == body


@pytest.mark.parametrize(
    "page",
    [
        "<html><title>Жара – день</title></html>".encode(),
        b"\xef\xbb\xbf" + "<html><title>Жара – день</title></html>".encode(),
        "<html><title>Жара – день</title></html>".encode("utf-16"),
        '<html><meta charset="windows-1251"><title>Жара – день</title></html>'.encode("windows-1251"),
        '<?xml version="1.0" encoding="koi8-r"?><html><title>Жара &ndash; день</title></html>'.encode("koi8-r"),
    ],
)
def test_a_page_is_decoded_as_it_says_or_shows(tmp_path, page):
    assert story(tmp_path, page, "2004-08-14.html").headline == "Жара – день"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("just words", "is no HTML"),
        ("", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is no HTML"),
        ("<rss><channel></channel></rss>", "is no HTML"),
        ("<html></html>", "no text"),
        ("<html><title>x</title><p>" + "y" * (9 * 2**20), "larger than 8 MB"),
    ],
)
def test_what_is_no_page_is_skipped_with_the_reason(tmp_path, page, reason):
    found = read(tmp_path, page, "2004-08-14.html")
    assert [type(each) for each in found] == [Skipped]
    assert reason in found[0].reason


def test_standard_input_may_be_a_page():
    page = io.BytesIO(b"<!doctype html><title>Rain</title><time datetime='2004-08-14'>")
    found: list[Any] = list(read_source(None, stdin=page))
    assert [(each.headline, each.origin.file) for each in found] == [("Rain", "-")]


@pytest.mark.parametrize(
    "piece",
    [
        "<article>",
        "<p>",
        "<![foo",
        "<!--",
        "<![CDATA[",
        "<![if ",
        "<h1>",
        "<time>",
        "<a ",
        "<a b='",
        "</x ",
        "&#",
        "<? ",
    ],
)
@pytest.mark.parametrize("end", ["", ">"])
def test_a_page_that_opens_and_never_closes_is_read_all_the_same(tmp_path, piece, end):
    found = story(tmp_path, f"<html><h1>Rain</h1>{piece * 5_000}{end}", "2004-08-14.html")
    assert found.headline == "Rain"


@pytest.mark.parametrize("reference", ["&#" + "9" * 5_000 + ";", "&#xD800;", "&#0;", "&unknown;", "&#x;"])
def test_character_references_to_nothing_do_no_harm(tmp_path, reference):
    page = with_json_ld({**ARTICLE, "headline": reference + "Rain \ud800"}, f'<h1 title="{reference}">{reference}</h1>')
    [found] = read(tmp_path, page)
    assert isinstance(found, Story | Skipped)
