"""The site as a client meets it: addresses, formats, statuses, headers, errors."""

import csv
import datetime
import gzip
import hashlib
import html
import io
import json
import re
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree

import httpx
import orjson
import pytest

from searchidx.catalogue import SETTINGS_FILE
from searchidx.search.request import FACETS, PARAMETERS
from searchidx.stories.objects import write_story
from searchidx.web.parts import name_key

pytest_plugins = ["tests.web_site"]

PAGES = [
    "/",
    "/search",
    "/search?q=najaf",
    "/search?q=najaf&place=Iraq&place=-Baghdad&topic=-*&date=2004-08&sort=newest&limit=50",
    "/search?q=najaf&after=2003&before=march+2011",
    "/search?q=election&page=2",
    "/search/place?q=najaf",
    "/search/entity?q=najaf&find=sadr&order=name",
    "/news/",
    "/news/2004/",
    "/news/2004/08/",
    "/news/2004/08/14/",
    "/places",
    "/places?find=ira",
    "/places/Iraq",
    "/names",
    "/names?order=name",
    "/names?page=2",
    "/names/NASA",
    "/topics",
    "/topics/Iraq%20War",
    "/categories",
    "/sources",
    "/compare",
    "/compare?q=election&q=earthquake",
    "/compare?q=election&q=earthquake&share=1",
    "/compare?q=election&q=earthquake&by=month",
    "/timeline",
    "/timeline?q=najaf&place=Iraq&date=2004&sort=newest",
    "/map?q=najaf",
    "/news/?when=",
    "/help",
    "/about",
    "/accessibility",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_html_with_its_headers(site, path):
    answer = site.get(path, cache_control="no-cache")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["etag"].startswith('"')
    assert "max-age" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert "total;dur=" in answer.headers["server-timing"]
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "style=" not in answer.text
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_not_sent_again_to_who_has_it(site, path):
    first = site.get(path)
    again = site.get(path, if_none_match=f'"other", W/{first.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert site.get(path, if_none_match='"other"').status_code == 200


def test_each_representation_has_a_tag_of_its_own(site):
    variants = [
        site.get("/search?q=najaf", accept="text/html"),
        site.get("/search?q=najaf", accept="text/html", accept_encoding="identity"),
        site.get("/search?q=najaf", accept="application/json"),
        site.get("/search?q=najaf", accept="application/xml"),
        site.get("/search?q=shrine", accept="text/html"),
    ]
    assert len({answer.headers["etag"] for answer in variants}) == len(variants)


def test_a_month_shows_headlines_in_short(hostile_site):
    days = hostile_site.get("/news/2020/02/").text.partition('<ol class="days">')[2].partition("</ol>")[0]
    headlines = re.findall("<li><a [^>]*><bdi>([^<]*)</bdi>", days)
    assert len(headlines) == 3
    assert all(0 < len(html.unescape(each)) <= 120 for each in headlines)


def test_answers_are_compressed_where_the_client_takes_it(site):
    request = httpx.Request("GET", site.url + "/search?q=najaf", headers={"Accept-Encoding": "gzip"})
    with httpx.Client() as client:
        answer = client.send(request, stream=True)
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(raw)
    assert len(raw) <= 15_000
    plain = site.get("/search?q=najaf", accept_encoding="gzip;q=0, identity")
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content
    assert len(plain.content) <= 60_000


@pytest.mark.parametrize(
    ("suffix", "accept", "media_type"),
    [
        (".html", "*/*", "text/html"),
        (".json", "*/*", "application/json"),
        (".xml", "*/*", "application/xml"),
        (".md", "*/*", "text/markdown"),
        (".md", "application/json", "text/markdown"),
        ("", "application/json", "application/json"),
        ("", "application/xml;q=0.9, application/json;q=0.1", "application/xml"),
        ("", "text/markdown", "text/markdown"),
        ("", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
    ],
)
@pytest.mark.parametrize("stem", ["story", "/news/2004/08/14", "/news/2004/08", "/news/2004", "/search"])
def test_suffix_and_accept_choose_the_format(site, truce, stem, suffix, accept, media_type):
    if stem == "story":
        stem = truce["address"]
    elif not suffix and stem.startswith("/news"):
        stem += "/"
    query = "?q=najaf" if stem == "/search" else ""
    answer = site.get(stem + suffix + query, accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media_type
    if media_type == "application/json":
        assert answer.json()
    elif media_type == "application/xml":
        assert ElementTree.fromstring(answer.content).tag in ("story", "day", "month", "year", "search")
    else:
        assert "najaf" in answer.text.lower() or "2004-08" in answer.text


def test_there_is_nothing_to_apply_where_there_is_nothing_to_filter(site):
    assert ">Apply<" in site.get("/search?q=najaf").text
    nothing = site.get("/search?q=zxqvzxqv").text
    for offered in (">Apply<", "Filters", "and timeline", "Skip to the filters", "Sorted by", "On a page", "Download"):
        assert offered not in nothing


def test_a_long_list_of_a_filter_has_a_form_to_find_values_in_it(site):
    page = site.get("/search?q=najaf&date=2004&page=2").text
    [form] = re.findall(r'<form class="small" action="/search/entity">.*?</form>', page, re.DOTALL)
    hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
    assert hidden == {"q": "najaf", "date": "2004"}
    found = site.get("/search/entity?q=najaf&date=2004&find=sadr").text
    assert "<bdi>Muqtada al-Sadr</bdi>" in found
    assert "Back to “najaf”" in found
    assert "No topic" in site.get("/search/topic?q=iraq").text
    for address in ("/search/place?find=peking", "/places?find=peking"):  # a spelling that no story of it has
        assert "<bdi>Beijing</bdi>" in site.get(address).text
    none = site.get("/search/topic?q=iraq&find=zzz").text
    assert "No topic" not in none
    assert "Nothing here begins with “zzz”" in none
    assert '<form class="small" action="/search/topic">' not in page


def test_all_values_come_by_count_and_none_has_the_label_of_another(site):
    rows = re.findall(r'<bdi>([^<]*)</bdi> <span class="count">([0-9,]+)<', site.get("/search/place?q=najaf").text)
    counted = [int(count.replace(",", "")) for label, count in rows if label != "No place"]
    assert counted == sorted(counted, reverse=True)
    assert len({label for label, _ in rows}) == len(rows)
    assert {"Najaf", "Najaf, Iraq"} <= {label for label, _ in rows}


def test_a_hit_leads_to_its_citation(site):
    page = site.get("/search?q=najaf").text
    url = re.findall(r'<a href="([^"]*)#cite">Cite</a>', page)[0]
    assert ' id="cite">' in site.get(html.unescape(url)).text


def test_a_format_that_nothing_comes_in_is_said_so(site):
    answer = site.get("/search?q=najaf", accept="image/png")
    assert answer.status_code == 406
    assert "text/markdown" in answer.text


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/news/2004/08/14", "/news/2004/08/14/"),
        ("/news/2004/8/14/", "/news/2004/08/14/"),
        ("/news/2004/08/03/", "/news/2004/08/3/"),
        ("/news/2004/08/14/index.html", "/news/2004/08/14/"),
        ("/news/2004/08/14/index.md", "/news/2004/08/14.md"),
        ("/news/2004/08/14/README.md", "/news/2004/08/14.md"),
        ("/news/2004/08/index.json", "/news/2004/08.json"),
        ("/news/2004", "/news/2004/"),
        ("/news", "/news/"),
        ("/news/.json", "/news.json"),
        ("/news/index.md", "/news.md"),
        ("/names/nasa", "/names/NASA"),
        ("/places/iraq", "/places/Iraq"),
        ("/search/?q=najaf", "/search?q=najaf"),
        ("/help/", "/help"),
    ],
)
def test_other_ways_to_write_an_address_lead_to_it(site, path, target):
    answer = site.get(path)
    assert (answer.status_code, answer.headers["location"]) == (301, target)
    assert site.get(target).status_code == 200


def test_an_address_that_begins_with_two_slashes_leads_to_no_other_host(site):
    answer = site.get("//example.org/")
    assert (answer.status_code, answer.headers["location"]) == (301, "/example.org")


def test_a_story_is_found_with_a_slash_behind_its_address(site, truce):
    answer = site.get(truce["address"] + "/?q=najaf&hit=1")
    assert (answer.status_code, answer.headers["location"]) == (301, truce["address"] + "?q=najaf&hit=1")


def test_a_story_is_found_under_zero_padded_days_and_keeps_the_query(site):
    story = site.get("/search.json?q=truce+collapses+date:2004-08-03").json()["hits"][0]
    padded = story["address"].replace("/08/3/", "/08/03/")
    answer = site.get(f"{padded}.md?q=truce&hit=1")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{story['address']}.md?q=truce&hit=1")


def test_head_answers_as_get_does_without_a_body(site):
    got, asked = site.get("/search?q=najaf"), httpx.head(site.url + "/search?q=najaf")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["etag"] == got.headers["etag"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_can_only_be_read(site, method):
    answer = httpx.request(method, site.url + "/search")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/news/2004/13/",
        "/news/2004/02/30/",
        "/news/1850/",
        "/news/2004/08/14/no-such-story",
        "/news/2004/08/14/no-such-story.json",
        "/news/2004/08/14/a/b/c",
        "/places/Nowhere",
        "/places/*",
        "/names/No-Such-Name",
        "/search/colour",
        "/static/style.css",
        "/static/..%2f..%2fapp.py",
        "/news/%00",
        "/%ff%fe",
        "/" + "x" * 5000,
    ],
)
def test_what_is_not_there_is_answered_with_ways_on(site, path):
    answer = site.get(path)
    assert answer.status_code == 404
    assert "content-security-policy" in answer.headers
    if path.endswith(".json"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 404
    else:
        assert "<h1" in answer.text
        assert 'role="search"' in answer.text


def test_a_missing_story_offers_its_day_and_its_words(site):
    text = site.get("/news/2004/08/14/truce-in-the-old-city").text
    assert 'href="/news/2004/08/14/"' in text
    assert "/search?q=truce%20in%20the%20old%20city" in text


BAD = [
    ("q=(", "q"),
    ("q=%22never+closed", "q"),
    ("q=a+OR", "q"),
    ("sort=best", "sort"),
    ("limit=0", "limit"),
    ("limit=100000", "limit"),
    ("page=0", "page"),
    ("page=51", "page"),
    ("page=x", "page"),
    ("cursor=nonsense", "cursor"),
    ("date=2004-02-30", "date"),
    ("after=the+day+the+earth+stood+still", "after"),
    ("before=2004-13", "before"),
    ("q=a&q=b", "q"),
]


@pytest.mark.parametrize(("query", "parameter"), BAD)
def test_a_bad_parameter_gives_a_page_with_the_form_still_there(site, query, parameter):
    answer = site.get(f"/search?{query}&place=Iraq")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert 'name="q"' in answer.text
    assert 'value="Iraq"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/compare.csv?q=(", "q"),
        ("/compare.csv?q=a&q=b&q=c&q=d&q=e", "q"),
        ("/compare.csv?q=truce&by=week", "by"),
        ("/compare.csv?q=truce&unit=month", "unit"),
        ("/map.svg?q=(", "q"),
        ("/search.csv?q=(", "q"),
        ("/search.csv?q=truce&plcae=Iraq", "plcae"),
        ("/search.csv?q=truce&limit=1001", "limit"),
    ],
)
def test_a_table_and_a_picture_fail_as_a_problem(site, address, parameter):
    answer = site.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(("query", "parameter"), BAD)
