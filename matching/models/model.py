"""Match models: the rules and weights in force, as versioned data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed
from customers.models import Customer
from customers.models.customer import PartyType


class MatchModel(Changed):
    """One version of the model of a party type; one of them is in force."""

    party_type = models.CharField(_("party"), max_length=12, choices=PartyType.choices)
    version = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("definition"))
    digest = models.CharField(max_length=64)
    in_force = models.BooleanField(_("in force"), default=False)
    created_at = models.DateTimeField(default=clock.now)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("match model")
        verbose_name_plural = _("match models")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["party_type", "version"], name="one_model_a_version"),
            models.UniqueConstraint(
                fields=["party_type"], condition=models.Q(in_force=True), name="one_model_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_type} {self.version}"


class MatchMark(models.Model):
    """Up to which change of customers ``match`` has compared, per party type."""

    party_type = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.party_type
