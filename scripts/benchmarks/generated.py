"""An archive of any size whose words, names and dates grow as real ones do; the same number gives the same stories.

- Words: the distribution of words over ranks was fitted to 75,809 real stories: 1/rank at first, steeper behind some
  thousand words (Zipf's law in its two regimes), without an end, so that the vocabulary grows as Heaps' law says.
  A word is a lemma with an ending, so that stems have several exact forms.
- Topics begin all the time, burst and fade; the stories of one share words, names, a place and a category. Few are large.
- Names have a skewed distribution without an end; places are the gazetteer's, by their inhabitants.
"""

import datetime
import gzip
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from searchidx.names.gazetteer import GazetteerPlace, gazetteer

FIRST_DAY, LAST_DAY = datetime.date(1999, 1, 1), datetime.date(2030, 12, 31)
#: Raised when the same number gives other stories.
VERSION = 1

_CHUNK = 20_000
_DAYS = (LAST_DAY - FIRST_DAY).days + 1
#: Words, names, sources there can be at most.
_LEMMAS, _NAMES, _SOURCES, _PLACES = 4_000_000, 4_000_000, 5_000, 6_000
#: The mean and the spread of the logarithm of a story's number of words.
_LENGTH_MEAN, _LENGTH_SPREAD = 3.02, 0.5
#: Stories a topic has on average, the share of stories in topics, and of their words that are the topic's.
_TOPIC_STORIES, _IN_TOPICS, _OF_TOPIC = 12, 0.65, 0.3
_SENTENCE = 24

_FUNCTION_WORDS = (
    "the of in to and a for on at as is by from with that are after an it has was its been who will were be not have "
    "over during their his into against this which had than about he or they but all up out one two first more new "
    "between under near also when while before since no may other some there such"
).split()
_ENDINGS = ("", "s", "ed", "ing", "er", "ation")
_ENDING_SHARES = np.cumsum([0.7, 0.13, 0.08, 0.05, 0.03, 0.01])
#: Of five lemmas so many have endings.
_INFLECTED = 2
_SYLLABLES = tuple(
    c + v for c in "b c d f g h j k l m n p r s t v w z br dr st tr gl sh".split() for v in "a e i o u".split()
)
_FINALS = "n t r l m d k p".split()
_GROUPS = ("Group", "Party", "Agency", "Council", "Bank", "University", "Airlines", "Union", "Front", "Corporation")
_CATEGORIES = (
    "Armed conflicts and attacks|Politics and elections|Disasters and accidents|Law and crime|International relations|"
    "Business and economy|Sports|Arts and culture|Science and technology|Health and environment|Religion|Transport"
).split("|")

Numbers = NDArray[np.int64]


def generate(stories: int) -> Iterator[dict[str, Any]]:
    """Yield records of stories, oldest first, their ids in the same order."""
    maker = _Maker(stories)
    for start in range(0, stories, _CHUNK):
        yield from maker.records(start, min(stories, start + _CHUNK))


def write_archive(stories: int, path: Path) -> None:
    """Write the archive as JSON Lines; the file is there when it is whole."""
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.writelines(orjson.dumps(record) + b"\n" for record in generate(stories))
    unfinished.replace(path)


