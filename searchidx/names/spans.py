"""Cutting a text's capitalised words into names: what is joined, what is split, what is no name."""

from dataclasses import dataclass

from searchidx.names.gazetteer import Gazetteer
from searchidx.names.tokens import AND, COMMA, OF, PARTICLE, POSSESSIVE, SPACE, Token, capitalised
from searchidx.names.vocabulary import Known, Role, Vocabulary

#: Names that end in a number: Flight 370, Boeing 777.
_NUMBERED = frozenset(
    "flight boeing airbus apollo soyuz expedition route highway channel resolution windows article group".split()
)
#: Words behind a comma that end a company's or a person's name.
_AFTER_COMMA = frozenset({"inc.", "inc", "ltd.", "ltd", "jr.", "jr", "sr.", "sr", "llc", "d.c.", "dc", "d.c"})


@dataclass(frozen=True, slots=True)
class Span:
    """A name's place in a text.

    Attributes:
        words: what is known of its words.
        titled: whether a title stands before it, which makes it a person.
    """

    text: str
    start: int
    end: int
    words: tuple[Known, ...]
    titled: bool


@dataclass(slots=True)
class _Row:
    """Words that stand together, while they are read."""

    tokens: list[Token]
    words: list[Known]
    titled: bool


class SpanFinder:
    """Finds the names of texts by what is known of their words."""

    def __init__(self, vocabulary: Vocabulary, gazetteer: Gazetteer) -> None:
        self._vocabulary = vocabulary
        self._gazetteer = gazetteer

    def find(self, text: str) -> list[Span]:
        """Return the names of a text in their order."""
        tokens = capitalised(text)
        words = [self._vocabulary[token.text] for token in tokens]
        spans: list[Span] = []
        row = _Row([], [], titled=False)
        for number, (token, word) in enumerate(zip(tokens, words, strict=True)):
            link = token.link
            if word.role is Role.TITLE and not self._is_in_name(number, tokens, words):
                if row.words and link == SPACE:
                    self._drop_office(row)
                self._close(text, row, spans)
                row = _Row([], [], titled=True)
                continue
            if word.role is Role.FUNCTION or (word.role is Role.DATE and not self._is_dated_name(row, token, word)):
                self._close(text, row, spans)
                row = _Row([], [], titled=False)
                continue
            if row.words and self._joins(row, token, word, words, number):
                row.tokens.append(token)
                row.words.append(word)
                continue
            # What stands apart from a title is not its bearer, nor is the office in “Secretary of State”.
            titled = row.titled and not row.words and link == SPACE
            after_office = row.titled and not row.words and link == OF and word.key in self._vocabulary.offices
            self._close(text, row, spans)
            row = _Row([], [], titled=titled or after_office)
            if not after_office:
                row.tokens.append(token)
                row.words.append(word)
        self._close(text, row, spans)
        return spans

    def _is_in_name(self, number: int, tokens: list[Token], words: list[Known]) -> bool:
        """Whether a title is part of a name after all: General Assembly, Chief Justice's but not President Bush."""
        if number + 1 >= len(tokens) or tokens[number + 1].link != SPACE:
            return False
        following = words[number + 1]
        if following.role is not Role.WORD or not following.common or following.key in self._vocabulary.offices:
            return False
        return self._vocabulary.pair(words[number].key, following.key) > 0

    def _is_dated_name(self, row: _Row, token: Token, word: Known) -> bool:
        """Whether a day or month is part of a name: Black Friday, Theresa May."""
        if token.link != SPACE:
            return False
        if row.words:
            return self._vocabulary.pair(row.words[-1].key, word.key) > 0 and row.words[-1].demonym is None
        return row.titled and word.key == "may"

    def _drop_office(self, row: _Row) -> None:
        while row.words and row.words[-1].key in self._vocabulary.offices and row.tokens[-1].text[0].isalpha():
            row.words.pop()
            row.tokens.pop()

    def _joins(self, row: _Row, token: Token, word: Known, words: list[Known], number: int) -> bool:
        """Whether a word belongs to the name before it."""
        before, link = row.words[-1], token.link
        if link == SPACE:
            return not token.first or row.tokens[-1].text.endswith(".")
        if link == OF:
            return self._is_head(row)
        if link == PARTICLE:
            return before.demonym is None
        if link == AND:
            return self._is_one_and(row, token, word)
        if link == POSSESSIVE:
            return before.common and (word.common or self._vocabulary.pair(before.key, word.key) > 0)
        if link == COMMA:
            return word.key in _AFTER_COMMA
        return False

    def _is_head(self, row: _Row) -> bool:
        """Whether a name goes on behind “of” or “for”: Bank of England, not Residents of Baghdad."""
        last, token = row.words[-1], row.tokens[-1]
        if last.key in self._vocabulary.heads:
            return True
        return last.common and not (token.first and len(row.words) == 1)

    def _is_one_and(self, row: _Row, token: Token, word: Known) -> bool:
        """Whether “and” is inside a name: Food and Drug Administration, Bosnia and Herzegovina."""
        last = row.words[-1]
        if last.common and word.common:
            return not (row.tokens[-1].first and len(row.words) == 1)
        if len(row.words) > 2 or last.common or word.common:
            return False
        return any(
            place.kind == "country" for place in self._gazetteer.candidates(f"{row.tokens[-1].text} and {token.text}")
        )

    def _close(self, text: str, row: _Row, spans: list[Span]) -> None:
        """Turn a row of words into names."""
        tokens, words = row.tokens, row.words
        if not words:
            return
        if len(words) > 1 and tokens[0].first and self._is_stray(tokens[0], words, tokens):
            tokens, words = tokens[1:], words[1:]
        cut = self._demonym_before_person(tokens, words)
        if cut:
            self._add(text, tokens[:cut], words[:cut], spans, titled=False)
            tokens, words = tokens[cut:], words[cut:]
        self._add(text, tokens, words, spans, titled=row.titled)

    def _is_stray(self, token: Token, words: list[Known], tokens: list[Token]) -> bool:
        """Whether the first word has its capital from the sentence alone: Masked Hamas fighters."""
        if words[0].first or tokens[1].link not in (SPACE, POSSESSIVE):
            return False
        if self._vocabulary.pair(words[0].key, words[1].key) > 0:
            return False
        return words[0].common or not words[0].inside

    def _demonym_before_person(self, tokens: list[Token], words: list[Known]) -> int:
        """Return how many words to cut off before a person: Spaniard | Rafael Nadal, but not Syrian Observatory."""
        if len(words) < 2 or words[0].demonym is None or tokens[1].link != SPACE:
            return 0
        if words[1].common or words[1].demonym is not None:
            return 0
        if self._vocabulary.pair(words[0].key, words[1].key) > 0:
            return 0
        return 1

    def _add(self, text: str, tokens: list[Token], words: list[Known], spans: list[Span], *, titled: bool) -> None:
        if not words:
            return
        start, end = tokens[0].start, tokens[-1].end
        if len(words) == 1 and not titled and not self._stands_alone(tokens[0], words[0]):
            return
        if words[-1].key in _NUMBERED or words[0].key in _NUMBERED:
            end = _with_number(text, end)
        if text[end - 1] == "." and len(words) == 1 and len(tokens[0].text) == 2:
            return
        spans.append(Span(text[start:end], start, end, tuple(words), titled))

    def _stands_alone(self, token: Token, word: Known) -> bool:
        return word.first if token.first else word.inside


def _with_number(text: str, end: int) -> int:
    place = end + 1
    while place < len(text) and text[place].isdigit():
        place += 1
    return place if place > end + 1 and text[end] == " " else end
