"""Splitting a bare text into a headline (its first sentence) and a body (the rest)."""

import re

HEADLINE_LENGTH = 300

#: What may end a sentence, and the character that the next one would begin with.
_END = re.compile(r"""[.!?…]["'”’)\]]*(?=\s+(\S))""")
_WORD_BEFORE = re.compile(r"[^\s(\[\"“‘]+$")
#: What stands before a full stop that does not end a sentence.
_ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof gen col lt sgt capt maj cmdr adm rep sen gov pres st mt ft no vs etc inc ltd co corp bros jr sr rev hon
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun approx est dept univ assn
    e.g i.e a.m p.m cf al fr sra op vol pp fig ave blvd""".split()
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")


def split_text(text: str) -> tuple[str, str]:
    """Return headline and body of a text; only white space between and around the two is lost.

    The headline is the first sentence; abbreviations and initials (U.S., Mr., J. K.) do not end one. It has at most
    300 characters: a longer sentence is cut at a space.
    """
    text = text.strip()
    cut = _first_sentence(text)
    if cut > HEADLINE_LENGTH:
        space = max(text.rfind(" ", 0, HEADLINE_LENGTH + 1), text.rfind("\n", 0, HEADLINE_LENGTH + 1))
        cut = space if space > 0 else HEADLINE_LENGTH
    return text[:cut].rstrip(), text[cut:].lstrip()


def _first_sentence(text: str) -> int:
    """Return where the first sentence ends; the end of the text if that is too long for a headline, however long it is."""
    for end in _END.finditer(text):
        if end.end() > HEADLINE_LENGTH:
            break
        if end[1].islower() or (text[end.start()] == "." and _is_abbreviation(text[: end.start()])):
            continue
        return end.end()
    return len(text)


def _is_abbreviation(before: str) -> bool:
    match = _WORD_BEFORE.search(before)
    if match is None:
        return False
    word = match[0]
    return _INITIALS.fullmatch(word) is not None or word.lower() in _ABBREVIATIONS
