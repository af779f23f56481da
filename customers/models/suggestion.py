"""Suggestions for missing values: what was counted to make them, where they can be made, and what people answered."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Changed, Domain, User, Versioned
from customers.models.record import SourceRecord


class SuggestionRun(Changed):
    """One count of what customers' records say, and the search for what it can fill; the rows tell since when.

    ``position`` is the last customer (id) that the running step has looked at.
    """

    class State(models.TextChoices):
        COUNTING = "counting", _("Counting")
        FINDING = "finding", _("Looking for what is missing")
        DONE = "done", _("Done")

    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.COUNTING)
    position = models.BigIntegerField(default=0)
    customers = models.BigIntegerField(_("customers"), default=0)
    found = models.BigIntegerField(_("found"), default=0)
    started_at = models.DateTimeField(_("started at"), default=clock.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("count for suggestions")
        verbose_name_plural = _("counts for suggestions")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=~models.Q(state="done"), name="one_count_for_suggestions_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Tally(models.Model):
    """What a running count has seen, slice by slice and only ever added to; emptied when it is done.

    The sum of ``seen`` over a ``given`` is how many have it at all: an empty ``value`` takes off whoever has several.
    """

    domain_id = models.BigIntegerField()
    rule = models.CharField(max_length=30)
    given = models.CharField(max_length=200)
    value = models.CharField(max_length=200)
    spelt = models.CharField(max_length=200)
    seen = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.rule} {self.seen}"


class Agreement(models.Model):
    """In a domain, what nearly all customers have beside what is ``given``; only counts of at least five are kept."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", db_index=False)
    rule = models.CharField(max_length=30)
    given = models.CharField(max_length=200)
    value = models.CharField(max_length=200)
    agreeing = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["domain", "rule", "given"], name="one_agreement_a_given"),
            models.CheckConstraint(condition=models.Q(agreeing__gte=5), name="agreements_of_five_at_least"),
            models.CheckConstraint(condition=models.Q(total__gte=models.F("agreeing")), name="agreeing_within_all"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.agreeing}/{self.total}"


class FillableQuerySet(models.QuerySet["Fillable"]):
    """Questions about places that can be filled."""

    def fillable_by(self, user: User) -> "FillableQuerySet":
        """Those where the user may both see and correct."""
        return self.filter(domain__in=access.scope(user, "view") & access.scope(user, "correct"))

    def wanted(self, attribute: str = "", rule: str = "", domain: int | None = None) -> "FillableQuerySet":
        """Those of an attribute, by a rule, in a domain (id), as far as they are asked for."""
        said = {"attribute": attribute, "rule": rule, "domain": domain}
        return self.filter(**{name: one for name, one in said.items() if one})


class Fillable(models.Model):
    """Where the last count found something to suggest: no value, for that is found anew whenever it is shown."""

    domain = models.ForeignKey(Domain, models.CASCADE, related_name="+", db_index=False)
    record = models.ForeignKey(SourceRecord, models.CASCADE, related_name="+", db_index=False)
    attribute = models.SlugField(max_length=60)
    rule = models.CharField(max_length=30)

    objects = FillableQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["record", "attribute", "rule"], name="one_fillable_a_rule"),
        ]
        indexes = [
            models.Index(fields=["domain", "id"], name="fillable_by_domain"),
            models.Index(fields=["attribute", "domain", "id"], name="fillable_by_attribute"),
            models.Index(fields=["rule", "domain", "id"], name="fillable_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.attribute} {self.rule}"


class SuggestionAnswerQuerySet(models.QuerySet["SuggestionAnswer"]):
    """Questions about answers to suggestions."""

    def in_force(self) -> "SuggestionAnswerQuerySet":
        """Not taken back."""
        return self.filter(ended_at__isnull=True)


class SuggestionAnswer(Changed):
    """What a person answered to a suggestion for a record; ``digest`` tells its value again, which stands nowhere here.

    ``agreeing`` of ``total`` is what the rule had counted then; ``batch`` joins what was taken at once.
    """

    class Answer(models.TextChoices):
        TAKEN = "taken", _("Taken")
        DISMISSED = "dismissed", _("Dismissed")

    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="suggestion_answers")
    attribute = models.SlugField(_("attribute"), max_length=60)
    rule = models.CharField(_("rule"), max_length=30)
    digest = models.BinaryField(max_length=32)
    answer = models.CharField(_("answer"), max_length=9, choices=Answer.choices)
    agreeing = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    batch = models.UUIDField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = SuggestionAnswerQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("answer to a suggestion")
        verbose_name_plural = _("answers to suggestions")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["record", "attribute", "digest"],
                condition=models.Q(ended_at__isnull=True),
                name="one_answer_a_suggestion",
            )
        ]
        indexes = [
            models.Index(fields=["batch"], condition=models.Q(batch__isnull=False), name="answers_of_batch"),
            models.Index(fields=["by", "id"], name="answers_to_suggestions_by"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.attribute} {self.answer}"
