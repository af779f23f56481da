"""What a customer said on the phone or on paper, keyed in by somebody of ours, with what proves it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit, clock, events, jobs
from cmdm.actions import Invalid, Refused, action
from cmdm.models import User, portal_user
from consent.actions import consents, contacts, evidence, scans
from consent.actions.holding import place_of
from consent.models import ConsentEvent, Evidence, Method, Notice, Purpose
from consent.queries.conflicts import ASKED, asked_of, two_answers
from consent.rules.deadlines import LEFT_ALONE
from consent.rules.folding import DENYING, GRANTING
from customers.models import Customer, SourceRecord

FORM = "steward/on-behalf"
ONCE_IN = timedelta(days=1)
KINDS = {Method.PHONE: Evidence.Kind.CALL, Method.PAPER: Evidence.Kind.PAPER}


@action
def record_on_behalf(
    records: Sequence[SourceRecord],
    *,
    actor: User,
    purpose: Purpose,
    act: str,
    method: str,
    note: str,
    channel: str = "",
    contact: tuple[str, Any] | None = None,
    notice: Notice | None = None,
    occurred_at: datetime | None = None,
    whose: str = "person",
    scan: bytes = b"",
) -> list[ConsentEvent]:
    """Record an answer that reached us by phone or paper. Refused as :func:`consents.record` is, and without a note.

    :param records: at which the caller or signer is known. :param contact: kind and value of an address.
    :param note: where the paper lies, or what proves the call; sealed. :param scan: of the paper.
    """
    if method not in KINDS:
        raise Refused(_("Only what was said on the phone or on paper is keyed in."))
    if not note.strip():
        raise Invalid({"note": [_("Say what proves it: where the paper lies, which call it was.")]})
    kept = evidence.keep(
        actor=actor, kind=KINDS[Method(method)], form=FORM, note=note, keyed_by=actor, proof={"purpose": purpose.key}
    )
    if scan:
        scans.attach(kept, actor=actor, content=scan)
    made = consents.record(
        records,
        actor=actor,
        purpose=purpose,
        act=act,
        method=method,
        channel=channel,
        contact=contacts.contact_point(*contact, actor=actor) if contact else None,
        notice=notice if act in GRANTING else None,
        occurred_at=occurred_at,
        evidence=kept,
        proved=records,
        whose=whose,
    )
    domains = {one.domain_id for one in records}
    counts = {"records": len(made), "scans": int(bool(scan))}
    audit.record(actor, f"consent.{made[0].act}", made[0], domains=domains, counts=counts, purpose=purpose.key)
    return made


@action
def ask_customer(customer: Customer, *, actor: User, purpose: Purpose) -> None:
    """Put two answers to the customer; nobody else settles them. Refused without ``correct``, and without two.

    Nothing is said in his name: a mail and the portal ask him, and this notes who saw to it, and when. Not asked twice
    within a day, nor about sale and sharing where who opted out is left alone for a year.
    """
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    access.require(actor, "correct", customer)
    if not two_answers(customer, purpose, actor):
        raise Refused(_("There are no two answers any more."))
    last = asked_of([customer.pk]).get((customer.pk, purpose.key))
    if last is not None and last.at > clock.now() - ONCE_IN:
        raise Refused(_("The customer was asked today already."))
    if purpose.sale_or_sharing and _left_alone(customer, purpose):
        raise Refused(_("The customer opted out less than a year ago. Where he lives he is not asked again so soon."))
    audit.record(actor, ASKED, customer, purpose=purpose.key)
    jobs.enqueue("portal.which_answer", actor=portal_user(), customer=customer.pk, purpose=purpose.pk)
    events.emit(ASKED, customer=customer.pk, purpose=purpose.key)


def _left_alone(customer: Customer, purpose: Purpose) -> bool:
    rows = SourceRecord.objects.filter(customer=customer, about__isnull=True).select_related("source")
    records = list(rows.defer("raw", "findings"))
    spans = [LEFT_ALONE[place] for one in records if (place := place_of(one)) in LEFT_ALONE]
    said = ConsentEvent.objects.filter(record__in=[one.pk for one in records], purpose=purpose, act__in=DENYING)
    return bool(spans) and said.filter(effective_at__gt=clock.now() - max(spans)).exists()
