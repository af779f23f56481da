"""Checks of what must always be true, each a function on the current connection.

Apps register theirs; ``manage.py verify`` opens one snapshot and runs them all, and tests run them where they stand.
A check asks in sets and streams what it has to compute, so that it needs the same memory for any number of rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import connection

from cmdm.database import waiting
from cmdm.datamap import kept_for_good
from cmdm.models import AuditEntry
from cmdm.ports import Registry

EXAMPLES = 10
UPDATE, DELETE, TRUNCATE = 16, 8, 32


Found = tuple[int, int, tuple[str, ...]]  # how many were checked, how many are broken, some of those
Look = Callable[[], Found]


@dataclass(frozen=True)
class Checked:
    """What one check found; ``examples`` name the first rows that break it, by id."""

    name: str
    invariant: str
    checked: int
    broken: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One check: the sentence that must be true, and the function that looks."""

    name: str
    invariant: str
    look: Look

    def __call__(self) -> Checked:
        return Checked(self.name, self.invariant, *self.look())


checks: Registry[Check] = Registry("check")


def verified() -> list[Checked]:
    """All checks, in order, as the current transaction sees the tables."""
    return [check() for check in checks]


def broken(names: Iterable[str] = ()) -> list[Checked]:
    """The checks (all, or the named ones) that found something."""
    chosen = [checks[name] for name in names] if names else list(checks)
    return [found for found in (check() for check in chosen) if found.broken]


def by_sql(checked: str, wrong: str) -> Found:
    """Count in one statement: ``checked`` gives a number, ``wrong`` a column ``id`` of what breaks the invariant."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH wrong AS MATERIALIZED ({wrong}) SELECT ({checked}), (SELECT count(*) FROM wrong), "
            f"ARRAY(SELECT id::text FROM wrong ORDER BY 1 LIMIT {EXAMPLES})"
        )
        total, found, examples = cursor.fetchone()
    return total, found, tuple(examples)


def add_check(name: str, invariant: str, look: Look) -> None:
    """Register a check under the sentence that must be true."""
    checks.add(name, Check(name, invariant, look))


def sql_check(name: str, invariant: str, checked: str, wrong: str) -> None:
    """Register a check that is one statement."""
    add_check(name, invariant, lambda: by_sql(checked, wrong))


class Tally:
    """The count of a check that goes through rows in batches."""

    def __init__(self) -> None:
        self.checked = 0
        self.broken = 0
        self.examples: list[str] = []

    def add(self, thing: object, *, holds: bool) -> None:
        """One row more."""
        self.checked += 1
        if not holds:
            self.broken += 1
            if len(self.examples) < EXAMPLES:
                self.examples.append(str(thing))

    def found(self) -> Found:
        """What a check returns."""
        return self.checked, self.broken, tuple(self.examples)


def _insert_only() -> Found:
    """Every table kept for good refuses UPDATE, DELETE and TRUNCATE by a trigger that is on."""
    tally = Tally()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'insert_only' AND tgenabled IN ('O', 'A') "
            "AND tgtype & %s = %s",
            [UPDATE | DELETE | TRUNCATE] * 2,
        )
        guarded = {name for (name,) in cursor.fetchall()}
    for model in kept_for_good():
        tally.add(model._meta.db_table, holds=model._meta.db_table in guarded)
    return tally.found()


def _audited() -> Found:
    """Every row of a change, live or in history, has the audit entry of its change (at most one: it is unique)."""
    rows = " UNION ALL ".join(
        f'SELECT \'{model._meta.db_table} \' || "{model._meta.pk.column}" AS id, change FROM "{model._meta.db_table}"'
        for model in apps.get_models()
        if model is not AuditEntry and any(field.name == "change" for field in model._meta.local_concrete_fields)
    )
    return by_sql(
        f"SELECT count(*) FROM ({rows}) AS written",
        f"SELECT id FROM ({rows}) AS written "
        "WHERE NOT EXISTS (SELECT 1 FROM cmdm_auditentry a WHERE a.change = written.change)",
    )


def _indexes() -> Found:
    """Every index that may wait while a hub is filled is there, unless somebody is filling it."""
    left = waiting.left()
    return len(waiting.names()), len(left), tuple(left)


add_check("no index waits for a load that has ended", "as set up", _indexes)
add_check("tables kept for good take INSERT only", "I14", _insert_only)
add_check("every change has its audit entry", "I15", _audited)
