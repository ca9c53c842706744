"""Date words and the days they mean."""

import datetime
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchidx.errors import RequestError
from searchidx.search.dates import (
    Span,
    month_number,
    period_name,
    read_after,
    read_before,
    read_span,
    wider_periods,
)

#: A Wednesday.
TODAY = datetime.date(2026, 11, 25)


def days(text):
    """Return the span of "2004-08-01 2004-08-31"; a dot stands for an open end."""
    first, last = text.split() if " " in text else (text, text)
    return (
        datetime.date.min if first == "." else datetime.date.fromisoformat(first),
        datetime.date.max if last == "." else datetime.date.fromisoformat(last),
    )


def read(words, reader=read_span):
    span = reader(words, today=TODAY)
    return span.first, span.last


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2004-08-14", "2004-08-14"),
        ("2004/08/14", "2004-08-14"),
        ("2004-8-4", "2004-08-04"),
        ("20040814", "2004-08-14"),
        ("2004-08-14T23:59:00Z", "2004-08-14"),
        ("14.8.2004", "2004-08-14"),
        ("4.8.2004", "2004-08-04"),
        ("14/8/2004", "2004-08-14"),
        ("8/14/2004", "2004-08-14"),
        ("8-8-2004", "2004-08-08"),
        ("14 August 2004", "2004-08-14"),
        ("14th of August, 2004", "2004-08-14"),
        ("August 14, 2004", "2004-08-14"),
        ("Aug. 1st 2004", "2004-08-01"),
        ("14-Aug-2004", "2004-08-14"),
        ("2004 August 14", "2004-08-14"),
        ("Saturday, 14 August 2004", "2004-08-14"),
        ("on Sat. August 14, 2004", "2004-08-14"),
        ("29 February 2004", "2004-02-29"),
        ("14 August", "2026-08-14"),
        ("December 24", "2025-12-24"),
        ("2004-08", "2004-08-01 2004-08-31"),
        ("2004-02", "2004-02-01 2004-02-29"),
        ("2004-12", "2004-12-01 2004-12-31"),
        ("August 2004", "2004-08-01 2004-08-31"),
        ("march 2011", "2011-03-01 2011-03-31"),
        ("sept. 2001", "2001-09-01 2001-09-30"),
        ("in the August of 2004", "2004-08-01 2004-08-31"),
        ("2004 August", "2004-08-01 2004-08-31"),
        ("08/2004", "2004-08-01 2004-08-31"),
        ("2004/08", "2004-08-01 2004-08-31"),
        ("April", "2026-04-01 2026-04-30"),
        ("December", "2025-12-01 2025-12-31"),
        ("2004", "2004-01-01 2004-12-31"),
        ("the year 2004", "2004-01-01 2004-12-31"),
        ("1990s", "1990-01-01 1999-12-31"),
        ("the 1990's", "1990-01-01 1999-12-31"),
        ("’90s", "1990-01-01 1999-12-31"),
        ("the nineties", "1990-01-01 1999-12-31"),
        ("20s", "2020-01-01 2029-12-31"),
        ("20th century", "1901-01-01 2000-12-31"),
        ("21st century", "2001-01-01 2100-12-31"),
    ],
)
def test_days_months_years_decades_centuries(words, span):
    assert read(words) == days(span)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("spring 2004", "2004-03-01 2004-05-31"),
        ("summer 2004", "2004-06-01 2004-08-31"),
        ("Summer of 2004", "2004-06-01 2004-08-31"),
        ("2004 autumn", "2004-09-01 2004-11-30"),
        ("fall 2004", "2004-09-01 2004-11-30"),
        ("winter 2004", "2004-12-01 2005-02-28"),
        ("winter 2003-04", "2003-12-01 2004-02-29"),
        ("winter 2003/2004", "2003-12-01 2004-02-29"),
        ("winter", "2025-12-01 2026-02-28"),
        ("Q3 2004", "2004-07-01 2004-09-30"),
        ("2004-Q3", "2004-07-01 2004-09-30"),
        ("third quarter of 2004", "2004-07-01 2004-09-30"),
        ("last quarter of 2004", "2004-10-01 2004-12-31"),
        ("first half of 2004", "2004-01-01 2004-06-30"),
        ("the first week of February 2004", "2004-02-01 2004-02-07"),
        ("fourth week of february 2005", "2005-02-22 2005-02-28"),
        ("2nd week of march 2004", "2004-03-08 2004-03-14"),
        ("last week of august 2005", "2005-08-25 2005-08-31"),
        ("aug-14-2004", "2004-08-14 2004-08-14"),
        ("14. august 2004", "2004-08-14 2004-08-14"),
        ("H2 2004", "2004-07-01 2004-12-31"),
        ("2004-W33", "2004-08-09 2004-08-15"),
        ("week 33 of 2004", "2004-08-09 2004-08-15"),
        ("early 2004", "2004-01-01 2004-04-30"),
        ("mid-2004", "2004-05-01 2004-08-31"),
        ("late 2004", "2004-09-01 2004-12-31"),
        ("end of 2004", "2004-09-01 2004-12-31"),
        ("early August 2004", "2004-08-01 2004-08-10"),
        ("middle of august 2004", "2004-08-11 2004-08-20"),
        ("late february 2004", "2004-02-21 2004-02-29"),
        ("early 1990s", "1990-01-01 1993-12-31"),
        ("mid-1990s", "1994-01-01 1996-12-31"),
        ("the late nineties", "1997-01-01 1999-12-31"),
        ("late 20th century", "1968-01-01 2000-12-31"),
    ],
)
def test_seasons_and_parts_of_years(words, span):
    assert read(words) == days(span)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("today", "2026-11-25"),
        ("yesterday", "2026-11-24"),
        ("the day before yesterday", "2026-11-23"),
        ("this week", "2026-11-23 2026-11-29"),
        ("last week", "2026-11-16 2026-11-22"),
        ("past week", "2026-11-19 2026-11-25"),
        ("past 30 days", "2026-10-27 2026-11-25"),
        ("last 30 days", "2026-10-27 2026-11-25"),
        ("past two weeks", "2026-11-12 2026-11-25"),
        ("past month", "2026-10-26 2026-11-25"),
        ("past year", "2025-11-26 2026-11-25"),
        ("last three months", "2026-08-26 2026-11-25"),
        ("last month", "2026-10-01 2026-10-31"),
        ("this month", "2026-11-01 2026-11-30"),
        ("last quarter", "2026-07-01 2026-09-30"),
        ("last year", "2025-01-01 2025-12-31"),
        ("this decade", "2020-01-01 2029-12-31"),
        ("last century", "1901-01-01 2000-12-31"),
        ("3 days ago", "2026-11-22"),
        ("two weeks ago", "2026-11-09 2026-11-15"),
        ("a month ago", "2026-10-01 2026-10-31"),
        ("22 years ago", "2004-01-01 2004-12-31"),
        ("Wednesday", "2026-11-25"),
        ("monday", "2026-11-23"),
        ("last Wednesday", "2026-11-18"),
        ("this friday", "2026-11-27"),
        ("last summer", "2026-06-01 2026-08-31"),
        ("last winter", "2025-12-01 2026-02-28"),
        ("last autumn", "2025-09-01 2025-11-30"),
        ("this autumn", "2026-09-01 2026-11-30"),
        ("last november", "2025-11-01 2025-11-30"),
        ("next april", "2027-04-01 2027-04-30"),
    ],
)
def test_words_that_count_from_today(words, span):
    assert read(words) == days(span)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2004-08..2004-10", "2004-08-01 2004-10-31"),
        ("2004-08 .. 2004-10-05", "2004-08-01 2004-10-05"),
        ("2004…2005", "2004-01-01 2005-12-31"),
        ("2004-2006", "2004-01-01 2006-12-31"),
        ("2004 – 2006", "2004-01-01 2006-12-31"),
        ("2004 to 2006", "2004-01-01 2006-12-31"),
        ("from 2004 through 2006", "2004-01-01 2006-12-31"),
        ("between 2004 and 2006", "2004-01-01 2006-12-31"),
        ("between August 14, 2004 and yesterday", "2004-08-14 2026-11-24"),
        ("august to october 2004", "2004-08-01 2004-10-31"),
        ("August–October 2004", "2004-08-01 2004-10-31"),
        ("december to february 2005", "2004-12-01 2005-02-28"),
        ("november 2004 to february", "2004-11-01 2005-02-28"),
        ("from 14 August 2004 to 3 September", "2004-08-14 2004-09-03"),
        ("14 to 18 August 2004", "2004-08-14 2004-08-18"),
        ("14–18 August 2004", "2004-08-14 2004-08-18"),
        ("August 14-18, 2004", "2004-08-14 2004-08-18"),
        ("from August 14 to 18, 2004", "2004-08-14 2004-08-18"),
        ("between 14 and 18 August 2004", "2004-08-14 2004-08-18"),
        ("early 2004 to mid-2005", "2004-01-01 2005-08-31"),
        ("1990s to 2004", "1990-01-01 2004-12-31"),
        ("last month to today", "2026-10-01 2026-11-25"),
        ("since 2004", "2004-01-01 ."),
        ("since march 2011", "2011-03-01 ."),
        ("after 2010", "2010-01-01 ."),
        ("from 2004 on", "2004-01-01 ."),
        ("from 2004 onwards", "2004-01-01 ."),
        ("2004-08..", "2004-08-01 ."),
        ("..2004", ". 2004-12-31"),
        ("until 2004", ". 2004-12-31"),
        ("up to August 2004", ". 2004-08-31"),
        ("before 2004", ". 2003-12-31"),
    ],
)
def test_ranges_have_both_ends_in(words, span):
    assert read(words) == days(span)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2004-08-14", "2004-08-14"),
        ("2004-08/2004-10", "2004-08-01 2004-10-31"),
        ("2004-08-14/2004-10", "2004-08-14 2004-10-31"),
        ("2004/2005", "2004-01-01 2005-12-31"),
        ("../2004", ". 2004-12-31"),
        ("/2004", ". 2004-12-31"),
        ("2004-08/..", "2004-08-01 ."),
        ("2004-08/", "2004-08-01 ."),
        ("2004-08~", "2004-08-01 2004-08-31"),
        ("2004?", "2004-01-01 2004-12-31"),
        ("2004-08-14%", "2004-08-14"),
        ("2004~/2005-06?", "2004-01-01 2005-06-30"),
        ("2004-21", "2004-03-01 2004-05-31"),
        ("2004-22", "2004-06-01 2004-08-31"),
        ("2004-24", "2004-12-01 2005-02-28"),
        ("2004-34", "2004-04-01 2004-06-30"),
        ("199X", "1990-01-01 1999-12-31"),
        ("19XX", "1900-01-01 1999-12-31"),
        ("2004-XX", "2004-01-01 2004-12-31"),
        ("2004-08-XX", "2004-08-01 2004-08-31"),
        ("2004-XX-XX", "2004-01-01 2004-12-31"),
    ],
)
def test_edtf_of_levels_0_and_1(words, span):
    assert read(words) == days(span)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2010", "2010-01-01 ."),
        ("march 2011", "2011-03-01 ."),
        ("last week", "2026-11-16 ."),
        ("2004-08..2004-10", "2004-08-01 ."),
    ],
)
def test_after_begins_with_the_first_day(words, span):
    assert read(words, read_after) == days(span)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2010", ". 2009-12-31"),
        ("march 2011", ". 2011-02-28"),
        ("last week", ". 2026-11-15"),
        ("summer 2004", ". 2004-05-31"),
    ],
)
def test_before_ends_with_the_day_before_it_begins(words, span):
    assert read(words, read_before) == days(span)


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ("winter 2004", "winter 2004 was taken as December 2004 to February 2005"),
        ("2004-10..2004-08", "the ends of “2004-10 … 2004-08” were swapped"),
        ("summer 2004", ""),
        ("winter 2003-04", ""),
    ],
)
def test_an_unexpected_reading_is_told(words, note):
    assert read_span(words, today=TODAY).note == note


