"""The gazetteer: what is found under a name, where it lies, and which of several places a story means."""

import pytest

from searchidx.names.demonyms import place_of_demonym
from searchidx.names.gazetteer import Gazetteer, gazetteer

CANDIDATES = [
    ("Iraq", "Iraq", "country"),
    ("  the   GAMBIA ", "Gambia", "country"),
    ("Kiev", "Kyiv", "city"),
    ("Bombay", "Mumbai", "city"),
    ("Burma", "Myanmar", "country"),
    ("Peking", "Beijing", "city"),
    ("An Najaf", "Najaf", "city"),
    ("Sao Paulo", "São Paulo", "city"),
    ("U.S.", "United States", "country"),
    ("al-Anbar", "Anbar", "region"),
    ("Anbar Province", "Anbar", "region"),
    ("St Petersburg", "Saint Petersburg", "city"),
    ("Washington", "Washington, D.C.", "city"),
    ("New York", "New York City", "city"),
    ("Georgia", "Georgia", "country"),
    ("Gaza Strip", "Gaza Strip", "region"),
    ("West Bank", "West Bank", "region"),
    ("Chechnya", "Chechnya", "region"),
    ("Kashmir", "Kashmir", "area"),
    ("Darfur", "Darfur", "area"),
    ("Persian Gulf", "Persian Gulf", "water"),
    ("Mediterranean Sea", "Mediterranean Sea", "water"),
    ("Al-Raqqah", "Raqqa", "city"),
    ("Southern Thailand", "Thailand", "country"),
    ("Southern Sudan", "South Sudan", "country"),
    ("West Antarctica", "West Antarctica", "area"),
    ("the Americas", "Americas", "area"),
    ("Kerbala", "Karbala", "city"),
    ("Valletta", "Valletta", "city"),
    ("South-East England", "England", "region"),
    ("West London", "London", "city"),
    ("Western Sahara", "Western Sahara", "country"),
    ("South Korea", "South Korea", "country"),
    ("USSR", "Soviet Union", "country"),
    ("Serbia and Montenegro", "Serbia and Montenegro", "country"),
    ("Europe", "Europe", "continent"),
]


@pytest.mark.parametrize(("name", "place", "kind"), CANDIDATES)
def test_the_likeliest_place_of_a_name(name, place, kind):
    found = gazetteer().candidates(name)[0]
    assert (found.name, found.kind) == (place, kind)


@pytest.mark.parametrize(
    "name", ["", " ", "Nowhereland", "the", "\n", "\t", "West Nile", "West Nowhereland", "South Tuzla"]
)
def test_what_is_no_place_has_no_candidates(name):
    assert gazetteer().candidates(name) == ()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Najaf", "Asia › Iraq › Najaf › Najaf"),
        ("Gaza", "Asia › Palestine › Gaza Strip › Gaza City"),
        ("Texas", "North America › United States › Texas"),
        ("Czechoslovakia", "Europe › Czechoslovakia"),
        ("Pacific Ocean", "Pacific Ocean"),
    ],
)
def test_a_path_leads_from_the_continent_to_the_place(name, path):
    place = gazetteer().candidates(name)[0]
    assert " › ".join(step.name for step in gazetteer().path(place.id)) == path


def test_an_unknown_id_is_no_place():
    assert gazetteer().get("0") is None
    assert gazetteer().path("0") == ()


@pytest.mark.parametrize(
    ("names", "country"),
    [
        (["Georgia", "Tbilisi"], "GE"),
        (["Georgia", "Atlanta"], "US"),
        (["Georgia", "Russia", "United States"], "GE"),
        (["Paris", "France"], "FR"),
        (["Paris", "Iraq"], "FR"),
        (["Paris", "Texas"], "US"),
        (["Hyderabad"], "IN"),
        (["Hyderabad", "Pakistan"], "PK"),
        (["Tripoli", "Lebanon"], "LB"),
        (["Congo", "Brazzaville"], "CG"),
        (["London", "Canada"], "GB"),
        (["London", "Ontario"], "CA"),
    ],
)
def test_company_decides_which_place_is_meant(names, country):
    found = gazetteer().resolve(names)
    assert found[0] is not None
    assert found[0].country == country


def test_washington_is_the_state_beside_its_cities():
    assert [place and place.kind for place in gazetteer().resolve(["Washington", "Seattle"])] == ["region", "city"]
    assert [place and place.kind for place in gazetteer().resolve(["Washington", "Iraq"])] == ["city", "country"]


def test_a_name_without_a_place_resolves_to_none():
    assert gazetteer().resolve(["Nowhereland", "Iraq"])[0] is None
    assert gazetteer().resolve([]) == ()


def test_every_parent_is_a_place():
    places = gazetteer()
    for name, _, _ in CANDIDATES:
        for place in places.candidates(name):
            assert place.parent is None or places.get(place.parent) is not None


def test_its_file_is_places_and_names_sorted():
    data = b"# credit\n1\tOne\tcity\t\t\t1\t2\t3\tUno|Eins\n\neins\t1\none\t1\nuno\t1\n"
    assert [place.names for place in Gazetteer(data).candidates("Uno")] == [("Uno", "Eins")]


@pytest.mark.parametrize(
    ("word", "place"),
    [("Iraqi", "Iraq"), ("iraqis", "Iraq"), ("Danes", "Denmark"), ("British", "United Kingdom"), ("Iraq", None)],
)
def test_demonyms(word, place):
    assert place_of_demonym(word) == place
