"""What people find customers by: folded words of each record, never the golden column."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.record import SourceRecord


class SearchTerm(models.Model):
    """One word or phrase of one open record. Terms of sensitive attributes are keyed digests in hex.

    The record is there because a trigger of the statement checks it: a foreign key would ask once a row, and a record
    has a dozen terms.
    """

    class Kind(models.IntegerChoices):
        EXACT = 1, _("Exact")  # e-mail, phone, identifier, source key
        NAME = 2, _("Name")  # folded "family given" and each word: prefix search
        SOUND = 3, _("Sound")  # phonetic codes of names

    pk = models.CompositePrimaryKey("record", "kind", "term")
    record = models.ForeignKey(SourceRecord, models.CASCADE, related_name="terms", db_constraint=False, db_index=False)
    domain_id = models.BigIntegerField()
    kind = models.SmallIntegerField(choices=Kind.choices)
    term = models.CharField(max_length=120)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["term", "kind", "record"],  # three kinds in front would make each comparison a tie at first
                name="one_term_a_record",
                opclasses=["varchar_pattern_ops", "int2_ops", "int8_ops"],
            )
        ]
        indexes = [models.Index(fields=["record"], name="terms_of_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
