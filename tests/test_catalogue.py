"""Names of indexes, where they are, what they say about themselves, and the Python API."""

import datetime
import pickle
from typing import Any

import numpy as np
import pytest

import searchidx
from searchidx.catalogue import Catalogue, Settings
from searchidx.engines.embedded.index import EmbeddedIndex
from searchidx.errors import ArchiveAmbiguous, ArchiveError, ArchiveMissing, QueryError, RequestError, StoryMissing
from searchidx.search.request import Request
from tests.command_line import run


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", ".hidden", "-x", "a b", "ü", "x" * 101, "a\0b"])
def test_names_that_could_lead_elsewhere_are_refused(tmp_path, name):
    with pytest.raises(RequestError, match="name of an index"):
        Catalogue(tmp_path).path(name)


@pytest.mark.parametrize("name", ["news", "News-2004", "the.news", "2004", "_x"])
def test_plain_names_are_folders(tmp_path, name):
    assert Catalogue(tmp_path).path(name) == tmp_path / name


def test_the_only_index_needs_no_name(tmp_path):
    catalogue = Catalogue(tmp_path)
    with pytest.raises(ArchiveMissing, match="searchidx demo"):
        catalogue.choose()
    EmbeddedIndex.create(tmp_path / "news")
    (tmp_path / "something else").mkdir()
    (tmp_path / "README.md").write_text("Indexes are here.")
    assert catalogue.choose() == "news"
    EmbeddedIndex.create(tmp_path / "more")
    with pytest.raises(ArchiveAmbiguous, match="more, news") as raised:
        catalogue.choose()
    assert raised.value.names == ("more", "news")
    with pytest.raises(ArchiveMissing, match="holds more, news"):
        catalogue.choose("other")


def test_the_environment_says_where_indexes_are(tmp_path, monkeypatch):
    monkeypatch.setenv("SEARCHIDX_INDEXES", str(tmp_path))
    assert Catalogue.default().folder == tmp_path
    assert Catalogue.default(tmp_path / "other").folder == tmp_path / "other"
    monkeypatch.delenv("SEARCHIDX_INDEXES")
    assert Catalogue.default().folder.name == "indexes"


def test_settings_are_read_as_they_were_written(tmp_path):
    settings = Settings(
        title='The "News" \\ of ☃', base_url="https://news.example", contact="us@news.example", language="german"
    )
    settings.write(tmp_path)
    assert Settings.read(tmp_path) == settings


@pytest.mark.parametrize("host", ["news.example", "localhost:8000", "[::1]:8000", "192.0.2.1", "bücher.example"])
def test_a_base_url_is_a_scheme_and_a_host(tmp_path, host):
    (tmp_path / "archive.toml").write_text(f"base_url = 'https://{host}/'", encoding="utf-8")
    assert Settings.read(tmp_path).base_url == f"https://{host}"


def test_without_settings_there_are_the_defaults(tmp_path):
    assert Settings.read(tmp_path / "news") == Settings(title="news")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "cannot be read"),
        ("title = 7", "must be a text"),
        ("titel = 'News'", "unknown key 'titel'"),
        ("[site]\ntitle = 'News'", "unknown key 'site'"),
        ("base_url = 'news.example'", "must be https://"),
        ("base_url = 'https://example.org/news'", "the pages lie at the root of a host"),
        ("base_url = 'https://news.example?q=1'", "nothing behind it"),
        ("base_url = 'https://news example'", "must be https://"),
        ("base_url = 'https://'", "must be https://"),
        ("contact = 'javascript:alert(1)'", "must be an address of mail"),
        ("contact = 'news.example/contact'", "must be an address of mail"),
        (b"title = '\xff'", "cannot be read"),
    ],
)
def test_settings_that_cannot_be_are_told_with_their_file(tmp_path, text, message):
    (tmp_path / "archive.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ArchiveError, match=message) as raised:
        Settings.read(tmp_path)
    assert str(tmp_path / "archive.toml") in str(raised.value)


def test_an_archive_answers_in_python(sample_indexes):
    archive = searchidx.open(indexes=sample_indexes)
    page = archive.search("najaf", place="Iraq", date=["2004-08"], facets=["place"], limit=5)
    assert page.total > 5 == len(page.hits)
    assert archive.search("najaf", facets="place").facets.keys() == page.facets.keys() == {"place"}
    assert all(hit.story.date.isoformat().startswith("2004-08") for hit in page.hits)
    story = page.hits[0].story
    assert archive.story(story.id) == archive.at(story.address) == story
    assert archive.related(story.id, limit=3).related[0].reason.shared
    assert archive.suggest("naj")
    assert archive.answer(Request(text="najaf")).total == archive.search("najaf").total
    scores = archive.explain(Request(text="najaf"), story.id)
    assert sum(score.score for score in scores) == pytest.approx(archive.search("najaf", date="2004-08").hits[0].score)
    assert len(list(archive.stories())) == archive.engine.story_count


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda archive: archive.search('"open'), QueryError),
        (lambda archive: archive.search("najaf", sort="best"), RequestError),
        (lambda archive: archive.story("no-such"), StoryMissing),
        (lambda archive: archive.at("/news/2004/08/14/no-such"), StoryMissing),
        (lambda archive: archive.related("no-such"), StoryMissing),
    ],
)
def test_what_cannot_be_answered_raises(sample_indexes, ask, error):
    with pytest.raises(error):
        ask(searchidx.open("sample", indexes=sample_indexes))


