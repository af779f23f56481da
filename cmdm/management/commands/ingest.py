"""`manage.py ingest SOURCE FILE`: take in a file here and now, by the same code as a job does."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cmdm import jobs
from cmdm.actions import Invalid, Refused
from cmdm.actions.domains import add_domain
from cmdm.management.base import HubCommand, Said
from cmdm.models import Domain, User
from customers.actions import loads
from customers.actions.loading import account
from customers.actions.previewing import preview
from customers.actions.sources import add_source
from customers.jobs import run
from customers.models import Load, Source


class Command(HubCommand):
    """Take in a CSV file, with progress and an account of every line."""

    help = "Take in a CSV file of a source, with an account of every line."

    def arguments(self, parser: ArgumentParser) -> None:
        """From where, which file, and how its columns are meant."""
        parser.add_argument("source", help=_("The source's key."))
        parser.add_argument("file", type=Path, help=_("A CSV file, may be gzipped."))
        parser.add_argument("--mapping", type=Path, help=_("A JSON file; else the saved mapping, else a guess."))
        parser.add_argument("--create-source", metavar="DOMAIN", help=_("Add source and domain where they are absent."))
        parser.add_argument(
            "--country", default="", help=_("Of an added source: reads numbers without a country code.")
        )
        parser.add_argument("--replace", action="store_true", help=_("Close what the file no longer has."))
        parser.add_argument(
            "--confirm", action="store_true", help=_("Close more than a fifth of the open records, too.")
        )
        parser.add_argument("--dry-run", action="store_true", help=_("Try the first rows; store nothing."))

    def act(self, *, actor: User, **options: Any) -> Said:
        """Upload, map, run, account."""
        if options["dry_run"]:
            return self._tried(actor, options)
        load = self._upload(actor, options)
        try:
            load = self._mapped(load, actor, options)
            load = loads.prepare_run(load, actor=actor, confirmed=options["confirm"])
        except (Refused, Invalid):
            loads.discard(load, actor=actor)
            raise
        if load.waits_for_second:
            return _waiting(load)
        begun = time.monotonic()
        try:
            load = run(load, actor=actor, hold=lambda: None, progress=self.progress)
        except KeyboardInterrupt:
            loads.stop(load, actor=actor)
            raise Refused(_("Stopped. What was taken in stays; ingest the file again to go on.")) from None
        except jobs.HandOn:
            loads.discard(load, actor=actor)
            raise Refused(_("Another file of this source is being taken in.")) from None
        except jobs.Fenced:
            raise Refused(_("The load was stopped, or taken over by another process.")) from None
        if load.waits_for_second:
            return _waiting(load)
        seconds = max(time.monotonic() - begun, 0.001)
        return self._done(load, seconds)

    def _upload(self, actor: User, options: dict[str, Any]) -> Load:
        source = _source(options["source"], options["create_source"], options["country"], actor=actor)
        path: Path = options["file"]
        if not path.is_file():
            raise Refused(_("There is no such file."))
        with path.open("rb") as stream:
            return loads.upload(source, stream, actor=actor, file_name=path.name)

    def _mapped(self, load: Load, actor: User, options: dict[str, Any]) -> Load:
        """As the command says; without a word, as the source's last file or as it was guessed."""
        mode = Load.Mode.REPLACE if options["replace"] else Load.Mode.UPSERT
        chosen = _read_json(options["mapping"]) if options["mapping"] else load.mapping
        return loads.set_mapping(load, chosen, mode, actor=actor)

    def _tried(self, actor: User, options: dict[str, Any]) -> Said:
        """Do it and take it back: neither the file nor its mapping nor an added source stays."""
        with transaction.atomic():
            seen = preview(self._mapped(self._upload(actor, options), actor, options), user=actor)
            transaction.set_rollback(True)
        source = Source.objects.filter(key=options["source"]).first()
        loads.note_trial(source, actor=actor, rows=seen.rows)
        facts: dict[str, Any] = {"rows": seen.rows, "total": seen.total, **seen.counts}
        if seen.closing:
            facts |= {"closing": seen.closing.closing, "open": seen.closing.open}
        counted = ", ".join(f"{name} {count:,}" for name, count in seen.counts.items())
        lines = [_("Of the first %(rows)d rows: %(counts)s.") % {"rows": seen.rows, "counts": counted}]
        lines += [f"  {fault.line}: {fault.column}: {fault.reason}" for fault in seen.faults]
        return Said("\n".join(lines), {**facts, "faults": [fault.__dict__ for fault in seen.faults]})

    def _done(self, load: Load, seconds: float) -> Said:
        facts = {**account(load), "load": str(load.pk), "state": load.state, "seconds": round(seconds, 2)}
        facts["rows_per_second"] = round(load.rows / seconds)
        sentence = _(
            "%(lines)d lines, %(rows)d rows: %(new)d new, %(changed)d changed, %(unchanged)d unchanged, %(rejected)d "
            "refused, %(quarantined)d held back, %(closed)d closed. %(seconds)s s, %(rows_per_second)d rows a second."
        )
        return Said(sentence % facts, facts)


def _waiting(load: Load) -> Said:
    text = _("It waits for somebody else: `manage.py approve %(load)s --as USER`.") % {"load": load.pk}
    return Said(text, {"load": str(load.pk), "waiting": True})


def _source(key: str, domain_key: str | None, country: str, *, actor: User) -> Source:
    """The source, added when it is asked for and absent.

    :raises Refused: there is none.
    """
    known = Source.objects.filter(key=key).first()
    if known is not None:
        return known
    if not domain_key:
        raise Refused(_("There is no source with this key. `--create-source DOMAIN` adds it."))
    domain = Domain.objects.filter(key=domain_key).first()
    if domain is None:
        domain = add_domain(actor=actor, key=domain_key, name=domain_key.replace("-", " ").capitalize())
    return add_source(actor=actor, domain=domain, key=key, fields={"name": key.capitalize(), "country": country})


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        raise Refused(_("The mapping is no JSON file.")) from None
