"""Customers: the golden record, derived from what the sources said and never edited."""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock, ids
from cmdm.models import Changed, Domain, User, Versioned
from customers.models.lineage import LineageField


class PartyType(models.TextChoices):
    """What a record or customer is about."""

    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Questions about customers."""

    def visible_to(self, user: User, verb: str = "view") -> "CustomerQuerySet":
        """Those with a record in a domain where the user holds the verb."""
        held = CustomerDomain.objects.filter(customer=models.OuterRef("pk"), domain__in=access.scope(user, verb))
        return self.filter(models.Exists(held))

    def active(self) -> "CustomerQuerySet":
        """Neither merged away nor retired nor erased."""
        return self.filter(status=Customer.Status.ACTIVE)

    def locked(self) -> Any:
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Customer(Changed):
    """A person or organisation as we believe it to be.

    ``values`` and ``lineage`` come from survivorship (sensitive attributes sealed); ``golden_hash`` is the keyed
    digest of their canonical form; ``merged_into`` is a projection of the ledger. History leaves values out: an
    earlier state follows its lineage to the records' versions. ``match`` compares what changed since it last ran, and
    the list narrows to the few that are merged or retired, hence the two indexes.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        MERGED = "merged", _("Merged")
        RETIRED = "retired", _("Retired")
        ERASED = "erased", _("Erased")

    key = models.UUIDField(_("key"), default=ids.uuid7, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    party_type = models.CharField(_("party"), max_length=12, choices=PartyType.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    values = models.JSONField(_("values"), default=dict)
    lineage = LineageField(_("lineage"), default=dict)
    golden_hash = models.BinaryField(max_length=32, default=bytes)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="absorbed", verbose_name=_("merged into"), db_index=False
    )
    restricted = models.BooleanField(_("restricted"), default=False)
    version = models.PositiveIntegerField(_("version"), default=0)
    created_at = models.DateTimeField(_("since"), default=clock.now)
    changed_at = models.DateTimeField(_("changed at"), default=clock.now)

    objects = CustomerQuerySet.as_manager()
    history = Versioned(unique=("id", "version"), excluded_fields=["values", "golden_hash"])

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="merged", merged_into__isnull=False)
                | (~models.Q(status="merged") & models.Q(merged_into__isnull=True)),
                name="merged_names_its_survivor",
            ),
            models.CheckConstraint(condition=~models.Q(merged_into=models.F("id")), name="never_merged_into_itself"),
        ]
        indexes = [
            models.Index(fields=["changed_at"], name="customer_changed"),
            models.Index(fields=["status", "id"], condition=~models.Q(status="active"), name="customer_past"),
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="customer_redirect"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def domain_ids(self) -> frozenset[int]:
        """The domains of its records: a deed on it needs the right in all of them."""
        return frozenset(self.domains.values_list("domain_id", flat=True))

    @property
    def key_text(self) -> str:
        return str(uuid.UUID(str(self.key)))


class CustomerDomain(models.Model):
    """A domain in which a customer has an open record; what ``visible_to`` and paging join. Derived by ``rebuild``.

    What it names is held by a trigger of the statement.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="domains", db_constraint=False)
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["domain", "customer"], name="one_row_a_customer_domain")]

    def __str__(self) -> str:
        return f"{self.customer_id}/{self.domain_id}"


class PendingCheck(models.Model):
    """Customers touched by a statement of this transaction; checked at commit by a deferred trigger, then removed."""

    customers = ArrayField(models.BigIntegerField())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
