"""Date words → spans of days.

    span    = range | moment                             both ends in
    range   = [ "from" | "between" ] moment ( ".." | "/" | "-" | "to" | "until" | "through" | "and" ) moment
            | ( "since" | "after" | "from" ) moment | moment ".."          from its first day
            | ( "until" | "up to" | "through" ) moment | ".." moment       up to its last day
            | "before" moment                                              up to the day before it begins
    moment  = 2004-08-14, 14 August 2004, August 14th, 2004, 14.8.2004     a day
            | 14-18 August 2004, August 14-18, 2004                        days of a month
            | 2004-08, August 2004, 08/2004 | 2004 | Q3 2004, first half of 2004 | 2004-W33, week 33 of 2004
            | summer 2004, 2004-22 | 1990s, the nineties, 199X | 20th century, 19XX
            | ( early | mid | late | beginning of | end of ) moment        a third of a month, year, decade or century
            | today, yesterday | ( last | this | next ) ( week | April | summer | Monday | … )
            | past 30 days, last three months | two weeks ago, 5 years ago

Month names, seasons and weekdays without a year are the latest that have begun. Weeks start on Monday; summer is June to
August, winter 2004 is December 2004 to February 2005. The exact forms are those of EDTF (ISO 8601-2:2019) level 1 and
what people write in English. Day and month in an order that cannot be told (8/4/2004) are refused.
"""

import datetime
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, NoReturn

from searchidx.errors import RequestError
from searchidx.stories.folding import fold

#: As they are written. The calendar module's change with the locale.
MONTHS = tuple("January February March April May June July August September October November December".split())
WEEKDAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())

_DAY = datetime.timedelta(days=1)
_LONGEST = 100
_EXAMPLES = '2004-08-14, 2004-08, 2004, 1990s, 2004-08..2004-10, "summer 2004", "14 August 2004", "last week"'


class Span(NamedTuple):
    """Days from the first to the last, both in; `datetime.date.min` and `.max` stand for open ends.

    `note` says what a reader may not expect of how the words were taken; mostly empty.
    """

    first: datetime.date
    last: datetime.date
    note: str = ""


def read_span(words: str, *, today: datetime.date) -> Span:
    """Return the days that date words mean.

    Raises:
        RequestError: if they mean none.
    """
    return _read(words, today, "date")


def read_after(words: str, *, today: datetime.date) -> Span:
    """Return the days from the first one that date words mean, on.

    Raises:
        RequestError: if they mean none.
    """
    span = _read(words, today, "after")
    return Span(span.first, datetime.date.max, span.note)


def read_before(words: str, *, today: datetime.date) -> Span:
    """Return the days up to the day before the first one that date words mean.

    Raises:
        RequestError: if they mean none, or have no beginning.
    """
    span = _read(words, today, "before")
    if span.first == datetime.date.min:
        _fail(words, "has no first day that something could be before", "before")
    return Span(datetime.date.min, span.first - _DAY, span.note)


def month_number(word: str) -> int | None:
    """Return the number of the month that a word names in full ("August" → 8), None if it names none."""
    word = fold(word)
    return MONTH_NAMES.index(word) + 1 if word in MONTH_NAMES else None


def period_name(span: Span) -> str:
    """Return the year, month or day that a span is in plain words that `read_span` reads, "" if it is none of them."""
    first, last = span.first, span.last
    year = f"{first.year:04d}"
    month = f"{MONTHS[first.month - 1]} {year}"
    if first == last:
        return f"{first.day} {month}"
    if last == first.replace(day=_month_length(first.year, first.month)) and first.day == 1:
        return month
    return year if (first, last) == (first.replace(month=1, day=1), first.replace(month=12, day=31)) else ""


def wider_periods(span: Span) -> tuple[str, ...]:
    """Return the month and the year that a span is only a part of, in plain words."""
    first, last = span.first, span.last
    if first.year != last.year:
        return ()
    year = f"{first.year:04d}"
    whole = Span(first.replace(day=1), first.replace(day=_month_length(first.year, first.month)))
    periods = (period_name(whole), year) if first.month == last.month else (year,)
    return tuple(period for period in periods if period != period_name(span))


