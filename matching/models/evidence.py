"""The column of what spoke for a link: short as it is stored, whole as it is read."""

from typing import Any

from django.db import models

from matching.engine.evidence import lines_of, lines_told

LINES = "levels"


def stored(evidence: Any) -> Any:
    """Evidence as it is stored: its lines as one text."""
    return _with_lines(evidence, lines_told)


class EvidenceField(models.JSONField):
    """Evidence, its lines as lists whichever of their two forms is stored; written in the short one."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return _with_lines(super().from_db_value(value, expression, connection), lines_of)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(value if prepared else stored(value), connection, prepared)


def _with_lines(evidence: Any, form: Any) -> Any:
    if not isinstance(evidence, dict) or LINES not in evidence:
        return evidence
    return {**evidence, LINES: form(evidence[LINES])}
