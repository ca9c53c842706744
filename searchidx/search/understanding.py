"""Request → what is sought: the query's tree with its filters lifted out, its dates read, its unknown words helped.

A value or a date at the top level of the query becomes a filter, as if it had been picked in its facet. A bare year, a
month name, or a date with a year among the words (3 august 2004, since 2011) also matches the story's date. A word that no
story has is also sought as its neighbours.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from textwrap import shorten
from typing import NamedTuple

from searchidx.errors import RequestError, StoryMissing
from searchidx.search.analysis import exact_term
from searchidx.search.dates import MONTHS, Span, month_number, read_after, read_before, read_span
from searchidx.search.engine import Engine
from searchidx.search.forms import other_forms
from searchidx.search.page import Correction, UnderstoodSpan
from searchidx.search.parser import parse
from searchidx.search.query import (
    ANY_VALUE,
    And,
    During,
    Everything,
    Forms,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Query,
    Synonyms,
    Value,
    Wildcard,
    Word,
    WordOrDate,
    all_of,
    any_of,
    leaves,
    parts_of,
    with_leaves,
)
from searchidx.search.request import VALUE_FACETS, Request, check_kinds
from searchidx.stories.addresses import copied_address, read_day_address
from searchidx.stories.folding import fold
from searchidx.stories.wordlists import read_words

#: What stands between two things that are to be compared.
VERSUS = ("v", "vs", "versus")
#: Words of questions beside their function words: tell me what happened, what led to it, how often it made the news.
_ASKING = frozenset([*"compare happen happened happening happens led made make makes news tell".split(), *VERSUS])
#: The most neighbours that an unknown word is sought as, and the shortest word that has any.
NEIGHBOURS = 3
SHORTEST_CORRECTED = 3
#: By how many letters the values are found that are named beside an unknown one.
_CLOSE = 3
#: What no misspelt word has: digits, and the full stops of initials.
_NO_SPELLING = re.compile(r"[\d.]")
#: How much of an unknown value is repeated.
_SHOWN = 100

_YEAR = re.compile(r"[12]\d{3}", re.ASCII)
_YEARS = re.compile(r"[12]\d{3}s?", re.ASCII)
#: What a date in one piece looks like, its dashes plain: 2004-08, 2003-2005, 2003/2005; 2004-08-14, 2004/8/14; 14.8.2004,
#: 8/14/2004; 8/2004; mid-2004.
_ONE_PIECE = re.compile(
    r"[12]\d{3}-\d\d|[12]\d{3}[-/][12]\d{3}|[12]\d{3}([-./])\d\d?\1\d\d?|\d\d?([-./])\d\d?\2[12]\d{3}|(0?\d|1[0-2])/[12]\d{3}"
    r"|(early|mid|late)-[12]\d{3}s?",
    re.ASCII,
)
#: The most words of a date that is sought among others: from august 3 2003 to may 2005.
_LONGEST_DATE = 7


class Understood(NamedTuple):
    """What a request asks for.

    Attributes:
        parsed: the query's tree as typed.
        query: what must match and is scored: what is left of `parsed` when its filters are lifted out.
        filters: what must match and is not scored, by facet.
        spans: the days that date words were taken for.
        corrections: the words that no story has, with what they are sought as.
        warnings: what a reader should know.
    """

    parsed: Query
    query: Query
    filters: dict[str, Query]
    spans: tuple[UnderstoodSpan, ...]
    corrections: tuple[Correction, ...]
    warnings: tuple[str, ...]

    @property
    def words(self) -> tuple[Query, ...]:
        """The words of the query, which relaxing may drop."""
        return tuple(part for part in parts_of(self.query) if _is_word(part))

    @property
    def telling(self) -> tuple[Query, ...]:
        """The words that say what a story is about: of a whole question all but those that only make it one (who, did).

        All words, if they are no more than two, or all of that kind: who types "who" beside one other word wants stories
        that have it.
        """
        telling = tuple(word for word in self.words if not _only_asks(word))
        return telling if telling and len(self.words) > 2 else self.words

    @property
    def subjects(self) -> tuple[Query, ...]:
        """The words that are a reason to show a story even alone: none that makes a question, no year and no month."""
        return tuple(word for word in self.words if not _only_asks(word) and not isinstance(word, WordOrDate))

    @property
    def required(self) -> tuple[Query, ...]:
        """The other parts of the query: phrases, exclusions, fields, choices."""
        return tuple(part for part in parts_of(self.query) if not _is_word(part))

    @property
    def period(self) -> Span | None:
        """The days asked for, where they are one period: by a filter, a written date, or a bare year and month."""
        dates = [*parts_of(self.filters.get("date", Everything())), *parts_of(self.query)]
        spans = [span for part in dates if (span := _span_of(part)) is not None]
        spans += _span_of_words([part for part in dates if isinstance(part, WordOrDate)])
        return spans[0] if len(spans) == 1 else None

    @property
    def undated(self) -> Query:
        """The query without its dates, and without the words that only make a question."""
        values = [part for part in parts_of(self.parsed) if _facet_of(part) not in (None, "date")]
        others = [
            part for part in (*self.telling, *self.required) if not isinstance(part, WordOrDate) and not _span_of(part)
        ]
        return all_of([*values, *others])


def understand(engine: Engine, request: Request) -> Understood:
    """Read a request against an archive.

    Raises:
        TypeError: if one of its texts is none.
        QueryError: if the query breaks the grammar.
        RequestError: if a date cannot be read, or a text holds what is no character.
    """
    check_kinds(request)
    parsed = parse(request.text, today=request.today)
    lifted = [part for part in parts_of(parsed.query) if _facet_of(part)]
    sought = _dated(all_of([part for part in parts_of(parsed.query) if not _facet_of(part)]), request.today)
    filters = _filters(lifted, request)
    query = with_leaves(sought, lambda leaf: _helped(engine, leaf))
    parts = dict.fromkeys((parsed.query, sought, *filters.values()))
    asked = [leaf for part in parts for leaf in (*leaves(part), *leaves(part, negated=True))]
    durings = list(dict.fromkeys(leaf for leaf in asked if isinstance(leaf, During)))
    return Understood(
        parsed=parsed.query,
        query=query,
        filters=filters,
        spans=tuple(_understood_span(during) for during in durings),
        corrections=tuple(
            Correction(leaf.word.text, leaf.alternatives, _as_typed(parsed.query, leaf.word))
            for leaf in dict.fromkeys(leaves(query))
            if isinstance(leaf, Synonyms)
        ),
        warnings=(
            *parsed.warnings,
            *_unread_dates(parsed.query, request.today),
            *(during.span.note for during in durings if during.span.note),
            *_unknown_values(engine, dict.fromkeys(leaf for leaf in asked if isinstance(leaf, Value))),
        ),
    )


def _is_word(part: Query) -> bool:
    match part:
        case Word(field=None) | Wildcard(field=None) | Fuzzy(field=None) | Synonyms(Word(field=None)) | WordOrDate():
            return True
        case Forms(Word(field=None)):
            return True
        case Phrase(field=None, typed=typed):
            return typed is not None
        case _:
            return False


def _only_asks(word: Query) -> bool:
    written = str(word).lower()
    return written in _ASKING or written in read_words("question-words.txt")


# Filters


def _facet_of(part: Query) -> str | None:
    """Return the facet whose filter a part of the query is, None if it is none."""
    match part.part if isinstance(part, Not) else part:
        case Value(name) if name in VALUE_FACETS:
            return name
        case During():
            return "date"
        case _:
            return None


def _filters(lifted: list[Query], request: Request) -> dict[str, Query]:
    """Return the filters by facet.

    Values picked in one facet are alternatives. The query's own one is one more of them; several in the query must all
    match, as its words do, and so must its dates.
    """
    filters = {}
    for facet in VALUE_FACETS:
        typed = [part for part in lifted if _facet_of(part) == facet]
        picked = [_pick(facet, value.strip()) for value in getattr(request, facet) if value.strip("- ")]
        several = sum(isinstance(part, Value) for part in typed) > 1
        choices = [part for part in (picked if several else picked + typed) if isinstance(part, Value)]
        must = [part for part in picked + typed if part not in choices]
        if choices or must:
            filters[facet] = all_of([*([any_of(choices)] if choices else []), *must])
    dates = [part for part in lifted if _facet_of(part) == "date"] + _date_options(request)
    if dates:
        filters["date"] = all_of(dates)
    return filters


def _pick(facet: str, value: str) -> Query:
    return Not(Value(facet, value[1:])) if value.startswith("-") else Value(facet, value)


def _date_options(request: Request) -> list[Query]:
    """Read the request's dates: one of `date`, and all of `after` and `before`.

    Raises:
        RequestError: if one cannot be read.
    """
    today = request.today
    days = [During("date", words, read_span(words, today=today)) for words in request.date if words.strip()]
    options: list[Query] = [any_of(days)] if days else []
    if request.after and request.after.strip():
        options.append(During("after", request.after, read_after(request.after, today=today)))
    if request.before and request.before.strip():
        options.append(During("before", request.before, read_before(request.before, today=today)))
    return options


# Dates among the words


def _dated(query: Query, today: datetime.date) -> Query:
    """Let dates among the words also match the story's date: years, months, days, and what is since or before them."""
    match query:
        case And(parts):
            return all_of(_with_choices(_dated_parts(parts, today)))
        case Or(parts):
            return Or(tuple(_dated(part, today) for part in parts))
        case _:
            return next(_dated_parts((query,), today))


