"""Ways to go on from what is typed: completions, the query that was perhaps meant, and ways out of an empty answer."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from itertools import islice, pairwise
from typing import Any

from searchidx.errors import RequestError
from searchidx.search.analysis import exact_term, exact_terms, folded_term
from searchidx.search.dates import MONTH_NAMES, period_name, read_span, wider_periods
from searchidx.search.engine import Engine, Search
from searchidx.search.page import AlsoWritten, Completion, DidYouMean, OtherName, Page, WayOut, WaysOn
from searchidx.search.parser import parse
from searchidx.search.query import (
    During,
    Phrase,
    Query,
    Synonyms,
    Value,
    Wildcard,
    Word,
    WordOrDate,
    all_of,
    leaves,
    parts_of,
    quoted,
    with_leaves,
)
from searchidx.search.relaxing import matching
from searchidx.search.request import FACETS, VALUE_FACETS, Request, check_text, to_amount
from searchidx.search.understanding import SHORTEST_CORRECTED, Understood, pieces, understand
from searchidx.search.variants import SELDOM, spellings, with_variants
from searchidx.stories.folding import fold, in_ascii

#: What is completed, in the order in which it is shown.
KINDS = ("word", "place", "entity", "topic", "day")
#: The shortest last word of a text that values are completed from where the whole text begins none.
_SHORTEST_FALLBACK = 3
#: A query with at most so many hits is doubted, and in it the words that at most so many stories have.
DOUBTED_TOTAL, DOUBTED_FREQUENCY = 3, 20
#: What is offered instead, a word or the query, has more than so many times as many stories.
FAR_MORE = 5
#: How many parts of a query are left out, one after the other, to see what it finds without them.
_PARTS_TRIED = 10
#: How many spellings of a word are tried, for how many words.
_SPELLINGS = 3
_WORDS_TRIED = 6
#: The most words of a query that are taken for a name together.
_LONGEST_NAME = 4
#: The shortest word whose neighbours are sought two edits away.
_SHORTEST_FARTHER = 7
#: The shortest half of a word that is tried as two, and the longest such word.
_SHORTEST_HALF = 2
_LONGEST_SPLIT = 30


def complete(
    engine: Engine, text: str, *, today: datetime.date, limit: int = 5, kinds: tuple[str, ...] = KINDS
) -> tuple[Completion, ...]:
    """Return the commonest words, places, names and topics that go on from a text, by kind, and the days that it means.

    Words are completed from the last word typed; values from the whole text, or where it begins none, from its last word.
    A date is completed to the year, the month or the day that it means.

    Raises:
        TypeError, RequestError: if the text is none, or the limit no whole number from 0.
    """
    check_text("prefix", text)
    limit = to_amount("limit", limit)
    terms = exact_terms(text)
    last = folded_term(terms[-1]) if terms else ""
    if not last:
        return ()
    completions: list[Completion] = []
    for kind in kinds:
        if kind == "day":
            completions += _period(engine, text, today)
            continue
        found = engine.complete(last if kind == "word" else fold(text), kind, limit)
        if not found and kind != "word" and len(last) >= _SHORTEST_FALLBACK:
            found = engine.complete(last, kind, limit)
        completions += [Completion(kind, value, count) for value, count in found]
    return tuple(completions)


def _period(engine: Engine, text: str, today: datetime.date) -> Iterator[Completion]:
    """Yield the year, month or day that a text means, be the month's name only begun, if it has stories."""
    if not any(map(str.isdigit, text)):
        return  # "march" and "may" are words before they are dates
    try:
        span = read_span(re.sub(r"[a-z]{3,}", lambda match: _month(match[0]), fold(text)), today=today)
    except RequestError:
        return
    words = period_name(span)
    during = During("date", words, span)
    if words and (count := engine.search(Search(filters={"date": during}, limit=0)).total):
        yield Completion("day", words, count)


def _month(beginning: str) -> str:
    """Return the month whose name begins so, else what was typed."""
    return next((name for name in MONTH_NAMES if name.startswith(beginning)), beginning)