def test_a_bad_parameter_gives_programs_a_problem(site, query, parameter):
    answer = site.get(f"/search.json?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert problem["errors"][0]["parameter"] == parameter
    assert problem["errors"][0]["message"]


def test_a_mistake_in_a_query_is_shown_where_it_is_with_a_query_that_works(site):
    text = site.get("/search?q=najaf+(truce").text
    assert "najaf <" in text.replace("</span>", "<")
    assert "/search?q=najaf%20%28truce%29" in text
    problem = site.get("/search.json?q=najaf+(truce").json()["errors"][0]
    assert (problem["position"], problem["suggestion"]) == (6, "najaf (truce)")


@pytest.mark.parametrize(
    ("query", "words"), [("train", "1 more place"), ("fire", "1 more topic"), ("fire", "35 more places")]
)
def test_a_filter_says_how_many_more_values_there_are(site, query, words):
    assert f">{words}</a>" in site.get(f"/search?q={query}").text


def test_unknown_parameters_are_noted_on_pages_and_refused_to_programs(site):
    page = site.get("/search?q=najaf&plcae=Iraq")
    assert page.status_code == 200
    assert "did you mean place?" in page.text
    refused = site.get("/search.json?q=najaf&plcae=Iraq")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == "plcae"
    assert "plcae is no parameter" in site.get("/news/2004/?plcae=1").text
    assert site.get("/news/2004.json?plcae=1").status_code == 400


def test_the_search_object_has_its_parts_and_links(site):
    found = site.get("/search.json?q=najaf&place=Iraq&limit=5").json()
    assert {"total", "generation", "query", "hits", "facets", "next_cursor", "links"} <= found.keys()
    assert set(found["facets"]) == set(FACETS)
    assert len(found["hits"]) == 5
    for suffix in ("json", "xml", "md"):
        head = site.get(f"/search.{suffix}?q=najaf&place=Iraq&limit=5").headers["link"]
        assert head == f'<{found["links"]["next"].replace(".json", f".{suffix}")}>; rel="next"'
    assert "link" not in site.get("/search.json?q=najaf&place=Iraq&limit=1000").headers
    following = httpx.get(found["links"]["next"]).json()
    assert following["total"] == found["total"]
    assert not {hit["id"] for hit in following["hits"]} & {hit["id"] for hit in found["hits"]}


def test_programs_find_in_the_search_object_the_ways_out_that_the_page_shows(site):
    asked = "najaf&place=-Iraq&date=2004"
    page, found = site.get(f"/search?q={asked}").text, site.get(f"/search.json?q={asked}").json()
    assert found["total"] == 0
    assert len(found["ways_out"]) > 1
    for way in found["ways_out"]:
        answer = httpx.get(f"{site.url}/search.json", params=way["request"]).json()
        assert answer["total"] == way["total"] > 0
        assert answer["links"]["html"].removeprefix(site.url).replace("&", "&amp;") in page


def test_every_page_of_a_search_is_reached_by_its_links(site):
    path, seen = "/search?q=place:Iraq&limit=5&sort=oldest", []
    while path:
        text = site.get(path).text
        seen += [line for line in text.splitlines() if line.startswith("<h3><a href=")]
        path = text.partition('<link rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    total = site.get("/search.json?q=place:Iraq").json()["total"]
    assert len(seen) == len(set(seen)) == total > 20


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/search?q=najaf&place=-Baghdad", ["Remove </span><bdi>Place: not Baghdad", 'name="place" value="-Baghdad"']),
        ("/search?q=najaf&date=2004-08", ["Date: August 2004", "14 August 2004: ", ">All years</a>"]),
        ("/search?q=zzzzqqq", ["No story has this<"]),
        (
            "/search?q=%E2%80%9Ca+truce+in+Najaf+is+over%E2%80%9D",
            ["/search?q=a%20truce%20in%20Najaf%20is%20over", "with words of", "apart from each other"],
        ),
        ("/search?q=zzzzqqq&place=Iraq", ["No story has all of this", "without zzzzqqq", "The newest stories"]),
        ("/search?q=najaf+during:%22summer+2004%22", ["summer 2004 is 1 June 2004 to 31 August 2004"]),
        ("/search?q=najaf&place=Iraq&sort=oldest", ["searchidx search --place Iraq --sort oldest najaf"]),
        ("/search?topic=-*", ["No topic"]),
        ("/search?q=what+happened+around+Najaf%3F", ["<p>Sought: Najaf, without"]),
        (
            "/search?q=how+often+did+earthquakes+hit+Iraq+and+Japan%3F",
            ["/compare?q=earthquakes%20hit%20place:Iraq&amp;q=", "in Iraq and in Japan"],
        ),
        ("/search?q=earthquakes+in+Iraq+vs.+Japan", ['<a href="/compare?q=earthquakes%20place:Iraq&amp;q=earth']),
        (
            "/search?q=compare+earthquakes+in+Iraq+and+Japan",
            ['<a href="/compare?q=earthquakes%20place:Iraq&amp;q=earth'],
        ),
        (
            "/search?q=floods+in+Iraq+vs+earthquakes+in+Japan",
            ['<a href="/compare?q=floods%20in%20Iraq&amp;q=earthquakes%20in%20Japan" rel="nofollow">'],
        ),
        ("/search?q=Iraq+vs.+Japan", ['<a href="/compare?q=Iraq&amp;q=Japan" rel="nofollow">Iraq and Japan</a>']),
        (
            "/search?q=najaf&date=2004-08",
            ["What came before: <a", "4 stories before 1 August 2004</a>, the newest first"],
        ),
        (
            "/search?q=what+happened+in+Najaf+in+August+2004%3F",
            ["/search?q=Najaf&amp;before=2004-08-01&amp;sort=newest", "4 stories before 1 August 2004</a>"],
        ),
        (
            "/search?q=Burma",
            ['The archive has “Burma” under the name <a href="/search?q=place:Myanmar">Myanmar</a>: 9 stories'],
        ),
        ("/search?q=umar", ['Also written <a href="/search?q=umar%20OR%20Omar">“Omar”</a>: 6 stories in all']),
        ("/", ["Friday, 14 August 2026", "On 14 August, in other years", "Ongoing"]),
        ("/news/2004/08/14/", ["Saturday", "Armed conflicts and attacks", "Earlier day", "Later day"]),
        ("/places/Iraq", ["With", "Ongoing", "37 stories, 9 April 2003 – 10 July 2017. <a"]),
        ("/compare?q=election&q=earthquake", ["polyline", "As a CSV table"]),
        ("/compare?q=(&q=earthquake", ['role="alert"><code>(</code>: ', "polyline"]),
        ("/compare?q=najaf&q=earthquake&by=month", ["Stories a month, up to", ">August 2004<", "By year"]),
        ("/search?q=14+august+2004", ["Everything that happened then:", 'href="/news/2004/08/14/">14 August 2004</a>']),
        ("/search?q=what+happened+in+Najaf+on+14+august+2004", ['href="/news/2004/08/14/">14 August 2004</a>']),
        ("/search?q=zzzzqqq,+12+august+1984", ["The archive has no story of 12 August 1984."]),
        ("/search?q=august+2004", ['href="/news/2004/08/">1 August 2004 – 31 August 2004</a>']),
        ("/search?q=12+august+1984", ["The archive has no story of 12 August 1984."]),
        ("/search?q=najaf", ["<i>Headline:</i> <bdi>Najaf</bdi>", "#related", 'href="/timeline?q=najaf"']),
        ("/search?q=najaf+2004", ["<i>Date:</i> <bdi>14 August 2004, for 2004</bdi>"]),
        ("/search?q=mosque&place=Iraq", ["<i>Place:</i> <bdi>Iraq › ", "Najaf</bdi>"]),
        ("/search?place=Najaf", ["<i>Place:</i> <bdi>Najaf</bdi>"]),
        (
            "/news/1984/08/12/",
            [
                "<h1>No stories of 12 August 1984</h1>",
                "the nearest are of 1",
                '<a href="/news/1999/01/1/">All stories of',
            ],
        ),
        ("/", ["Go to a day, a month or a year"]),
        ("/search?q=najaf", ["Jump to", 'date=1990s" rel="nofollow">1990s<', "Download these: ", "limit=1000"]),
        ("/search?q=najaf&date=1990s", ['<b aria-current="true">1990s</b>']),
        ("/search?q=najaf&date=2004-08", ['date=2004-07" rel="nofollow">July 2004<', ">September 2004<"]),
        ("/timeline?q=najaf&date=2004-08", ['href="/timeline?q=najaf&amp;date=2004-07" rel="nofollow">July 2004<']),
        ("/search?q=najaf&date=2004-08-01", [">31 July 2004<", ">2 August 2004<"]),
        (
            "/search?q=quake+OR+flood&place=Japan&place=Turkey&category=Science",
            [
                'href="/compare?q=%28quake%20OR%20flood%29%20category:Science%20place:Japan&amp;q=',
                "these with each other",
            ],
        ),
        ("/search?q=zzzzqqq&after=2010", ['name="after" value="2010"', "<h1>0 stories</h1>"]),
        ("/search?q=najaff", ["No story has <b>najaff</b>", 'href="/search?q=%22najaff%22">Only najaff']),
        ("/timeline?q=najaff", ["No story has <b>najaff</b>", 'href="/timeline?q=%22najaff%22">Only najaff']),
        ("/map?q=najaff", ["No story has <b>najaff</b>", 'href="/map?q=%22najaff%22">Only najaff']),
    ],
)
def test_pages_say_what_they_should(site, path, words):
    text = site.get(path).text
    for word in words:
        assert word in text