def test_swapped_ends_are_put_right():
    assert read("2004-10..2004-08") == days("2004-08-01 2004-10-31")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("2004-02-30", "February 2004 has the days 1 to 29"),
        ("31 June 2004", "June 2004 has the days 1 to 30"),
        ("2004-13", "no 13th"),
        ("2004-13-01", "no 13th"),
        ("8/4/2004", "can be 2004-08-04 or 2004-04-08"),
        ("Sunday 14 August 2004", "it was a Saturday"),
        ("2003-W53", "not so many"),
        ("Q5 2004", "it has 4"),
        ("0000", "outside the calendar"),
        ("past 99999999999 days", "outside the calendar"),
        ("winter 9999", "outside the calendar"),
        ("early last week", "only months, years"),
        ("29 February", "needs its year"),
        ("march on baghdad", "is no date"),
        ("", "is no date"),
        ("..", "is no date"),
        ("to", "is no date"),
        ("x" * 10_000, "too long"),
    ],
)
def test_what_is_no_date_is_told_with_examples(words, reason):
    with pytest.raises(RequestError, match="write a date like 2004-08-14") as error:
        read_span(words, today=TODAY)
    assert reason in str(error.value)
    assert error.value.parameter == "date"


def test_nothing_is_before_what_has_no_beginning():
    with pytest.raises(RequestError, match="no first day"):
        read_before("until 2004", today=TODAY)
    assert read_after("1 January 0001", today=TODAY).first == datetime.date.min