def did_you_mean(engine: Engine, understood: Understood, total: int) -> DidYouMean | None:
    """Return the query with doubtful words written otherwise, if that has far more hits under the same filters.

    Tried are other spellings of one doubtful word and of all at once, one word written as two, two neighbours as one, and
    a question without the words that only make it one.

    Args:
        engine: the archive.
        understood: what was asked.
        total: how many stories have all that was asked for.
    """
    if total > DOUBTED_TOTAL:
        return None
    respelt: dict[str, tuple[str, ...]] = {}
    for word in _words(understood.query):
        if len(respelt) < _WORDS_TRIED and (spellings := _respelt(engine, word)):
            respelt[word] = spellings
    changes: list[_Change] = []
    of_words = [leaf.word if isinstance(leaf, Synonyms) else leaf for leaf in leaves(understood.query)]
    for leaf in list(dict.fromkeys(of_words))[:_WORDS_TRIED]:
        changes += [_replaced(leaf, other) for other in _joined_otherwise(engine, leaf)]
    changes += [_spelt({word: spelling}) for word, spellings in respelt.items() for spelling in spellings]
    if len(respelt) > 1:
        changes.append(_spelt({word: spellings[0] for word, spellings in respelt.items()}))
    tried = [(with_leaves(understood.query, change), with_leaves(understood.parsed, change)) for change in changes]
    best: DidYouMean | None = None
    for query, parsed in [*tried, *_closed_up(engine, understood), *(_without_asking(understood) if total else ())]:
        found = engine.search(Search(query=query, filters=understood.filters, limit=0)).total
        if found > max(FAR_MORE * total, best.total if best else 0):
            best = DidYouMean(str(parsed), found)
    return best


def ways_on(engine: Engine, request: Request, understood: Understood, page: Page) -> WaysOn:
    """Return what else could be asked: with words under another name or, if none was mended so, in other spellings too.

    Ways out are sought where nothing was found.

    Args:
        engine: the archive.
        request: what was asked.
        understood: how it was understood.
        page: its answer.
    """
    named = other_name(engine, request, understood, page)
    is_mended = named is not None or page.did_you_mean is not None
    return WaysOn(
        named,
        None if is_mended else also_written(engine, request, understood, page),
        () if page.total else ways_out(engine, request),
    )


def ways_out(engine: Engine, request: Request) -> tuple[WayOut, ...]:
    """Return what a request would find otherwise, what finds least first: it is nearest to what was asked.

    That is without one of its parts or filters; with a part only begun (`tru*`); in the month or the year of a date; of a
    phrase what its words find, as many of them as any story has. Only what finds something is given. If nothing does, it
    is what is found without any filter, or else what each of the telling words finds by itself.

    Raises:
        RequestError, QueryError: as `understand` does.
    """
    ways = _finding(engine, [*_without_parts(request), *_without_options(request)])
    ways = ways or _finding(engine, _without_any_option(request))
    ways = ways or _finding(engine, _words_alone(request, understand(engine, request)))
    return tuple(sorted(ways, key=lambda way: way.total))


def earlier(engine: Engine, request: Request, understood: Understood) -> WayOut | None:
    """Return what else a request asks for before the one period that it asks for, the newest first.

    None if it asks for no period or several, for nothing else, or if nothing is found.
    """
    period = understood.period
    if period is None or period.first == datetime.date.min or period.last == datetime.date.max:
        return None
    text = str(understood.undated)
    if not (text or any(getattr(request, facet) for facet in VALUE_FACETS)):
        return None
    first = str(period.first)
    other = replace(request, text=text, date=(), after=None, before=first, sort="newest", page=1, cursor=None)
    total = _total(engine, understand(engine, other))
    return WayOut("before", first, other, total) if total else None


def other_name(engine: Engine, request: Request, understood: Understood, page: Page) -> OtherName | None:
    """Return what a request finds where words of it are taken for the place or name that they are another name of.

    Stories tell of Mumbai and of Al-Qaeda, which as values are found under Bombay and Al Qaida too, but not as words. Of
    several such words the most together are taken, then the first. What is found is to be more, unless all that is asked
    for is the name: WHO is a word of thousands of stories.

    Args:
        engine: the archive.
        request: what was asked.
        understood: how it was understood.
        page: its answer.
    """
    total = 0 if page.query.relaxed else page.total
    parts = parts_of(understood.parsed)
    telling = set(map(str, understood.telling))
    runs = [
        (start, start + length)
        for length in range(_LONGEST_NAME, 0, -1)
        for start in range(min(len(parts), _WORDS_TRIED) - length + 1)
    ]
    for start, end in runs:
        written = [_as_name(part, telling) for part in parts[start:end]]
        words = " ".join(written)
        # Every place is among the names, too, so that what is none of them need not be sought among the places.
        is_name = all(written) and engine.values("entity", words, whole=True)
        for facet in ("place", "entity") if is_name else ():
            name = _commonest(engine, facet, engine.values(facet, words, whole=True))
            if name is None or set(exact_terms(fold(words))) <= set(exact_terms(fold(name))):
                continue
            text = str(all_of((*parts[:start], Value(facet, name), *parts[end:])))
            other = replace(request, text=text, page=1, cursor=None)
            found = _total(engine, understand(engine, other))
            if found > (0 if len(written) == len(parts) else total):
                return OtherName(words, name, other, found)
    return None


