"""bm25s: scores of all documents at once. It has no booleans, phrases, patterns or facets; those are not asked.

Both forms are terms of one text, so that its lengths are all doubled, which leaves BM25 as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import bm25s
import numpy as np

from benchmarks.peers import HITS, Answer, Foreign, Tokens, day_number
from benchmarks.questions import Question, RelatedTo, Searched
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document
from searchidx.search.query import During, Or, Query, Word
from searchidx.search.scoring import EXACT_WEIGHT, K1, B

#: What marks an exact form.
_EXACT = "="


class _Peer:
    name = index = "bm25s"
    given_tokens = True

    def version(self) -> str:
        return version("bm25s")

    def build(self, source: Iterable[Tokens], folder: Path) -> None:
        vocabulary: dict[str, int] = {}
        texts, days = [], []
        for tokens in source:
            terms = [*tokens.stems[0], *tokens.stems[1]]
            terms += [_EXACT + term for text in tokens.exact for term in text]
            texts.append([vocabulary.setdefault(term, len(vocabulary)) for term in terms])
            days.append(day_number(tokens.document.story.date))
        retriever = bm25s.BM25(k1=K1, b=B, method="lucene")
        retriever.index((texts, vocabulary), show_progress=False)
        retriever.save(folder, show_progress=False)
        np.save(folder / "days.npy", np.array(days, np.int32))

    def open(self, folder: Path, ids: Sequence[str]) -> "_Ready":
        return _Ready(bm25s.BM25.load(folder), np.load(folder / "days.npy"), ids)

    def add(self, documents: Iterable[Document], folder: Path) -> None:
        raise NotImplementedError("bm25s cannot add to an index")


class _Ready:
    def __init__(self, retriever: Foreign, days: Foreign, ids: Sequence[str]) -> None:
        self._retriever, self._days, self._ids = retriever, days, ids
        self._stem = Analyzer().stem

    def prepare(self, question: Question, limit: int = HITS) -> Callable[[], Foreign] | None:
        match question:
            case Searched(query=Word() as word, filters={}, facets=False):
                return self._prepared([word], limit)
            case Searched(query=Or(parts), facets=False) if "place" not in question.filters:
                words = [part for part in parts if isinstance(part, Word)]
                return self._prepared(words, limit, question.filters.get("date"))
            case RelatedTo():
                stems = [term for term, count in question.terms.items() for _ in range(count)]
                return lambda: self._best(self._retriever.get_scores(stems), limit)
            case _:
                return None

    def read(self, raw: Foreign) -> Answer:
        return Answer(tuple(raw[0]), tuple(raw[1]), raw[2])

    def _prepared(self, words: list[Word], limit: int, during: Query | None = None) -> Callable[[], Foreign]:
        stems = [self._stem(word.text) for word in words]
        exact = [_EXACT + word.text for word in words]
        score = self._retriever.get_scores
        if not isinstance(during, During):
            return lambda: self._best(score(stems) + EXACT_WEIGHT * score(exact), limit)
        first, last = day_number(during.span.first), day_number(during.span.last)

        def within() -> Foreign:
            mask = (self._days >= first) & (self._days <= last)
            return self._best(score(stems, weight_mask=mask) + EXACT_WEIGHT * score(exact, weight_mask=mask), limit)

        return within

    def _best(self, scores: Foreign, limit: int) -> tuple[list[str], list[float], int]:
        best = np.argpartition(scores, -limit)[-limit:]
        best = best[np.argsort(-scores[best], kind="stable")]
        best = best[scores[best] > 0]
        return [self._ids[number] for number in best], scores[best].tolist(), int(np.count_nonzero(scores))


PEER = _Peer()
