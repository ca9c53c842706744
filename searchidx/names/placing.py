"""Which of a text's names are places, and which places: the words around them and the other places decide."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from searchidx.names.demonyms import place_of_demonym
from searchidx.names.gazetteer import Gazetteer, GazetteerPlace
from searchidx.names.spans import Span
from searchidx.names.vocabulary import Vocabulary
from searchidx.stories.folding import fold

#: A city of this size is taken for itself wherever it is named; a smaller one needs a preposition or company.
KNOWN_CITY = 300_000
_BEFORE = re.compile(
    r"(?:\b(?:in|at|near|from|to|into|outside|around|of|across|throughout|between|over|through|towards?|for|inside|on|off|"
    r"(?:north|south|east|west|northern|southern|eastern|western|central|northeast\w*|northwest\w*|southeast\w*|southwest\w*|"
    r"city|town|village|port|province|region|state|capital|district|suburb|island|downtown|nearby))(?: the)?[ ]+|[,(] ?)$",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\b(?:in|at|near|outside|(?:city|town|village|suburb|port|capital|district|province) of|town|city|village)(?: the)? +$",
    re.IGNORECASE,
)
_PLACE_WORD_BEHIND = re.compile(
    r"^(?:'s)? (?:province|region|city|district|area|island|town|village|peninsula|governorate|county|valley|prefecture|state|oblast)\b"
)
_BEHIND = re.compile(r"^, +[A-Z]")


@dataclass(frozen=True, slots=True)
class Site:
    """That a name is a place or belongs to one; `place` is None where the gazetteer does not know it."""

    kind: Literal["place", "demonym"]
    place: GazetteerPlace | None


class Placing:
    """Tells the places among the names of texts."""

    def __init__(self, vocabulary: Vocabulary, gazetteer: Gazetteer, aliases: Mapping[str, str]) -> None:
        self._vocabulary = vocabulary
        self._gazetteer = gazetteer
        self._aliases = aliases

    def places(self, text: str, spans: Sequence[Span], company: Sequence[GazetteerPlace] = ()) -> list[Site | None]:
        """Return for each name the place it is or belongs to, None for those that are none.

        `company` are places the story is known to speak of.
        """
        surnames = _surnames(spans)
        spoken = [self._spoken(span, surnames) for span in spans]
        meant = self._gazetteer.resolve([name or "" for name in spoken], company)
        countries = [place.country for place in (*company, *meant) if place is not None and place.country]
        sites: list[Site | None] = []
        for span, name, place in zip(spans, spoken, meant, strict=True):
            if name is None:
                sites.append(None)
            elif self._demonym(span):
                sites.append(Site("demonym", place))
            elif place is not None:
                sites.append(Site("place", place) if self._is_meant(text, span, place, countries) else None)
            else:
                sites.append(Site("place", None) if self._is_unknown_place(span) else None)
        self._place_before_comma(text, spans, sites)
        return sites

    def _spoken(self, span: Span, surnames: frozenset[str]) -> str | None:
        """Return what to look up for a name: nothing for a person, the place's name for a demonym."""
        if span.titled or (len(span.words) == 1 and span.words[0].key in surnames):
            return None
        return self._demonym(span) or self._aliases.get(fold(span.text), span.text)

    def _demonym(self, span: Span) -> str | None:
        if len(span.words) == 1:
            return span.words[0].demonym
        return place_of_demonym(span.text) if len(span.words) == 2 else None

    def _is_meant(self, text: str, span: Span, place: GazetteerPlace, countries: Sequence[str]) -> bool:
        """Whether the place of that name is meant, and not a person or something else that is called so."""
        if place.kind != "city" or place.population >= KNOWN_CITY:
            return True
        if _BEFORE.search(text, max(0, span.start - 20), span.start) or _PLACE_WORD_BEHIND.search(
            text[span.end : span.end + 16]
        ):
            return True
        return countries.count(place.country) > 1

    def _is_unknown_place(self, span: Span) -> bool:
        """Whether a name the gazetteer does not know is a place by its own words."""
        keys = [word.key for word in span.words]
        return len(keys) > 1 and (keys[-1] in self._vocabulary.place_heads or keys[0] in _LEADING_HEADS)

    def _place_before_comma(self, text: str, spans: Sequence[Span], sites: list[Site | None]) -> None:
        """Take “in Janaale, Somalia” for a place, though the gazetteer may not know Janaale."""
        for number in range(len(spans) - 2, -1, -1):
            span, after = spans[number], sites[number + 1]
            if sites[number] is not None or span.titled or after is None or after.kind != "place":
                continue
            if text[span.end : spans[number + 1].start] == ", " and _PREPOSITION.search(
                text, max(0, span.start - 20), span.start
            ):
                sites[number] = Site("place", None)


_LEADING_HEADS = frozenset("lake mount gulf bay strait port cape isle river".split())


def _surnames(spans: Sequence[Span]) -> frozenset[str]:
    """Return the last words of the persons of a text, as far as titles and unusual words tell."""
    return frozenset(
        span.words[-1].key
        for span in spans
        if len(span.words) > 1 and not any(word.common for word in span.words) and span.titled
    )
