"""The column of lineages: short as it is stored, whole as it is read."""

from typing import Any

from django.db import models

from customers.rules import lineages


class LineageField(models.JSONField):
    """A lineage, read as `survivorship` makes it whichever of its two forms is stored; written in the short one.

    It is written and read as a whole: no lookup looks into it.
    """

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return lineages.opened(super().from_db_value(value, expression, connection))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(value if prepared else lineages.shortened(value), connection, prepared)
