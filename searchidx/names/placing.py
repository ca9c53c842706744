"""Which of a text's names are places, and which places: the words around them and the other places decide."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from searchidx.names.aliases import shipped_aliases
from searchidx.names.gazetteer import Gazetteer, GazetteerPlace
from searchidx.names.spans import Span
from searchidx.names.tokens import VERSUS_WORD
from searchidx.names.vocabulary import PLACE_KINDS, WORD, Known, Vocabulary, are_kinds_before, is_kind_before
from searchidx.stories.folding import fold

#: The inhabitants from which on a city is taken for itself wherever a text names it; a smaller one needs a preposition
#: before it or another place of its country in the story.
KNOWN_CITY = 300_000
_COMPASS = r"(?:north|south|east|west)(?:east|west)?(?:ern)?|central|downtown|nearby"
_PREPOSITIONS = (
    "in|at|near|from|to|into|outside|around|of|across|throughout|between|over|through|towards?|for|inside|on|off"
)
_BEFORE = re.compile(rf"\b(?:{_PREPOSITIONS}|{_COMPASS}|{PLACE_KINDS}) $", re.IGNORECASE)
#: The same for words that are often part of longer names, as surnames are: of Jackson, but in Jackson.
_FIRMLY_BEFORE = re.compile(rf"\b(?:in|at|near|outside|{_COMPASS}|(?:{PLACE_KINDS})(?: of)?) $", re.IGNORECASE)
#: A word that stands beside other names in more than this share of its uses with a capital is likely a surname.
SURNAME_COMPANY = 0.35
#: What makes even an unknown name before “, Somalia” a place, and what makes it one anywhere.
_PREPOSITION = re.compile(rf"\b(?:in|at|near|outside|from|(?:{PLACE_KINDS})(?: of)?)(?: the)? $", re.IGNORECASE)
_KIND_BEHIND = re.compile(
    rf"(?:'s)? (?:{PLACE_KINDS}|islands|archipelago|volcano|river|desert|refugee camp|provinces|districts|counties)\b"
)
#: What makes even common words a place's name: the town of Moore Haven.
_SETTLEMENT_BEFORE = re.compile(r"\b(?:city|town|village|suburb|municipality|township) of $", re.IGNORECASE)
#: “Wahijah, a village near Mocha”
_KIND_APART = re.compile(
    rf", (?:an?|the) (?:(?!of |in )[\w'-]+ ){{0,3}}?(?:{PLACE_KINDS}|hamlet|settlement)"
    r"(?: (?:about|around|in|just|near|of|on|outside|some|where|(?:north|south|east|west)\w*)\b|[,.;])"
)
#: Where an unknown name of no common words is a place, by what stands before and behind it: “in Razih.”, “near Tackley in”, but
#: not “confidence in Brian Cowen”, nor “in Phillies history”; and the words behind which “in” names no place.
_WHERE_BEFORE = re.compile(rf"(?:\b(\w+) )?\b(?:in|near)(?: (?:{_COMPASS}))? $", re.IGNORECASE)
_IN_NO_PLACE = frozenset("confidence interest stake shares prize swears sworn".split())
_WHERE_ENDS = ("in ", "near ", "In ", "Near ", "ern ", "th ", "st ", "central ", "downtown ", "nearby ")
_LONGEST_WHERE = len(" confidence in southeastern ")
_ENDS_BEHIND = re.compile(
    r"$|[.,;:)!?\n]| \(| (?:and|or|in|on|at|near|to|for|by|from|with|that|which|where|when|while|as|after|before|during|since|"
    r"is|are|was|were|has|have|had|will|kill\w*|injur\w*|wound\w*|leav\w*|(?:north|south|east|west)\w*)\b"
)
#: What begins the name of a place: Lake Victoria.
_LEADING_HEADS = frozenset("lake mount gulf bay strait port cape isle river county".split())
#: What ends the name of a place behind “in”, and the name of a team or a play elsewhere: Yichun City.
_TOWN_HEADS = frozenset("city town village".split())
_COMPASS_WORD = re.compile(rf"{_COMPASS}|upper|lower|inner|outer|new|old|capital", re.IGNORECASE)
#: What says that a region is meant and not the city of its name, before and behind it: Governor of New York, Washington state.
#: Where a country or a land is called so, too, it takes more: the state of Georgia, but not a head of state of Georgia,
#: Niger state television, nor the Kashmir region; and a New York department store is in the city.
_REGION_KINDS = "state|province|oblast|governorate|prefecture|department|canton|governor"
_REGION_BEFORE = re.compile(rf"(?<!of )\b(?:{_REGION_KINDS}) of $", re.IGNORECASE)
_REGION_BEHIND_CITY = re.compile(rf" (?:{_REGION_KINDS}|region)\b(?!-| store)", re.IGNORECASE)
#: A small number behind a name says that it is a thing: Falcon 9.
_NUMBER_BEHIND = re.compile(r" \d{1,3}\b(?![.,]?\d)")
_QUOTES = frozenset({'""', "“”", "''", "‘’", "„“", "«»"})
#: What lies in a place of such a kind is told from its namesakes by it: Moscow, Idaho.
_TELLING = frozenset({"country", "region"})
#: What joins the places of a list.
_LISTED = frozenset({", ", " and ", ", and ", " or ", " ("})


class Site:
    """That a name is a place or belongs to one.

    Attributes:
        place: which; None where the gazetteer does not know it.
        land: what an unknown place lies in, where the gazetteer knows others of its name only.
    """

    def __init__(
        self, kind: Literal["place", "demonym"], place: GazetteerPlace | None, land: GazetteerPlace | None = None
    ) -> None:
        self.kind = kind
        self.place = place
        self.land = land


class Placing:
    """Tells the places among the names of texts.

    Args:
        vocabulary: what is known of words.
        gazetteer: the places there are.
        aliases: the keeper's; what they make equal to a place is that place. The shipped ones are of other names.
    """

    def __init__(self, vocabulary: Vocabulary, gazetteer: Gazetteer, aliases: Mapping[str, str]) -> None:
        self._no_places = shipped_aliases()
        self._vocabulary = vocabulary
        self._gazetteer = gazetteer
        self._aliases = aliases

    def places(
        self, text: str, spans: Sequence[Span], company: Sequence[GazetteerPlace] = (), known: Sequence[Span] = ()
    ) -> list[Site | None]:
        """Return for each name the place it is or belongs to, None for those that are none.

        `company` are places, `known` other names, that the text is known to speak of.
        """
        surnames = {surname for span in (*known, *spans) for surname in span.surnames}
        spoken = [self._spoken(span) for span in spans]
        likely = self._likely(text, spans, spoken, company)
        meant = self._told_apart(text, spans, spoken, likely)
        namesakes = {number for number, place in enumerate(meant) if place is None and likely[number] is not None}
        crowded = _more_than_once(place.country for place in (*company, *meant) if place is not None and place.country)
        sites: list[Site | None] = []
        several = False
        for number, span in enumerate(spans):
            name, place = spoken[number], meant[number]
            listed = number > 0 and text[spans[number - 1].end : span.start] in _LISTED
            several = (several and listed) or are_kinds_before(text, span.start)
            if name is None:
                sites.append(None)
            elif span.demonym is not None:
                sites.append(Site("demonym", place))
            elif place is None:
                unknown = number not in namesakes and self._is_unknown_place(text, span, several=several)
                sites.append(Site("place", None) if unknown else None)
            else:
                last = sites[-1] if listed else None
                beside_place = last is not None and last.kind == "place"
                is_meant = self._is_in_next(text, spans, meant, number) or self._is_meant(
                    text, span, place, surnames, listed=several or beside_place, accompanied=place.country in crowded
                )
                sites.append(Site("place", place) if is_meant else None)
        self._place_before_comma(text, spans, sites, namesakes)
        return sites

    def _likely(
        self, text: str, spans: Sequence[Span], spoken: Sequence[str | None], company: Sequence[GazetteerPlace]
    ) -> Sequence[GazetteerPlace | None]:
        """Return the place each name has by the others; a name that is said to be a region's is one unless they object."""
        likely = self._gazetteer.resolve([name or "" for name in spoken], company)
        regions = {
            number: found
            for number, place in enumerate(likely)
            if place is not None
            and spans[number].demonym is None
            and (found := self._said_regions(text, spans[number], spoken[number] or ""))
        }
        if not regions:
            return likely
        choices = [regions.get(number) or self._gazetteer.candidates(name or "") for number, name in enumerate(spoken)]
        return self._gazetteer.choose(choices, company)

    def _said_regions(self, text: str, span: Span, name: str) -> Sequence[GazetteerPlace]:
        """Return the places a name can mean, regions first, where the words beside it say that it is a region's; else nothing."""
        before = text.endswith(" of ", 0, span.start) and (
            _REGION_BEFORE.search(text, max(0, span.start - 20), span.start) is not None
        )
        if not before and _REGION_BEHIND_CITY.match(text, span.end) is None:
            return ()
        found = self._gazetteer.candidates(name)
        put = tuple(sorted(found, key=lambda place: place.kind != "region"))
        if put == found:  # A region is the likeliest, or none is there.
            return ()
        return put if before or next(place for place in found if place.kind != "region").kind == "city" else ()

    def _told_apart(
        self,
        text: str,
        spans: Sequence[Span],
        spoken: Sequence[str | None],
        meant: Sequence[GazetteerPlace | None],
    ) -> list[GazetteerPlace | None]:
        """Return the places meant, where “Moscow, Idaho” is the Moscow in Idaho, or none if the gazetteer has none there."""
        told = list(meant)
        for number, (place, around) in enumerate(pairwise(meant)):
            if place is None or place.kind != "city" or around is None:
                continue
            name, land = spoken[number], spoken[number + 1]
            if name is None or land is None or not _stands_before(text, spans, number, around):
                continue
            around_too = [each for each in (around, *self._gazetteer.candidates(land)) if each.kind in _TELLING]
            places = (place, *self._gazetteer.candidates(name))
            pairs = ((one, other) for one in places for other in around_too if other in self._gazetteer.path(one.id))
            pair: tuple[GazetteerPlace | None, GazetteerPlace] | None = next(pairs, None)
            if pair is None:
                land_there = next((each for each in around_too if each.country == place.country), around)
                pair = (self._likely_all_the_same(place, land_there, places), land_there)
            told[number : number + 2] = pair
        return told

    def _is_in_next(
        self, text: str, spans: Sequence[Span], meant: Sequence[GazetteerPlace | None], number: int
    ) -> bool:
        """Whether behind a name stands, after a comma, what its place lies in; then it is that place: Sinjar, Iraq."""
        if number + 1 == len(spans):
            return False
        place, around = meant[number], meant[number + 1]
        if place is None or around is None or not _stands_before(text, spans, number, around):
            return False
        return around in self._gazetteer.path(place.id)[:-1]

    def _likely_all_the_same(
        self, place: GazetteerPlace, around: GazetteerPlace, places: Sequence[GazetteerPlace]
    ) -> GazetteerPlace | None:
        """Return a city though it does not lie in what is named behind it, if moved borders or a list may explain that; else None."""
        if around.kind == "region":
            if place.country != around.country:
                return None
            cities = {each for each in places if each.kind == "city" and each.country == place.country}
            return place if cities == {place} else None
        return place if place.population >= KNOWN_CITY else None

    def _spoken(self, span: Span) -> str | None:
        """Return what to look up for a name: nothing for a person, the place's name for a demonym."""
        if span.titled or (len(span.words) == 1 and span.words[0].people):
            return None
        if span.demonym is not None:
            return span.demonym
        return self._aliases.get(span.key, None if span.key in self._no_places else span.text)

    def _is_meant(
        self,
        text: str,
        span: Span,
        place: GazetteerPlace,
        surnames: Container[str],
        *,
        listed: bool,
        accompanied: bool,
    ) -> bool:
        """Whether the place of that name is meant, and not a person or something else that is called so.

        `listed` says that it stands in a list of places, `accompanied` that the story has others of its country.
        """
        if _is_acronym(span.text) and span.text not in {place.name, *place.names}:
            return False
        if text[max(0, span.start - 1) : span.start] + text[span.end : span.end + 1] in _QUOTES:  # a title
            return False
        before = text[max(0, span.start - 20) : span.start]
        numbered = place.kind in ("city", "region") and _NUMBER_BEHIND.match(text, span.end) is not None
        if numbered and not listed and _BEFORE.search(before) is None:
            return False
        if _is_kind_behind(text, span.end):
            return True
        if place.kind == "region" and _COMPASS_WORD.fullmatch(span.text):  # the West, Western countries
            return accompanied
        if place.kind != "city":
            return True
        if len(span.words) == 1 and span.words[0].unplaced and not listed:
            return _FIRMLY_BEFORE.search(before) is not None
        if span.key in surnames and span.key != fold(place.name):
            return _FIRMLY_BEFORE.search(before) is not None
        if place.population >= KNOWN_CITY:
            return True
        if before.lower().endswith("the ") or all(word.common for word in span.words):
            return False
        if span.key in surnames or (len(span.words) == 1 and span.words[0].company > SURNAME_COMPANY):
            return _FIRMLY_BEFORE.search(before) is not None
        return listed or accompanied or _BEFORE.search(before) is not None

    def _is_unknown_place(self, text: str, span: Span, *, several: bool) -> bool:
        """Whether a name the gazetteer does not know is a place by its own words or those beside it.

        `several` says that it stands in a list that begins with “towns of” or the like.
        """
        own = self._by_own_words(span)
        if own is not None:
            settled = not own and span.key not in self._no_places
            return own or (settled and _SETTLEMENT_BEFORE.search(text, max(0, span.start - 20), span.start) is not None)
        if several or is_kind_before(text, span.start) or _is_kind_behind(text, span.end):
            return True
        return self._stands_as_places_do(text, span)

    def _stands_as_places_do(self, text: str, span: Span) -> bool:
        """Whether an unknown name of no common words stands behind “in” or “near”, and by itself: near Tackley in Oxfordshire."""
        if not text.endswith(_WHERE_ENDS, 0, span.start) or span.text.isupper():
            return False
        if not _is_behind_where(text, span.start):
            return False
        if len(span.words) == 1:
            return span.words[0].placed and not span.words[0].common and _ENDS_BEHIND.match(text, span.end) is not None
        own = [word for word in span.words if word.key not in _TOWN_HEADS and not _COMPASS_WORD.fullmatch(word.key)]
        return not any(word.common or word.people or word.role is not WORD for word in own) and (
            _ENDS_BEHIND.match(text, span.end) is not None
        )

    def _by_own_words(self, span: Span) -> bool | None:
        """Return whether a name's own words say that it is a place, None where they leave it open."""
        name, words = span.text, span.words
        if span.key in self._no_places or VERSUS_WORD in name:
            return False
        head, of, _ = name.partition(" of ")
        if of:  # Gulf Coast of Mexico, but not Movement for the Emancipation of the Niger Delta
            return " for " not in head and head.split()[-1].casefold() in self._vocabulary.place_heads
        if len(words) > 1 and words[-1].key in self._vocabulary.place_heads:
            return " for " not in name and not self._is_of_an_institution(name, words)
        if len(words) > 1 and words[0].key in _LEADING_HEADS:
            return not any(word.common or word.people for word in words[1:])
        if words[-1].people or (words[-1].common and words[-1].key not in _TOWN_HEADS):
            return False
        return None

    def _is_of_an_institution(self, name: str, words: Sequence[Known]) -> bool:
        """Whether a name is of an institution, with an area of its own: Management District, but not Upper West District.

        A country's is a court's: U.S. District Judge.
        """
        purpose, head = words[-2:]
        if head.key != "district":
            return False
        if any(place.kind == "country" for place in self._gazetteer.candidates(name.rpartition(" ")[0])):
            return True
        return purpose.common and not _COMPASS_WORD.fullmatch(purpose.key)

    def _place_before_comma(
        self, text: str, spans: Sequence[Span], sites: list[Site | None], namesakes: Container[int]
    ) -> None:
        """Take “in Janaale, Somalia” for a place, though the gazetteer may not know Janaale.

        So is what stands between two places, Provence in “near Annot, Provence, France”, and the first of two with something
        between them: between Sempach and Sursee.
        """
        for number in range(len(spans) - 2, -1, -1):
            span, after = spans[number], sites[number + 1]
            if sites[number] is not None or span.titled or after is None or after.kind != "place":
                continue
            is_namesake = number in namesakes
            behind = text[span.end : spans[number + 1].start]
            if behind == " and " and text.endswith("between ", 0, span.start) and not is_namesake:
                if self._is_between_places(span):
                    sites[number] = Site("place", None)
                continue
            if behind != ", " or (is_namesake and after.place is None):
                continue
            before = sites[number - 1] if number else None
            between = before is not None and before.kind == "place" and text[spans[number - 1].end : span.start] == ", "
            if self._is_between_places(span) if between else self._is_town_before(text, span, after):
                sites[number] = Site("place", None, after.place if is_namesake else None)

    def _is_between_places(self, span: Span) -> bool:
        return not any(word.common for word in span.words) and span.key not in self._no_places

    def _is_town_before(self, text: str, span: Span, after: Site) -> bool:
        """Whether a name before a comma and a place is one by what stands before it; of common words only before a land: Long Beach."""
        if _PREPOSITION.search(text, max(0, span.start - 20), span.start) is None:
            return False
        if not any(word.common for word in span.words):
            return True
        last = span.words[-1]
        return (
            after.place is not None
            and after.place.kind in _TELLING
            and last.role is WORD
            and last.key not in self._vocabulary.heads
            and last.key not in self._vocabulary.houses
            and _is_behind_where(text, span.start)
        )


