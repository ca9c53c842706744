"""Naming a story: what its source gives and what its text says, as the names and places it is found by."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from searchidx.names.gazetteer import Gazetteer, GazetteerPlace, gazetteer, loosen
from searchidx.names.given import Given, GivenPlaces
from searchidx.names.recogniser import FoundName, Recogniser
from searchidx.names.statistics import NameStatistics
from searchidx.names.tree import PlaceTree
from searchidx.search.document import Document, NameValue, PlaceNode
from searchidx.stories import Entity, Place, Story
from searchidx.stories.folding import fold


class Namer:
    """Gives stories their names and places; built once for a run over many.

    Args:
        statistics: how the archive writes its words.
        places: the gazetteer; the shipped one if none is given.
        aliases: the keeper's, by folded spelling (`read_aliases`); they win over the shipped ones.
        stop: folded names that are none (`read_stop_names`); what a source gives is a name all the same.
    """

    def __init__(
        self,
        statistics: NameStatistics,
        places: Gazetteer | None = None,
        *,
        aliases: Mapping[str, str] | None = None,
        stop: Collection[str] = (),
    ) -> None:
        places = places or gazetteer()
        self._tree = PlaceTree(places, aliases or {})
        self._given = GivenPlaces(places, aliases or {})
        self._recogniser = Recogniser(statistics, places, self._tree, aliases=aliases or {}, stop=stop)

    def name(self, story: Story) -> Document:
        """Return the story with its recognised names and places added, and the values under which it is found.

        What the source gives stays, comes first and wins. What an earlier run recognised is dropped and found anew,
        so that a story named again comes out the same.
        """
        given = self._given.find(
            [place for place in story.places if place.given], [name for name in story.entities if name.given]
        )
        names = _Names(self._tree)
        for entity, place in given.names:
            names.add(self._canonical(entity.name, place), entity.name, place)
        stated: list[str] = []
        for source_place, place in given.places:
            value = self._canonical(source_place.name, place)
            names.add(value, source_place.name, place)
            stated += [source_place.name, value]
            if place is None:
                names.add_unknown(value)
        known = len(names.spellings)
        for found in self._recognise(story, given):
            names.add(found.name, found.text, found.place)
            if found.kind == "place" and found.place is None:
                names.add_unknown(found.name)
        recognised = list(names.spellings)[known:]
        named = story._replace(
            places=self._places(given, names, stated),
            entities=(*[entity for entity, _ in given.names], *[Entity(name, given=False) for name in recognised]),
        )
        return Document(named, tuple(names.nodes.values()), names.values())

    def explain(self, text: str) -> tuple[FoundName, ...]:
        """Return the names of a text, every occurrence, and why they are taken for names."""
        return self._recogniser.recognise(text)

    def _recognise(self, story: Story, given: Given) -> Iterable[FoundName]:
        """Return the names of a story's text in the light of what its source gives, which is not cut up again."""
        text = f"{story.headline}\n\n{story.body}" if story.body else story.headline
        company = [place for _, place in (*given.places, *given.names) if place is not None]
        known = [self._given.bare_name(name.name) for name, place in given.names if place is None]
        found = self._recogniser.recognise(text, company=company, known=known)
        taken = [(start, start + len(name)) for name in known if name for start in _occurrences(text, name)]
        if not taken:
            return found
        return (
            name
            for name in found
            if name.kind != "name" or not any(start <= name.start and name.end <= end for start, end in taken)
        )

    def _canonical(self, name: str, place: GazetteerPlace | None) -> str:
        if place is not None:
            return self._tree.value(place)
        return self._recogniser.name_of(self._given.bare_name(name))

    def _places(self, given: Given, names: "_Names", stated: Iterable[str]) -> tuple[Place, ...]:
        """Return the given places, with the gazetteer's ids where they have none, and then those not `stated` by them."""
        kept = [place._replace(id=found.id) if found and place.id is None else place for place, found in given.places]
        seen = {fold(name) for name in stated}
        added = [
            Place(value, id=place.id if place else None, given=False)
            for value, place in names.places.items()
            if fold(value) not in seen
        ]
        return (*kept, *added)


class _Names:
    """The names and places of one story while they are gathered.

    Attributes:
        spellings: how each name is spelt, folded and as it stands, by the name's value.
        places: the places meant, by their values.
        nodes: these and all they lie in, by their values, parents first.
    """

    def __init__(self, tree: PlaceTree) -> None:
        self._tree = tree
        self.spellings: dict[str, dict[str, str]] = {}
        self._keys: dict[str, str] = {}
        self.places: dict[str, GazetteerPlace | None] = {}
        self.nodes: dict[str, PlaceNode] = {}

    def add(self, value: str, spelling: str, place: GazetteerPlace | None) -> None:
        """Add a name by its value, and the place it is or belongs to."""
        value = self._keys.setdefault(_key(value), value)
        self.spellings.setdefault(value, {}).setdefault(fold(spelling), spelling)
        if place is not None and value not in self.places:
            self.places[value] = place
            for node in self._tree.nodes(place):
                self.nodes[node.value] = node

    def add_unknown(self, name: str) -> None:
        """Add a place that the gazetteer does not know."""
        if self.places.setdefault(name, None) is None:
            self.nodes.setdefault(name, PlaceNode(name, name))

    def values(self) -> tuple[NameValue, ...]:
        """Return the names with the other spellings they are found by: the story's, and a place's other names."""
        return tuple([self._value(value, spellings) for value, spellings in self.spellings.items()])

    def _value(self, value: str, spellings: dict[str, str]) -> NameValue:
        place = self.places.get(value)
        if place is not None:
            usual = self._tree.name(place)
            if usual.value == value and spellings.keys() <= self._tree.spellings(place).keys():
                return usual
            spellings |= self._tree.spellings(place)
        spellings.pop(fold(value), None)
        return NameValue(value, tuple(spellings.values()))


def _key(value: str) -> str:
    return loosen(fold(value))


def _occurrences(text: str, name: str) -> Iterator[int]:
    start = text.find(name)
    while start >= 0:
        yield start
        start = text.find(name, start + len(name))
