"""Consent events: one act of somebody on one record and purpose. Insert-only, and never moved by a merge."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import ChangeDefault, User
from consent.models.contact import ContactPoint
from consent.models.evidence import Evidence
from consent.models.notice import Notice
from consent.models.purpose import Channel, Kind, Purpose
from customers.models import SourceRecord


class Act(models.TextChoices):
    """What was done."""

    REQUESTED = "requested", _("Asked to confirm")
    GRANTED = "granted", _("Agreed")
    CONFIRMED = "confirmed", _("Confirmed")
    REAFFIRMED = "reaffirmed", _("Renewed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OBJECTED = "objected", _("Objected")
    EXPIRED = "expired", _("Expired")
    TERMINATED = "terminated", _("Ended")
    INVALIDATED = "invalidated", _("Declared void")
    UNKNOWN = "unknown", _("Claimed without proof")
    PROLONGED = "prolonged", _("Prolonged by activity")


NAMING = (Act.EXPIRED.value, Act.TERMINATED.value, Act.INVALIDATED.value, Act.PROLONGED.value)


class Method(models.TextChoices):
    """By which way the act reached us."""

    PORTAL = "portal", _("Customer portal")
    FORM = "form", _("Form on a website")
    LINK = "link", _("Link in a message")
    PAPER = "paper", _("Paper")
    PHONE = "phone", _("Telephone")
    IMPORT = "import", _("Imported file")
    API = "api", _("Another system")
    GPC = "gpc", _("Global Privacy Control")
    HUB = "hub", _("The hub")


class ActorKind(models.TextChoices):
    """Whose act it is."""

    PERSON = "person", _("The person")
    GUARDIAN = "guardian", _("A guardian")
    AGENT = "agent", _("An authorised agent")
    STAFF = "staff", _("Staff")
    MACHINE = "machine", _("The hub")


class ConsentEventQuerySet(models.QuerySet["ConsentEvent"]):
    """Questions about consent events."""

    def visible_to(self, user: User, verb: str = "view") -> "ConsentEventQuerySet":
        """Those on records of the domains where the user holds the verb."""
        return self.filter(record__domain__in=access.scope(user, verb))

    def of_customers(self, customers: Any) -> "ConsentEventQuerySet":
        """Those on the records that lie in these customers now."""
        return self.filter(record__customer__in=customers)


class ConsentEvent(models.Model):
    """One act. The state of a record is their fold (:mod:`consent.rules.folding`), nothing is stored of it.

    ``channel`` empty and ``contact`` null: the act is about the whole purpose. ``group`` joins the rows of one act;
    ``carried`` marks the rows on records that it reached only because they lay in the same customer. ``names`` is
    the event that an expiry, ending, invalidation or prolonging is about. ``effective_at`` orders the fold: when the
    act was recorded, for imported ones when it is said to have happened if that is earlier. ``claim`` is the keyed
    digest of an imported or re-sendable act: the same claim again is no new event. The record is named without a
    constraint, because the event outlives it: after an erasure the number alone stays.
    """

    record = models.ForeignKey(
        SourceRecord, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="consent_events"
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, db_index=False, related_name="events")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, blank=True)
    contact = models.ForeignKey(
        ContactPoint, models.PROTECT, null=True, related_name="events", verbose_name=_("contact point")
    )
    act = models.CharField(_("act"), max_length=12, choices=Act.choices)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, db_index=False, related_name="events")
    basis = models.CharField(_("basis"), max_length=10, choices=Kind.choices)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=6, blank=True)
    method = models.CharField(_("method"), max_length=8, choices=Method.choices)
    actor_kind = models.CharField(_("whose act"), max_length=8, choices=ActorKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="+", verbose_name=_("recorded by")
    )
    occurred_at = models.DateTimeField(_("happened at"), default=clock.now)
    recorded_at = models.DateTimeField(_("recorded at"), default=clock.now)
    effective_at = models.DateTimeField(_("counts from"), default=clock.now)
    expires_at = models.DateTimeField(_("expires at"), null=True)
    group = models.UUIDField(default=uuid.uuid4)
    carried = models.BooleanField(_("reached by the link"), default=False)
    names = models.ForeignKey("self", models.PROTECT, null=True, db_index=False, related_name="named_by")
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, db_index=False, related_name="events")
    claim = models.BinaryField(max_length=32, null=True)
    change = models.UUIDField(db_default=ChangeDefault(), editable=False)

    objects = ConsentEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["record", "claim"], condition=models.Q(claim__isnull=False), name="one_event_a_claim"
            ),
            models.CheckConstraint(
                condition=~models.Q(act__in=("granted", "confirmed", "reaffirmed")) | models.Q(notice__isnull=False),
                name="a_grant_has_its_notice",
            ),
            models.CheckConstraint(
                condition=models.Q(act__in=NAMING, names__isnull=False)
                | (~models.Q(act__in=NAMING) & models.Q(names__isnull=True)),
                name="an_ending_names_its_act",
            ),
        ]
        indexes = [
            models.Index(
                fields=["record", "purpose"],
                include=[
                    "id", "act", "channel", "contact", "effective_at", "expires_at", "names", "actor_kind", "notice",
                ],
                name="consent_of_record",
            ),
            models.Index(fields=["group"], condition=models.Q(carried=True), name="consent_carried"),
            models.Index(fields=["names"], condition=models.Q(names__isnull=False), name="consent_named"),
            models.Index(fields=["expires_at"], condition=models.Q(expires_at__isnull=False), name="consent_expiring"),
            models.Index(fields=["purpose", "recorded_at"], name="consent_by_time"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk} {self.act}"
