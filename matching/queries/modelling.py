"""Blocks as people read them: those that are too large, and what each rule costs and finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.functional import cached_property

from cmdm.models import Job
from customers.models import PartyType
from matching.models import MatchModel, OversizedBlock
from matching.queries.differences import in_words
from matching.queries.models import read_model

LARGEST = 100
COUNT = "matching.count"
_FINER = """
    SELECT q.key FROM unnest(%s::bigint[]) AS q(key)
     CROSS JOIN LATERAL (SELECT finer FROM matching_matchkey WHERE key = q.key LIMIT 1) AS m WHERE m.finer
"""


@dataclass(frozen=True)
class BlockRow:
    """A block over the cap; ``left_over`` where it is a finer one already: not all are compared with all."""

    rule: str
    party_type: str
    records: int
    seen: datetime
    left_over: bool
    cap: int

    @property
    def party_label(self) -> str:
        return str(PartyType(self.party_type).label)


def large_blocks() -> list[BlockRow]:
    """The largest blocks that had to be divided, at most a hundred; three queries."""
    names: dict[tuple[str, int], str] = {}
    caps: dict[str, int] = {}
    for row in MatchModel.objects.in_force():
        model = read_model(row)
        caps[row.party_type] = model.block_cap
        for place, rule in enumerate(model.rules):
            names[row.party_type, place] = in_words(rule.parts)
    rows = list(OversizedBlock.objects.order_by("-records", "key")[:LARGEST])
    finer = _finer([row.key for row in rows])
    return [
        BlockRow(
            rule=names.get((row.party_type, row.rule), str(row.rule)),
            party_type=row.party_type,
            records=row.records,
            seen=row.seen_at,
            left_over=row.key in finer,
            cap=caps.get(row.party_type, 0),
        )
        for row in rows
    ]


def _finer(keys: Sequence[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_FINER, [list(keys)])
        return {key for (key,) in cursor.fetchall()}


@dataclass
class Counted:
    """What was counted last of a party type, and whether it is being counted now."""

    party_type: str
    done: Job | None = None
    running: Job | None = None

    @property
    def told(self) -> Mapping[str, Any]:
        """The account; empty where nothing was counted yet."""
        found: Mapping[str, Any] = self.done.result if self.done else {}
        return found

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """Every rule with its name, the used ones first, then by what they find; and whether it is suggested."""
        wanted = {tuple(one["parts"]) for one in self.suggested}
        rows = [
            {**one, "name": in_words(tuple(one["parts"])), "suggested": tuple(one["parts"]) in wanted}
            for one in self.told.get("rules", ())
        ]
        return sorted(rows, key=lambda one: (not one["used"], -one["found"]))

    @property
    def suggested(self) -> Sequence[Mapping[str, Any]]:
        """The rules that find most for least."""
        found: Sequence[Mapping[str, Any]] = self.told.get("suggested", ())
        return found

    @property
    def is_another(self) -> bool:
        """Whether the suggestion is another than what is used."""
        return bool(self.suggested) and any(one["used"] != one["suggested"] for one in self.rules)


def counted(party_type: str) -> Counted:
    """The last count; two queries."""
    rows = Job.objects.filter(name=COUNT, arguments__party=party_type)
    done = rows.filter(state=Job.State.DONE).order_by("-finished_at").first()
    return Counted(party_type, done, Job.objects.unfinished().filter(pk__in=rows.values("pk")).first())