def test_nothing_is_set_side_by_side_that_one_story_has_or_that_belongs_together(site):
    for query in ("najaf+vs", '"najaf+vs+samarra"+zzzzqqq', "najaf+samarra+v."):
        assert "side by side" not in site.get(f"/search?q={query}").text


def test_a_word_that_may_be_a_month_is_not_taken_for_one(site):
    assert "Everything that happened then" not in site.get("/search?q=march").text


@pytest.mark.parametrize(
    ("when", "target"),
    [
        ("14 August 2004", "/news/2004/08/14/"),
        ("2004-08-03", "/news/2004/08/3/"),
        ("august 2004", "/news/2004/08/"),
        ("1999", "/news/1999/"),
        ("yesterday", "/news/2026/08/13/"),
        ("summer 2004", "/search?date=summer%202004"),
        ("December 9999", "/news/9999/12/"),
    ],
)
def test_date_words_lead_to_the_page_of_their_days(site, when, target):
    answer = site.get("/news/?when=" + quote(when))
    assert (answer.status_code, answer.headers["location"]) == (303, target)


def test_words_that_are_no_date_are_said_so(site):
    answer = site.get("/news/?when=%3Cb%3Esoon")
    assert answer.status_code == 400
    assert "<b>soon" not in answer.text


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_the_timeline_has_all_hits_in_the_order_of_time(site, order):
    dates, path = [], f"/timeline?q=election&sort={order}"
    while path:
        page = site.get(path).text
        dates += re.findall(r'<time datetime="([^"]*)"', page)
        path = html.unescape(page.partition('<a rel="next" href="')[2].partition('"')[0])
    assert dates == sorted(dates, reverse=order == "newest")
    assert len(dates) == site.get("/search.json?q=election").json()["total"]


