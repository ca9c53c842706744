"""The schemas of what is read and what is written, held against the functions that do it."""

import datetime
import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from searchidx.errors import RecordError
from searchidx.stories.objects import write_story
from searchidx.stories.records import read_story


def schema(name: str) -> dict[str, Any]:
    text = (files("searchidx") / "data" / "schemas" / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(found)
    return found


STORY_SCHEMA = schema("story")
RECORD, STORY = Draft202012Validator(schema("record")), Draft202012Validator(STORY_SCHEMA)

WORDS = st.sampled_from(["", " ", "Rain", "Rain falls. Water stands.", "\n", "7", "Uncategorized"]) | st.text(
    max_size=8
)
URLS = st.sampled_from(["http://", "https://a.example/1", "http://u@a.example:80", "ftp://x"])
NUMBERS = st.sampled_from([0, 7, -7, 7.0, 7.5, 2**53, 2**70, 1e300, True, False])
DATES = st.sampled_from(
    [
        "2004-08-14",
        "2004-08-14T23:00:00Z",
        "2004-08-14 x",
        "2004-02-30",
        "2004-04-31",
        "2004-02-29",
        "2003-02-29",
        "0000-01-01",
        "2004-8-4",
        "2004",
        "",
        " ",
    ]
) | st.dates().map(str)
ADDRESSES = st.sampled_from(
    [
        "/news/2004/08/14/x",
        "/news/2004/8/04/x",
        "/news/2004/02/30/x",
        "/news/2004/08/14/",
        "/x",
        " ",
        "/news/2004/08/14/x?y",
    ]
)
ANYTHING: st.SearchStrategy[Any] = st.none() | WORDS | NUMBERS | st.just([]) | st.just({}) | st.just([[]])
THINGS = (
    ANYTHING
    | URLS
    | st.fixed_dictionaries(
        {"name": ANYTHING}, optional={"id": ANYTHING, "url": ANYTHING | URLS, "archived": ANYTHING, "given": ANYTHING}
    )
    | st.fixed_dictionaries({"url": ANYTHING | URLS})
)
MANY = THINGS | st.lists(THINGS, max_size=3)
ORIGINS = ANYTHING | st.fixed_dictionaries({"file": ANYTHING}, optional={"line": ANYTHING, "rules": ANYTHING})
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "date": DATES,
    "text": ANYTHING, "headline": ANYTHING, "body": ANYTHING, "id": ANYTHING, "address": ANYTHING | ADDRESSES, "category": ANYTHING,
    "topics": MANY, "topic": MANY, "places": MANY, "place": MANY, "entities": MANY, "entity": MANY, "sources": MANY, "source": MANY,
    "image": ANYTHING | URLS, "former": MANY, "origin": ORIGINS, "other": ANYTHING,
}  # fmt: skip


def is_day(year: str, month: str, day: str) -> bool:
    try:
        datetime.date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(sorted(FIELDS)).flatmap(lambda name: st.tuples(st.just(name), FIELDS[name])), max_size=8)
)
def test_what_the_schema_of_records_accepts_is_read_and_comes_out_as_the_schema_of_stories_says(fields):
    record: dict[str, Any] = {"date": "2004-08-14", "text": "Rain falls. Water stands."}
    for name, value in fields:
        if RECORD.is_valid({**record, name: value}):
            record[name] = value
    assume(is_day(*record["date"][:10].split("-")))  # the schema lets February have 29 days in every year
    story = read_story(record)
    written = write_story(story)
    STORY.validate(written)
    RECORD.validate(written)
    assert read_story(json.loads(json.dumps(written))) == story


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("date", {"date": None}),
        ("date", {"date": "2004-02-30"}),
        ("date", {"date": 20040814}),
        ("date", {"date": "14.08.2004"}),
        ("date", {"date": ["2004-08-14"]}),
        ("text", {"text": None}),
        ("text", {"text": " "}),
        ("text", {"text": ["x"]}),
        ("headline", {"headline": 7}),
        ("body", {"body": {}}),
        ("id", {"id": True}),
        ("id", {"id": 7.5}),
        ("address", {"address": "/2004/x"}),
        ("category", {"category": ["x"]}),
        ("topics", {"topics": [7]}),
        ("places", {"places": [["x"]]}),
        ("entities", {"entities": {"id": "x"}}),
        ("sources", {"sources": [{}]}),
        ("sources", {"sources": [None]}),
        ("image", {"image": {}}),
        ("former", {"former": [{}]}),
        ("origin", {"origin": "x"}),
        ("origin", {"origin": {"file": "x", "line": "7"}}),
    ],
    ids=str,
)
def test_what_the_schema_of_records_refuses_is_refused_with_a_reason_that_names_the_field(field, wrong):
    record = {"date": "2004-08-14", "text": "Rain.", **wrong}
    assert not RECORD.is_valid(record)
    with pytest.raises(RecordError, match=field):
        read_story(record)


def test_the_schema_of_stories_names_every_field_that_is_written():
    written = write_story(
        read_story(
            {
                "date": "2004-08-14",
                "text": "Rain.",
                "places": ["Ulm"],
                "entities": ["Danube"],
                "sources": ["AP"],
                "origin": {"file": "x"},
            }
        )
    )
    assert written.keys() == STORY_SCHEMA["properties"].keys() == set(STORY_SCHEMA["required"])
    for name, part in (("places", "place"), ("entities", "entity"), ("sources", "source")):
        assert written[name][0].keys() == STORY_SCHEMA["$defs"][part]["properties"].keys()
    assert written["origin"].keys() == STORY_SCHEMA["$defs"]["origin"]["properties"].keys()
