"""Learning from answers: what people decided corrects the model in force. Never silently: it gives a draft."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cmdm import access
from cmdm.actions import Refused
from cmdm.models import User
from matching.actions import models
from matching.engine.correction import Labelled
from matching.engine.correction import learn as correct
from matching.engine.model import Model
from matching.engine.vocabulary import LEVELS
from matching.models import MatchModel
from matching.queries.answers import answered
from matching.queries.models import models_in_force
from matching.queries.snapshots import Progress, snapshots
from matching.queries.versions import noted

DERIVED = 0.25  # of a person's word on another pair of the same customers
FAULTS: Mapping[str, Any] = {
    "few_labels": gettext_lazy("There are too few answers to learn from: at least twenty, and a few of either kind."),
    "no_gain": gettext_lazy("The answers agree with the model as it is: there is nothing to correct."),
}


def learn(party_type: str, *, actor: User, report: Progress) -> MatchModel:
    """A draft corrected by the answers in force. Refused where they are too few, or tell nothing new."""
    access.require_everywhere(actor, "configure")
    held = models_in_force().get(party_type)
    if held is None:
        raise Refused(_("There is no model of this kind."))
    made = correct(held.model, labelled(held.model, report))
    if fault := made.report["fault"]:
        raise Refused(FAULTS[fault])
    note = noted("answers", n=held.version, answers=made.report["labels"])
    return models.draft(made.model, actor=actor, origin=MatchModel.Origin.LEARNED, note=note)


def labelled(model: Model, report: Progress) -> list[Labelled]:
    """Every answer in force with the levels of its pair, as the records are now."""
    snapshot = snapshots([model], report)[0]
    given = answered(model.party_type, snapshot.columns.ids)
    if not len(given):
        return []
    left, right = np.minimum(given.left, given.right), np.maximum(given.left, given.right)
    levels = snapshot.score(left, right).levels
    return [
        Labelled(_levels(model, row), same, DERIVED if derived else 1.0)
        for row, same, derived in zip(levels.tolist(), given.same, given.derived, strict=True)
    ]


def _levels(model: Model, codes: Sequence[int]) -> dict[str, str]:
    """The level of each comparison that is not missing."""
    found = zip(model.comparisons, codes, strict=True)
    return {one.code: LEVELS[one.kind][code] for one, code in found if code >= 0}