def also_written(engine: Engine, request: Request, understood: Understood, page: Page) -> AlsoWritten | None:
    """Return what a request finds with its words in any way that the archive writes them, where that is notably more.

    Args:
        engine: the archive.
        request: what was asked.
        understood: how it was understood.
        page: its answer.
    """
    parts = parts_of(understood.parsed)
    written, others = with_variants(engine, parts[:_WORDS_TRIED])
    if not others:
        return None
    other = replace(request, text=str(all_of((*written, *parts[_WORDS_TRIED:]))), page=1, cursor=None)
    total, found = 0 if page.query.relaxed else page.total, _total(engine, understand(engine, other))
    return AlsoWritten(tuple(others), other, found) if found - total > found / SELDOM else None


def _commonest(engine: Engine, facet: str, names: tuple[str, ...]) -> str | None:
    """Return the one of some values that has far more stories than each other, None if there is none."""
    if len(names) < 2:
        return names[0] if names else None
    counts = {name: engine.search(Search(query=Value(facet, name), limit=0)).total for name in names}
    first, second = sorted(names, key=counts.__getitem__, reverse=True)[:2]
    return first if counts[first] > FAR_MORE * counts[second] else None


def _as_name(part: Query, telling: Set[str]) -> str:
    """Return the words of a part of a query that may be of a name, "" if there are none."""
    match part:
        case Word(text, None) if text in telling:
            return text
        case Phrase(words, None, None):
            return " ".join(words)
        case _:
            return ""


_Tries = Iterator[tuple[str, str, Request]]


def _finding(engine: Engine, tries: Iterable[tuple[str, str, Request]]) -> tuple[WayOut, ...]:
    found = [(kind, part, other, _found(engine, kind, understand(engine, other))) for kind, part, other in tries]
    return tuple(WayOut(kind, part, other, total) for kind, part, other, total in found if total)


def _found(engine: Engine, kind: str, understood: Understood) -> int:
    """Return how many stories a way out finds; none has all words of a long quotation."""
    return matching(engine, understood, _search(understood))[0].total if kind == "apart" else _total(engine, understood)


def _without_parts(request: Request) -> _Tries:
    parts = parts_of(parse(request.text, today=request.today).query)
    narrowed = next(_without_options(request), None) is not None
    start = 0
    for piece, span in islice(pieces(parts, request.today), _PARTS_TRIED):
        otherwise = partial(_otherwise, request, parts[:start], parts[start + len(piece) :])
        start += len(piece)
        if len(parts) > len(piece) or narrowed:
            yield "without", " ".join(map(str, piece)), otherwise()
        match piece:
            case _ if span is not None:
                for period in wider_periods(span):
                    yield "in", period, otherwise(During("date", period, span))
            case (Phrase(words, None, name),) if len(words) > 1 and not all(map(str.isdigit, words)):
                yield "apart", str(piece[0]), otherwise(*(Word(word, name) for word in words))
            case (Word(text, name),):
                yield "prefix", text, otherwise(Wildcard(f"{text}*", name))


def _otherwise(request: Request, before: Sequence[Query], behind: Sequence[Query], *between: Query) -> Request:
    """Return a request for other words."""
    return replace(request, text=str(all_of((*before, *between, *behind))), page=1, cursor=None)


def _words_alone(request: Request, understood: Understood) -> _Tries:
    words = [word for word in understood.telling if not isinstance(word, WordOrDate)]
    for word in words[:_PARTS_TRIED]:
        alone = Request(text=str(word), sort=request.sort, limit=request.limit, today=request.today)
        yield "only", str(word), alone


def _without_options(request: Request) -> _Tries:
    bare = replace(request, page=1, cursor=None)
    for facet in FACETS:
        values: tuple[str, ...] = getattr(request, facet)
        # The picked ones are alternatives: without one of them no more would be found. Each excluded one is by itself.
        picked = [value for value in values if not value.startswith("-")]
        for left_out in filter(None, [picked, *([value] for value in values if value not in picked)]):
            others: dict[str, Any] = {facet: tuple(value for value in values if value not in left_out)}
            yield "without", " OR ".join(_typed(facet, value) for value in left_out), replace(bare, **others)
    dates = [read_span(words, today=request.today) for words in request.date if words.strip()]
    for period in wider_periods(dates[0]) if len(dates) == 1 else ():
        yield "in", period, replace(bare, date=(period,))
    if request.after:
        yield "without", f"after:{quoted(request.after)}", replace(bare, after=None)
    if request.before:
        yield "without", f"before:{quoted(request.before)}", replace(bare, before=None)


def _without_any_option(request: Request) -> _Tries:
    if next(_without_options(request), None) is not None:
        options: dict[str, Any] = {**dict.fromkeys(FACETS, ()), "after": None, "before": None}
        yield "without", "any filter", replace(request, **options, page=1, cursor=None)


def _typed(facet: str, value: str) -> str:
    """Return a picked value as it is typed in a query."""
    return f"-{facet}:{quoted(value[1:])}" if value.startswith("-") else f"{facet}:{quoted(value)}"


