"""The grammar of queries: text in, tree out; and what is said about mistakes."""

import datetime
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchidx.errors import QueryError
from searchidx.search.dates import read_after, read_before, read_span
from searchidx.search.parser import MAX_CLAUSES, MAX_LENGTH, MAX_PATTERNS, parse
from searchidx.search.query import (
    And,
    During,
    Everything,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Synonyms,
    Value,
    Wildcard,
    Word,
    WordOrDate,
    leaves,
)

TODAY = datetime.date(2026, 11, 25)


def tree(text):
    return parse(text, today=TODAY).query


def during(words, relation="date"):
    reader = {"date": read_span, "after": read_after, "before": read_before}[relation]
    return During(relation, words, reader(words, today=TODAY))


A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Everything()),
        ("  \n ", Everything()),
        ("najaf", Word("najaf")),
        ("najaf ceasefire", And((Word("najaf"), Word("ceasefire")))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a or b and not c", And((A, Word("or"), B, Word("and"), Word("not"), C))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a (b c)", And((A, B, C))),
        ("a OR (b OR c)", Or((A, B, C))),
        ("-a", Not(A)),
        ("NOT a", Not(A)),
        ("NOT NOT a", Not(Not(A))),
        ("a -b", And((A, Not(B)))),
        ("a NOT (b c)", And((A, Not(And((B, C)))))),
        ("-(a OR b)", Not(Or((A, B)))),
        ("a - b", And((A, B))),
        ("a -", A),
        ('"muqtada al-sadr" -baghdad', And((Phrase(("muqtada", "al", "sadr")), Not(Word("baghdad"))))),
        ('"najaf"', Phrase(("najaf",))),
        ("“najaf truce”", Phrase(("najaf", "truce"))),
        ("„najaf truce“ a", And((Phrase(("najaf", "truce")), A))),
        ("place:«Najaf, Iraq»", Value("place", "Najaf, Iraq")),
        ('topic:"The “Surge”"', Value("topic", "The “Surge”")),
        ('"near words"~3', Phrase(("near", "words"), 3)),
        ('"near"~3', Phrase(("near",))),
        ("al-sadr", Phrase(("al", "sadr"), typed="al-sadr")),
        ("AT&T", Phrase(("AT", "T"), typed="AT&T")),
        ("U.S.", Word("U.S")),
        ("o'neill's", Word("o'neill's")),
        ("9,500", Word("9,500")),
        ("naj*", Wildcard("naj*")),
        ("wor?d", Wildcard("wor?d")),
        (
            "/news/2004/8/3/a?q=b*",
            Phrase(("news", "2004", "8", "3", "a", "q", "b"), typed="/news/2004/8/3/a?q=b*"),
        ),
        ("*a**", Wildcard("*a*")),
        ("o'ne*", Wildcard("o'ne*")),
        ("al-sad*", And((Word("al"), Wildcard("sad*")))),
        ("why?", Word("why")),
        ("a *", A),
        ("najef~", Fuzzy("najef")),
        ("najef~1", Fuzzy("najef")),
        ("headline:najaf", Word("najaf", "headline")),
        ('body:"a truce"~2', Phrase(("a", "truce"), 2, "body")),
        ("headline:naj*", Wildcard("naj*", "headline")),
        ("headline:najef~", Fuzzy("najef", "headline")),
        ("place:Iraq", Value("place", "Iraq")),
        ("Place: Iraq", Value("place", "Iraq")),
        ('place:"United States"', Value("place", "United States")),
        ("place:*", Value("place", "*")),
        ("-place:Iraq", Not(Value("place", "Iraq"))),
        ("entity:Sadr category:Sport topic:War source:BBC", And(tuple(
            Value(*pair) for pair in (("entity", "Sadr"), ("category", "Sport"), ("topic", "War"), ("source", "BBC"))
        ))),
        ('id:"say \\"hi\\" \\\\"', Value("id", 'say "hi" \\')),
        ("date:2004-08-14", during("2004-08-14")),
        ("date:2004-08", during("2004-08")),
        ("date:2004", during("2004")),
        ("date:1990s", during("1990s")),
        ("date:2004-08..2004-10", during("2004-08..2004-10")),
        ('during:"summer 2004"', during("summer 2004")),
        ("after:2010", during("2010", "after")),
        ('before:"march 2011"', during("march 2011", "before")),
        ('after:"last week"', during("last week", "after")),
        ("(date:2004)", during("2004")),
        ("foo:bar", And((Word("foo"), Word("bar")))),
        ('title:"a truce"', And((Word("title"), Phrase(("a", "truce"))))),
        ("Iraq: war", And((Word("Iraq"), Word("war")))),
        ("https://example.org/a", Phrase(("https", "example.org", "a"), typed="https://example.org/a")),
        ("15:30", Phrase(("15", "30"), typed="15:30")),
        ("!!! & …", Everything()),
        ("()", Everything()),
    ],
)  # fmt: skip
def test_every_line_of_the_grammar(text, query):
    assert tree(text) == query


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("date:2004-08..2004-10", (datetime.date(2004, 8, 1), datetime.date(2004, 10, 31))),
        ("after:2010", (datetime.date(2010, 1, 1), datetime.date.max)),
        ('before:"march 2011"', (datetime.date.min, datetime.date(2011, 2, 28))),
        ("date:yesterday", (datetime.date(2026, 11, 24), datetime.date(2026, 11, 24))),
    ],
)
def test_dates_are_spans_as_of_today(text, span):
    assert (tree(text).span.first, tree(text).span.last) == span


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("foo:bar", "foo: is no field and was read as a word"),
        ("al-sad*", "al-sad* was read as al sad*"),
        ("a & b", "& has no word in it"),
        ("a *?*", "stands for any word"),
        ('a ""', "has no word in it"),
        ("date:august 2004", 'for “august 2004” write date:"august 2004"'),
    ],
)
def test_a_reading_that_may_surprise_is_told(text, warning):
    (told,) = parse(text, today=TODAY).warnings
    assert warning in told


