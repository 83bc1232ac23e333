"""Column types that say their unit."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


def money_field(**options: Any) -> models.DecimalField:
    """An exact amount; its currency is in a column beside it."""
    return models.DecimalField(max_digits=18, decimal_places=4, **options)


def quantity_field(**options: Any) -> models.DecimalField:
    """Units of stock, to three places."""
    return models.DecimalField(max_digits=15, decimal_places=3, **options)


def json_field(**options: Any) -> models.JSONField:
    """JSON in which decimals are strings, never binary fractions."""
    options.setdefault("default", dict)
    return models.JSONField(encoder=DjangoJSONEncoder, **options)
