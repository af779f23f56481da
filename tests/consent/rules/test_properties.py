"""Whatever people say in whatever order, whoever is merged with whom: what must hold of consent."""

from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.rules.folding import GRANTING, State, in_force, meet
from tests.consent.rules.acting import PART_OF, PURPOSES, QUESTIONS, RECORDS, SCOPES, Ledger
from tests.support.scale import SOAK, scaled

SOME = [frozenset(some) for size in (1, 2, 3) for some in combinations(RECORDS, size)]
DENIALS, GRANTS = ("refused", "withdrawn", "objected"), ("granted", "confirmed", "reaffirmed")
STEPS, BYTES = 40, 6


class Chance:
    """What is chosen, byte by byte: a text of bytes is one draw, where a rule with arguments would be many."""

    def __init__(self, said: bytes) -> None:
        self.said = iter(said)

    def of(self, choices):
        return choices[next(self.said, 0) % len(choices)]


class People:
    """Acts of all kinds among five records."""

    def __init__(self) -> None:
        self.ledger = Ledger()

    def a_denial_holds_at_once_for_everybody_it_covers(self, chance):
        purpose, act, scope, own = chance.of(PURPOSES), chance.of(DENIALS), chance.of(SCOPES), chance.of(SOME)
        covered = {record for one in own for record in self.ledger.cluster(one)}
        self.ledger.deny(purpose, act, scope, own)
        for question in (one for one in QUESTIONS if within(one, scope)):
            for each in (purpose, *(part for part, whole in PART_OF.items() if whole == purpose)):
                assert {self.ledger.said(each, record, question).state for record in covered} == {State.DENIED}

    def a_grant_reaches_nobody_but_who_proved_himself(self, chance):
        purpose, act, scope, proved, lasts = (
            chance.of(PURPOSES),
            chance.of(GRANTS),
            chance.of(SCOPES),
            chance.of(SOME),
            chance.of((None, 3, 9)),
        )
        others = [record for record in RECORDS if record not in proved]
        before = self.ledger.states(others, purpose)
        apart = [each for each in PURPOSES if each != purpose and PART_OF.get(each) != purpose]
        elsewhere = [self.ledger.said(each, record, scope).state for each in apart for record in RECORDS]
        self.ledger.grant(purpose, act, scope, proved, lasts)
        after = [self.ledger.said(each, record, scope).state for each in apart for record in RECORDS]
        assert held(elsewhere, after)
        for old, new in zip(before, self.ledger.states(others, purpose), strict=True):
            assert new.state != State.GRANTED or old.state == State.GRANTED or old.by.carried

    def whoever_said_no_can_say_yes_again(self, chance):
        purpose, act, scope, own = chance.of(PURPOSES), chance.of(DENIALS), chance.of(SCOPES), chance.of(SOME)
        others = [record for record in RECORDS if record not in own]
        cluster = {record for one in own for record in self.ledger.cluster(one)}
        question = scope
        before = {record: self.ledger.said(purpose, record, question).state for record in others}
        earlier = taken(self.ledger, purpose, own, question)
        self.ledger.deny(purpose, act, scope, own)
        self.ledger.grant(purpose, "granted", scope, own)
        for record in others:
            said = self.ledger.said(purpose, record, question).state
            lapsed = (before[record], said) == (State.GRANTED, State.NO_STATEMENT)
            assert said == before[record] or lapsed or (record in earlier and before[record] == State.DENIED)
        stubborn = any(self.ledger.said(purpose, record, question).state == State.DENIED for record in cluster - own)
        answer = self.ledger.together(purpose, cluster, question).state
        assert answer == (State.DENIED if stubborn else State.GRANTED)

    def asking_and_unproved_claims_change_no_state(self, chance):
        purpose, record, scope, act = (
            chance.of(PURPOSES),
            chance.of(RECORDS),
            chance.of(SCOPES),
            chance.of(("requested", "unknown")),
        )
        before = [one.state for one in self.ledger.states([record])]
        self.ledger.write(purpose, record, act, scope)
        assert held(before, [one.state for one in self.ledger.states([record])])

    def an_end_never_lifts_a_denial_and_gives_no_consent(self, chance):
        purpose, act, which = chance.of(PURPOSES), chance.of(("expired", "terminated")), chance.of(range(10))
        before = [one.state for one in self.ledger.states(purpose=purpose)]
        self.ledger.end(purpose, act, which)
        for old, new in zip(before, self.ledger.states(purpose=purpose), strict=True):
            assert new.state in (old, State.NO_STATEMENT)
            assert (new.state == State.DENIED) == (old == State.DENIED)

    def being_seen_gives_no_consent_and_lifts_no_denial(self, chance):
        purpose, which, lasts = chance.of(PURPOSES), chance.of(range(10)), chance.of((2, 20))
        before = self.ledger.states()
        act = self.ledger.prolong(purpose, which, lasts)
        after = self.ledger.states()
        assert held([one.state for one in before], [one.state for one in after])
        if act is not None:
            assert all(new.by.until >= act.until for new in after if new.by is not None and new.by.id == act.names)

    def what_is_declared_void_counts_for_nothing(self, chance):
        purpose, which = chance.of(PURPOSES), chance.of(range(10))
        self.ledger.end(purpose, "invalidated", which)

    def a_file_brings_an_old_act(self, chance):
        purpose, record, act, scope, before = (
            chance.of(PURPOSES),
            chance.of(RECORDS),
            chance.of(DENIALS + GRANTS),
            chance.of(SCOPES),
            chance.of(range(13)),
        )
        denied = {question for question in QUESTIONS if self.denied(purpose, record, question, before)}
        self.ledger.bring(purpose, record, act, scope, before)
        for question in denied:
            assert self.ledger.said(purpose, record, question).state == State.DENIED

    def denied(self, purpose, record, question, before):
        """Whether a denial stands that is not older than what the file will say."""
        said = self.ledger.said(purpose, record, question)
        return said.state == State.DENIED and (self.ledger.now - said.by.at).total_seconds() <= before * 3600

    def a_file_is_sent_again(self, chance):
        which = chance.of(range(10))
        claims = sorted(self.ledger.claims, key=repr)
        if claims:
            before = self.ledger.states()
            assert not self.ledger.send(claims[which % len(claims)])
            assert self.ledger.states() == before

    def two_are_merged(self, chance):
        one, other = chance.of(RECORDS), chance.of(RECORDS)
        if self.ledger.cluster(one) != self.ledger.cluster(other):
            apart, clusters = self.ledger.cluster(one), self.ledger.clusters
            before = self.answers()
            self.ledger.merge(one, other)
            self.ledger.unmerge(apart)
            assert set(self.ledger.clusters) == set(clusters)
            assert self.answers() == before
            self.ledger.merge(one, other)

    def some_are_unmerged(self, chance):
        leaving = chance.of(SOME)
        self.ledger.unmerge(leaving)

    def answers(self):
        return {
            (cluster, purpose, question): self.ledger.together(purpose, cluster, question)
            for cluster in self.ledger.clusters
            for purpose in PURPOSES
            for question in QUESTIONS[1:3]
        }

    def the_strictest_record_decides_and_nobody_invents_a_grant(self):
        cluster, purpose = max(self.ledger.clusters, key=len), PURPOSES[self.ledger.hours % 2]
        for question in QUESTIONS:
            said = [self.ledger.said(purpose, record, question) for record in cluster]
            answer = meet(said)
            assert answer.state == min(self.ledger.replayed(purpose, record, question) for record in cluster)
            if answer.state == State.GRANTED:
                assert answer.by.act in GRANTING
                assert answer.by.contact in (None, question[1])
            assert meet(reversed(said)) == answer
            assert meet([meet(said[1:]), meet(said[:1]), answer]) == answer


