"""Copy rows inside the database: millions in seconds, on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model


def next_id(model: type[Model]) -> int:
    """Return the first id that is free above all others."""
    largest: int | None = model._default_manager.aggregate(largest=Max("pk"))["largest"]
    return (largest or 0) + 1


def multiply(
    model: type[Model],
    *,
    first: int,
    count: int,
    copies: int,
    shift: Mapping[str, int],
    suffix: Sequence[str] = (),
) -> None:
    """Insert `copies` copies of the rows `first` to `first + count - 1`.

    Copy i of a row has the id `id + i × count`. Columns in `shift` grow by i × their figure, so
    that copies refer to copies; columns in `suffix` get "-i", so that they stay unique.
    """
    if copies < 1:
        return
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = [field.column for field in model._meta.concrete_fields if field.column]
    pk = str(model._meta.pk.column)
    grows = {pk: count, **shift}
    chosen = ", ".join(_expression(name, grows, suffix) for name in columns)
    names = ", ".join(map(quote, columns))
    key = quote(pk)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) "  # names of our own models only
            "WITH RECURSIVE copy(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM copy WHERE i < %s) "
            f"SELECT {chosen} FROM {table} CROSS JOIN copy WHERE {key} >= %s AND {key} < %s",
            [copies, first, first + count],
        )


def _expression(name: str, grows: Mapping[str, int], suffix: Sequence[str]) -> str:
    quoted = connection.ops.quote_name(name)
    if name in grows:
        return f"{quoted} + i * {int(grows[name])}"
    return f"{quoted} || '-' || i" if name in suffix else quoted


def mend_sequences(models: Sequence[type[Model]]) -> None:
    """Let the database's own numbering go on after the ids that were given."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
