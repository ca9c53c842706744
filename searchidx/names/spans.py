"""Cutting a text's capitalised words into names: what is joined, what is split, what is no name."""

import re
from collections.abc import Collection

from searchidx.names.demonyms import place_of_demonym
from searchidx.names.gazetteer import Gazetteer
from searchidx.names.tokens import (
    AND,
    APART,
    COMMA,
    FOR,
    IN,
    OF,
    ON,
    PARTICLE,
    POSSESSIVE,
    SPACE,
    VERSUS,
    VERSUS_WORD,
    Token,
    capitalised,
)
from searchidx.names.vocabulary import DATE, FUNCTION, TITLE, WORD, Known, Vocabulary, is_kind_before
from searchidx.stories.folding import fold

#: Names that end in a number: Flight 370, Boeing 777.
_NUMBERED = frozenset(
    "flight boeing airbus apollo soyuz expedition route highway channel resolution windows article group interstate nikkei".split()
)
#: A first name of at most this many letters is a family name, as in Xi Jinping; Roh Moo-hyun shows it by the second.
SHORT_FAMILY_NAME = 3
_GIVEN_NAME = re.compile(r"^\w+ [^\W_]+-[^\W\d_A-Z]\w*$")
#: The most words of a land, or of a name before an “and” that belongs to it.
LONGEST_LAND = 5
#: Months that are persons' names as well.
_MONTHS_AND_NAMES = frozenset({"april", "may", "june", "august"})
#: Titles that are surnames as well, behind a first name: Stephen King, John Major.
_TITLES_AND_NAMES = frozenset("king prince pope major bishop judge dean duke earl baron sultan".split())
#: Titles in the middle of persons' names: Khalid Sheikh Mohammed, Sacha Baron Cohen.
_TITLES_WITHIN = frozenset("sheikh sheik shah sultan baron".split())
#: Who belongs to a party, before a person's name: Democrat Nancy Pelosi.
_PARTISANS = frozenset("republican democrat democratic labour conservative liberal socialist communist tory".split())
#: What stands before a name for those who are for it or against it: Pro-Russian.
_STANCES = frozenset({"pro", "anti", "ex", "non", "post"})
#: A title or a function word goes on with a word that stands before it so often, and in this share of its uses: Notre Dame.
OFTEN_TITLED, TITLED_SHARE = 3, 0.5
#: Initials of at least so many letters can be an employer; the names behind must stand so many times as often beside
#: each other as the first of them beside the initials.
SHORTEST_EMPLOYER, MORE_TOGETHER = 3, 2
#: What stands before a land whose office somebody holds. No leader or director: they are of parties, too.
_OFFICE_OF = re.compile(
    r"\b(?:president|minister|premier|governor|mayor|ambassador|envoy|king|queen|secretary) (?:of|to|for)(?: the)? $",
    re.IGNORECASE,
)
_LONGEST_OFFICE = len(" ambassador for the ")
#: How much of its uses a first name is beside other names.
_FIRST_NAME = 0.7
#: What a team's name may end in: San Francisco 49ers.
_NUMBERED_TEAM = re.compile(r" \d{2}ers\b")
#: What stands before and behind a town whose name is a common word.
_PLACED = re.compile(r"\b(?:in|near|at|from|of) $")
_LAND_BEHIND = re.compile(r", ((?:[A-Z][\w.]+ ?){1,2})\b")
#: Kinds of places whose names may have an “and” inside.
_JOINT = frozenset({"country", "region"})
#: Words behind a comma that end a company's or a person's name.
_AFTER_COMMA = frozenset({"inc.", "inc", "ltd.", "ltd", "jr.", "jr", "sr.", "sr", "llc", "d.c.", "dc", "d.c"})