@pytest.mark.parametrize(
    "text", ["Iraq: war", "https://example.org", "najaf.", "date:2004 earthquake", "why?", "war – peace"]
)
def test_what_reads_as_meant_is_not_warned_of(text):
    assert parse(text, today=TODAY).warnings == ()


@pytest.mark.parametrize(
    ("text", "position", "reason", "repaired"),
    [
        ("(((", 2, "never closed", ""),
        ('najaf "a truce', 6, "quotation mark is never closed", 'najaf "a truce"'),
        ("najaf (a b", 6, "parenthesis is never closed", "najaf (a b)"),
        ("najaf )", 6, "never opened", "najaf"),
        ("OR najaf", 0, "nothing before this OR", "najaf"),
        ("najaf OR", 6, "nothing after this OR", "najaf"),
        ("a AND", 2, "nothing after this AND", "a"),
        ("AND a", 0, "nothing before this AND", "a"),
        ("a AND OR b", 2, "nothing after this AND", "a OR b"),
        ("a NOT", 2, "nothing after this NOT", "a"),
        ("a (-)", 3, "nothing after this NOT", "a ( )"),
        ("a place:", 2, "nothing after place:", "a"),
        ("a headline:(b c)", 2, "headline: takes one word", "a (b c)"),
        ("a date:2004-02-30", 7, "has the days 1 to 29", "a"),
        ("a date:last week b", 7, "is no date", 'a date:"last week" b'),
        ("a during:soon", 9, "is no date", "a"),
        ("najef~2", 5, "one edit away", "najef"),
        ("al-sadr~", 7, "takes one word", "al-sadr"),
        ('"a b"~99', 5, "at most 50", '"a b"~50'),
        ("a?b?c?d?e?f?g?h?i?j*k", 0, "at most 8 of", "a b c d e f g h i j k"),
        ("(" * 40 + "a" + ")" * 40, 32, "deeper than 32", "a"),
        ("a* b?b c~ " * 5, 27, "more than 8 words with *, ? or ~", "a* b?b c~ a* b?b c~ a* b?b"),
        ("a " * 300, 512, "more than 256", " ".join("a" * 256)),
    ],
)
def test_a_mistake_has_its_place_its_reason_and_a_repair(text, position, reason, repaired):
    with pytest.raises(QueryError) as error:
        parse(text, today=TODAY)
    assert reason in str(error.value)
    assert (error.value.position, error.value.parameter) == (position, "q")
    assert error.value.repaired == repaired
    parse(error.value.repaired, today=TODAY)