class _Maker:
    def __init__(self, stories: int) -> None:
        self._stories = stories
        self._topics = max(1, stories // _TOPIC_STORIES)
        self._words = _cumulative(_word_shares(_LEMMAS))
        self._names = _cumulative(1.0 / (np.arange(_NAMES) + 12.0) ** 1.25)
        self._sources = _cumulative(1.0 / (np.arange(_SOURCES) + 3.0) ** 1.2)
        self._places = _known_places()
        self._place_shares = _cumulative(1.0 / (np.arange(len(self._places)) + 4.0) ** 1.05)
        self._spelled = _Spelling()

    def records(self, start: int, end: int) -> Iterator[dict[str, Any]]:
        random = np.random.Generator(np.random.PCG64(start + 1))
        numbers = np.arange(start, end)
        days = numbers * _DAYS // self._stories
        topics = self._topics_on(days, random)
        lengths = np.exp(_LENGTH_MEAN + _LENGTH_SPREAD * _normal(random, len(numbers))).astype(np.int64).clip(5, 400)
        ends = np.cumsum(lengths)
        words = self._text(np.repeat(topics, lengths), random)
        name_counts = random.random(len(numbers))
        drawn = _draw(self._names, random.random(3 * len(numbers))).tolist()
        places = _draw(self._place_shares, random.random(2 * len(numbers))).tolist()
        sources = _draw(self._sources, random.random(2 * len(numbers))).tolist()
        chances = random.random((len(numbers), 8)).tolist()
        for row, (number, day, topic, last) in enumerate(
            zip(numbers.tolist(), days.tolist(), topics.tolist(), ends.tolist(), strict=True)
        ):
            chance = chances[row]
            names = [_name(n) for n in drawn[3 * row : 3 * row + int(3 * name_counts[row])]]
            here = [
                self._places[p]
                for p in places[2 * row : 2 * row + (1 if chance[0] < 0.7 else 2 if chance[0] < 0.85 else 0)]
            ]
            category = None if chance[1] < 0.25 else _CATEGORIES[int(chance[2] ** 2 * len(_CATEGORIES))]
            if topic >= 0:
                own = _hash(topic * 8 + np.arange(6))
                names += [
                    _name(int(_draw(self._names, np.array([n / 2**63]))[0])) for n in own[: 1 + int(chance[3] * 3)]
                ]
                if chance[4] < 0.8:
                    here = [self._places[int(own[4] % 600)], *here[:1]]
                category = category and _CATEGORIES[int((own[5] / 2**63) ** 2 * len(_CATEGORIES))]
            names, here = list(dict.fromkeys(names)), list(dict.fromkeys(here))
            day_of_story = FIRST_DAY + datetime.timedelta(days=day)
            yield {
                "id": f"{day_of_story}-{number:08d}",
                "date": day_of_story.isoformat(),
                "text": _sentences(
                    words[last - int(lengths[row]) : last], [*names, *(place.name for place in here)], chance[5]
                ),
                "category": category,
                "topics": [f"{_name(topic * 8)} {_GROUPS[topic % len(_GROUPS)].lower()}"]
                if topic >= 0 and chance[6] < 0.3
                else [],
                "places": [{"name": place.name, "id": place.id} for place in here],
                "entities": names,
                "sources": [
                    f"{_name(s + 7).split()[-1]} News" for s in sources[2 * row : 2 * row + 1 + (chance[7] < 0.2)]
                ],
            }

    def _topics_on(self, days: Numbers, random: np.random.Generator) -> Numbers:
        """Return the number of each story's topic, -1 for none.

        Topics begin evenly over time and are joined at an age with a heavy tail; numbers divisible by larger powers of two
        draw more stories.
        """
        age = 8.0 * (random.random(len(days)) ** -0.7 - 1.0)
        begun = ((days - age).clip(0) * self._topics / _DAYS).astype(np.int64)
        size = 2 ** np.minimum(9, -np.log2(1.0 - random.random(len(days)))).astype(np.int64)
        return np.where(random.random(len(days)) < _IN_TOPICS, begun - begun % size, -1)

    def _text(self, topics: Numbers, random: np.random.Generator) -> list[str]:
        lemmas = _draw(self._words, random.random(len(topics)))
        place = (60.0 * random.random(len(topics)) ** 2).astype(np.int64)
        share = _hash(topics * 64 + place) / 2**63
        own = (150.0 * 120.0**share).astype(np.int64)
        lemmas = np.where((topics >= 0) & (random.random(len(topics)) < _OF_TOPIC), own, lemmas)
        endings = np.searchsorted(_ENDING_SHARES[:-1], random.random(len(topics))) * (lemmas % 5 < _INFLECTED)
        return [self._spelled[key] for key in (lemmas * len(_ENDINGS) + endings).tolist()]


class _Spelling(dict[int, str]):
    """Words by lemma × endings + ending."""

    def __missing__(self, key: int) -> str:
        lemma, ending = divmod(key, len(_ENDINGS))
        word = _FUNCTION_WORDS[lemma] if lemma < len(_FUNCTION_WORDS) else _stem(lemma) + _ENDINGS[ending]
        self[key] = word
        return word


def _stem(number: int) -> str:
    """Return the lemma of a number: short for small ones, each another."""
    number -= len(_FUNCTION_WORDS)
    final, number = _FINALS[number % len(_FINALS)], number // len(_FINALS)
    syllables: list[str] = []
    while number or not syllables:
        number, digit = divmod(number, len(_SYLLABLES))
        # A step that shares no factor with the number of syllables mixes them.
        syllables.append(_SYLLABLES[(digit * 77 + 31 * len(syllables)) % len(_SYLLABLES)])
    return "".join(syllables) + final


def _name(number: int) -> str:
    """Return a person's or an organisation's name."""
    mixed = int(_hash(np.array([number]))[0])
    family = _stem(number + 5_000).title()
    if mixed % 9 < 4:
        return f"{family} {_GROUPS[mixed // 9 % len(_GROUPS)]}"
    return f"{_stem(1_000 + mixed // 9 % 700).title()} {family}"


def _sentences(words: list[str], names: list[str], chance: float) -> str:
    """Set names among the words, and cut them into sentences."""
    for place, name in enumerate(names):
        words.insert(int((chance + 0.37 * place) % 1 * len(words)), name)
    sentences = (words[start : start + _SENTENCE] for start in range(0, len(words), _SENTENCE))
    return " ".join(f"{sentence[0][:1].upper()}{' '.join(sentence)[1:]}." for sentence in sentences)


def _word_shares(count: int) -> NDArray[np.floating[Any]]:
    rank = np.arange(count)
    return (rank + 2.5) ** -0.95 * (1.0 + rank / 2000.0) ** -1.0


def _cumulative(shares: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    sums = shares.cumsum()
    sums /= sums[-1]
    return sums


def _draw(cumulative: NDArray[np.floating[Any]], chances: NDArray[np.floating[Any]]) -> Numbers:
    return np.searchsorted(cumulative, chances).astype(np.int64)


def _normal(random: np.random.Generator, count: int) -> NDArray[np.floating[Any]]:
    """Draw from the normal distribution by Box and Muller; `Generator.normal` may change with numpy's versions."""
    radius = np.sqrt(-2.0 * np.log(1.0 - random.random(count)))
    return radius * np.cos(2.0 * np.pi * random.random(count))


def _hash(numbers: Numbers) -> Numbers:
    """Mix numbers (splitmix64: Steele, Lea, Flood, 2014); 0 ≤ result < 2⁶³."""
    z = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def _known_places() -> list[GazetteerPlace]:
    """Return countries and cities of the gazetteer, those with most inhabitants first."""
    data = gzip.decompress((files("searchidx") / "data" / "gazetteer" / "gazetteer.tsv.gz").read_bytes()).decode()
    ids = (line.partition("\t")[0] for line in data.split("\n\n", 1)[0].split("\n")[1:])
    found = [place for place_id in ids if (place := gazetteer().get(place_id)) and place.kind in ("country", "city")]
    found.sort(key=lambda place: (-place.population, place.id))
    return found[:_PLACES]
