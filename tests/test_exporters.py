"""Answers, stories and listings as JSON, Markdown and XML."""

import csv
import datetime
import io
import json
from importlib.resources import files
from xml.etree import ElementTree

import jsonschema
import pytest

from searchidx.exporters.listings import Listing, period_address
from searchidx.exporters.markdown import leading_name, listing_markdown, search_markdown, story_markdown
from searchidx.exporters.objects import (
    completions_object,
    json_lines,
    listing_object,
    related_object,
    search_object,
    story_object,
    to_json,
)
from searchidx.exporters.plain_xml import listing_xml, search_xml, story_xml
from searchidx.exporters.tables import stories_csv
from searchidx.search.page import (
    AlsoWritten,
    Completion,
    Correction,
    DidYouMean,
    Facet,
    FacetValue,
    Hit,
    OtherName,
    Page,
    Reason,
    RelatedPage,
    RelatedStory,
    Relaxed,
    Snippet,
    StoryLine,
    Understanding,
    UnderstoodSpan,
    WayOut,
    WaysOn,
)
from searchidx.search.request import Request
from searchidx.search.scoring import RelatedParts
from searchidx.stories import Entity, Origin, Place, Source, Story
from searchidx.stories.records import read_story

DAY = datetime.date(2004, 8, 3)
STORY = Story(
    id="2004-08-03-a",
    address="/news/2004/08/3/a-truce-in-najaf-holds",
    date=DAY,
    headline="A truce in Najaf holds.",
    body="Talks with Muqtada al-Sadr go on.\n\n# not a heading",
    category="Armed conflicts",
    places=(Place("Najaf", id="98860"),),
    entities=(Entity("Muqtada al-Sadr", url="https://en.wikipedia.org/wiki/Muqtada_al-Sadr"), Entity("truce")),
    sources=(Source("BBC", url="http://news.example/1 2"), Source("A radio")),
    image="http://news.example/a.jpg",
    former=("/news/2004/08/3/a-truce",),
    origin=Origin("archive/2004.jsonl", 7, (("date", "time"),)),
)
OTHER = Story(
    id="2004-08-05-b",
    address="/news/2004/08/5/the-truce-ends",
    date=datetime.date(2004, 8, 5),
    headline="The truce ends.",
    topics=("iraq War",),
)
RELATED = RelatedStory(
    OTHER, 0.75, Reason(("truce", "Najaf"), ("hold",), 2, RelatedParts(0.25, 0.5, 0.4, 1.0, 1.9, 2.25))
)
PAGE = Page(
    total=1204,
    generation=3,
    query=Understanding(
        text="najaff truce",
        parsed="(najaff OR najaf) truce",
        spans=(UnderstoodSpan("2004", datetime.date(2004, 1, 1), None),),
        corrections=(Correction("najaff", ("najaf",), '"najaff" truce'),),
        relaxed=Relaxed(1, ("najaff", "truce"), ("najaff",)),
        warnings=("there is no field x; it was read as a word",),
    ),
    hits=(Hit(STORY, 3.5, ((2, 7), (11, 16)), Snippet("Talks with Muqtada", ((11, 18),)), (OTHER.id,)),),
    facets={
        "place": Facet((FacetValue("Iraq", "Iraq", 3, "selected", (FacetValue("Najaf, Iraq", "Najaf", 2),)),), 4, 5),
        "category": Facet((FacetValue("Sports", "Sports", 1, "excluded"),), 0, 0),
    },
    first=DAY,
    last=DAY,
    next_cursor="abc",
    did_you_mean=DidYouMean("najaf truce", 7),
)
RELATED_PAGE = RelatedPage(STORY.id, 3, (RELATED,))
WAYS = WaysOn(
    OtherName("Bombay", "Mumbai", Request(text="place:Mumbai truce"), 3),
    AlsoWritten(("cease-fire",), Request(text="truce OR cease-fire"), 4),
    (
        WayOut(
            "without",
            "place:Iraq",
            Request(text="truce", source=("BBC", "-Reuters"), date=("2004",), before="2004-08"),
            2,
        ),
    ),
)


def xml(text):
    return ElementTree.fromstring(text)


