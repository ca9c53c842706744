"""Making the spellings of one name one: aliases, places, demonyms, abbreviations a text explains, surnames."""

import re
from collections.abc import Mapping, Sequence

from searchidx.names.placing import Site
from searchidx.names.spans import Span
from searchidx.names.tree import PlaceTree
from searchidx.stories.folding import fold

_EXPLAINED = re.compile(r"^ \($")


class Canon:
    """Gives each name of a text the form under which it is shown and searched."""

    def __init__(self, aliases: Mapping[str, str], tree: PlaceTree) -> None:
        self._aliases = aliases
        self._tree = tree

    def names(self, text: str, spans: Sequence[Span], sites: Sequence[Site | None]) -> list[tuple[str, str]]:
        """Return for each name its canonical form and what it was recognised by."""
        local: dict[str, tuple[str, str]] = {}
        return [self._name(text, number, spans, sites, local) for number in range(len(spans))]

    def _name(
        self,
        text: str,
        number: int,
        spans: Sequence[Span],
        sites: Sequence[Site | None],
        local: dict[str, tuple[str, str]],
    ) -> tuple[str, str]:
        span, site = spans[number], sites[number]
        key = fold(span.text)
        if site is None and key in local:
            return local[key]
        name, why = self._by_itself(span, site, key)
        if (
            number
            and text[spans[number - 1].end : span.start] == " ("
            and _abbreviates(span.text, spans[number - 1].text)
        ):
            before, _ = self._by_itself(spans[number - 1], sites[number - 1], fold(spans[number - 1].text))
            name, why = before, "abbreviation"
            local[key] = name, why
        elif site is None and _is_person(span):
            local.setdefault(fold(span.words[-1].key), (name, f"surname of {name}"))
        return name, why

    def _by_itself(self, span: Span, site: Site | None, key: str) -> tuple[str, str]:
        if site is not None and site.place is not None:
            return self._tree.value(site.place), site.kind
        alias = self._aliases.get(key)
        if alias is not None:
            return alias, "alias"
        return span.text, "place" if site is not None else "capitals"


def _is_person(span: Span) -> bool:
    """Whether a name of several words looks like a person's: none of its words lives in small letters."""
    return (
        len(span.words) > 1
        and not any(word.common or word.demonym for word in span.words)
        and not span.words[-1].key.isdigit()
    )


def _abbreviates(short: str, name: str) -> bool:
    """Whether a word is made of the initials of a name: CNIL, AU."""
    initials = "".join(word[0] for word in re.findall(r"[^\W_]+", name) if word[0].isupper())
    letters = short.replace(".", "")
    return len(letters) > 1 and letters.isupper() and letters == initials
