"""The addresses of stories: `/news/YYYY/MM/D/slug`, month with and day without a leading zero."""

import datetime
import re
from collections.abc import Iterator
from functools import lru_cache

from searchidx.stories.folding import in_ascii

#: Slugs that name other pages of a day, so that no story may have them bare.
RESERVED_SLUGS = frozenset({"", "index", "readme"})

#: Characters of the text that go into a slug, counted before transliteration, as the Context counts them.
SLUG_SOURCE_LENGTH = 140

#: How many letters and digits of a story's id at the least tell its address from another's.
_FEWEST_LETTERS = 4

#: Turns what a slug has into small letters, every other byte into a space.
_SLUG_LETTERS = bytes(ord(c.lower()) if (c := chr(code)).isascii() and c.isalnum() else ord(" ") for code in range(256))
# Patterns are compiled when they are first used: hardly a search needs one, and a command would wait for all.
_RESERVED = rf"(?:{'|'.join(RESERVED_SLUGS)})(?:\.\w*)*"
_ADDRESS = r"/news/(\d{4})/(\d{1,2})/(\d{1,2})/([^/\s?#]+)"
_DAY = r"/news/(\d{4})/(\d{1,2})/(\d{1,2})/?"
_COPIED = r"(?:https?://.*?)?(/news/[^?#]*)(?:[?#].*)?"


def slug(text: str) -> str:
    """Return the slug of a text: its first 140 characters in a-z and 0-9, everything else a single dash."""
    start = text[:SLUG_SOURCE_LENGTH]
    # Several times faster than substituting by a pattern, and done for every story that is read.
    ascii_bytes = (start if start.isascii() else in_ascii(start)).encode("ascii", "replace")
    return b"-".join(ascii_bytes.translate(_SLUG_LETTERS).split()).decode("ascii")


@lru_cache(maxsize=4096)
def day_address(date: datetime.date) -> str:
    """Return the address of a day's page, with its closing slash."""
    return f"/news/{date.year:04d}/{date.month:02d}/{date.day}/"


def story_address(date: datetime.date, text: str) -> str:
    """Return the bare address of a story whose headline and body are `text`; its slug may be reserved or taken."""
    return day_address(date) + slug(text)


def read_address(address: str) -> tuple[datetime.date, str] | None:
    """Return the day and the slug of a story's address, zero-padded or not; None if it is not one."""
    match = re.fullmatch(_ADDRESS, address)
    if match is None:
        return None
    day = _day(match)
    return None if day is None else (day, match[4])


def normal_address(address: str) -> str | None:
    """Return the address as this project writes it (`/news/2004/08/03/x` → `/news/2004/08/3/x`); None if it is none."""
    parts = read_address(address)
    return None if parts is None else day_address(parts[0]) + parts[1]


def copied_address(text: str) -> str | None:
    """Return the address in what may have been copied from a browser, None if there is none."""
    match = re.fullmatch(_COPIED, text)
    return None if match is None else normal_address(match[1]) or match[1]


def read_day_address(address: str) -> datetime.date | None:
    """Return the day of a day page's address, None if it is not one."""
    match = re.fullmatch(_DAY, address)
    return None if match is None else _day(match)


def is_reserved(address: str) -> bool:
    """Whether the address ends in a slug that no story may have bare: Index and index.html, too, and dots alone."""
    return re.fullmatch(_RESERVED, address.rpartition("/")[2], re.IGNORECASE) is not None


def distinct_addresses(bare: str, story_id: str) -> Iterator[str]:
    """Yield addresses that tell a story from others of the same bare one, the shortest first.

    They are the bare one with `-` and the last four letters and digits of the story's id, then with ever more of them. Ids
    may have the same letters and digits; at last come those of the id's bytes in hexadecimal, which no other id has all.
    """
    stem = bare if not bare.endswith("/") else bare + "story"
    letters = re.sub("[^a-z0-9]+", "", in_ascii(story_id).lower()) or "story"
    for text in (letters, story_id.encode("utf-8", "surrogatepass").hex()):
        for length in range(min(_FEWEST_LETTERS, len(text)), len(text) + 1):
            yield f"{stem}-{text[-length:]}"


def _day(match: re.Match[str]) -> datetime.date | None:
    try:
        return datetime.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
