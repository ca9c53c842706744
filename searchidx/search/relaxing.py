"""What is found where no story has all words of a query."""

from searchidx.search.analysis import exact_terms
from searchidx.search.engine import Engine, Matches, Search
from searchidx.search.query import AtLeast, Query, Word, all_of
from searchidx.search.scoring import telling_weight
from searchidx.search.understanding import Understood
from searchidx.stories.folding import fold

#: A word counts among the most telling of some if it weighs more than this share of the one that weighs most: of “mh370 found”
#: not all that was ever found is shown, and of “how many people died in hurricane katrina” no other hurricane.
_AS_TELLING = 0.7


def matching(engine: Engine, understood: Understood, search: Search) -> tuple[Matches, Query, int]:
    """Search for all words, and where no story has them for those that tell most together of all that a story has.

    Each story found has as many words as that one, one of the most telling among them. One of them is a subject, and where
    it is a single word it is that: of “Easter 2015”, not every story of 2015.

    Returns:
        the matches, the query they match, and how many words were found if not all.
    """
    matches = engine.search(search)
    if matches.total or len(understood.words) < 2:
        return matches, search.query, 0
    required = understood.required
    among = search._replace(query=all_of(required))
    words = understood.telling
    weights = [_weight(engine, word) for word in words]
    kept = engine.best_matched(words, weights, among)
    if understood.subjects and (len(kept) == 1 or not any(words[number] in understood.subjects for number in kept)):
        words = understood.subjects
        weights = [_weight(engine, word) for word in words]
        kept = engine.best_matched(words, weights, among)
    if not kept:
        return matches, search.query, 0
    least = max(weights[number] for number in kept) * _AS_TELLING
    first = [word for word, weight in zip(words, weights, strict=True) if weight > least]
    others = [word for word in words if word not in first] if len(kept) > 1 else []
    query = all_of((*required, AtLeast((*first, *others), len(kept), len(first))))
    return engine.search(search._replace(query=query)), query, len(kept)


def _weight(engine: Engine, word: Query) -> float:
    stories = engine.search(Search(query=word, limit=0)).total
    is_name = isinstance(word, Word) and _is_name(engine, word, stories)
    return telling_weight(stories, engine.story_count, is_name=is_name)


def _is_name(engine: Engine, word: Word, stories: int) -> bool:
    """Whether at least half of the stories that have a word have one name with it."""
    folded = fold(word.text)
    return any(
        folded in exact_terms(fold(name)) and 2 * count >= stories
        for name, count in engine.complete(folded, "entity", 1)
    )
