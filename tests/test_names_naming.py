"""Naming a story: what its source gives wins, what its text says is added, and each name is one value."""

import datetime

import pytest

from searchidx.names import Namer, NameStatistics, read_aliases, read_stop_names
from searchidx.search.document import NameValue, PlaceNode
from searchidx.stories import Entity, Place, Story
from searchidx.stories.objects import write_story
from searchidx.stories.records import read_story

NOTHING_SEEN = NameStatistics.collect([])


@pytest.fixture(scope="module")
def namer():
    return Namer(NOTHING_SEEN)


def _story(text="", *, places=(), names=(), body=""):
    entities = tuple(Entity(name) if isinstance(name, str) else name for name in names)
    places = tuple(Place(place) if isinstance(place, str) else place for place in places)
    return Story("1", "/news/2004/08/14/x", datetime.date(2004, 8, 14), text, body, places=places, entities=entities)


def _places(document):
    return [(place.name, place.id, place.given) for place in document.story.places]


def _names(document):
    return [name.value for name in document.names]


def test_recognised_names_are_added_behind_the_given_ones(namer):
    named = namer.name(_story("Muqtada al-Sadr meets Iraqi ministers in Baghdad.", names=["Iraqi government"]))
    assert [(e.name, e.given) for e in named.story.entities] == [
        ("Iraqi government", True),
        ("Muqtada al-Sadr", False),
        ("Iraq", False),
        ("Baghdad", False),
    ]
    assert _places(named) == [("Iraq", "99237", False), ("Baghdad", "98182", False)]


def test_given_and_recognised_spellings_are_one_value(namer):
    named = namer.name(_story("Talks between the United States and Iran.", names=["U.S."]))
    assert _names(named) == ["United States", "Iran"]
    assert "U.S." in named.names[0].also
    assert [(e.name, e.given) for e in named.story.entities] == [("U.S.", True), ("Iran", False)]


def test_given_places_stand_first_and_get_their_ids(namer):
    places = [Place("An Najaf"), Place("Somewhere"), Place("Iraq", id="mine")]
    named = namer.name(_story(places=places, names=["Iraqi", "Muqtada al-Sadr"]))
    assert _places(named) == [("An Najaf", "98860", True), ("Somewhere", None, True), ("Iraq", "mine", True)]
    assert _names(named) == ["Iraq", "Muqtada al-Sadr", "Najaf", "Somewhere"]


def test_given_names_that_are_places_are_places(namer):
    named = namer.name(_story(names=["Honduran", "Paris (city)", "Abu Dhabi", "Clinton", "NATO"]))
    assert [name for name, _, _ in _places(named)] == ["Honduras", "Paris", "Abu Dhabi"]
    assert not any(given for _, _, given in _places(named))


def test_a_given_small_town_needs_company_from_its_country(namer):
    assert [name for name, _, _ in _places(namer.name(_story(names=["Peshawar"])))] == ["Peshawar"]
    assert [name for name, _, _ in _places(namer.name(_story(names=["Lincoln"])))] == []
    named = namer.name(_story(names=["Lincoln", "Nebraska"]))
    assert [name for name, _, _ in _places(named)] == ["Lincoln", "Nebraska"]


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("Georgia (country)", "Georgia"),
        ("Georgia (U.S. state)", "Georgia, United States"),
        ("Paris, Texas", "Paris, Texas"),
        ("Paris (France)", "Paris"),
        ("Zarrin (composer)", "Zarrin"),
        ("Paris (mythology)", "Paris (mythology)"),
        ("Al-Shabaab (militant group)", "Al-Shabaab"),
        ("Burma", "Myanmar"),
        ("Turkish", "Turkey"),
    ],
)
def test_what_tells_given_names_apart_is_understood(namer, given, value):
    assert _names(namer.name(_story(names=[given]))) == [value]


def test_the_places_of_a_story_come_with_all_they_lie_in(namer):
    named = namer.name(_story("A bomb explodes in Baghdad."))
    assert [(node.value, node.kind, node.parent) for node in named.places] == [
        ("Asia", "continent", None),
        ("Iraq", "country", "Asia"),
        ("Baghdad, Iraq", "region", "Iraq"),
        ("Baghdad", "city", "Baghdad, Iraq"),
    ]
    assert [node.label for node in named.places] == ["Asia", "Iraq", "Baghdad", "Baghdad"]


def test_a_given_place_that_the_gazetteer_does_not_know_is_a_node_of_its_own(namer):
    named = namer.name(_story(places=["Nowhereland (village)"]))
    assert named.places == (PlaceNode("Nowhereland", "Nowhereland"),)
    assert _places(named) == [("Nowhereland (village)", None, True)]


def test_names_are_found_across_headline_and_body(namer):
    named = namer.name(_story("Nelson Mandela retires", body="Many praise Mandela."))
    assert named.names == (NameValue("Nelson Mandela", also=("Mandela",)),)


def test_what_the_source_gives_is_not_cut_up_and_lends_its_surnames(namer):
    story = _story(
        "Sadr opens the Blaukirk Bridge Museum.", names=["Muqtada Sadr", "Bridge Museum", "iPad", "de facto"]
    )
    assert _names(namer.name(story)) == [
        "Muqtada al-Sadr",
        "Bridge Museum",
        "iPad",
        "de facto",
        "Blaukirk Bridge Museum",
    ]
    story = _story("Guests see the Blaukirk Museum bridge.", names=["Blaukirk Museum bridge"])
    assert _names(namer.name(story)) == ["Blaukirk Museum bridge"]


def test_naming_again_what_was_exported_changes_nothing(namer):
    story = _story(
        "Georgian troops leave Tskhinvali, says Mikheil Saakashvili.",
        places=["Georgia", "Nowhereland"],
        names=["Russian", "Saakashvili"],
    )
    named = namer.name(story)
    assert namer.name(named.story) == named
    assert namer.name(read_story(write_story(named.story))) == named


def test_what_was_recognised_by_other_rules_is_dropped(namer):
    story = _story("A bomb explodes in Baghdad.")._replace(
        places=(Place("Paris", given=False),),
        entities=(Entity("Paris Hilton", given=False),),
    )
    assert namer.name(story) == namer.name(_story("A bomb explodes in Baghdad."))


def test_the_keepers_aliases_and_stop_names_are_honoured():
    aliases = read_aliases(
        ["Kiev | Kyiv", "Muqtada Sadr | Moqtada al-Sadr; Muqtada al-Sadr", "Iran | Islamic Republic"]
    )
    namer = Namer(NOTHING_SEEN, aliases=aliases, stop=read_stop_names(["Update Desk"]))
    named = namer.name(_story("In Kyiv, Muqtada al-Sadr visits the Islamic Republic with the Update Desk."))
    assert _names(named) == ["Kiev", "Muqtada Sadr", "Iran"]
    assert "Kyiv" in named.names[0].also
    assert [node.value for node in named.places if node.kind == "city"] == ["Kiev"]
    given = namer.name(_story(names=["Islamic Republic", "Kyiv"]))
    assert _names(given) == ["Iran", "Kiev"]


def test_a_given_name_may_have_any_number_of_blanks(namer):
    name = f"Paris{' ' * 200_000}(city)"
    assert _names(namer.name(_story(names=[name, name.replace("(", "")])))[0] == "Paris"
