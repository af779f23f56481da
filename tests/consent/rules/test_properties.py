"""Whatever people say in whatever order, whoever is merged with whom: what must hold of consent."""

from itertools import combinations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from consent.rules.folding import GRANTING, State, in_force, meet
from tests.consent.rules.acting import PART_OF, PURPOSES, QUESTIONS, RECORDS, SCOPES, Ledger
from tests.support.scale import SOAK, scaled

RECORD = st.sampled_from(RECORDS)
SOME = st.sampled_from([frozenset(some) for size in (1, 2, 3) for some in combinations(RECORDS, size)])
PURPOSE, SCOPE = st.sampled_from(PURPOSES), st.sampled_from(SCOPES)
DENIALS = st.sampled_from(("refused", "withdrawn", "objected"))
GRANTS = st.sampled_from(("granted", "confirmed", "reaffirmed"))
BEFORE = st.integers(0, 12)


class People(RuleBasedStateMachine):
    """Acts of all kinds among five records."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()

    @rule(purpose=PURPOSE, act=DENIALS, scope=SCOPE, own=SOME)
    def a_denial_holds_at_once_for_everybody_it_covers(self, purpose, act, scope, own):
        covered = {record for one in own for record in self.ledger.cluster(one)}
        self.ledger.deny(purpose, act, scope, own)
        for question in (one for one in QUESTIONS if within(one, scope)):
            for each in (purpose, *(part for part, whole in PART_OF.items() if whole == purpose)):
                assert {self.ledger.said(each, record, question).state for record in covered} == {State.DENIED}

    @rule(purpose=PURPOSE, act=GRANTS, scope=SCOPE, proved=SOME, lasts=st.sampled_from((None, 3, 9)))
    def a_grant_reaches_nobody_but_who_proved_himself(self, purpose, act, scope, proved, lasts):
        others = [record for record in RECORDS if record not in proved]
        before = self.ledger.states(others, purpose)
        apart = [each for each in PURPOSES if each != purpose and PART_OF.get(each) != purpose]
        elsewhere = [self.ledger.said(each, record, scope).state for each in apart for record in RECORDS]
        self.ledger.grant(purpose, act, scope, proved, lasts)
        after = [self.ledger.said(each, record, scope).state for each in apart for record in RECORDS]
        assert held(elsewhere, after)
        for old, new in zip(before, self.ledger.states(others, purpose), strict=True):
            assert new.state != State.GRANTED or old.state == State.GRANTED or old.by.carried

    @rule(purpose=PURPOSE, act=DENIALS, scope=SCOPE, own=SOME)
    def whoever_said_no_can_say_yes_again(self, purpose, act, scope, own):
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

    @rule(purpose=PURPOSE, record=RECORD, scope=SCOPE, act=st.sampled_from(("requested", "unknown")))
    def asking_and_unproved_claims_change_no_state(self, purpose, record, scope, act):
        before = [one.state for one in self.ledger.states([record])]
        self.ledger.write(purpose, record, act, scope)
        assert held(before, [one.state for one in self.ledger.states([record])])

    @rule(purpose=PURPOSE, act=st.sampled_from(("expired", "terminated")), which=st.integers(0, 9))
    def an_end_never_lifts_a_denial_and_gives_no_consent(self, purpose, act, which):
        before = [one.state for one in self.ledger.states(purpose=purpose)]
        self.ledger.end(purpose, act, which)
        for old, new in zip(before, self.ledger.states(purpose=purpose), strict=True):
            assert new.state in (old, State.NO_STATEMENT)
            assert (new.state == State.DENIED) == (old == State.DENIED)

    @rule(purpose=PURPOSE, which=st.integers(0, 9))
    def what_is_declared_void_counts_for_nothing(self, purpose, which):
        self.ledger.end(purpose, "invalidated", which)

    @rule(purpose=PURPOSE, record=RECORD, act=st.one_of(DENIALS, GRANTS), scope=SCOPE, before=BEFORE)
    def a_file_brings_an_old_act(self, purpose, record, act, scope, before):
        denied = {question for question in QUESTIONS if self.denied(purpose, record, question, before)}
        self.ledger.bring(purpose, record, act, scope, before)
        for question in denied:
            assert self.ledger.said(purpose, record, question).state == State.DENIED

    def denied(self, purpose, record, question, before):
        """Whether a denial stands that is not older than what the file will say."""
        said = self.ledger.said(purpose, record, question)
        return said.state == State.DENIED and (self.ledger.now - said.by.at).total_seconds() <= before * 3600

    @rule(which=st.integers(0, 9))
    def a_file_is_sent_again(self, which):
        claims = sorted(self.ledger.claims, key=repr)
        if claims:
            before = self.ledger.states()
            assert not self.ledger.send(claims[which % len(claims)])
            assert self.ledger.states() == before

    @rule(one=RECORD, other=RECORD)
    def two_are_merged(self, one, other):
        if self.ledger.cluster(one) != self.ledger.cluster(other):
            apart, clusters = self.ledger.cluster(one), self.ledger.clusters
            before = self.answers()
            self.ledger.merge(one, other)
            self.ledger.unmerge(apart)
            assert set(self.ledger.clusters) == set(clusters)
            assert self.answers() == before
            self.ledger.merge(one, other)

    @rule(leaving=SOME)
    def some_are_unmerged(self, leaving):
        self.ledger.unmerge(leaving)

    def answers(self):
        return {
            (cluster, purpose, question): self.ledger.together(purpose, cluster, question)
            for cluster in self.ledger.clusters
            for purpose in PURPOSES
            for question in QUESTIONS[1:3]
        }

    @invariant()
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


def test_consent_keeps_its_promises_in_any_order():
    run_state_machine_as_test(
        People,
        settings=settings(
            max_examples=scaled(120, 2_000),
            stateful_step_count=40,
            deadline=None,
            derandomize=not SOAK,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
