"""Sources: the systems that send records, and what their word is worth."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access
from cmdm.models import Changed, Domain, User, Versioned


class SourceQuerySet(models.QuerySet["Source"]):
    """Questions about sources."""

    def visible_to(self, user: User) -> "SourceQuerySet":
        """Those of the domains where the user may see customers, import or configure."""
        return self.filter(
            domain__in=access.scope(user, "view") | access.scope(user, "import") | access.scope(user, "configure")
        )

    def importable_by(self, user: User) -> "SourceQuerySet":
        """Those that take files from this user."""
        return self.filter(domain__in=access.scope(user, "import"), role=Source.Role.SYSTEM)


class Source(Changed):
    """A system that sends us records; its claims inherit its trust, party class and terms."""

    class PartyClass(models.TextChoices):
        ZERO = "zero", _("Zero party: the customer told us")
        FIRST = "first", _("First party: we saw it")
        SECOND = "second", _("Second party: a partner told us")
        THIRD = "third", _("Third party: bought or public")

    class Role(models.TextChoices):
        SYSTEM = "system", _("A system")
        STEWARD = "steward", _("Corrections of stewards")
        PORTAL = "portal", _("The customers themselves")
        DERIVED = "derived", _("Filled in by rule")

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind of system"), max_length=40, blank=True, help_text=_("CRM, shop, helpdesk, …"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.SYSTEM)
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="sources", verbose_name=_("domain"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    party_class = models.CharField(
        _("party class"), max_length=10, choices=PartyClass.choices, default=PartyClass.FIRST
    )
    terms = models.TextField(_("terms"), blank=True, help_text=_("Under which terms the data were collected."))
    country = models.CharField(
        _("country"), max_length=2, blank=True, help_text=_("Reads phone numbers without a country code.")
    )
    trust = models.PositiveSmallIntegerField(_("trust"), default=50, help_text=_("0 to 100; more is believed first."))
    trust_by_attribute = models.JSONField(_("trust by attribute"), default=dict, blank=True)
    half_life_by_attribute = models.JSONField(
        _("half-life by attribute"),
        default=dict,
        blank=True,
        help_text=_("In how many days its trust halves, where it is not as the attribute says; 0: never."),
    )
    second_above = models.PositiveIntegerField(
        _("second person above (rows)"),
        null=True,
        blank=True,
        help_text=_(
            "Larger files, and those that close more than a fifth of the records, wait until somebody else has looked "
            "at what would happen. Empty: nobody else is asked."
        ),
    )
    hold_unusual = models.BooleanField(
        _("hold unusual files"),
        default=False,
        help_text=_(
            "A file that differs from those before waits, before anything of it is stored, until somebody else has "
            "looked at it."
        ),
    )
    mapping = models.JSONField(_("mapping"), default=dict, blank=True, editable=False)

    objects = SourceQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(trust__lte=100), name="trust_up_to_100"),
            models.UniqueConstraint(
                fields=["domain", "role"], condition=~models.Q(role="system"), name="one_own_source_a_domain"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def trust_in(self, attribute: str) -> int:
        """Its trust for one attribute, 0 to 100."""
        return int(self.trust_by_attribute.get(attribute, self.trust))
