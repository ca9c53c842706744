"""Text → query tree.

    query    = all { "OR" all }                          OR binds weaker than AND
    all      = one { [ "AND" ] one }                     all must occur
    one      = ( "-" | "NOT" ) one | "(" query ")" | field | words
    field    = ( "headline" | "body" ) ":" ( word | phrase )
             | ( "place" | "entity" | "category" | "topic" | "source" | "id" ) ":" value     "*" is any value
             | ( "date" | "during" | "after" | "before" ) ":" value                          as dates.py reads them
    value    = text without a space | phrase
    words    = phrase | word
    phrase   = '"' text '"' [ "~" number ]               "near words"~3: any order, at most 3 words between
    word     = text [ "*" | "~" ], with "*" and "?" inside

A word of several tokens (`al-sadr`) is a phrase, which may be missing where a word may. One word in quotes is the word as
typed: its inflections match, its neighbours are not sought. An unknown word before a colon is a plain word, with a warning.
A question mark at the end of a word is punctuation, and in an address of the archive part of it. Curly quotation marks are straight ones. A mistake raises QueryError
with its position and a repaired query.
"""

import datetime
import re
from contextlib import suppress
from itertools import islice
from typing import NamedTuple, NoReturn

from searchidx.errors import QueryError, RequestError
from searchidx.search.analysis import exact_terms, tokens
from searchidx.search.dates import read_after, read_before, read_span
from searchidx.search.query import (
    TEXT_FIELDS,
    VALUE_FIELDS,
    And,
    During,
    Everything,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Query,
    Value,
    Wildcard,
    Word,
    all_of,
    any_of,
)
from searchidx.stories.addresses import copied_address
from searchidx.stories.folding import fold

#: The most words and fields one query may have, and how deep parentheses may go.
MAX_CLAUSES = 256
MAX_DEPTH = 32
#: The most words with `*`, `?` or `~`, each of which stands for many, and the most `*` and `?` in one of them.
MAX_PATTERNS = 8
MAX_WILDCARDS = 8
#: The largest number after a phrase's `~`.
MAX_SLOP = 50
#: The longest query, in code points.
MAX_LENGTH = 10_000

_DATE_READERS = {"date": read_span, "during": read_span, "after": read_after, "before": read_before}
#: Quotation marks that stand for straight ones where a phrase begins; a phrase that begins with a straight one has
#: them inside.
_STRAIGHT = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_FIELDS = (*TEXT_FIELDS, *VALUE_FIELDS, *_DATE_READERS)
_FIELD = re.compile(r"([^\W\d_]+):(?!//)( *)")
_PIECE = re.compile(r'[^\s()"]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\]|\\(?!["\\]))*)"')
_CURLY_QUOTED = re.compile('"([^"]*)"')
_ESCAPED = re.compile(r'\\(["\\])')
_SLOP = re.compile(r"~(\d+)")
_OPERATOR = re.compile(r'(AND|OR|NOT)(?=[\s()"]|$)')
#: How many words behind an unquoted date may have been meant as part of it.
_DATE_WORDS = 4
#: How many mistakes of one query are mended.
_REPAIRS = 20


class Parsed(NamedTuple):
    """A query tree, and what the reader should know of how the text was read."""

    query: Query
    warnings: tuple[str, ...] = ()


def parse(text: str, *, today: datetime.date) -> Parsed:
    """Return the tree of a query text.

    Args:
        text: as typed; empty or only white space means every story.
        today: the day that words such as "last week" are relative to.

    Raises:
        QueryError: if the text breaks the grammar; with the position, the reason and a repaired query.
    """
    try:
        return _Parser(text, today).parse()
    except _Mistake as mistake:
        repaired = _repair(mistake, today)
        raise QueryError(mistake.reason, position=mistake.position, repaired=repaired) from None


class _Mistake(Exception):
    """A mistake in the text, with the text mended at that one place."""

    def __init__(self, reason: str, position: int, mended: str) -> None:
        super().__init__(reason)
        self.reason, self.position, self.mended = reason, position, mended


