"""The shipped gazetteer: which places there are, what they are called, and which lies in which.

The file is text in two parts: the places by id, and the folded names with the ids of the places they can mean,
likeliest first. Its lines are kept as they are, by their first column, and read when they are asked for.
"""

import gzip
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice

from searchidx.stories.folding import fold

#: Words before a place's name that a look-up may do without, and words behind it that make it a region.
_BEFORE = re.compile(
    r"the |greater |central |downtown |mainland |(?:the )?(?:city|town|village|state|province|republic|island) of |"
    r"(?:al|an|ar|as|ash|at|el)-"
)
_BEHIND = re.compile(r"[ -](?:province|governorate|oblast|krai|region|state|prefecture|department|autonomous region)$")
#: What makes the name of a part of a country, a region or a large city: Southern Thailand, West London.
_SIDE = re.compile(r"(?:north|south|east|west)[ -]?(?:east|west)?(?:ern)? ")
#: The inhabitants from which on a city has such parts.
CITY_WITH_PARTS = 300_000
#: What company in the same region or country is worth, and what it takes to pass over the likeliest
#: place of a name, and over one that is larger than regions.
SAME_REGION, SAME_COUNTRY = 2.5, 1.0
AGAINST_LIKELIEST, AGAINST_COUNTRY = 0.2, 1.5

#: With how many other places of a story one is compared.
MOST_COMPANY = 40

_LOOSE = str.maketrans({"'": None, ".": None, ",": None, "`": None, '"': None, "-": " "})


@dataclass(frozen=True, slots=True, eq=False)
class GazetteerPlace:
    """One place of the gazetteer, which holds each once.

    Attributes:
        id: its GeoNames number, or a made-up one that begins with "x-" where GeoNames' extract has none.
        kind: continent, country, region (first level), city, area (anything else on land) or water.
        parent: the id of what it lies in, None for a continent, an ocean and the like.
        country: the two letters of its country today; empty where there is none.
        population: 0 where it is not known.
        names: other names it goes by.
    """

    id: str
    name: str
    kind: str
    parent: str | None
    country: str
    latitude: float
    longitude: float
    population: int
    names: tuple[str, ...] = ()


_Path = tuple[GazetteerPlace, ...]


class Gazetteer:
    """Look-up of places by id and by name.

    Args:
        data: the file's content, unpacked.
    """

    def __init__(self, data: bytes) -> None:
        places, names = data.decode().split("\n\n", 1)
        self._places = _by_first_column(places.split("\n")[1:])
        self._names = _by_first_column(names.split("\n"))
        # The same names come again and again.
        self.get = cache(self._get)
        self.path = cache(self._path)
        self.candidates = lru_cache(maxsize=32768)(self._candidates)
        self._contenders_for = lru_cache(maxsize=32768)(lambda name: self._contenders(self.candidates(name)))

    def __iter__(self) -> Iterator[GazetteerPlace]:
        """Yield every place."""
        return (_read_place(place_id, rest) for place_id, rest in self._places.items())

    def _get(self, place_id: str) -> GazetteerPlace | None:
        rest = self._places.get(place_id)
        return None if rest is None else _read_place(place_id, rest)

    def _candidates(self, name: str) -> tuple[GazetteerPlace, ...]:
        """Return the places a name can mean, likeliest first: by kind and number of inhabitants.

        Where the name is unknown it is tried without apostrophes and hyphens, without words such as “Greater” before
        it, as a region's without “Province” and the like behind it, and as that of a part: Southern Thailand is Thailand.
        """
        key = fold(name)
        found = self._find(key)
        if not found and (before := _BEFORE.match(key)):
            found = self._find(key[before.end() :])
        if not found and (behind := _BEHIND.search(key)):
            found = tuple(place for place in self._find(key[: behind.start()]) if place.kind == "region")
        if not found and (side := _SIDE.match(key)):
            found = tuple(place for place in self._find(key[side.end() :]) if _has_parts(place))
        return found

    def _path(self, place_id: str) -> tuple[GazetteerPlace, ...]:
        """Return the places from the continent down to the place itself; nothing for an unknown id."""
        place = self.get(place_id)
        if place is None:
            return ()
        return (*(self.path(place.parent) if place.parent else ()), place)

    def resolve(
        self, names: Sequence[str], company: Sequence[GazetteerPlace] = ()
    ) -> tuple[GazetteerPlace | None, ...]:
        """Return for each name the place it means in a story that has them all, None where there is no such place.

        Company decides: Georgia beside Tbilisi is the country, beside Atlanta the state. Without any, and against weak
        company, the likeliest place wins. `company` are places of the story that are known already.
        """
        return self._choose([self._contenders_for(name) for name in names], company)

    def choose(
        self, choices: Sequence[Sequence[GazetteerPlace]], company: Sequence[GazetteerPlace] = ()
    ) -> tuple[GazetteerPlace | None, ...]:
        """Return which of each row of places, likeliest first, is meant in a story that has one of each row."""
        return self._choose([self._contenders(found) for found in choices], company)

    def _choose(
        self, rows: Sequence[tuple["_Contender", ...]], company: Sequence[GazetteerPlace]
    ) -> tuple[GazetteerPlace | None, ...]:
        if max(map(len, rows), default=0) < 2:
            return tuple([row[0].place if row else None for row in rows])
        likeliest = {row: row[0].place for row in rows if row}
        around = self._paths((*company, *likeliest.values()))
        meant = {row: _best(row, around)[1] for row in likeliest}
        # Each may have followed what has gone elsewhere itself: Barcelona and Valencia the other's namesake abroad. These
        # choose again, the surest first.
        around = self._paths((*company, *meant.values()))
        moved = [row for row, place in meant.items() if place is not likeliest[row]]
        astray = [row for row in moved if not _has_company(self.path(meant[row].id), around)]
        meant |= {row: likeliest[row] for row in astray}
        while astray:
            around = self._paths((*company, *meant.values()))
            row = max(astray, key=lambda row: _best(row, around)[0])
            meant[row] = _best(row, around)[1]
            astray.remove(row)
        return tuple([meant.get(row) for row in rows])

    def _paths(self, places: Iterable[GazetteerPlace]) -> list[_Path]:
        """Return the paths to the first of some places, each once."""
        return [self.path(place.id) for place in islice(dict.fromkeys(places), MOST_COMPANY)]

    def _contenders(self, found: Sequence[GazetteerPlace]) -> tuple["_Contender", ...]:
        """Return the places of a row that company can prefer to the likeliest, with it the first."""
        row = [_Contender(place, self.path(place.id), _unlikeliness(place, found[0])) for place in found]
        return tuple(contender for contender in row if contender.unlikeliness < SAME_REGION)

    def _find(self, key: str) -> tuple[GazetteerPlace, ...]:
        """Return the places a folded name can mean, as it is or without its apostrophes and hyphens."""
        ids = self._names.get(key) or self._names.get(loosen(key))
        return tuple([place for place_id in ids.split() if (place := self.get(place_id))]) if ids else ()


