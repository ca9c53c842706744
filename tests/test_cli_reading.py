"""Asking an index on the command line: search, show, related, facets, suggest, names."""

import json
import re
import shlex
from collections import Counter
from importlib.resources import files

import jsonschema
import pytest

from tests.command_line import run


@pytest.fixture(scope="module")
def ask(sample_indexes):
    def ask(*arguments, **options):
        return run(*arguments, indexes=sample_indexes, **options)

    return ask


def schema(name):
    return json.loads((files("searchidx") / "data" / "schemas" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["search", "najaf"], 0),
        (["search", "-najaf"], 0),
        (["search", "--limit", "1", "-najaf", "--json"], 0),
        (["search", "najaf", "--place", "-Iraq"], 1),
        (["search", "najaf", "--place", "Iraq", "--date", "2004-08", "--sort", "oldest"], 0),
        (["search", "najaf", "--after", "2010"], 1),
        (["search", "najaf", "--before", "september 2004"], 0),
        (["search", "najaf", "--limit", "all"], 0),
        (["search", "najaf", "--limit", "0", "--json"], 0),
        (["search", ""], 0),
        (["search", "zzzyqx"], 1),
        (["search", '"never closed'], 2),
        (["search", "najaf", "--date", "2004-02-30"], 2),
        (["search", "najaf", "--sort", "best"], 2),
        (["search", "najaf", "--limit", "-1"], 2),
        (["search", "najaf", "--limit", "many"], 2),
        (["search", "najaf", "--cursor", "nonsense"], 2),
        (["search", "najaf", "--plase", "Iraq"], 2),
        (["search"], 2),
        (["search", "najaf", "--index", "no-such"], 3),
        (["search", "najaf", "--index", "../sample"], 2),
        (["show", "no-such"], 1),
        (["show", "/news/2004/08/14/no-such"], 1),
        (["related", "no-such"], 1),
        (["related", "no-such", "--by", "names"], 1),
        (["related", "no-such", "--by", "colour"], 2),
        (["facets"], 0),
        (["facets", "zzzyqx"], 1),
        (["facets", "--facet", "colour"], 2),
        (["suggest", "naj"], 0),
        (["suggest", "zzzyqx"], 1),
        (["suggest", ""], 1),
        (["show", "no-such", "--format", "bib"], 1),
        (["timeline"], 0),
        (["timeline", "-najaf", "--by", "month", "--json"], 0),
        (["timeline", "zzzyqx"], 1),
        (["timeline", "(", "--json"], 2),
        (["timeline", "najaf", "--by", "week"], 2),
        (["compare", "najaf", "zzzyqx"], 0),
        (["compare", "zzzyqx"], 1),
        (["compare", "-najaf", "--by", "month", "-iraq", "--json"], 0),
        (["compare", "najaf", "("], 2),
        (["compare"], 2),
        (["names", "Fighting goes on in Najaf."], 0),
        (["names", "nothing here"], 1),
        (["info"], 0),
        (["verify"], 0),
        (["no-such"], 2),
        (["--help"], 0),
        (["--version"], 0),
    ],
)
def test_a_run_ends_with_the_exit_status_that_was_promised(ask, arguments, code):
    found = ask(*arguments)
    assert found.code == code, found.err
    assert "Traceback" not in found.err
    told = "".join(line for line in found.err.splitlines() if not line.startswith("there would be "))
    assert bool(told) == (code > 1 or (code == 1 and arguments[0] in {"show", "related"})), found.err


def test_a_search_prints_date_place_headline_body_and_address(ask):
    found = ask("search", "najaf", "--date", "2004-08-25", "--limit", "1")
    first, headline, body, address = found.out.splitlines()
    assert first.startswith("2004-08-25  ")
    assert "Najaf" in first
    assert "Sistani" in headline
    assert "*Najaf*" in body
    assert address.startswith("/news/2004/08/25/")
    assert found.err == ""


def test_colour_is_kept_off_unless_it_is_forced(ask):
    assert "\x1b[" not in ask("search", "najaf").out
    assert "\x1b[" in ask("search", "najaf", FORCE_COLOR="1").out
    assert "\x1b[" not in ask("search", "najaf", FORCE_COLOR="1", NO_COLOR="1").out


@pytest.mark.parametrize(
    "arguments", [["search", "rain", "--facets"], ["show", "1"], ["related", "1"], ["suggest", "rain"]]
)
def test_no_story_steers_the_terminal(tmp_path, arguments):
    evil = "Rain\x1b]0;mine\x07 \x9b2J"
    record = {
        "date": "2004-08-14",
        "headline": evil,
        "body": evil,
        "topics": [evil],
        "entities": [evil],
        "places": [evil],
    }
    records = "".join(json.dumps({**record, "id": name}) + "\n" for name in "12")
    run("index", "-", "--into", "news", stdin=records.encode(), indexes=tmp_path)
    found = run(*arguments, indexes=tmp_path)
    assert found.code == 0
    assert "Rain" in found.out
    assert not set(found.out) & set("\x1b\x07\x9b")