def _read(words: str, today: datetime.date, parameter: str) -> Span:
    if len(words) > _LONGEST:
        _fail(f"{words[:30]}…", "is too long for a date", parameter)
    text, reading = _normal(words), _Reading(today, today)
    try:
        span = _moment(text, reading) or _range(text, reading)
    except (ValueError, OverflowError) as error:
        reason = str(error) if isinstance(error, _NoSuchDate) else "lies outside the calendar's years, 1 to 9999"
        _fail(words, reason, parameter)
    if span is None:
        _fail(words, "is no date", parameter)
    return Span(span.first, span.last, span.note)


def _fail(words: str, reason: str, parameter: str) -> NoReturn:
    raise RequestError(f"“{words}” {reason}; write a date like {_EXAMPLES}", parameter=parameter)


class _NoSuchDate(ValueError):
    """Words in the form of a date that is not in the calendar, or could be two."""


class _Reading(NamedTuple):
    """What words are read against.

    Attributes:
        today: what relative words count from.
        anchor: where a date without a year lies: the latest that has begun by then, or with `forward` the next.
    """

    today: datetime.date
    anchor: datetime.date
    forward: bool = False

    def nearest(self, of_year: Callable[[int], "_Moment"]) -> "_Moment":
        """Return the one of the yearly dates that is meant where no year is said."""
        years = (self.anchor.year + step for step in ((0, 1) if self.forward else (0, -1)))
        for year in years:
            moment = of_year(year)
            if moment.last >= self.anchor if self.forward else moment.first <= self.anchor:
                break
        return moment._replace(yearless=True)


class _Moment(NamedTuple):
    first: datetime.date
    last: datetime.date
    note: str = ""
    yearless: bool = False


# Ranges


# No form is compiled before it is tried: all of them take as long as importing click.
_OPEN_RIGHT = r"(?:since|after|from|starting) (?P<words>.+?)(?: onwards?)?|(?P<dotted>\w.*?) ?(?:/?\.\.+|/)"
_OPEN_LEFT = r"(?:until|till|up to|through) (?P<words>.+)|(?:\.\.+/?|/) ?(?P<dotted>\w.*)"
_BEFORE = r"before (?P<words>.+)"
_CLOSED = r"(?:(?P<between>between)|from)? ?(?P<ends>.+)"
_SEPARATOR = r" ?\.\.+ ?| ?/ ?| ?- ?| (?:to|until|till|through) "
_AND = r" and "


def _range(text: str, reading: _Reading) -> _Moment | None:
    for form in (_OPEN_RIGHT, _OPEN_LEFT, _BEFORE):
        match = re.fullmatch(form, text)
        span = match and _moment(match["words"] or match["dotted"], reading)
        if span and form is _OPEN_RIGHT:
            return span._replace(last=datetime.date.max)
        if span:
            return span._replace(first=datetime.date.min, last=span.last if form is _OPEN_LEFT else span.first - _DAY)
    match = re.fullmatch(_CLOSED, text)
    if match is None:
        return None
    for separator in re.finditer(_AND if match["between"] else _SEPARATOR, match["ends"]):
        span = _ends(match["ends"][: separator.start()], match["ends"][separator.end() :], reading)
        if span is not None:
            return span
    return None


def _ends(left: str, right: str, reading: _Reading) -> _Moment | None:
    """Read the two ends; one that has no year takes it from the other."""
    end = _moment(right, reading)
    begin = end and _moment(left, reading._replace(anchor=end.last))
    if begin and end and end.yearless and not begin.yearless:
        end = _moment(right, reading._replace(anchor=begin.first, forward=True))
    if not begin or not end:
        return None
    if end.last < begin.first:
        return _Moment(end.first, begin.last, f"the ends of “{left} … {right}” were swapped")
    return _Moment(begin.first, end.last, begin.note or end.note)


# Moments


def _moment(text: str, reading: _Reading) -> _Moment | None:
    text = text.strip(" ?~%")
    for form, read in _FORMS:
        match = re.fullmatch(form, text)
        if match is not None:
            return read(match, reading)
    return None