def schema(name):
    return json.loads((files("searchidx") / "data" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("search", search_object(PAGE, WAYS)),
        ("search", search_object(Page(0, 1, Understanding("", ""), ()), WaysOn())),
        ("related", related_object(RELATED_PAGE)),
        ("related", related_object(RelatedPage("x", 1, ()))),
    ],
)
def test_answers_are_what_their_schemas_say(name, value):
    jsonschema.Draft202012Validator.check_schema(schema(name))
    jsonschema.validate(json.loads(to_json(value)), schema(name))


def test_a_search_as_json_has_every_key_even_where_nothing_is_known():
    value = search_object(Page(0, 1, Understanding("", ""), ()), WaysOn())
    assert value == {
        "total": 0,
        "generation": 1,
        "query": {"text": "", "parsed": "", "spans": [], "corrections": [], "relaxed": None, "warnings": []},
        "hits": [],
        "facets": {},
        "next_cursor": None,
        "first": None,
        "last": None,
        "did_you_mean": None,
        "other_name": None,
        "also_written": None,
        "ways_out": [],
    }


def test_what_else_could_be_asked_is_told_by_the_names_of_the_parameters():
    value = search_object(PAGE, WAYS)
    assert value["other_name"] == {"words": "Bombay", "name": "Mumbai", "query": "place:Mumbai truce", "total": 3}
    assert value["also_written"] == {"words": ["cease-fire"], "query": "truce OR cease-fire", "total": 4}
    (way,) = value["ways_out"]
    assert (way["kind"], way["part"], way["total"]) == ("without", "place:Iraq", 2)
    assert way["request"] == {
        "q": "truce",
        "place": [],
        "entity": [],
        "category": [],
        "source": ["BBC", "-Reuters"],
        "topic": [],
        "date": ["2004"],
        "after": None,
        "before": "2004-08",
    }


def test_stories_make_a_table_whose_cells_are_texts():
    evil = STORY._replace(headline='=HYPERLINK("http://evil.example")', body="@a, b", topics=("Iraq War", "Najaf"))
    head, row = csv.reader(io.StringIO(stories_csv([evil], "https://news.example").removeprefix("\ufeff"), newline=""))
    cells = dict(zip(head, row, strict=True))
    assert cells == {
        "date": "2004-08-03",
        "headline": '\'=HYPERLINK("http://evil.example")',
        "body": "'@a, b",
        "category": "Armed conflicts",
        "topics": "Iraq War | Najaf",
        "places": "Najaf",
        "entities": "Muqtada al-Sadr | truce",
        "sources": "BBC <http://news.example/1 2> | A radio",
        "id": STORY.id,
        "url": "https://news.example/news/2004/08/3/a-truce-in-najaf-holds",
    }


def test_a_hit_is_its_story_with_score_and_marks():
    (hit,) = search_object(PAGE, WaysOn())["hits"]
    assert hit["id"] == STORY.id
    assert hit["score"] == 3.5
    assert [hit["headline"][first:last] for first, last in hit["headline_marks"]] == ["truce", "Najaf"]
    assert hit["snippet"] == {"text": "Talks with Muqtada", "marks": [[11, 18]]}
    assert hit["similar"] == [OTHER.id]


def test_facet_values_say_whether_they_are_picked_and_what_lies_in_them():
    facets = search_object(PAGE, WaysOn())["facets"]
    (iraq,) = facets["place"]["values"]
    assert (iraq["selected"], iraq["excluded"], iraq["children"][0]["value"]) == (True, False, "Najaf, Iraq")
    assert (facets["place"]["more"], facets["place"]["missing"]) == (4, 5)
    assert facets["category"]["values"][0]["excluded"]


def test_a_related_story_is_its_fields_with_score_and_reason():
    (related,) = related_object(RELATED_PAGE)["related"]
    assert related["id"] == OTHER.id
    assert related["reason"] == {
        "shared": ["truce", "Najaf"],
        "words": ["hold"],
        "days": 2,
        "parts": {"words": 0.25, "names": 0.5, "places": 0.4, "category": 1.0, "time": 1.9},
    }


def test_json_lines_are_read_back_unchanged():
    lines = list(json_lines([STORY, OTHER]))
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    assert [read_story(json.loads(line)) for line in lines] == [STORY, OTHER]


