"""Counting over time: which periods are counted."""

import pytest

from searchidx.search.over_time import unbroken


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        ([], []),
        (["2004"], ["2004"]),
        (["2006", "2003", "2004"], ["2003", "2004", "2005", "2006"]),
        (["0999", "1001"], ["0999", "1000", "1001"]),
        (["2005-02", "2004-11"], ["2004-11", "2004-12", "2005-01", "2005-02"]),
        (["2004-02-28", "2004-03-01"], ["2004-02-28", "2004-02-29", "2004-03-01"]),
        (["0214", "2004", "2006"], ["0214", "2004", "2006"]),
        (["0214-08", "2004-08"], ["0214-08", "2004-08"]),
        (["2004-08-14", "9999-12-31"], ["2004-08-14", "9999-12-31"]),
    ],
)
def test_periods_are_filled_up_unless_they_lie_ages_apart(some, expected):
    assert unbroken(some) == expected
