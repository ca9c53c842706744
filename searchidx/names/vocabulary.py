"""What the recogniser knows of a single word: from the word lists, and from how the archive writes it."""

import re

from searchidx.names.demonyms import ends_of_demonyms, place_of_demonym
from searchidx.names.statistics import NameStatistics
from searchidx.stories.folding import fold
from searchidx.stories.wordlists import read_words

#: A word is common where at least this share of its uses inside sentences is in small letters.
COMMON_SHARE = 0.03
#: A word alone is a name where at least this share of its uses, but for those beside other names, has a capital: inside a
#: sentence, and where the capital may come from the sentence's beginning.
NAME_SHARE_INSIDE, NAME_SHARE_FIRST = 0.3, 0.6
#: A word at the beginning of a sentence belongs to the name behind it where at least this share of its uses, but for those
#: alone with a capital, is beside other names: Typhoon, Mark.
LEADING_SHARE = 0.4


#: A word seen alone with a capital at least so often, and with hardly more than this share of it behind “in” and the
#: like, is no place as a rule, whatever place is called so: Nokia, Toyota.
OFTEN_ALONE, PLACED_SHARE = 8, 0.05
#: A word alone, seen behind “in” and the like in at least this share of its uses alone, is a place where it stands so again.
PLACE_SHARE = 0.5
#: What a word does in a row of capitalised words: most are just words; a title stands before a person's name
#: (President); a date is a day or a month; a function word is never part of a name (The, However, CEO).
WORD, TITLE, DATE, FUNCTION = range(4)


#: Words whose “of” is followed by a place, and which follow its name: the port of Yeosu, Kunar province.
PLACE_KINDS = (
    r"city|town|village|port|province|region|capital|district|suburb|island|area|peninsula|governorate|county|valley|"
    r"prefecture|state|oblast|municipality|township|borough|neighbou?rhood|commune|canton|parish"
)
_SEVERAL_KINDS = (
    "cities|towns|villages|ports|provinces|regions|districts|suburbs|islands|areas|governorates|counties|valleys|"
    "municipalities|townships|boroughs|neighbou?rhoods|communes|cantons|parishes|settlements|communities"
)
_KIND_BEFORE = re.compile(rf"\b(?:{PLACE_KINDS}|{_SEVERAL_KINDS}|outskirts) of $", re.IGNORECASE)
_SEVERAL_BEFORE = re.compile(rf"\b(?:{_SEVERAL_KINDS}) of $", re.IGNORECASE)
_LONGEST_KIND = len(" neighbourhoods of ")


#: Past so many words all are forgotten, so that memory stays bounded.
_MOST_REMEMBERED = 1 << 16

# What follows asks a pattern only where the letters before it allow it: both are asked of nearly every name.


def is_kind_before(text: str, start: int) -> bool:
    """Whether a name that begins at `start` stands behind “town of” or the like."""
    return (
        text.endswith(" of ", 0, start) and _KIND_BEFORE.search(text, max(0, start - _LONGEST_KIND), start) is not None
    )


def are_kinds_before(text: str, start: int) -> bool:
    """Whether a list of places begins at `start`, behind “towns of” or the like."""
    if not text.endswith("s of ", 0, start):
        return False
    return _SEVERAL_BEFORE.search(text, max(0, start - _LONGEST_KIND), start) is not None


class Known:
    """What is known of a word as it is written.

    Attributes:
        key: case-folded.
        role: what it does.
        common: whether it also lives in small letters (bank, guard), as the words of organisations do and surnames do not.
        inside: whether it is a name by itself inside a sentence.
        first: whether it is a name by itself at the beginning of one.
        share: how much of its uses has a capital, from 0 to 1; None for a word never seen.
        known: whether it was seen as a name by itself.
        leads: whether it mostly stands beside other names.
        company: how much of its uses with a capital is beside other names, from 0 to 1: much for surnames.
        unplaced: whether it hardly ever stands where places do.
        placed: whether it mostly stands there, or was never seen with a capital.
        people: whether it says to which people or religion something belongs, and not to which place: Muslim.
        demonym: the place it belongs to, for words like Iraqi.
        ends_demonym: whether demonyms of several words end with it, as South Korean does.
    """

    def __init__(
        self,
        *,
        key: str,
        role: int,
        common: bool,
        inside: bool,
        first: bool,
        share: float | None,
        known: bool,
        leads: bool,
        company: float,
        unplaced: bool,
        placed: bool,
        people: bool,
        demonym: str | None,
        ends_demonym: bool,
    ) -> None:
        self.key = key
        self.role = role
        self.common = common
        self.inside = inside
        self.first = first
        self.share = share
        self.known = known
        self.leads = leads
        self.company = company
        self.unplaced = unplaced
        self.placed = placed
        self.people = people
        self.demonym = demonym
        self.ends_demonym = ends_demonym


