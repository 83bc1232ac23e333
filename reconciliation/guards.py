"""The database itself refuses to edit what was signed, whoever asks.

Only updates: a pack that is deleted is missed by the chain. Set after every migrate, because SQLite
forgets a table's triggers when a migration makes the table anew.
"""

from django.db import connection

GUARDED = ("reconciliation_evidencepack", "reconciliation_signoff")
SENTENCE = "What was signed is never edited."

SQLITE = """
CREATE TRIGGER {table}_guard BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{sentence}'); END
"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER {table}_guard BEFORE UPDATE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_refuse()
"""


def guard_evidence(**_signal: object) -> None:
    """Set the triggers. Safe to repeat."""
    drop_guards()
    statement = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(statement.format(table=table, sentence=SENTENCE))


def drop_guards() -> None:
    """Take the triggers away: for whoever repairs a database by hand, and for tests."""
    on = "" if connection.vendor == "sqlite" else " ON {table}"
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_guard{on.format(table=table)}")


def _tables() -> list[str]:
    """Those of the guarded tables that a migration has made by now."""
    return [name for name in GUARDED if name in connection.introspection.table_names()]