@pytest.mark.parametrize(
    "arguments",
    [
        ["najaf", "--facets"],
        ["najaff", "--facets"],
        ["najaf zzzyqx sistani"],
        ["najaf", "--date", "summer 2004"],
        ["zzzyqx", "--facets", "--place", "Iraq"],
        ["colour:red"],
    ],
)
def test_a_search_as_json_is_what_its_schema_says(ask, arguments):
    found = ask("search", *arguments, "--json").json
    jsonschema.validate(found, schema("search"))
    assert found["took_ms"] >= 0


def test_json_lines_are_the_hits_of_the_json_object(ask):
    whole = ask("search", "najaf", "--json").json
    assert ask("search", "najaf", "--jsonl").jsons == whole["hits"]
    assert len(whole["hits"]) == min(whole["total"], 20)


def test_all_hits_can_be_had_at_once_or_page_by_page(ask):
    whole = [hit["id"] for hit in ask("search", "war", "--limit", "all", "--jsonl").jsons]
    paged: list[str] = []
    cursor: list[str] = []
    while True:
        page = ask("search", "war", "--limit", "7", "--json", *cursor).json
        paged += [hit["id"] for hit in page["hits"]]
        if page["next_cursor"] is None:
            break
        cursor = ["--cursor", page["next_cursor"]]
    assert paged == whole
    assert len(set(whole)) == len(whole) == page["total"]


def test_an_explanation_adds_up_to_the_score(ask):
    for hit in ask("search", "najaf sistani", "--jsonl", "--explain").jsons:
        assert sum(term["score"] for term in hit["explanation"]) == pytest.approx(hit["score"])
    assert "together" in ask("search", "najaf", "--explain").out


def test_words_that_had_to_be_dropped_are_named(ask):
    assert (
        ask("search", "najaf zzzyqx", "--limit", "1").err
        == "no story has both of najaf, zzzyqx; these have 1, and none has zzzyqx\n"
    )


def test_a_mistake_in_a_query_is_told_with_its_place_and_a_repair(ask):
    err = ask("search", 'siege "of najaf').err
    assert "never closed" in err
    assert "character 7" in err
    assert 'did you mean: siege "of najaf"' in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "\udcff", "--json"],
        ["search", "najaf", "--place", "\udcff", "--json"],
        ["timeline", "\udcff", "--json"],
        ["compare", "najaf", "\udcff", "--json"],
        ["facets", "\udcff", "--json"],
        ["suggest", "\udcff", "--json"],
        ["names", "\udcff", "--json"],
    ],
)
def test_bytes_that_are_no_utf_8_are_a_mistake_in_what_was_typed(ask, arguments):
    found = ask(*arguments)
    assert (found.code, found.out) == (2, "")
    assert "no UTF-8" in found.err


def test_what_was_made_of_a_query_is_told(ask):
    assert "no story has najaff; also sought: najaf" in ask("search", "najaff").err
    assert "no story has both of najaf, zzzyqx; these have 1" in ask("search", "najaf zzzyqx").err
    assert "colour" in ask("search", "colour:najaf").err
    assert ask("search", "umar").err == "also written Omar (6 in all): umar OR Omar\n"
    assert "the archive has Burma under the name Myanmar (9): place:Myanmar" in ask("search", "Burma").err


def test_where_nothing_is_found_what_would_be_is_told_with_the_command_that_finds_it(ask):
    run = ask("search", "najaf", "--place", "-Iraq", "--date", "2004", "--sort", "oldest")
    assert (run.code, run.out) == (1, "")
    ways = [line.partition(": ") for line in run.err.splitlines()]
    assert {told.partition(" stories ")[2] for told, _, _ in ways} >= {"without najaf", "without -place:Iraq"}
    for told, _, command in ways:
        count = int(told.removeprefix("there would be ").split()[0])
        program, *words = shlex.split(command)
        assert program == "searchidx"
        assert ask(*words, "--limit", "0", "--json").json["total"] == count > 0
    assert ask("search", "zzzyqx").err == ""
    assert ask("search", "najaf").err == ""


def test_the_command_that_would_find_stories_asks_the_same_index_in_the_same_way(ask, sample_indexes, tmp_path):
    options = ["--indexes", str(sample_indexes), "--index", "sample", "--facets", "--explain"]
    said = ask("search", "najaf", "--place", "-Iraq", "--limit", "all", *options, SEARCHIDX_INDEXES=tmp_path).err
    for line in said.splitlines():
        _, *words = shlex.split(line.partition(": ")[2])
        assert set(options) | {"all"} <= set(words)
        assert ask(*words).code == 0


