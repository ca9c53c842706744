"""Finding the names of a text: rows of capitalised words, cut and judged by what the archive's own writing shows."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from searchidx.names.aliases import shipped_aliases
from searchidx.names.canonical import Canon
from searchidx.names.casing import sentence_case
from searchidx.names.gazetteer import Gazetteer, GazetteerPlace
from searchidx.names.placing import Placing
from searchidx.names.spans import SpanFinder
from searchidx.names.spellings import Spellings
from searchidx.names.statistics import NameStatistics
from searchidx.names.tree import PlaceTree
from searchidx.names.vocabulary import Vocabulary

#: “(BBC News) (Reuters)” behind the last sentence names sources, which stories have a field of their own for.
_SOURCES = re.compile(r"(?<=[.!?])\s*(?:\(\w[^()]*\)[\s,.]*)+$")
#: What may stand behind the last of them.
_BEHIND_SOURCES = ",." + "".join(filter(str.isspace, map(chr, range(0x3001))))


class FoundName:
    """A name in a text.

    Attributes:
        text: as it stands there, from `start` to `end`.
        name: as it is shown and searched, the same for all spellings of the name.
        kind: a place, a demonym (what belongs to a place: Iraqi), or any other name.
        place: the place it is or belongs to, where the gazetteer knows it.
        why: what made it a name, in a few words.
    """

    def __init__(
        self,
        text: str,
        start: int,
        end: int,
        *,
        name: str,
        kind: Literal["name", "place", "demonym"],
        place: GazetteerPlace | None,
        why: str,
    ) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.name = name
        self.kind = kind
        self.place = place
        self.why = why


class Recogniser:
    """Finds names by an archive's statistics, the gazetteer and small word lists.

    Args:
        statistics: how the archive writes its words.
        gazetteer: the places there are.
        tree: what the places are called.
        aliases: the keeper's, by folded spelling; they win over the shipped ones.
        stop: folded names that are none (`read_stop_names`).
    """

    def __init__(
        self,
        statistics: NameStatistics,
        gazetteer: Gazetteer,
        tree: PlaceTree,
        *,
        aliases: Mapping[str, str],
        stop: Collection[str] = (),
    ) -> None:
        self._statistics = statistics
        vocabulary = Vocabulary(statistics)
        every = {**shipped_aliases(), **aliases}
        self._spans = SpanFinder(vocabulary, gazetteer, every)
        self._placing = Placing(vocabulary, gazetteer, aliases)
        self._canon = Canon(every, tree, Spellings(statistics))
        self._stop = frozenset(stop)
        self._whole = lru_cache(maxsize=32768)(self._spans.whole)

    def recognise(
        self, text: str, *, company: Sequence[GazetteerPlace] = (), known: Sequence[str] = ()
    ) -> tuple[FoundName, ...]:
        """Return the names of a text in their order, every occurrence.

        Args:
            text: where they stand.
            company: places the text is known to speak of.
            known: other names it is known to speak of.
        """
        sources = _SOURCES.search(text) if text.rstrip(_BEHIND_SOURCES).endswith(")") else None
        read = sentence_case(text[: sources.start()] if sources else text, self._statistics)
        spans = self._spans.find(read)
        if self._stop:
            spans = [span for span in spans if span.key not in self._stop]
        others = [self._whole(name) for name in known]
        sites = self._placing.places(read, spans, company, others)
        readings = self._canon.read(read, spans, sites, others)
        as_read = text.startswith(read)
        return tuple(
            [
                FoundName(
                    span.text if as_read else text[span.start : span.end],
                    span.start,
                    span.end,
                    name=reading.name,
                    kind="name" if site is None else site.kind,
                    place=None if site is None else site.place,
                    why=reading.why,
                )
                for span, site, reading in zip(spans, sites, readings, strict=True)
            ]
        )

    def name_of(self, name: str) -> str:
        """Return what a name is called that a source gives and that is no place."""
        return self._canon.alone(self._whole(name)).name
