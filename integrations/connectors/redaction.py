"""What may be kept of a request or an answer: everything but secrets and shoppers."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

MASK = "[redacted]"
KEPT_CHARACTERS = 4096  # of one request or answer in the trace

# Compared after lower-casing and dropping everything but letters, so that `firstName`,
# `first_name` and `first-name` are one key.
SECRETS = (
    "authorization", "token", "password", "secret", "apikey", "cookie", "signature",
    "connectaction",
)  # fmt: skip
PERSONAL = {
    "namefirst", "namelast", "firstname", "lastname", "fullname", "customername", "contactname",
    "recipientname", "salutation", "personalid", "companyname", "company", "companyid", "zip",
    "city", "postalcode", "postcode", "street", "county", "suburb", "cardnumber",
    "cardnumberdisplay", "giftcardcardnumber", "pan", "iban", "accountnumber", "staff", "pin",
    "dateofbirth", "vatnumber", "latitude", "longitude", "deliveryinstructions",
    "customernumber", "crmmembernumber", "crmcustomerid", "shipto", "town",
}  # fmt: skip
PERSONAL_PARTS = ("email", "phone", "mobile", "address", "invoice_", "delivery_")

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CREDENTIAL = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.])\+\d[\d ()-]{6,}\d\b")
_CARD = re.compile(r"(?<![\w.-])[3-6]\d(?:[ -]?\d){13,17}(?![\w.-])")


def redact(value: Any, *, limit: int = KEPT_CHARACTERS) -> str:
    """JSON text of `value` without secrets and personal data, cut to `limit` characters.

    Text that is not JSON is cleaned by pattern. Costs no more than the part that is kept.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return _cut([redact_text(value[: 2 * limit])], limit=limit)
    return _cut(_pieces(value), limit=limit)


def redact_text(text: str) -> str:
    """Free text without e-mail addresses, telephone numbers, card numbers and credentials."""
    text = _CREDENTIAL.sub(rf"\1 {MASK}", text)
    text = _EMAIL.sub(MASK, text)
    text = _PHONE.sub(MASK, text)
    return _CARD.sub(lambda found: MASK if _is_card(found.group()) else found.group(), text)


def redact_pairs(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Query or form parameters, fit to be shown."""
    return [
        (key, MASK if is_private(key) and value else redact_text(value)) for key, value in pairs
    ]


def is_private(key: str) -> bool:
    """Whether a value under this key is a secret or about a person."""
    lowered = key.lower()
    plain = re.sub(r"[^a-z]", "", lowered)
    return (
        plain in PERSONAL
        or any(secret in plain for secret in SECRETS)
        or any(part in lowered for part in PERSONAL_PARTS)
    )


def _cut(pieces: Iterable[str], *, limit: int) -> str:
    kept: list[str] = []
    length = 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length > limit:
            return "".join(kept)[: limit - 1] + "…"
    return "".join(kept)


def _pieces(value: Any, *, private: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from _object_pieces(value, private=private)
    elif isinstance(value, list | tuple):
        yield "["
        for index, item in enumerate(value):
            yield "," if index else ""
            yield from _pieces(item, private=private)
        yield "]"
    else:
        yield _leaf(value, private=private)


def _object_pieces(value: Mapping[Any, Any], *, private: bool) -> Iterator[str]:
    yield "{"
    for index, (key, item) in enumerate(value.items()):
        yield ("," if index else "") + json.dumps(str(key), ensure_ascii=False) + ":"
        yield from _pieces(item, private=private or is_private(str(key)))
    yield "}"


def _leaf(value: Any, *, private: bool) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if private:
        return json.dumps(MASK) if value != "" else '""'
    if isinstance(value, str):
        return json.dumps(redact_text(value), ensure_ascii=False)
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, default=str, ensure_ascii=False)


def _is_card(text: str) -> bool:
    """Luhn's check, so that receipt numbers and barcodes stay readable."""
    digits = [int(character) for character in reversed(text) if character.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
