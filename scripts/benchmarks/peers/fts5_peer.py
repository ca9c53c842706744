"""SQLite FTS5: a table without content with a column for each form, beside tables of stories and their values."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.peers import FACET_VALUES, HITS, Answer, Foreign, Tokens, day_number, stored, tokenize, values
from benchmarks.questions import Question, RelatedTo, Searched, Typed
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document
from searchidx.search.query import And, During, Or, Phrase, Query, Value, Wildcard, Word
from searchidx.search.request import VALUE_FACETS
from searchidx.search.scoring import EXACT_WEIGHT
from searchidx.stories.folding import fold

#: A token between headline and body, so that no phrase reaches from one into the other.
_GAP = "_"
_TABLES = """
    CREATE TABLE story (number INTEGER PRIMARY KEY, day INTEGER, json BLOB);
    CREATE TABLE value (facet TEXT, value TEXT, number INTEGER, PRIMARY KEY (facet, value, number)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE form USING fts5(stem, exact, content='', tokenize="ascii tokenchars '_.,''’'");
    CREATE VIRTUAL TABLE term USING fts5vocab(form, col);
"""
_INDEXES = "CREATE INDEX value_of ON value (number, facet, value); CREATE INDEX day_of ON story (day);"
_HITS = f"""
    WITH hit AS MATERIALIZED (
        SELECT form.rowid AS number, bm25(form, 1.0, {EXACT_WEIGHT}) AS score FROM form {{joined}} WHERE form MATCH ? {{filter}}
    )
"""
_BEST = "SELECT number, score, (SELECT count(*) FROM hit) FROM hit ORDER BY score, number LIMIT ?"
_FACETS = "SELECT facet, value, count(*) FROM hit JOIN value USING (number) GROUP BY facet, value"
_YEARS = "SELECT 'date', day / 10000, count(*) FROM hit JOIN story USING (number) GROUP BY 2"
_PREFIX = "SELECT term, doc FROM term WHERE term >= ? AND term < ? AND col = 'exact' ORDER BY doc DESC LIMIT 8"


class _Peer:
    name = index = "fts5"
    given_tokens = True

    def version(self) -> str:
        return sqlite3.sqlite_version

    def build(self, source: Iterable[Tokens], folder: Path) -> None:
        database = _connect(folder)
        database.executescript(_TABLES)
        _insert(database, source)
        database.executescript(_INDEXES)
        database.execute("INSERT INTO form(form) VALUES ('optimize')")
        database.commit()
        database.close()

    def open(self, folder: Path, ids: Sequence[str]) -> "_Ready":
        return _Ready(_connect(folder), ids)

    def add(self, documents: Iterable[Document], folder: Path) -> None:
        database = _connect(folder)
        (first,) = database.execute("SELECT max(number) + 1 FROM story").fetchone()
        _insert(database, tokenize(documents, first))
        database.close()


class _Ready:
    def __init__(self, database: sqlite3.Connection, ids: Sequence[str]) -> None:
        self._database, self._ids = database, ids
        self._stem = Analyzer().stem

    def prepare(self, question: Question, limit: int = HITS) -> Callable[[], Foreign] | None:
        match question:
            case Searched():
                return self._searched(question, limit)
            case RelatedTo(terms=terms):
                # The words alone: names are in a table that FTS5 does not score.
                words = " OR ".join(f"stem:{_string(term)}" for term in terms)
                return lambda: self._search(_HITS.format(joined="", filter=""), [words], limit)
            case Typed(prefix):
                ends = (prefix, f"{prefix}\U0010ffff")
                return lambda: self._database.execute(_PREFIX, ends).fetchall()
            case _:
                return None

    def read(self, raw: Foreign) -> Answer:
        return Answer(tuple(raw[0]), tuple(raw[1]), raw[2])

    def _searched(self, question: Searched, limit: int) -> Callable[[], Foreign] | None:
        expression = self._expression(question.query)
        if expression is None:
            return None
        joined = wanted = ""
        parameters: list[Foreign] = [expression]
        for part in question.filters.values():
            match part:
                case During(span=span):
                    joined = "JOIN story ON story.number = form.rowid"
                    wanted += " AND day BETWEEN ? AND ?"
                    parameters += [day_number(span.first), day_number(span.last)]
                case Value(facet, value):
                    # Without the plus SQLite looks each story of the place up in the index of words.
                    wanted += " AND +form.rowid IN (SELECT number FROM value WHERE facet = ? AND value = ?)"
                    parameters += [facet, fold(value)]
        hits = _HITS.format(joined=joined, filter=wanted)
        if not question.facets:
            return lambda: self._search(hits, parameters, limit)
        return lambda: (*self._search(hits, parameters, limit), self._facets(hits, parameters))

    def _search(self, hits: str, parameters: list[Foreign], limit: int) -> tuple[list[str], list[float], int]:
        rows = self._database.execute(hits + _BEST, (*parameters, limit)).fetchall()
        return [self._ids[row[0]] for row in rows], [-row[1] for row in rows], rows[0][2] if rows else 0

    def _facets(self, hits: str, parameters: list[Foreign]) -> dict[str, list[tuple[str, int]]]:
        rows = self._database.execute(f"{hits} {_FACETS} UNION ALL {_YEARS} ORDER BY 3 DESC", parameters)
        found: dict[str, list[tuple[str, int]]] = {facet: [] for facet in (*VALUE_FACETS, "date")}
        for facet, value, count in rows:
            if facet == "date" or len(found[facet]) < FACET_VALUES:
                found[facet].append((value, count))
        return found

    def _expression(self, query: Query) -> str | None:
        match query:
            case Word(text):
                return f"(stem:{_string(self._stem(text))} OR exact:{_string(text)})"
            case And(parts):
                return " AND ".join(str(self._expression(part)) for part in parts)
            case Or(parts):
                return " OR ".join(str(self._expression(part)) for part in parts)
            case Phrase(words):
                return f"stem:{_string(' '.join(map(self._stem, words)))}"
            case Wildcard(pattern) if pattern.endswith("*") and pattern[:-1].isalnum():
                return f"exact:{_string(pattern[:-1])}*"
        return None


def _connect(folder: Path) -> sqlite3.Connection:
    database = sqlite3.connect(folder / "fts5.db")
    for setting in ("cache_size = -200000", "mmap_size = 4000000000", "temp_store = memory"):
        database.execute(f"PRAGMA {setting}")
    return database


def _insert(database: sqlite3.Connection, source: Iterable[Tokens]) -> None:
    with database:
        for tokens in source:
            number, document = tokens.number, tokens.document
            forms = [
                f" {_GAP} ".join(" ".join(text) for text in texts if text) for texts in (tokens.stems, tokens.exact)
            ]
            database.execute("INSERT INTO form (rowid, stem, exact) VALUES (?, ?, ?)", (number, *forms))
            day = day_number(document.story.date)
            database.execute("INSERT INTO story VALUES (?, ?, ?)", (number, day, stored(document)))
            rows = [(facet, value, number) for facet, found in values(document).items() for value in found]
            database.executemany("INSERT INTO value VALUES (?, ?, ?)", rows)


def _string(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


PEER = _Peer()
