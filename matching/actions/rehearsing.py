"""Rehearsal: what a version would do to the hub, found out without writing anything but the account of it.

The version in force and the one rehearsed score the same snapshot, and the steps of `match --all` decide on both. The
account holds figures and ids, never a value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cmdm import access
from cmdm.models import User
from customers import ports
from matching.actions import models
from matching.actions.comparing import Compared
from matching.actions.foreseeing import Foreseen, foresee
from matching.actions.rehearsed_pairs import coded, listed, teaching
from matching.actions.untied import untied
from matching.engine import calibration
from matching.engine.bulk.scoring import Scores, joined
from matching.engine.defaults import wide
from matching.engine.model import Model
from matching.models import Candidate, MatchModel
from matching.queries.answers import Answered, answered, held_together, kept_apart
from matching.queries.models import models_in_force, read_model
from matching.queries.snapshots import Progress, Snapshot, snapshots
from matching.rules import estimating
from matching.rules.blocking import sizes
from matching.rules.rehearsing import Pair, Pairs, moved, shape

SHOWN = 200
# As `match` reads records: where two pairs weigh the same, the first counts.
ORDER = ("source", "key")


@dataclass
class Seen:
    """What one version makes of the snapshot."""

    snapshot: Snapshot
    pairs: Pairs
    foreseen: Foreseen
    doubted: Sequence[int]
    bars: Any = field(default_factory=estimating.no_bars)
    rules: Sequence[Mapping[str, Any]] = ()

    @property
    def side(self) -> tuple[Snapshot, Pairs]:
        return self.snapshot, self.pairs


def rehearse(row: MatchModel, *, actor: User, report: Progress) -> MatchModel:
    """Find out what the version would do, and keep that with it. Refused for one that is over."""
    access.require_everywhere(actor, "configure")
    models.refuse_ended(row)
    held = models_in_force()[row.party_type]
    apart = kept_apart(row.party_type)
    old, new = _seen([held.model, read_model(row)], report)
    account = {
        "against": held.version,
        "records": len(new.snapshot),
        **_compared(old, new),
        **_judged(old, new),
        "effects": _effects(new.foreseen, actor),
        "informative": listed(old.side, new.side, teaching(new.side, apart)),
    }
    return models.keep_rehearsal(row, account, actor=actor)


def _seen(both: Sequence[Model], report: Progress) -> list[Seen]:
    holding = held_together(both[0].party_type)
    # As `match --all` compares: by as wide rules as pay at this size.
    taken = [replace(each, model=wide(each.model, len(each))) for each in snapshots(both, report, by=ORDER)]
    made = []
    for snapshot in taken:
        bars = estimating.no_bars()
        pairs, compared = _compare(snapshot, bars, report)
        found = foresee(compared)
        after = replace(compared, stored=replace(compared.stored, customers=found.customers))
        doubts = {found.home(pk) for pk in found.customers[untied(after, holding)].tolist()}
        made.append(Seen(snapshot, pairs, found, sorted(doubts), bars, sizes(snapshot.model, snapshot.blocks)))
    return made


def _compare(snapshot: Snapshot, bars: Any, report: Progress) -> tuple[Pairs, Compared]:
    """All pairs that share a block, and of them those at or above the review line, as `match` has them."""
    likely, count = [], 0

    def every() -> Iterator[Scores]:
        nonlocal count
        for scores in snapshot.scored(report):
            estimating.weigh(bars, scores.weight, scores.probability)
            likely.append(scores.where(scores.probability >= snapshot.model.review))
            count += len(scores)
            yield scores

    pairs = _arrays(every())
    found = joined(likely, len(snapshot.model.comparisons))
    return pairs, Compared(snapshot.stored, snapshot.blocks, snapshot.scorer, found, count)


def _arrays(several: Iterable[Scores]) -> Pairs:
    """Scores of slices as compact arrays."""
    kinds = (np.int32, np.int32, np.float32)
    parts = [tuple(map(np.ndarray.astype, (one.left, one.right, one.probability), kinds)) for one in several]
    if not parts:
        return Pairs(*(np.zeros(0, dtype=kind) for kind in kinds))
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _compared(old: Seen, new: Seen) -> dict[str, Any]:
    """What changes against the version in force."""
    gained, lost = moved(
        old.pairs,
        new.pairs,
        line_before=old.snapshot.model.automatic,
        line_after=new.snapshot.model.automatic,
    )
    fresh = sorted(set(new.doubted) - set(old.doubted))
    whole = [list(group) for group in new.foreseen.groups if min(group) > 0]
    return {
        "pairs": {"now": len(old.pairs.left), "then": len(new.pairs.left)},
        "gained": {"count": len(gained), "pairs": listed(old.side, new.side, gained, surprising=True)},
        "lost": {"count": len(lost), "pairs": listed(old.side, new.side, lost, surprising=True)},
        "merges": {
            "now": _joined(old.foreseen),
            "then": _joined(new.foreseen),
            "count": len(whole),
            "groups": whole[:SHOWN],
        },
        "partings": {
            "now": len(old.foreseen.leaving),
            "then": len(new.foreseen.leaving),
            "parts": _parts(new.foreseen)[:SHOWN],
        },
        "shape": {"now": _shape(old), "then": _shape(new)},
        "splits": {"count": len(fresh), "customers": fresh[:SHOWN]},
        "queue": {
            "open": Candidate.objects.open().filter(party_type=new.snapshot.model.party_type).count(),
            "now": len(old.foreseen.asked) + len(old.doubted),
            "then": len(new.foreseen.asked) + len(new.doubted),
        },
    }


def _shape(side: Seen) -> dict[str, int]:
    return shape(side.foreseen.customers, side.foreseen.groups)


def _joined(found: Foreseen) -> int:
    return sum(len(group) - 1 for group in found.groups)


def _parts(found: Foreseen) -> list[list[Any]]:
    """Of each that would leave: the customer, the records, and the customers that they would be joined with."""
    goes_to = {pk: [one for one in group if one > 0] for group in found.groups for pk in group if pk < 0}
    return [[one.customer, list(one.records), goes_to.get(number, [])] for number, one in found.leaving.items()]


def _judged(old: Seen, new: Seen) -> dict[str, Any]:
    """Estimates of quality: from the probabilities alone, and from what people said."""
    model = new.snapshot.model
    probabilities = new.pairs.probability.astype(np.float64)
    given = answered(model.party_type, new.snapshot.columns.ids)
    said: dict[str, Any] = {"answers": len(given)}
    if len(given):
        then = new.snapshot.score(given.left, given.right).probability
        now = old.snapshot.score(given.left, given.right).probability
        said["labelled"] = estimating.labelled(then, given.same, model.automatic)
        said["labelled_now"] = estimating.labelled(now, given.same, old.snapshot.model.automatic)
        said["calibration"] = estimating.calibrated(then, given.same)
        said["against_people"] = _against(given, then, model.automatic)
        disputed = _disputed(given, then, model)
        said["disputed"] = {"count": len(disputed), "pairs": listed(old.side, new.side, disputed)}
    missed = _missed(old, new)
    expected = calibration.expected(probabilities, model.automatic, missed=missed)
    return {
        "expected": estimating.quality(expected),
        "missed": round(missed, 1),
        "curve": estimating.over_lines(probabilities, missed),
        "reviews": _reviews(probabilities, model.review),
        "weights": estimating.distribution(new.bars),
        "blocking": list(new.rules),
        **said,
    }


def _missed(old: Seen, new: Seen) -> float:
    """Expected pairs of one party among those that the version in force compares and this one does not."""
    pairs, size = old.pairs, len(new.snapshot)
    worth = pairs.probability >= calibration.LEAST
    left, right = pairs.left[worth], pairs.right[worth]
    unseen = ~np.isin(coded(left, right, size), coded(new.pairs.left, new.pairs.right, size))
    if not unseen.any():
        return 0.0
    return float(new.snapshot.score(left[unseen], right[unseen]).probability.sum())


def _against(given: Answered, probabilities: Any, line: float) -> int:
    """Pairs that a person called different and the version calls the same."""
    return sum(bool(p >= line) and not same for p, same in zip(probabilities, given.same, strict=True))


def _disputed(given: Answered, probabilities: Any, model: Model) -> list[Pair]:
    """Pairs that a person called different and the version joins, then those called the same that it does not ask."""
    ends = list(zip(given.left.tolist(), given.right.tolist(), probabilities, given.same, strict=True))
    joins = [(left, right) for left, right, p, same in ends if p >= model.automatic and not same]
    return joins + [(left, right) for left, right, p, same in ends if p < model.review and same]


def _reviews(probabilities: Any, review: float) -> list[Mapping[str, float]]:
    """Pairs of records left to ask about, by automatic line."""
    return [
        {"line": line, "pairs": int(((probabilities >= review) & (probabilities < line)).sum())}
        for line in sorted(set(estimating.LINES))
    ]


def _effects(found: Foreseen, actor: User) -> list[dict[str, Any]]:
    """What other apps find that the merges and splits would touch, by their names: consents, consumers."""
    grouped = {pk for group in found.groups for pk in group}
    torn = {pk for number, one in found.leaving.items() for pk in (number, one.customer)}
    groups = [*found.groups, *((pk,) for pk in sorted(torn - grouped))]
    if not groups:
        return []
    told = {name: effect.find(groups, actor, found.leaving) for name, effect in ports.group_effects.items()}
    return [{"effect": name, "found": dict(touched)} for name, touched in told.items() if touched]