@pytest.mark.parametrize(
    ("ask", "parameter"),
    [
        (lambda archive: archive.search(5), "text is 5"),
        (lambda archive: archive.search(b"najaf"), "text is b'najaf'"),
        (lambda archive: archive.search(place=None), "place is None"),
        (lambda archive: archive.search(place=b"Iraq"), "place is b'Iraq'"),
        (lambda archive: archive.search(entity=["Iraq", 5]), "entity is 5"),
        (lambda archive: archive.search(date=datetime.date(2004, 8, 14)), "date is datetime.date"),
        (lambda archive: archive.search(after=datetime.date(2004, 8, 14)), "after is datetime.date"),
        (lambda archive: archive.search(cursor=5), "cursor is 5"),
        (lambda archive: archive.search(facets=None), "facets is None"),
        (lambda archive: archive.search(limit="5"), "limit is '5'"),
        (lambda archive: archive.search(limit=1.5), "limit is 1.5"),
        (lambda archive: archive.search(facet_limit="5"), "facet_limit is '5'"),
        (lambda archive: archive.answer(Request(place="Iraq")), "place is 'Iraq'; it must be a tuple"),  # type: ignore[arg-type]
        (lambda archive: archive.answer(Request(limit="5")), "limit is '5'; it must be a whole number"),  # type: ignore[arg-type]
        (lambda archive: archive.story(5), "story_id is 5"),
        (lambda archive: archive.at(None), "address is None"),
        (lambda archive: archive.related(5), "story_id is 5"),
        (lambda archive: archive.related("1", limit="5"), "limit is '5'"),
        (lambda archive: archive.story_lines(["1"]), "story_id is"),
        (lambda archive: archive.suggest(None), "prefix is None"),
        (lambda archive: archive.suggest("naj", limit=None), "limit is None"),
        (lambda archive: searchidx.open(5), "name is 5"),  # type: ignore[arg-type]
    ],
)
def test_what_is_of_another_kind_is_told_by_its_parameter(sample_indexes, ask, parameter):
    with pytest.raises(TypeError, match=parameter):
        ask(searchidx.open("sample", indexes=sample_indexes))


def test_a_number_may_be_any_whole_number(sample_indexes):
    two: Any = np.int64(2)
    archive = searchidx.open("sample", indexes=sample_indexes)
    page = archive.search(limit=two, facets=["place"], facet_limit=two)
    assert len(page.hits) == len(page.facets["place"].values) == 2
    assert len(archive.related(page.hits[0].story.id, limit=two).related) == 2
    assert archive.suggest("re", limit=two) == archive.suggest("re", limit=2)


@pytest.mark.parametrize(
    ("ask", "parameter"),
    [
        (lambda archive: archive.search("naj\ud800af"), "text"),
        (lambda archive: archive.search(place="\udcff"), "place"),
        (lambda archive: archive.suggest("\udcff"), "prefix"),
        (lambda archive: archive.search(limit=-1), "limit"),
        (lambda archive: archive.related("1", limit=-1), "limit"),
        (lambda archive: archive.suggest("naj", limit=-1), "limit"),
    ],
)
def test_what_cannot_be_given_is_told_by_its_parameter(sample_indexes, ask, parameter):
    with pytest.raises(RequestError, match=parameter) as raised:
        ask(searchidx.open("sample", indexes=sample_indexes))
    assert raised.value.parameter == parameter


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "error",
    [
        QueryError("an open quote", position=3, repaired="najaf"),
        RequestError("no such sort", parameter="sort"),
        ArchiveAmbiguous("several", names=("news", "more")),
        StoryMissing("there is no story"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_reach_another_process_whole(error, protocol):
    sent = pickle.loads(pickle.dumps(error, protocol))
    assert (type(sent), str(sent), vars(sent)) == (type(error), str(error), vars(error))


def test_an_open_archive_goes_on_to_what_is_indexed_later(tmp_path):
    run("index", "-", "--into", "news", indexes=tmp_path, stdin=b'{"date": "2004-08-14", "text": "A truce."}\n')
    archive = searchidx.open("news", indexes=tmp_path)
    assert not archive.refresh()
    run("index", "-", "--into", "news", indexes=tmp_path, stdin=b'{"date": "2004-08-15", "text": "A battle."}\n')
    assert archive.search("battle").total == 0
    assert archive.refresh()
    assert archive.search("battle").total == 1
