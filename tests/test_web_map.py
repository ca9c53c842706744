"""The map of a search: what is drawn, where it leads, and that it says no more and no less than the search."""

import gzip
import html
import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from searchidx.search.page import Facet, FacetValue, Page, Understanding
from searchidx.search.request import Request
from searchidx.web.atlas import WIDTH, around, atlas
from searchidx.web.calendars import SHADES
from searchidx.web.map_page import map_page, steps

pytest_plugins = ["tests.web_site"]

SVG = "{http://www.w3.org/2000/svg}"
SEARCHES = [
    "",
    "?q=najaf",
    "?q=earthquake&date=2004",
    "?q=election&place=Iraq",
    "?place=Asia&place=-Iraq",
    "?q=killed&sort=newest&category=-Sport",
    "?q=nosuchwordatall",
]


def frame_of(value):
    frame = atlas().by_value[value].frame
    assert frame is not None
    return frame


def is_in(spot, frame):
    return frame[0] - 2 <= spot[0] <= frame[2] + 2 and frame[1] - 2 <= spot[1] <= frame[3] + 2


def drawn(page):
    """Return the map in a page: its links by their titles, and the addresses of the shapes that it shows."""
    [text] = re.findall(r'<svg class="map" width="100%".*?</svg>', page.text, re.DOTALL)
    tree = ElementTree.fromstring(text)
    links = {link.findtext("title"): link.get("href") for link in tree.iter("a")}
    return links, [shape.get("href") for shape in tree.iter("use")]


def outlines(site, shapes):
    """Return the file that shapes are in, as a tree."""
    [address] = {shape.partition("#")[0] for shape in shapes}
    answer = site.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert "immutable" in answer.headers["cache-control"]
    return ElementTree.fromstring(answer.text)


def listed(page):
    """Return the lists beside the map: label, link and count."""
    rows = re.findall(
        r'<li><a href="([^"]*)"><bdi>([^<]*)</bdi></a> <span class="count">([0-9,]+)<',
        page.text,
    )
    return [(html.unescape(label), html.unescape(url), int(count.replace(",", ""))) for url, label, count in rows]


def values_in(facet_values):
    for value in facet_values:
        yield value
        yield from values_in(value["children"])


@pytest.mark.parametrize("search", SEARCHES)
def test_every_country_found_is_shaded_and_listed_with_its_count(site, search):
    page = site.get("/map" + search)
    assert page.status_code == 200
    links, _ = drawn(page)
    rows = {label: count for label, _, count in listed(page)}
    everything = site.get("/search/place" + search + ("&" if search else "?") + "order=name").text
    counts = {
        html.unescape(label): int(count.replace(",", ""))
        for label, count in re.findall(r'<bdi>([^<]*)</bdi> <span class="count">([0-9,]+)<', everything)
    }
    countries = {value: count for value, count in counts.items() if value in atlas().by_value}
    for value, count in countries.items():
        if atlas().by_value[value].is_continent:
            continue
        assert rows[value] == count
        if atlas().by_value[value].path and "place=" not in search:
            assert f"{value}: {count:,} {'story' if count == 1 else 'stories'}" in links


@pytest.mark.parametrize("search", [search for search in SEARCHES if "nosuch" not in search])
def test_each_link_of_the_map_narrows_the_search_to_what_it_promises(site, search):
    page = site.get("/map" + search)
    links, _ = drawn(page)
    asked = parse_qs(search.lstrip("?"))
    assert links
    for title, url in list(links.items())[::7]:
        query = parse_qs(urlsplit(url).query)
        assert urlsplit(url).path == "/search"
        assert len(query["place"]) == 1
        assert {name: query[name] for name in query if name != "place"} == {n: asked[n] for n in asked if n != "place"}
        count = int(title.rpartition(": ")[2].partition(" ")[0].replace(",", ""))
        assert site.get(url.replace("/search", "/search.json")).json()["total"] == count


def test_the_lists_have_the_same_links_as_the_map(site):
    page = site.get("/map?q=iraq")
    links, _ = drawn(page)
    assert set(links.values()) <= {url for _, url, _ in listed(page)}


@pytest.mark.parametrize("search", SEARCHES)
def test_all_shapes_are_in_one_file_that_is_kept(site, search):
    page = site.get("/map" + search)
    _, shapes = drawn(page)
    tree = outlines(site, shapes)
    ids = {each.get("id") for each in tree.iter() if each.get("id")}
    assert {shape.partition("#")[2] for shape in shapes} <= ids
    assert len(page.text) < 60_000
    assert len(gzip.compress(page.content)) < 12_000


def test_a_country_without_a_story_is_drawn_without_a_link(site):
    links, shapes = drawn(site.get("/map?q=najaf"))
    tree = outlines(site, shapes)
    [lands] = [each for each in tree if each.get("id") == "lands"]
    assert shapes[0].endswith("#lands")
    assert "Chile" in [each.findtext(SVG + "title") for each in lands]
    assert not any(title.startswith("Chile") for title in links)


