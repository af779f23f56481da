"""Who gave two answers: kept, so that nobody has to look through everything that was ever said to find them."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import User
from consent.models.purpose import Purpose
from customers.models import Customer, CustomerDomain


class _InUse(models.Func):
    """That the purpose is in use. As an array the purposes are found first: joined, the planner takes hardly any row to
    be about one of them, and reads and sorts the whole list instead of walking it until the page is full.
    """

    template, arg_joiner, output_field = "(%(expressions)s))", " = ANY (", models.BooleanField()

    def __init__(self) -> None:
        super().__init__(models.F("purpose"), ArraySubquery(Purpose.objects.published().order_by().values("pk")))


class ContradictionQuerySet(models.QuerySet["Contradiction"]):
    """Questions about customers with two answers."""

    def visible_to(self, user: User) -> "ContradictionQuerySet":
        """Those of customers who have a record in a domain that the user sees."""
        seen = CustomerDomain.objects.filter(customer=models.OuterRef("customer"))
        return self.filter(models.Exists(seen.filter(domain__in=access.scope(user, "view"))))

    def standing(self, at: datetime) -> "ContradictionQuerySet":
        """About a purpose in use, while a yes has not ended by itself."""
        return self.filter(models.Q(until__isnull=True) | models.Q(until__gt=at), _InUse())


class Contradiction(models.Model):
    """One customer's records say yes and no to a purpose. Derived from the acts by every deed that writes one or moves
    records (:mod:`consent.actions.contradicting`), and never edited.

    ``until`` is when the last yes ends by itself; null where one has no end.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, db_index=False, related_name="contradictions")
    purpose = models.ForeignKey(Purpose, models.PROTECT, db_index=False, related_name="+")
    until = models.DateTimeField(_("until"), null=True)

    objects = ContradictionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["customer", "purpose"], name="one_contradiction_a_purpose"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}/{self.purpose_id}"