def _by_first_column(lines: Iterable[str]) -> dict[str, str]:
    return {key: rest for key, _, rest in (line.partition("\t") for line in lines)}


class _Contender:
    """A place that a name may mean, and how much company it takes to prefer it to the likeliest."""

    def __init__(self, place: GazetteerPlace, path: _Path, unlikeliness: float) -> None:
        self.place = place
        self.path = path
        self.unlikeliness = unlikeliness


def _best(row: Sequence[_Contender], around: Sequence[_Path]) -> tuple[float, GazetteerPlace]:
    """Return the place with the most in common with one of the others, less its unlikeliness; before it, its lead over the likeliest."""
    likeliest = row[0].place
    company = [path for path in around if path[-1] is not likeliest]
    if len(row) < 2 or not company:
        return 0.0, likeliest
    worth = [max(_shared(one.path, other) for other in company) - one.unlikeliness for one in row]
    best = max(worth)
    return best - worth[0], row[worth.index(best)].place


def _has_company(path: _Path, around: Sequence[_Path]) -> bool:
    """Whether a place has anything in common with another."""
    return any(_shared(path, other) for other in around if other[-1] is not path[-1])


def _shared(path: _Path, other: _Path) -> float:
    """Return what two places have in common, in the measure of `_unlikeliness`: region, country or nothing."""
    if path[-1] in other:
        return SAME_REGION
    shared = 0.0
    for step, twin in zip(path, other, strict=False):
        if step is not twin or step.kind == "region":
            return SAME_REGION if step is twin else shared
        if step.kind == "country":
            shared = SAME_COUNTRY
    return shared


def _unlikeliness(place: GazetteerPlace, likeliest: GazetteerPlace) -> float:
    """Return how much company it takes to prefer a place to the likeliest of its name: powers of ten in inhabitants."""
    if place is likeliest:
        return 0.0
    if likeliest.kind not in ("city", "region"):
        return AGAINST_COUNTRY
    ratio = (likeliest.population + 1) / (place.population + 1)
    return AGAINST_LIKELIEST + max(0.0, math.log10(ratio))


def _has_parts(place: GazetteerPlace) -> bool:
    """Whether the north or the like of a place is spoken of as if it had a name. A water's is not: West Nile is a virus."""
    return place.kind != "water" and (place.kind != "city" or place.population >= CITY_WITH_PARTS)


def loosen(key: str) -> str:
    """Return a folded name without apostrophes, quotes, commas and full stops, hyphens as spaces: al-anbar → al anbar."""
    return key if key.replace(" ", "").isalnum() else key.translate(_LOOSE)


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the shipped gazetteer; it is unpacked once."""
    return Gazetteer(gzip.decompress((files("searchidx") / "data" / "gazetteer" / "gazetteer.tsv.gz").read_bytes()))


def _read_place(place_id: str, line: str) -> GazetteerPlace:
    name, kind, parent, country, latitude, longitude, population, names = line.split("\t")
    return GazetteerPlace(
        id=place_id,
        name=name,
        kind=kind,
        parent=parent or None,
        country=country,
        latitude=float(latitude),
        longitude=float(longitude),
        population=int(population),
        names=tuple(names.split("|")) if names else (),
    )
