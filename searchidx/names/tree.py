"""The gazetteer's places as the place facet shows them: each under a value no other has, each in what it lies in."""

from collections.abc import Mapping

from searchidx.names.gazetteer import Gazetteer, GazetteerPlace
from searchidx.search.document import NameValue, PlaceNode
from searchidx.stories.folding import fold


class PlaceTree:
    """Gives places their values and their nodes.

    Args:
        gazetteer: where the places come from.
        aliases: the keeper's, by folded spelling; a place is shown as they have it.
    """

    def __init__(self, gazetteer: Gazetteer, aliases: Mapping[str, str]) -> None:
        self._gazetteer = gazetteer
        self._aliases = aliases
        self._values: dict[str, str] = {}
        self._spellings: dict[str, Mapping[str, str]] = {}
        self._names: dict[str, NameValue] = {}
        self._described: dict[str, str] = {}
        self._nodes: dict[str, tuple[PlaceNode, ...]] = {}

    def value(self, place: GazetteerPlace) -> str:
        """Return what is typed and counted for a place: its name, with what tells it apart from likelier namesakes."""
        value = self._values.get(place.id)
        if value is None:
            value = self._values[place.id] = self._make_value(place)
        return value

    def nodes(self, place: GazetteerPlace) -> tuple[PlaceNode, ...]:
        """Return the nodes from the continent (or whatever lies in nothing) down to the place."""
        nodes = self._nodes.get(place.id)
        if nodes is None:
            above = self._gazetteer.get(place.parent) if place.parent else None
            nodes = self.nodes(above) if above else ()
            nodes = self._nodes[place.id] = (*nodes, self._node(place, nodes[-1].value if nodes else None))
        return nodes

    def spellings(self, place: GazetteerPlace) -> Mapping[str, str]:
        """Return the names a place is found by, by their folded form."""
        found = self._spellings.get(place.id)
        if found is None:
            node = self.nodes(place)[-1]
            found = self._spellings[place.id] = {fold(name): name for name in (node.value, node.label, *node.also)}
        return found

    def name(self, place: GazetteerPlace) -> NameValue:
        """Return a place as a name, with the other names it is found by."""
        name = self._names.get(place.id)
        if name is None:
            value = self.value(place)
            also = [spelling for key, spelling in self.spellings(place).items() if key != fold(value)]
            name = self._names[place.id] = NameValue(value, tuple(also))
        return name

    def described(self, place: GazetteerPlace) -> str:
        """Return what a place is, in words: “city in Iraq”."""
        words = self._described.get(place.id)
        if words is None:
            around = [step for step in self._gazetteer.path(place.id)[:-1] if step.kind != "region"]
            words = self._described[place.id] = f"{place.kind} in {around[-1].name}" if around else place.kind
        return words

    def _node(self, place: GazetteerPlace, parent: str | None) -> PlaceNode:
        value, label = self.value(place), self._label(place)
        firm = (name for name in (place.name, *place.names) if self._means(name, place))
        also = {fold(name): name for name in firm if fold(name) not in (fold(value), fold(label))}
        return PlaceNode(value, label, place.kind, parent, tuple(also.values()))

    def _means(self, name: str, place: GazetteerPlace) -> bool:
        found = self._gazetteer.candidates(name)
        return bool(found) and found[0].id == place.id

    def _label(self, place: GazetteerPlace) -> str:
        shown = self._aliases.get(fold(place.name), place.name)
        return shown if self._means(shown, place) or not self._gazetteer.candidates(shown) else place.name

    def _make_value(self, place: GazetteerPlace) -> str:
        label = self._label(place)
        if self._means(place.name, place):
            return label
        others = [other for other in self._gazetteer.candidates(place.name)[1:] if _is_in_the_way(other, place)]
        paths = [self._gazetteer.path(other.id) for other in others]
        above = self._gazetteer.path(place.id)[:-1]
        for step in sorted(above, key=lambda step: step.kind != "country"):
            if not any(step in path for path in paths):
                return f"{label}, {step.name}"
        return f"{label}, {above[-1].name} ({place.id})" if above else f"{label} ({place.id})"


def _is_in_the_way(other: GazetteerPlace, place: GazetteerPlace) -> bool:
    """Whether another place might be meant by the same words: “Washington, United States” means no city."""
    wide = place.kind == "region" and other.kind == "city"
    return other.id != place.id and not wide and fold(other.name) == fold(place.name)
