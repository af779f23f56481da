"""The ledger: every link, merge and unmerge, with its reason. Insert-only; the current links are its fold."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import ChangeDefault
from customers.models import Customer
from matching.models.evidence import EvidenceField


class LedgerEntry(models.Model):
    """Records that went to a customer. Replaying the entries in id order gives the links.

    Unmerging asks which entries name a record; the index of that leaves foundings out, which are most of the entries,
    come with every load, and are never asked for by record. What an entry names is held by a trigger of the statement.
    """

    class Deed(models.TextChoices):
        FOUND = "found", _("Founded")
        LINK = "link", _("Linked")
        MERGE = "merge", _("Merged")
        UNMERGE = "unmerge", _("Unmerged")
        UNDO = "undo", _("Undone")

    change = models.UUIDField(db_default=ChangeDefault(), editable=False, db_index=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    deed = models.CharField(_("deed"), max_length=8, choices=Deed.choices)
    records = ArrayField(models.BigIntegerField())
    source_customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="ledger", db_constraint=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        db_constraint=False,
        db_index=False,
    )
    by_machine = models.BooleanField(default=False)
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    probability = models.FloatField(null=True)
    model_version = models.PositiveIntegerField(null=True)
    evidence = EvidenceField(default=dict)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reversed_by", db_constraint=False, db_index=False
    )

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["source_customer", "id"],
                condition=models.Q(source_customer__isnull=False),
                name="ledger_left",
            ),
            models.Index(fields=["reverses"], condition=models.Q(reverses__isnull=False), name="ledger_reverses"),
            GinIndex(fields=["records"], condition=~models.Q(deed="found"), name="ledger_records"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.deed}"