def _dated_parts(parts: tuple[Query, ...], today: datetime.date) -> Iterator[Query]:
    """Yield the parts of a query, those that make a date together as one, and year and month each by itself."""
    for start, end, during in _runs(parts, today):
        if during is not None:
            yield Or((*_as_written(parts[start:end], during.span), during))
        else:
            yield from (_word_or_date(parts, at, today) for at in range(start, end))


def pieces(parts: tuple[Query, ...], today: datetime.date) -> Iterator[tuple[tuple[Query, ...], Span | None]]:
    """Yield the parts of a query as typed, those together that make a date, and the days that they mean if they do."""
    for start, end, during in _runs(parts, today):
        words = [part.text for part in parts[start:end] if isinstance(part, Word) and part.field is None]
        date = during or (_during(" ".join(words), today) if _is_plain(words) else parts[start])
        yield parts[start:end], _span_of(date) if date is not None else None


def _runs(parts: tuple[Query, ...], today: datetime.date) -> Iterator[tuple[int, int, During | None]]:
    """Yield where parts begin and end that make a date together, with it if it is more than a year and its month."""
    has_date = any(
        isinstance(part, Phrase) or (isinstance(part, Word) and (_YEARS.fullmatch(part.text) or _one_piece(part)))
        for part in parts
    )
    at = 0
    while at < len(parts):
        length, during = _written_date(parts[at : at + _LONGEST_DATE], today) if has_date else (1, None)
        yield at, at + length, during
        at += length


