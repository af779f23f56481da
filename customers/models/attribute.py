"""The catalogue: which attributes customers have, as data that the business edits."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm.models import Changed, Versioned


class AttributeQuerySet(models.QuerySet["Attribute"]):
    """Questions about the catalogue."""

    def current(self) -> "AttributeQuerySet":
        """Not retired, in the order of the pages."""
        return self.filter(retired=False).order_by("position", "id")


class Attribute(Changed):
    """One attribute. Mapping, validation, forms, API schema, masking, survivorship and matching read it."""

    class Group(models.TextChoices):
        IDENTIFYING = "identifying", _("Identity")
        DEMOGRAPHIC = "demographic", _("Demographic")
        BEHAVIOURAL = "behavioural", _("Behaviour")
        TRANSACTIONAL = "transactional", _("Transactions")
        ENGAGEMENT = "engagement", _("Engagement")
        PREFERENCES = "preferences", _("Preferences")
        ACCOUNT = "account", _("Account and membership")
        FEEDBACK = "feedback", _("Feedback")
        SERVICE = "service", _("Service")

    class Parties(models.TextChoices):
        BOTH = "both", _("Persons and organisations")
        PERSON = "person", _("Persons")
        ORGANISATION = "organisation", _("Organisations")

    class Origin(models.TextChoices):
        DECLARED = "declared", _("Declared")
        OBSERVED = "observed", _("Observed")
        INFERRED = "inferred", _("Inferred")

    class Sensitivity(models.TextChoices):
        OPEN = "open", _("Open")
        PERSONAL = "personal", _("Personal")
        SENSITIVE = "sensitive", _("Sensitive")

    class Rule(models.TextChoices):
        MOST_TRUSTED = "most_trusted", _("Most trusted source")
        MOST_RECENT = "most_recent", _("Most recent")
        MOST_FREQUENT = "most_frequent", _("Most frequent")
        MOST_COMPLETE = "most_complete", _("Most complete")
        EARLIEST = "earliest", _("Earliest")
        VERIFIED_FIRST = "verified_first", _("Verified first")
        ALL = "all", _("All values")

    class MatchRole(models.TextChoices):
        NONE = "none", _("Not compared")
        COMPARED = "compared", _("Compared")

    class Portal(models.TextChoices):
        HIDDEN = "hidden", _("Hidden")
        SHOWN = "shown", _("Shown")
        CORRECTABLE = "correctable", _("Shown, may be corrected")

    name = models.SlugField(_("name"), max_length=60, unique=True)
    label = models.CharField(_("label"), max_length=80)
    type = models.CharField(_("type"), max_length=30)
    group = models.CharField(_("group"), max_length=20, choices=Group.choices)
    parties = models.CharField(_("for"), max_length=12, choices=Parties.choices, default=Parties.BOTH)
    many = models.BooleanField(_("many values"), default=False)
    origin = models.CharField(_("nature"), max_length=10, choices=Origin.choices, default=Origin.DECLARED)
    sensitivity = models.CharField(
        _("sensitivity"), max_length=10, choices=Sensitivity.choices, default=Sensitivity.PERSONAL
    )
    options = models.JSONField(_("options of the type"), default=dict, blank=True)
    quality = models.JSONField(_("quality rules"), default=dict, blank=True)
    rule = models.CharField(_("survivorship"), max_length=20, choices=Rule.choices, default=Rule.MOST_TRUSTED)
    tie_breakers = models.JSONField(_("tie-breakers"), default=list, blank=True)
    half_life = models.PositiveIntegerField(
        _("half-life of trust (days)"),
        default=0,
        validators=[MaxValueValidator(36_500)],
        help_text=_("Counted from the newest claim beside it, never from today; 0: trust does not age."),
    )
    downgrade = models.PositiveSmallIntegerField(
        _("less trust when validation failed"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("Points taken off the trust in a value in which a check found a fault."),
    )
    survives_with = models.SlugField(_("survives together with"), max_length=60, blank=True)
    portal = models.CharField(_("in the portal"), max_length=12, choices=Portal.choices, default=Portal.SHOWN)
    match_role = models.CharField(_("matching"), max_length=10, choices=MatchRole.choices, default=MatchRole.NONE)
    searchable = models.BooleanField(_("searchable"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    retired = models.BooleanField(_("retired"), default=False)

    objects = AttributeQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.label