def test_programs_too_are_told_what_else_could_be_asked(ask):
    asked = ["--place", "-Iraq", "--date", "2004"]
    said = ask("search", "najaf", *asked).err.splitlines()
    found = ask("search", "najaf", *asked, "--json").json
    jsonschema.validate(found, schema("search"))
    assert [way["total"] for way in found["ways_out"]] == [int(line.split()[3]) for line in said]
    without = next(way for way in found["ways_out"] if way["part"] == "najaf")["request"]
    assert (without["q"], without["place"], without["date"], without["after"]) == ("", ["-Iraq"], ["2004"], None)
    assert ask("search", "umar", "--json").json["also_written"] == {
        "words": ["Omar"],
        "query": "umar OR Omar",
        "total": 6,
    }
    (burma,) = ask("search", "-", stdin=b"Burma").jsons
    named = {"words": "Burma", "name": "Myanmar", "query": "place:Myanmar", "total": 9}
    assert (burma["other_name"], burma["also_written"], burma["ways_out"]) == (named, None, [])


def test_a_line_each_is_answered_in_order_whatever_it_holds(ask):
    lines = [b"najaf", b"", b'"open', b"zzzyqx", "Malmö".encode(), b"\xff\xfe", b"date:2004-08-14", b"najaf\r"]
    found = ask("search", "-", "--limit", "1", stdin=b"\n".join(lines))
    assert found.code == 0
    objects = found.jsons
    assert [each.get("query", {}).get("text") for each in objects] == [
        "najaf",
        "",
        None,
        "zzzyqx",
        "Malmö",
        None,
        "date:2004-08-14",
        "najaf",
    ]
    assert objects[2]["error"] == {
        "type": "QueryError",
        "message": objects[2]["error"]["message"],
        "parameter": "q",
        "position": 0,
        "repaired": '"open"',
    }
    assert "UTF-8" in objects[5]["error"]["message"]
    assert objects[1]["total"] > 400


def test_options_hold_for_every_line(ask):
    found = ask("search", "-", "--place", "Iraq", "--limit", "2", stdin=b"bomb\ntruce\n").jsons
    assert len(found) == 2
    assert all(0 < len(each["hits"]) <= 2 for each in found)
    assert all("Iraq" in [place["name"] for place in hit["places"]] for each in found for hit in each["hits"])


@pytest.fixture(scope="module")
def story(ask):
    return ask("search", "sistani najaf", "--limit", "1", "--jsonl").jsons[0]


def test_a_story_is_shown_by_its_id_or_address(ask, story):
    by_id = ask("show", story["id"], "--json").json
    assert by_id == ask("show", story["address"], "--json").json
    assert by_id == ask("show", f"https://example.org{story['address']}?q=najaf&hit=1#related", "--json").json
    assert "no story at /news/2004/08/14/none" in ask("show", "http://example.org/news/2004/08/14/none").err
    assert by_id["headline"] == story["headline"]
    shown = ask("show", story["id"]).out
    assert all(text in shown for text in (story["headline"], story["body"], story["address"], story["id"]))


@pytest.mark.parametrize(
    ("form", "begins"), [("bib", "@misc{"), ("ris", "TY  - NEWS"), ("csl.json", "[{"), ("jsonld", '{"@context"')]
)
def test_a_story_is_printed_to_be_cited(ask, story, form, begins):
    found = ask("show", story["id"], "--format", form)
    assert found.out.startswith(begins)
    assert story["headline"] in found.out
    assert story["address"] in found.out
    assert "base_url" in found.err


@pytest.mark.parametrize("unit", ["year", "month", "day"])
@pytest.mark.parametrize(
    "arguments", [["election"], ["election", "--date", "2004..2007-03"], [], ["shrine zzzyqx najaf"]]
)
def test_a_timeline_counts_each_story_once(ask, arguments, unit):
    found = ask("timeline", *arguments, "--by", unit, "--json").json
    hits = ask("search", *(arguments or [""]), "--limit", "all", "--json").json
    length = {"year": 4, "month": 7, "day": 10}[unit]
    days = Counter(hit["date"][:length] for hit in hits["hits"])
    assert {each["period"]: each["count"] for each in found["periods"] if each["count"]} == days
    assert found["total"] == hits["total"]
    assert found["query"] == hits["query"]
    assert [each["period"] for each in found["periods"]] == sorted({each["period"] for each in found["periods"]})
    assert all(each["count"] <= each["all"] for each in found["periods"])
    assert ask("timeline", *arguments, "--by", unit, "--jsonl").jsons == found["periods"]
    lines = ask("timeline", *arguments, "--by", unit).out.splitlines()
    assert [line.split()[:2] for line in lines] == [[each["period"], f"{each['count']:,}"] for each in found["periods"]]