def test_a_bar_without_a_hit_is_no_link(site):
    bars = re.findall(r'<a data-first="([^"]*)"[^>]*>', site.get("/search?q=najaf").text)
    linked = re.findall(r'<a data-first="([^"]*)" data-next="[^"]*" href=', site.get("/search?q=najaf").text)
    assert "2004" in linked
    assert set(linked) < set(bars)
    found = site.get("/search.json?q=najaf").json()["facets"]["date"]["values"]
    assert set(linked) == {year["value"] for year in found}


def test_the_front_page_says_how_many_values_there_are(catalogue, build, serve, tmp_path):
    source = tmp_path / "topics.jsonl"
    lines = [{"date": f"{year}-01-01", "text": "Rain falls.", "topics": "Weather"} for year in (2020, 2021)]
    source.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    build(catalogue, "topics", [source])
    with serve(catalogue, "topics", tmp_path / "log") as site:
        text = site.get("/").text
    assert '<a href="/topics">1 topic</a>' in text
    assert '<a href="/sources">0 sources</a>' in text


def test_the_examples_of_the_front_page_find_something(site):
    examples = re.findall(r'<a href="(/search\?q=[^"]*)" rel="nofollow"><bdi>', site.get("/").text)
    assert len(examples) == 3
    for example in examples:
        assert site.get(html.unescape(example).replace("/search", "/search.json")).json()["total"]


