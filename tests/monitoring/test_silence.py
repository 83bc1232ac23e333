"""A shop is silent when it usually is not."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.kit import charts
from monitoring.silence import HOUR, WEEK, WEEKS, quiet_since, strip
from tests.conftest import NOW

UNTIL = NOW.replace(minute=0)
HOURS = {UNTIL - WEEK * week - HOUR * back for week in range(WEEKS + 1) for back in range(1, 25)}


def heard(*, usually, lately):
    """Counts of Leeds: `usually` in every hour of the weeks before, `lately` of the last hours."""
    counts = {("LDS", hour): usually for hour in HOURS if hour < UNTIL - timedelta(days=2)}
    for back, count in enumerate(reversed(lately), 1):
        counts["LDS", UNTIL - HOUR * back] = count
    return counts


def leeds(*, usually, lately, counted=HOURS):
    counts = heard(usually=usually, lately=lately)
    return strip("LDS", until=UNTIL, counts=counts, counted=set(counted))


def test_an_hour_without_a_receipt_is_silent_where_there_are_usually_some():
    row = leeds(usually=12, lately=[*[3] * 22, 0, 0])

    assert [each.is_silent for each in row[-3:]] == [False, True, True]
    assert quiet_since(row) == UNTIL - 2 * HOUR
    assert row[-1].usual == 12


def test_a_closed_shop_is_not_silent():
    assert quiet_since(leeds(usually=0, lately=[0] * 24)) is None


def test_one_receipt_ends_the_silence():
    assert quiet_since(leeds(usually=12, lately=[*[0] * 23, 1])) is None


def test_what_was_not_counted_is_unknown_and_not_silent():
    missing = HOURS - {UNTIL - HOUR}

    row = leeds(usually=12, lately=[0] * 24, counted=missing)

    assert row[-1].count is None
    assert not row[-1].is_silent
    assert quiet_since(row) is None


def test_nothing_is_usual_before_two_weeks_were_counted():
    lately = {hour for hour in HOURS if hour > UNTIL - timedelta(days=9)}

    assert {each.usual for each in leeds(usually=12, lately=[0] * 24, counted=lately)} == {None}


@given(lately=st.lists(st.integers(min_value=0, max_value=30), min_size=24, max_size=24))
def test_a_silence_lasts_to_the_end_and_holds_no_receipt(lately):
    row = leeds(usually=5, lately=lately)
    since = quiet_since(row)

    assert (since is None) == (lately[-1] > 0)
    assert all(each.count == 0 for each in row if since and each.hour >= since)


def test_the_strip_shows_silence_by_shape_and_escapes_names():
    hours = [charts.Hour("10", "silent", "Leeds: 0 heard"), charts.Hour("11", "heard", "5")]
    row = charts.ShopRow("<script>", hours, "Silent for 1 h", "soon")

    drawing = charts.silence([row], title="Shops")

    assert drawing.count("silence__mark") == 1
    assert "<script>" not in drawing
    assert "Silent for 1 h" in drawing
