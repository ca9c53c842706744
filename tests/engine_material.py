"""Random stories, queries and searches for the tests of engines: few words, so that much coincides."""

import datetime

from searchidx.engines.embedded.batch import BatchReader
from searchidx.engines.embedded.inversion import invert
from searchidx.search import query as q
from searchidx.search.analysis import exact_terms
from searchidx.search.dates import Span
from searchidx.search.document import Document, NameValue, PlaceNode
from searchidx.search.engine import FacetWanted, Search, SortKey
from searchidx.search.request import FACETS
from searchidx.stories import Source, Story

WORDS = (
    "truce truces truced najaf Najaf najef Nájaf Malmö malmo malmos U.S. us 2004 1,000 o'neill run running runs "
    "earthquake earthquakes bomb bombs bombed tomb the of a al-Sadr sadr city cities 東京 2004-08 x"
).split()
PLACES = {
    "Asia": PlaceNode("Asia", "Asia", "continent"),
    "Iraq": PlaceNode("Iraq", "Iraq", "country", "Asia", ("Republic of Iraq", "Al-Irāq")),
    "Najaf": PlaceNode("Najaf", "Najaf", "city", "Iraq", ("An Najaf",)),
    "Georgia": PlaceNode("Georgia", "Georgia", "country", "Asia"),
    "North America": PlaceNode("North America", "North America", "continent"),
    "Georgia, United States": PlaceNode("Georgia, United States", "Georgia", "region", "North America"),
}
NAMES = {
    name: NameValue(name, also)
    for name, also in {
        "Muqtada al-Sadr": ("Moqtada Sadr", "al-Sadr"),
        "United Nations": ("UN",),
        "Iraq": ("Republic of Iraq",),
        "Malmö FF": (),
        "Sadr City": (),
    }.items()
}
CATEGORIES = (None, "Sport", "Armed conflict")
TOPICS = ("War in Iraq", "Football", "Élections")
SOURCES = ("BBC News", "Reuters", "Le Monde")
FIRST = datetime.date(2003, 12, 20)


def inverted(documents, analyzer):
    """Return the inversion of documents in any order."""
    return invert(BatchReader().read(sorted(documents, key=lambda document: document.story.id)), analyzer)


def random_document(rng, number):
    places = set()
    for _ in range(rng.choice((0, 1, 1, 2))):
        value = rng.choice(sorted(PLACES))
        while value is not None:
            places.add(value)
            value = PLACES[value].parent
    date = FIRST + datetime.timedelta(days=rng.choice((0, 1, rng.randrange(400))))
    names = rng.sample(sorted(NAMES), rng.choice((0, 0, 1, 2)))
    story_id = f"{rng.choice('ab')}{number:03d}"
    story = Story(
        id=story_id,
        address=f"/news/{date.year}/{date.month:02d}/{date.day}/story-{story_id}",
        date=date,
        headline=" ".join(rng.choices(WORDS, k=rng.randrange(1, 6))),
        body=" ".join(rng.choices(WORDS, k=rng.choice((0, 0, 5, 25)))),
        category=rng.choice(CATEGORIES),
        topics=tuple(rng.sample(TOPICS, rng.choice((0, 0, 1, 2)))),
        sources=tuple(Source(name) for name in rng.sample(SOURCES, rng.choice((0, 1, 2)))),
    )
    ordered = sorted(places, key=lambda v: (v not in ("Asia", "North America"), v == "Najaf", v))
    return Document(story, tuple(PLACES[v] for v in ordered), tuple(NAMES[n] for n in names))


