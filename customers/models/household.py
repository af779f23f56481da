"""Households: persons who live together, each of them a customer of his own."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock, ids
from cmdm.models import Changed, User, Versioned
from customers.models.customer import Customer, CustomerDomain
from customers.models.record import SourceRecord

ACTIVE = Customer.Status.ACTIVE


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Questions about households."""

    def standing(self) -> "HouseholdQuerySet":
        """Not dissolved."""
        return self.filter(dissolved_at__isnull=True)

    def visible_to(self, user: User) -> "HouseholdQuerySet":
        """Those of which the reader sees two members or more: one alone would tell that there are others."""
        mine = HouseholdMember.objects.standing().visible_to(user).filter(household=OuterRef("pk"))
        told = mine.order_by().values("household").annotate(n=Count("record__customer", distinct=True)).values("n")
        # Those of other domains are passed over by what stands in the row, before any member is looked at.
        near = self.standing().filter(domains__overlap=sorted(access.scope(user, "view")))
        return near.alias(known=Subquery(told)).filter(known__gte=2)

    def of_customers(self, customers: models.QuerySet[Customer] | list[int], user: User) -> "HouseholdQuerySet":
        """Those to which one of these customers belongs, by a record that the reader sees."""
        mine = HouseholdMember.objects.standing().visible_to(user).filter(record__customer__in=customers)
        return self.filter(pk__in=mine.order_by().values("household"))

    def locked(self) -> "HouseholdQuerySet":
        """Locked for writing, in id order; after the records."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Household(Changed):
    """Persons who live together. It is made of records, so that a member stays himself whatever he is merged with.

    A person may belong to several: a child of parents who live apart.
    """

    key = models.UUIDField(_("key"), default=ids.uuid7, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    formed_at = models.DateTimeField(_("since"), default=clock.now)
    dissolved_at = models.DateTimeField(_("dissolved at"), null=True)
    # Of its members who were not taken out, kept by the database: whether one is proposed, whether one is confirmed,
    # and the domains of their records.
    asked = models.BooleanField(_("somebody is proposed"), default=False, editable=False)
    sure = models.BooleanField(_("somebody is confirmed"), default=False, editable=False)
    domains = ArrayField(models.BigIntegerField(), default=list, editable=False)

    objects = HouseholdQuerySet.as_manager()
    history = Versioned(excluded_fields=["asked", "sure", "domains"])

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        default_permissions = ()
        indexes = [
            models.Index(fields=["change"], name="household_change"),
            models.Index(fields=["id"], condition=Q(dissolved_at__isnull=True), name="household_standing"),
            models.Index(fields=["id"], condition=Q(dissolved_at__isnull=True, asked=True), name="household_asked"),
            models.Index(fields=["id"], condition=Q(dissolved_at__isnull=True, sure=True), name="household_sure"),
        ]

    def __str__(self) -> str:
        return self.number


class MemberQuerySet(models.QuerySet["HouseholdMember"]):
    """Questions about members."""

    def standing(self) -> "MemberQuerySet":
        """Proposed or confirmed, not taken out."""
        return self.exclude(state=HouseholdMember.State.OUT)

    def visible_to(self, user: User) -> "MemberQuerySet":
        """Those who belong to it by a record of a domain in which the reader sees them.

        Of who is restricted nothing is shown that only the machine says.
        """
        there = CustomerDomain.objects.filter(customer=OuterRef("record__customer"), domain=OuterRef("record__domain"))
        seen = self.filter(record__domain__in=access.scope(user, "view"), record__customer__status=ACTIVE)
        seen = seen.filter(Q(record__customer__restricted=False) | ~Q(state=HouseholdMember.State.PROPOSED))
        # Not EXISTS: before anything is known of the members, all of a domain would be read for each of them.
        return seen.alias(there=Subquery(there.order_by().values("pk")[:1])).filter(there__isnull=False)

    def locked(self) -> "MemberQuerySet":
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class HouseholdMember(Changed):
    """One person of a household, by one of his records: he is whatever customer it lies in.

    The machine proposes him (``model``: the version of the match model, ``probability``: that he is related to
    another of it) and may take that back; a person confirms him or takes him out. Whoever was taken out stays as a
    row: no machine proposes him for it again.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        MEMBER = "member", _("Member")
        OUT = "out", _("Taken out")

    class Role(models.TextChoices):
        HEAD = "head", _("Head of the household")
        PARTNER = "partner", _("Partner")
        PARENT = "parent", _("Parent")
        CHILD = "child", _("Child")
        OTHER = "other", _("Somebody else")

    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="memberships")
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, blank=True)
    since = models.DateField(_("since"), null=True)
    model = models.PositiveIntegerField(_("version of the match model"), null=True)
    probability = models.FloatField(null=True)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    said_at = models.DateTimeField(_("at"), default=clock.now)

    objects = MemberQuerySet.as_manager()
    history = Versioned(indexes=[models.Index(fields=["household"], name="household_member_past")])

    class Meta:
        verbose_name = _("member of a household")
        verbose_name_plural = _("members of households")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["household", "record"], name="one_membership_a_record"),
            models.CheckConstraint(
                condition=Q(state="proposed", said_by__isnull=True, model__isnull=False)
                | Q(state__in=["member", "out"], said_by__isnull=False),
                name="only_people_say_who_belongs",
            ),
        ]
        indexes = [models.Index(fields=["change"], name="household_member_change")]

    def __str__(self) -> str:
        return f"{self.household_id}/{self.record_id}"
