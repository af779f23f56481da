"""What a load held in figures, and which of them are out of the ordinary; what a person said of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import Changed, Domain, User, Versioned
from customers.models.load import Load
from customers.models.source import Source


class CensusQuerySet(models.QuerySet["LoadCensus"]):
    """Questions about what loads held."""

    def visible_to(self, user: User) -> "CensusQuerySet":
        """Those of loads into domains where the user imports."""
        return self.filter(domain__in=access.scope(user, "import"))

    def unusual(self) -> "CensusQuerySet":
        """Of loads that were out of the ordinary, and of which nobody said that they are as they should be."""
        return self.filter(found__gt=0).exclude(verdict=LoadCensus.Verdict.NORMAL)

    def ordinary(self) -> "CensusQuerySet":
        """Those to compare others with: nothing was found, or a person said that it is as it should be."""
        fine = models.Q(found=0, verdict="") | models.Q(verdict=LoadCensus.Verdict.NORMAL)
        return self.filter(fine, judged_at__isnull=False)


class LoadCensus(Changed):
    """One load in figures. ``columns`` are of the file as it came, ``measures`` of the load as it ended, by attribute.

    Figures and forms of values only. The commonest value of each column is kept sealed until somebody has said what
    is to be thought of the load. ``findings`` are the measures that lay outside of what ``loads`` loads before let
    expect; ``verdict`` is what a person said of them.
    """

    class Verdict(models.TextChoices):
        NONE = "", _("Nobody has looked at it yet")
        NORMAL = "normal", _("As it should be")
        FAULT = "fault", _("A fault")

    load = models.OneToOneField(Load, models.CASCADE, related_name="census")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+", db_index=False)
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+", db_index=False)
    mode = models.CharField(max_length=10, choices=Load.Mode.choices)
    rows = models.BigIntegerField(_("rows"))
    seen = models.BigIntegerField(_("rows looked at"))
    columns = models.JSONField(default=list)
    sealed = models.BinaryField(default=b"")
    measures = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    found = models.PositiveSmallIntegerField(_("unusual"), default=0)
    loads = models.PositiveSmallIntegerField(_("loads before"), default=0)
    judged_at = models.DateTimeField(_("compared at"), null=True)
    verdict = models.CharField(max_length=6, choices=Verdict.choices, blank=True, default=Verdict.NONE)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    said_at = models.DateTimeField(null=True)

    objects = CensusQuerySet.as_manager()
    # The figures do not change with what is said of them; what was sealed is gone with it.
    history = Versioned(excluded_fields=["columns", "sealed", "measures", "findings"])

    class Meta:
        verbose_name = _("figures of a load")
        verbose_name_plural = _("figures of loads")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict="", said_by__isnull=True, said_at__isnull=True, reason="")
                | (
                    ~models.Q(verdict="")
                    & models.Q(said_by__isnull=False, said_at__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="a_verdict_has_its_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(judged_at__isnull=False) | models.Q(found=0, verdict=""), name="judged_before_found"
            ),
        ]
        indexes = [
            models.Index(fields=["source", "-load"], name="census_of_source"),
            models.Index(fields=["domain", "-load"], condition=models.Q(found__gt=0), name="census_unusual"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.load_id}"

    @property
    def is_open(self) -> bool:
        """Something was found and nobody has said what it is."""
        return self.found > 0 and not self.verdict