def _with_choices(parts: Iterable[Query]) -> list[Query]:
    """Make years and dates that "and" or "or" joins alternatives, for no story is of 2010 and of 2014."""
    joined: list[Query] = []
    for part in parts:
        match joined:
            case [*_, before, Word(text, None)] if (
                text.lower() in ("and", "or") and _is_year_or_date(before) and _is_year_or_date(part)
            ):
                joined.pop()
                choices = [part]
                while joined and _is_year_or_date(joined[-1]):  # 2010, 2012 and 2014
                    choices.insert(0, joined.pop())
                joined.append(Or(tuple(choices)))
            case _:
                joined.append(part)
    return joined


def _is_year_or_date(part: Query) -> bool:
    return (isinstance(part, WordOrDate) and part.month is None) or _span_of(part) is not None


def _written_date(parts: Sequence[Query], today: datetime.date) -> tuple[int, During | None]:
    """Return how many parts make a date together, and the date; None where none do, or where year and month are plain."""
    if written := _one_piece(parts[0]):
        return 1, _during(written, today)
    if isinstance(parts[0], Phrase):
        return 1, None
    words = [part.text if isinstance(part, Word) and part.field is None else "" for part in parts]
    for length in range(words.index("") if "" in words else len(words), 0, -1):
        year = [number for number, word in enumerate(words[:length]) if _YEARS.fullmatch(word)]
        if not year or (words[0].casefold() == "from" and len(year) < 2):
            continue
        if _is_plain(words[:length]):
            return length, None  # these words match the date by themselves
        during = _during(" ".join(words[:length]), today)
        if during is not None:
            return length, during
    return 1, None


def _one_piece(part: Query) -> str:
    """Return the date that a part of a query is by its looks, "" where it is none."""
    match part:
        case Phrase(words, None, None, typed):
            written = typed or "-".join(words)
        case Word(written, None):
            pass
        case _:
            return ""
    return written if _ONE_PIECE.fullmatch(fold(written)) else ""


def _as_written(parts: Sequence[Query], span: Span) -> Sequence[Query]:
    """Return the parts of a date as they stand in texts: apart from each other they are any story's 14 or "in".

    A day stands there as “11 September 2001” or “September 11, 2001”, whichever way it was typed.
    """
    typed = tuple(part.text for part in parts if isinstance(part, Word))
    phrases = {tuple(map(fold, typed)): Phrase(typed) if typed else parts[0]}
    if span.first == span.last:
        day, month, year = str(span.first.day), MONTHS[span.first.month - 1], str(span.first.year)
        for words in ((day, month, year), (month, day, year)):
            phrases.setdefault(tuple(map(fold, words)), Phrase(words))
    return tuple(phrases.values())


def _is_plain(words: Sequence[str]) -> bool:
    """Whether words are a year, or a month and a year."""
    *months, year = words or ("",)
    return bool(_YEAR.fullmatch(year)) and len(months) < 2 and all(map(month_number, months))


