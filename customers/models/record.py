"""Records: what one source says about one party."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import Changed, Domain, User, Versioned
from customers.models.customer import Customer, PartyType
from customers.models.source import Source


class RecordQuerySet(models.QuerySet["SourceRecord"]):
    """Questions about records."""

    def visible_to(self, user: User) -> "RecordQuerySet":
        """Those of the domains where the user may see customers."""
        return self.filter(domain__in=access.scope(user, "view"))

    def current(self) -> "RecordQuerySet":
        """Open: the source still has them."""
        return self.filter(closed_at__isnull=True)

    def locked(self) -> Any:
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class SourceRecord(Changed):
    """The current version of a record; its history table holds the earlier ones.

    ``values`` are standardised, sensitive attributes sealed; ``raw`` is what was received, sealed; ``digest`` is
    the keyed digest of what was received; ``customer`` is the live link. ``about`` makes it a correction of another.
    ``corrected``: the values with what stewards corrected laid over them, sealed likewise; nothing where they did not.
    Its source, domain and customer are held by triggers of the statement.
    """

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="records", verbose_name=_("source"), db_constraint=False, db_index=False
    )
    key = models.CharField(_("key in the source"), max_length=200)
    domain = models.ForeignKey(
        Domain, models.PROTECT, related_name="+", verbose_name=_("domain"), db_constraint=False, db_index=False
    )
    party_type = models.CharField(_("party"), max_length=12, choices=PartyType.choices)
    values = models.JSONField(_("values"), default=dict)
    corrected = models.JSONField(null=True)
    raw = models.BinaryField(null=True)
    digest = models.BinaryField(max_length=32)
    findings = models.JSONField(_("quality findings"), default=list)
    version = models.PositiveIntegerField(_("version"), default=1)
    last_version = models.PositiveIntegerField(default=1)
    observed_at = models.DateTimeField(_("observed at"))
    received_at = models.DateTimeField(_("received at"))
    placed_at = models.DateTimeField(_("placed at"), null=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="records", verbose_name=_("customer"), db_constraint=False
    )
    about = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="corrections", verbose_name=_("about"), db_index=False
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    objects = RecordQuerySet.as_manager()
    # What is laid over them follows from the values and the corrections, which both have their versions.
    history = Versioned(unique=("id", "version"), excluded_fields=["corrected"])

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="one_record_a_source_key"),
            models.CheckConstraint(
                condition=models.Q(placed_at__isnull=True, customer__isnull=True)
                | models.Q(placed_at__isnull=False, customer__isnull=False),
                name="placed_means_linked",
            ),
            models.CheckConstraint(condition=models.Q(last_version__gte=models.F("version")), name="versions_run_on"),
        ]
        indexes = [
            models.Index(fields=["about"], condition=models.Q(about__isnull=False), name="record_about"),
            # What comparing asks of every mate: the rows themselves lie all over the table.
            models.Index(fields=["id"], include=["customer", "version", "closed_at"], name="record_compared"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.key}"

    @property
    def compared(self) -> Any:
        """The values by which matching compares it: as corrected, sealed as they are stored."""
        return self.values if self.corrected is None else self.corrected
