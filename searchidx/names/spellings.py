"""One spelling for the words of names that are spelt in several ways: Milosevic and Milošević, Mohamed and Mohammad."""

import re
from collections.abc import Iterable, Mapping

from searchidx.names.statistics import NameStatistics
from searchidx.stories.folding import fold, fold_accents
from searchidx.stories.wordlists import name_spellings

_WORD = re.compile(r"[^\W\d_]+")
_ARTICLE = re.compile(r"(?<=\s)[Aa]l[- ](?=\w)")
#: What the letters of other scripts become in one Latin spelling or another: letters that sound alike are one (kh, gh and ck
#: are k), some are not heard, nor is an article before a word, nor a letter that stands twice.
_HEARD = str.maketrans("gqcw", "kkkv", "aeiouyh'-")
_ARTICLE_BEFORE = re.compile(r"(?<![^ ])[ae]l-")
_TWICE = re.compile(r"([^ ])(?=\1)")
#: Fewer letters than these, vowels left out, may be anybody's.
SHORTEST_SOUND = 5


class Spellings:
    """Chooses between spellings as the archive mostly does.

    Args:
        statistics: how the archive writes its words.
    """

    def __init__(self, statistics: NameStatistics) -> None:
        self._statistics = statistics
        self._accented = _accented(statistics)

    def usual(self, name: str) -> str:
        """Return a name with each word as the archive mostly spells it, accents included."""
        if name.isascii() and self._accented.keys().isdisjoint(_WORD.findall(name.lower())):
            return name
        return _WORD.sub(lambda match: self._respell(match[0]), name)

    def usual_person(self, name: str) -> str:
        """Return a person's name in which words of other scripts have one spelling as well."""
        words, groups = name.split(" "), name_spellings()
        for number, word in enumerate(words):
            group = groups.get(word.casefold())
            if group is not None:
                beside = words[number + 1] if number + 1 < len(words) else ""
                before = words[number - 1] if number else ""
                counts = {word: self._seen(before, word, beside) for word in group}
                words[number] = max(counts, key=counts.__getitem__)
        return self.usual(_ARTICLE.sub("al-", " ".join(words)))

    def _seen(self, before: str, word: str, behind: str) -> int:
        key = word.casefold()
        return self._statistics.pair(before.casefold(), key) + self._statistics.pair(key, behind.casefold())

    def _respell(self, word: str) -> str:
        usual = self._accented.get(fold_accents(word.casefold()))
        if usual is None or len(usual) != len(word) or usual == word.casefold():
            return word
        return "".join(new.upper() if old.isupper() else new for old, new in zip(word, usual, strict=True))


def sound(name: str) -> str:
    """Return what a name sounds like, roughly: Moammar Kadafi is Muammar Gaddafi; nothing where little is left."""
    key = fold(name)
    if "l-" in key:
        key = _ARTICLE_BEFORE.sub("", key)
    heard = _TWICE.sub("", key.replace("ph", "f").translate(_HEARD))
    return heard if " " in heard and len(heard) - heard.count(" ") >= SHORTEST_SOUND else ""


def by_sound(aliases: Mapping[str, str]) -> dict[str, str]:
    """Return what names of several words are called by how they sound, but for those that sound like two."""
    names: dict[str, set[str]] = {}
    for spelling, name in aliases.items():
        names.setdefault(sound(spelling), set()).add(name)
    return {heard: meant.pop() for heard, meant in names.items() if heard and len(meant) == 1}


def _accented(statistics: NameStatistics) -> dict[str, str]:
    """Return the commonest spelling of every word that is written with accents, by the word without them.

    A single letter is no word: the O of O'Reilly is not the Ó of Ó Snodaigh.
    """
    forms: dict[str, list[str]] = {}
    for word in statistics.words:
        if len(word) > 1 and not word.isascii():
            forms.setdefault(fold_accents(word), []).append(word)
    return {plain: _commonest(statistics, (plain, *sorted(words))) for plain, words in forms.items()}


def _commonest(statistics: NameStatistics, words: Iterable[str]) -> str:
    return max(words, key=lambda word: statistics.word(word).alone + statistics.word(word).joined)
