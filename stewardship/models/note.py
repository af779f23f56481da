"""Notes, tags and attachments. They hang on records, so a merge or unmerge moves them with nothing written."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock
from cmdm.models import Changed, Domain, User
from customers.models import SourceRecord
from stewardship.models.task import Task


class Note(Changed):
    """A steward's words about a customer, a record or a task; sealed, since they may name a person."""

    class About(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        RECORD = "record", _("Record")
        TASK = "task", _("Task")

    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="notes")
    about = models.CharField(_("about"), max_length=8, choices=About.choices, default=About.CUSTOMER)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="notes")
    sealed = models.BinaryField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(about="task", task__isnull=False)
                | (~models.Q(about="task") & models.Q(task__isnull=True)),
                name="note_about_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.pk}"


class Mention(Changed):
    """A colleague named in a note; seen when he opened it."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("for"))
    seen_at = models.DateTimeField(_("seen at"), null=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="one_mention_a_note")]
        indexes = [models.Index(fields=["user"], condition=models.Q(seen_at__isnull=True), name="mention_unseen")]

    def __str__(self) -> str:
        return f"{self.note_id} {self.user_id}"


class TagQuerySet(models.QuerySet["Tag"]):
    """Questions about tags."""

    def visible_to(self, user: User) -> "TagQuerySet":
        """Those of the domains he may see, and those of all domains."""
        return self.filter(models.Q(domain__in=access.scope(user, "view")) | models.Q(domain__isnull=True))


class Tag(Changed):
    """A word to sort by, of one domain or of all."""

    class Tone(models.TextChoices):
        NONE = "", _("Grey")
        ACCENT = "accent", _("Blue")
        SAME = "same", _("Teal")
        POSSIBLE = "possible", _("Amber")
        DIFFERENT = "different", _("Red")
        RELATED = "related", _("Violet")

    name = models.CharField(_("name"), max_length=40)
    tone = models.CharField(_("colour"), max_length=10, choices=Tone.choices, blank=True)
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("domain")
    )

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["domain", "name"], nulls_distinct=False, name="one_tag_a_name")]

    def __str__(self) -> str:
        return self.name


class Tagging(Changed):
    """A tag on a record, shown on its customer."""

    tag = models.ForeignKey(Tag, models.PROTECT, related_name="taggings")
    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="taggings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("tagging")
        verbose_name_plural = _("taggings")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["tag", "record"], name="one_tag_a_record")]

    def __str__(self) -> str:
        return f"{self.tag_id} {self.record_id}"


class Attachment(Changed):
    """A file beside a record or task; content and name lie sealed and go when the person is erased."""

    record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="attachments")
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="attachments")
    name = models.BinaryField(null=True)
    sealed = models.BinaryField(null=True)
    media_type = models.CharField(_("kind of file"), max_length=60)
    size = models.PositiveIntegerField(_("bytes"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.media_type} {self.pk}"
