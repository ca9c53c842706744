"""When two names are the same name: folding of case, accents, quotes, dashes and white space."""

import unicodedata
from functools import lru_cache

_PUNCTUATION = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "−": "-", "ß": "ss"}
    # Letters that Unicode does not decompose, spelt as they are where the letter is not to be had.
    | {"ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ł": "l", "Ł": "l", "ı": "i", "æ": "ae", "Æ": "ae"}
    | {"œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}
)


def fold_accents(text: str) -> str:
    """Take the accents off: Malmö → Malmo, Óscar → Oscar. Case is kept except in letters that have no other form."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_PUNCTUATION))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """The key under which spellings of one name meet: “Sao  Paulo” and “São Paulo” have the same."""
    return " ".join(fold_accents(name).casefold().split())