def test_long_queries_are_refused():
    with pytest.raises(QueryError, match="longer than 10,000 characters"):
        parse("x" * (MAX_LENGTH + 1), today=TODAY)
    with pytest.raises(QueryError, match=f"more than {MAX_CLAUSES} words"):
        parse("-".join("a" * 300), today=TODAY)


def test_nodes_made_by_understanding_print_as_their_words():
    query = And(
        (WordOrDate(Word("august"), 2004, 8), WordOrDate(Word("2004"), 2004), Synonyms(Word("najef"), ("najaf",)))
    )
    assert str(query) == "august 2004 najef"


_TOKENS = st.from_regex(r"[a-zé]{1,6}('[a-z]{2})?|[a-zé][a-z0-9]{0,5}", fullmatch=True)
_FIELDS = st.sampled_from([None, "headline", "body"])
_VALUES = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
_LEAVES = st.one_of(
    st.builds(Word, _TOKENS, _FIELDS),
    st.builds(lambda words, slop, name: Phrase(tuple(words), slop if len(words) > 1 else None, name),
              st.lists(_TOKENS, min_size=1, max_size=4), st.none() | st.integers(0, 50), _FIELDS),
    st.builds(lambda a, b, end, name: Wildcard(f"{a}{b}{end}", name), _TOKENS, st.sampled_from("*?"),
              st.sampled_from(["*", "x", "é*"]), _FIELDS).filter(lambda w: "**" not in w.pattern),
    st.builds(Fuzzy, _TOKENS, _FIELDS),
    st.builds(Value, st.sampled_from(["place", "entity", "category", "topic", "source", "id"]), _VALUES),
    st.sampled_from([during("2004-08"), during("last week"), during("2010", "after"), during("march 2011", "before")]),
)  # fmt: skip


def every_leaf(query):
    return [*leaves(query), *leaves(query, negated=True)]


def _joined(kind, parts):
    flat: list[object] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


_TREES = st.recursive(
    _LEAVES,
    lambda part: st.one_of(
        st.lists(part, min_size=1, max_size=4).map(lambda parts: _joined(And, parts)),
        st.lists(part, min_size=1, max_size=4).map(lambda parts: _joined(Or, parts)),
        part.map(Not),
    ),
    max_leaves=12,
)


@given(
    _TREES.filter(lambda query: sum(isinstance(leaf, Wildcard | Fuzzy) for leaf in every_leaf(query)) <= MAX_PATTERNS)
)
def test_a_tree_prints_as_it_is_typed(query):
    assert tree(str(query)) == query


_PIECES = st.lists(
    st.sampled_from(
        'AND OR NOT - ( ) " ~ ~2 * ? a b al-sadr headline: place: date: 2004 after: "last foo: “ \\" : naj* o\'n \u0301 '.split(
            " "
        )
    ),
    max_size=14,
)


@given(
    st.one_of(_PIECES.map(" ".join), _PIECES.map("".join), st.text(max_size=80), st.text(string.printable, max_size=80))
)
def test_any_text_parses_or_has_a_repair_that_parses(text):
    try:
        query = tree(text)
    except QueryError as error:
        query = tree(error.repaired)
    assert tree(str(query)) == query


@pytest.mark.parametrize(
    "unit", ['"', "(", "-", "~", "*", "a*", "a~", "place:", "date:a ", '"\\\\', "OR ", "a OR ", "\\", "a-", "(a ", "?"]
)
def test_long_hostile_text_is_answered(unit):
    text = (unit * MAX_LENGTH)[:MAX_LENGTH]
    try:
        tree(text)
    except QueryError as error:
        tree(error.repaired)