class Span:
    """A name's place in a text.

    Attributes:
        key: its text folded.
        words: what is known of its words.
        titled: whether a title stands before it, which makes it a person.
        demonym: the place it belongs to, for names like “Iraqi” and “South Korean”.
        surnames: what it is called by for short, folded, if it may be a person's full name; else nothing.
    """

    def __init__(
        self,
        text: str,
        start: int,
        end: int,
        words: tuple[Known, ...],
        *,
        titled: bool = False,
        demonym: str | None = None,
        surnames: tuple[str, ...] = (),
    ) -> None:
        self.text = text
        self.key = fold(text)
        self.start = start
        self.end = end
        self.words = words
        self.titled = titled
        self.demonym = demonym
        self.surnames = surnames


class _Row:
    """Words that stand together, while they are read.

    Attributes:
        titled: whether a title stands before them.
        ruled: whether “title of” stands before them, as in “President of Peru Cesar Villanueva”.
    """

    def __init__(self, tokens: list[Token], words: list[Known], *, titled: bool, ruled: bool = False) -> None:
        self.tokens = tokens
        self.words = words
        self.titled = titled
        self.ruled = ruled


class SpanFinder:
    """Finds the names of texts by what is known of their words.

    Args:
        vocabulary: what is known of words.
        gazetteer: the places there are.
        whole: folded names that are never cut.
    """

    def __init__(self, vocabulary: Vocabulary, gazetteer: Gazetteer, whole: Collection[str]) -> None:
        self._whole = whole
        # What “and” may end for a while in a name that is never cut: national aeronautics and space.
        self._begun = frozenset(
            name[: end.start()] for name in whole if " and " in name for end in re.finditer("$| ", name)
        )
        self._vocabulary = vocabulary
        self._gazetteer = gazetteer

    def find(self, text: str) -> list[Span]:
        """Return the names of a text in their order."""
        tokens = capitalised(text)
        words = [self._vocabulary[token.text] for token in tokens]
        spans: list[Span] = []
        row = _Row([], [], titled=False)
        for number, token in enumerate(tokens):
            word = words[number]
            link = token.link
            role = word.role
            if (
                role is TITLE
                and not self._is_in_name(number, tokens, words)
                and not (link == OF and self._is_head(row))
                and not (link == SPACE and self._goes_on(number, tokens, words, row))
            ):
                if row.words and link == SPACE:
                    self._drop_office(row)
                self._close(text, row, spans)
                row = _Row([], [], titled=True)
                continue
            if role is FUNCTION or (role is DATE and not self._is_dated_name(text, row, token, word)):
                if role is FUNCTION and link == SPACE and row.words and self._is_mostly_before(row.words[-1], word):
                    row.tokens.append(token)  # Formula One, Reporters Without Borders
                    row.words.append(word)
                    if words[number + 1 :] and self._is_mostly_before(word, words[number + 1]):
                        continue
                self._close(text, row, spans)
                row = _Row([], [], titled=False)
                continue
            if row.words:
                if link != APART and self._joins(text, row, token, word):
                    row.tokens.append(token)
                    row.words.append(word)
                    continue
                self._close(text, row, spans)
            elif row.titled:
                # What stands apart from a title is not its bearer, nor is the office in “Secretary of State”, “Chief Executive”.
                if word.key in self._vocabulary.offices and link in (OF, FOR, SPACE):
                    row = _Row([], [], titled=True, ruled=link == OF)
                else:
                    row = _Row([token], [word], titled=link == SPACE, ruled=link == OF)
                continue
            row = _Row([token], [word], titled=False)
        self._close(text, row, spans)
        return spans

    def whole(self, name: str) -> Span:
        """Return a name that somebody else has found as if it stood alone in a text."""
        words = tuple([self._vocabulary[token.text] for token in capitalised(name)])
        return Span(name, 0, len(name), words, surnames=_surnames(name, words) if len(words) > 1 else ())

    def _is_in_name(self, number: int, tokens: list[Token], words: list[Known]) -> bool:
        """Whether a title is part of a name after all: General Assembly, but not President Bush."""
        if number + 1 >= len(tokens) or tokens[number + 1].link != SPACE:
            return False
        following = words[number + 1]
        if following.role is not WORD or following.key in self._vocabulary.offices:
            return False
        if following.key in self._vocabulary.heads:
            return True
        # A house is called after who had the title: Imam Ali Mosque, King Abdullah University.
        if (
            number + 2 < len(tokens)
            and tokens[number + 2].link == SPACE
            and words[number + 2].key in self._vocabulary.houses
        ):
            return True
        seen = self._vocabulary.pair(words[number].key, following.key)
        if not following.common or seen == 0:
            return False
        # In “Secretary-General Ban Ki-moon” the second word belongs to the third.
        person = number + 2 < len(tokens) and tokens[number + 2].link == SPACE and not words[number + 2].common
        return not person or self._vocabulary.pair(following.key, words[number + 2].key) < seen

    def _goes_on(self, number: int, tokens: list[Token], words: list[Known], row: _Row) -> bool:
        """Whether a title belongs to the name before it: Stephen King, Martin Luther King III, Notre Dame."""
        if not row.words:
            return False
        before = row.words[-1]
        ends = number + 1 == len(tokens) or tokens[number + 1].link not in (SPACE, OF)
        if row.titled:  # Governor Jim Justice
            return ends and len(row.words) == 1 and not before.common and before.company >= _FIRST_NAME
        # A person may stand behind “Advocate General”, whose first word is no name.
        bound = (ends or not before.common) and not self._belongs_to_title(row)
        if bound and self._is_mostly_before(before, words[number]):
            return True
        within = not ends and words[number].key in _TITLES_WITHIN and tokens[number + 1].link == SPACE
        if within:
            ends = not words[number + 1].common and row.words[0].company >= _FIRST_NAME
        if not ends or not (within or words[number].key in _TITLES_AND_NAMES):
            return False
        if len(row.words) == 1 and row.words[0].share is not None and row.words[0].company < _FIRST_NAME:
            return False
        return not any(word.common or word.people or word.demonym for word in row.words)

    def _is_mostly_before(self, before: Known, word: Known) -> bool:
        """Whether a word stands before another so often that this one is part of its name."""
        seen = self._vocabulary.pair(before.key, word.key)
        return seen >= OFTEN_TITLED and seen >= TITLED_SHARE * self._vocabulary.uses(before.key)

    def _belongs_to_title(self, row: _Row) -> bool:
        """Whether the last word is part of the title behind it: Prime Minister, South Korean President."""
        last = row.words[-1]
        return last.key in self._vocabulary.offices or last.demonym is not None or _of_land(row.tokens, last)

    def _is_dated_name(self, text: str, row: _Row, token: Token, word: Known) -> bool:
        """Whether a day or month is part of a name: Black Friday, Prime Minister Theresa May."""
        if token.link != SPACE:
            return False
        if row.titled and len(row.words) < 2 and word.key in _MONTHS_AND_NAMES:
            return not text[token.end : token.end + 2].strip().isdigit()
        if not row.words:
            return False
        return self._vocabulary.pair(row.words[-1].key, word.key) > 0 and row.words[-1].demonym is None

    def _drop_office(self, row: _Row) -> None:
        while row.words and row.words[-1].key in self._vocabulary.offices and row.tokens[-1].text[0].isalpha():
            row.words.pop()
            row.tokens.pop()

    def _joins(self, text: str, row: _Row, token: Token, word: Known) -> bool:
        """Whether a word belongs to the name before it."""
        before, link = row.words[-1], token.link
        if link == SPACE:
            return not token.first or row.tokens[-1].text.endswith(".")
        if link == OF:
            return self._is_head(row) and not self._is_full_name(text, row)
        if link == FOR:
            return self._is_head(row) and (word.common or before.key in self._vocabulary.heads)
        if link == ON:
            return before.key in self._vocabulary.heads and word.common
        if link == IN:
            return before.key in self._vocabulary.heads and fold(text[row.tokens[0].start : token.end]) in self._whole
        if link == VERSUS:
            return True
        if link == PARTICLE:
            return before.demonym is None
        if link == AND:
            return self._is_one_and(text, row, token, word)
        if link == POSSESSIVE:
            bound = word.common or word.key in self._vocabulary.heads or self._vocabulary.pair(before.key, word.key) > 0
            return before.common and bound
        if link == COMMA:
            return word.key in _AFTER_COMMA
        return False

    def _is_head(self, row: _Row) -> bool:
        """Whether a name goes on behind “of” or “for”: Bank of England, not Residents of Baghdad."""
        if not row.words:
            return False
        last, token = row.words[-1], row.tokens[-1]
        if last.key in self._vocabulary.heads:
            return True
        return last.common and not (token.first and len(row.words) == 1)

    def _is_full_name(self, text: str, row: _Row) -> bool:
        """Whether a name is likely a person's whose surname lives in small letters as well: Usain Bolt, not the Seminole Tribe."""
        start = row.tokens[0].start
        if len(row.words) != 2 or row.tokens[1].link != SPACE or text[max(0, start - 4) : start].casefold() == "the ":
            return False
        first, last = row.words
        if first.common or first.people or first.demonym or row.tokens[0].text.isupper() or first.company < _FIRST_NAME:
            return False
        known = self._vocabulary
        return not any(last.key in words for words in (known.heads, known.houses, known.place_heads))

    def _is_one_and(self, text: str, row: _Row, token: Token, word: Known) -> bool:
        """Whether “and” is inside a name: Food and Drug Administration, Bosnia and Herzegovina."""
        last = row.words[-1]
        if len(row.words) > LONGEST_LAND:
            return False
        before, whole = text[row.tokens[0].start : row.tokens[-1].end], text[row.tokens[0].start : token.end]
        if fold(whole) in self._begun or any(place.kind in _JOINT for place in self._gazetteer.candidates(whole)):
            return True
        if not (last.common and word.common) or self._gazetteer.candidates(before):
            return False
        return not (row.tokens[-1].first and len(row.words) == 1)

    def _close(self, text: str, row: _Row, spans: list[Span]) -> None:
        """Turn a row of words into names."""
        tokens, words = row.tokens, row.words
        if not words:
            return
        if len(words) == 1:
            self._add(text, tokens, words, spans, titled=row.titled)
            return
        if tokens[0].first and self._is_stray(tokens, words):
            tokens, words = tokens[1:], words[1:]
        cut = self._ruled_land(text, tokens, words) if row.ruled else self._held_land(text, tokens, words)
        titled = row.titled or cut > 0
        cut = cut or self._belonging(text, tokens, words) or self._partisan(tokens, words)
        cut = cut or self._employer(tokens, words) or _repeated(words)
        if cut:
            self._add(text, tokens[:cut], words[:cut], spans, titled=False)
            tokens, words = tokens[cut:], words[cut:]
        self._add(text, tokens, words, spans, titled=titled)

    def _is_stray(self, tokens: list[Token], words: list[Known]) -> bool:
        """Whether the first word has its capital from the sentence alone: Masked Hamas fighters."""
        if words[0].first or words[0].leads or tokens[1].link not in (SPACE, POSSESSIVE):
            return False
        if self._vocabulary.pair(words[0].key, words[1].key) > 0:
            return False
        if tokens[1].link == SPACE and self._gazetteer.candidates(f"{tokens[0].text} {tokens[1].text}"):
            return False
        return words[0].common or not words[0].inside

    def _ruled_land(self, text: str, tokens: list[Token], words: list[Known]) -> int:
        """Return how many words are the land or house in “President of the Republic of China Chen Shui-bian”."""
        if self._gazetteer.candidates(text[tokens[0].start : tokens[-1].end]):
            return 0
        for cut in range(len(words) - 2, 0, -1):
            if self._is_house(text, tokens[:cut], words[cut - 1]) and self._is_full_person(tokens, words, cut):
                return cut
        for cut in range(min(len(words) - 1, LONGEST_LAND), 0, -1):
            land = text[tokens[0].start : tokens[cut - 1].end]
            is_name = not words[cut].common or self._is_person(tokens[cut:], words[cut:])
            if tokens[cut].link == SPACE and is_name and self._gazetteer.candidates(land):
                return cut
        return 0

    def _is_house(self, text: str, tokens: list[Token], last: Known) -> bool:
        """Whether words are the name of what has presidents and the like: European Council, United Nations."""
        return last.key in self._vocabulary.heads or fold(text[tokens[0].start : tokens[-1].end]) in self._whole

    def _is_full_person(self, tokens: list[Token], words: list[Known], cut: int) -> bool:
        """Whether the words from `cut` on are a person's name, whose first belongs to the next more than to the one before."""
        before, first, last = (word.key for word in words[cut - 1 : cut + 2])
        closer = self._vocabulary.pair(first, last) >= self._vocabulary.pair(before, first)
        return closer and words[cut].company >= _FIRST_NAME and self._is_person(tokens[cut:], words[cut:])

    def _is_person(self, tokens: list[Token], words: list[Known]) -> bool:
        """Whether words are a person's name whose first word lives in small letters as well: Rod Blagojevich, but not Forces Korea."""
        first, *rest = words
        return (
            len(rest) > 0
            and first.key not in self._vocabulary.heads
            and all(token.link == SPACE for token in tokens)
            and not any(word.common or word.demonym or word.people for word in rest)
        )

    def _held_land(self, text: str, tokens: list[Token], words: list[Known]) -> int:
        """Return how many words are the land in “the ambassador to Iraq Ryan Crocker”."""
        start = tokens[0].start
        if len(words) < 3 or _OFFICE_OF.search(text, max(0, start - _LONGEST_OFFICE), start) is None:
            return 0
        cut = self._ruled_land(text, tokens, words)
        if len(words) - cut < 2 or any(w.common or w.people or w.key in self._vocabulary.heads for w in words[cut:]):
            return 0
        return cut

    def _belonging(self, text: str, tokens: list[Token], words: list[Known]) -> int:
        """Return how many words say where the rest belongs and are no part of it.

        Spaniard | Rafael Nadal, British | Muslim, Omani | Port of Salalah, but not Syrian Observatory.
        """
        cut = 1 if words[0].demonym is not None else 2
        if len(words) <= cut or tokens[cut].link != SPACE:
            return 0
        if cut == 2 and not _of_land(tokens[:2], words[1]):
            return 0
        last, rest = words[cut - 1], words[cut]
        seen = self._vocabulary.pair(last.key, rest.key)
        if rest.people:
            alone = len(words) == cut + 1
            return cut if alone or self._vocabulary.pair(rest.key, words[cut + 1].key) > seen else 0
        if rest.key in self._vocabulary.place_heads and len(words) > cut + 1 and tokens[cut + 1].link == OF:
            return cut
        if rest.common or rest.demonym is not None or seen > 0:
            return 0
        if self._gazetteer.candidates(text[tokens[0].start : tokens[-1].end]):  # Dominican Republic
            return 0
        # A single word must be known as a name, or it might be the rest of this one.
        return cut if len(words) > cut + 1 or rest.known else 0

    def _partisan(self, tokens: list[Token], words: list[Known]) -> int:
        """Return 1 where a person's party stands before the name: Democrat | Nancy Pelosi, but not Labour Home Secretaries."""
        if words[0].key not in _PARTISANS or len(words) < 3 or words[1].company < _FIRST_NAME:
            return 0
        if words[1].demonym or words[1].people or words[1].key.rstrip("s") in _PARTISANS:  # Liberal Democrats
            return 0
        return int(self._is_person(tokens[1:], words[1:]))

    def _employer(self, tokens: list[Token], words: list[Known]) -> int:
        """Return 1 where initials that are a name stand before a person's: FIFA | Sepp Blatter, but not USS John McCain."""
        initials = tokens[0].text
        if len(words) < 3 or not (words[0].known and initials.isupper() and len(initials) >= SHORTEST_EMPLOYER):
            return 0
        first, *rest = words
        if any(token.link != SPACE for token in tokens[1:]) or rest[0].company < _FIRST_NAME:
            return 0
        if any(word.common or word.demonym or word.people or word.key in self._vocabulary.heads for word in rest):
            return 0
        together = self._vocabulary.pair(rest[0].key, rest[1].key)
        return int(together > MORE_TOGETHER * self._vocabulary.pair(first.key, rest[0].key))

    def _add(self, text: str, tokens: list[Token], words: list[Known], spans: list[Span], *, titled: bool) -> None:
        alone = len(words) == 1
        if alone:
            if "-" in tokens[0].text:
                tokens, words = self._without_stance(tokens, words)
            if not titled and not self._stands_alone(text, tokens[0], words[0]):
                return
        start, end = tokens[0].start, tokens[-1].end
        if end - start == 1:  # 45°C
            return
        if words[-1].role is TITLE and text[end - 1] == ".":  # Hun Sen.
            end -= 1
        if text[end + 1 : end + 2].isdigit() and text[end] == " ":
            if (team := _NUMBERED_TEAM.match(text, end)) is not None:
                end = team.end()
            elif words[-1].key in _NUMBERED or words[0].key in _NUMBERED:
                end = _behind_digits(text, end + 1)
            elif alone and words[0].common:
                return  # Chapter 11, Phase 2
        if alone and len(tokens[0].text) == 2 and text[end - 1] == ".":
            return
        name, found = text[start:end], tuple(words)
        if alone:
            spans.append(Span(name, start, end, found, titled=titled, demonym=words[0].demonym))
            return
        demonym = place_of_demonym(name) if len(words) == 2 and words[1].ends_demonym else None
        spans.append(Span(name, start, end, found, titled=titled, demonym=demonym, surnames=_surnames(name, found)))

    def _without_stance(self, tokens: list[Token], words: list[Known]) -> tuple[list[Token], list[Known]]:
        """Return Russian for Pro-Russian; any other word as it is."""
        token = tokens[0]
        stance, _, name = token.text.partition("-")
        if stance.casefold() not in _STANCES or not name[:1].isupper():
            return tokens, words
        word = self._vocabulary[name]
        if word.common or not (word.known or word.demonym) or word.role is not WORD:
            return tokens, words
        return [Token(name, token.end - len(name), token.end, False, token.link)], [word]

    def _stands_alone(self, text: str, token: Token, word: Known) -> bool:
        if token.first:
            return word.first
        return (
            word.inside
            or is_kind_before(text, token.start)  # city of Van
            or self._is_town(text, token)
        )

    def _is_town(self, text: str, token: Token) -> bool:
        """Whether a common word with a capital stands like a town before its land: in Reading, England."""
        land = _LAND_BEHIND.match(text, token.end)
        if land is None or _PLACED.search(text, max(0, token.start - len(" near ")), token.start) is None:
            return False
        return any(place.kind in _JOINT for place in self._gazetteer.candidates(land[1]))


