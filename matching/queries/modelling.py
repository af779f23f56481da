"""Large blocks as people read them."""

from dataclasses import dataclass
from datetime import datetime

from matching.models import MatchModel, OversizedBlock
from matching.queries.differences import in_words
from matching.queries.models import read_model

LARGEST = 100


@dataclass(frozen=True)
class BlockRow:
    """A block over the cap."""

    rule: str
    party_type: str
    records: int
    seen: datetime


def large_blocks() -> list[BlockRow]:
    """The largest blocks that had to be divided, at most a hundred; two queries."""
    names: dict[tuple[str, int], str] = {}
    for row in MatchModel.objects.in_force():
        for place, rule in enumerate(read_model(row).rules):
            names[row.party_type, place] = in_words(rule.parts)
    rows = OversizedBlock.objects.order_by("-records", "key")[:LARGEST]
    return [
        BlockRow(names.get((row.party_type, row.rule), str(row.rule)), row.party_type, row.records, row.seen_at)
        for row in rows
    ]
