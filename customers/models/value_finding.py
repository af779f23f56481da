"""Values in the hub that are out of the ordinary, and what a person said of them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Changed, Domain, User, Versioned


class ValueFindingQuerySet(models.QuerySet["ValueFinding"]):
    """Questions about unusual values."""

    def visible_to(self, user: User) -> "ValueFindingQuerySet":
        """Those of domains where the user imports and sees customers."""
        return self.filter(domain__in=access.scope(user, "import") & access.scope(user, "view"))

    def standing(self) -> "ValueFindingQuerySet":
        """Found by the last look."""
        return self.filter(gone_at__isnull=True)

    def unanswered(self) -> "ValueFindingQuerySet":
        """Standing, and nobody has said what it is."""
        return self.standing().filter(verdict="")


class ValueFinding(Changed):
    """One value of one domain that is out of the ordinary by one rule.

    ``subject`` is the keyed digest of the value, which itself is kept sealed until somebody has said what it is.
    ``examples`` are records (ids). ``most`` is the most that was usual; nothing where the rule needs no comparison.
    """

    class Verdict(models.TextChoices):
        NONE = "", _("Nobody has looked at it yet")
        NORMAL = "normal", _("As it should be")
        FAULT = "fault", _("A fault")

    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(_("rule"), max_length=20)
    attribute = models.SlugField(_("attribute"), max_length=60, db_index=False)
    subject = models.BinaryField(max_length=32)
    sealed = models.BinaryField(default=b"")
    records = models.BigIntegerField(_("records"))
    customers = models.BigIntegerField(_("customers"), null=True)
    most = models.BigIntegerField(null=True)
    is_ignored = models.BooleanField(default=False)
    examples = ArrayField(models.BigIntegerField(), default=list)
    found_at = models.DateTimeField(_("found at"), default=clock.now)
    gone_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=6, choices=Verdict.choices, blank=True, default=Verdict.NONE)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    said_at = models.DateTimeField(null=True)

    objects = ValueFindingQuerySet.as_manager()
    # What is found changes day by day and follows from the records; what people said of it is kept.
    history = Versioned(excluded_fields=["sealed", "records", "customers", "most", "examples"])

    class Meta:
        verbose_name = _("unusual value")
        verbose_name_plural = _("unusual values")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["domain", "rule", "attribute", "subject"], name="one_finding_a_value"),
            models.CheckConstraint(
                condition=models.Q(verdict="", said_by__isnull=True, said_at__isnull=True, reason="")
                | (
                    ~models.Q(verdict="")
                    & models.Q(said_by__isnull=False, said_at__isnull=False, sealed=b"")
                    & ~models.Q(reason="")
                ),
                name="said_of_a_value_with_its_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(gone_at__isnull=True) | models.Q(sealed=b"", examples=[]),
                name="what_is_gone_names_nobody",
            ),
        ]
        indexes = [
            models.Index(fields=["domain", "-id"], condition=models.Q(gone_at__isnull=True), name="finding_of_domain"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.attribute} {self.pk}"