def test_the_views_of_a_search_lead_to_each_other_and_keep_its_filters(site):
    for path in ("/search", "/timeline", "/map"):
        text = html.unescape(site.get(path + "?q=najaf&place=Iraq&date=2004-08").text)
        for other in {"/search", "/timeline", "/map"} - {path}:
            assert f'href="{other}?q=najaf&place=Iraq&date=2004-08"' in text


def test_months_compared_add_up_to_their_years(site):
    def table(query):
        rows = list(csv.reader(site.get("/compare.csv?q=election&q=najaf" + query).text.splitlines()))
        return rows[0][1:], {row[0]: list(map(int, row[1:])) for row in rows[1:]}

    heads, years = table("")
    assert heads == ["election", "najaf"]
    months = table("&by=month")[1]
    for year, counts in years.items():
        parts = [values for month, values in months.items() if month.startswith(year)]
        assert [sum(column) for column in zip(*parts, strict=True)] == counts
    assert site.get("/compare?q=election&by=week").status_code == 400


def test_a_story_page_has_its_parts(site, truce):
    text = site.get(truce["address"]).text
    for part in (
        "14 August 2004",
        "https://web.archive.org/web/20040814/https://en.wikipedia.org/",
        'rel="noopener noreferrer external"',
        "The story around it",
        "Related stories",
        "Iraq on the map",
        "stories on this day",
        "<i>Context:</i>",
        'aria-current="date"',
        "Sample archive, 14 August 2004.",
        'rel="canonical"',
        'href="/names/Iyad%20Allawi"',
    ):
        assert part in text
    data = json.loads(text.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert (data["@type"], data["datePublished"]) == ("NewsArticle", "2004-08-14")


@pytest.mark.parametrize(
    ("suffix", "media_type", "begins"),
    [
        ("bib", "application/x-bibtex", "@misc{"),
        ("ris", "application/x-research-info-systems", "TY  - NEWS\r\n"),
        ("csl.json", "application/vnd.citationstyles.csl+json", '[{"id":'),
        ("jsonld", "application/ld+json", '{"@context":"https://schema.org"'),
    ],
)
def test_a_story_is_cited_at_an_address_of_its_own_and_by_accept(site, truce, suffix, media_type, begins):
    page = site.get(truce["address"]).text
    for answer in (site.get(f"{truce['address']}.{suffix}"), site.get(truce["address"], accept=media_type)):
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media_type
        assert answer.text.startswith(begins)
        assert truce["headline"] in answer.text
    if suffix != "jsonld":
        assert f'<link rel="alternate" type="{media_type}" href="{truce["address"]}.{suffix}"' in page
    day = site.get(f"/news/2004/08/14.{suffix}")
    assert day.status_code == 404
    assert site.get("/news/2004/08/14/", accept=media_type).status_code == 406


def test_a_story_page_tells_reference_managers_what_it_is(site, truce):
    text = site.get(truce["address"]).text
    tags = dict(re.findall(r'<meta (?:name|property)="([^"]*)" content="([^"]*)">', text))
    assert html.unescape(tags["citation_title"]) == tags["og:title"] == truce["headline"]
    assert tags["citation_publication_date"] == "2004/08/14"
    assert tags["citation_public_url"] == tags["og:url"] == site.url + truce["address"]
    assert tags["citation_publisher"] == tags["og:site_name"] == "Sample archive"


def test_the_data_in_a_page_have_the_whole_headline(site):
    [story] = site.get("/search.json?q=gyanendra+drives+marchers").json()["hits"]
    data = site.get(story["address"]).text.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert json.loads(data)["headline"] == story["headline"]
    assert len(story["headline"]) > 110


def test_a_story_says_where_it_is_from_and_where_errors_are_reported(catalogue, serve, site, truce, tmp_path):
    page = site.get(truce["address"]).text
    assert "Report an error" not in page
    exported = orjson.dumps(write_story(catalogue.open("sample").story(truce["id"])))
    assert f"<dd><code>{hashlib.sha256(exported).hexdigest()}</code>" in page
    settings = catalogue.path("sample") / SETTINGS_FILE
    before = settings.read_text()
    try:
        settings.write_text(before.replace('contact = ""', 'contact = "press&co+desk@news.example"'))
        with serve(catalogue, "sample", tmp_path / "log") as other:
            page = other.get(truce["address"]).text
    finally:
        settings.write_text(before)
    assert 'href="mailto:press%26co+desk@news.example">Contact<' in page
    [mail] = re.findall('<a href="([^"]*)">Report an error', page)
    assert parse_qs(urlsplit(html.unescape(mail)).query) == {
        "subject": [f"An error in: {truce['headline']}"],
        "body": [other.url + truce["address"]],
    }


def test_related_stories_come_in_the_order_of_time_too(site, truce):
    asked = f"{truce['address']}?q=najaf&hit=1"
    day = datetime.date.fromisoformat(truce["date"])
    closest, in_time = (
        [
            abs((datetime.date.fromisoformat(each) - day).days)
            for each in re.findall('<p class="why"><time datetime="([^"]*)"', site.get(asked + by).text)
        ]
        for by in ("", "&related=time")
    )
    assert len(closest) == len(in_time) == 8
    assert in_time == sorted(in_time)
    assert closest != sorted(closest)
    [link] = re.findall('<a href="([^"]*)" rel="nofollow">Nearest in time<', site.get(asked).text)
    assert "hit=1&amp;related=time#related" in link
    told = site.get(f"{truce['address']}.json?related=time").json()["related"]
    assert [abs(each["reason"]["days"]) for each in told] == in_time
    assert site.get(asked + "&related=space").status_code == 400


def test_a_page_on_paper_says_what_it_is_and_when_it_was_read(site):
    for path, title in (("/search?q=najaf", "najaf: "), ("/news/2004/08/14/", "14 August 2004 — Sample archive")):
        [line] = re.findall('<p class="paper soft">(.*)</p>', html.unescape(site.get(path).text))
        assert line.startswith(title)
        assert line.endswith(f"{site.url}{path}, 14 August 2026")


def test_a_story_from_a_search_leads_back_and_on(site):
    hits = site.get("/search.json?q=najaf").json()["hits"]
    text = site.get(hits[1]["address"] + "?q=najaf&hit=2").text
    assert 'href="/search?q=najaf"' in text
    assert "2 of " in text
    assert f"{hits[0]['address']}?q=najaf&amp;hit=1" in text
    assert f"{hits[2]['address']}?q=najaf&amp;hit=3" in text
    assert "Back to" not in site.get(hits[1]["address"] + "?q=najaf&hit=9").text


def test_the_comparison_comes_as_a_table_for_programs(site):
    answer = site.get("/compare.csv?q=election&q=%3Dearthquake")
    rows = answer.text.splitlines()
    assert rows[0] == "year,election,'=earthquake"
    assert len(rows) == 22
    assert site.get("/compare.csv?q=(").status_code == 400


def test_a_search_comes_as_a_table_for_spreadsheets_page_after_page(site):
    seen: list[dict[str, str]] = []
    path = "/search.csv?place=Iraq&sort=oldest&limit=20"
    while path:
        answer = site.get(path)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.content.startswith("\ufeffdate,headline,".encode())
        seen += csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
        path = answer.headers.get("link", "").partition(">")[0].removeprefix(f"<{site.url}")
    found = site.get("/search.json?place=Iraq&sort=oldest&limit=1000").json()["hits"]
    assert len(found) > 20
    assert [row["id"] for row in seen] == [hit["id"] for hit in found]
    assert [row["headline"] for row in seen] == [hit["headline"] for hit in found]
    assert site.get(seen[0]["url"].removeprefix(site.url)).status_code == 200
    page = site.get("/search?place=Iraq").text
    assert 'Download these: <a href="/search.csv?place=Iraq&amp;limit=1000"' in page


def test_what_machines_ask_for(site):
    assert "Disallow: /search" in site.get("/robots.txt").text
    assert site.get("/search.json?q=najaf").headers["access-control-allow-origin"] == "*"
    description = ElementTree.fromstring(site.get("/opensearch.xml").content)
    assert "{searchTerms}" in description[2].attrib["template"]
    assert site.get("/livez").text == "ok\n"
    assert site.get("/readyz").text.startswith("ok, 446 stories, generation ")
    kinds = {each["kind"] for each in site.get("/suggest?q=naj").json()["completions"]}
    assert {"word", "place"} <= kinds
    assert site.get("/suggest").json()["completions"] == []
    assert (
        site.get("/suggest?q=naj&unknown=1").json()["completions"] == site.get("/suggest?q=naj").json()["completions"]
    )


def test_static_files_are_named_by_content_and_kept_for_ever(site):
    text = site.get("/").text
    names = [part.split('"')[0] for part in text.split('"/static/')[1:]]
    assert len(names) == 3
    for name in names:
        answer = site.get(f"/static/{name}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    sizes = {name.rpartition(".")[2]: len(site.get(f"/static/{name}").content) for name in names}
    assert sizes["css"] <= 10_240
    assert sizes["js"] <= 6_144


def test_a_running_server_goes_on_to_the_new_generation(catalogue, build, serve, tmp_path):
    source = tmp_path / "first.jsonl"
    source.write_bytes(orjson.dumps({"date": "2021-01-01", "text": "The first story is told."}))
    build(catalogue, "growing", [source])
    with serve(catalogue, "growing", tmp_path / "log") as site:
        before = site.get("/search.json?q=story")
        source.write_bytes(orjson.dumps({"date": "2021-01-02", "text": "A second story is told."}))
        build(catalogue, "growing", [source])
        after = site.get("/search.json?q=story", if_none_match=before.headers["etag"])
        assert (before.json()["total"], after.json()["total"]) == (1, 2)
        assert after.json()["generation"] > before.json()["generation"]


def test_an_index_put_in_the_place_of_another_is_served_though_its_number_is_the_same(
    catalogue, build, serve, tmp_path
):
    for name in ("shown", "put"):
        source = tmp_path / f"{name}.jsonl"
        source.write_bytes(orjson.dumps({"date": "2021-01-01", "text": f"The {name} story is told."}))
        build(catalogue, name, [source])
    with serve(catalogue, "shown", tmp_path / "log") as site:
        before = site.get("/search.json?q=story")
        catalogue.path("shown").rename(tmp_path / "former")
        catalogue.path("put").rename(catalogue.path("shown"))
        after = site.get("/search.json?q=story", if_none_match=before.headers["etag"])
    assert before.json()["generation"] == after.json()["generation"]
    assert after.json()["hits"][0]["headline"] == "The put story is told."


def test_what_is_wrong_with_an_index_is_told_to_its_keeper_and_not_to_readers(catalogue, build, serve, tmp_path):
    source, log = tmp_path / "broken.jsonl", tmp_path / "log"
    source.write_bytes(orjson.dumps({"date": "2021-01-01", "text": "The story is told."}))
    build(catalogue, "broken", [source])
    with serve(catalogue, "broken", log) as site:
        (catalogue.path("broken") / "CURRENT").write_text("77\n")
        answer = site.get("/search.json?q=story")
        assert (site.get("/livez").status_code, site.get("/readyz").status_code) == (200, 503)
    assert answer.status_code == 503
    assert "77" not in answer.text
    assert "77.json is missing" in log.read_text()


def test_the_addresses_for_programs_are_there_and_answer_as_told(site, truce):
    docs = Path(__file__).parent.parent / "docs" / "formats.md"
    section = docs.read_text(encoding="utf-8").partition("\n## Addresses\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| `")]
    addresses = {address: told for addresses, told in rows for address in re.findall("`([^`]+)`", addresses)}
    assert len(addresses) > 8
    for address, told in addresses.items():
        answer = site.get(truce["address"] + ".json" if "<words>" in address else address)
        assert answer.status_code == 200, address
        schema = "search.json" if "`search.json`" in told else "story.json"
        described = json.loads((files("searchidx") / "data" / "schemas" / schema).read_text())["properties"]
        if answer.headers["content-type"] == "application/json":
            assert {key for key in answer.json() if f"`{key}`" not in told} <= described.keys(), address
    assert all(f"`{name}`" in section for name in PARAMETERS)
    fault = site.get("/search.json?q=(").json()["errors"][0]
    assert all(f"`{key}`" in section for key in fault)


@pytest.mark.parametrize("order", ["count", "name"])
@pytest.mark.parametrize("path", ["/names", "/search/entity"])
def test_the_pages_of_a_list_hold_each_value_once(site, path, order):
    seen, url = [], f"{path}?order={order}"
    while url:
        page = site.get(url)
        assert len(page.content) <= 60_000
        main = page.text.partition("<main")[2]
        seen += re.findall(r"<li>(?:<a [^>]*>|<label><input [^>]*> )<bdi>([^<]*)</bdi>", main)
        url = html.unescape(main.partition('<a rel="next" href="')[2].partition('"')[0])
    every = {value["value"] for value in site.get("/search.json?limit=1").json()["facets"]["entity"]["values"]}
    assert every <= set(seen)
    assert len(seen) == len(set(seen)) > 300


def test_letters_lead_to_where_they_begin(site):
    text = site.get("/names?order=name").text
    url, anchor = re.findall(r'href="([^"]*)#(N)"', text)[0]
    page = site.get(html.unescape(url)).text
    assert f'<h2 id="{anchor}">N</h2>' in page
    assert "NASA" in page.partition(f'id="{anchor}"')[2]


def test_names_are_sorted_word_by_word_from_their_first_letter_on():
    names = [
        "50 Cent",
        "Ágnes Heller",
        "al-Jazeera",
        "New York",
        "New-York Tribune",
        "Newark",
        "“Newton”",
        "Žilina",
        "ФСС",
    ]
    shuffled = [*names[1::2], *names[::2]]
    assert sorted(shuffled, key=name_key) == names


@pytest.mark.parametrize(
    "path", ["/names?page=0", "/names?page=x", "/names?page=999", "/search/entity?q=najaf&page=40"]
)
def test_a_page_that_a_list_has_not_is_said_so(site, path):
    answer = site.get(path)
    assert answer.status_code == 400
    assert "page" in answer.text


def test_an_archive_of_one_story_has_pages_too(catalogue, build, serve, tmp_path):
    source = tmp_path / "one.jsonl"
    source.write_bytes(orjson.dumps({"date": "2021-01-01", "text": "Only story.", "category": "News"}))
    build(catalogue, "single", [source])
    with serve(catalogue, "single", tmp_path / "log") as site:
        for path in ("/", "/search", "/search?q=only", "/news/", "/places", "/topics", "/compare?q=only"):
            assert site.get(path).status_code == 200
        assert 'content="1 story: category News."' in site.get("/categories/News").text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=zebra",
        "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E&place=%22%3E%3Cx%3E&after=%22%3E",
        "/search?q=zebra&source=%3Cu%3Esource%3C%2Fu%3E",
        "/search/place?q=zebra&find=%3Cb%3E",
        "/news/",
        "/news/2020/",
        "/news/2020/02/",
        "/news/2020/02/29/",
        "/news/0001/01/1/",
        "/news/9999/12/31/",
        "/names",
        "/topics",
        "/categories/%3Ci%3Ecategory%3C%2Fi%3E",
        "/compare?q=%3Cb%3E&q=zebra",
        "/compare?q=%3Cb%3E&q=zebra&by=month",
        "/timeline?q=zebra",
        "/map?q=zebra",
        "/search?place=%22%3E%3Csvg+onload%3Dalert(2)%3E",
        "/opensearch.xml",
    ],
)
def test_hostile_texts_come_out_as_the_text_they_are(hostile_site, path):
    answer = hostile_site.get(path)
    assert answer.status_code in (200, 400)
    assert len(answer.content) < 60_000  # the archive's years reach from 1 to 9999
    lower = answer.text.lower()
    for harm in ("<script>alert", "<img", "<svg onload", "<b>hostile", "<u>source", "<i>category", 'href="javascript:'):
        assert harm not in lower


