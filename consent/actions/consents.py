"""Recording what somebody said to a use of his data.

A denial reaches every record of the customer at once; a grant only the records at which the person proved himself.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cmdm import audit, clock, events, ids
from cmdm.actions import Refused, action, change_id
from cmdm.database.copying import insert_many
from cmdm.models import User
from consent.actions import announcing, prolonging, refusing
from consent.actions.holding import Held, hold, next_moment, place_of
from consent.models import Act, ConsentEvent, ContactPoint, Evidence, Method, Notice, Purpose
from consent.queries.material import Material, material
from consent.queries.purposes import LANGUAGE, terms
from consent.rules import folding
from consent.rules.covering import covered_by_denial, released, taken_back
from consent.rules.deadlines import ends_at
from consent.rules.folding import DENYING, GRANTING
from customers.models import SourceRecord

PROVING = frozenset((Evidence.Kind.CODE, Evidence.Kind.LINK))
# What others send counts from when it is said to have happened, and needs the right to send; the rest happens here.
SENT = frozenset((Method.IMPORT, Method.API))


@dataclass(frozen=True)
class Said:
    """An act, as its rows have it in common."""

    purpose: Purpose
    channel: str
    contact: ContactPoint | None
    act: str
    method: str
    whose: str
    notice: Notice | None
    evidence: Evidence | None
    occurred_at: datetime
    actor: User
    effective_at: datetime
    expires_at: datetime | None = None
    claim: bytes | None = None
    group: uuid.UUID = field(default_factory=ids.uuid7)

    def row(self, record: SourceRecord, **more: Any) -> ConsentEvent:
        """The act on one record."""
        fields: dict[str, Any] = {
            "record": record,
            "purpose": self.purpose,
            "channel": self.channel,
            "contact": self.contact,
            "act": self.act,
            "notice": self.notice,
            "basis": self.purpose.kind,
            "jurisdiction": place_of(record),
            "method": self.method,
            "actor_kind": self.whose,
            "actor": self.actor,
            "occurred_at": self.occurred_at,
            "recorded_at": clock.now(),
            "effective_at": self.effective_at,
            "expires_at": self.expires_at,
            "group": self.group,
            "evidence": self.evidence,
            "claim": self.claim,
            "change": change_id(),
        }
        return ConsentEvent(**{**fields, **more})


@action
def record(
    records: Iterable[SourceRecord],
    *,
    actor: User,
    purpose: Purpose,
    act: str,
    method: str,
    channel: str = "",
    contact: ContactPoint | None = None,
    notice: Notice | None = None,
    notice_shown: str = "",
    language: str = LANGUAGE,
    shown_at: datetime | None = None,
    occurred_at: datetime | None = None,
    evidence: Evidence | None = None,
    proved: Collection[SourceRecord] = (),
    whose: str = "person",
    claim: bytes | None = None,
) -> list[ConsentEvent]:
    """Record an act of the person whose ``records`` these are; the rows written, none for a claim that is known.

    A denial is written on all records of their customers: as his own on those ``proved`` (or else on ``records``), as
    carried on the others. A grant is written on the ``proved`` ones only, and ends what his own earlier denials carried
    to others; where the place asks for a double opt-in it becomes *requested* until the address answers. What a system
    sends counts from when it is said to have happened. Refused without ``correct`` in the records' domains (of what a
    system sends, ``import``), for a use that rests on no consent, and for a grant without proof, evidence, age or the
    notice in force (:class:`cmdm.errors.Stale` when another text was shown, ``notice_shown``).
    """
    if act not in folding.GRANTING | DENYING | {Act.REQUESTED, Act.UNKNOWN}:
        raise Refused(_("This act is recorded in another way."))
    named = [*records, *proved]
    others = _groups_apart(proved, purpose, channel, contact) if act in GRANTING else set()
    held = hold(named, actor=actor, verb="import" if method in SENT else "correct", more=others)
    refusing.refuse_unfit(purpose, channel, contact)
    own = {one.about_id or one.pk for one in proved}
    said = _said(
        purpose, channel, contact, act, method, whose=whose, evidence=evidence, claim=claim, actor=actor,
        occurred_at=occurred_at, touched=[*held.cluster, *others],
    )  # fmt: skip
    if act in GRANTING:
        said = _granting(
            said, held, own, notice=notice, shown=notice_shown, asked=shown_at or occurred_at, language=language
        )
    before = material(customers=held.touched, purposes=[purpose.key], parts=True)
    rows = _rows(said, held, own) + _releases(said, own)
    written = insert_many(_new(rows))
    if written:
        _tell(said, written, held, before)
        if whose == "person" and method != Method.IMPORT and act != Act.UNKNOWN:
            prolonging.seen(dict.fromkeys(own or held.named, said.occurred_at), actor=actor, method=method)
    return written


def _said(
    purpose: Purpose, channel: str, contact: ContactPoint | None, act: str, method: str, *, touched: Collection[int],
    occurred_at: datetime | None, **more: Any,
) -> Said:  # fmt: skip
    occurred = min(occurred_at or clock.now(), clock.now())
    told = method in SENT and occurred_at is not None
    return Said(
        purpose, channel, contact, act, method, notice=None, occurred_at=occurred,
        effective_at=occurred if told else next_moment(touched), **more,
    )  # fmt: skip


def _granting(
    said: Said, held: Held, own: Collection[int], *, notice: Notice | None, shown: str, asked: datetime | None,
    language: str,
) -> Said:  # fmt: skip
    """The grant as it is recorded: with its notice and its end, or as a request where it has to be confirmed."""
    refusing.refuse_grant(
        said.purpose, said.channel, said.contact, held=held, proved=own, evidence=said.evidence
    )  # fmt: skip
    rules = terms(said.purpose, {place for one in held.cluster.values() if (place := place_of(one))})
    refusing.refuse_age(held, rules, own, said.whose)
    chosen = refusing.notice_for(said.purpose, notice, shown, asked, language)
    more: dict[str, Any] = {"notice": chosen, "expires_at": ends_at(said.effective_at, rules)}
    if said.act == Act.GRANTED and any(said.channel in one.double_opt_in for one in rules):
        more["act"] = Act.CONFIRMED if answers_for(said.evidence, said.contact) else Act.REQUESTED
    return Said(**{**vars(said), **more})


def answers_for(evidence: Evidence | None, contact: ContactPoint | None) -> bool:
    """Whether the evidence is an answer from that very address."""
    return (
        evidence is not None
        and contact is not None
        and evidence.kind in PROVING
        and evidence.proof.get("contact") == contact.pk
    )


def _groups_apart(
    proved: Collection[SourceRecord], purpose: Purpose, channel: str, contact: ContactPoint | None
) -> set[int]:
    """Records (ids) that earlier denials of these people were carried to; read unlocked."""
    own = [one.about_id or one.pk for one in proved]
    known = material(records=own, purposes=[purpose.key], whole=True) if own else None
    groups = _taken_back(known, purpose, own, channel, contact) if known else set()
    if not groups:
        return set()
    return set(ConsentEvent.objects.filter(group__in=groups, carried=True).values_list("record", flat=True))


def _taken_back(
    known: Material, purpose: Purpose, own: Collection[int], channel: str, contact: ContactPoint | None
) -> set[str]:
    acts = [act for record in own for act in known.said(purpose.pk, record)]
    return taken_back(acts, channel, contact.pk if contact else None)


def _rows(said: Said, held: Held, own: Collection[int]) -> list[ConsentEvent]:
    if said.act in DENYING:
        covered = covered_by_denial(own or set(held.named), held.cluster)
        return [said.row(held.cluster[pk], carried=carried) for pk, carried in covered]
    return [said.row(held.cluster[pk]) for pk in sorted(own or held.named)]


def _releases(said: Said, own: Collection[int]) -> list[ConsentEvent]:
    """What the grant ends at other records; locked by now, so read again."""
    if said.act not in GRANTING:
        return []
    known = material(records=own, purposes=[said.purpose.key], whole=True)
    groups = _taken_back(known, said.purpose, own, said.channel, said.contact)
    if not groups:
        return []
    carried = ConsentEvent.objects.filter(group__in=groups, carried=True).exclude(record__in=own)
    places = {
        one.pk: one for one in SourceRecord.objects.filter(pk__in=carried.values("record")).select_related("source")
    }
    theirs = material(records=list(places), purposes=[said.purpose.key], whole=True) if places else None
    acts = [act for record in places for act in theirs.said(said.purpose.pk, record)] if theirs else []
    ended = released(acts, groups, said.channel, said.contact.pk if said.contact else None)
    plain = {"act": Act.INVALIDATED, "notice": None, "expires_at": None, "claim": None}
    return [said.row(places[one.record], names_id=one.id, **plain) for one in ended]


def _new(rows: Sequence[ConsentEvent]) -> list[ConsentEvent]:
    """Without the claims that are known."""
    claims = {bytes(one.claim) for one in rows if one.claim is not None}
    if not claims:
        return list(rows)
    found = ConsentEvent.objects.filter(record__in={one.record_id for one in rows}, claim__in=claims)
    known = {(record, bytes(claim)) for record, claim in found.values_list("record", "claim") if claim is not None}
    fresh = [one for one in rows if one.claim is None or (one.record_id, bytes(one.claim)) not in known]
    return fresh if any(one.claim is not None for one in fresh) else []


def _tell(said: Said, written: Sequence[ConsentEvent], held: Held, before: Material) -> None:
    counts = {"records": len(written), "carried": sum(one.carried for one in written)}
    audit.record(
        said.actor, f"consent.{said.act}", written[0], domains=held.domains, counts=counts, purpose=said.purpose.key
    )
    if said.act == Act.REQUESTED and said.method != Method.IMPORT:
        contact = said.contact.pk if said.contact else None
        events.emit("consent.requested", group=str(said.group), purpose=said.purpose.key, contact=contact)
    announcing.announce(before, held.touched, [said.purpose.key], "act")