def test_a_picked_country_fills_the_map_and_is_marked(site):
    page = site.get("/map?q=najaf&place=Iraq")
    west, north, width, height = map(int, re.findall(r'viewBox="([^"]*)"', page.text)[0].split())
    left, top, right, bottom = frame_of("Iraq")
    assert west < left < right < west + width
    assert north < top < bottom < north + height
    assert width < 300
    assert re.search(r'<a href="[^"]*place=Iraq"[^>]* aria-current="true">\n?<title>Iraq: ', page.text)
    assert site.get("/map.svg?q=najaf").text.count("<path") > 4 * site.get("/map.svg?place=Iraq").text.count("<path")


def test_the_search_page_and_the_map_lead_to_each_other(site):
    assert 'href="/map?q=najaf&amp;date=2004"' in site.get("/search?q=najaf&date=2004").text
    assert 'href="/search?q=najaf&amp;date=2004"' in site.get("/map?q=najaf&date=2004").text
    assert 'href="/map"' in site.get("/").text


def test_nothing_found_is_a_map_without_shades(site):
    page = site.get("/map?q=nosuchwordatall")
    links, shapes = drawn(page)
    assert (page.status_code, links) == (200, {})
    assert [shape.partition("#")[2] for shape in shapes] == ["lands"]
    assert "No story of this search has a place" in page.text


@pytest.mark.parametrize("suffix", ["", ".svg"])
def test_a_picked_place_that_no_story_found_has_is_drawn(site, suffix):
    page = site.get(f"/map{suffix}?place=Najaf&source=Nobody")
    assert page.status_code == 200
    assert "Najaf: 0 stories" in page.text


@pytest.mark.parametrize("search", SEARCHES)
def test_the_picture_is_an_svg_file_that_runs_and_loads_nothing(site, search):
    picture = site.get("/map.svg" + search)
    assert picture.headers["content-type"] == "image/svg+xml"
    tree = ElementTree.fromstring(picture.text)
    assert tree.tag == SVG + "svg"
    tags = {each.tag.removeprefix(SVG) for each in tree.iter()}
    assert tags <= {"svg", "g", "title", "path", "circle", "text"}
    assert not {name for each in tree.iter() for name in each.attrib if name in ("style", "href")}


@pytest.mark.parametrize("path", ["/map", "/map?q=najaf", "/map.svg?q=najaf"])
def test_a_map_is_kept_and_not_sent_again(site, path):
    first = site.get(path)
    assert "max-age" in first.headers["cache-control"]
    again = site.get(path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert "style=" not in first.text


@pytest.mark.parametrize(
    "query",
    [
        "q=%28",
        "place=%00",
        "place=" + "x" * 3000,
        "date=nonsense",
        "sort=%3Cscript%3E",
        "limit=999999999999",
        "page=50&cursor=abc",
        "q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "place=%22%3E%3Csvg%20onload=alert(2)%3E",
        "nosuch=1",
        "q=a&q=b",
    ],
)
@pytest.mark.parametrize("path", ["/map", "/map.svg"])
def test_hostile_parameters_get_an_answer_without_harm(site, path, query):
    answer = site.get(f"{path}?{query}")
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text
    if answer.headers["content-type"] == "application/problem+json":  # a browser makes no page of that
        assert answer.headers["x-content-type-options"] == "nosniff"
    else:
        assert "<script>" not in answer.text
        assert "<svg onload" not in answer.text


def test_hostile_stories_are_listed_as_the_text_they_are(hostile_site):
    page = hostile_site.get("/map")
    assert page.status_code == 200
    assert "&gt;&lt;svg onload=alert(2)&gt;" in page.text
    assert "<svg onload" not in page.text
    drawn(page)


@pytest.mark.parametrize(
    ("peak", "bounds"),
    [
        (0, ()),
        (1, (1,)),
        (2, (1, 2)),
        (12, (1, 2, 3, 4, 7)),
        (115, (1, 3, 7, 20, 40)),
        (13_685, (1, 7, 50, 300, 2000)),
    ],
)
def test_shades_begin_at_round_numbers(peak, bounds):
    assert steps(peak) == bounds
    assert len(bounds) <= SHADES


@pytest.mark.parametrize("country", ["Singapore", "Liechtenstein"])
def test_a_country_too_small_for_its_shape_has_a_dot(country):
    places = Facet((FacetValue(country, country, 1),), 0, 0)
    shown = map_page(Request(), Page(1, 1, Understanding("", ""), (), facets={"place": places}))
    [spot] = [area.spot for shade in shown.drawing.shades for area in shade.areas if area.land.value == country]
    box = atlas().by_value[country].box
    assert spot is not None
    assert box is not None
    assert is_in(spot, box)


def test_the_shipped_map_holds_together():
    known = atlas()
    for land in known.lands:
        assert re.fullmatch(r"(M\d+ \d+l[-\d ]+z)*", land.path)
        assert (land.extent is None) == (not land.path)
        if land.frame and land.extent:
            assert around([land.frame, land.extent]) == land.extent
    for value in ("Iraq", "Japan", "Brazil", "Somalia", "Kosovo", "Palestine"):
        assert is_in(known.by_value[value].spot, frame_of(value)), value
    assert is_in(known.places["Najaf"], frame_of("Iraq"))
    assert known.by_value["Singapore"].spot
    assert sum(land.is_continent for land in known.lands) == 6
    assert all(0 <= x <= WIDTH for x, _ in known.places.values())