def test_completions_as_json():
    assert completions_object("naj", [Completion("place", "Najaf", 7)]) == {
        "prefix": "naj",
        "completions": [{"kind": "place", "text": "Najaf", "count": 7}],
    }


def test_a_story_page_in_markdown_has_the_shape_of_the_contexts():
    stem = "/news/2004/08/3/a-truce-in-najaf-holds"
    assert story_markdown(STORY, [RELATED]) == (
        f"\nFormats: [HTML]({stem}.html)  [JSON]({stem}.json)  [XML]({stem}.xml)  \n\n"
        "### [2004-08-3](/news/2004/08/3/index.md)\n\n"
        "##### Truce\n"
        "# A truce in Najaf holds.\n\n"
        "Talks with Muqtada al-Sadr go on.\n\n\\# not a heading\n\n"
        "\n### Sources:\n\n"
        "1. [BBC](http://news.example/1%202)\n"
        "2. A radio\n"
        "2. [Cover Image](http://news.example/a.jpg)\n"
        "\n### Related:\n\n"
        "1. [The truce ends.](/news/2004/08/5/the-truce-ends.md) _Context: Najaf, truce_\n"
    )


def test_a_story_with_nothing_but_a_headline_ends_after_it():
    assert story_markdown(OTHER, []).endswith("##### Iraq War\n# The truce ends.\n\n\n\n")


@pytest.mark.parametrize(
    ("story", "name"),
    [
        (OTHER, "iraq War"),
        (STORY, "truce"),
        (Story("a", "/news/2004/08/3/a", DAY, "Floods.", entities=(Entity("Bihar"),)), "Bihar"),
        (Story("a", "/news/2004/08/3/a", DAY, "Floods in Patna.", places=(Place("Patna"),)), "Patna"),
        (
            Story(
                "a", "/news/2004/08/3/a", DAY, "Floods in Patna, Bihar.", entities=(Entity("Bihar"), Entity("Patna"))
            ),
            "Patna",
        ),
        (Story("a", "/news/2004/08/3/a", DAY, "New York.", entities=(Entity("New York"), Entity("New"))), "New"),
        (Story("a", "/news/2004/08/3/a", DAY, "Floods."), ""),
    ],
)
def test_above_a_headline_stands_the_topic_else_the_name_first_in_the_text(story, name):
    assert leading_name(story) == name


def test_a_day_in_markdown_has_the_shape_of_the_contexts():
    listing = Listing(period="2004-08-03", total=2, stories=(STORY, OTHER), previous="2004-08-01")
    assert listing_markdown(listing) == (
        "\nFormats: [HTML](/news/2004/08/3.html)  [JSON](/news/2004/08/3.json)  [XML](/news/2004/08/3.xml)  \n\n"
        "## [2004-08-3](/news/2004/08/3/index.md)\n\n"
        "##### Truce\n"
        "### [A truce in Najaf holds.](/news/2004/08/3/a-truce-in-najaf-holds.md)\n"
        "Talks with Muqtada al-Sadr go on. # not a heading\n\n"
        "##### Iraq War\n"
        "### [The truce ends.](/news/2004/08/5/the-truce-ends.md)\n\n"
        "## [Previous Day...](/news/2004/08/1/index.md)\n\n"
    )


def test_the_years_of_antiquity_have_four_digits_in_markdown_too():
    listing = Listing(period="0476-09-04", total=1)
    assert "\n\n## [0476-09-4](/news/0476/09/4/index.md)\n" in listing_markdown(listing)


def test_a_month_in_markdown_lists_its_days():
    text = listing_markdown(Listing(period="2004-08", total=3, parts={"2004-08-03": 1, "2004-08-05": 2}))
    assert "# 2004-08\n\n3 stories\n\n" in text
    assert "- [2004-08-03](/news/2004/08/3/index.md): 1 story\n" in text


def test_hits_in_markdown_have_what_matches_in_bold():
    text = search_markdown(PAGE)
    assert "### [A **truce** in **Najaf** holds.](/news/2004/08/3/a-truce-in-najaf-holds.md)" in text
    assert "Talks with **Muqtada**" in text
    assert "1,204 stories" in text
    assert "No story has both of najaff, truce; these have 1, and none has najaff." in text


