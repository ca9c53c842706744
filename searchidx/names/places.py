"""The places of a story by what its source says: the places it gives, and the names it gives that are places."""

import dataclasses
import re
from collections.abc import Iterable

from searchidx.names.demonyms import place_of_demonym
from searchidx.names.gazetteer import Gazetteer, GazetteerPlace
from searchidx.stories import Place, Story
from searchidx.stories.folding import fold

#: “(country)” and the like, which tell pages of one title apart and are no part of a name.
_BRACKETS = re.compile(r"\s*\([^)]*\)$")
#: A city of a million and more is known by its bare name; a smaller one must have company to be told from a surname.
KNOWN_CITY = 1_000_000


def place_names(story: Story, gazetteer: Gazetteer) -> Story:
    """Return the story with the places its source speaks of.

    Places given as such come first and keep their spelling; they get the gazetteer's id where they had none and the
    gazetteer knows them. Then come the given names that are places (“Najaf”, “Northern Ireland”) or say where
    something belongs (“Iraqi” is a mention of Iraq). These are marked as recognised (`given` false), because the source
    gave a name and it was the gazetteer that took it for a place.
    """
    names = [entity.name for entity in story.entities if entity.given]
    spoken = [place_of_demonym(name) or _BRACKETS.sub("", name) for name in names]
    meant = gazetteer.resolve([*(place.name for place in story.places), *spoken])
    given = [_with_id(place, found) for place, found in zip(story.places, meant, strict=False)]
    taken = [
        found
        for name, word, found in zip(names, spoken, meant[len(given) :], strict=True)
        if found is not None and (word != name or _is_safe(found, word, meant))
    ]
    return dataclasses.replace(story, places=tuple(add_places(given, taken)))


def add_places(places: Iterable[Place], more: Iterable[GazetteerPlace]) -> list[Place]:
    """Return the places with those of the gazetteer that are not yet among them, marked as recognised."""
    added = list(places)
    ids = {place.id for place in added}
    names = {fold(place.name) for place in added}
    for found in more:
        if found.id not in ids and fold(found.name) not in names:
            ids.add(found.id)
            names.add(fold(found.name))
            added.append(Place(found.name, id=found.id, given=False))
    return added


def _with_id(place: Place, found: GazetteerPlace | None) -> Place:
    return place if place.id is not None or found is None else dataclasses.replace(place, id=found.id)


def _is_safe(found: GazetteerPlace, word: str, company: Iterable[GazetteerPlace | None]) -> bool:
    """Whether a name can be taken for the place: a link to “Clinton” is more often a person than a town."""
    if found.kind != "city" or " " in word or found.population >= KNOWN_CITY:
        return True
    return any(other is not None and other.id != found.id and other.country == found.country for other in company)
