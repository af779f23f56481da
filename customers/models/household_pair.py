"""Two households with a person in common: whether they are one or two."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock, ids
from cmdm.models import Changed, User, Versioned
from customers.models.household import Household, HouseholdMember


class PairQuerySet(models.QuerySet["HouseholdPair"]):
    """Questions about pairs of households."""

    def open(self) -> "PairQuerySet":
        """Those of which nobody has said anything yet, of two that stand."""
        return self.filter(answer="", left__dissolved_at__isnull=True, right__dissolved_at__isnull=True)

    def answered(self) -> "PairQuerySet":
        """Those of which somebody said what they are."""
        return self.exclude(answer="")

    def reachable(self, user: User) -> "PairQuerySet":
        """Those of which the reader sees every domain that a member is known in.

        What is asked concerns all who belong to them; a part that he does not see would be told of by the question.
        """
        mine = sorted(access.scope(user, "view"))
        return self.filter(left__domains__contained_by=mine, right__domains__contained_by=mine)

    def visible_to(self, user: User) -> "PairQuerySet":
        """Those of them in which he sees somebody who is in both."""
        seen = HouseholdMember.objects.standing().visible_to(user)
        there = seen.filter(household=OuterRef(OuterRef("right"))).order_by().values("record__customer")
        both = seen.filter(household=OuterRef("left"), record__customer__in=there).order_by()
        return self.reachable(user).alias(both=Subquery(both.values("pk")[:1])).filter(both__isnull=False)

    def locked(self) -> "PairQuerySet":
        """Locked for writing, in id order; after the households."""
        return self.select_for_update(of=("self",)).order_by("pk")


class HouseholdPair(Changed):
    """Two households (the smaller id first) to which one person belongs, and what somebody said of them.

    ``people``: who stood in them, and who of these is one person, when it was said (a digest of record ids). Once that
    has changed they are asked about again.
    """

    class Answer(models.TextChoices):
        ONE = "one", _("One household")
        TWO = "two", _("Two households")

    key = models.UUIDField(_("key"), default=ids.uuid7, unique=True, editable=False)
    left = models.ForeignKey(Household, models.PROTECT, related_name="+", db_index=False)
    right = models.ForeignKey(Household, models.PROTECT, related_name="+")
    found_at = models.DateTimeField(_("found at"), default=clock.now)
    answer = models.CharField(_("answer"), max_length=3, choices=Answer.choices, blank=True, default="")
    people = models.CharField(max_length=64, blank=True, default="")
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    said_at = models.DateTimeField(_("at"), null=True)

    objects = PairQuerySet.as_manager()
    history: Any = Versioned()

    class Meta:
        verbose_name = _("pair of households")
        verbose_name_plural = _("pairs of households")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(left__lt=F("right")), name="household_pair_in_id_order"),
            models.UniqueConstraint(fields=["left", "right"], name="one_question_a_pair"),
            models.CheckConstraint(
                condition=Q(answer="", said_by__isnull=True, said_at__isnull=True, people="")
                | (~Q(answer="") & Q(said_by__isnull=False, said_at__isnull=False) & ~Q(people="")),
                name="only_people_answer_pairs",
            ),
        ]
        indexes = [
            models.Index(fields=["change"], name="household_pair_change"),
            models.Index(fields=["id"], condition=Q(answer=""), name="household_pair_open"),
            models.Index(fields=["id"], condition=~Q(answer=""), name="household_pair_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id}/{self.right_id}"
