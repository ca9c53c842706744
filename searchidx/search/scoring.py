"""The formulas of ranking; numbers in, numbers out, whether single ones or numpy arrays.

A word's score in a story is `bm25` of its stem plus `EXACT_WEIGHT` times `bm25` of its exact form. A story counts as one
text in which each occurrence in the headline weighs `HEADLINE_WEIGHT`: term frequency and length are the weighted
sums over headline and body (BM25F: Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple weighted fields", 2004).
"""

import math
from dataclasses import dataclass

#: How fast a repeated word stops to count, and how much long stories are held back (Lucene's defaults).
K1, B = 1.2, 0.75
#: What an occurrence in the headline weighs; one in the body weighs 1. A whole number.
HEADLINE_WEIGHT = 1
#: What the exact form of a word weighs beside its stem.
EXACT_WEIGHT = 0.75


def idf(document_freq: int, story_count: int) -> float:
    """Return the inverse document frequency as Lucene's BM25Similarity has it: never negative."""
    return math.log(1.0 + (story_count - document_freq + 0.5) / (document_freq + 0.5))


def bm25(term_freq: float, length: float, average_length: float, weight: float) -> float:
    """Return BM25 of one term in one story without the constant factor k1 + 1, as Lucene does since version 8.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. `weight` is the term's idf
    times what the query gives it.
    """
    return weight * term_freq / (term_freq + K1 * (1.0 - B + B * length / average_length))


@dataclass(frozen=True, slots=True)
class RelatedWeights:
    """The constants of `related_score`.

    Attributes:
        names: what sharing all names is worth beside having the same words.
        half_lives: pairs (share, days): each nearness in time halves every so many days.
    """

    names: float = 0.4
    half_lives: tuple[tuple[float, float], ...] = ((1.0, 180.0),)


def nearness(days: float, weights: RelatedWeights) -> float:
    """Return the factor for nearness in time: 1 for stories far apart, more for near ones."""
    near: float = sum(share * 2.0 ** (-days / half_life) for share, half_life in weights.half_lives)
    return 1.0 + near


def related_score(words: float, names: float, days: float, weights: RelatedWeights) -> float:
    """Return how related a story is to another.

    Args:
        words: BM25 of the story for the other one's words, as a share of the other one's score for itself.
        names: the share of the other one's names that the story has; 0 where it has none.
        days: between the two.
        weights: the constants.
    """
    return (words + weights.names * names) * nearness(days, weights)