def test_queries_are_compared_side_by_side(ask):
    found = ask("compare", "election", "earthquake place:Japan", "--json").json
    assert [each["query"]["text"] for each in found["queries"]] == ["election", "earthquake place:Japan"]
    assert [sum(column) for column in zip(*(each["counts"] for each in found["periods"]), strict=True)] == [
        each["total"] for each in found["queries"]
    ]
    first, *_, last = ask("compare", "election", "earthquake place:Japan").out.splitlines()
    assert first == "year  election  earthquake place:Japan"
    assert last.split() == ["all", *(str(each["total"]) for each in found["queries"])]


def test_related_stories_are_what_their_schema_says(ask, story):
    found = ask("related", story["id"], "--json").json
    jsonschema.validate(found, schema("related"))
    assert found["id"] == story["id"]
    assert story["id"] not in [each["id"] for each in found["related"]]
    assert ask("related", story["address"], "--jsonl").jsons == found["related"]


def test_related_stories_say_why(ask, story):
    found = ask("related", story["id"], "--limit", "3", "--explain")
    assert found.out.count("Context: ") == 3
    assert "Najaf" in found.out
    assert found.out.count(" words") >= 3
    assert len(re.findall(r" time \+ 0\.08 × [\d.]+ company\n", found.out)) == 3
    explained = ask("related", story["id"], "--limit", "3", "--explain", "--json").json
    jsonschema.validate(explained, schema("related"))
    assert all(each["reason"]["formula"] in found.out for each in explained["related"])
    assert not any("formula" in each["reason"] for each in ask("related", story["id"], "--json").json["related"])


def test_related_stories_are_listed_by_one_side_alone(ask, story):
    for by in ("names", "words", "time"):
        found = ask("related", story["id"], "--by", by, "--json").json
        jsonschema.validate(found, schema("related"))
        assert found["related"] == ask("related", "-", "--by", by, stdin=story["id"].encode()).json["related"]
    days = [each["reason"]["days"] for each in found["related"]]
    assert days == sorted(days)


def test_a_story_is_shown_with_what_came_before_and_after(ask, story):
    *_, line = ask("show", story["id"], "--json").json["story_lines"]
    assert line["topic"] == "Iraq War"
    assert [each["id"] for each in line["stories"]].count(story["id"]) == 1
    days = [each["date"] for each in line["stories"]]
    assert days == sorted(days)
    shown = ask("show", story["id"]).out
    assert f"Iraq War ({line['total']})" in shown
    assert f"→ {story['date']}" in shown


def test_the_plain_ranking_falls_in_score_and_has_no_folded_stories(ask, story):
    found = ask("related", story["id"], "--all", "--limit", "50", "--jsonl").jsons
    scores = [each["score"] for each in found]
    assert len(found) == 50
    assert scores == sorted(scores, reverse=True)
    assert not any(each["similar"] for each in found)


def test_related_answers_an_id_a_line(ask, story):
    found = ask("related", "-", "--limit", "2", stdin=f"{story['id']}\n\nno-such\n{story['address']}\n".encode())
    assert found.code == 0
    first, empty, unknown, again = found.jsons
    assert first["related"] == again["related"]
    assert empty["error"]["type"] == unknown["error"]["type"] == "StoryMissing"


def test_facets_are_counted_over_all_hits(ask):
    found = ask("facets", "najaf", "--json").json
    assert list(found["facets"]) == ["date", "place", "entity", "category", "source", "topic"]
    years = found["facets"]["date"]["values"]
    assert sum(year["count"] for year in years) == found["total"] == ask("search", "najaf", "--json").json["total"]
    one = ask("facets", "najaf", "--facet", "place", "--limit", "1", "--json").json["facets"]
    assert list(one) == ["place"]
    assert "Najaf" in ask("facets", "najaf", "--facet", "place").out


def test_what_is_typed_is_completed_by_kind(ask):
    found = ask("suggest", "naj", "--json").json
    assert found["prefix"] == "naj"
    assert {"word", "place"} <= {each["kind"] for each in found["completions"]}
    assert ask("suggest", "naj", "--jsonl").jsons == found["completions"]
    assert "najaf" in ask("suggest", "naj").out


def test_names_are_recognised_and_say_why(ask):
    text = "In Najaf, Muqtada al-Sadr met Iraqi leaders."
    found = ask("names", text, "--json").json["names"]
    assert all(text[each["start"] : each["end"]] == each["text"] for each in found)
    assert all(each["why"] for each in found)
    assert {each["text"]: bool(each["place"]) for each in found}["Najaf"]
    assert [len(each["names"]) for each in ask("names", "-", stdin=f"{text}\n\n".encode()).jsons] == [len(found), 0]


def test_names_are_recognised_without_any_index(tmp_path):
    assert run("names", "Rain in Paris.", indexes=tmp_path).code == 0
