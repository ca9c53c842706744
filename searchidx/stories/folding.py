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

_FOREIGN = re.compile("[^\x00-\x7f]+")

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
    from anyascii import anyascii  # noqa: PLC0415 - its tables take longer to load than most searches

    # It is slow, and a text in Latin letters has few that it is needed for.
    return _FOREIGN.sub(lambda found: anyascii(found[0]), text)


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """The key under which spellings of one name meet: “Sao  Paulo” and “São Paulo” have the same."""
    if name.isascii():
        return " ".join(name.lower().split())
    return unicodedata.normalize("NFC", " ".join(fold_accents(name).casefold().split()))
