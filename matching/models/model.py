"""Match models: the rules and weights in force, as versioned data."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed
from customers.models import Customer
from customers.models.customer import PartyType


class MatchModelQuerySet(models.QuerySet["MatchModel"]):
    """Questions about match models."""

    def in_force(self) -> "MatchModelQuerySet":
        """The one of each party type that decides."""
        return self.filter(state=MatchModel.State.IN_FORCE)

    def coming(self) -> "MatchModelQuerySet":
        """Those that are being promoted: records get their keys, too, while the one in force still decides."""
        return self.filter(promoting_since__isnull=False)

    def locked(self) -> Any:
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class MatchModel(Changed):
    """One version of the model of a party type; one of them is in force.

    The definition of a version never changes. ``rehearsal`` is what the version would do, in figures and ids.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REHEARSED = "rehearsed", _("Rehearsed")
        IN_FORCE = "in force", _("In force")
        RETIRED = "retired", _("Retired")
        DROPPED = "dropped", _("Dropped")

    class Origin(models.TextChoices):
        SHIPPED = "shipped", _("Shipped")
        TRAINED = "trained", _("Trained on the records")
        LEARNED = "learned", _("Sharpened by answers")
        IMPORTED = "imported", _("Imported from a file")
        ADJUSTED = "adjusted", _("Lines moved")

    party_type = models.CharField(_("party"), max_length=12, choices=PartyType.choices)
    version = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("definition"))
    digest = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    origin = models.CharField(_("made"), max_length=10, choices=Origin.choices, default=Origin.SHIPPED)
    base = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name=_("made from"))
    created_at = models.DateTimeField(default=clock.now)
    rehearsed_at = models.DateTimeField(null=True)
    rehearsal = models.JSONField(default=dict)
    promoting_since = models.DateTimeField(null=True)
    in_force_since = models.DateTimeField(_("in force since"), null=True)
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = MatchModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("match model")
        verbose_name_plural = _("match models")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["party_type", "version"], name="one_model_a_version"),
            models.UniqueConstraint(
                fields=["party_type"], condition=models.Q(state="in force"), name="one_model_in_force"
            ),
            models.UniqueConstraint(
                fields=["party_type"], condition=models.Q(promoting_since__isnull=False), name="one_model_coming"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "rehearsed", "in force", "retired", "dropped"]),
                name="model_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(promoting_since__isnull=True) | models.Q(state="rehearsed"),
                name="only_rehearsed_models_come",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_type} {self.version}"

    @property
    def is_open(self) -> bool:
        """It may still be rehearsed, promoted or dropped."""
        return self.state in (self.State.DRAFT, self.State.REHEARSED)


class MatchMark(models.Model):
    """Up to which change of customers ``match`` has compared, per party type."""

    party_type = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.party_type


class NothingNear(models.Model):
    """Customers that ``match`` passes over: since it last looked, only records came to them that are near to no other.

    Placing has compared those records with whatever shares a key with them, and found no pair at the review line that
    leads to another customer. It holds while ``change`` is the customer's own, so whatever else changes him ends it,
    and under that ``model`` (its version).
    """

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="+")
    change = models.UUIDField()
    model = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.customer_id)
