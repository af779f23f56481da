"""What training could not learn of a version, in words with their places."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from matching.engine.faults import MESSAGES
from matching.engine.model import Model
from matching.engine.vocabulary import LABELS


def diagnoses(model: Model) -> list[str]:
    """One line for each parameter that was not learned, or not as expected."""
    labels = {one.code: _(one.label) for one in model.comparisons}
    labels |= {one.code: _(one.label) for one in model.alternatives}
    return [_line(one, labels) for one in model.trained.get("diagnostics", ())]


def _line(one: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    place = labels.get(one.get("comparison") or one.get("explanation") or "", "")
    level = _(LABELS.get(one["level"], one["level"])) if one.get("level") else ""
    where = ", ".join(part for part in (place, level) if part)
    said = _(MESSAGES[one["fault"]]) % {"pairs": one.get("pairs", 0)}
    return f"{where}: {said}" if where else said