def _total(engine: Engine, understood: Understood) -> int:
    return engine.search(_search(understood)).total


def _search(understood: Understood) -> Search:
    return Search(query=understood.query, filters=understood.filters, limit=0)


def _words(query: Query) -> list[str]:
    """Return the words of a query that were typed to be found as they are, each once."""
    words: list[str] = []
    for leaf in leaves(query):
        if isinstance(leaf, Word):
            words.append(leaf.text)
        elif isinstance(leaf, Phrase) and len(leaf.words) > 1:
            words.extend(leaf.words)
    return list(dict.fromkeys(words))


def _respelt(engine: Engine, word: str) -> tuple[str, ...]:
    """Return the neighbours of a word that are far commoner than it; of a word in another script how it is spelt in this."""
    if not word.isascii() and not engine.frequency(word) and engine.frequency(spelt := exact_term(in_ascii(word))):
        return (spelt,)
    count = engine.frequency(word)
    if common := [other for other in spellings(engine, word) if engine.frequency(other) > FAR_MORE * count]:
        return tuple(common[:_SPELLINGS])
    term = exact_term(word)
    if len(term) < SHORTEST_CORRECTED or any(map(str.isdigit, term)):
        return ()
    if count > DOUBTED_FREQUENCY:
        return ()
    neighbours = engine.neighbours(term, _SPELLINGS)
    if not count and not neighbours and _SHORTEST_FARTHER <= len(term) <= _LONGEST_SPLIT:
        # Phillipines, hurricain: two letters are wrong, and one of them is one too many or in the place of another.
        shorter = [term[:at] + term[at + 1 :] for at in range(len(term))]
        farther = dict(each for less in shorter for each in engine.neighbours(less, _SPELLINGS))
        neighbours = tuple(sorted(farther.items(), key=lambda each: (-each[1], each[0]))[:_SPELLINGS])
    return tuple(other for other, its_count in neighbours if its_count > FAR_MORE * count)


def _joined_otherwise(engine: Engine, leaf: Query) -> Iterator[Query]:
    """Yield other ways to write a part of a query that some stories may have.

    Several words written as one are joined (G-8 → G8); a word that hardly any story has is taken apart (worldcup → "world
    cup", J.K → "J K").
    """
    match leaf:
        case Phrase(words, None, name, str()):
            closed = "".join(words)
            if not closed.isdigit() and engine.frequency(closed):  # 7/7 is not 77
                yield Word(closed, name)
        case Word(text, name) if len(text) <= _LONGEST_SPLIT and engine.frequency(text) <= DOUBTED_FREQUENCY:
            if "." in text:
                yield Phrase(tuple(text.split(".")), field=name)
            for at in range(_SHORTEST_HALF, len(text) - _SHORTEST_HALF + 1):
                halves = text[:at], text[at:]
                if all(map(engine.frequency, halves)):
                    yield Phrase(halves, field=name)


def _closed_up(engine: Engine, understood: Understood) -> Iterator[tuple[Query, Query]]:
    """Yield the query, and how it is typed, with two neighbouring words written as one: face book, d Ivoire."""
    parts, typed = parts_of(understood.query), parts_of(understood.parsed)
    places = {tuple(map(str, pair)): at for at, pair in enumerate(pairwise(typed))}
    for at, (one, other) in enumerate(islice(pairwise(parts), _WORDS_TRIED)):
        place = places.get((str(one), str(other)))
        if place is None or not all(isinstance(typed[n], Word) for n in (place, place + 1)):
            continue
        for closed in (f"{one}{other}", f"{one}'{other}"):
            if not closed.isdigit() and engine.frequency(closed):
                word = Word(closed)
                yield all_of((*parts[:at], word, *parts[at + 2 :])), all_of((*typed[:place], word, *typed[place + 2 :]))


def _without_asking(understood: Understood) -> Iterator[tuple[Query, Query]]:
    """Yield the query, and how it is typed, without the words that only make a question: who is, what was."""
    asking = {str(word) for word in understood.words} - {str(word) for word in understood.telling}
    if asking:
        query, parsed = (
            all_of([part for part in parts_of(whole) if str(part) not in asking])
            for whole in (understood.query, understood.parsed)
        )
        yield query, parsed


_Change = Callable[[Query], Query]


def _replaced(leaf: Query, other: Query) -> _Change:
    return lambda each: other if leaf in (each, each.word if isinstance(each, Synonyms) else None) else each


def _spelt(spellings: Mapping[str, str]) -> _Change:
    def changed(leaf: Query) -> Query:
        match leaf:
            case Word(text, name):
                return Word(spellings.get(text, text), name)
            case Phrase(texts, slop, name) if len(texts) > 1:
                return Phrase(tuple(spellings.get(text, text) for text in texts), slop, name)
            case _:
                return leaf

    return changed
