"""Asking all peers the same questions: each once a round, the peers in changing order, caches of answers off."""

import gc
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import geometric_mean, median

from benchmarks.peers import Answer, Foreign, Ready
from benchmarks.questions import QuestionClass

#: The peer that the others are compared with.
OURS = "searchidx"
#: Of a class the first questions are compared by all their hits if they have at most so many.
_COMPARED, _MOST_HITS = 50, 2_000
#: Scores of peers with the same formula differ by no more than single precision makes of it.
_SAME_SCORE = 1e-4


@dataclass(frozen=True, slots=True)
class Times:
    """How long a peer took for the questions of a class, in microseconds: the median over the rounds of each question.

    Attributes:
        ours: how long searchidx took for the questions that this peer answered.
    """

    count: int
    p50: float
    p95: float
    p99: float
    ours: float

    @property
    def ratio(self) -> float:
        """The time of searchidx as a multiple of this peer's, at the median."""
        return self.ours / self.p50


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a peer's answers compare with those of searchidx.

    Attributes:
        totals, equal_totals: questions whose totals were compared, and that had the same.
        sets, equal_sets: the same for all ids of a question's hits.
        scored, equal_scores: the same for the scores of the best hits.
        example: a question with another answer.
    """

    totals: int = 0
    equal_totals: int = 0
    sets: int = 0
    equal_sets: int = 0
    scored: int = 0
    equal_scores: int = 0
    example: str = ""


@dataclass(slots=True)
class ClassResult:
    """The result of a class, by peer."""

    name: str
    times: dict[str, Times] = field(default_factory=dict)
    agreement: dict[str, Agreement] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


_Calls = dict[int, Callable[[], Foreign]]


def ask(
    peers: Mapping[str, Ready],
    classes: Iterable[QuestionClass],
    *,
    rounds: int,
    budget: float,
    progress: Callable[[str], None],
) -> list[ClassResult]:
    """Ask the questions of each class, and compare the answers.

    Args:
        peers: open indexes by name.
        classes: what to ask.
        rounds: how often each question is asked.
        budget: the seconds a peer may take for a class in a round; a slow one is asked fewer questions.
        progress: told what is being done.
    """
    results = []
    for asked in classes:
        progress(asked.name)
        result = ClassResult(asked.name)
        calls = {name: _prepare(ready, asked, result, name) for name, ready in peers.items()}
        taken: dict[str, dict[int, list[float]]] = {name: {} for name in peers}
        for number in range(rounds):
            # In another order each round: who comes behind a peer that has filled the processor's caches is slower.
            for name in random.Random(number).sample(list(peers), len(peers)):
                _round(calls[name], taken[name], budget if number == 0 else None, result, name)
        ours = {i: median(times) for i, times in taken.get(OURS, {}).items()}
        for name, answered in taken.items():
            if answered:
                result.times[name] = _times({i: median(times) for i, times in answered.items()}, ours)
        if asked.equal and OURS in peers:
            for name in peers:
                # A slow peer is compared by what it had time for.
                answered_calls = {i: calls[name][i] for i in taken[name]}
                if name != OURS and answered_calls:
                    result.agreement[name] = _compare(peers[OURS], peers[name], asked, calls[OURS], answered_calls)
        results.append(result)
    return results


def mean_ratio(results: Iterable[ClassResult], peer: str) -> float | None:
    """Return the geometric mean over the classes of searchidx's time as a multiple of a peer's; None without a class."""
    ratios = [result.times[peer].ratio for result in results if peer in result.times and OURS in result.times]
    return geometric_mean(ratios) if ratios else None


def _prepare(ready: Ready, asked: QuestionClass, result: ClassResult, name: str) -> _Calls:
    calls: _Calls = {}
    for i, question in enumerate(asked.questions):
        try:
            call = ready.prepare(question)
        except Exception as error:
            # An engine's failure is part of the result.
            result.failures[name] = f"{type(error).__name__}: {error}"
            continue
        if call is not None:
            calls[i] = call
    return calls


def _round(calls: _Calls, taken: dict[int, list[float]], budget: float | None, result: ClassResult, name: str) -> None:
    """Ask each question once; in the first round, with a budget, until it is spent."""
    gc.collect()
    end = time.perf_counter() + budget if budget is not None else None
    for i, call in calls.items() if end is not None else [(i, calls[i]) for i in taken]:
        start = time.perf_counter_ns()
        try:
            call()
        except Exception as error:
            # An engine's failure is part of the result.
            result.failures[name] = f"{type(error).__name__}: {error}"
            continue
        taken.setdefault(i, []).append((time.perf_counter_ns() - start) / 1e3)
        if end is not None and time.perf_counter() > end:
            return


def _times(answered: dict[int, float], ours: dict[int, float]) -> Times:
    values = sorted(answered.values())
    same = sorted(ours[i] for i in answered if i in ours)
    return Times(
        len(values),
        percentile(values, 50),
        percentile(values, 95),
        percentile(values, 99),
        percentile(same, 50) if same else float("nan"),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile of sorted values by the nearest rank."""
    return values[max(0, -int(-percent * len(values) // 100) - 1)]


def _compare(ours: Ready, other: Ready, asked: QuestionClass, our_calls: _Calls, calls: _Calls) -> Agreement:
    counts = dict.fromkeys(("totals", "equal_totals", "sets", "equal_sets", "scored", "equal_scores"), 0)
    example = ""
    for i in list(calls)[:_COMPARED]:
        if i not in our_calls:
            continue
        expected, found = ours.read(our_calls[i]()), other.read(calls[i]())
        if expected.total is None or found.total is None:
            continue
        counts["totals"] += 1
        counts["equal_totals"] += expected.total == found.total
        counts["scored"] += 1
        counts["equal_scores"] += _same_scores(expected, found)
        same = expected.total == found.total
        if same and 0 < expected.total <= _MOST_HITS:
            all_ours, all_theirs = (_all(ready, asked, i, expected.total) for ready in (ours, other))
            counts["sets"] += 1
            same = all_ours == all_theirs
            counts["equal_sets"] += same
        if not same and not example:
            example = f"{asked.questions[i]}: {expected.total} and {found.total}"[:300]
    return Agreement(**counts, example=example)


def _same_scores(expected: Answer, found: Answer) -> bool:
    pairs = list(zip(expected.scores, found.scores, strict=False))
    return all(abs(a - b) <= _SAME_SCORE * max(abs(a), abs(b), 1e-9) for a, b in pairs)


def _all(ready: Ready, asked: QuestionClass, number: int, total: int) -> set[str]:
    call = ready.prepare(asked.questions[number], limit=total)
    return set() if call is None else set(ready.read(call()).ids)
