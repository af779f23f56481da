"""`manage.py migrate`: the only command that connects as the owner of the tables."""

import contextlib
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import DEFAULT_DB_ALIAS, connections

from cmdm.database import roles, waiting


class Command(DjangoMigrate):
    """Django's own, as the owner; what the owner makes may be used by the application role from then on."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and leave the connection as it was."""
        alias = options.get("database") or DEFAULT_DB_ALIAS
        with as_owner(alias):
            if alias == DEFAULT_DB_ALIAS:
                waiting.build()  # a migration finds every index that its models have
            super().handle(*args, **options)


@contextlib.contextmanager
def as_owner(alias: str) -> Iterator[None]:
    """The connection belongs to the owner for the length of a block; with a single role nothing changes."""
    connection = connections[alias]
    named = connection.settings_dict
    owner = settings.DATABASE_OWNER or {}
    application = named["USER"]
    if alias != DEFAULT_DB_ALIAS or owner.get("USER", application) == application:
        yield
        return
    before = {key: named[key] for key in ("HOST", "PORT", "USER", "PASSWORD")}
    connection.close()
    named.update({key: owner.get(key, "") for key in before})
    try:
        connection.ensure_connection()
        roles.let_in(connection.connection, application)
        yield
    finally:
        connection.close()
        named.update(before)
