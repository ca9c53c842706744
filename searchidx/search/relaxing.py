"""What is found where no story has all words of a query."""

from searchidx.search.engine import Engine, Matches, Search
from searchidx.search.query import AtLeast, Query, all_of
from searchidx.search.understanding import Understood


def matching(engine: Engine, understood: Understood, search: Search) -> tuple[Matches, Query, int]:
    """Search for all words, and where no story has them for as many of the telling ones as any story has.

    Where that is a single one, it is a subject: of “Easter 2015”, not every story of 2015.

    Returns:
        the matches, the query they match, and how many words were found if not all.
    """
    matches = engine.search(search)
    if matches.total or len(understood.words) < 2:
        return matches, search.query, 0
    words, required = understood.telling, understood.required
    found = engine.most_matched(words, search._replace(query=all_of(required)))
    if found == 1 and understood.subjects:
        words = understood.subjects
        found = engine.most_matched(words, search._replace(query=all_of(required)))
    if not found:
        return matches, search.query, 0
    query = all_of((*required, AtLeast(words, found)))
    return engine.search(search._replace(query=query)), query, found
