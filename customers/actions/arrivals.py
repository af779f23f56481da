"""Records of several sources that arrive together."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from customers.actions import records
from customers.actions.records import Outcome, Received
from customers.models import Source


@action
def take_in_all(arrived: Sequence[tuple[Source, Received]], *, actor: User) -> list[Outcome]:
    """Take in what each source says, source by source, all or nothing; one outcome per record, in the order given.

    Refused without ``import`` in the domain of any of the sources.
    """
    places: dict[Source, list[int]] = defaultdict(list)
    for place, (source, _received) in enumerate(arrived):
        places[source].append(place)
    found: dict[int, Outcome] = {}
    for source in sorted(places, key=lambda one: one.pk):
        mine = [arrived[place][1] for place in places[source]]
        found.update(zip(places[source], records.take_in(source, mine, actor=actor), strict=True))
    audit.record(
        actor,
        "records.taken_in",
        next(iter(places)) if len(places) == 1 else None,
        domains={source.domain_id for source in places},
        counts=Counter(one.status for one in found.values()),
    )
    return [found[place] for place in range(len(arrived))]
