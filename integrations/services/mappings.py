"""Change mapping rows: checked, versioned, with history; what they held up is replayed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from integrations.mapping.tables import MappingTable
from integrations.mapping.validation import Known, RowProblem, clean_target, nearest, row_problems
from integrations.models import Link, MappingChange, MappingRow, ReplayRun
from integrations.services import replay_runs
from integrations.services.audit import By, actor, actor_name, record_audit
from integrations.services.choices import known_codes
from integrations.services.policy import mapping_tables
from integrations.services.runtime import system_now

Find = Callable[[str, date | None], MappingRow | None]


class MappingError(ValueError):
    """The row was not saved. `field` is "source", "version" or the name of a target field."""

    def __init__(self, problems: list[RowProblem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems
        self.sentence = str(self)
        self.field = problems[0].field


@dataclass(slots=True)
class Edition:
    """One save of one table: its rows share a number, a reason and one replay.

    Use `edition()`. `run` is what the save released; None until it is complete, or when nothing
    waited for it.
    """

    link: Link
    table: MappingTable
    by: By
    reason: str
    now: datetime
    number: int
    known: Known
    find: Find
    saved: list[MappingRow] = field(default_factory=list)
    removed: list[MappingRow] = field(default_factory=list)
    run: ReplayRun | None = None

    def put(
        self,
        source_value: str,
        target: Mapping[str, str],
        *,
        effective_from: date | None = None,
        source_label: str | None = None,
        expected_version: int | None = None,
    ) -> MappingRow:
        """Add or change one row; the same again changes nothing. Raises MappingError."""
        source_value, target = self.table.clean_source(source_value), clean_target(target)
        row = self.find(source_value, effective_from)
        check_version(row, expected_version)
        if problems := row_problems(self.table, source_value, target, known=self.known):
            raise MappingError(problems)
        label = source_label if source_label is not None else row.source_label if row else ""
        if row and (row.target, row.source_label) == (target, label):
            return row
        before = row.target if row else None
        row = row or MappingRow(
            link=self.link,
            table=self.table.key,
            source_value=source_value,
            effective_from=effective_from,
            version=0,
        )
        row.target, row.source_label, row.version = target, label, row.version + 1
        row.changed_at, row.changed_by = self.now, actor_name(self.by)[:150]
        row.save()
        self._record(row, before=before, after=target)
        self.saved.append(row)
        return row

    def remove(self, row: MappingRow) -> None:
        """Remove one row; its history stays."""
        self._record(row, before=row.target, after=None)
        row.delete()
        self.removed.append(row)

    def expect(self, number: int) -> None:
        """Refuse when the table has another version by now than the person looked at."""
        if self.number - 1 != number:
            sentence = "This table was changed meanwhile. Look at it again before you go on."
            raise MappingError([RowProblem("version", sentence)])

    def release(self) -> None:
        """Replay what waits for the saved rows; what was under way for these values is void."""
        if self.saved or self.removed:
            self.run = replay_runs.open_run(
                self.link,
                self.table,
                saved=self.saved,
                removed=self.removed,
                by=self.by,
                now=self.now,
            )

    def _record(self, row: MappingRow, *, before: Any, after: Any) -> None:
        MappingChange.objects.create(
            link=self.link,
            table=self.table.key,
            number=self.number,
            source_value=row.source_value,
            before=before,
            after=after,
            effective_from=row.effective_from,
            at=self.now,
            actor=actor(self.by),
            actor_name=actor_name(self.by)[:150],
            reason=self.reason[:300],
        )
        record_audit(
            by=self.by,
            action="mapping.delete" if after is None else "mapping.set",
            subject=f"{self.link.slug} {self.table.key} {row.source_value}",
            before=before,
            after=after,
            reason=self.reason,
            now=self.now,
        )


@contextmanager
def edition(
    link: Link, table: str, *, by: By, reason: str = "", now: datetime, find: Find | None = None
) -> Iterator[Edition]:
    """Save rows of one table together, all or none, one editor of a link at a time."""
    kind = table_of(link, table)
    with transaction.atomic():
        Link.objects.select_for_update().get(pk=link.pk)
        one = Edition(
            link=link,
            table=kind,
            by=by,
            reason=reason,
            now=now,
            number=latest_number(link, table) + 1,
            known=known_codes(link),
            find=find or (lambda value, since: find_row(link, kind, value, since)),
        )
        yield one
        one.release()


def set_row(
    *,
    link: Link,
    table: str,
    source_value: str,
    target: Mapping[str, str],
    by: By,
    reason: str = "",
    now: datetime | None = None,
    effective_from: date | None = None,
    source_label: str | None = None,
    expected_version: int | None = None,
) -> MappingRow:
    """Add or change one row; the same again changes nothing. Raises MappingError.

    `expected_version` is the version that the editor looked at (0: no row yet); None does not ask.
    """
    with edition(link, table, by=by, reason=reason, now=now or system_now()) as one:
        return one.put(
            source_value,
            target,
            effective_from=effective_from,
            source_label=source_label,
            expected_version=expected_version,
        )


def delete_row(
    *,
    row_id: int,
    by: By,
    reason: str = "",
    now: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Remove one row; its history stays. Removing what is gone changes nothing."""
    found = MappingRow.objects.select_related("link").filter(pk=row_id).first()
    if found is None:
        return
    with edition(found.link, found.table, by=by, reason=reason, now=now or system_now()) as one:
        row = MappingRow.objects.filter(pk=row_id).first()
        if row is not None:
            check_version(row, expected_version)
            one.remove(row)


def find_row(
    link: Link, table: MappingTable, source_value: str, effective_from: date | None
) -> MappingRow | None:
    """The stored row for this value and date, whatever its spelling where case does not matter."""
    rows = MappingRow.objects.filter(link=link, table=table.key, effective_from=effective_from)
    if table.case_sensitive:
        return rows.filter(source_value=table.clean_source(source_value)).first()
    key = table.source_key(source_value)
    return next((row for row in rows if table.source_key(row.source_value) == key), None)


def rows_by_key(link: Link, table: MappingTable) -> Find:
    """The stored rows for many questions, in one query."""
    rows = MappingRow.objects.filter(link=link, table=table.key)
    found = {(table.source_key(row.source_value), row.effective_from): row for row in rows}
    return lambda value, since: found.get((table.source_key(value), since))


def latest_number(link: Link, table: str) -> int:
    """The table's version; 0 when nothing was ever saved."""
    changes = MappingChange.objects.filter(link=link, table=table)
    latest: int | None = changes.aggregate(latest=Max("number"))["latest"]
    return latest or 0


def table_of(link: Link, key: str) -> MappingTable:
    """The table as this link has it; raises MappingError with the nearest when it has none."""
    tables = mapping_tables(link)
    if key not in tables:
        raise MappingError(
            [RowProblem("source", f"There is no table “{key}”.{nearest(key, tables)}")]
        )
    return tables[key]


def check_version(row: MappingRow | None, expected: int | None) -> None:
    """Refuse to overwrite what somebody else changed since it was looked at."""
    found = row.version if row else 0
    if expected is None or expected == found:
        return
    who = f" by {row.changed_by}" if row else ""
    sentence = f"This row was changed meanwhile{who}. Look at it again before you save."
    raise MappingError([RowProblem("version", sentence)])