def _of_land(tokens: list[Token], last: Known) -> bool:
    """Whether the last two words say to which place something belongs: South Korean."""
    if not last.ends_demonym or len(tokens) < 2 or tokens[-1].link != SPACE:
        return False
    return place_of_demonym(f"{tokens[-2].text} {tokens[-1].text}") is not None


def _surnames(name: str, words: tuple[Known, ...]) -> tuple[str, ...]:
    """Return what a person is called by for short; nothing where a word lives in small letters or names a people."""
    if VERSUS_WORD in name:
        return ()
    for word in words:
        if word.common or word.demonym is not None:
            return ()
    first, last = words[0].key, words[-1].key
    if last.isdigit():
        return ()
    last = fold(last)
    bare = last.removeprefix("al-").removeprefix("el-")
    east = len(first) <= SHORT_FAMILY_NAME or _GIVEN_NAME.search(name) is not None
    return (last, bare, fold(first)) if east else (last, bare)


def _repeated(words: list[Known]) -> int:
    """Return half the number of words where they say the same twice, as a heading run into its text does."""
    half = len(words) // 2
    return half if words[0].key == words[half].key and words[:half] == words[half:] else 0


def _behind_digits(text: str, start: int) -> int:
    while text[start : start + 1].isdigit():
        start += 1
    return start
