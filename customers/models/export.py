"""Export files: many customers on their way out, sealed, for one person and for a day."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock, ids
from cmdm.models import Changed, Job, User


class ExportFileQuerySet(models.QuerySet["ExportFile"]):
    """Questions about export files."""

    def visible_to(self, user: User) -> "ExportFileQuerySet":
        """His own: a file holds what its owner may take along, so nobody else sees it, whatever his rights."""
        return self.filter(owner=user)

    def unfinished(self) -> "ExportFileQuerySet":
        """Still to be written."""
        return self.filter(job__state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def standing(self, now: datetime) -> "ExportFileQuerySet":
        """Not expired."""
        return self.filter(expires_at__gt=now)


class ExportFile(Changed):
    """One file: what was asked for, under which rights it was written, and how far it is.

    ``filters`` holds codes and ids only. ``domains`` and ``revealed`` are where the owner held ``export`` and
    ``reveal`` when it was written: who has lost one of them since does not get it. ``position`` is the id of the last
    customer in it. The job tells whether it waits, runs or failed; a file is whole when it has ``finished_at``.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("for"))
    job = models.ForeignKey(Job, models.PROTECT, related_name="+")
    filters = models.JSONField(default=dict)
    purpose = models.CharField(_("purpose"), max_length=60)
    columns = models.JSONField(default=list)
    attributes = models.JSONField(default=list)
    domains = ArrayField(models.BigIntegerField(), default=list)
    revealed = ArrayField(models.BigIntegerField(), default=list)
    position = models.BigIntegerField(default=0)
    expected = models.BigIntegerField(_("of"), default=0)
    rows = models.BigIntegerField(_("rows"), default=0)
    size = models.BigIntegerField(_("bytes"), default=0)
    pieces = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(_("asked at"), default=clock.now)
    finished_at = models.DateTimeField(_("ended at"), null=True)
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    objects = ExportFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("export file")
        verbose_name_plural = _("export files")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class ExportChunk(models.Model):
    """A sealed piece of an export file; goes with it."""

    file = models.ForeignKey(ExportFile, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_export_chunk_a_number")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
