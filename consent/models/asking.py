"""What people ask for and propose in the portal, and what a person of the organisation has to answer."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock, ids
from cmdm.models import Changed, User, Versioned
from consent.models.portal import PortalAccount

# Answering a request hands data out and speaks for the organisation: the two rights of a privacy officer together.
OFFICER = ("export", "publish")


def officer_in(user: User) -> frozenset[int]:
    """The domains (ids) in which somebody answers requests."""
    return frozenset.intersection(*(access.scope(user, verb) for verb in OFFICER))


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    """Questions about requests."""

    def visible_to(self, user: User) -> "SubjectRequestQuerySet":
        """Those about records of the domains whose privacy officer the user is."""
        return self.filter(domains__overlap=list(officer_in(user)))

    def open(self) -> "SubjectRequestQuerySet":
        """Still to be answered."""
        return self.filter(state__in=[SubjectRequest.State.RECEIVED, SubjectRequest.State.IN_REVIEW])

    def locked(self) -> Any:
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class SubjectRequest(Changed):
    """What somebody asks under data protection law: about which proved records, when, and by when it is answered.

    ``sealed`` is what the person wrote, ``answer`` what he is told when it is closed, both sealed.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", _("A copy of my data")
        RECTIFY = "rectify", _("Correct my data")
        ERASE = "erase", _("Erase my data")
        RESTRICT = "restrict", _("Pause the use of my data")
        OBJECT = "object", _("Stop a use")
        PORTABILITY = "portability", _("Take my data elsewhere")
        DECISION = "decision", _("Check a decision made by a computer")
        COMPLAINT = "complaint", _("Complain")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        IN_REVIEW = "in_review", _("In review")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    account = models.ForeignKey(
        PortalAccount, models.PROTECT, null=True, related_name="requests", verbose_name=_("account")
    )
    kind = models.CharField(_("what is asked"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RECEIVED)
    records = ArrayField(models.BigIntegerField(), default=list)
    domains = ArrayField(models.BigIntegerField(), default=list)
    sealed = models.BinaryField(null=True)
    answer = models.BinaryField(null=True)
    received_at = models.DateTimeField(_("received at"), default=clock.now)
    due_on = models.DateField(_("answered by"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("with")
    )

    objects = SubjectRequestQuerySet.as_manager()
    history = Versioned(excluded_fields=["sealed", "answer"])

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=models.Q(state__in=["received", "in_review"]),
                name="request_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.RECEIVED, self.State.IN_REVIEW)

    def domain_ids(self) -> frozenset[int]:
        """The domains of the records it is about."""
        return frozenset(self.domains)

    def context(self, what: str) -> str:
        """What its words (``text``, ``answer``) are sealed for."""
        return f"request:{self.pk}:{what}"

    def days_left(self, today: date) -> int:
        """Whole days until it must be answered; negative when that is over."""
        return (self.due_on - today).days


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Questions about proposals."""

    def visible_to(self, user: User) -> "ProposalQuerySet":
        """Those about records of the domains where the user corrects."""
        return self.filter(domains__overlap=list(access.scope(user, "correct")))

    def open(self) -> "ProposalQuerySet":
        """Still to be decided."""
        return self.filter(state=Proposal.State.OPEN)

    def locked(self) -> Any:
        """Locked for writing, in id order."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Proposal(Changed):
    """What somebody says of his own records and a steward has to confirm first.

    A correction of what could make one person look like another (name, birth date, contact, identifier), or records
    that are about somebody else. ``sealed`` holds values, what they replace, and the person's own words.
    """

    class Kind(models.TextChoices):
        CORRECTION = "correction", _("A correction")
        NOT_ME = "not_me", _("This is not me")

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    account = models.ForeignKey(PortalAccount, models.PROTECT, related_name="proposals", verbose_name=_("account"))
    kind = models.CharField(_("what is proposed"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    records = ArrayField(models.BigIntegerField(), default=list)
    domains = ArrayField(models.BigIntegerField(), default=list)
    attributes = ArrayField(models.CharField(max_length=60), default=list)
    sealed = models.BinaryField(null=True)
    proposed_at = models.DateTimeField(_("proposed at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )

    objects = ProposalQuerySet.as_manager()
    history = Versioned(excluded_fields=["sealed"])

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        default_permissions = ()
        indexes = [models.Index(fields=["id"], condition=models.Q(state="open"), name="proposal_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def domain_ids(self) -> frozenset[int]:
        """The domains of the records it is about: deciding needs the right in each."""
        return frozenset(self.domains)

    @property
    def context(self) -> str:
        """What its content is sealed for."""
        return f"proposal:{self.pk}"
