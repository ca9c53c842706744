"""A story as an engine sees it: the story itself, and the values under which its places and names are found."""

from typing import NamedTuple

from searchidx.stories import Story


class NameValue(NamedTuple):
    """A name of a story in the form all its spellings share.

    Attributes:
        value: what is shown, typed and counted; equal for all spellings of the name.
        also: other spellings it is found by.
    """

    value: str
    also: tuple[str, ...] = ()


class PlaceNode(NamedTuple):
    """A place of a story, or one of those it lies in.

    Attributes:
        value: what is typed and counted; no other place has it ("Georgia, United States").
        label: what is shown ("Georgia").
        kind: continent, country, region, city, area or water; empty for a place the gazetteer does not know.
        parent: the value of the place it lies in, None at the top.
        also: other names it is found by.
    """

    value: str
    label: str
    kind: str = ""
    parent: str | None = None
    also: tuple[str, ...] = ()


class Document(NamedTuple):
    """What is indexed of a story.

    Attributes:
        story: the story, stored whole.
        places: its places and every place they lie in, each once, parents before children.
        names: its names, places among them, each once.
    """

    story: Story
    places: tuple[PlaceNode, ...] = ()
    names: tuple[NameValue, ...] = ()
