"""The sample archive: sound records, places the gazetteer knows, and no sentence taken from another archive."""

import datetime
import gzip
import json
import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from searchidx.names.gazetteer import gazetteer
from searchidx.search.analysis import exact_terms
from searchidx.stories.objects import write_story
from searchidx.stories.records import read_story

SAMPLE = files("searchidx") / "data" / "sample"
RECORDS = [
    json.loads(line)
    for file in sorted(SAMPLE.iterdir(), key=lambda file: file.name)
    if file.name.endswith(".jsonl")
    for line in file.read_text(encoding="utf-8").splitlines()
]
STORIES = [read_story(record) for record in RECORDS]
#: So many words in a row are a sentence's own; fewer are how news has to be told.
RUN = 8


def place_paths(story):
    """The path of each given place that the gazetteer finds, None for one it does not."""
    found = gazetteer().resolve([place.name for place in story.places])
    return [None if place is None else gazetteer().path(place.id) for place in found]


def runs(text):
    terms = exact_terms(text)
    return {tuple(terms[start : start + RUN]) for start in range(len(terms) - RUN + 1)}


def complaints(check):
    return [f"{story.date} {story.headline}" for story in STORIES if not check(story)]


def test_there_are_enough_stories():
    assert len(STORIES) >= 250


def test_what_is_read_is_written_and_read_again():
    assert [read_story(write_story(story)) for story in STORIES] == STORIES


@pytest.mark.parametrize("part", ["id", "address"])
def test_no_two_stories_share_their(part):
    count = Counter(getattr(story, part) for story in STORIES)
    assert [value for value, times in count.items() if times > 1] == []


@pytest.mark.parametrize(
    ("what", "check"),
    [
        ("a day from 1999 on", lambda story: datetime.date(1999, 1, 1) <= story.date <= datetime.date(2026, 1, 1)),
        (
            "a headline of one sentence",
            lambda story: story.headline.endswith((".", "!")) and len(story.headline) <= 160,
        ),
        ("a category", lambda story: story.category is not None),
        ("a source with a secure link", lambda story: any((s.url or "").startswith("https://") for s in story.sources)),
        ("a name with a link", lambda story: any((e.url or "").startswith("https://") for e in story.entities)),
        ("places the gazetteer knows", lambda story: None not in place_paths(story)),
    ],
)
def test_every_story_has(what, check):
    assert complaints(check) == [], f"without {what}"


def test_a_story_says_where_it_happened_or_that_it_was_nowhere_in_particular():
    assert all("places" in record for record in RECORDS)
    assert sum(not story.places for story in STORIES) < len(STORIES) // 10


def test_every_continent_is_there():
    continents = {
        path[0].name for story in STORIES for path in place_paths(story) if path and path[0].kind == "continent"
    }
    assert continents >= {"Africa", "Antarctica", "Asia", "Europe", "North America", "Oceania", "South America"}


def test_categories_are_few_and_each_is_used():
    count = Counter(story.category for story in STORIES)
    assert len(count) <= 12
    assert min(count.values()) >= 5


def test_a_topic_holds_more_than_one_story():
    count = Counter(topic for story in STORIES for topic in story.topics)
    assert [topic for topic, stories in count.items() if stories < 2] == []
    assert len(count) >= 30


def test_the_days_around_najaf_in_august_2004_are_told_day_by_day():
    days = {story.date for story in STORIES if "Battle of Najaf" in story.topics}
    assert datetime.date(2004, 8, 14) in days
    assert sum((day.year, day.month) == (2004, 8) for day in days) >= 12


def test_the_archive_says_what_it_is_called_and_under_what_licence():
    settings = tomllib.loads((SAMPLE / "archive.toml").read_text(encoding="utf-8"))
    assert set(settings) == {"title", "base_url", "licence", "credit", "language"}


def test_no_sentence_is_taken_from_another_archive(shared):
    own = {run: story.headline for story in STORIES for run in runs(f"{story.headline} {story.body}")}
    taken = []
    for path in sorted((shared / "archive").glob("*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            taken += [f"{own[run]}: {' '.join(run)}" for run in runs(json.loads(line)["text"]) & own.keys()]
    for page in sorted((shared / "thecontext" / "pages" / "news").rglob("*.md")):
        taken += [f"{own[run]}: {' '.join(run)}" for run in runs(page.read_text(encoding="utf-8")) & own.keys()]
    assert sorted(set(taken)) == []
