"""Rankings of the sample archive as text, so that each change of ranking can be reviewed as a diff.

    tests/golden/related/ID.txt     what is related to the story of that id; a new file, however empty, asks for one more
    tests/golden/search/NAME.txt    what answers the query on the first line
    tests/golden/rank_stats.txt     how good both are over the whole archive

`scripts/golden` writes them anew.
"""

import math
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from searchidx.catalogue import Archive, Catalogue
from searchidx.search.analysis import words_of
from searchidx.search.page import Hit, RelatedStory
from searchidx.search.scoring import formula
from searchidx.stories import Story
from tests.command_line import SAMPLE, run

GOLDEN = Path(__file__).parent / "golden"
#: How many stories of each ranking are written down.
DEPTH = 8

_HEADLINE = 100


def files():
    """Return the files of all rankings."""
    return sorted([*GOLDEN.glob("related/*.txt"), *GOLDEN.glob("search/*.txt"), GOLDEN / "rank_stats.txt"])


def ranking(archive: Archive, file: Path) -> str:
    """Return what a file is to hold."""
    if file.parent.name == "related":
        lines = related_lines(archive, file.stem)
    elif file.parent.name == "search":
        lines = search_lines(archive, file.read_text(encoding="utf-8").partition("\n")[0])
    else:
        lines = statistics_lines(archive)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def related_lines(archive: Archive, story_id: str) -> Iterator[str]:
    story = archive.story(story_id)
    yield _head(story)
    yield f"   topics: {', '.join(story.topics) or '-'}"
    page = archive.related(story_id, limit=DEPTH)
    for number, entry in enumerate(page.related, 1):
        reason = entry.reason
        yield ""
        yield f"{number}. {_head(entry.story)}"
        yield f"   topics: {', '.join(entry.story.topics) or '-'}{_same(story, entry)}"
        yield f"   names: {', '.join(reason.shared) or '-'}; words: {', '.join(reason.words) or '-'}; days: {reason.days}"
        yield f"   {formula(reason.parts, reason.days, page.weights)}"
        for similar in entry.similar:
            yield f"   similar: {_head(similar.story)}"


def search_lines(archive: Archive, query: str) -> Iterator[str]:
    page = archive.search(query, limit=DEPTH)
    understood = page.query
    yield query
    yield f"   {page.total} stories, understood as: {understood.parsed}"
    if understood.relaxed:
        yield f"   relaxed to {understood.relaxed.found} of {understood.relaxed.of} words"
    for correction in understood.corrections:
        yield f"   {correction.word} also as {', '.join(correction.alternatives)}"
    for number, hit in enumerate(page.hits, 1):
        yield ""
        yield f"{number}. {hit.score:.3f} {_head(hit.story)}"
        yield f"   {_marked(hit)}"


def statistics_lines(archive: Archive) -> Iterator[str]:
    """Yield how good the rankings are: stories of one topic ought to be related, a story found by words of its headline."""
    stories = list(archive.stories())
    partners = {
        story.id: {other.id for other in stories if other.id != story.id and {*story.topics} & {*other.topics}}
        for story in stories
    }
    judged = [story_id for story_id, of_story in partners.items() if of_story]
    rankings = {
        story_id: [entry.story.id for entry in archive.related(story_id, limit=10, plain=True).related]
        for story_id in judged
    }
    yield f"related, {len(judged)} stories whose topic others share"
    yield f"   nDCG@10  {_mean([_ndcg(rankings[each], partners[each]) for each in judged]):.4f}"
    yield f"   P@1      {_mean([float(rankings[each][0] in partners[each]) for each in judged]):.4f}"
    yield f"search, {len(stories)} stories by the two longest words of their headlines"
    yield f"   MRR@10   {_mean([_reciprocal_rank(archive, story) for story in stories]):.4f}"


def _head(story: Story) -> str:
    headline = story.headline if len(story.headline) <= _HEADLINE else story.headline[: _HEADLINE - 1] + "…"
    return f"{story.date} {headline}"


def _same(story: Story, entry: RelatedStory) -> str:
    return " (the same)" if {*story.topics} & {*entry.story.topics} else ""


def _marked(hit: Hit) -> str:
    matched = [hit.story.headline[first:last] for first, last in hit.headline]
    matched += [hit.snippet.text[first:last] for first, last in hit.snippet.marks]
    return f"matches: {', '.join(matched) or '-'}"


def _ndcg(ranking: Sequence[str], relevant: set[str]) -> float:
    gains = [1 / math.log2(place + 2) for place in range(10)]
    gained = sum(gain for gain, story_id in zip(gains, ranking, strict=False) if story_id in relevant)
    return gained / sum(gains[: len(relevant)])


def _reciprocal_rank(archive: Archive, story: Story) -> float:
    longest = sorted(set(words_of(story.headline)), key=lambda word: (-len(word), word))[:2]
    found = [hit.story.id for hit in archive.search(" ".join(longest), limit=10).hits]
    return 1 / (found.index(story.id) + 1) if story.id in found else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run("index", *sorted(SAMPLE.glob("*.jsonl")), "--into", "sample", indexes=folder)
        archive = Catalogue(Path(folder)).open("sample")
        for file in files():
            text = ranking(archive, file)
            if not file.is_file() or file.read_text(encoding="utf-8") != text:
                file.write_text(text, encoding="utf-8")
                print(f"changed: {file.relative_to(GOLDEN)}")


if __name__ == "__main__":
    main()
