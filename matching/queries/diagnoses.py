"""What training could not learn of a version, in words with their places."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from matching.engine.faults import MESSAGES
from matching.engine.model import Model
from matching.engine.vocabulary import LABELS

OF_LEVELS = "few_seen", "chance_unseen"


def diagnoses(model: Model) -> list[str]:
    """A line for each parameter that was not learned, or not as expected; one for all levels of a comparison that share
    their fault, with how many pairs were seen of each.
    """
    labels = {one.code: _(one.label) for one in model.comparisons}
    labels |= {one.code: _(one.label) for one in model.alternatives}
    together: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for number, one in enumerate(model.trained.get("diagnostics", ())):
        place = one.get("comparison") or one.get("explanation") or ""
        alone = () if one["fault"] in OF_LEVELS else (str(number),)
        together.setdefault((one["fault"], place, *alone), []).append(one)
    return [_line(key[0], labels.get(key[1], ""), found) for key, found in together.items()]


def _line(fault: str, place: str, found: list[Mapping[str, Any]]) -> str:
    levels = [_(LABELS.get(one["level"], one["level"])) for one in found if one.get("level")]
    facts = {"pairs": found[0].get("pairs", 0), "levels": ", ".join(levels)}
    if fault == "few_seen":
        counts = [one.get("pairs", 0) for one in found if one.get("level")]
        facts["levels"] = ", ".join(f"{level} ({count})" for level, count in zip(levels, counts, strict=True))
    where = ", ".join([place, *levels] if fault not in OF_LEVELS else [place]).strip(", ")
    said = _(MESSAGES[fault]) % facts
    return f"{where}: {said}" if where else said