def _normal(words: str) -> str:
    """Return date words in small letters, without what does not count, words apart by one space."""
    text = re.sub(r"[,;()\"]", " ", fold(words))
    text = re.sub(r"\b(?:the|of|in|on|during)(?=\s|$)", " ", text)
    text = re.sub(r"\b(early|mid|late)-", r"\1 ", text)
    text = re.sub(r"(?<=[a-z])-(?=\d)|(?<=\d)-(?=(?!x+\b)[a-z])", " ", text)
    text = re.sub(r"(?<=[a-z] )(\d\d?)-(?=\d{4}\b)|\b(\d\d?)\.(?= ?[a-z])", r"\1\2 ", text)  # aug 14-2004, 14. august
    return " ".join(text.split())


def _date(year: int, month: int, day: int) -> datetime.date:
    if not 1 <= year <= 9999:
        raise ValueError
    if not 1 <= month <= 12:
        raise _NoSuchDate(f"has no month: there is no {_ordinal(month)} one")
    length = _month_length(year, month)
    if not 1 <= day <= length:
        raise _NoSuchDate(f"is no day: {MONTHS[month - 1]} {year} has the days 1 to {length}")
    return datetime.date(year, month, day)


def _month_length(year: int, month: int) -> int:
    """Return how many days a month has."""
    from calendar import monthrange  # noqa: PLC0415 - it loads locales, and few searches name a month

    return monthrange(year, month)[1]


def _months(year: int, month: int, count: int = 1) -> _Moment:
    """Return `count` months from one of a year on; months before the first or after the twelfth are other years'."""
    first, after = (divmod(year * 12 + month - 1 + step, 12) for step in (0, count - 1))
    last = _date(after[0], after[1] + 1, 1)
    return _Moment(_date(first[0], first[1] + 1, 1), last.replace(day=_month_length(last.year, last.month)))


def _years(first: int, last: int) -> _Moment:
    return _Moment(_date(first, 1, 1), _date(last, 12, 31))


def _ordinal(number: int) -> str:
    suffix = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


#: The same, folded.
MONTH_NAMES = tuple(map(str.lower, MONTHS))
_MONTH_NUMBERS = {name[:length]: i for i, name in enumerate(MONTH_NAMES, 1) for length in (3, len(name))} | {"sept": 9}
_WEEKDAY_NUMBERS = {
    name[:length]: i for i, name in enumerate(map(str.lower, WEEKDAYS)) for length in (3, len(name))
} | {"tues": 1, "thur": 3, "thurs": 3}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_TENS = (
    "noughties",
    "tens",
    "twenties",
    "thirties",
    "forties",
    "fifties",
    "sixties",
    "seventies",
    "eighties",
    "nineties",
)
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
#: Parts of a year in EDTF's codes: the first month and the number of months.
_EDTF_PARTS = {21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3), 25: (3, 3), 26: (6, 3), 27: (9, 3), 28: (12, 3)} | {
    33: (1, 3), 34: (4, 3), 35: (7, 3), 36: (10, 3), 40: (1, 6), 41: (7, 6),
}  # fmt: skip


