"""Measuring the links against a known truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action
from cmdm.models import User
from customers.models import SourceRecord
from matching.models import Candidate
from matching.rules.evaluating import Quality, evaluate, with_review

PAGE = 10_000


@dataclass(frozen=True)
class Evaluation:
    """The links as they are, and as they would be after the open candidates had been decided rightly."""

    links: Quality
    with_review: Quality
    records: int
    unknown: int
    candidates: int
    true_candidates: int

    def to_dict(self) -> dict[str, Any]:
        """For a command's answer."""
        counts = {name: getattr(self, name) for name in ("records", "unknown", "candidates", "true_candidates")}
        return {"links": self.links.to_dict(), "with_review": self.with_review.to_dict(), **counts}


@action
def measure(truth: Mapping[tuple[str, str], str], *, actor: User) -> Evaluation:
    """Compare the links with the truth (source and key to entity).

    Refused without ``view`` everywhere, and where the truth names no record of the hub.
    """
    access.require_everywhere(actor, "view")
    links: dict[int, int] = {}
    known: dict[int, str] = {}
    rows = SourceRecord.objects.current().filter(about__isnull=True, customer__isnull=False)
    chosen = rows.values_list("pk", "source__key", "key", "customer")
    for pk, source, key, customer in chosen.iterator(chunk_size=PAGE):
        entity = truth.get((source, key))
        if entity is not None and customer is not None:
            links[pk], known[pk] = customer, entity
    if not links:
        raise Refused(_("No record of the hub is in this truth: nothing can be measured."))
    open_pairs = Candidate.objects.open().exclude(kind=Candidate.Kind.OVER_MERGE).values_list("left", "right")
    pairs = [(left, right) for left, right in open_pairs.iterator(chunk_size=PAGE) if left in links and right in links]
    made = Evaluation(
        links=evaluate(links, known, truth.values()),
        with_review=evaluate(with_review(links, known, pairs), known, truth.values()),
        records=len(links),
        unknown=len(truth) - len(links),
        candidates=len(pairs),
        true_candidates=sum(known[left] == known[right] for left, right in pairs),
    )
    audit.record(actor, "links.measured", domains=[], counts={"records": made.records, "candidates": made.candidates})
    return made
