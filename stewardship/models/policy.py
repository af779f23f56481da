"""Policies of review: which decisions need a second person or a reason, and what quality the owner wants."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Changed, Domain, User, Versioned

_SHARE = (MinValueValidator(0.0), MaxValueValidator(1.0))


class ReviewPolicyQuerySet(models.QuerySet["ReviewPolicy"]):
    """Questions about policies."""

    def visible_to(self, user: User) -> "ReviewPolicyQuerySet":
        """Those of domains where the user decides or configures, and those of all domains."""
        scope = access.scope(user, "decide") | access.scope(user, "configure")
        return self.filter(models.Q(domain__in=scope) | models.Q(domain__isnull=True))

    def active(self) -> "ReviewPolicyQuerySet":
        """In force."""
        return self.filter(active=True)


class ReviewPolicy(Changed):
    """All conditions that are set must hold of a task. It then needs a second person, or only a reason.

    ``share``: of the tasks that fit, this share at random goes to a second person for measuring (1: every one).
    """

    name = models.CharField(_("name"), max_length=80)
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("domain")
    )
    low = models.FloatField(_("score from"), default=0.0, validators=_SHARE)
    high = models.FloatField(_("score to"), default=1.0, validators=_SHARE)
    decision = models.CharField(_("only for the answer"), max_length=10, blank=True)
    sensitive = models.BooleanField(_("only with sensitive values"), default=False)
    contradictory = models.BooleanField(_("only with identifiers that contradict"), default=False)
    second_person = models.BooleanField(_("a second person answers"), default=True)
    share = models.FloatField(_("share of these"), default=1.0, validators=_SHARE)
    reason_required = models.BooleanField(_("a reason is required"), default=False)
    active = models.BooleanField(_("in force"), default=True)

    objects = ReviewPolicyQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("review policy")
        verbose_name_plural = _("review policies")
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(low__lte=models.F("high")), name="policy_low_to_high"),
            models.CheckConstraint(condition=models.Q(share__gte=0, share__lte=1), name="policy_share"),
        ]

    def __str__(self) -> str:
        return self.name


class QualityTargetQuerySet(models.QuerySet["QualityTarget"]):
    """Questions about targets."""

    def visible_to(self, user: User) -> "QualityTargetQuerySet":
        """Those of domains where the user decides or configures."""
        return self.filter(domain__in=access.scope(user, "decide") | access.scope(user, "configure"))

    def locked(self) -> Any:
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class QualityTarget(Changed):
    """What share of the automatic merges of a domain must be right, and how many of them are looked at.

    ``lowered_at``: the lower bound of the estimate fell under the target, and the machine proposes instead of joining.
    """

    domain = models.OneToOneField(Domain, models.PROTECT, related_name="+", verbose_name=_("domain"))
    precision = models.FloatField(_("share that must be right"), default=0.99, validators=_SHARE)
    sample = models.FloatField(_("share to be looked at"), default=0.02, validators=_SHARE)
    minimum = models.PositiveIntegerField(_("answers before it counts"), default=30)
    measured = models.JSONField(default=dict)
    measured_at = models.DateTimeField(null=True)
    lowered_at = models.DateTimeField(_("automatic merging off since"), null=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = QualityTargetQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("quality target")
        verbose_name_plural = _("quality targets")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(precision__gt=0, precision__lte=1, sample__gte=0, sample__lte=1),
                name="target_shares",
            )
        ]

    def __str__(self) -> str:
        return f"{self.domain_id}"
