"""One-time codes: asked for, made and sent by a job, checked. Nothing here tells a known address from an unknown one.

Asking costs the same queries for every address: whether a mail goes out is decided by the job alone. The code itself
is made there, so that it lies nowhere but in the mail.
"""

import hmac
import secrets
from datetime import timedelta

from django.db import connection

from cmdm import audit, clock, crypto, jobs
from cmdm.actions import action, change_id
from cmdm.models import User
from consent.models import ContactPoint, PortalAccount, PortalCode, PortalContact
from consent.queries.contacts import contact_digest
from consent.queries.portal import stands_on

LIFE = timedelta(minutes=10)
TRIES, CODES_A_DAY, CODES_A_SENDER = 5, 10, 30
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TARGET, BROWSER, SENDER, CODE = "portal target", "portal browser", "portal sender", "portal code"
Purpose = PortalCode.Purpose
EMAIL = ContactPoint.Kind.EMAIL
TO_ANYBODY = (Purpose.REGISTER, Purpose.ADD, Purpose.CHANGE_NEW)

_TRY = """
    UPDATE consent_portalcode SET tries = tries + 1
     WHERE id = %s AND browser = %s AND tries < %s AND digest IS NOT NULL
       AND used_at IS NULL AND ended_at IS NULL AND expires_at > %s
    RETURNING digest
"""


@action
def ask(
    purpose: str,
    value: str,
    *,
    actor: User,
    browser: str,
    sender: str,
    language: str,
    account: PortalAccount | None = None,
) -> PortalCode | None:
    """Ask for a code to an e-mail address. Nothing, when the address or the asking place had its share already.

    :param browser: the secret that the asking browser holds. :param sender: where it asks from.
    """
    now = clock.now()
    target, place = crypto.digest(value, TARGET), crypto.digest(sender, SENDER)
    _lock(target, place)
    today = PortalCode.objects.filter(target=target, created_at__gt=now - DAY).count()
    from_here = PortalCode.objects.filter(sender=place, created_at__gt=now - HOUR).count()
    if today >= CODES_A_DAY or from_here >= CODES_A_SENDER:
        audit.record(actor, "portal.code_withheld")
        return None
    PortalCode.objects.filter(target=target, used_at__isnull=True, ended_at__isnull=True).update(
        ended_at=now, change=change_id()
    )
    code = PortalCode.objects.create(
        purpose=purpose,
        account=account,
        sealed=crypto.seal_bytes(value.encode(), TARGET),
        target=target,
        browser=crypto.digest(browser, BROWSER),
        sender=place,
        language=language,
        created_at=now,
        expires_at=now + LIFE,
    )
    jobs.enqueue("portal.code", actor=actor, code=code.pk)
    audit.record(actor, "portal.code_asked", code)
    return code


def _lock(*digests: bytes) -> None:
    """One at a time for an address and for a sender, so that their bounds hold."""
    with connection.cursor() as cursor:
        for number in sorted(int.from_bytes(digest[:8], "big", signed=True) for digest in digests):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


@action
def issue(pk: int, *, actor: User) -> tuple[PortalCode, str, str] | None:
    """Make the code that was asked for: the row, the address, the code. Nothing where no mail is to go out.

    Asked again (a worker died), it makes another one, and the earlier is dead.
    """
    code = PortalCode.objects.select_for_update().filter(pk=pk).first()
    now = clock.now()
    if code is None or code.used_at or code.ended_at or code.expires_at <= now:
        return None
    value = address_of(code)
    if code.purpose not in TO_ANYBODY and not _is_known(value):
        return None
    text = f"{secrets.randbelow(1_000_000):06d}"
    code.digest = _digest(code.pk, text)
    code.expires_at = now + LIFE
    code.change = change_id()
    code.save(update_fields=["digest", "expires_at", "change"])
    audit.record(actor, "portal.code_made", code)
    return code, value, text


def address_of(code: PortalCode) -> str:
    """The address that a code goes to."""
    return crypto.unseal_bytes(bytes(code.sealed), TARGET).decode()


def _is_known(value: str) -> bool:
    digest = contact_digest(EMAIL, value)
    proved = PortalContact.objects.filter(contact__kind=EMAIL, contact__digest=digest, ended_at__isnull=True)
    return proved.exists() or stands_on(EMAIL, value)


def _digest(pk: int, text: str) -> bytes:
    return crypto.digest(f"{pk}:{text}", CODE)


@action
def check(pk: int, *, actor: User, browser: str, typed: str, account: PortalAccount | None = None) -> PortalCode | None:
    """Use a code: the row when it fits, else nothing, whatever the reason. At most five tries are looked at.

    A wrong try is no refusal but an answer: the count of tries has to be kept.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [pk, crypto.digest(browser, BROWSER), TRIES, clock.now()])
        row = cursor.fetchone()
    if row is None or not hmac.compare_digest(_digest(pk, typed), bytes(row[0])):
        audit.record(actor, "portal.code_wrong", ("portalcode", str(pk)))
        return None
    mine = PortalCode.objects.filter(pk=pk, account=account)
    if not mine.update(used_at=clock.now(), change=change_id()):
        return None
    audit.record(actor, "portal.code_used", ("portalcode", str(pk)))
    return mine.get()


@action
def remove_old_codes(*, actor: User) -> int:
    """Delete codes that count for no bound any more; the number of rows."""
    count, _ = PortalCode.objects.filter(created_at__lt=clock.now() - 2 * DAY).delete()
    if count:
        audit.record(actor, "portal.codes_removed", counts={"codes": count})
    return count
