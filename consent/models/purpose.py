"""Purposes: why data are used, and what each country asks for before they may be."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed, Versioned


class Kind(models.TextChoices):
    """What a use stands on."""

    OPT_IN = "opt_in", _("Only with consent")
    OPT_OUT = "opt_out", _("Unless objected to")
    CONTRACT = "contract", _("Needed for the contract")
    LEGAL = "legal", _("Required by law")


class Channel(models.TextChoices):
    """By which way somebody is addressed."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PHONE = "phone", _("Telephone")
    POST = "post", _("Post")
    APP = "app", _("App or website")


class CountedFrom(models.TextChoices):
    """Where the days begin after which a consent ends."""

    GIVEN = "given", _("The consent")
    ACTIVITY = "activity", _("The last activity of the customer")


class PurposeQuerySet(models.QuerySet["Purpose"]):
    """Questions about purposes."""

    def published(self) -> "PurposeQuerySet":
        """Those that data may be used for."""
        return self.filter(state=Purpose.State.PUBLISHED)


class Purpose(Changed):
    """One use of data. Its key never changes: notices, exports and consumers name it.

    ``rules`` holds what differs by jurisdiction (``"*"`` everywhere, else a country such as ``DE`` or ``US-CA``):
    ``kind``, ``double_opt_in`` (channels), ``expires_after_days``, ``expires_from``, ``minimum_age``. ``translations``
    holds label and description by language.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    key = models.SlugField(_("key"), max_length=60, unique=True)
    label = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    translations = models.JSONField(_("translations"), default=dict, blank=True)
    dpv = models.CharField(
        _("DPV term"), max_length=80, blank=True, help_text=_("Data Privacy Vocabulary, such as dpv:DirectMarketing.")
    )
    kind = models.CharField(_("basis"), max_length=10, choices=Kind.choices, default=Kind.OPT_IN)
    rules = models.JSONField(_("rules by jurisdiction"), default=dict, blank=True)
    channels = ArrayField(
        models.CharField(max_length=8, choices=Channel.choices), verbose_name=_("channels"), default=list, blank=True
    )
    channel_bound = models.BooleanField(
        _("bound to a channel"), default=True, help_text=_("A consent holds for one address or number only.")
    )
    sale_or_sharing = models.BooleanField(_("sale or sharing"), default=False)
    expires_after_days = models.PositiveIntegerField(_("expires after (days)"), null=True, blank=True)
    expires_from = models.CharField(
        _("counted from"), max_length=8, choices=CountedFrom.choices, default=CountedFrom.GIVEN
    )
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), null=True, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField(_("since"), default=clock.now)

    objects = PurposeQuerySet.as_manager()
    history = Versioned()

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        ordering = ["position", "key"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.label

    def said_in(self, language: str) -> tuple[str, str]:
        """Label and description in a language, or as they were written first."""
        words: dict[str, Any] = self.translations.get(language, {})
        return words.get("label") or self.label, words.get("description") or self.description