def _during(written: str, today: datetime.date) -> During | None:
    try:
        return During("date", written, read_span(written, today=today))
    except RequestError:
        return None


def _unread_dates(query: Query, today: datetime.date) -> Iterator[str]:
    """Yield why what looks like a date is none, or could be two: 30.2.2004, 8/4/2004."""
    for written in dict.fromkeys(filter(None, map(_one_piece, leaves(query)))):
        try:
            read_span(written, today=today)
        except RequestError as error:
            yield str(error)


def _word_or_date(parts: Sequence[Query], number: int, today: datetime.date) -> Query:
    """Let a bare year or month name also match the story's date; a month beside a year is that year's."""
    part = parts[number]
    if isinstance(part, And | Or):
        return _dated(part, today)
    if not isinstance(part, Word) or part.field is not None:
        return part
    if _YEAR.fullmatch(part.text):
        return WordOrDate(part, int(part.text))
    if month := month_number(part.text):
        beside = (*parts[number + 1 : number + 2], *parts[max(number - 1, 0) : number])
        years = (int(each.text) for each in beside if isinstance(each, Word) and _YEAR.fullmatch(each.text))
        return WordOrDate(part, next(years, None), month)
    return part


def _span_of(part: Query) -> Span | None:
    """Return the days that a part of a query stands for, whether or not they may also be words."""
    match part:
        case During(span=span) | Or((WordOrDate(), During(span=span))):
            return span
        case Or((*written, During(span=span))) if all(isinstance(each, Phrase) for each in written):
            return span
        case _:
            return None


def _span_of_words(words: Sequence[WordOrDate]) -> Iterator[Span]:
    """Yield the days that a bare year or month among the words may be; none where they are no one's."""
    years = {word.year for word in words}
    months = {word.month for word in words if word.month}
    if len(years) == 1 and len(months) < 2 and (year := years.pop()):
        written = f"{year:04d}-{months.pop():02d}" if months else f"{year:04d}"
        yield read_span(written, today=datetime.date.max)


def _understood_span(during: During) -> UnderstoodSpan:
    first, last = during.span.first, during.span.last
    return UnderstoodSpan(
        during.words,
        None if first == datetime.date.min else first,
        None if last == datetime.date.max else last,
    )


# Words and values that no story has


def _helped(engine: Engine, leaf: Query) -> Query:
    """Seek a word in its other forms too, and one that no story has as its neighbours; numbers and initials have none.

    What is the id or address of a story, or the address of a day, finds that.
    """
    if isinstance(leaf, Phrase) and leaf.typed is not None and leaf.field is None:
        return _copied(engine, leaf.typed) or leaf
    if not isinstance(leaf, Word):
        return leaf
    forms = tuple(form for form in other_forms(leaf.text, engine.analyzer) if engine.frequency(form))
    if forms:
        return Forms(leaf, forms)
    if engine.frequency(leaf.text):
        return leaf
    if leaf.field is None and (copied := _copied(engine, leaf.text)):
        return copied
    if len(leaf.text) < SHORTEST_CORRECTED or _NO_SPELLING.search(leaf.text):
        return leaf
    alternatives = engine.neighbours(exact_term(leaf.text), NEIGHBOURS)
    return Synonyms(leaf, tuple(term for term, _ in alternatives)) if alternatives else leaf


def _copied(engine: Engine, typed: str) -> Value | During | None:
    """Return what finds the story or the day whose id or address was typed, or rather copied.

    None if it is none's, or stories have these words: an id may be a slug, and who types iraq-war wants more than that story.
    """
    address = copied_address(typed)
    if address and (day := read_day_address(address)):
        return During("date", day.isoformat(), Span(day, day))
    story = engine.story_at(address) if address else None
    if story is None:
        with suppress(StoryMissing):
            (story,) = engine.stories([typed])
    return None if story is None or engine.frequency(typed) else Value("id", story.id)


def _as_typed(query: Query, word: Word) -> str:
    """Return the query with a word in quotes, which has no neighbours."""
    quoted_word = Phrase((word.text,), field=word.field)
    return str(with_leaves(query, lambda leaf: quoted_word if leaf == word else leaf))


def _unknown_values(engine: Engine, values: Iterable[Value]) -> Iterator[str]:
    for value in values:
        if value.value == ANY_VALUE or value.field == "id" or engine.values(value.field, value.value):
            continue
        beginning = fold(value.value)[:_CLOSE]
        close = engine.complete(beginning, value.field, NEIGHBOURS) if beginning.isalnum() else ()
        hint = "; there is " + ", ".join(f"“{name}”" for name, _ in close) if close else ""
        yield f"no story has the {value.field} “{shorten(value.value, _SHOWN, placeholder='…')}”{hint}"
