"""How an archive writes its words: what the recogniser knows about capital letters."""

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from searchidx.errors import ANEW, ArchiveDamaged
from searchidx.names.tokens import SPACE, capitalised

FORMAT = "searchidx name statistics 3"
_SMALL = re.compile(r"(?<![^\W_])(?<![-'’])[^\W\d_A-Z][^\W\d_A-Z]+(?![^\W_])")
#: A pair of words seen together less often than this says nothing.
RAREST_PAIR = 2
#: Behind these stands a place.
_WHERE = (" in ", " at ", " near ", " outside ")
_LONGEST_WHERE = max(map(len, _WHERE))


@dataclass(frozen=True, slots=True)
class Word:
    """How often a word was seen.

    Attributes:
        small: in small letters.
        alone: with a capital inside a sentence, and not beside another such word.
        joined: with a capital inside a sentence, beside another such word.
        placed: how many of those alone stand behind “in” and the like, as places do.
    """

    small: int = 0
    alone: int = 0
    joined: int = 0
    placed: int = 0

    def __add__(self, other: "Word") -> "Word":
        """Return the counts of both."""
        return Word(
            self.small + other.small,
            self.alone + other.alone,
            self.joined + other.joined,
            self.placed + other.placed,
        )


class WordCounts:
    """The counts of texts while they are counted: by case-folded word as in `Word`, and by pair.

    Processes send them to each other.
    """

    def __init__(self) -> None:
        self._small: Counter[str] = Counter()
        self._alone: Counter[str] = Counter()
        self._joined: Counter[str] = Counter()
        self._placed: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()

    def count(self, text: str) -> None:
        """Count the words of a text."""
        self._small.update(_SMALL.findall(text))
        tokens = capitalised(text)
        for number, token in enumerate(tokens):
            follows = token.link == SPACE and not token.first
            leads = number + 1 < len(tokens) and tokens[number + 1].link == SPACE
            if not token.first:
                key = token.text.casefold()
                (self._joined if follows or leads else self._alone)[key] += 1
                before = text[max(0, token.start - _LONGEST_WHERE) : token.start]
                if not (follows or leads) and f" {before}".lower().endswith(_WHERE):
                    self._placed[key] += 1
            if follows and not tokens[number - 1].first:
                self._pairs[tokens[number - 1].text.casefold(), token.text.casefold()] += 1

    def add(self, other: "WordCounts") -> None:
        """Add what was counted of other texts."""
        for own, others in zip(self._counters(), other._counters(), strict=True):
            own.update(others)

    def _counters(self) -> tuple[Counter[Any], ...]:
        return self._small, self._alone, self._joined, self._placed, self._pairs

    # A class that is translated into C has no `__dict__`, by which others are sent.
    def __getstate__(self) -> tuple[Counter[Any], ...]:
        return self._counters()

    def __setstate__(self, counts: tuple[Counter[Any], ...]) -> None:
        self._small, self._alone, self._joined, self._placed, self._pairs = counts

    def statistics(self) -> "NameStatistics":
        """Return what was counted, without the pairs that say nothing."""
        words = {
            word: Word(self._small[word], self._alone[word], self._joined[word], self._placed[word])
            for word in {*self._small, *self._alone, *self._joined}
        }
        return NameStatistics(words, {pair: count for pair, count in self._pairs.items() if count >= RAREST_PAIR})


@dataclass(frozen=True)
class NameStatistics:
    """The counts of an archive: its words by how they are written, and the pairs of words with capitals.

    They are added to shipped counts of common English words, so that a small archive has something to go by.
    """

    words: Mapping[str, Word]
    pairs: Mapping[tuple[str, str], int]

    @classmethod
    def collect(cls, texts: Iterable[str]) -> "NameStatistics":
        """Count the words of the texts."""
        counts = WordCounts()
        for text in texts:
            counts.count(text)
        return counts.statistics()

    def word(self, word: str) -> Word:
        """Return the counts of a case-folded word, the shipped ones included."""
        own, shipped = self.words.get(word), _shipped().get(word)
        if own is None or shipped is None:
            return own or shipped or Word()
        return own + shipped

    def pair(self, first: str, second: str) -> int:
        """Return how often two case-folded words stood together with capitals inside a sentence."""
        return self.pairs.get((first, second), 0)

    def to_bytes(self) -> bytes:
        """Return the counts as text, packed: the same counts give the same bytes."""
        lines = [FORMAT]
        lines += [f"{word}\t{w.small}\t{w.alone}\t{w.joined}\t{w.placed}" for word, w in sorted(self.words.items())]
        lines.append("")
        lines += [f"{first}\t{second}\t{count}" for (first, second), count in sorted(self.pairs.items())]
        return zlib.compress("\n".join(lines).encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> "NameStatistics":
        """Read what `to_bytes` wrote.

        Raises:
            ArchiveDamaged: if it is something else.
        """
        try:
            head, _, rest = zlib.decompress(data).decode().partition("\n")
            words, _, pairs = rest.partition("\n\n") if not rest.startswith("\n") else ("", "", rest[1:])
            if head != FORMAT:
                raise ValueError(head)
            # Most words are seen a few times, and those of pairs are words: what is equal is kept once.
            counted = cache(lambda counts: Word(*map(int, counts)))
            seen = {word: counted(tuple(counts)) for word, *counts in _rows(words)}
            same = {word: word for word in seen}
            return cls(
                seen,
                {(same.get(one, one), same.get(other, other)): int(count) for one, other, count in _rows(pairs)},
            )
        except (zlib.error, TypeError, ValueError):
            raise ArchiveDamaged(f"the name statistics cannot be read; {ANEW}") from None


def _rows(text: str) -> Iterator[list[str]]:
    return (line.split("\t") for line in text.split("\n") if line)


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Word]:
    """Return the shipped counts of common words: `word small alone joined placed` a line."""
    text = (files("searchidx") / "data" / "names" / "common-words.txt").read_text(encoding="utf-8")
    rows = (line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    return {word: Word(*map(int, counts)) for word, *counts in rows}