_WORDS = st.lists(
    st.sampled_from(
        "2004 0000 9999 08 31 30s april may winter last past next this week days century early mid between and from to since "
        "before .. / - Q3 W53 199X XX 2004-08-14 14th february two ago monday of the ~ ? , 99999999999".split()
    )
    | st.text(string.printable, max_size=4),
    max_size=8,
)


@given(_WORDS.map(" ".join) | st.text(max_size=120))
def test_any_text_is_a_span_or_a_request_error(text):
    for reader in (read_span, read_after, read_before):
        try:
            span = reader(text, today=TODAY)
        except RequestError:
            continue
        assert isinstance(span, Span)
        assert span.first <= span.last


@given(st.dates())
def test_every_day_reads_as_itself_in_every_form(day):
    for words in (f"{day}", f"{day.day} {day:%B} {day.year:04}", f"{day:%A} {day:%b} {day.day}, {day.year:04}"):
        assert read(words) == (day, day)


@given(st.dates())
def test_periods_are_named_in_words_that_are_read_as_them(day):
    name, (month, year) = period_name(Span(day, day)), wider_periods(Span(day, day))
    assert read(name) == (day, day)
    assert [period_name(Span(*read(words))) for words in (month, year)] == [month, year]
    assert read(month)[0] == day.replace(day=1)
    assert read(year)[0] == day.replace(month=1, day=1)


@pytest.mark.parametrize(("word", "number"), [("August", 8), ("may", 5), ("aug", None), ("najaf", None)])
def test_full_names_of_months_have_a_number(word, number):
    assert month_number(word) == number
