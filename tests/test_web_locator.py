"""The small map on a story's page: which country, what of it, how much of a page it takes."""

import re

import pytest

from searchidx.search.engine import ValueCount
from searchidx.web.atlas import atlas
from searchidx.web.locator import HEIGHT, WIDTH, locator

IRAQ = (ValueCount("Asia", "Asia", 9), ValueCount("Iraq", "Iraq", 9, "Asia"))
NAJAF = ValueCount("Najaf", "Najaf", 2, "Iraq")
BAGHDAD = ValueCount("Baghdad", "Baghdad", 3, "Iraq")
AMERICA = (
    ValueCount("North America", "North America", 9),
    ValueCount("United States", "United States", 9, "North America"),
)


@pytest.mark.parametrize(
    ("places", "country", "dots"),
    [
        (IRAQ, "Iraq", 0),
        ((*IRAQ, NAJAF, BAGHDAD), "Iraq", 2),
        ((*AMERICA, *IRAQ), "United States", 0),
        ((*AMERICA, *IRAQ, NAJAF), "Iraq", 1),
        ((ValueCount("Oceania", "Oceania", 1), ValueCount("Kiribati", "Kiribati", 1, "Oceania")), "Kiribati", 1),
    ],
)
def test_the_country_that_most_places_lie_in_is_shown_with_dots_for_them(places, country, dots):
    shown = locator(places)
    assert shown is not None
    assert shown.link.text == country
    assert len(shown.spots) == dots


@pytest.mark.parametrize("places", [(), IRAQ[:1], (ValueCount("Nowhere", "Nowhere", 1),)])
def test_without_a_known_country_there_is_no_map(places):
    assert locator(places) is None


@pytest.mark.parametrize("land", [name for name, land in atlas().by_value.items() if land.extent or land.spot])
def test_every_country_has_a_small_map_that_stays_within_its_drawing(land):
    shown = locator((ValueCount(land, land, 1),))
    assert shown is not None
    assert shown.here or shown.spots
    assert len(shown.here) + len(shown.others) < 15_000
    for x, y in shown.spots:
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
    for ring in re.findall(r"M(-?\d+) (-?\d+)l([^z]*)z", shown.here + shown.others):
        x, y = int(ring[0]), int(ring[1])
        steps = list(map(int, re.findall(r"-?\d+", ring[2])))
        for right, down in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + right, y + down
            assert -10 <= x <= WIDTH + 10
            assert -10 <= y <= HEIGHT + 10