@pytest.mark.parametrize(
    ("period", "address"),
    [
        ("2004", "/news/2004/"),
        ("2004-08", "/news/2004/08/"),
        ("2004-08-03", "/news/2004/08/3/"),
    ],
)
def test_a_period_has_its_address(period, address):
    assert period_address(period) == address


def test_a_story_in_xml_holds_all_its_fields_and_what_is_related():
    root = xml(story_xml(STORY, [RELATED]))
    assert root.attrib == {"id": STORY.id, "date": "2004-08-03", "address": STORY.address}
    assert root.findtext("headline") == STORY.headline
    assert root.findtext("body") == STORY.body
    assert root.find("place").attrib == {"id": "98860", "given": "yes"}
    assert [source.get("url") for source in root.iter("source")] == ["http://news.example/1 2", None]
    assert root.find("origin").attrib == {"file": "archive/2004.jsonl", "line": "7"}
    reason = root.find("related/story/reason")
    assert reason.attrib == {
        "days": "2",
        "words": "0.25",
        "names": "0.5",
        "places": "0.4",
        "category": "1",
        "time": "1.9",
        "company": "2.25",
    }
    assert [name.text for name in reason.iter("shared")] == ["truce", "Najaf"]


def test_a_search_in_xml_marks_what_matches_inside_the_text():
    root = xml(search_xml(PAGE))
    headline = root.find("story/headline")
    assert "".join(headline.itertext()) == STORY.headline
    assert [mark.text for mark in headline.iter("mark")] == ["truce", "Najaf"]
    assert root.attrib == {
        "total": "1204",
        "generation": "3",
        "first": "2004-08-03",
        "last": "2004-08-03",
        "next-cursor": "abc",
    }
    assert root.find("facet[@name='place']/value/value").get("value") == "Najaf, Iraq"
    assert root.find("query/relaxed").attrib == {"found": "1", "of": "2"}
    assert [(part.tag, part.text) for part in root.find("query/relaxed")] == [
        ("word", "najaff"),
        ("word", "truce"),
        ("dropped", "najaff"),
    ]


@pytest.mark.parametrize("text", ["a\x00b", "bell \x07", "\ufffe", "half a pair \ud83d", "tab\tand\nline"])
def test_xml_can_be_read_whatever_the_text_holds(text):
    story = Story("a\x01", "/news/2004/08/3/a", DAY, text, body=text, sources=(Source(text, url=text),))
    root = xml(story_xml(story, []))
    assert len(root.findtext("headline")) == len(text)


@pytest.mark.parametrize(
    ("period", "tags"),
    [("2004", ["year", "month"]), ("2004-08", ["month", "day"])],
)
def test_a_listing_in_xml_is_called_as_its_period(period, tags):
    parts = {"2004": {"2004-08": 2}, "2004-08": {"2004-08-03": 2}}[period]
    root = xml(listing_xml(Listing(period=period, total=2, parts=parts)))
    assert [element.tag for element in root.iter()] == tags
    assert all(element.get("total") == "2" for element in root.iter())


def test_a_listing_and_a_story_page_as_json():
    listing = listing_object(Listing(period="2004", total=1, parts={"2004-08": 1}, stories=(STORY,), following="2005"))
    assert listing["parts"] == [{"period": "2004-08", "count": 1}]
    assert (listing["previous"], listing["next"], listing["stories"][0]["id"]) == (None, "2005", STORY.id)
    found = story_object(STORY, [RELATED], [StoryLine("Iraq War", STORY, (), (OTHER,), 7)])
    assert found["related"][0]["id"] == OTHER.id
    (line,) = found["story_lines"]
    assert (line["topic"], line["total"]) == ("Iraq War", 7)
    assert [(each["id"], each["days"]) for each in line["stories"]] == [(STORY.id, 0), (OTHER.id, 2)]


def test_the_schemas_know_the_same_story_and_every_field_of_it():
    assert schema("search")["$defs"]["story"] == schema("related")["$defs"]["story"]
    assert schema("search")["$defs"]["story"]["required"] == schema("story")["required"]
    assert schema("search")["$defs"]["story"]["required"] == list(json.loads(next(json_lines([STORY]))))