def test_all_years_come_in_every_format_for_programs(site):
    years = site.get("/news.json").json()
    counts = {each["period"]: each["count"] for each in years["parts"]}
    assert years == {
        "period": None,
        "total": sum(counts.values()),
        "parts": [{"period": period, "count": count} for period, count in sorted(counts.items())],
        "stories": [],
        "previous": None,
        "next": None,
    }
    assert counts["2004"] == site.get("/news/2004.json").json()["total"]
    root = ElementTree.fromstring(site.get("/news.xml").content)
    assert (root.tag, root.attrib) == ("archive", {"total": str(years["total"])})
    assert {each.get("period"): int(each.get("total", "")) for each in root.findall("year")} == counts
    assert f"- [2004](/news/2004/index.md): {counts['2004']} stories\n" in site.get("/news.md").text
    assert 'href="/news.json" title="JSON"' in site.get("/news/").text
    assert site.get("/news.json?when=2004").status_code == 400


@pytest.mark.parametrize("path", ["/", "/news/2020/02/29/", "/search?q=nothing+like+it"])
def test_lists_of_stories_show_the_beginning_of_a_long_body(hostile_site, path):
    assert "zebra " + "W" * 314 + "…" in hostile_site.get(path).text


def test_what_looks_like_a_template_is_shown_as_it_is(hostile_site):
    assert "{{ 7*7 }} {% raw %} ]]&gt; --&gt; zebra" in hostile_site.get("/news/2020/02/29/").text


