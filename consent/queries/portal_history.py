"""What happened with a person's data, in plain words: who received them, who looked, what changed, what he said.

Only what stands on his own proved records. An export is recorded for a domain and not for each person in it, so of one
it is said that the data may have been in it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cmdm import clock
from cmdm.models import ApiToken, AuditEntry, User
from consent.models import ConsentEvent, PortalAccount, Proposal, Purpose
from consent.queries.portal_receipts import title_of
from consent.queries.portal_words import origin_of
from consent.rules.folding import DENYING, GRANTING, REQUESTED
from customers import ports
from customers.models import Attribute, SourceRecord
from customers.queries.catalogue import catalogue
from customers.sealing import is_sealed

MOST = 100
EXPORTED = ("customers.exported", "links.exported", "export.written")
REVEALED = ("value.revealed", "record.revealed")
# By the code of the audit log: what somebody needed the data for.
NEEDED_FOR: Mapping[str, Any] = {
    "system": gettext_lazy("for another of our systems"),
    "analysis": gettext_lazy("for an analysis"),
    "quality": gettext_lazy("to check the quality"),
    "asked": gettext_lazy("because a customer asked"),
    "law": gettext_lazy("because the law asks for it"),
    "identity": gettext_lazy("to check who somebody is"),
    "correction": gettext_lazy("to correct an error"),
    "duplicate": gettext_lazy("to decide who is who"),
    "fraud": gettext_lazy("because of a suspicion of fraud"),
}


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    words: str
    icon: str = "database"


@dataclass(frozen=True)
class Receivers:
    """Who has the data: systems that read them now, and deeds by which they were taken along or looked at."""

    systems: tuple[str, ...]
    taken: tuple[Line, ...]
    looked: tuple[Line, ...]


def receivers(anchors: Sequence[int], customers: Sequence[int]) -> Receivers:
    """Who received the data of these records, and who looked at what is hidden; five queries at most."""
    rows = list(SourceRecord.objects.filter(pk__in=list(anchors)).values_list("domain", "received_at"))
    domains = {domain for domain, _at in rows}
    since = min((at for _domain, at in rows), default=clock.now())
    entries = AuditEntry.objects.filter(domains__overlap=sorted(domains), at__gte=since).order_by("-pk")
    taken = list(entries.filter(deed__in=EXPORTED)[:MOST])
    about = entries.filter(deed__in=REVEALED, thing__in=("customer", "sourcerecord"))
    looked = about.filter(thing_id__in=[str(pk) for pk in (*customers, *anchors)])[:MOST]
    labels = _labels_of(taken)
    return Receivers(
        systems=_systems(domains),
        taken=tuple(Line(one.at, _taken(one, labels), "file-export") for one in taken),
        looked=tuple(Line(one.at, _("Looked at %(what_for)s") % _for(one.purpose), "eye") for one in looked),
    )


def _for(purpose: str) -> dict[str, str]:
    return {"what_for": str(NEEDED_FOR.get(purpose, purpose or _("without a stated purpose")))}


def _taken(entry: AuditEntry, labels: Mapping[str, str]) -> str:
    """What for the data left, for which use if one was named, and to whom outside."""
    purpose, _blank, use = entry.purpose.partition(" ")
    key, _channel, recipient, *_more = [*use.split("/"), "", ""]
    words = {**_for(purpose), "use": labels.get(key, key), "recipient": recipient}
    if recipient:
        return _("Taken along %(what_for)s: “%(use)s”, for %(recipient)s") % words
    return (_("Taken along %(what_for)s: “%(use)s”") if use else _("Taken along %(what_for)s")) % words


def _labels_of(taken: Iterable[AuditEntry]) -> dict[str, str]:
    """The purposes that exports were made for, by key, in the reader's language; one query if there are any."""
    keys = {use.split("/")[0] for one in taken if (use := one.purpose.partition(" ")[2])}
    language = (get_language() or "en").split("-")[0]
    return {one.key: one.said_in(language)[0] for one in Purpose.objects.filter(key__in=keys)} if keys else {}


