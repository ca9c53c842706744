"""Addresses of the site: what they mean, and the one way each is written."""

import datetime

import pytest

from searchidx.search.request import Request, parameters
from searchidx.stories import Source, Story
from searchidx.web import urls
from searchidx.web.formats import Format, accepted, split_suffix
from searchidx.web.parameters import read_request

DAY = datetime.date(2004, 8, 14)
STORY = Story("1", "/news/2004/08/14/truce-talks", DAY, "Truce talks.")


@pytest.mark.parametrize(
    ("path", "own_address"),
    [
        ("/news", "/news/"),
        ("/news/", "/news/"),
        ("/news/index.md", "/news.md"),
        ("/news.md", "/news.md"),
        ("/news/.json", "/news.json"),
        ("/news.html", "/news.html"),
        ("/news/2004", "/news/2004/"),
        ("/news/2004/", "/news/2004/"),
        ("/news/2004.json", "/news/2004.json"),
        ("/news/2004/index.html", "/news/2004/"),
        ("/news/2004/8", "/news/2004/08/"),
        ("/news/2004/8/", "/news/2004/08/"),
        ("/news/2004/08.xml", "/news/2004/08.xml"),
        ("/news/2004/08/index.json", "/news/2004/08.json"),
        ("/news/2004/08/03", "/news/2004/08/3/"),
        ("/news/2004/8/03/", "/news/2004/08/3/"),
        ("/news/2004/08/03/index.md", "/news/2004/08/3.md"),
        ("/news/2004/08/3/README.md", "/news/2004/08/3.md"),
        ("/news/2004/08/3.html", "/news/2004/08/3.html"),
        ("/news/2004/08/03/truce-talks", "/news/2004/08/3/truce-talks"),
        ("/news/2004/8/3/truce-talks.md", "/news/2004/08/3/truce-talks.md"),
        ("/news/2004/08/3/truce-talks/", "/news/2004/08/3/truce-talks"),
        ("/news/2004/08/3/truce-talks.csl.json", "/news/2004/08/3/truce-talks.csl.json"),
        ("/news/2004/08/3/truce.talks", "/news/2004/08/3/truce.talks"),
        ("/news/2004/08/3/waffenruhe-für-alle", "/news/2004/08/3/waffenruhe-f%C3%BCr-alle"),
    ],
)
def test_every_way_to_write_an_address_means_one_page(path, own_address):
    page = urls.read_news(path)
    assert str(page) == own_address


@pytest.mark.parametrize(
    "path",
    [
        "/news/20040814",
        "/news/x",
        "/news/2004/13/",
        "/news/2004/02/30/",
        "/news/2004/00/1/",
        "/news/2004/08/0/",
        "/news/0/",
        "/news/2004/08/14/a/b",
        "/news/2004/08//",
        "/news/２００４/",
    ],
)
def test_an_address_that_can_be_no_page_means_none(path):
    assert urls.read_news(path) is None


@pytest.mark.parametrize(
    ("request_", "url"),
    [
        (Request(), "/search"),
        (Request(text="najaf ceasefire"), "/search?q=najaf%20ceasefire"),
        (Request(text='"a&b" <c>'), "/search?q=%22a%26b%22%20%3Cc%3E"),
        (Request(place=("Iraq", "-Najaf"), topic=("-*",)), "/search?place=Iraq&place=-Najaf&topic=-*"),
        (Request(date=("2004-08",), after="2003", sort="newest"), "/search?date=2004-08&after=2003&sort=newest"),
        (Request(limit=50, page=3), "/search?limit=50&page=3"),
    ],
)
def test_a_search_has_one_address_that_reads_back(request_, url):
    assert urls.search(request_) == url
    assert read_request(parameters(request_), today=request_.today).request == request_


def test_a_story_has_an_address_in_each_format_and_as_a_hit():
    assert urls.story(STORY) == "/news/2004/08/14/truce-talks"
    assert urls.story(STORY, Format.MARKDOWN) == "/news/2004/08/14/truce-talks.md"
    assert urls.from_search(Request(text="najaf", page=2))(STORY, 23) == "/news/2004/08/14/truce-talks?q=najaf&hit=23"


def test_values_keep_to_one_part_of_the_address():
    assert urls.value("place", "Georgia, United States") == "/places/Georgia%2C%20United%20States"
    assert urls.value("entity", "AC/DC?#") == "/names/AC%2FDC%3F%23"


@pytest.mark.parametrize(
    ("source", "original", "copy"),
    [
        (
            Source("BBC", "https://bbc.co.uk/1"),
            "https://bbc.co.uk/1",
            "https://web.archive.org/web/20040814/https://bbc.co.uk/1",
        ),
        (
            Source("BBC", "https://bbc.co.uk/1", "https://kept.example/1"),
            "https://bbc.co.uk/1",
            "https://kept.example/1",
        ),
        (Source("BBC"), None, None),
        (Source("x", "javascript:alert(1)", "data:text/html,x"), None, None),
        (Source("x", "https://a b"), None, None),
    ],
)
def test_only_web_addresses_become_links(source, original, copy):
    assert (urls.source(source), urls.archived(source, DAY)) == (original, copy)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", Format.HTML),
        ("*/*", Format.HTML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format.HTML),
        ("application/json", Format.JSON),
        ("Application/JSON; charset=utf-8", Format.JSON),
        ("text/xml", Format.XML),
        ("text/*;q=0.5, text/markdown", Format.MARKDOWN),
        ("text/html;q=0.1, application/json;q=0.9", Format.JSON),
        ("text/html;q=0, */*", Format.JSON),
        ("application/json;q=nonsense", None),
        ("image/png", None),
        (",,;", Format.HTML),
    ],
)
def test_accept_chooses_the_format(accept, chosen):
    assert accepted(accept) is chosen


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("x.md", ("x", Format.MARKDOWN)),
        ("x.y.json", ("x.y", Format.JSON)),
        ("x.exe", ("x.exe", None)),
        ("json", ("json", None)),
        (".json", ("", Format.JSON)),
    ],
)
def test_suffixes_are_told_from_dots(name, parts):
    assert split_suffix(name) == parts


@pytest.mark.parametrize(
    ("pairs", "at_fault"),
    [
        ([("sort", "best")], ["sort"]),
        ([("limit", "0")], ["limit"]),
        ([("limit", "99999999999999999999")], ["limit"]),
        ([("page", "٣")], ["page"]),
        ([("page", "51")], ["page"]),
        ([("q", "a"), ("q", "b")], ["q"]),
        ([("page", "2"), ("cursor", "x")], ["page"]),
        ([("page", ""), ("after", " ")], []),
        ([("place", "Iraq"), ("place", "Iran")], []),
    ],
)
def test_faults_name_their_parameter(pairs, at_fault):
    asked = read_request(pairs, today=DAY)
    assert [fault.parameter for fault in asked.faults] == at_fault


def test_unknown_parameters_are_told_with_the_nearest_known_one():
    asked = read_request([("plcae", "Iraq"), ("q", "x")], today=DAY)
    assert asked.request.text == "x"
    assert len(asked.unknown) == 1
    assert asked.unknown[0].startswith("plcae is no parameter here; did you mean place? There are q, ")
    assert read_request([("xx", "x")], today=DAY).unknown[0].startswith("xx is no parameter here; there are q, ")
