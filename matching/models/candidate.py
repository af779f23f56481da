"""Candidates: pairs of records in two customers that may be the same party."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Changed, User
from customers.models import CustomerDomain, SourceRecord
from customers.models.customer import PartyType


class CandidateQuerySet(models.QuerySet["Candidate"]):
    """Questions about candidates."""

    def visible_to(self, user: User) -> "CandidateQuerySet":
        """Those whose both customers the user may see."""
        scope = access.scope(user, "view")
        left = CustomerDomain.objects.filter(customer=models.OuterRef("left__customer"), domain__in=scope)
        right = CustomerDomain.objects.filter(customer=models.OuterRef("right__customer"), domain__in=scope)
        return self.filter(models.Exists(left), models.Exists(right))

    def open(self) -> "CandidateQuerySet":
        """Still to be decided."""
        return self.filter(state=Candidate.State.OPEN)

    def locked(self) -> Any:
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


SAID = "said by the customer"
"""The reason of what a customer raised himself."""


class Candidate(Changed):
    """A scored pair. ``evidence`` holds levels, weights and record versions; values are looked up when shown.

    Undoing a deed opens again what its change closed; the list pages through the open ones, of which there are few
    among many closed. Both have an index.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Kind(models.TextChoices):
        POSSIBLE = "possible", _("Possible match")
        CONFLICT = "conflict", _("Conflict")
        OVER_MERGE = "over_merge", _("Over-merge")
        STALE = "stale", _("Stale answer")
        SAMPLE = "sample", _("Sample of automatic merges")
        RAISED = "raised", _("Raised by the customer")

    INSIDE = (Kind.OVER_MERGE, Kind.SAMPLE)
    """Kinds that ask about two records of one customer."""

    left = models.ForeignKey(SourceRecord, models.PROTECT, related_name="candidates_left")
    right = models.ForeignKey(SourceRecord, models.PROTECT, related_name="candidates_right")
    party_type = models.CharField(max_length=12, choices=PartyType.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.POSSIBLE)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    probability = models.FloatField(_("score"))
    evidence = models.JSONField(default=dict)
    reason = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField(_("opened at"), default=clock.now)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_because = models.CharField(max_length=40, blank=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(left__lt=models.F("right")), name="candidate_in_id_order"),
            models.UniqueConstraint(
                fields=["left", "right"], condition=models.Q(state="open"), name="one_open_candidate_a_pair"
            ),
        ]
        indexes = [
            models.Index(fields=["change"], condition=models.Q(state="closed"), name="candidate_closing_change"),
            models.Index(fields=["id"], condition=models.Q(state="open"), name="candidate_open"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} {self.right_id}"
