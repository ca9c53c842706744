"""The domain: what a story is, what it is called, and where it lives.

A *story* is one news event on one day. It has a *headline* and perhaps a *body*, *places* and other
*entities* (names it mentions) and *sources* (where it was reported). Stories are frozen values: they are made
whole, by `records.read_story` from a JSON object or by an importer, and never changed.

    story.py      Story and its parts; Redirect, Skipped and UnusedField, the other things an importer can yield
    identity.py   the id of a story that has none of its own
    addresses.py  /news/YYYY/MM/D/slug: making, reading, telling apart
    headline.py   splitting a bare text into headline and body
    folding.py    when two names are the same name
    records.py    reading a story from a JSON object
    fields.py     the fields of a record, and what those that are none may have meant
    objects.py    a story as a JSON object
    wordlists.py  reading the small word lists of data/
"""

from searchidx.stories.story import Entity, Origin, Place, Redirect, Skipped, Source, Story, UnusedField

__all__ = ["Entity", "Origin", "Place", "Redirect", "Skipped", "Source", "Story", "UnusedField"]
