"""Places as values and nodes of the facet: each place has one value, which no other has."""

import pytest

from searchidx.names.gazetteer import gazetteer
from searchidx.names.tree import PlaceTree


@pytest.fixture(scope="module")
def tree():
    return PlaceTree(gazetteer(), {})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Georgia", ["Georgia", "Georgia, United States"]),
        ("Najaf", ["Najaf", "Najaf, Iraq"]),
        ("Washington", ["Washington, D.C.", "Washington, United States"]),
        ("Paris", ["Paris", "Paris, Texas"]),
        ("Hyderabad", ["Hyderabad", "Hyderabad, Pakistan"]),
    ],
)
def test_the_likeliest_place_has_the_bare_name_and_others_say_where_they_lie(tree, name, values):
    assert [tree.value(place) for place in gazetteer().candidates(name)][: len(values)] == values


@pytest.mark.parametrize(
    "name", ["Springfield", "San Jose", "Santa Cruz", "Victoria", "Brentwood", "Sinop", "Kamenka", "London", "Sanhe"]
)
def test_namesakes_have_different_values(tree, name):
    values = [tree.value(place) for place in gazetteer().candidates(name)]
    assert len(values) > 1
    assert len(set(values)) == len(values)


def test_nodes_lead_from_the_top_to_the_place(tree):
    nodes = tree.nodes(gazetteer().candidates("Najaf")[0])
    assert [(node.value, node.parent) for node in nodes] == [
        ("Asia", None),
        ("Iraq", "Asia"),
        ("Najaf, Iraq", "Iraq"),
        ("Najaf", "Najaf, Iraq"),
    ]


@pytest.mark.parametrize(
    ("name", "found", "not_found"),
    [("Kyiv", "Kiev", "Kyiv"), ("Myanmar", "Burma", "Myanmar"), ("Casablanca", "Dar al Bayda", "White House")],
)
def test_a_place_is_found_by_names_that_mean_it(tree, name, found, not_found):
    node = tree.nodes(gazetteer().candidates(name)[0])[-1]
    assert found in node.also
    assert not_found not in node.also


def test_a_place_is_shown_as_the_keepers_aliases_have_it():
    place = gazetteer().candidates("Kyiv")[0]
    assert PlaceTree(gazetteer(), {"kyiv": "Kiev", "kiev": "Kiev"}).value(place) == "Kiev"
    # Not by a name that means another place.
    assert PlaceTree(gazetteer(), {"kyiv": "Paris"}).value(place) == "Kyiv"
