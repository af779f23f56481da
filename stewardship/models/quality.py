"""What is counted about the machine's work: the sample of its joins, and how often sources repeat themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed, Domain
from customers.models import Source
from matching.models import Candidate


class SampledJoin(Changed):
    """A join of the machine that was drawn to be looked at. ``entry`` is its row of the ledger.

    Whether it was right is what people say of the pair: their verdict on it.
    """

    candidate = models.OneToOneField(Candidate, models.PROTECT, related_name="+")
    entry = models.BigIntegerField(unique=True)
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+", verbose_name=_("domain"))
    drawn_at = models.DateTimeField(_("drawn at"), default=clock.now)

    class Meta:
        verbose_name = _("sampled join")
        verbose_name_plural = _("sampled joins")
        default_permissions = ()
        indexes = [models.Index(fields=["domain", "drawn_at"], name="sampled_by_domain")]

    def __str__(self) -> str:
        return f"{self.domain_id} {self.entry}"


class SourceDay(Changed):
    """How many open records a source had on a day, and how many of them said nothing new: their customer had one."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="+", verbose_name=_("source"))
    day = models.DateField(_("day"))
    records = models.BigIntegerField(_("records"))
    repeated = models.BigIntegerField(_("repeated"))

    class Meta:
        verbose_name = _("day of a source")
        verbose_name_plural = _("days of sources")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="one_count_a_source_and_day")]
        indexes = [models.Index(fields=["day"], name="source_day")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.day}"
