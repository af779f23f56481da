"""Notices: the exact text that somebody was shown before he answered."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from cmdm.models import Changed


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Questions about notices."""

    def published(self) -> "NoticeQuerySet":
        """Those that are shown now."""
        return self.filter(state=Notice.State.PUBLISHED)

    def covering(self, purpose: str) -> "NoticeQuerySet":
        """Those that are about a purpose (key)."""
        return self.filter(purposes__contains=[purpose])

    def valid(self, at: datetime) -> "NoticeQuerySet":
        """Those that were shown at that time."""
        return self.filter(valid_from__lte=at).filter(models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=at))


class Notice(Changed):
    """One version of a text in one language. Once published its words never change; a trigger refuses that.

    ``key`` groups the versions and languages of one notice; ``purposes`` are keys; ``sha256`` is that of the canonical
    form of all that was shown (:mod:`consent.rules.notices`). A new purpose or recipient needs a new version, which
    the consents given before do not cover.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    key = models.SlugField(_("key"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    language = models.CharField(_("language"), max_length=8, default="en")
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    purposes = ArrayField(models.SlugField(max_length=60), verbose_name=_("purposes"), default=list)
    controller = models.TextField(_("controller"))
    recipients = models.TextField(_("recipients"), blank=True)
    named_recipients = ArrayField(
        models.SlugField(max_length=60), verbose_name=_("recipients by key"), default=list, blank=True
    )
    categories = models.TextField(_("kinds of data"), blank=True)
    retention = models.TextField(_("kept for"), blank=True)
    rights = models.TextField(_("rights"), blank=True)
    withdrawal = models.TextField(_("how to withdraw"), blank=True)
    layout = models.CharField(_("layout"), max_length=60, blank=True, help_text=_("The form on which it is shown."))
    sha256 = models.CharField(_("hash"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    valid_from = models.DateTimeField(_("valid from"), null=True)
    valid_until = models.DateTimeField(_("valid until"), null=True)
    created_at = models.DateTimeField(_("since"), default=clock.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["key", "language", "-version"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["key", "language", "version"], name="one_notice_a_version"),
            models.UniqueConstraint(
                fields=["key", "language"], condition=models.Q(state="published"), name="one_notice_shown"
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft") | ~models.Q(sha256=""), name="a_published_notice_has_its_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version} ({self.language})"
