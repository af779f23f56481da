"""Every scored pair as a file, so that the quality of matching can be judged from outside."""

from collections.abc import Iterator

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from customers.actions.exports import leaving
from customers.models import SourceRecord
from customers.rules.safe_csv import raw_lines
from matching.actions.comparing import Compared, Progress, compare
from matching.engine.defaults import wide
from matching.queries.models import models_in_force
from matching.queries.stored import comparable, stored

HEADER = ("source_l", "key_l", "source_r", "key_r", "probability")
AT_ONCE = 20_000


def pairs_file(*, actor: User, purpose: str, floor: float, report: Progress) -> Iterator[str]:
    """Lines of a CSV file with every scored pair at or above the floor, of records that the actor may export.

    Refused without ``export`` in any domain, or without a purpose.
    """
    domains = _noted(actor=actor, purpose=purpose)
    return raw_lines(HEADER, _rows(domains, floor, report))


@action
def _noted(*, actor: User, purpose: str) -> frozenset[int]:
    """Enter it in the log before the first byte leaves."""
    domains = leaving(actor=actor, purpose=purpose)
    audit.record(actor, "pairs.exported", domains=domains)
    return domains


def _rows(domains: frozenset[int], floor: float, report: Progress) -> Iterator[tuple[str | float, ...]]:
    for party, chosen in models_in_force().items():
        known = stored(chosen.model, comparable(party).filter(domain__in=domains))
        if len(known):
            yield from _pairs(compare(wide(chosen.model, len(known)), known, report=report, floor=floor))


def _pairs(compared: Compared) -> Iterator[tuple[str | float, ...]]:
    scores, ids = compared.scores, compared.stored.ids
    for start in range(0, len(scores), AT_ONCE):
        left = ids[scores.left[start : start + AT_ONCE]].tolist()
        right = ids[scores.right[start : start + AT_ONCE]].tolist()
        probability = scores.probability[start : start + AT_ONCE].tolist()
        rows = SourceRecord.objects.filter(pk__among={*left, *right}).values_list("pk", "source__key", "key")
        named = {pk: (source, key) for pk, source, key in rows.iterator(chunk_size=5_000)}
        for one, other, chance in zip(left, right, probability, strict=True):
            yield (*named[one], *named[other], chance)
