"""Text → tokens → terms: the same for stories and queries, whichever engine indexes them.

Tokens are words as Unicode's text segmentation (UAX #29) cuts them, as far as a regular expression can say it:
letters and digits, with a single dot or apostrophe inside letters (`U.S`, `o'neill`) and a dot or comma inside
digits (`9,500`). A token has two terms:

    exact     lower case, possessive 's cut off, the dots of initials dropped: “U.S.” → us, “Malmö's” → malmö
    stem      the exact term without accents, stemmed by Snowball: “elections” → elect, “malmö” → malmo

Each step is one that Whoosh's own filters can take too, so that the segments Whoosh writes hold these very stems.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from functools import cached_property, lru_cache
from typing import NamedTuple

import Stemmer

from searchidx.errors import RequestError
from searchidx.search.remembered import Remembered
from searchidx.stories.folding import fold_accents

try:
    from searchidx.search import _words as compiled
except ImportError:  # where there was no compiler
    compiled = None  # type: ignore[assignment]

_LETTER = r"[^\W\d_]"

#: The pattern of a token's character: accents that follow their letter belong to it.
WORD_CHARACTER = r"[\w\u0300-\u036f]"

#: The most characters of a token between its dots, commas and apostrophes; a longer run of letters is several tokens.
LONGEST_PIECE = 255

#: The pattern of a token: a dot or apostrophe belongs to it between two letters or two digits, a comma between digits.
#: Its repetitions are possessive (`+` behind them), since going back would never help; that saves a third of the time. The
#: repeated group is not, for there a `+` makes matching hang before Python 3.11.5.
TOKEN_PATTERN = (
    rf"\w{WORD_CHARACTER}{{0,{LONGEST_PIECE - 1}}}+"
    rf"(?:[.,'’](?:(?<={_LETTER}[.'’])(?={_LETTER})|(?<=\d.)(?=\d)){WORD_CHARACTER}{{1,{LONGEST_PIECE}}}+)*"
)

#: What is cut off at the end of a token.
POSSESSIVE = r"['’]s$"

#: The dot between initials, U.S and a.k.a, which is dropped; the one in thecontext.net stays.
INITIALS_DOT = rf"(?<!{_LETTER}{{2}})\.(?={_LETTER}(?!{_LETTER}))"

#: How many words are remembered with their terms or stems; a bound, so that memory does not grow with the archive.
_MOST_REMEMBERED = 1 << 17
#: How many texts are remembered with their stems: those of stories related to one are mostly so to those beside it, too.
#: Longer ones are not remembered, so that memory stays bounded.
_TEXTS, _LONGEST_TEXT = 1 << 11, 4_000

_TOKEN = re.compile(TOKEN_PATTERN)
_POSSESSIVE = re.compile(POSSESSIVE)
_INITIALS_DOT = re.compile(INITIALS_DOT)


class Token(NamedTuple):
    """A word of a text: its exact term and where it stands, in code points."""

    exact: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in order."""
    for match in _TOKEN.finditer(text):
        yield Token(exact_term(match[0]), match.start(), match.end())


def words(text: str) -> Iterator[re.Match[str]]:
    """Yield the words of a text in order as they stand in it."""
    return _TOKEN.finditer(text)


def words_of(text: str) -> list[str]:
    """Return the words of a text in order as they stand in it."""
    if compiled and text.isascii():
        return compiled.words(text)
    return _TOKEN.findall(text)


def marked_words(text: str, meaning: Mapping[str, Hashable], wanted: Set[Hashable]) -> list[tuple[int, int]]:
    """Return where the words of a text begin and end whose meaning is among those wanted."""
    if compiled and text.isascii():
        return compiled.marked(text, meaning, wanted)
    return [match.span() for match in _TOKEN.finditer(text) if meaning[match[0]] in wanted]


def exact_terms(text: str) -> list[str]:
    """Return the exact terms of a text in order."""
    if text.isalnum() and len(text) <= LONGEST_PIECE:
        # Most texts of a query are one word, which needs no pattern.
        return [exact_term(text)]
    return [exact_term(word) for word in words_of(text)]


@lru_cache(maxsize=_MOST_REMEMBERED)
def exact_term(word: str) -> str:
    """Return the exact term of one token."""
    term = word.lower()
    if term.isalnum():
        return unicodedata.normalize("NFC", term)
    return unicodedata.normalize("NFC", _INITIALS_DOT.sub("", _POSSESSIVE.sub("", term)).replace("’", "'"))


@lru_cache(maxsize=_MOST_REMEMBERED)
def folded_term(exact: str) -> str:
    """Return an exact term without accents: what prefixes, wildcards and fuzzy words are compared with."""
    return fold_accents(exact).lower()


def folded_terms(exact: Iterable[str]) -> list[str]:
    """Return `folded_term` of many different terms, which are not remembered."""
    return list(map(folded_term.__wrapped__, exact))


@lru_cache(maxsize=_MOST_REMEMBERED)
def folded_word(word: str) -> str:
    """Return the exact term of one token without accents."""
    return folded_term.__wrapped__(exact_term.__wrapped__(word))


class Analyzer:
    """Exact terms → stems, in one language.

    Args:
        language: a Snowball language by its English name ("english", "german", …).

    Raises:
        RequestError: if Snowball has no such language.
    """

    def __init__(self, language: str = "english") -> None:
        try:
            self._stemmer = Stemmer.Stemmer(language)
        except KeyError:
            raise RequestError(
                f"there is no stemmer for {language!r}; choose one of {', '.join(Stemmer.algorithms())}",
                parameter="language",
            ) from None
        self.language = language
        #: The stem of an exact term.
        self.stem: Callable[[str], str] = Remembered(self._stem, _MOST_REMEMBERED).__getitem__
        #: The stem of a word as it stands in a text. The exact and folded terms on the way to it are not remembered
        #: (`__wrapped__`): for all words of all texts they would take a server some ten megabytes more.
        self.stem_of_word: Mapping[str, str] = Remembered(
            lambda word: self._stem(exact_term.__wrapped__(word)), _MOST_REMEMBERED
        )
        self._stems_of_text: Callable[[str], tuple[str, ...]] = lru_cache(_TEXTS)(
            lambda text: tuple(self.stems(words_of(text)))
        )

    def _stem(self, exact: str) -> str:
        folded = folded_term.__wrapped__(exact)
        # Porter's stemmer leaves nothing of "s".
        return self._stemmer.stemWord(folded) or folded

    def stems_of_terms(self, exact: Iterable[str]) -> list[str]:
        """Return the stems of many different exact terms, which are not remembered."""
        folded = folded_terms(exact)
        return [stem or term for stem, term in zip(self._stemmer.stemWords(folded), folded, strict=True)]

    def stems(self, words: Iterable[str]) -> list[str]:
        """Return the stem of each word as it stands in a text."""
        return list(map(self.stem_of_word.__getitem__, words))

    def stems_of_text(self, text: str) -> tuple[str, ...]:
        """Return the stems of a text in order, remembered unless it is long."""
        if len(text) > _LONGEST_TEXT:
            return tuple(self.stems(words_of(text)))
        return self._stems_of_text(text)

    @cached_property
    def fingerprint(self) -> str:
        """What identifies this analysis: an index made with another one must be rebuilt."""
        sample = "relational elections Malmö running U.S. o'neill's 9,500 al-Sadr"
        return f"1:{self.language}:" + " ".join(self.stem(term) for term in exact_terms(sample))