def random_query(rng, depth=2):
    kind = rng.randrange(18 if depth else 12)
    field = rng.choice((None, None, None, "headline", "body"))
    word = rng.choice((*WORDS, "absent", "najax", "malmø", "tom"))
    if kind <= 3:
        return q.Word(word, field)
    if kind == 4:
        words = tuple(rng.choices(WORDS, k=rng.choice((1, 2, 2, 3))))
        return q.Phrase(words, rng.choice((None, None, 0, 1, 3, 50)), field)
    if kind == 5:
        return q.Wildcard(rng.choice(("naj*", "n*", "*a*", "?omb", "mal?o*", "m*", "al*", "*", "2*", "tru?e")), field)
    if kind == 6:
        return q.Fuzzy(word, field)
    if kind == 7:
        return q.Synonyms(q.Word("unknown", field), tuple(rng.sample(WORDS, 3)))
    if kind == 8 and rng.random() < 0.5:
        word, *others = (exact_terms(each)[0] for each in rng.sample((*WORDS, "absent"), 3))
        return q.Forms(q.Word(word, field), tuple(others))
    if kind == 8:
        return q.WordOrDate(q.Word("2004"), rng.choice((2003, 2004, None)), rng.choice((None, 1, 12)))
    if kind == 9:
        return random_days(rng)
    if kind == 10:
        return random_value(rng)
    if kind == 11:
        return q.Everything()
    parts = tuple(random_query(rng, depth - 1) for _ in range(rng.choice((1, 2, 2, 3))))
    if kind == 12:
        return q.AtLeast(parts, rng.randrange(1, 4), rng.randrange(1, 4))
    if kind == 13:
        return q.Not(parts[0])
    return (q.And if kind < 16 else q.Or)(parts)


def random_days(rng):
    """Return a span of days, or several to choose from."""
    first = FIRST + datetime.timedelta(days=rng.randrange(400))
    spans = (Span(first, first), Span(first, datetime.date.max), Span(datetime.date.min, first))
    if rng.random() < 0.7:
        return q.During("date", "then", rng.choice(spans))
    others = [q.During("date", "then", Span(day, day)) for day in (first + datetime.timedelta(9 * n) for n in range(3))]
    return q.Or((q.During("date", "then", spans[0]), *others))


def random_value(rng, field=None):
    field = field or rng.choice(("place", "entity", "category", "topic", "source", "id"))
    values = {
        "place": (*PLACES, "iraq", "republic of iraq", "united georgia", "*", "nowhere"),
        "entity": (*NAMES, "sadr", "al sadr", "un", "*", "malmo ff"),
        "category": ("sport", "conflict", "*"),
        "topic": ("war in iraq", "iraq", "elections", "*"),
        "source": ("bbc", "le monde", "*"),
        "id": ("a001", "b002", "*", "zzz"),
    }[field]
    return q.Value(field, rng.choice(values))


def random_search(rng):
    filters = {}
    for name in rng.sample(FACETS, rng.choice((0, 0, 1, 2))):
        if name == "date":
            filters[name] = random_days(rng)
        else:
            value = random_value(rng, name)
            filters[name] = rng.choice((value, q.Not(value), q.Or((value, random_value(rng, name)))))
    facets = {}
    for name in rng.sample(FACETS, rng.choice((0, 0, 2, 6))):
        always = {"place": ("Iraq", "Atlantis"), "entity": ("UN", "Sadr City"), "date": ("1999",)}.get(name, ())
        facets[name] = FacetWanted(
            limit=rng.choice((None, 1, 2, 8)),
            always=rng.choice(((), always)),
            containing=rng.choice(("", "", "s", "Irá", "al s", "sadr")) if name != "date" else "",
            within=rng.choice(((), (2004,), (2004, 8))) if name == "date" else (),
        )
    return Search(
        query=random_query(rng),
        filters=filters,
        sort=rng.choice(("relevance", "relevance", "newest", "oldest")),
        limit=rng.choice((None, 1, 3, 20)),
        skip=rng.choice((0, 0, 2)),
        after=rng.choice((None, None, SortKey(rng.choice((0.5, 731_700.0, 1.0, 0.0)), "a010"))),
        facets=facets,
        span=rng.random() < 0.5,
    )
