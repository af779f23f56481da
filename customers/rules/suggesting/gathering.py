"""All rules together: what a record witnesses, what it lacks, and what is made of a count."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from customers.rules.suggesting import legal_forms, mail_domains, numbers, places
from customers.rules.suggesting.agreeing import is_sure
from customers.rules.suggesting.covering import is_covered
from customers.rules.suggesting.shapes import LONGEST, Names, Need, Proposal, Said, Telling
from customers.types.folding import fold

COUNTED = (places, numbers, mail_domains)
# Of organisations few are one customer each: their records count, not the customers.
BY_RECORDS = frozenset({mail_domains.WEBSITE, mail_domains.NAME})
Counts = Mapping[tuple[int, str, str], tuple[str, int, int]]


def tellings(said: Said, names: Names) -> Iterator[Telling]:
    """What a record witnesses for the counts; nothing of what is given too long."""
    for rule in COUNTED:
        for one in rule.tellings(said, names):
            if len(one.given) <= LONGEST:
                yield one if max(len(one.value), len(fold(one.value))) <= LONGEST else replace(one, value="")


def needs(said: Sequence[Said], names: Names) -> list[Need]:
    """What a customer's records lack that a count may know; nothing that another record says already."""
    found = (one for each in said for rule in COUNTED for one in rule.needs(each, names))
    return [one for one in found if len(one.given) <= LONGEST and not _is_known(one, said)]


def counted(wanted: Iterable[Need], counts: Counts) -> Iterator[Proposal]:
    """Proposals by counts (domain, rule and given → value, how many agree, of how many).

    Where two rules know different values for one part, neither is sure, and nothing is proposed.
    """
    found: dict[tuple[object, ...], list[Proposal]] = {}
    for need in wanted:
        value, agreeing, total = counts.get((need.domain, need.rule, need.given), ("", 0, 0))
        if value and is_sure(agreeing, total):
            place = (
                need.record,
                need.attribute,
                need.part,
                tuple(sorted((k, str(v)) for k, v in need.element.items())),
            )
            found.setdefault(place, []).append(_proposal(need, value, agreeing, total))
    for same in found.values():
        if len({str(one.value) for one in same}) == 1:
            yield max(same, key=lambda one: (one.total, one.rule))


def certain(said: Sequence[Said], names: Names) -> list[Proposal]:
    """Proposals that follow from what the customer's own records say."""
    countries = {
        str(one["country"]) for each in said for one in places.addresses_of(each.values, names) if "country" in one
    }
    others = [one for each in said for name in names.phones for one in each.values.get(name) or ()]
    made = [
        one
        for each in said
        for one in numbers.with_country(each, names, countries)
        if not any(other.get("value") == one.value["value"] for other in others)
    ]
    if not any(each.values.get(names.legal_form) for each in said):
        made += [one for each in said for one in legal_forms.proposals(each, names)]
    return made


def whole(proposals: Iterable[Proposal], missing: Collection[str]) -> list[Proposal]:
    """The first proposal of each value; whole attributes only where they are missing."""
    found: dict[tuple[str, str], Proposal] = {}
    for one in proposals:
        if one.part or one.attribute in missing:
            found.setdefault((one.attribute, fold(str(one.value))), one)
    return list(found.values())


def _is_known(need: Need, said: Sequence[Said]) -> bool:
    if not need.part:
        return any(each.values.get(need.attribute) for each in said)
    return is_covered(need.element, need.part, [one for each in said for one in each.values.get(need.attribute) or ()])


def _proposal(need: Need, value: str, agreeing: int, total: int) -> Proposal:
    made = {**{k: v for k, v in need.element.items() if k != "verified"}, need.part: value} if need.part else value
    shown = [str(need.element[part]) for part in _parts_of(need.rule) if part in need.element]
    facts = {"given": " ".join(shown) or need.given, "value": value}
    return Proposal(need.rule, need.record, need.domain, need.attribute, made, need.part, agreeing, total, facts)


def _parts_of(rule: str) -> tuple[str, ...]:
    return next((one.given for one in places.RULES if one.name == rule), ())
