"""Match keys: under which blocks a record is found; and what preparing made of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cmdm import clock
from customers.models import SourceRecord

BLOCKS = "one_key_a_record"  # the index by which blocks are read


class MatchKey(models.Model):
    """One key of one open record: a keyed 64-bit digest of match space, party type, rule and key text.

    Written by set-based SQL; a trigger of the statement checks that the record is there. The unique index is the
    covering one of blocking; ``finer`` marks the keys of the second level, which are read only where the first one's
    block is over the cap. Both indexes are set aside while a hub is filled.
    """

    pk = models.CompositePrimaryKey("key", "record")
    key = models.BigIntegerField()
    record = models.ForeignKey(
        SourceRecord, models.CASCADE, related_name="match_keys", db_constraint=False, db_index=False
    )
    rule = models.SmallIntegerField()
    finer = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["key", "record"], name=BLOCKS, opclasses=["int8_ops", "int8_ops"])
        ]
        indexes = [models.Index(fields=["record"], name="keys_of_record")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.rule}"


class PreparedRecord(models.Model):
    """One open record as the engine compares it, so that it is not prepared anew for every record that it meets.

    ``line`` is sealed (`matching.engine.packing`). It holds for this ``version`` of the record and as ``preparation``
    says of the model; where either is another one, or the line is not there, the record's values are prepared.
    """

    record = models.OneToOneField(
        SourceRecord, models.CASCADE, primary_key=True, related_name="prepared", db_constraint=False
    )
    preparation = models.BigIntegerField()
    version = models.IntegerField()
    line = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.record_id)


class OversizedBlock(models.Model):
    """A block over the cap: how many records share it, and that it was sub-divided; shown, never dropped silently."""

    key = models.BigIntegerField(primary_key=True)
    rule = models.SmallIntegerField(_("rule"))
    party_type = models.CharField(_("party"), max_length=12)
    records = models.PositiveIntegerField(_("records"))
    seen_at = models.DateTimeField(_("seen at"), default=clock.now)

    class Meta:
        verbose_name = _("large block")
        verbose_name_plural = _("large blocks")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.key)
