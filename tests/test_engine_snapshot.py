"""Segments of the snapshot: what is written is read back, and merging gives what building would have given."""

import datetime
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchidx.engines.embedded.snapshot import merge
from searchidx.engines.embedded.snapshot.build import CODE_TABLE, build_segment, code_arrays
from searchidx.engines.embedded.snapshot.format import ArrayFile, write_arrays
from searchidx.engines.embedded.snapshot.segment import Segment
from searchidx.engines.embedded.snapshot.strings import SortedStrings, pack_sorted
from searchidx.errors import ArchiveDamaged
from searchidx.search.analysis import Analyzer
from searchidx.search.document import Document, NameValue, PlaceNode
from searchidx.stories import Entity, Origin, Place, Source, Story
from tests.engine_material import inverted, random_document


def write(path, arrays):
    with path.open("wb") as file:
        write_arrays(file, arrays.items() if isinstance(arrays, dict) else arrays)
    return path


def built(documents):
    return build_segment(inverted(documents, Analyzer()))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("slice_", [40, 500_000])
def test_merging_gives_what_building_at_once_gives(seed, slice_, tmp_path, monkeypatch):
    monkeypatch.setattr("searchidx.engines.embedded.snapshot.merge._SLICE", slice_)
    rng = random.Random(seed)
    documents = list({d.story.id: d for d in (random_document(rng, n) for n in range(60))}.values())
    sources, kept = [], []
    for number in range(3):
        of_segment = sorted(documents[number::3], key=lambda d: d.story.id)
        living = np.array([seed < 4 or rng.random() < 0.7 for _ in of_segment])
        segment = Segment(write(tmp_path / f"{number}.seg", built(of_segment)))
        sources.append(merge.Source(segment, None if living.all() else living))
        kept += [d for d, lives in zip(of_segment, living, strict=True) if lives]
    merged, expected = (
        {name: file.array(name) for name in file.names}
        for file in (
            ArrayFile(write(tmp_path / "merged.seg", merge.merge_segments(sources))),
            ArrayFile(write(tmp_path / "built.seg", built(kept))),
        )
    )
    assert merged.keys() == expected.keys()
    of_codes = {name for name in merged if name.startswith("codes")}
    for name in merged.keys() - of_codes:
        assert merged[name].dtype == expected[name].dtype, name
        assert np.array_equal(merged[name], expected[name]), name
    # The table of codes may still have some that only deleted postings had.
    for name in of_codes - {"codes"}:
        assert np.array_equal(merged[name][merged["codes"]], expected[name][expected["codes"]]), name


@pytest.mark.parametrize("seed", range(5))
def test_sorted_texts_are_found_like_in_a_list(seed, tmp_path):
    rng = random.Random(seed)
    letters = "ab\0é東\U0001f600" if seed % 2 else "ab"
    texts = sorted({"".join(rng.choices(letters, k=rng.randrange(12))) for _ in range(300)})
    file = ArrayFile(write(tmp_path / "texts", pack_sorted("texts", [text.encode() for text in texts])))
    strings = SortedStrings(file.array, "texts")
    assert list(strings) == texts
    wanted = [*texts, *("".join(rng.choices(letters, k=rng.randrange(14))) for _ in range(300)), "\ud800", "zzz"]
    for text in wanted:
        assert strings.find(text) == (texts.index(text) if text in texts else -1)
        found = strings.beginning_with(text)
        assert texts[found.start : found.stop] == [other for other in texts if other.startswith(text)]
        assert strings.place_behind(text) == sum(other <= text for other in texts)


@pytest.mark.parametrize("most", [0, 3, 2_000, 3_000_000])
def test_a_code_stands_for_its_triple_however_often_a_word_stands_in_a_story(most):
    rng = np.random.default_rng(most)
    triples = [(most, most, 2 * most), *rng.integers(0, most + 1, (50, 3)).tolist(), (0, 1, 1), (0, 1, 1)]
    headline, body, lengths = np.array(triples, np.uint32).T
    arrays = code_arrays(headline, body, lengths.astype(np.int32))
    table = np.stack([arrays[name] for name in CODE_TABLE], axis=1)
    assert list(map(tuple, table.tolist())) == sorted(set(map(tuple, triples)))
    assert list(map(tuple, table[arrays["codes"]].tolist())) == list(map(tuple, triples))


def test_arrays_are_read_back_as_they_were_written(tmp_path):
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "some": np.arange(1000, dtype=np.uint16),
        "none": np.empty(0, np.int32),
        "floats": np.linspace(0, 1, 7),
        "one": np.array([3], np.uint8),
    }
    file = ArrayFile(write(tmp_path / "arrays", arrays))
    assert file.names == tuple(arrays)
    for name, array in arrays.items():
        assert np.array_equal(file.array(name), array)
        assert file.array(name).dtype == array.dtype
        assert file.array(name).ctypes.data % 64 == 0
    with pytest.raises(ArchiveDamaged, match="has no other"):
        file.array("other")


TEXT = st.sampled_from(["Iraq", "Najaf", "BBC News", "", "é"])
MAYBE = st.none() | st.sampled_from(["7", "", "0", "07", "2" * 30, "https://example.org"])


@settings(max_examples=200, deadline=None)
@given(
    places=st.lists(st.builds(Place, TEXT, MAYBE, st.booleans()), max_size=3),
    entities=st.lists(st.builds(Entity, TEXT, MAYBE, MAYBE, st.booleans()), max_size=4),
    sources=st.lists(st.builds(Source, TEXT, MAYBE, MAYBE), max_size=3),
    topics=st.lists(TEXT, max_size=3),
    category=st.none() | st.just("Sport"),
    origin=st.none() | st.builds(Origin, TEXT, st.none() | st.integers(0, 9), st.sampled_from([(), (("date", "x"),)])),
    values=st.lists(TEXT, max_size=4),
    body=TEXT,
)
def test_whatever_a_story_has_is_read_back(tmp_path_factory, body, values, **fields):
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    story = Story("x", "/news/2004/08/14/a-truce", datetime.date(2004, 8, 14), "A truce", body, **fields)
    document = Document(story, tuple(PlaceNode(v, v) for v in values), tuple(NameValue(v) for v in values))
    segment = Segment(write(tmp_path_factory.mktemp("segment") / "one.seg", built([document])))
    assert segment.story(0) == story


def test_a_story_is_read_back_as_it_was_written(tmp_path):
    rng = random.Random(1)
    documents = [random_document(rng, n) for n in range(30)]
    story = documents[0].story
    full = Story(
        **{field: getattr(story, field) for field in ("date", "headline", "body", "category", "topics", "sources")},
        id="x",
        address="/news/2004/08/14/another",
        image="https://example.org/a.jpg",
        former=("/news/2004/08/14/old",),
        origin=Origin("2004.jsonl", 7, (("date", "time element"),)),
    )
    documents.append(type(documents[0])(full, documents[0].places, documents[0].names))
    documents = list({d.story.id: d for d in documents}.values())
    segment = Segment(write(tmp_path / "one.seg", built(documents)))
    for number, document in enumerate(sorted(documents, key=lambda d: d.story.id)):
        assert segment.story(number) == document.story
        values = segment.values_of(number)
        assert values["place"] == [place.value for place in document.places]
        assert values["entity"] == [name.value for name in document.names]
