"""bm25s: scores of all documents at once. It has no booleans, phrases, patterns or facets; those are not asked.

Both forms are terms of one text, so that its lengths are all doubled, which leaves BM25 as it is. A stem asked twice beside its
exact form once gives twice the score of the others.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import bm25s
import numpy as np

from benchmarks.peers import HITS, Answer, Foreign, day_number, tokenize
from benchmarks.questions import Question, RelatedTo, Searched
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document
from searchidx.search.query import During, Or, Word
from searchidx.search.scoring import K1, B

#: What marks an exact form.
_EXACT = "="


class _Peer:
    name = index = "bm25s"

    def version(self) -> str:
        return version("bm25s")

    def build(self, documents: Iterable[Document], folder: Path) -> None:
        vocabulary: dict[str, int] = {}
        texts, days = [], []
        for tokens in tokenize(documents):
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
                terms = self._forms(word)
                return lambda: self._best(terms, limit)
            case Searched(query=Or(parts), facets=False) if "place" not in question.filters:
                terms = [term for word in parts if isinstance(word, Word) for term in self._forms(word)]
                during = question.filters.get("date")
                if not isinstance(during, During):
                    return lambda: self._best(terms, limit)
                first, last = day_number(during.span.first), day_number(during.span.last)
                return lambda: self._best(terms, limit, (self._days >= first) & (self._days <= last))
            case RelatedTo():
                repeated = [term for term, count in question.terms.items() for _ in range(count)]
                return lambda: self._best(repeated, limit)
            case _:
                return None

    def read(self, raw: Foreign) -> Answer:
        # Twice the score, as each stem is asked twice.
        return Answer(tuple(raw[0]), tuple(score / 2 for score in raw[1]), raw[2])

    def _best(self, terms: list[str], limit: int, mask: Foreign = None) -> tuple[list[str], list[float], int]:
        scores = self._retriever.get_scores(terms, weight_mask=mask)
        best = np.argpartition(scores, -limit)[-limit:]
        best = best[np.argsort(-scores[best], kind="stable")]
        best = best[scores[best] > 0]
        return [self._ids[number] for number in best], scores[best].tolist(), int(np.count_nonzero(scores))

    def _forms(self, word: Word) -> list[str]:
        stem = self._stem(word.text)
        return [stem, stem, _EXACT + word.text]


PEER = _Peer()