def test_hostile_stories_have_pages_in_every_format(hostile_site):
    hits = hostile_site.get("/search.json?limit=50").json()["hits"]
    assert len(hits) >= 7
    for hit in hits:
        page = hostile_site.get(httpx.URL(hit["address"]).raw_path.decode())
        assert page.status_code == 200
        body = page.text.split("</head>")[1].lower()
        assert "<script" not in body
        assert "<img" not in body
        assert 'href="javascript:' not in body
        assert 'href="data:' not in body
        head = page.text.split("</head>")[0]
        assert head.count("</script>") == 2
        for suffix in (".json", ".xml", ".md"):
            assert hostile_site.get(hit["address"] + suffix).status_code == 200


def test_near_duplicates_are_folded_under_the_first_and_still_counted(catalogue, build, serve, tmp_path):
    source = tmp_path / "twice.jsonl"
    words = "A bomb in the old market of the northern city kills at least twelve people on Sunday morning"
    lines = [{"date": "2021-01-03", "text": f"{words}{end}"} for end in (".", ", police say.")]
    source.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    build(catalogue, "twice", [source])
    with serve(catalogue, "twice", tmp_path / "log") as site:
        text = site.get("/search?q=bomb").text
        assert "<h1>2 stories" in text
        assert text.count("<h3>") == 1
        assert "1 similar report</summary>" in text
        assert "?q=bomb&amp;hit=2" in text


