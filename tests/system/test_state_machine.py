"""Any deeds in any order leave everything true that must be true."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cmdm import clock, verifying
from cmdm.models import system_user
from consent.actions import prolonging, voiding
from consent.actions.expiring import expire_due
from consent.rules.folding import State
from customers.actions import catalogue, corrections, pins, relations, sources
from customers.models import Attribute
from matching.actions import ledger, matching, together, verdicts
from stewardship.actions import tasks
from tests.support.scale import SOAK, scaled
from tests.system.world import KEYS, PEOPLE, World, pick, try_to

SIDE = st.integers(0, 1)
WHICH = st.integers(0, 3)
ANY = st.integers(0, 5)
PERSON = st.integers(0, len(PEOPLE) - 1)
RULES = ("most_trusted", "most_recent", "most_frequent", "most_complete", "earliest")
ROLE = st.sampled_from(("steward", "steward", "portal"))
ANSWERS = ("different", "different", "related", "unsure")
# What takes longest, and what no later deed mends, is looked at when an example ends.
AT_THE_END = (
    "every change has its audit entry",
    "tables kept for good take INSERT only",
    "records are found by their words",
    "records have the keys of their values",
    "texts that were shown are what their hash says",
    "what an ending names is an act of the same record and purpose",
    "a consent names the text that was shown and its evidence",
    "a denial that reached others was made somewhere",
    "merges and unmerges say nothing in anybody's name",
    "who gives two answers is what the acts say",
)
AT_ONCE = tuple(check.name for check in verifying.checks if check.name not in AT_THE_END)


class Hub(RuleBasedStateMachine):
    """One example: it works inside a savepoint of the test's transaction, which is taken back at its end."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.looked_at = 0

    def teardown(self) -> None:
        try:
            assert verifying.broken(AT_THE_END) == []
        finally:
            transaction.savepoint_rollback(self.before)

    @initialize(first=st.lists(PERSON, max_size=3), second=st.lists(PERSON, max_size=3))
    def there_are_records(self, first, second):
        for source, numbers in enumerate((first, second)):
            self.world.take(source, list(zip(KEYS, numbers, strict=False)), None)

    @rule(source=SIDE, key=st.sampled_from(KEYS), number=PERSON, hour=st.sampled_from((None, 1, 2)))
    def a_record_arrives(self, source, key, number, hour):
        self.world.take(source, [(key, number)], hour)

    @rule(source=SIDE, numbers=st.lists(PERSON, min_size=2, max_size=len(KEYS)))
    def several_records_arrive(self, source, numbers):
        self.world.take(source, list(zip(KEYS, numbers, strict=False)), None)

    @rule(source=SIDE, key=st.sampled_from(KEYS))
    def a_source_loses_a_record(self, source, key):
        self.world.close(source, key)

    @rule(one=WHICH, other=WHICH)
    def a_steward_merges(self, one, other):
        known = self.world.customers()
        chosen = {customer.pk: customer for customer in (pick(known, one), pick(known, other)) if customer}
        if len(chosen) == 2:
            seen = self.world.versions(*chosen)
            ledger.merge(list(chosen.values()), actor=self.world.steward, seen=seen)

    @rule()
    def a_steward_merges_everything(self):
        known = self.world.customers()
        if len(known) > 2:
            seen = self.world.versions(*[one.pk for one in known])
            ledger.merge(known, actor=self.world.steward, seen=seen)

    @rule(which=WHICH, mask=st.integers(1, 7), ticked=st.booleans())
    def a_steward_unmerges(self, which, mask, ticked):
        customer = pick(self.world.customers(), which)
        mine = [row for row in self.world.records() if customer and row.customer_id == customer.pk]
        named = [row for place, row in enumerate(mine) if mask >> place & 1]
        if named and len(named) < len(mine):
            seen = self.world.versions(customer.pk)
            different = "all" if ticked else ()
            try_to(ledger.unmerge, named, actor=self.world.steward, seen=seen, different=different)

    @rule(which=WHICH)
    def a_steward_undoes_a_merge(self, which):
        entry = pick(self.world.changes("customer.merged"), which)
        if entry:
            try_to(ledger.undo, entry.change, actor=self.world.steward)

    @rule(one=ANY, other=ANY, answer=st.sampled_from(ANSWERS))
    def a_steward_answers_about_a_pair(self, one, other, answer):
        known = self.world.records()
        left, right = pick(known, one), pick(known, other)
        if left and right and left.customer_id != right.customer_id:
            seen = self.world.versions(left.customer_id, right.customer_id)
            verdicts.keep_apart(left, right, actor=self.world.steward, answer=answer, seen=seen)

    @rule(which=WHICH, deed=st.sampled_from(("verdict.different", "verdict.related", "verdict.unsure")))
    def a_steward_withdraws_a_verdict(self, which, deed):
        entry = pick(self.world.changes(deed), which)
        if entry:
            try_to(verdicts.withdraw, entry.change, actor=self.world.steward)

    @rule(which=WHICH)
    def a_steward_keeps_records_together(self, which):
        doubt = pick(self.world.doubts(), which)
        if doubt:
            seen = self.world.versions(doubt.left.customer_id)
            together.keep_together(doubt, actor=self.world.steward, seen=seen)

    @rule(which=WHICH, decision=st.sampled_from(("same", *ANSWERS)))
    def a_steward_decides_a_task(self, which, decision):
        task = pick(self.world.tasks(), which)
        if task:
            seen = self.world.versions(*task.customers)
            try_to(tasks.decide, task, actor=self.world.steward, decision=decision, seen=seen)

    @rule(which=WHICH, places=st.lists(st.integers(0, 2), min_size=6, max_size=6), kin=st.booleans())
    def a_steward_parts_a_group(self, which, places, kin):
        task = pick([task for task in self.world.tasks() if len(task.customers) > 2] or self.world.tasks(), which)
        if task:
            seen = self.world.versions(*task.customers)
            placed = list(zip(places, task.customers, strict=False))
            groups = [[customer for at, customer in placed if at == place] for place in range(3)]
            firsts = [group[0] for group in groups if group]
            related = [[*firsts[:2], "household"]] if kin and len(firsts) > 1 else []
            deed = {"decision": "partition", "groups": groups, "related": related}
            try_to(tasks.decide, task, actor=self.world.steward, seen=seen, **deed)

    @rule(which=WHICH, hold=st.booleans())
    def a_steward_takes_or_gives_back_a_card(self, which, hold):
        task = pick(self.world.tasks(), which)
        if task:
            try_to(tasks.take if hold else tasks.release, task, actor=self.world.steward)

    @rule(which=WHICH)
    def a_steward_takes_an_answer_back(self, which):
        answer = pick(self.world.answers(), which)
        if answer:
            try_to(tasks.undo, answer, actor=self.world.steward)

    @rule()
    def the_machine_matches(self):
        matching.run(actor=system_user(), everything=True)

    @rule(which=ANY, attribute=st.sampled_from(("given_name", "email")), deed=st.sampled_from(("pin", "ignore", "end")))
    def a_steward_pins(self, which, attribute, deed):
        record, pin = pick(self.world.records(), which), pick(self.world.pins(), which)
        if record and deed != "end":
            try_to(getattr(pins, deed), record, attribute, actor=self.world.steward)
        elif pin:
            try_to(pins.end, pin, actor=self.world.steward)

    @rule(which=ANY, number=PERSON, attribute=st.sampled_from(("given_name", "birth_date", "email")), role=ROLE)
    def a_steward_or_a_customer_corrects(self, which, number, attribute, role):
        record, value = pick(self.world.records(), which), PEOPLE[number].get(attribute)
        if record and value:
            words = {"attribute": attribute, "value": value, "role": role}
            corrections.correct(record.customer, actor=self.world.steward, about=record, **words)

    @rule(which=ANY)
    def a_correction_is_withdrawn(self, which):
        known = pick(self.world.corrections(), which)
        if known:
            corrections.withdraw(known, min(known.values), actor=self.world.steward)

    @rule(one=ANY, other=ANY, ending=st.booleans())
    def a_steward_relates(self, one, other, ending):
        left, right = pick(self.world.records(), one), pick(self.world.records(), other)
        relation = pick(self.world.relations(), one)
        if relation and ending:
            relations.end_relation(relation, actor=self.world.steward)
        elif left and right:
            try_to(relations.relate, left, right, actor=self.world.steward)

    @rule(name=st.sampled_from(("given_name", "email", "birth_date")), chosen=st.sampled_from(RULES), source=SIDE)
    def the_business_changes_its_rules(self, name, chosen, source):
        attribute = Attribute.objects.get(name=name)
        catalogue.change_attribute(attribute, actor=system_user(), fields={"rule": chosen})
        trust = 10 if attribute.rule == chosen else 90
        sources.change_source(self.world.sources[source], actor=system_user(), fields={"trust": trust})
        self.world.run_jobs()

    @rule(which=ANY, act=st.sampled_from(("granted", "granted", "withdrawn", "requested")), wide=st.booleans())
    def a_person_says_something_to_a_use_of_his_data(self, which, act, wide):
        record = pick(self.world.records(), which)
        if record:
            self.world.say(record, act, wide=wide)
            assert act != "withdrawn" or not self.world.may_write(record)

    @rule(which=ANY, agrees=st.booleans())
    def a_person_is_seen_again_and_again(self, which, agrees):
        record = pick(self.world.records(), which)
        if record and agrees:
            self.world.say(record, "granted", wide=False)
        for days in (20, 40) if record else ():
            with clock.at(clock.now() + timedelta(days=days)):
                before = self.world.may_write(record)
                prolonging.seen({record.pk: clock.now()}, actor=system_user(), method="api")
                assert self.world.may_write(record) == before == (self.world.heard(record) == State.GRANTED)

    @rule(which=ANY, days=st.sampled_from((0, 40)))
    def consents_lapse(self, which, days):
        record = pick(self.world.records(), which)
        with clock.at(clock.now() + timedelta(days=days)):
            before = record and self.world.may_write(record)
            expire_due(actor=system_user())
            assert record is None or self.world.may_write(record) == before

    @rule(which=ANY, act=st.sampled_from(("granted", "withdrawn", "objected")), hour=st.integers(0, 3))
    def a_file_of_consents_comes_twice(self, which, act, hour):
        record = pick(self.world.records(), which)
        if record:
            denied = self.world.heard(record) == State.DENIED
            self.world.send(record, act, hour)
            after = self.world.may_write(record)
            assert not (denied and after), "an old yes lifts no denial"
            assert self.world.send(record, act, hour) == ["known"]
            assert self.world.may_write(record) == after

    @rule(which=ANY)
    def an_act_is_declared_void(self, which):
        act = pick(self.world.acts(), which)
        if act:
            try_to(voiding.invalidate, act, actor=self.world.steward, evidence=self.world.proof)

    @rule(which=ANY)
    def somebody_asks_whether_he_may_be_written_to(self, which):
        record = pick(self.world.records(), which)
        if record:
            assert self.world.may_write(record) == (self.world.heard(record) == State.GRANTED)

    @invariant()
    def everything_holds(self):
        """Looked at after each deed that wrote anything: what held before a deed without effect holds after it."""
        if (rows := written()) != self.looked_at:
            assert verifying.broken(AT_ONCE) == []
            self.looked_at = rows


def written() -> int:
    """How many rows this transaction has written so far, those included that were taken back."""
    counted = "pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT sum({counted} + pg_stat_get_xact_tuples_deleted(oid)) FROM pg_class WHERE relkind = 'r'"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_any_deeds_in_any_order_keep_every_promise():
    Hub.world = World()
    run_state_machine_as_test(
        Hub,
        settings=settings(
            max_examples=scaled(45, 2_000),
            stateful_step_count=scaled(25, 50),
            deadline=None,
            derandomize=not SOAK,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
