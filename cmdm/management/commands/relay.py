"""`manage.py relay`: hands events to their handlers, dead jobs back to the queue, and removes what has expired."""

import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from cmdm import events, jobs
from cmdm.actions.tidying import remove_expired
from cmdm.database import waiting
from cmdm.logs import Log
from cmdm.management.base import HubCommand, Said
from cmdm.models import User
from consent.actions.expiring import expire_due, remind
from consent.actions.portal_changes import settle_due
from consent.actions.portal_codes import remove_old_codes
from consent.actions.proof import remove_expired as remove_expired_proof
from customers.actions.export_files import remove_expired_files, withdraw_files
from customers.actions.pins import end_due
from customers.actions.suggesting import counting
from customers.actions.unusual_values import ask_to_look
from matching.actions import householding
from stewardship.actions import referrals, sampling, seconding
from stewardship.jobs import ask_to_count

log = Log("cmdm.relay")
POLL_SECONDS = 0.5
SWEEP_SECONDS = 15.0
TIDY_SECONDS = 600.0
PAUSE_SECONDS = 2.0


class Command(HubCommand):
    """Run until told to stop. Several may run at once: each event goes to one of them."""

    help = "Hand events to their handlers and dead jobs back to the queue, until told to stop."

    def arguments(self, parser: ArgumentParser) -> None:
        """Whether to end when nothing waits."""
        parser.add_argument("--once", action="store_true", help="End when nothing waits any more.")

    def act(self, *, actor: User, **options: Any) -> Said:
        """The loop; a database that is away for a while ends nothing."""
        self.actor_, self.dispatched = actor, 0
        self.next_sweep = self.next_tidy = 0.0
        if options["once"]:
            self._round(threading.Event())
        else:
            self._run(_told_to_stop())
        facts = {"dispatched": self.dispatched}
        return Said(_("%(dispatched)d events handed on.") % facts, facts)

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._round(stop)
                stop.wait(POLL_SECONDS)
            except (OperationalError, InterfaceError) as fault:
                log.warning("database away", error_class=type(fault).__name__)
                _drop_connection()
                stop.wait(PAUSE_SECONDS)

    def _round(self, stop: threading.Event) -> None:
        while not stop.is_set() and (count := events.dispatch()):
            self.dispatched += count
        now = time.monotonic()
        if now >= self.next_sweep:
            self.next_sweep = now + SWEEP_SECONDS
            jobs.sweep()
        if now >= self.next_tidy:
            self.next_tidy = now + TIDY_SECONDS
            waiting.build_left()
            remove_expired(actor=self.actor_)
            remove_expired_files(actor=self.actor_)
            withdraw_files(actor=self.actor_)
            remove_expired_proof(actor=self.actor_)
            end_due(actor=self.actor_)
            expire_due(actor=self.actor_)
            remind(actor=self.actor_)
            settle_due(actor=self.actor_)
            remove_old_codes(actor=self.actor_)
            seconding.escalate(actor=self.actor_)
            referrals.lapse(actor=self.actor_)
            sampling.draw(actor=self.actor_)
            sampling.measure(actor=self.actor_)
            ask_to_count(actor=self.actor_)
            ask_to_look(actor=self.actor_)
            counting.ask_to_count(actor=self.actor_)
            householding.ask_daily(actor=self.actor_)


def _told_to_stop() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _drop_connection() -> None:
    try:
        connection.close()
    except DatabaseError:
        connection.connection = None