def test_searches_of_the_years_before_1000_can_be_followed(catalogue, build, serve, tmp_path):
    source = tmp_path / "antiquity.jsonl"
    source.write_text("".join(f'{{"date": "{year}-05-01", "text": "A fire in Rome."}}\n' for year in ("0989", "0994")))
    build(catalogue, "antiquity", [source])
    with serve(catalogue, "antiquity", tmp_path / "log") as site:
        pages = [site.get(path) for path in ("/", "/search?q=rome", "/search?q=carthage&date=0989-05-01")]
        searches = {html.unescape(url) for page in pages for url in re.findall(r'href="(/search\?[^"#]*)', page.text)}
        assert {"/search?q=Italy%200994", "/search?q=rome&date=0980s", "/search?date=0989"} <= searches
        assert {site.get(url).status_code for url in searches} == {200}


def test_a_story_in_json_has_its_story_lines(site, truce):
    lines = site.get(f"{truce['address']}.json").json()["story_lines"]
    assert [line["topic"] for line in lines] == ["Battle of Najaf", "Iraq War"]
    assert truce["id"] in {story["id"] for story in lines[0]["stories"]}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("truce summer 2004", "Days: summer 2004 is 1 June 2004 to 31 August 2004"),
        ("truce before 2005", "Days: before 2005 is up to 31 December 2004"),
        ("truce 14 august 2004", ""),
        ("truce in August 2004", ""),
        ("who won the 2004 truce", ""),
        ("truce date:2004-08", ""),
    ],
)
def test_days_that_go_without_saying_are_not_told(site, query, told):
    answer = site.get(f"/search?q={quote(query)}")
    assert "".join(re.findall("<p>(Days: [^<]*)", answer.text)) == told
