"""Why a hit is one: which words of the query stand where in it, which of its words its date stands for, which place picked it."""

from collections.abc import Iterable
from dataclasses import dataclass

from searchidx.search.engine import Engine
from searchidx.search.page import Hit
from searchidx.search.query import ANY_VALUE, Value, WordOrDate, leaves
from searchidx.search.understanding import Understood
from searchidx.stories.folding import fold
from searchidx.web.parts import long_date, paths_of


@dataclass(frozen=True, slots=True)
class Reason:
    """What of a story matches: where, and what."""

    where: str
    what: str


class Reasons:
    """What a request asks of stories.

    Args:
        engine: that answered.
        understood: what it answered.
    """

    def __init__(self, engine: Engine, understood: Understood) -> None:
        self._engine = engine
        self._dates = [leaf for leaf in leaves(understood.query) if isinstance(leaf, WordOrDate)]
        asked = leaves(understood.filters["place"]) if "place" in understood.filters else ()
        values = [leaf.value for leaf in asked if isinstance(leaf, Value) and leaf.value != ANY_VALUE]
        self._places = {value for typed in values for value in engine.values("place", typed)}

    def of(self, hit: Hit) -> tuple[Reason, ...]:
        """Return why a hit is one, as far as it shows."""
        story = hit.story
        dates = [str(each) for each in self._dates if each.means(story.date)]
        found = (
            ("Headline", _words(story.headline, hit.headline)),
            ("Text", _words(hit.snippet.text, hit.snippet.marks)),
            ("Date", f"{long_date(story.date)}, for {' and '.join(dates)}" if dates else ""),
            ("Place", ", ".join(self._paths(story.id)) if self._places else ""),
        )
        return tuple(Reason(where, what) for where, what in found if what)

    def _paths(self, story_id: str) -> Iterable[str]:
        """Return the ways from the places asked for down to those of a story: Iraq › Baghdad."""
        for path in paths_of(self._engine.story_places(story_id)):
            asked = [depth for depth, each in enumerate(path) if each.value in self._places]
            if asked:
                yield " › ".join(dict.fromkeys(each.label for each in path[asked[-1] :]))


def _words(text: str, marks: Iterable[tuple[int, int]]) -> str:
    """Return the marked words of a text, each once, in the order of the text."""
    return ", ".join({fold(word): word for word in (text[first:last] for first, last in marks)}.values())
