"""Making the spellings of one name one: places, aliases, abbreviations a text explains, surnames, transliterations."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from searchidx.names.placing import Site
from searchidx.names.spans import Span
from searchidx.names.spellings import Spellings, by_sound, sound
from searchidx.names.tree import PlaceTree
from searchidx.stories.folding import fold


class Reading(NamedTuple):
    """What a name is called, and why."""

    name: str
    why: str


class Canon:
    """Gives each name of a text the form under which it is shown and searched."""

    def __init__(self, aliases: Mapping[str, str], tree: PlaceTree, spellings: Spellings) -> None:
        self._aliases = aliases
        self._by_sound = by_sound(aliases)
        self._tree = tree
        self._spellings = spellings
        # A respelling costs more than all else that is done to a name.
        self._person = lru_cache(maxsize=65536)(self._read_person)

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
        for number, (span, site) in enumerate(zip(spans, sites, strict=True)):
            reading = self.alone(span, site)
            key = fold(span.text)
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
            person = persons.get(fold(spans[number].text))
            if person is not None:
                readings[number] = Reading(person, f"surname of {person}")
        return readings

    def alone(self, span: Span, site: Site | None = None) -> Reading:
        """Return what a name is called by itself."""
        if site is not None and site.place is not None:
            value = self._tree.value(site.place)
            if site.kind == "demonym":
                return Reading(value, f"says what belongs to {value}")
            return Reading(value, self._tree.described(site.place))
        alias = self._aliases.get(fold(span.text))
        if alias is not None:
            return Reading(
                alias,
                f"another spelling of {alias}" if alias != span.text else "a name of the shipped or your own list",
            )
        if site is not None:
            return Reading(self._spellings.usual(span.text), "a place by the words beside it, unknown to the gazetteer")
        if span.surnames:
            return self._person(span.text)
        return Reading(self._spellings.usual(span.text), _capitals(span))

    def _read_person(self, text: str) -> Reading:
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


def _capitals(span: Span) -> str:
    if len(span.words) != 1:
        return "words with capitals beside each other"
    if span.titled:
        return "stands behind a title"
    share = span.words[0].share
    return (
        "a capital on a word the archive does not know"
        if share is None
        else f"has a capital in {share:.0%} of its uses"
    )
