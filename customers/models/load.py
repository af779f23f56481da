"""Loads: a file on its way into records, with a full account of its lines."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import access, clock, ids
from cmdm.models import Changed, Domain, Job, User
from customers.models.source import Source


class LoadQuerySet(models.QuerySet["Load"]):
    """Questions about loads."""

    def visible_to(self, user: User) -> "LoadQuerySet":
        """Those into domains where the user imports."""
        return self.filter(domain__in=access.scope(user, "import"))


class Load(Changed):
    """One file. The account holds: ``lines = header_lines + blank_lines + Σ rows' lines`` and
    ``rows = new + changed + unchanged + rejected + quarantined`` once it is done; per batch at any time.
    ``incomplete`` are rows among the new and changed of which a value could not be read and was left out."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Waiting for its mapping")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    class Mode(models.TextChoices):
        UPSERT = "upsert", _("Add and change")
        REPLACE = "replace", _("Replace: close what the file no longer has")

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    source = models.ForeignKey(Source, models.PROTECT, related_name="loads", verbose_name=_("source"))
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+", verbose_name=_("domain"))
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    file_digest = models.BinaryField(max_length=32)
    size = models.BigIntegerField(_("bytes"), default=0)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.UPSERT)
    mapping = models.JSONField(default=dict)
    header = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UPLOADED)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    position = models.JSONField(default=dict)
    lines = models.BigIntegerField(_("lines"), default=0)
    rows = models.BigIntegerField(_("rows"), default=0)
    new = models.BigIntegerField(_("new"), default=0)
    changed = models.BigIntegerField(_("changed"), default=0)
    unchanged = models.BigIntegerField(_("unchanged"), default=0)
    rejected = models.BigIntegerField(_("refused"), default=0)
    quarantined = models.BigIntegerField(_("held back"), default=0)
    incomplete = models.BigIntegerField(_("taken without a value"), default=0)
    closed = models.BigIntegerField(_("closed"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("at"), default=clock.now)
    finished_at = models.DateTimeField(_("ended at"), null=True)

    objects = LoadQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    rows=models.F("new")
                    + models.F("changed")
                    + models.F("unchanged")
                    + models.F("rejected")
                    + models.F("quarantined")
                ),
                name="rows_are_accounted_for",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True)
                | (models.Q(asked_by__isnull=False) & ~models.Q(approved_by=models.F("asked_by"))),
                name="somebody_else_approves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.file_name}"

    @property
    def needs_second(self) -> bool:
        """More rows than one person may take into its source, or not known how many; or it empties the source.

        Or it differs from the loads before, and its source holds such ones.
        """
        if self.is_held:
            return True
        limit = self.source.second_above
        if limit is None:
            return False
        total = self.position.get("total")
        return self._empties or total is None or total > limit

    @property
    def is_held(self) -> bool:
        """It was found to be out of the ordinary when it was to begin, and its source holds such ones."""
        return bool(self.position.get("unusual")) and self.source.hold_unusual

    @property
    def is_unchecked(self) -> bool:
        """Its source holds unusual files, and a worker has yet to look whether this is one."""
        return bool(self.position.get("unchecked"))

    @property
    def is_free(self) -> bool:
        """It waits for somebody else, though its source does not ask for that any more: it can begin."""
        return self.waits_for_second and not self.needs_second

    @property
    def has_brought(self) -> bool:
        """Whether it wrote records whose rows it has not accounted for: it was cut off, or somebody came between."""
        return "brought" in self.position

    @property
    def _empties(self) -> bool:
        return self.mode == Load.Mode.REPLACE and bool(self.position.get("confirmed"))

    @property
    def waits_for_second(self) -> bool:
        """Somebody asked for it to begin, and somebody else has not looked at it yet."""
        return self.asked_by_id is not None and self.approved_by_id is None


class LoadChunk(models.Model):
    """A sealed piece of the uploaded file; removed when the load has ended well and nothing is left to look at."""

    load = models.ForeignKey(Load, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["load", "number"], name="one_chunk_a_number")]

    def __str__(self) -> str:
        return f"{self.load_id} {self.number}"


class RejectedRow(models.Model):
    """A row that was refused, held back, or taken without a value that could not be read.

    Kept sealed, with line and reason, until somebody has dealt with it.
    Pages count what waits among all that was ever refused, hence an index on the waiting ones alone.
    """

    class Kind(models.TextChoices):
        REJECTED = "rejected", _("Refused")
        QUARANTINED = "quarantined", _("Held back")
        INCOMPLETE = "incomplete", _("Taken without a value")

    load = models.ForeignKey(Load, models.PROTECT, null=True, related_name="rejects")
    source = models.ForeignKey(Source, models.PROTECT, related_name="rejects")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    line = models.BigIntegerField(_("line"))
    sealed = models.BinaryField()
    field = models.CharField(_("field"), max_length=80, blank=True)
    code = models.CharField(max_length=40)
    reason = models.CharField(_("reason"), max_length=300)
    created_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(_("dealt with at"), null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    change = models.UUIDField(null=True, editable=False)

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        default_permissions = ()
        indexes = [
            models.Index(fields=["load", "line"], name="reject_line"),
            models.Index(fields=["domain"], condition=models.Q(settled_at__isnull=True), name="reject_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.load_id} {self.line}"
