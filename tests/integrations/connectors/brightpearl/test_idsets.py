import pytest

from integrations.connectors.brightpearl.idsets import chunks, decode, encode


@pytest.mark.parametrize(
    ("ids", "text"),
    [
        pytest.param([8], "8", id="one"),
        pytest.param([3, 1, 2, 8, 2], "1-3,8", id="unsorted with a double"),
        pytest.param(["10", "11", "13"], "10-11,13", id="text"),
    ],
)
def test_ids_are_written_as_ascending_ranges(ids, text):
    assert encode(ids) == text


def test_no_ids_are_a_mistake_because_the_vendor_would_read_all():
    with pytest.raises(ValueError, match="at least one"):
        encode([])


def test_ranges_are_read_back():
    assert decode("1-3, 8") == [1, 2, 3, 8]


@pytest.mark.parametrize("text", ["", "1,", "a", "5-1", "1-999999999", "1--2", "-1"])
def test_what_is_not_an_id_set_is_refused(text):
    with pytest.raises(ValueError, match="id"):
        decode(text)


def test_many_ids_are_asked_a_hundred_at_a_time():
    assert [len(chunk) for chunk in chunks(range(250))] == [100, 100, 50]