def _is_behind_where(text: str, start: int) -> bool:
    """Whether a name that begins at `start` stands where places do, behind “in” or “near”: not confidence in Brian Cowen."""
    where = _WHERE_BEFORE.search(text, max(0, start - _LONGEST_WHERE), start)
    return where is not None and (where[1] is None or where[1].casefold() not in _IN_NO_PLACE)


def _is_kind_behind(text: str, end: int) -> bool:
    """Whether behind a name that ends there it is said what kind of place it is: Kunar province; Wahijah, a village near Mocha."""
    if text.startswith(", ", end):
        return _KIND_APART.match(text, end) is not None
    return _KIND_BEHIND.match(text, end) is not None


def _stands_before(text: str, spans: Sequence[Span], number: int, land: GazetteerPlace) -> bool:
    """Whether a name stands before a comma and a land, as in “Moscow, Idaho”."""
    between = text[spans[number].end : spans[number + 1].start]
    return land.kind in _TELLING and spans[number + 1].demonym is None and between == ", "


def _is_acronym(text: str) -> bool:
    return len(text) < 6 and text.isupper() and text.isalpha()


def _more_than_once(texts: Iterable[str]) -> set[str]:
    """Return the texts that come more than once."""
    once: set[str] = set()
    more: set[str] = set()
    for text in texts:
        (more if text in once else once).add(text)
    return more