def taken(ledger, purpose, own, question):
    """Records that an earlier denial of these people was carried to, so that their next yes ends it."""
    acts = ledger.about(purpose, RECORDS)
    groups = {one.group for one in in_force([a for a in acts if a.record in own], *question) if not one.carried}
    return {one.record for one in acts if one.carried and one.group in groups}


def within(question, scope):
    """Whether a question lies inside the scope of an act."""
    return scope[0] in ("", question[0]) and scope[1] in (None, question[1])


def held(before, after):
    """No state has changed; of grants only, since time passes, that some may have expired."""
    return all(
        old == new or (old, new) == (State.GRANTED, State.NO_STATEMENT) for old, new in zip(before, after, strict=True)
    )


ACTS = (
    People.a_denial_holds_at_once_for_everybody_it_covers,
    People.a_grant_reaches_nobody_but_who_proved_himself,
    People.whoever_said_no_can_say_yes_again,
    People.asking_and_unproved_claims_change_no_state,
    People.an_end_never_lifts_a_denial_and_gives_no_consent,
    People.being_seen_gives_no_consent_and_lifts_no_denial,
    People.what_is_declared_void_counts_for_nothing,
    People.a_file_brings_an_old_act,
    People.a_file_is_sent_again,
    People.two_are_merged,
    People.some_are_unmerged,
)


@settings(
    max_examples=scaled(300, 2_000),
    deadline=None,
    derandomize=not SOAK,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.binary(min_size=STEPS * BYTES, max_size=STEPS * BYTES))
def test_consent_keeps_its_promises_in_any_order(said):
    people, chance = People(), Chance(said)
    for _step in range(STEPS):
        chance.of(ACTS)(people, chance)
        people.the_strictest_record_decides_and_nobody_invents_a_grant()
