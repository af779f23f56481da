"""Proof for an authority: files on their way out, sealed, for one person and a day; and scans behind an evidence."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock, ids
from cmdm.models import Changed, Job, User
from consent.models.evidence import Evidence
from consent.models.purpose import Purpose
from customers.models import Customer


class Attachment(Changed):
    """A scan or recording behind an evidence. The content lies sealed and goes when its person is erased."""

    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="attachment")
    media_type = models.CharField(_("kind of file"), max_length=60)
    size = models.PositiveIntegerField(_("bytes"))
    digest = models.CharField(_("hash"), max_length=64)
    sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.media_type} {self.pk}"


class ProofFileQuerySet(models.QuerySet["ProofFile"]):
    """Questions about proof files."""

    def visible_to(self, user: User) -> "ProofFileQuerySet":
        """His own: a file holds what its owner may take along, so nobody else sees it, whatever his rights."""
        return self.filter(owner=user)

    def unfinished(self) -> "ProofFileQuerySet":
        """Still to be written."""
        return self.filter(job__state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def standing(self, now: datetime) -> "ProofFileQuerySet":
        """Not expired."""
        return self.filter(expires_at__gt=now)


class ProofFile(Changed):
    """What was asked for, and how far it is: one customer, or a sample of those who answered to a purpose.

    ``reason`` is a code (why it was asked for). ``domains`` and ``revealed`` are where the owner held ``export`` and
    ``reveal`` when it was written: who has lost one of them since does not get it. ``domains`` stays empty until then.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("for"))
    job = models.ForeignKey(Job, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+", verbose_name=_("customer"))
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, related_name="+", verbose_name=_("purpose"))
    sample = models.PositiveIntegerField(_("sample"), default=0)
    reason = models.CharField(_("what for"), max_length=60)
    domains = ArrayField(models.BigIntegerField(), default=list)
    revealed = ArrayField(models.BigIntegerField(), default=list)
    events = models.PositiveIntegerField(_("events"), default=0)
    size = models.BigIntegerField(_("bytes"), default=0)
    created_at = models.DateTimeField(_("asked at"), default=clock.now)
    finished_at = models.DateTimeField(_("ended at"), null=True)
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    objects = ProofFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("proof file")
        verbose_name_plural = _("proof files")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(customer__isnull=False, purpose__isnull=True)
                | models.Q(customer__isnull=True, purpose__isnull=False),
                name="proof_of_a_customer_or_a_purpose",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ProofChunk(models.Model):
    """A sealed piece of a proof file; goes with it."""

    file = models.ForeignKey(ProofFile, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_proof_chunk_a_number")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