def _systems(domains: Collection[int]) -> tuple[str, ...]:
    """Consuming systems with a token that is in force and the right to read one of these domains; one query."""
    reads = Q()
    for holder in ("user__domainuserpermission", "user__groups__domaingrouppermission"):
        reads |= Q(**{f"{holder}__content_object__in": domains, f"{holder}__permission__codename": "view"})
    tokens = ApiToken.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()),
        reads,
        user__kind=User.Kind.CONSUMER,
        user__is_active=True,
        revoked_at__isnull=True,
    )
    names = tokens.distinct().values_list("user__display_name", "user__username")
    return tuple(sorted({display or name for display, name in names}))


def happened(account: PortalAccount, anchors: Sequence[int]) -> list[Line]:
    """What changed and what the person said, newest first, at most a hundred; six queries."""
    lines = [*_told(anchors), *_answered(anchors), *_decided(account), *_joined(anchors)]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST]


def _told(anchors: Sequence[int]) -> Iterable[Line]:
    """What each record and its corrections said, version by version."""
    chosen = SourceRecord.objects.filter(pk__in=anchors) | SourceRecord.objects.filter(about__in=anchors)
    records = {row.pk: row for row in chosen.select_related("source").defer("raw", "findings")}
    past: Any = SourceRecord.history
    earlier = past.filter(id__in=list(records)).order_by("id", "version").only("id", "version", "values", "received_at")
    versions: dict[int, list[Any]] = defaultdict(list)
    for row in [*earlier, *records.values()]:
        versions[row.pk if isinstance(row, SourceRecord) else row.id].append(row)
    for pk, found in versions.items():
        before: Mapping[str, Any] = {}
        for version in sorted(found, key=lambda one: one.version):
            changed = _labels(before, version.values)
            words = {"origin": origin_of(records[pk].source), "what": ", ".join(changed)}
            if changed and not before and records[pk].about_id is None:
                yield Line(version.received_at, _("First heard of you %(origin)s: %(what)s") % words)
            elif changed:
                yield Line(version.received_at, _("Heard %(origin)s: %(what)s") % words)
            before = version.values


def _labels(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The attributes that differ, those that the portal does not show left out."""
    return [
        spec.label
        for name, spec in catalogue().specs.items()
        if spec.row.portal != Attribute.Portal.HIDDEN
        and not is_sealed(after.get(name))
        and before.get(name) != after.get(name)
    ]


def _answered(anchors: Sequence[int]) -> Iterable[Line]:
    rows = ConsentEvent.objects.filter(record__in=anchors).select_related("purpose").order_by("-pk")
    groups: set[Any] = set()
    for row in rows[: MOST * 4]:
        words = WORDS.get("yes" if row.act in GRANTING else "no" if row.act in DENYING else row.act)
        if words is None or row.group in groups:
            continue
        groups.add(row.group)
        yield Line(row.effective_at, words[0] % {"what": title_of(row)}, words[1])


WORDS: Mapping[str, tuple[Any, str]] = {
    "yes": (gettext_lazy("Allowed: %(what)s"), "circle-check"),
    "no": (gettext_lazy("Stopped: %(what)s"), "circle-minus"),
    REQUESTED: (gettext_lazy("Asked to confirm: %(what)s"), "hourglass"),
    "expired": (gettext_lazy("Ended by itself: %(what)s"), "clock"),
}


def _decided(account: PortalAccount) -> Iterable[Line]:
    """What became of what the person proposed."""
    words = {
        Proposal.State.ACCEPTED: (_("We took over what you told us"), "circle-check"),
        Proposal.State.REFUSED: (_("We did not take over what you told us"), "circle-x"),
    }
    rows = Proposal.objects.filter(account=account, decided_at__isnull=False, state__in=words)
    for state, at in rows.order_by("-pk").values_list("state", "decided_at")[:MOST]:
        if at is not None:
            yield Line(at, *words[Proposal.State(state)])


def _joined(anchors: Sequence[int]) -> Iterable[Line]:
    """What became of it that all of these records are the person."""
    for one in ports.said_same(anchors):
        yield Line(one.at, _("You told us that all of this is you"), "message-user")
        if one.ended_at is not None and one.joined:
            yield Line(one.ended_at, _("We found that it belongs together"), "circle-check")
        elif one.ended_at is not None:
            yield Line(one.ended_at, _("We keep apart what you told us is all you"), "circle-x")
