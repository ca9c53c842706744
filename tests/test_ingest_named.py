"""What need not be named again: a story that is the same, by the same means, and stands in the index as it came out."""

import pytest

from searchidx.ingest.named import Named
from searchidx.names import Namer
from tests.test_ingest import bring, catalogue, news, write

__all__ = ["bring", "catalogue", "write"]  # fixtures

STORIES = [news(str(n), f"A truce in Najaf holds for day {n}, says Muqtada al-Sadr.") for n in range(9)]


@pytest.fixture
def named(monkeypatch):
    """Return the ids of the stories that are named from now on."""
    ids = []
    name = Namer.name

    def noted(self, story):
        ids.append(story.id)
        return name(self, story)

    monkeypatch.setattr(Namer, "name", noted)
    return ids


def counts(report):
    return report.added, report.updated, report.unchanged


def test_the_same_input_is_not_named_again(bring, write, named):
    first = bring(write("news.jsonl", *STORIES))
    assert len(named) == 9
    again = bring(write("news.jsonl", *STORIES))
    assert len(named) == 9
    assert counts(again) == (0, 0, 9)
    assert (again.names, again.places) == (first.names, first.places) == (2, 1)
    assert bring.progress.stages["names"] == [9, 9]
    assert counts(bring(write("news.jsonl", *STORIES), dry_run=True)) == (0, 0, 9)
    assert len(named) == 9


def test_only_what_is_new_or_changed_is_named_wherever_it_stands(bring, write, named):
    bring(write("news.jsonl", *STORIES))
    named.clear()
    changed = news("3", "A truce in Basra ends.")
    report = bring(write("other.jsonl", news("new"), *STORIES[:3], changed, *STORIES[4:]))
    assert named == ["3", "new"]
    assert counts(report) == (1, 1, 8)
    named.clear()
    assert counts(bring(write("news.jsonl", *STORIES))) == (0, 1, 8)
    assert named == ["3"], "what came out was noted of a story that is not there any more"


def test_a_story_that_got_another_address_is_the_same_again(catalogue, bring, write, named):
    twins = [news("a", "One text."), news("b", "One text.")]
    bring(write("news.jsonl", *twins))
    bring(write("news.jsonl", twins[0], news("b", "Another text.")))
    bring(write("news.jsonl", *twins))
    before = catalogue.open("news").info()
    named.clear()
    assert counts(bring(write("news.jsonl", *twins))) == (0, 0, 2)
    assert named == []
    assert catalogue.open("news").info() == before


@pytest.mark.parametrize("means", ["the keeper's list", "the archive's words", "the program"])
def test_other_means_name_all_again(catalogue, bring, write, named, monkeypatch, means):
    bring(write("news.jsonl", *STORIES))
    named.clear()
    folder = catalogue.path("news")
    if means == "the keeper's list":
        (folder / "archive.toml").write_text('aliases = "aliases.txt"\n')
        (folder / "aliases.txt").write_text("Shrine City | Najaf\n")
    elif means == "the program":
        monkeypatch.setattr("searchidx.ingest.named._program", lambda: b"another version")
    more = [news("words", "The truce of the Najaf Council and the Najaf Council.")]
    bring(write("news.jsonl", *STORIES, *more), rename=means == "the archive's words")
    assert sorted(named) == sorted([story["id"] for story in STORIES] + ["words"])
    named.clear()
    bring(write("news.jsonl", *STORIES, *more))
    assert named == []


@pytest.mark.parametrize("harm", [b"", b"\0" * 100, None], ids=["empty", "other bytes", "missing"])
def test_where_nothing_is_known_all_are_named_again(catalogue, bring, write, named, harm):
    bring(write("news.jsonl", *STORIES))
    named.clear()
    file = catalogue.path("news") / "named"
    file.unlink()
    if harm is not None:
        file.write_bytes(harm)
    assert counts(bring(write("news.jsonl", *STORIES))) == (0, 0, 9)
    assert len(named) == 9
    bring(write("news.jsonl", *STORIES))
    assert len(named) == 9


def test_what_is_built_anew_is_named_anew(bring, write, named):
    bring(write("news.jsonl", *STORIES))
    bring(write("news.jsonl", *STORIES), rebuild=True)
    assert len(named) == 18


def test_numbers_of_other_runs_are_kept_until_they_are_too_many(tmp_path):
    for unnamed in (1, 2):
        known = Named(tmp_path)
        known.note(unnamed, 2**64 - 1)
        known.keep(1)
    known = Named(tmp_path)
    assert [known.knows(unnamed, 2**64 - 1) for unnamed in (1, 2, 3)] == [True, True, False]
    assert not known.knows(1, 7), "the index has something else of it"
    known = Named(tmp_path)
    known.note(3, 4)
    known.keep(1)
    assert [Named(tmp_path).knows(*pair) for pair in ((1, 2**64 - 1), (3, 4))] == [False, True]


def test_a_story_that_cannot_be_stored_is_never_known(tmp_path):
    known = Named(tmp_path)
    known.note(0, 7)
    known.keep(1)
    assert not Named(tmp_path).knows(0, 7)
