"""Training: the model in force learns its weights anew from the hub's own records, without any labels.

It reads and computes outside of any transaction; what comes out is a draft, which decides nothing.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.actions import Refused
from cmdm.models import User
from matching.actions import models
from matching.engine import patterns, totals
from matching.engine.defaults import widened
from matching.engine.model import Model
from matching.engine.training import knowing
from matching.engine.training import train as learn_weights
from matching.models import MatchModel
from matching.queries.models import models_in_force
from matching.queries.snapshots import Progress, Snapshot, snapshots

FEWEST = 2
DRAWN = 300_000


def train(party_type: str, *, actor: User, report: Progress) -> MatchModel:
    """A draft whose weights are learned from all records as they are now. Refused where there are none to compare."""
    access.require_everywhere(actor, "configure")
    held = models_in_force().get(party_type)
    if held is None:
        raise Refused(_("There is no model of this kind."))
    snapshot = snapshots([held.model], report)[0]
    if len(snapshot) < FEWEST:
        raise Refused(_("There are no records to learn from."))
    snapshot = replace(snapshot, model=knowing(widened(held.model, len(snapshot)), snapshot.features))
    shown = _patterns(snapshot, report)
    known = totals.of(snapshot.model, snapshot.features, blind=_blind(snapshot))
    found = learn_weights(held.model, shown, known)
    return models.draft(found.model, actor=actor, origin=MatchModel.Origin.TRAINED, note=_told(found.model))


def _patterns(snapshot: Snapshot, report: Progress) -> patterns.Patterns:
    """How often each pattern of levels occurs among the pairs that share a block."""
    names = [one.code for one in snapshot.model.comparisons]
    made = [patterns.count(names, scores.levels) for scores in snapshot.scored(report)]
    return patterns.merge(made).for_model(snapshot.model)


def _blind(snapshot: Snapshot) -> patterns.Patterns:
    """The patterns of pairs drawn blindly, the same for the same records: what strangers look like."""
    size = len(snapshot)
    if size * (size - 1) // 2 <= DRAWN:
        left, right = np.triu_indices(size, 1)
    else:
        left, right = np.random.default_rng(1).integers(0, size, (2, DRAWN))
        left, right = left[left != right], right[left != right]
    names = [one.code for one in snapshot.model.comparisons]
    return patterns.count(names, snapshot.score(left, right).levels)


def _told(model: Model) -> str:
    facts: Any = model.trained
    return _("learned from %(pairs)d pairs of %(records)d records") % {
        "pairs": facts.get("pairs", 0),
        "records": facts.get("records", 0),
    }
