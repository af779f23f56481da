"""The customers' own accounts: who may see what here, and how that was proved."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock, ids
from cmdm.models import Changed, User
from consent.models.contact import ContactPoint
from customers.models import SourceRecord


class PortalAccount(Changed):
    """One person's account. It has no password: whoever reads what is sent to one of its addresses gets in.

    ``stamp`` stands in every session of the account; a new one ends them all. ``tries`` counts the facts (birth date,
    customer number) that were said wrongly since the last right one.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        CLOSED = "closed", _("Closed")

    key = models.UUIDField(default=ids.uuid7, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=8, default="en")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ACTIVE)
    stamp = models.UUIDField(default=uuid.uuid4)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("since"), default=clock.now)
    signed_in_at = models.DateTimeField(_("signed in at"), null=True)

    class Meta:
        verbose_name = _("portal account")
        verbose_name_plural = _("portal accounts")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.key)


class PortalContact(Changed):
    """An address that the person of an account proved to read. An address opens one account only."""

    account = models.ForeignKey(PortalAccount, models.CASCADE, related_name="contacts")
    contact = models.ForeignKey(ContactPoint, models.PROTECT, related_name="accounts")
    proved_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=models.Q(ended_at__isnull=True), name="one_account_a_contact"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.contact_id}"


class PortalAnchor(Changed):
    """A record that an account may see, and on what ground. Merging and unmerging leave it where it is."""

    class How(models.TextChoices):
        VERIFIED = "verified", _("The record's address was verified before")
        FACT = "fact", _("A fact that only this person gave")
        REGISTERED = "registered", _("Registered here")
        STEWARD = "steward", _("Confirmed by a steward")

    account = models.ForeignKey(PortalAccount, models.CASCADE, related_name="anchors")
    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="portal_anchors")
    contact = models.ForeignKey(ContactPoint, models.PROTECT, null=True, db_index=False, related_name="+")
    how = models.CharField(_("ground"), max_length=10, choices=How.choices)
    since = models.DateTimeField(_("since"), default=clock.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "record"], condition=models.Q(ended_at__isnull=True), name="one_anchor_a_record"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.record_id}"


class PortalCode(Changed):
    """A one-time code: made and sent by a job, so that it lies nowhere but in the mail; here is its keyed digest.

    ``target`` and ``sender`` are keyed digests of the address and of where the question came from, for their daily
    and hourly bounds; ``browser`` is that of the secret which the asking browser holds. ``digest`` is empty until the
    code was sent, and stays so where nothing is sent.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Signing in")
        REGISTER = "register", _("Registering")
        STEP_UP = "step_up", _("Proving again")
        ADD = "add", _("Adding an address")
        CHANGE_OLD = "change_old", _("Changing an address: the old one")
        CHANGE_NEW = "change_new", _("Changing an address: the new one")

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    account = models.ForeignKey(PortalAccount, models.CASCADE, null=True, related_name="codes")
    sealed = models.BinaryField()
    target = models.BinaryField(max_length=32)
    browser = models.BinaryField(max_length=32)
    sender = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32, null=True)
    language = models.CharField(max_length=8)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["target", "created_at"], name="portal_code_target"),
            models.Index(fields=["sender", "created_at"], name="portal_code_sender"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class PortalChange(Changed):
    """A change of an address that waits for its proofs, and then a day in which the old address may take it back."""

    class State(models.TextChoices):
        ASKED = "asked", _("Not proved yet")
        WAITING = "waiting", _("Can be taken back")
        DONE = "done", _("Done")
        UNDONE = "undone", _("Taken back")

    account = models.ForeignKey(PortalAccount, models.CASCADE, related_name="changes")
    old = models.ForeignKey(ContactPoint, models.PROTECT, db_index=False, related_name="+")
    old_code = models.ForeignKey(PortalCode, models.SET_NULL, null=True, db_index=False, related_name="+")
    new_code = models.ForeignKey(PortalCode, models.SET_NULL, null=True, db_index=False, related_name="+")
    sealed = models.BinaryField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state="waiting"), name="one_change_waits_an_account"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"


class PortalClaimQuerySet(models.QuerySet["PortalClaim"]):
    """Questions about claims."""

    def visible_to(self, user: User, verb: str = "correct") -> "PortalClaimQuerySet":
        """Those that name a domain where the user holds the verb."""
        return self.filter(domains__overlap=sorted(access.scope(user, verb)))

    def waiting(self) -> "PortalClaimQuerySet":
        """Not decided."""
        return self.filter(state=PortalClaim.State.WAITING)


class PortalClaim(Changed):
    """Somebody proved an address that does not tell whose record it stands on: the organisation must confirm.

    ``domains`` are those of the records with this address, as they were when it was asked.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", _("Refused")

    account = models.ForeignKey(PortalAccount, models.CASCADE, related_name="claims")
    contact = models.ForeignKey(ContactPoint, models.PROTECT, db_index=False, related_name="+")
    domains = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("how it was proved"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+"
    )

    objects = PortalClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of a customer")
        verbose_name_plural = _("questions of customers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "contact"], condition=models.Q(state="waiting"), name="one_claim_waits_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"

    def domain_ids(self) -> frozenset[int]:
        """The domains in which it may be decided."""
        return frozenset(self.domains)