def _one_of(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _day(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read a day, or days of one month; a weekday before it must be right."""
    month = match["month"]
    number = _MONTH_NUMBERS.get(month) or int(month)
    days = [int(match["day"])]
    if match.groupdict().get("to"):
        days.append(int(match["to"]))

    def of_year(year: int) -> _Moment:
        first, last = _date(year, number, min(days)), _date(year, number, max(days))
        return _Moment(first, last)

    if match["year"] is None:
        if days == [29] and number == 2:
            raise _NoSuchDate("needs its year")
        return reading.nearest(of_year)
    moment = of_year(int(match["year"]))
    weekday = match.groupdict().get("weekday")
    if weekday and _WEEKDAY_NUMBERS[weekday] != moment.first.weekday():
        raise _NoSuchDate(f"is no day: it was a {WEEKDAYS[moment.first.weekday()]}")
    return moment


def _numeric_day(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read 14.8.2004 and 8/14/2004; with dots the day stands first."""
    one, other, year = int(match["one"]), int(match["other"]), int(match["year"])
    if match["dot"] == "." or one > 12 or one == other:
        date = _date(year, other, one)
    elif other > 12:
        date = _date(year, one, other)
    else:
        raise _NoSuchDate(f"can be {year:04}-{one:02}-{other:02} or {year:04}-{other:02}-{one:02}: say which")
    return _Moment(date, date)


def _month(match: re.Match[str], reading: _Reading) -> _Moment:
    number = _MONTH_NUMBERS.get(match["month"]) or _checked_month(int(match["month"]))
    if match["year"] is None:
        return reading.nearest(lambda year: _months(year, number))
    return _months(int(match["year"]), number)


def _checked_month(number: int) -> int:
    return _date(2000, number, 1).month


def _edtf_part(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read 2004-22, a part of the year in EDTF's codes."""
    part = _EDTF_PARTS.get(int(match["part"]))
    if part is None:
        return _months(int(match["year"]), _checked_month(int(match["part"])))
    return _part_of_year(int(match["year"]), *part)


def _part_of_year(year: int, month: int, count: int) -> _Moment:
    moment = _months(year, month, count)
    if moment.first.year == moment.last.year:
        return moment
    return moment._replace(note=f"winter {year} was taken as December {year} to February {year + 1}")


def _season(match: re.Match[str], reading: _Reading) -> _Moment:
    month = _SEASONS[match["season"]]
    if match["year"] is None:
        return reading.nearest(lambda year: _months(year, month, 3))
    year, following = int(match["year"]), match.groupdict().get("next")
    if following is None:
        return _part_of_year(year, month, 3)
    if month != 12 or int(following) % 100 != (year + 1) % 100:
        raise _NoSuchDate("names two years; only a winter lies in two that follow each other")
    return _months(year, month, 3)


def _share_of_year(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read quarters and halves."""
    size = 3 if match["letter"] == "q" else 6
    count = 12 // size
    number = count if match["number"] == "last" else _ORDINALS.get(match["number"]) or int(match["number"][0])
    if not 1 <= number <= count:
        raise _NoSuchDate(f"is no part of a year: it has {count} of them")
    return _months(int(match["year"]), 1 + (number - 1) * size, size)


def _year(match: re.Match[str], reading: _Reading) -> _Moment:
    return _years(int(match["year"]), int(match["year"]))


def _decade(match: re.Match[str], reading: _Reading) -> _Moment:
    return _decade_from(int(match["decade"]) * 10)


def _decade_of_century(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read the 90s and the nineties as the latest that have begun."""
    tens = int(match["tens"]) if match["tens"] else _TENS.index(match["name"])
    first = reading.today.year // 100 * 100 + tens * 10
    return _decade_from(first if first <= reading.today.year else first - 100)


def _decade_from(first: int) -> _Moment:
    return _years(max(first, 1), first + 9)


def _century(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read the 20th century as 1901 to 2000."""
    number = int(match["number"])
    return _years(number * 100 - 99, number * 100)


def _hundreds(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read EDTF's 19XX as 1900 to 1999."""
    first = int(match["hundreds"]) * 100
    return _years(max(first, 1), first + 99)


def _iso_week(match: re.Match[str], reading: _Reading) -> _Moment:
    year, week = int(match["year"]), int(match["week"])
    try:
        monday = datetime.date.fromisocalendar(year, week, 1)
    except ValueError:
        raise _NoSuchDate(f"is no week: {year} has not so many") from None
    return _Moment(monday, monday + 6 * _DAY)


def _weekday(match: re.Match[str], reading: _Reading) -> _Moment:
    back = (reading.today.weekday() - _WEEKDAY_NUMBERS[match["weekday"]]) % 7
    date = reading.today - back * _DAY
    return _Moment(date, date)


def _part(match: re.Match[str], reading: _Reading) -> _Moment | None:
    """Read the first, the middle or the last third of a month, year, decade or century."""
    whole = _moment(match["whole"], reading)
    if whole is None:
        return None
    first, last = whole.first, whole.last
    years = last.year - first.year + 1
    if (first.day, first.month) == (1, 1) and (last.day, last.month) == (31, 12):
        if years == 1:
            second, third = first.replace(month=5), first.replace(month=9)
        else:
            second, third = (first.replace(year=first.year + -(-years * i // 3)) for i in (1, 2))
    elif first.day == 1 and (first.year, first.month) == (last.year, last.month) and (last + _DAY).day == 1:
        second, third = first.replace(day=11), first.replace(day=21)
    else:
        raise _NoSuchDate("is no date: only months, years, decades and centuries have an early, a mid and a late part")
    part = match["part"]
    if part in ("early", "beginning", "start"):
        return whole._replace(last=second - _DAY)
    if part in ("mid", "middle"):
        return whole._replace(first=second, last=third - _DAY)
    return whole._replace(first=third)


def _week_of_month(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read the first week of a month as its first seven days, and so on, and the last as its last seven."""
    whole = _month(match, reading)
    if match["nth"] == "last":
        return whole._replace(first=whole.last - 6 * _DAY)
    number = _ORDINALS.get(match["nth"]) or int(match["nth"][0])
    first = whole.first + (number - 1) * 7 * _DAY
    return whole._replace(first=first, last=first + 6 * _DAY)


def _relative_day(match: re.Match[str], reading: _Reading) -> _Moment:
    steps = {"today": 0, "now": 0, "yesterday": -1, "day before yesterday": -2, "tomorrow": 1}
    date = reading.today + steps[match[0]] * _DAY
    return _Moment(date, date)


_THIS_OR_LAST = {"this": 0, "current": 0, "last": -1, "previous": -1, "past": -1, "next": 1}


def _relative_unit(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read "last week" as the calendar's one before this, and "past week" as the seven days up to today."""
    if match["which"] == "past":
        return _up_to_today(1, match["unit"], reading.today)
    return _unit(match["unit"], _THIS_OR_LAST[match["which"]], reading.today)


def _units_ago(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read "two months ago" as that whole month."""
    return _unit(match["unit"], -_number(match["number"]), reading.today)


def _past_units(match: re.Match[str], reading: _Reading) -> _Moment:
    return _up_to_today(_number(match["number"]), match["unit"], reading.today)


def _up_to_today(number: int, unit: str, today: datetime.date) -> _Moment:
    """Return so many days, weeks, months … that end with today."""
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "centur": 1200}
    if unit in months:
        start = _months(today.year, today.month - number * months[unit])
        before = min(start.first + (today.day - 1) * _DAY, start.last)
    else:
        before = today - number * {"day": 1, "week": 7}[unit] * _DAY
    return _Moment(min(before + _DAY, today), today)


def _unit(unit: str, steps: int, today: datetime.date) -> _Moment:
    """Return the calendar's day, week, month … so many steps from the one that holds today."""
    match unit:
        case "day":
            return _Moment(today + steps * _DAY, today + steps * _DAY)
        case "week":
            monday = today + (7 * steps - today.weekday()) * _DAY
            return _Moment(monday, monday + 6 * _DAY)
        case "month":
            return _months(today.year, today.month + steps)
        case "quarter":
            return _months(today.year, today.month - (today.month - 1) % 3 + 3 * steps, 3)
        case "year":
            return _years(today.year + steps, today.year + steps)
        case "decade":
            first = today.year // 10 * 10 + 10 * steps
            return _years(first, first + 9)
        case _:
            first = (today.year - 1) // 100 * 100 + 1 + 100 * steps
            return _years(first, first + 99)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else 1 if word in ("a", "an") else _NUMBERS.index(word) + 1


def _relative_name(match: re.Match[str], reading: _Reading) -> _Moment:
    """Read "last April" as the latest that is over, "next April" as the first to come, "this April" as this year's."""
    which, today = _THIS_OR_LAST[match["which"]], reading.today
    if match["weekday"]:
        monday = today - today.weekday() * _DAY
        days = (monday + (_WEEKDAY_NUMBERS[match["weekday"]] + 7 * week) * _DAY for week in (-1, 0, 1))
        choices = [_Moment(day, day) for day in days]
    else:
        month, count = (_SEASONS[match["season"]], 3) if match["season"] else (_MONTH_NUMBERS[match["month"]], 1)
        choices = [_months(today.year + step, month, count) for step in (-2, -1, 0, 1)]
        if not which:
            return choices[2]
    if not which:
        return choices[1]
    over = [choice for choice in choices if choice.last < today]
    coming = [choice for choice in choices if choice.first > today]
    return over[-1] if which < 0 else coming[0]


def _forms() -> Iterator[tuple[str, Callable[[re.Match[str], _Reading], _Moment | None]]]:
    """Yield the forms of moments with their readers; the first that fits is taken."""
    year, digits = r"(?P<year>\d{4})", r"\d\d?"
    day = rf"(?P<day>{digits})(?:st|nd|rd|th)?"
    to = rf" ?(?:-|to|and|through) ?(?P<to>{digits})(?:st|nd|rd|th)?"
    month = rf"(?P<month>{_one_of(_MONTH_NUMBERS)})\.?"
    weekday = rf"(?P<weekday>{_one_of(_WEEKDAY_NUMBERS)})\.?"
    season = rf"(?P<season>{_one_of(_SEASONS)})"
    unit = "(?P<unit>day|week|month|quarter|year|decade|centur)(?:s|y|ies)?"
    number = rf"(?P<number>\d+|an?|{'|'.join(_NUMBERS)})"
    ordinal = r"(?P<number>first|second|third|fourth|last|\d(?:st|nd|rd|th)) (?P<letter>h|q)(?:alf|uarter)"
    which = f"(?P<which>{'|'.join(_THIS_OR_LAST)})"
    yield rf"(?:year )?{year}(?:-xx)?", _year
    yield rf"{year}(?P<dot>[-/.])(?P<month>{digits})(?P=dot)(?P<day>{digits})(?:[t ]\d\d:.*)?", _day
    yield rf"{year}(?P<month>\d\d)(?P<day>\d\d)", _day
    yield rf"{year}-(?P<part>{digits})(?:-xx)?", _edtf_part
    yield rf"{year}-xx-xx", _year
    yield rf"{year}[/.](?P<month>{digits})", _month
    yield rf"(?P<month>{digits})[-/.]{year}", _month
    yield rf"(?P<one>{digits})(?P<dot>[-/.])(?P<other>{digits})(?P=dot){year}", _numeric_day
    yield rf"(?:{weekday} )?{day} {month}(?: {year})?", _day
    yield rf"(?:{weekday} )?{month} {day}(?: {year})?", _day
    yield rf"(?:from |between )?{day}{to} {month}(?: {year})?", _day
    yield rf"(?:from |between )?{month} {day}{to}(?: {year})?", _day
    yield rf"{year} {month} {day}", _day
    yield rf"{month}(?: {year})?", _month
    yield rf"{year} {month}", _month
    yield rf"{season}(?: {year}(?:[-/](?P<next>\d\d|\d{{4}}))?)?", _season
    yield rf"{year} {season}", _season
    yield rf"(?P<letter>[hq])(?P<number>\d)[ -]{year}", _share_of_year
    yield rf"{year} ?(?P<letter>[hq])(?P<number>\d)", _share_of_year
    yield rf"{ordinal} {year}", _share_of_year
    yield rf"(?P<nth>first|second|third|fourth|last|[1-4](?:st|nd|rd|th)) week {month}(?: {year})?", _week_of_month
    yield rf"{year} ?w(?P<week>{digits})", _iso_week
    yield rf"week (?P<week>{digits}) {year}", _iso_week
    yield r"(?P<decade>\d{3})(?:0'?s|x)", _decade
    yield rf"'?(?P<tens>\d)0'?s|(?P<name>{'|'.join(_TENS)})", _decade_of_century
    yield r"(?P<number>\d\d?)(?:st|nd|rd|th) century", _century
    yield r"(?P<hundreds>\d\d)xx", _hundreds
    yield "today|now|yesterday|day before yesterday|tomorrow", _relative_day
    yield rf"{which} {unit}", _relative_unit
    yield rf"(?:past|last|previous) {number} {unit}", _past_units
    yield rf"{number} {unit} ago", _units_ago
    yield weekday, _weekday
    yield rf"{which} (?:{weekday}|{season}|{month})", _relative_name
    yield "(?P<part>early|beginning|start|mid|middle|late|end) (?P<whole>.+)", _part


_FORMS = tuple(_forms())
