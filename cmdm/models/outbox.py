"""What happened, for those who listen: rows of the transaction that made it so."""

from django.db import models

from cmdm import clock
from cmdm.models.base import ChangeDefault


class OutboxEvent(models.Model):
    """One event. Insert-only; ``subject`` and ``version`` name the customer's version that it announces."""

    change = models.UUIDField(db_default=ChangeDefault(), editable=False)
    at = models.DateTimeField(default=clock.now)
    topic = models.CharField(max_length=60)
    subject = models.BigIntegerField(null=True)
    version = models.BigIntegerField(null=True)
    payload = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "version"], condition=models.Q(version__isnull=False), name="one_event_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.topic}"


class OutboxPending(models.Model):
    """An event that is still to be dispatched to its handlers."""

    event = models.OneToOneField(
        OutboxEvent, models.CASCADE, primary_key=True, related_name="pending", db_constraint=False
    )
    attempts = models.SmallIntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    error = models.CharField(max_length=200, blank=True)
    parked = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["event"], condition=models.Q(parked=False), name="outbox_to_dispatch")]

    def __str__(self) -> str:
        return str(self.event_id)
