"""Django's PostgreSQL, to which a change may send statements ahead: it does not wait for those that answer nothing.

The server takes them one after the other while the change goes on. The next question of :func:`cmdm.database.kept.kept`
is sent behind them, and everything else that is asked of the connection first waits until they are done. What one of
them is refused for is raised there, at the latest by the end of the transaction.
"""

from contextlib import AbstractContextManager, suppress
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.adapt import Transformer


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection; ``ahead`` is its pipeline while statements may be under way, ``telling`` makes texts of values."""

    ahead: AbstractContextManager[Any] | None = None
    telling: Any

    def connect(self) -> None:
        super().connect()
        self.telling = Transformer(self.connection)

    def go_ahead(self) -> None:
        """From now on statements may be sent ahead, until something else is asked or the transaction ends."""
        if self.ahead is None:
            self.ensure_connection()
            with self.wrap_database_errors:
                pipeline = self.connection.pipeline()
                pipeline.__enter__()
                self.ahead = pipeline

    def settle(self) -> None:
        """Wait for what was sent ahead.

        :raises DatabaseError: one of them was refused.
        """
        if self.ahead is not None:
            with self.wrap_database_errors:
                self._settle()

    def create_cursor(self, name: str | None = None) -> Any:
        self.settle()
        return super().create_cursor(name)

    def _settle(self) -> None:
        ended, self.ahead = self.ahead, None
        ended.__exit__(None, None, None)  # type: ignore[union-attr]

    def _give_up(self) -> None:
        """What was sent ahead is about to be taken back: whether it was refused is of no interest."""
        if self.ahead is not None:
            with suppress(psycopg.Error):
                self._settle()

    def _commit(self) -> None:
        if self.ahead is not None:
            with self.wrap_database_errors:
                psycopg.Cursor(self.connection).execute("COMMIT")  # without a turn of its own
                self._settle()
        super()._commit()  # type: ignore[misc]

    def _rollback(self) -> None:
        self._give_up()
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        self._give_up()
        super()._savepoint_rollback(sid)  # type: ignore[misc]

    def _close(self) -> None:
        self._give_up()
        super()._close()  # type: ignore[misc]
