"""What the hub's commands have in common: an actor, one sentence or JSON as the answer, refusals as sentences."""

import json
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand
from django.db import ProgrammingError
from django.utils.translation import gettext as _

from cmdm.actions import Invalid, Refused, origin
from cmdm.models import Domain, User, system_user

UNDEFINED_TABLE = "42P01"


@dataclass(frozen=True)
class Said:
    """A command's answer: for people a text, with ``--json`` the facts."""

    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)


class HubCommand(BaseCommand):
    """A command that acts: subclasses write :meth:`act` and add their arguments in :meth:`arguments`."""

    # They import every page; `check`, `migrate` and the servers make them.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Those of every command, then the command's own."""
        parser.add_argument("--json", action="store_true", help=_("Answer in JSON."))
        parser.add_argument("--as", dest="as_user", metavar="USER", help=_("Who acts; the hub itself when left out."))
        self.arguments(parser)

    def arguments(self, parser: ArgumentParser) -> None:
        """The command's own arguments."""

    def act(self, *, actor: User, **options: Any) -> Said:
        """Do it and say what was done."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Act as the named user; a refusal is a sentence on stderr and exit code 1."""
        self.as_json = bool(options.pop("json"))
        self._shown = 0.0
        try:
            with origin("command"):
                said = self.act(actor=self.actor(options.pop("as_user")), **options)
        except Refused as refusal:
            self._fail(str(refusal.sentence), code=refusal.code, **refusal.facts)
        except Invalid as fault:
            lines = [f"{name}: {' '.join(sentences)}" for name, sentences in fault.errors.items()]
            self._fail("\n".join(lines), code="invalid", errors=fault.errors)
        except ProgrammingError as fault:
            if getattr(fault.__cause__, "sqlstate", "") != UNDEFINED_TABLE:
                raise
            self._fail(_("The tables are not there yet: run `manage.py migrate` and `manage.py install`."))
        except OSError as fault:
            if not fault.filename:
                raise
            text = _("%(file)s cannot be read or written: %(reason)s.")
            self._fail(text % {"file": fault.filename, "reason": fault.strerror}, code="file")
        except PermissionDenied:
            self._fail(_("This user does not have the right to do this."), code="forbidden")
        else:
            self.clear()
            self.stdout.write(json.dumps(said.facts, default=str) if self.as_json else said.sentence)

    def actor(self, name: str | None) -> User:
        """The user who acts.

        :raises Refused: there is none of this name, or he is switched off.
        """
        if name:
            return find_user(name, is_active=True)
        try:
            return system_user()
        except User.DoesNotExist:
            raise Refused(_("The hub is not installed yet: run `manage.py install`.")) from None

    def progress(self, done: int, total: int | None = None, phase: str = "") -> None:
        """Show how far the work is: one line that is written over, on a terminal only."""
        if self.as_json or not sys.stderr.isatty() or time.monotonic() - self._shown < 0.1:
            return
        self._shown = time.monotonic()
        share = f" {done * 100 // total:3d} %" if total else ""
        sys.stderr.write(f"\r\x1b[K{phase}{share} {done:,}{f' / {total:,}' if total else ''}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _fail(self, sentence: str, **facts: Any) -> NoReturn:
        self.clear()
        self.stderr.write(json.dumps({"detail": sentence, **facts}, default=str) if self.as_json else sentence)
        raise SystemExit(1)


def find_user(name: str, **wanted: Any) -> User:
    """The user of this name.

    :raises Refused: there is none.
    """
    found = User.objects.filter(username=name, **wanted).first()
    if found is None:
        raise Refused(_("There is no active user with this name.") if wanted else _("There is no user with this name."))
    return found


def find_domain(key: str) -> Domain:
    """The domain of this key.

    :raises Refused: there is none.
    """
    found = Domain.objects.filter(key=key).first()
    if found is None:
        raise Refused(_("There is no domain with this key."))
    return found
