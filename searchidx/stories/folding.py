"""When two names are the same name: folding of case, accents, quotes, dashes and white space; and spelling in ASCII."""

import re
import unicodedata
from functools import lru_cache

_PUNCTUATION = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "−": "-", "ß": "ss"}
    # Letters that Unicode does not decompose, spelt as they are where the letter is not to be had.
    | {"ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ł": "l", "Ł": "l", "ı": "i", "æ": "ae", "Æ": "ae"}
    | {"œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}
)

_FOREIGN = re.compile("[^\x00-\x7f]")

#: The combining classes of what is no accent: other characters, and the marks that make another syllable of a kana.
_NO_ACCENT = (0, 8)


def fold_accents(text: str) -> str:
    """Take the accents off: Malmö → Malmo, Óscar → Oscar. Case is kept except in letters that have no other form.

    Each character is folded by itself, whatever stands beside it: what can be decomposed stays so (syllables of Hangul
    are letters then).
    """
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if unicodedata.combining(c) in _NO_ACCENT).translate(_PUNCTUATION)


def in_ascii(text: str) -> str:
    """Spell a text in ASCII, each character by itself: Łódź → Lodz, Путин → Putin."""
    return _FOREIGN.sub(lambda found: _character_in_ascii(found[0]), text)


@lru_cache(maxsize=4096)
def _character_in_ascii(character: str) -> str:
    # Most are Latin letters with an accent, quotes and dashes, for which anyascii says the same, and takes longer to be
    # loaded than a search takes.
    if character <= "\u024f" or "\u1e00" <= character <= "\u1eff" or "\u2010" <= character <= "\u201d":
        plain = fold_accents(character)
        if plain.isascii() and not plain.isspace() and plain.islower() == character.islower():
            return plain
    from anyascii import anyascii  # noqa: PLC0415 - as above

    return anyascii(character)


@lru_cache(maxsize=32768)
def fold(name: str) -> str:
    """The key under which spellings of one name meet: “Sao  Paulo” and “São Paulo” have the same."""
    if name.isascii():
        return " ".join(name.lower().split())
    return unicodedata.normalize("NFC", " ".join(fold_accents(name).casefold().split()))
