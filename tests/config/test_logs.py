import logging

from config.logs import KeyValueFormatter, quoted


def line(message: str, *args: object, error: Exception | None = None) -> str:
    info = (type(error), error, None) if error else None
    record = logging.LogRecord("deliver", logging.INFO, __file__, 1, message, args, info)
    return KeyValueFormatter().format(record)


def test_a_line_is_made_of_keys_and_values():
    assert line("posted key=%s", "a:1").endswith('message="posted key=a:1"')
    assert " level=info logger=deliver " in line("posted")


def test_a_name_cannot_forge_a_second_line():
    forged = line("sku=%s", "RJ\r\ntime=2026 level=info message=signed\u2028")

    assert forged.splitlines() == [forged]


def test_terminal_sequences_are_escaped():
    assert "\x1b" not in line("sku=%s", "\x1b[31mred\x9b2J\x7f")


def test_a_traceback_stays_on_the_line():
    told = line("failed", error=ValueError("one\ntwo"))

    assert "\n" not in told
    assert "ValueError: one\\ntwo" in told


def test_an_empty_value_is_visible():
    assert quoted("") == '""'