def _repair(mistake: _Mistake, today: datetime.date) -> str:
    """Mend one mistake after another until the text parses; at worst only its words are left, or nothing."""
    for _ in range(_REPAIRS):
        mended = mistake.mended
        try:
            parsed = _Parser(mended, today).parse()
        except _Mistake as next_mistake:
            mistake = next_mistake
        else:
            return "" if isinstance(parsed.query, Everything) else " ".join(mended.split())
    return " ".join(exact_terms(mistake.mended[: MAX_LENGTH // 2])[:MAX_CLAUSES])


class _Parser:
    """Recursive descent over one text."""

    def __init__(self, text: str, today: datetime.date) -> None:
        self._text, self._today = text, today
        # As long as the text. Patterns of characters beyond Latin-1 would take a search command a millisecond to compile.
        self._straight = text.translate(_STRAIGHT)
        self._at = self._depth = self._clauses = self._patterns = 0
        self._warnings: list[str] = []

    def parse(self) -> Parsed:
        if len(self._text) > MAX_LENGTH:
            self._fail(f"the query is longer than {MAX_LENGTH:,} characters", MAX_LENGTH, self._text[:1000])
        query = self._query()
        if self._peek() == ")":
            self._fail("this closing parenthesis was never opened", self._at, self._without(self._at, self._at + 1))
        return Parsed(query or Everything(), tuple(dict.fromkeys(self._warnings)))

    def _query(self) -> Query | None:
        parts: list[Query] = []
        operator = -1
        while True:
            part = self._all(operator)
            if part is not None:
                parts.extend(part.parts if isinstance(part, Or) else (part,))
            at = self._at
            if self._operator() != "OR":
                break
            if part is None:
                self._fail("there is nothing before this OR", at, self._without(at, at + 2))
            operator = at
        return any_of(parts) if parts else None

    def _all(self, operator: int) -> Query | None:
        """Read parts that must all occur; `operator` is where the OR before them stands, or -1."""
        parts: list[Query] = []
        while True:
            word = self._operator(peek=True)
            if word == "OR" or not self._more():
                break
            if word == "AND":
                at = self._at
                self._operator()
                if not parts or not self._more() or self._operator(peek=True) in ("AND", "OR"):
                    side = "before" if not parts else "after"
                    self._fail(f"there is nothing {side} this AND", at, self._without(at, at + 3))
                continue
            part = self._one()
            if part is not None:
                parts.extend(part.parts if isinstance(part, And) else (part,))
        if not parts and operator >= 0:
            self._fail("there is nothing after this OR", operator, self._without(operator, operator + 2))
        return all_of(parts) if parts else None

    def _one(self) -> Query | None:
        at = self._at
        if self._text[at] == "-" or self._operator(peek=True) == "NOT":
            self._at += 1 if self._text[at] == "-" else 3
            spaced = self._at < len(self._text) and self._text[self._at].isspace()
            if self._text[at] == "-" and (spaced or self._at == len(self._text)):
                return None  # a dash between words
            if not self._more() or self._operator(peek=True) in ("AND", "OR"):
                self._fail("there is nothing after this NOT", at, self._without(at, self._at))
            self._deeper(at)
            part = self._one()
            self._depth -= 1
            return None if part is None else Not(part)
        if self._text[at] == "(":
            return self._parenthesis()
        return self._clause()

    def _parenthesis(self) -> Query | None:
        at = self._at
        self._deeper(at)
        self._at += 1
        inner = self._query()
        if self._peek() != ")":
            self._fail("this parenthesis is never closed", at, self._text + ")")
        self._at += 1
        self._depth -= 1
        return inner

    def _clause(self) -> Query | None:
        at = self._at
        self._count(1, at)
        name = self._field_name()
        if name is None:
            return self._phrase(None) if self._peek() == '"' else self._words(None)
        if name in TEXT_FIELDS:
            if not self._more() or self._peek() == "(":
                reason = f"{name}: takes one word, or a phrase in quotes"
                self._fail(reason, at, self._without(at, self._at))
            return self._phrase(name) if self._peek() == '"' else self._words(name)
        is_quoted = self._peek() == '"'
        start = self._at
        value = (self._quoted() if is_quoted else self._piece()).strip()
        if not value:
            self._fail(f"there is nothing after {name}:", at, self._without(at, self._at))
        if name in VALUE_FIELDS:
            return Value(name, value)
        longer = None if is_quoted else self._longer_date(name, start)
        try:
            span = _DATE_READERS[name](value, today=self._today)
        except RequestError as error:
            mended = self._without(at, self._at)
            if longer:
                mended = f'{self._text[:start]}"{longer}"{self._text[start + len(longer) :]}'
            self._fail(str(error), start, mended)
        if longer:
            self._warnings.append(f'only {name}:{value} was read as a date; for “{longer}” write {name}:"{longer}"')
        return During("date" if name == "during" else name, value, span)

    def _longer_date(self, name: str, start: int) -> str | None:
        """Return the date that stands here if the words behind it, unquoted, are part of it."""
        ends = [match.end() for match in islice(_PIECE.finditer(self._straight, self._at), _DATE_WORDS)]
        for end in reversed(ends):
            longer = self._text[start:end]
            with suppress(RequestError):
                _DATE_READERS[name](longer, today=self._today)
                return longer
        return None

    def _field_name(self) -> str | None:
        match = _FIELD.match(self._text, self._at)
        if match is None:
            return None
        name = match[1].lower()
        if name in _FIELDS:
            self._at = match.end()
            return name
        if self._text[match.end() :] and not match[2]:
            self._warnings.append(
                f"{match[1]}: is no field and was read as a word; the fields are {', '.join(_FIELDS)}"
            )
        return None

    def _phrase(self, name: str | None) -> Query | None:
        at = self._at
        text = self._quoted()
        words = _words_in(text)
        self._count(len(words) - 1, at)
        slop = None
        match = _SLOP.match(self._text, self._at)
        if match:
            self._at = match.end()
            slop = int(match[1][:9])
            if slop > MAX_SLOP:
                mended = f"{self._text[: match.start()]}~{MAX_SLOP}{self._text[match.end() :]}"
                self._fail(f"at most {MAX_SLOP} words can stand between the words of a phrase", match.start(), mended)
        if not words:
            self._warnings.append(f"{self._text[at : self._at]} has no word in it and was left out")
            return None
        return Phrase(words, slop if len(words) > 1 else None, name)

    def _quoted(self) -> str:
        """Read from one quotation mark to the next; one after a backslash does not end it."""
        at = self._at
        is_straight = self._text[at] == '"'
        match = _QUOTED.match(self._text, at) if is_straight else _CURLY_QUOTED.match(self._straight, at)
        if match is None:
            self._fail("this quotation mark is never closed", at, self._text + '"')
        self._at = match.end()
        return _ESCAPED.sub(r"\1", match[1])

    def _words(self, name: str | None) -> Query | None:
        at = self._at
        unknown = _FIELD.match(self._text, at) if name is None else None
        piece = self._piece()
        if unknown:
            self._at = at + len(unknown[1]) + 1
            piece = self._text[at : self._at]
        bare = piece.rstrip("?.,;:!…")
        if bare == "*":
            return None  # any word: no condition
        if ("*" in bare or "?" in bare) and copied_address(bare) is None:
            return self._wildcards(bare, at, name)
        fuzzy = re.fullmatch(r"(.+)~(\d*)", bare)
        words = self._plain_words(fuzzy[1] if fuzzy else bare, at, name)
        if words is None and fold(piece).strip("-"):
            self._warnings.append(f"{piece} has no word in it and was left out")
        if words is None or not fuzzy:
            return words
        if fuzzy[2] not in ("", "1") or isinstance(words, Phrase):
            mended = self._text[:at] + fuzzy[1] + self._text[at + len(bare) :]
            reason = "~ after a word finds words one edit away, no farther; it takes one word"
            self._fail(reason, at + len(fuzzy[1]), mended)
        self._count_pattern(at)
        return Fuzzy(words.text, name)

    def _plain_words(self, text: str, at: int, name: str | None) -> Word | Phrase | None:
        words = _words_in(text)
        self._count(len(words) - 1, at)
        if len(words) > 1:
            return Phrase(words, field=name, typed=text)
        return Word(words[0], name) if words else None

    def _wildcards(self, piece: str, at: int, name: str | None) -> Query | None:
        pattern = re.sub(r"[^\w\u0300-\u036f*?']+|(?<!\w)'|'(?!\w)", " ", piece.replace("’", "'"))
        parts: list[Query] = []
        for part in re.sub(r"\*+", "*", pattern).split():
            self._count(1, at)
            if part.count("*") + part.count("?") > MAX_WILDCARDS:
                reason = f"a word may have at most {MAX_WILDCARDS} of * and ?"
                self._fail(reason, at, self._text[:at] + re.sub(r"[*?]+", " ", part) + self._text[self._at :])
            bare = part.rstrip("?")
            if not bare.strip("*?"):
                self._warnings.append(f"{part} stands for any word and was left out")
            elif "*" in bare or "?" in bare:
                self._count_pattern(at)
                parts.append(Wildcard(bare, name))
            elif words := self._plain_words(bare, at, name):
                parts.append(words)
        if len(parts) > 1:
            self._warnings.append(f"{piece} was read as {' '.join(map(str, parts))}")
        return all_of(parts) if parts else None

    def _piece(self) -> str:
        match = _PIECE.match(self._straight, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]

    def _more(self) -> bool:
        """Whether a part of the query stands here, after white space."""
        return self._peek() not in ("", ")")

    def _peek(self) -> str:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._straight[self._at : self._at + 1]

    def _operator(self, *, peek: bool = False) -> str | None:
        self._peek()
        match = _OPERATOR.match(self._straight, self._at)
        if match is None:
            return None
        if not peek:
            self._at = match.end()
        return match[1]

    def _deeper(self, at: int) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            flat = self._text.replace("(", " ").replace(")", " ")
            self._fail(f"parentheses and NOTs go deeper than {MAX_DEPTH} levels", at, flat.replace("NOT ", "-"))

    def _without(self, start: int, end: int) -> str:
        return f"{self._text[:start]} {self._text[end:]}"

    def _count(self, clauses: int, at: int) -> None:
        self._clauses += clauses
        if self._clauses > MAX_CLAUSES:
            self._fail(f"the query has more than {MAX_CLAUSES} words and fields", at, self._text[:at])

    def _count_pattern(self, at: int) -> None:
        self._patterns += 1
        if self._patterns > MAX_PATTERNS:
            self._fail(f"the query has more than {MAX_PATTERNS} words with *, ? or ~", at, self._without(at, self._at))

    def _fail(self, reason: str, position: int, mended: str) -> NoReturn:
        raise _Mistake(reason, min(position, len(self._text)), mended)


def _words_in(text: str) -> tuple[str, ...]:
    """Return the words of a text as they stand in it, but none that would read as an operator."""
    words = (text[token.start : token.end] for token in tokens(text))
    return tuple(word.lower() if word in ("AND", "OR", "NOT") else word for word in words)