class Vocabulary(dict[str, Known]):
    """What is known of words, by how they are written; each is judged when it is asked for, and remembered for a while.

    Attributes:
        offices: words that belong to the title behind them: Prime, Foreign.
        heads: words that join what follows “of”: Bank, Ministry.
        houses: what houses are, and what else is built and called after persons.
        place_heads: words whose names are places: Province, Lake.
    """

    def __init__(self, statistics: NameStatistics) -> None:
        super().__init__()
        self._statistics = statistics
        self.pair = statistics.pair
        self.offices = read_words("names/offices.txt")
        self.heads = read_words("names/name-heads.txt")
        self.houses = read_words("names/houses.txt")
        self.place_heads = read_words("names/place-heads.txt")

    def __missing__(self, word: str) -> Known:
        if len(self) == _MOST_REMEMBERED:
            self.clear()
        known = self[word] = self._judge(word)
        return known

    def uses(self, key: str) -> int:
        """Return how often a case-folded word was seen with a capital inside sentences."""
        seen = self._statistics.word(key)
        return seen.alone + seen.joined

    def _judge(self, word: str) -> Known:
        key = word.casefold()
        seen = self._statistics.word(key)
        capital, total = seen.alone + seen.joined, seen.small + seen.alone + seen.joined
        shouted = len(word) > 1 and word.isupper() and word.isalnum()
        demonym = place_of_demonym(word)
        share = (seen.alone + 0.3 * seen.joined) / (seen.alone + 0.3 * seen.joined + seen.small) if total else 1.0
        derived = total == 0 and self._is_derived(key)
        hyphened = "-" in word and word.rpartition("-")[2].islower()
        compound = hyphened and all(map(self._is_small, key.split("-")))  # Same-sex
        return Known(
            key=key,
            role=_role(word, key, shouted=shouted),
            common=not shouted and demonym is None and (derived or (total > 0 and seen.small / total >= COMMON_SHARE)),
            inside=shouted or demonym is not None or (share >= NAME_SHARE_INSIDE and not compound),
            first=shouted
            or demonym is not None
            or (share >= NAME_SHARE_FIRST and not derived and not compound and not (hyphened and capital == 0)),
            share=share if total else None,
            known=seen.alone > seen.small,
            leads=key in _LEADING or (seen.joined > 0 and seen.joined / (seen.joined + seen.small) >= LEADING_SHARE),
            company=seen.joined / capital if capital else 0.0,
            unplaced=seen.alone >= OFTEN_ALONE and seen.placed < PLACED_SHARE * seen.alone,
            placed=not capital or (seen.alone > 0 and seen.placed >= PLACE_SHARE * seen.alone),
            people=key in read_words("names/peoples.txt"),
            demonym=demonym,
            ends_demonym=fold(word) in ends_of_demonyms(),
        )

    def _is_derived(self, key: str) -> bool:
        """Whether a word never seen is a form of a common one: Firefighters, Rescuers."""
        stems = [key[: -len(end)] + put for end, put in _ENDINGS if key.endswith(end) and len(key) > len(end) + 3]
        return any(map(self._is_small, stems))

    def _is_small(self, key: str) -> bool:
        """Whether a word is mostly written small."""
        seen = self._statistics.word(key)
        return seen.small > seen.alone + seen.joined


#: Words that begin names, whatever else they are.
_LEADING = frozenset(
    "al el as ash abu bin ibn ben umm san santa santo saint st st. los las la le de da van von".split()
)
_ENDINGS = tuple(
    (end, put)
    for end, put in [
        ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"),
        ("ers", ""), ("ers", "e"), ("ly", ""), ("d", ""), ("or", ""), ("ors", ""), ("ness", ""), ("al", ""), ("ists", ""),
        ("ist", ""), ("ors", "ion"), ("ion", ""), ("y", "e"), ("y", ""),
    ]
)  # fmt: skip


def _role(word: str, key: str, *, shouted: bool) -> int:
    if word in read_words("names/abbreviations.txt"):
        return FUNCTION
    bare, titles = key.rstrip("."), read_words("names/titles.txt")
    rank = bare.rpartition("-")[2]  # Lieutenant-General
    if (bare in titles or rank in titles) and not (shouted and len(word) < 3):
        return TITLE
    if bare in read_words("names/dates.txt") and not (shouted and len(word) > 4):
        return DATE
    is_function = key in read_words("names/function-words.txt") or key in read_words("question-words.txt")
    if is_function and (not shouted or len(word) == 1):
        return FUNCTION
    return WORD
