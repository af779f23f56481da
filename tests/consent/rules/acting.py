"""Five records, a purpose and the one it is part of, and people who say yes and no: the rules without a database."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from consent.rules.covering import covered_by_denial, released, taken_back
from consent.rules.folding import (
    DENYING,
    ENDING,
    GRANTING,
    INVALIDATED,
    PROLONGED,
    Act,
    Standing,
    State,
    fold,
    inherited,
    meet,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
RECORDS, PURPOSES, PART_OF = range(5), ("newsletter", "marketing"), {"newsletter": "marketing"}
SCOPES = (("", None), ("email", None), ("email", 1), ("email", 2), ("sms", 3))
QUESTIONS = (("", None), ("email", 1), ("email", 2), ("sms", 3), ("sms", None))
Scope = tuple[str, int | None]


class Ledger:
    """Acts by purpose, clusters of records, and a clock. Merging and unmerging write nothing."""

    def __init__(self) -> None:
        self.acts: dict[str, list[Act]] = {purpose: [] for purpose in PURPOSES}
        self.of: dict[tuple[str, int], list[Act]] = {(each, record): [] for each in PURPOSES for record in RECORDS}
        self.clusters: list[frozenset[int]] = [frozenset([record]) for record in RECORDS]
        self.claims: set[tuple] = set()
        self.hours, self.now = 0, START
        # What was found since the last act: between two acts the same is asked many times.
        self.counting: dict[tuple[str, int], list[Act]] = {}
        self.found: dict[tuple[str, int, Scope], Standing] = {}

    def cluster(self, record: int) -> frozenset[int]:
        return next(one for one in self.clusters if record in one)

    def write(self, purpose: str, record: int, act: str, scope: Scope = ("", None), **more: object) -> Act:
        """One more row; acts made here come one after the other."""
        self.hours += 1
        self.now = START + timedelta(hours=self.hours)
        self.found = {}
        self.counting = {key: acts for key, acts in self.counting.items() if key[1] != record}
        number = sum(len(acts) for acts in self.acts.values()) + 1
        row = Act(number, act, more.pop("at", self.now), *scope, record=record, **more)
        self.acts[purpose].append(row)
        self.of[purpose, record].append(row)
        return row

    def about(self, purpose: str, records: Iterable[int]) -> list[Act]:
        """The acts that count for a purpose on these records."""
        above = [purpose, PART_OF[purpose]] if purpose in PART_OF else [purpose]
        return inherited([[act for record in records for act in self.of[each, record]] for each in above])

    def counted(self, purpose: str, record: int) -> list[Act]:
        """The same for one record."""
        if (purpose, record) not in self.counting:
            self.counting[purpose, record] = self.about(purpose, [record])
        return self.counting[purpose, record]

    def deny(self, purpose: str, act: str, scope: Scope, own: Collection[int]) -> None:
        """Somebody known at these records says no."""
        group = f"g{self.hours}"
        cluster = frozenset().union(*(self.cluster(record) for record in own))
        for record, carried in covered_by_denial(own, cluster):
            self.write(purpose, record, act, scope, group=group, carried=carried)

    def grant(self, purpose: str, act: str, scope: Scope, proved: Collection[int], lasts: int | None = None) -> None:
        """Somebody proved at these records says yes, for so many hours."""
        groups = taken_back(self.about(purpose, proved), *scope)
        ended = released(self.about(purpose, set(RECORDS) - set(proved)), groups, *scope)
        until = self.now + timedelta(hours=lasts) if lasts else None
        for record in proved:
            self.write(purpose, record, act, scope, group=f"g{self.hours}", until=until)
        for one in ended:
            self.write(purpose, one.record, "invalidated", scope, names=one.id)

    def end(self, purpose: str, act: str, which: int) -> None:
        """A grant expires or is ended, or any act is declared void."""
        fit = [one for one in self.acts[purpose] if act == "invalidated" or one.act in GRANTING]
        if fit:
            named = fit[which % len(fit)]
            self.write(purpose, named.record, act, (named.channel, named.contact), names=named.id)

    def prolong(self, purpose: str, which: int, lasts: int) -> Act | None:
        """Somebody is seen whose consent was still in force: it ends so many hours from now."""
        fit = [one for one in self.acts[purpose] if one.act in GRANTING and one.until and one.until > self.now]
        if not fit:
            return None
        named, until = fit[which % len(fit)], self.now + timedelta(hours=lasts)
        scope = (named.channel, named.contact)
        return self.write(purpose, named.record, PROLONGED, scope, names=named.id, until=until)

    def bring(self, purpose: str, record: int, act: str, scope: Scope, before: int) -> bool:
        """A file says what happened so many hours ago; whether it was news."""
        claim = (purpose, record, act, scope, self.now - timedelta(hours=before))
        return self.send(claim)

    def send(self, claim: tuple) -> bool:
        """The same claim again is no new event."""
        if claim in self.claims:
            return False
        self.claims.add(claim)
        purpose, record, act, scope, at = claim
        self.write(purpose, record, act, scope, at=at)
        return True

    def merge(self, one: int, other: int) -> None:
        joined = self.cluster(one) | self.cluster(other)
        self.clusters = [*(each for each in self.clusters if not each & joined), joined]

    def unmerge(self, leaving: Collection[int]) -> None:
        split = [part for each in self.clusters for part in (each & set(leaving), each - set(leaving)) if part]
        self.clusters = split

    def said(self, purpose: str, record: int, question: Scope) -> Standing:
        """What a record says."""
        key = (purpose, record, question)
        if key not in self.found:
            self.found[key] = fold(self.counted(purpose, record), *question, self.now)
        return self.found[key]

    def replayed(self, purpose: str, record: int, question: Scope) -> State:
        """The same, found in another way."""
        return replayed(self.counted(purpose, record), question, self.now)

    def together(self, purpose: str, records: Iterable[int], question: Scope) -> Standing:
        """What several say."""
        return meet(self.said(purpose, record, question) for record in records)

    def states(self, records: Sequence[int] = RECORDS, purpose: str | None = None) -> list[Standing]:
        """Everything that these records say, one by one."""
        purposes = PURPOSES if purpose is None else (purpose,)
        return [self.said(each, record, ask) for each in purposes for record in records for ask in QUESTIONS]


def replayed(acts: Sequence[Act], scope: Scope, now: datetime) -> State:
    """What one record says, found by going through its acts one after the other."""
    channel, contact = scope
    found = {act.id: act for act in acts if act.channel in ("", channel) and act.contact in (None, contact)}
    for pk in sorted(found, reverse=True):
        if pk in found and found[pk].act == INVALIDATED:
            found.pop(found[pk].names or 0, None)
    ended = {act.names for act in found.values() if act.act in ENDING}
    denials: list[Act] = []
    grant: Act | None = None
    for act in sorted(found.values(), key=lambda one: (one.at, one.act in DENYING, one.id)):
        if act.act in DENYING:
            denials.append(act)
        elif act.act in GRANTING:
            grant = grant if act.level else act
            denials = [one for one in denials if one.at == act.at or not _inside(act, one)]
    if denials:
        return State.DENIED
    if grant is None or grant.id in ended:
        return State.NO_STATEMENT
    longer = [act.until for act in acts if act.act == PROLONGED and act.names == grant.id and act.until]
    lapsed = grant.until is not None and max([grant.until, *longer]) <= now
    return State.NO_STATEMENT if lapsed else State.GRANTED


def _inside(act: Act, denial: Act) -> bool:
    if act.level > denial.level:
        return False
    return denial.channel in ("", act.channel) and denial.contact in (None, act.contact)
