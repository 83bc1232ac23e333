"""What a till is called. Pure."""

SHORT = 16  # what is longer is a machine's id, of which people compare the end
TAIL = 4


def till_name(register_id: str) -> str:
    """Return a till's id as people can say it: a long one by its last characters."""
    plain = register_id.strip("{}")
    return plain if len(plain) <= SHORT else f"…{plain[-TAIL:]}"
