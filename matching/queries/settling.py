"""What one value would make the machine join two records: the counterfactual, tried out and not guessed.

The value that one of them has is laid over the other, as a correction would lie there, and the two are compared again
with all that could keep the machine from joining them. So it is true whoever brings it about: the source that sends
the value, or a steward who sets it.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from customers.models import SourceRecord
from customers.queries.catalogue import catalogue
from customers.queries.laid import laid
from customers.sealing import open_values
from matching.engine.evidence import Score
from matching.engine.features import Features, Party, prepare
from matching.engine.keys import Key, keys
from matching.engine.model import Model
from matching.engine.scoring import counterfactual, might_settle, score
from matching.models import MatchKey
from matching.queries.blocking import key_digest, match_spaces
from matching.queries.conflicts import conflicts
from matching.queries.lowered import lowered_customers
from matching.queries.models import InForce

MOST = 8  # elements of a many-valued attribute that are tried
CONTACTS = (("email",), ("phone",), ("identifier",))
Ends = tuple[SourceRecord, SourceRecord]


@dataclass(frozen=True)
class Settling:
    """``about`` would have to give the value of ``of``; without them: both would have to give the same."""

    comparison: str
    attribute: str
    about: SourceRecord | None = None
    of: SourceRecord | None = None
    value: Any = None
    place: int = 0
    weight: float = 0.0

    @property
    def token(self) -> str:
        """What it says of which versions, as a form posts it back."""
        ends = [f"{one.pk}:{one.version}" for one in (self.about, self.of) if one]
        return "/".join([self.attribute, *ends, str(self.place)])

    @property
    def said(self) -> Any:
        """The value as one who sets it says it: whoever proved it proved it for the other record."""
        spec = catalogue().specs[self.attribute]
        plain = {name: part for name, part in self.value.items() if name != "verified"} if spec.many else self.value
        return [plain] if spec.many else plain


def settling(ends: Ends, chosen: InForce, sides: Sequence[Sequence[SourceRecord]] = ()) -> Settling | None:
    """The value that would make two records automatic, a missing one before one that differs; or nothing would.

    No query where no value reaches the line; else six at most.

    :param sides: all records of both customers, which may keep them from being joined; none: not looked at.
    """
    if ends[0].party_type != ends[1].party_type:
        return None
    # In one order, so that whoever asks anew is told the same.
    ends = (ends[0], ends[1]) if ends[0].pk < ends[1].pk else (ends[1], ends[0])
    found = _scored(chosen.model, ends)
    if found.probability >= chosen.model.automatic:
        return None
    tried = sorted(_tried(ends, chosen.model, found), key=lambda one: (one[0], one[1].weight), reverse=True)
    if not tried:
        code = counterfactual(chosen.model, found)
        one = next((each for each in chosen.model.comparisons if each.code == code), None)
        both = [open_values(end.compared) for end in ends]
        unsaid = one is not None and not any(one.attribute in values for values in both)
        return Settling(one.code, one.attribute) if one is not None and unsaid else None
    if not sides:
        return tried[0][1]
    sides = [next(side for side in sides if any(row.pk == end.pk for row in side)) for end in ends]
    return next((one for _first, one in tried[:2] if _joins(one, chosen.model, sides)), None)


def _tried(ends: Ends, model: Model, found: Score) -> Iterator[tuple[bool, Settling]]:
    """What reaches the line, and whether the one who would have to give it gives nothing there yet."""
    codes = might_settle(model, found)
    if not codes:
        return
    specs, values = catalogue().specs, [open_values(end.compared) for end in ends]
    features = [_features(model, end, said) for end, said in zip(ends, values, strict=True)]
    for one in model.comparisons:
        spec = specs.get(one.attribute)
        if one.code not in codes or spec is None:
            continue
        for taker in (0, 1):
            said = values[1 - taker].get(one.attribute)
            for place, value in enumerate([] if said is None else said[:MOST] if spec.many else [said]):
                with_it = laid(ends[taker], {one.attribute: [value] if spec.many else value}, values[taker])
                pair = [*features]
                pair[taker] = _features(model, ends[taker], with_it)
                made = score(model, [(pair[0], pair[1])])[0]
                if made.probability >= model.automatic and _meet(model, pair):
                    where = {"about": ends[taker], "of": ends[1 - taker], "value": value, "place": place}
                    settled = Settling(one.code, one.attribute, weight=made.weight, **where)
                    yield one.attribute not in values[taker], settled


def _scored(model: Model, ends: Ends) -> Score:
    pair = [_features(model, end, open_values(end.compared)) for end in ends]
    return score(model, [(pair[0], pair[1])])[0]


def _features(model: Model, record: SourceRecord, values: Mapping[str, Any]) -> Features:
    return prepare(model, Party(record.pk, record.party_type, values))


def _meet(model: Model, pair: Sequence[Features]) -> set[Key]:
    """The keys that both have: who has none in common is never compared."""
    return set(keys(model, pair[0])) & set(keys(model, pair[1]))


def _joins(one: Settling, model: Model, sides: Sequence[Sequence[SourceRecord]]) -> bool:
    """Whether nothing keeps the machine from joining both customers then."""
    if one.about is None or one.of is None:
        return False
    imagined = copy.copy(one.about)
    imagined.corrected = laid(one.about, {one.attribute: one.said}, open_values(one.about.compared))
    spaces = match_spaces([one.about.domain_id, one.of.domain_id])
    if spaces[one.about.domain_id] != spaces[one.of.domain_id]:
        return False
    if lowered_customers(end.customer_id for end in (one.about, one.of) if end.customer_id):
        return False
    own = [[imagined if row.pk == imagined.pk else row for row in side if row.about_id is None] for side in sides]
    return not conflicts(own[0], own[1]) and not _is_crowded(imagined, one.of, model, spaces[one.of.domain_id])


def _is_crowded(one: SourceRecord, other: SourceRecord, model: Model, space: str) -> bool:
    """Whether they share a contact that too many have to say anything."""
    pair = [_features(model, each, open_values(each.compared)) for each in (one, other)]
    shared = [key for key in _meet(model, pair) if model.rules[key.rule].parts in CONTACTS]
    digests = [key_digest(space, one.party_type, key) for key in shared]
    return any(
        MatchKey.objects.filter(key=digest)[: model.shared_limit + 1].count() > model.shared_limit for digest in digests
    )
