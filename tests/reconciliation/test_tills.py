"""Tills have names that people can say."""

import pytest

from reconciliation.tills import till_name


@pytest.mark.parametrize(
    ("register", "said"),
    [
        ("T1", "T1"),
        ("Front counter", "Front counter"),
        ("{17228A17-CF32-61C9-7170-61DD521416D3}", "…16D3"),
        ("", ""),
    ],
)
def test_a_long_id_is_said_by_its_end(register: str, said: str) -> None:
    assert till_name(register) == said
