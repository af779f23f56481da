"""Training: the model in force learns its weights anew from the hub's own records, without any labels.

It reads and computes outside of any transaction; what comes out is a draft, which decides nothing.
"""

import numpy as np
from django.utils.translation import gettext as _

from cmdm import access
from cmdm.actions import Refused
from cmdm.models import User
from matching.actions import models
from matching.engine.bulk.columns import Columns
from matching.engine.bulk.learning import learn
from matching.engine.bulk.lists import Ints
from matching.models import MatchModel
from matching.queries.models import models_in_force
from matching.queries.snapshots import Progress
from matching.queries.stored import comparable, stored
from matching.queries.versions import learned_from

FEWEST = 2


def train(party_type: str, *, actor: User, report: Progress) -> MatchModel:
    """A draft whose weights are learned from the records as they are now; of a large hub from a draw of them.

    Refused where there are none to compare.
    """
    access.require_everywhere(actor, "configure")
    held = models_in_force().get(party_type)
    if held is None:
        raise Refused(_("There is no model of this kind."))
    model = held.model
    rows = comparable(party_type).filter(customer__isnull=False)
    ids = np.fromiter(rows.order_by("pk").values_list("pk", flat=True).iterator(), dtype=np.int64)
    if len(ids) < FEWEST:
        raise Refused(_("There are no records to learn from."))

    def read(places: Ints) -> Columns:
        report(0, None, _("Reading"))
        return stored(model, rows.filter(pk__among=ids[places].tolist()), by=("pk",)).columns

    found = learn(model, len(ids), read, lambda pairs: report(pairs, None, _("Comparing")))
    return models.draft(
        found.model, actor=actor, origin=MatchModel.Origin.TRAINED, note=learned_from(found.model.trained)
    )
