"""The formulas of ranking; numbers in, numbers out, whether single ones or numpy arrays.

A word's score in a story is `bm25` of its stem plus `EXACT_WEIGHT` times `bm25` of its exact form. A story counts as one
text in which each occurrence in the headline weighs `HEADLINE_WEIGHT`: term frequency and length are the weighted
sums over headline and body (BM25F: Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted fields", 2004).
"""

import math
from collections.abc import Sequence
from operator import mul
from typing import Literal, NamedTuple

#: How soon further occurrences of a word stop counting, and how much long stories are held back (Lucene's defaults).
K1, B = 1.2, 0.75
#: What an occurrence in the headline weighs; one in the body weighs 1. A whole number.
HEADLINE_WEIGHT = 1
#: What the exact form of a word weighs beside its stem.
EXACT_WEIGHT = 0.75
#: What another form of a word weighs beside the word's own stem (won beside win); it is less certain to mean the same.
OTHER_FORM_WEIGHT = 0.5
#: A word that fewer than one story in so many has tells no more than one that one in so many has; it may be but an odd word.
RARE = 200
#: What a name tells beside another word as rare.
NAME_WEIGHT = 1.5


def idf(document_freq: int, story_count: int) -> float:
    """Return the inverse document frequency as Lucene's BM25Similarity has it: never negative."""
    return math.log(1.0 + (story_count - document_freq + 0.5) / (document_freq + 0.5))


def bm25(term_freq: float, length: float, average_length: float, weight: float) -> float:
    """Return BM25 of one term in one story without the constant factor k1 + 1, as Lucene does since version 8.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. `weight` is the term's idf
    times what the query gives it.
    """
    return weight * term_freq / (term_freq + K1 * (1.0 - B + B * length / average_length))


def telling_weight(document_freq: int, story_count: int, *, is_name: bool) -> float:
    """Return how much a word tells, where not all words of a query can be had: its idf within bounds, more for a name."""
    return min(idf(document_freq, story_count), math.log(RARE)) * (NAME_WEIGHT if is_name else 1.0)


#: One side of being related: names and places, words, or nearness in time.
Side = Literal["names", "words", "time"]
SIDES: tuple[Side, ...] = ("names", "words", "time")


class RelatedWeights(NamedTuple):
    """The constants of `related_score`.

    They were tuned on judged stories of one half of an archive of 18 years and held on the other; the optimum is flat.

    Attributes:
        words, names, places, category: what each part counts.
        company: what being related to the most related stories adds.
        length: how much more of a story's words a longer story must have: the power of the ratio of their lengths.
        half_lives: pairs (share, days): each nearness in time halves every so many days. The short one is an event's,
            the long one an affair's.
    """

    words: float = 1.0
    names: float = 0.15
    places: float = 0.15
    category: float = 0.08
    company: float = 0.08
    length: float = 0.3
    half_lives: tuple[tuple[float, float], ...] = ((1.5, 30.0), (1.0, 730.0))


class RelatedParts(NamedTuple):
    """What a related story's score is combined from.

    Attributes:
        words: `words_in_common`.
        names: `in_common` of their names.
        places: `in_common` of their places and all these lie in.
        category: 1 where both have the same, else 0.
        time: `nearness` of their days.
        company: `company`, where the story was looked at again for it.
    """

    words: float
    names: float
    places: float
    category: float
    time: float
    company: float = 0.0


def words_in_common(shared: float, own: float, length_ratio: float, weights: RelatedWeights) -> float:
    """Return what share of a story's words another one has.

    Args:
        shared: the product of the two stories' vectors, whose components are each stem's BM25 in its story.
        own: the product of the story's vector with itself.
        length_ratio: the other story's length by the story's own.
        weights: the constants.
    """
    share: float = shared / (own * length_ratio**weights.length)
    return share


def in_common(shared: int, own: int, other: int) -> float:
    """Return how much two sets have in common (the cosine of sets: Ochiai, 1957).

    Args:
        shared: how many members both have.
        own: how many the one has; 1 for an empty set, so that nothing is divided by 0.
        other: how many the other has, likewise.
    """
    share: float = shared / (own * other) ** 0.5
    return share


def nearness(days: float, weights: RelatedWeights) -> float:
    """Return the factor for nearness in time: 1 for stories far apart, more for near ones."""
    near: float = sum(share * 2.0 ** (-days / half_life) for share, half_life in weights.half_lives)
    return 1.0 + near


def company(scores: Sequence[float], related: Sequence[float]) -> float:
    """Return how related a story is to those that are most related to a third one: what is alike is about the same matter.

    After Diaz, "Regularizing ad hoc retrieval scores", 2005. As the scores are multiplied, those that are hardly related to
    the third one say little.

    Args:
        scores: how related these are to the third one.
        related: how related the story is to each of them; 0 to itself.
    """
    total: float = sum(map(mul, scores, related))
    return total


def related_score(parts: RelatedParts, weights: RelatedWeights) -> float:
    """Return how related a story is to another: (words + names + places + category) × time + company, each as it counts."""
    common = weights.words * parts.words + weights.names * parts.names
    common += weights.places * parts.places + weights.category * parts.category
    score: float = common * parts.time + weights.company * parts.company
    return score


def one_side(weights: RelatedWeights, side: Side) -> RelatedWeights:
    """Return the constants by which one side alone counts; nearness in time alone relates nothing, so that all stays."""
    if side == "words":
        return weights._replace(names=0.0, places=0.0, category=0.0, company=0.0, half_lives=())
    if side == "names":
        return weights._replace(words=0.0, category=0.0, company=0.0, half_lives=())
    return weights


def formula(parts: RelatedParts, days: int, weights: RelatedWeights) -> str:
    """Return `related_score` with its numbers, as a calculation that can be done again.

    >>> formula(RelatedParts(0.31, 0.5, 0.0, 0.0, 1.7), 30, RelatedWeights(half_lives=((1.4, 30.0),)))
    '0.6545 = (1 × 0.31 words + 0.15 × 0.5 names) × (1 + 1.4 × 2^(−30/30)) time'
    """
    sides = (
        (weights.words, parts.words, "words"),
        (weights.names, parts.names, "names"),
        (weights.places, parts.places, "places"),
        (weights.category, parts.category, "category"),
    )
    common = " + ".join(f"{weight:g} × {part:.4g} {name}" for weight, part, name in sides if weight and part) or "0"
    near = "".join(f" + {share:g} × 2^(−{days}/{half_life:g})" for share, half_life in weights.half_lives)
    time = f" × (1{near}) time" if near else ""
    company = f" + {weights.company:g} × {parts.company:.4g} company" if weights.company and parts.company else ""
    return f"{related_score(parts, weights):.4g} = ({common}){time}{company}"
