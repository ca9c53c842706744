"""Other ways to write a word that the archive has, too: as two words or as one, or a name in another spelling."""

from collections.abc import Iterator, Sequence

from searchidx.search.engine import Engine
from searchidx.search.query import And, Or, Phrase, Query, Word
from searchidx.stories.wordlists import name_spellings

#: A word is written in a way that at least so many stories have, and at least one for so many that have the other.
FEWEST, SELDOM = 3, 20
#: The shortest half of a word, and how many stories have it at least.
_SHORTEST_HALF, _USED = 3, 20
#: The longest word that is taken apart.
_LONGEST = 30


def with_variants(engine: Engine, parts: Sequence[Query]) -> tuple[list[Query], list[str]]:
    """Return the parts of a query, each with the other ways to write it, and these.

    The archive itself tells what is one word written as two: airstrike, “air strikes”, cease-fire. Words in quotes are
    meant as they are.
    """
    written: list[Query] = []
    variants: list[str] = []
    rest = list(parts)
    while rest:
        together, others = 1, list(_variants(engine, rest[0]))
        match rest:
            case [Word(one, None), Word(other, None), *_] if _is_compound(engine, one + other, f"{one} {other}"):
                together, others = 2, [Word(one + other)]
        of_these = rest[0] if together == 1 else And(tuple(rest[:together]))
        written.append(Or((of_these, *others)) if others else of_these)
        variants += [" ".join(other.words) if isinstance(other, Phrase) else other.text for other in others]
        del rest[:together]
    return written, variants


def spellings(engine: Engine, word: str) -> tuple[str, ...]:
    """Return how else a word of names is spelt in an archive, one spelling for each stem: Muhammad of Mohammed."""
    group = name_spellings().get(word.casefold())
    if group is None:
        return ()
    stem, least = engine.analyzer.stem_of_word, max(FEWEST, engine.frequency(word) / SELDOM)
    by_stem = {stem[other]: other for other in reversed(group) if engine.frequency(other) >= least}
    return tuple(other for other in reversed(by_stem.values()) if stem[other] != stem[word])


def _variants(engine: Engine, part: Query) -> Iterator[Word | Phrase]:
    match part:
        case Word(text, None):
            frequency = engine.frequency
            for at in range(_SHORTEST_HALF, len(text) - _SHORTEST_HALF + 1) if len(text) <= _LONGEST else ():
                one, other = text[:at], text[at:]
                are_used = frequency(other) >= _USED and frequency(one) >= _USED
                if are_used and _is_compound(engine, text, f"{one} {other}"):
                    yield Phrase((one, other))
            yield from map(Word, spellings(engine, text))
        case Phrase(words, None, None, str()) if _is_compound(engine, "".join(words), " ".join(words)):
            yield Word("".join(words))


def _is_compound(engine: Engine, closed: str, apart: str) -> bool:
    """Whether stories have a word as one and as words beside each other, and neither by mere chance."""
    as_one = engine.frequency(closed)
    if as_one < FEWEST or closed.isdigit():
        return False  # most neighbours make no word, and a phrase takes long to look up; 7/7 is not 77
    fewer, more = sorted((as_one, engine.frequency(apart)))
    return fewer >= FEWEST and SELDOM * fewer >= more
