"""What a source says of a story's names: the places it gives, and the names it gives that are places."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from searchidx.names.demonyms import place_of_demonym
from searchidx.names.gazetteer import Gazetteer, GazetteerPlace
from searchidx.stories import Entity, Place
from searchidx.stories.folding import fold

#: “Paris (city)”, “Georgia (U.S. state)”, “Paris, Texas”: what tells pages of one title apart. Behind a blank no
#: blanks are looked for, or a row of them would be gone through from each on.
_QUALIFIED = re.compile(r"(?P<bare>.+?)(?:(?<! ) *\((?P<brackets>[^()]+)\)|, *(?P<comma>[^,]+))")
#: The kinds of places that qualifying words name.
_KINDS = {
    "country": "country",
    "nation": "country",
    "continent": "continent",
    "state": "region",
    "province": "region",
    "region": "region",
    "governorate": "region",
    "city": "city",
    "town": "city",
    "village": "city",
    "river": "water",
    "lake": "water",
    "sea": "water",
    "island": "area",
}
#: The inhabitants from which on a city that a source links by its bare name is that city. A smaller one needs another
#: place of its country in the story: a link to “Clinton” is more often a person's.
LINKED_CITY = 1_000_000


@dataclass(frozen=True, slots=True)
class Given:
    """What the source of a story gives, with the place that each is or belongs to, where the gazetteer knows it."""

    places: tuple[tuple[Place, GazetteerPlace | None], ...]
    names: tuple[tuple[Entity, GazetteerPlace | None], ...]


_NOTHING = Given((), ())


class GivenPlaces:
    """Finds the places that the source of a story speaks of.

    Args:
        gazetteer: the places there are.
        aliases: the keeper's, by folded spelling.
    """

    def __init__(self, gazetteer: Gazetteer, aliases: Mapping[str, str]) -> None:
        self._gazetteer = gazetteer
        self._aliases = aliases

    def bare_name(self, name: str) -> str:
        """Return a name without the brackets that tell pages of one title apart, unless a place has the rest of it."""
        match = _QUALIFIED.fullmatch(name)
        if match is None or not match["brackets"] or self._gazetteer.candidates(match["bare"]):
            return name
        return match["bare"]

    def find(self, places: Sequence[Place], names: Sequence[Entity]) -> Given:
        """Return the places of what a source gives.

        The places given as such are settled first, by their ids or among themselves; then the names that are places
        (“Najaf”, “Northern Ireland”) or say where something belongs (“Iraqi” is a mention of Iraq).
        """
        if not places and not names:
            return _NOTHING
        choices = [self._candidates(self._aliases.get(fold(place.name), place.name)) for place in places]
        meant = self._gazetteer.choose(choices)
        settled = [self._by_id(place, found) or best for place, found, best in zip(places, choices, meant, strict=True)]
        company = [place for place in settled if place is not None]
        spoken = [place_of_demonym(name.name) or self._aliases.get(fold(name.name), name.name) for name in names]
        found = self._gazetteer.choose([self._candidates(name) for name in spoken], company)
        everyone = [*company, *(place for place in found if place is not None)]
        taken = [
            place if place and (word != name.name or _is_safe(place, word, everyone)) else None
            for name, word, place in zip(names, spoken, found, strict=True)
        ]
        return Given(tuple(zip(places, settled, strict=True)), tuple(zip(names, taken, strict=True)))

    def _by_id(self, place: Place, candidates: Sequence[GazetteerPlace]) -> GazetteerPlace | None:
        """Return the candidate with the place's id; ids of other lists than GeoNames have none."""
        return next((found for found in candidates if found.id == place.id), None)

    def _candidates(self, name: str) -> Sequence[GazetteerPlace]:
        found = self._gazetteer.candidates(name)
        match = None if found else _QUALIFIED.fullmatch(name)
        if match is None:
            return found
        qualifier = match["brackets"] or match["comma"]
        return [place for place in self._gazetteer.candidates(match["bare"]) if self._fits(place, qualifier)]

    def _fits(self, place: GazetteerPlace, qualifier: str) -> bool:
        """Whether a place is of the kind, or lies in the place, that a qualifier says."""
        words = qualifier.split()
        kinds = {_KINDS[word.casefold()] for word in words if word.casefold() in _KINDS}
        around = self._gazetteer.candidates(" ".join(word for word in words if word.casefold() not in _KINDS))
        path = self._gazetteer.path(place.id)[:-1]
        return (
            bool(kinds or around)
            and (not kinds or place.kind in kinds)
            and (not around or any(step in path for step in around))
        )


def _is_safe(found: GazetteerPlace, word: str, company: Sequence[GazetteerPlace]) -> bool:
    """Whether a name can be taken for the place: a link to “Clinton” is more often a person than a town."""
    if found.kind != "city" or " " in word or found.population >= LINKED_CITY:
        return True
    return any(other.id != found.id and other.country == found.country for other in company)
