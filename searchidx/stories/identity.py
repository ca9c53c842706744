"""The id of a story that has none of its own: its date and a hash of its text."""

import base64
import datetime
import hashlib
import unicodedata


def story_id(date: datetime.date, text: str) -> str:
    """Return `YYYY-MM-DD-` and ten base-32 characters of a hash of the text's letters and digits.

    White space, punctuation and the way accents are encoded do not change it, so a text that was only
    re-wrapped or re-punctuated stays the same story.
    """
    letters = "".join(c for c in unicodedata.normalize("NFC", text) if c.isalnum())
    digest = hashlib.sha256(letters.encode()).digest()
    return f"{date.isoformat()}-{base64.b32encode(digest).decode().lower()[:10]}"
