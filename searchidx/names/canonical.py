"""Making the spellings of one name one: places, aliases, abbreviations a text explains, surnames, transliterations."""

import re
from collections.abc import Iterable, Mapping, Sequence

from searchidx.names.gazetteer import GazetteerPlace
from searchidx.names.placing import Site
from searchidx.names.spans import Span
from searchidx.names.spellings import Spellings, by_sound, sound
from searchidx.names.tree import PlaceTree
from searchidx.names.vocabulary import Known
from searchidx.stories.folding import fold


class Reading:
    """What a name is called, and why."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self.why = why


class Canon:
    """Gives each name of a text the form under which it is shown and searched."""

    def __init__(self, aliases: Mapping[str, str], tree: PlaceTree, spellings: Spellings) -> None:
        self._aliases = aliases
        self._by_sound = by_sound(aliases)
        self._tree = tree
        self._spellings = spellings

    def read(
        self, text: str, spans: Sequence[Span], sites: Sequence[Site | None], known: Iterable[Span] = ()
    ) -> list[Reading]:
        """Return what each name is called.

        A surname means the person whose full name stands before it, or else behind it; an abbreviation what the text
        explains it by. `known` are names that the text is known to speak of.
        """
        readings: list[Reading] = []
        persons = {surname: self.alone(span).name for span in known for surname in span.surnames}
        explained: dict[str, Reading] = {}
        waiting: list[int] = []
        for number, span in enumerate(spans):
            site = sites[number]
            reading = self.alone(span, site)
            key = span.key
            if key in explained:
                reading = explained[key]
            elif number and _explains(text, spans[number - 1], span):
                long = readings[-1].name
                reading = explained[key] = Reading(long, f"the text explains it as {spans[number - 1].text}")
            elif site is None and len(span.words) == 1:
                person = persons.get(key)
                if person is not None:
                    reading = Reading(person, f"surname of {person}")
                elif key not in self._aliases:
                    waiting.append(number)
            elif site is None:
                for surname in span.surnames:
                    persons.setdefault(surname, reading.name)
            readings.append(reading)
        for number in waiting:
            person = persons.get(spans[number].key)
            if person is not None:
                readings[number] = Reading(person, f"surname of {person}")
        return readings

    def alone(self, span: Span, site: Site | None = None) -> Reading:
        """Return what a name is called by itself."""
        if site is not None and site.place is not None:
            return self._place(site.kind, site.place)
        reading = self._name(span, is_place=site is not None)
        if site is None or site.land is None:
            return reading
        return Reading(f"{reading.name}, {self._tree.value(site.land)}", reading.why)

    def _place(self, kind: str, place: GazetteerPlace) -> Reading:
        value = self._tree.value(place)
        return Reading(value, f"says what belongs to {value}" if kind == "demonym" else self._tree.described(place))

    def _name(self, span: Span, *, is_place: bool) -> Reading:
        """Return what a name is called that the gazetteer does not know."""
        text = span.text
        alias = self._aliases.get(span.key)
        if alias is not None:
            return Reading(
                alias,
                f"another spelling of {alias}" if alias != text else "a name of the shipped or your own list",
            )
        if is_place:
            return Reading(self._spellings.usual(text), "a place by the words beside it, unknown to the gazetteer")
        if span.surnames:
            return self._person(text)
        return Reading(self._spellings.usual(text), _capitals(span.words, titled=span.titled))

    def _person(self, text: str) -> Reading:
        alias = self._by_sound.get(sound(text))
        if alias is not None:
            return Reading(alias, f"sounds like {alias}")
        name = self._spellings.usual_person(text)
        alias = self._aliases.get(fold(name))
        if alias is not None and alias != name:
            return Reading(alias, f"another spelling of {alias}")
        return Reading(name, "words with capitals beside each other")


def _explains(text: str, long: Span, short: Span) -> bool:
    """Whether a name is explained by the one before it: African Union (AU)."""
    if text[long.end : short.start] != " (":
        return False
    initials = "".join(word[0] for word in re.findall(r"[^\W_]+", long.text) if word[0].isupper())
    letters = short.text.replace(".", "")
    return len(letters) > 1 and letters.isupper() and letters == initials


def _capitals(words: Sequence[Known], *, titled: bool) -> str:
    if len(words) != 1:
        return "words with capitals beside each other"
    if titled:
        return "stands behind a title"
    share = words[0].share
    return (
        "a capital on a word the archive does not know"
        if share is None
        else f"has a capital in {share:.0%} of its uses"
    )
