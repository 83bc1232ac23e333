"""Many rows in one statement each: several times faster than the ORM's own bulk calls.

Values go through the model's fields, so decimals, times and JSON are stored as always.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def _columns(model: type[models.Model], names: Sequence[str]) -> list[models.Field[Any, Any]]:
    fields = [model._meta.get_field(name) for name in names]
    return [field for field in fields if isinstance(field, models.Field)]


def _prepared(
    fields: Sequence[models.Field[Any, Any]], rows: Iterable[Sequence[Any]]
) -> list[list[Any]]:
    return [
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for row in rows
    ]


def _name(field: models.Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))


def update_many(
    model: type[models.Model],
    rows: Iterable[Sequence[Any]],
    *,
    fields: Sequence[str],
    key: Sequence[str] = ("id",),
) -> None:
    """Set `fields` where `key` matches; each row holds the values of `fields`, then of `key`."""
    columns = _columns(model, [*fields, *key])
    values = _prepared(columns, rows)
    if not values:
        return
    assignments = ", ".join(f"{_name(column)} = %s" for column in columns[: len(fields)])
    condition = " AND ".join(f"{_name(column)} = %s" for column in columns[len(fields) :])
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {assignments} WHERE {condition}", values)  # noqa: S608


def upsert_many(
    model: type[models.Model],
    rows: Iterable[Sequence[Any]],
    *,
    fields: Sequence[str],
    unique: Sequence[str],
    update: Sequence[str] = (),
    keep: Sequence[str] = (),
    count: Sequence[str] = (),
) -> None:
    """Insert rows of `fields`; where `unique` exists, set `update`, and `keep` only where empty.

    Fields in `count` go up by one there.
    """
    columns = _columns(model, fields)
    values = _prepared(columns, rows)
    if not values:
        return
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(_name(column) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    conflict = ", ".join(_name(column) for column in _columns(model, unique))
    changes = [f"{_name(c)} = excluded.{_name(c)}" for c in _columns(model, update)]
    changes += [
        f"{_name(c)} = COALESCE({table}.{_name(c)}, excluded.{_name(c)})"
        for c in _columns(model, keep)
    ]
    changes += [f"{_name(c)} = {table}.{_name(c)} + 1" for c in _columns(model, count)]
    action = f"DO UPDATE SET {', '.join(changes)}" if changes else "DO NOTHING"
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({conflict}) {action}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
