"""The id of a story that has none of its own: its date and a hash of its text."""

import base64
import datetime
import hashlib
import unicodedata


class _LettersAndDigits(dict[int, int | None]):
    """A table for str.translate that drops whatever is neither a letter nor a digit."""

    def __missing__(self, code: int) -> int | None:
        self[code] = code if chr(code).isalnum() else None
        return self[code]


_LETTERS_AND_DIGITS = _LettersAndDigits()


def story_id(date: datetime.date, text: str) -> str:
    """Return `YYYY-MM-DD-` and ten base-32 characters of a hash of the text's letters and digits.

    White space, punctuation and the way accents are encoded do not change it, so a text that was only
    re-wrapped or re-punctuated stays the same story.
    """
    letters = unicodedata.normalize("NFC", text).translate(_LETTERS_AND_DIGITS)
    digest = hashlib.sha256(letters.encode()).digest()
    return f"{date.isoformat()}-{base64.b32encode(digest[:10]).decode().lower()[:10]}"
