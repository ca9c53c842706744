"""CSV: columns, delimiters, lists in cells, and rows that are none."""

from typing import Any

import pytest

from searchidx.errors import SourceError
from searchidx.importers import read_source
from searchidx.stories import Source, UnusedField


def read(tmp_path, content, name="news.csv", **options: Any) -> list[Any]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_source(path, **options))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", ["news.csv", "news.tsv", "news", "-"])
def test_delimiter_line_ends_and_byte_order_mark_are_told_by_the_table(tmp_path, delimiter, end, mark, name):
    rows = [["Date", " text ", "Category"], ["2004-08-14", f'"Rain{delimiter} ""hard"" rain.{end}Water."', "Weather"]]
    [story] = read(tmp_path, mark + end.join(delimiter.join(row) for row in rows) + end, name)
    assert (story.headline, story.body) == (f'Rain{delimiter} "hard" rain.', "Water.")
    assert (story.category, story.origin.line) == ("Weather", 2)


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("Ulm", ("Ulm",)),
        ("Ulm;Neu-Ulm", ("Ulm", "Neu-Ulm")),
        (" Ulm | Paris; Texas |", ("Ulm", "Paris; Texas")),
        ("", ()),
    ],
)
@pytest.mark.parametrize("column", ["places", "place"])
def test_a_cell_holds_many_separated_by_a_bar_or_else_by_a_semicolon(tmp_path, cell, values, column):
    [story] = read(tmp_path, f"date,text,{column}\n2004-08-14,Rain.,{cell}\n")
    assert tuple(place.name for place in story.places) == values


def test_a_source_in_a_cell_is_a_name_an_address_or_both(tmp_path):
    [story] = read(
        tmp_path, "date,text,sources\n2004-08-14,Rain.,AP|https://www.a.example/;1|The Paper <http://p.example/2>\n"
    )
    assert story.sources == (
        Source("AP"),
        Source("a.example", "https://www.a.example/;1"),
        Source("The Paper", "http://p.example/2"),
    )


def test_lines_are_counted_over_cells_of_several_lines_and_blank_rows_are_passed_over(tmp_path):
    rain, snow, hail = read(
        tmp_path, 'text,date\n"Rain.\n\nWater.",2004-08-14\n\n,\nSnow.,2004-02-30\nHail.,2004-08-15\n'
    )
    assert (rain.origin.line, snow.where, hail.origin.line) == (2, "news.csv, line 7", 8)


def test_columns_that_are_no_field_and_cells_that_are_missing_are_passed_over(tmp_path):
    story, _ = read(tmp_path, "nr,origin,date,headline,body,category\n7,here,2004-08-14,Rain,Water\n")
    assert (story.headline, story.body, story.category) == ("Rain", "Water", None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2004-08-14,Rain, and snow.", "the row has 3 cells and the header 2"),
        ("2004-08-14,", "there is no text"),
        ("14.8.2004,Rain.", "date is '14.8.2004'"),
        (b"2004-08-14,Caf\xe9.", "not UTF-8: byte 0xe9 at position 15; save the table as UTF-8"),
        ("2004-08-14," + "x" * (17 * 2**20), "the line is longer than 16 MB"),
        ("2004-08-14,x\ry", "no row of a table"),
        ('2004-08-14,"Rain" fell.', "no row of a table"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_row_that_is_no_story_is_skipped_and_the_next_is_read(tmp_path, row, reason):
    row = row if isinstance(row, bytes) else row.encode()
    skipped, story = read(tmp_path, b"date,text\n" + row + b"\n2004-08-15,Hail.\n")
    assert skipped.where == "news.csv, line 2"
    assert reason in skipped.reason
    assert (story.headline, story.origin.line) == ("Hail.", 3)


def test_a_cell_may_be_an_article_of_megabytes(tmp_path):
    [story] = read(tmp_path, 'date,headline,body\n2004-08-14,Rain.,"' + "water \n" * 500_000 + '"\n')
    assert len(story.body) == 7 * 500_000


@pytest.mark.parametrize("lines", [1, 10, 200])
def test_a_quote_that_is_never_closed_is_told_and_the_rows_after_it_are_read(tmp_path, lines):
    rest = ("2004-08-16," + "hail " * 20_000 + "\n") * lines
    rain, skipped, *hail = read(tmp_path, f'date,text\n2004-08-14,Rain.\n2004-08-15,"Snow.\n{rest}')
    assert rain.headline == "Rain."
    assert skipped.where == "news.csv, line 3"
    assert "a quote may be open" in skipped.reason
    assert [story.origin.line for story in hail] == list(range(4, 4 + lines))


@pytest.mark.parametrize("header", ["when,what", "date,words", "text,headline", "x"])
def test_a_table_without_the_columns_it_needs_is_a_source_error(tmp_path, header):
    with pytest.raises(
        SourceError, match=r"news\.csv has no header that can be read: it needs a column date and one of text"
    ):
        read(tmp_path, f"{header}\n2004-08-14,Rain.\n")


def test_two_columns_for_one_field_are_a_source_error(tmp_path):
    with pytest.raises(SourceError, match="several of its columns are called body; leave one each"):
        read(tmp_path, "date,headline,Body,note,note,body \n2004-08-14,Rain.,Water.,a,b,\n")


def test_a_table_without_rows_is_a_source_error(tmp_path):
    with pytest.raises(SourceError, match="holds no story"):
        read(tmp_path, "date,text\n")


def test_columns_that_no_story_has_are_told_where_their_cells_hold_something(tmp_path):
    found = read(tmp_path, "Date,Title,Text,Author\n2004-08-14,Truce,A truce.,\n2004-08-15,,Rain.,X\n")
    assert found[2:] == [UnusedField("title", 1, "headline"), UnusedField("author", 1)]
    with pytest.raises(SourceError, match=r"its columns are: title \(did you mean headline\?\), published"):
        read(tmp_path, "Title,Published\nTruce,2004-08-14\n")
