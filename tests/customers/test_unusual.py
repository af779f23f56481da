"""Loads that differ from those before: counted, told, said something of; held where the source wants that."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from cmdm import clock, crypto
from cmdm import jobs as work
from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, OutboxEvent
from customers import jobs
from customers.actions import loads, unusual
from customers.actions.approving import approve
from customers.actions.sources import change_source
from customers.models import Attribute, Load, LoadCensus, SourceRecord
from customers.queries.unusual import sealing, unusual_in
from customers.queries.unusual_board import lateness
from customers.rules.unusual.expecting import FEWEST
from tests.customers.files import MAPPING, row, run, text, upload
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db
ROWS = 20
SECRET = "dominating.mailbox@mail.example"


def file(number: int, rows: int = ROWS, **other: str) -> str:
    """A file of new persons: the number says which."""
    return text(*(row(number * 200 + one, **other) for one in range(rows)))


@pytest.fixture
def before(source, olga):
    """As many loads as it takes to compare the next."""
    return [run(upload(source, file(number), actor=olga), actor=olga) for number in range(FEWEST)]


@pytest.fixture
def odd(before, source, olga):
    """The next has nine times the rows, and one e-mail address in all of them."""
    return run(upload(source, file(9, rows=180, mail=SECRET), actor=olga), actor=olga)


@pytest.fixture
def at_work(client, olga):
    client.force_login(olga)
    return client


def holding(source, is_held: bool):
    return change_source(
        source, actor=make_user("administrator", domain=source.domain), fields={"hold_unusual": is_held}
    )


def found_in(load: Load) -> set[tuple[str, str]]:
    return {(one["rule"], one["attribute"]) for one in LoadCensus.objects.get(load=load).findings}


def page(client, load: Load) -> str:
    return client.get(reverse("customers:import", args=[load.pk])).text


class TestComparing:
    def test_the_first_loads_are_counted_and_not_compared(self, before, source, olga):
        for load in before:
            census = LoadCensus.objects.get(load=load)
            assert (census.rows, census.seen, census.found) == (ROWS, ROWS, 0)
            assert census.judged_at is not None
            assert census.loads < FEWEST or load == before[-1]
        assert unusual_in(before[0], olga).too_few

    def test_one_like_those_before_is_not_told_of(self, before, source, olga):
        load = run(upload(source, file(6), actor=olga), actor=olga)
        assert found_in(load) == set()
        assert not OutboxEvent.objects.filter(topic="load.unusual").exists()

    def test_one_that_differs_is_told_of_by_rule_and_attribute(self, odd):
        assert {("rows", ""), ("top", "email.home")} <= found_in(odd)
        event = OutboxEvent.objects.get(topic="load.unusual")
        assert event.payload["load"] == str(odd.pk)
        assert ["rows", ""] in event.payload["findings"]
        entry = AuditEntry.objects.get(deed="load.judged", thing_id=str(odd.pk))
        assert entry.counts["unusual"] == len(found_in(odd))

    def test_a_column_that_stays_empty_and_refused_rows_are_told_of(self, before, source, olga):
        load = run(upload(source, file(7, born="", country="Atlantis"), actor=olga), actor=olga)
        assert {("empty", "birth_date"), ("refused", ""), ("faulty", "address")} <= found_in(load)

    def test_a_load_of_the_other_mode_is_another_thing(self, before, source, olga):
        full = upload(source, file(9, rows=180), actor=olga, mode="replace")
        load = run(full, actor=olga, confirmed=True)
        assert found_in(load) == set()
        assert LoadCensus.objects.get(load=load).loads == 0

    def test_comparing_again_changes_nothing(self, odd, olga):
        stored = LoadCensus.objects.values().get(load=odd)
        unusual.judge(odd, actor=olga)
        assert LoadCensus.objects.values().get(load=odd) == stored
        assert OutboxEvent.objects.filter(topic="load.unusual").count() == 1

    def test_what_was_cut_off_before_it_was_compared_is_compared_by_whoever_goes_on(self, before, source, olga):
        load = upload(source, file(9, rows=180), actor=olga)
        load = run(load, actor=olga)
        LoadCensus.objects.filter(load=load).update(judged_at=None, findings=[], found=0)
        jobs.run(load, actor=olga, hold=lambda: None, progress=lambda *_args: None)
        assert ("rows", "") in found_in(load)

    def test_no_value_stands_outside_of_the_seal(self, odd):
        census = LoadCensus.objects.values().get(load=odd)
        said = json.dumps({name: value for name, value in census.items() if name != "sealed"}, default=str)
        said += "".join(str(one.payload) for one in OutboxEvent.objects.filter(topic__startswith="load."))
        said += str(list(AuditEntry.objects.values("deed", "counts", "attributes")))
        for value in (SECRET, "dominating", "Anna", "mail.example"):
            assert value not in said
        assert SECRET.encode() not in bytes(census["sealed"])

    def test_the_commonest_values_are_kept_only_where_one_is_told_of(self, before, odd):
        assert LoadCensus.objects.get(load=odd).sealed
        assert not bytes(LoadCensus.objects.get(load=before[0]).sealed)

    def test_of_other_columns_no_value_is_kept_once_it_was_compared(self, odd):
        census = LoadCensus.objects.get(load=odd)
        said = json.loads(crypto.unseal_bytes(bytes(census.sealed), sealing(odd)))
        assert {text for text in said if text} == {SECRET}

    def test_with_its_file_its_commonest_values_are_deleted(self, odd, olga):
        loads.discard(odd, actor=olga)
        assert not bytes(LoadCensus.objects.get(load=odd).sealed)

    def test_a_load_that_cannot_be_compared_is_in_all_the_same(self, before, source, olga):
        LoadCensus.objects.filter(load=before[0]).update(measures={"shares": [["broken"]]})
        load = run(upload(source, file(8), actor=olga), actor=olga)
        assert load.state == Load.State.DONE and load.new == ROWS
        assert LoadCensus.objects.get(load=load).judged_at is None


class TestSaying:
    def test_what_is_accepted_is_history_and_not_told_again(self, odd, source, olga):
        unusual.accept(odd, reason="a new branch", actor=olga)
        again = run(upload(source, file(10, rows=180, mail=SECRET), actor=olga), actor=olga)
        assert ("rows", "") not in found_in(again) and ("top", "email.home") not in found_in(again)
        assert OutboxEvent.objects.filter(topic="load.accepted").exists()
        assert AuditEntry.objects.on("load", odd.pk).filter(deed="load.accepted", actor=olga).exists()

    def test_with_a_fault_nothing_is_compared(self, before, source, olga):
        unusual.confirm_fault(before[0], reason="half of the file", actor=olga)
        load = run(upload(source, file(9, rows=180), actor=olga), actor=olga)
        assert LoadCensus.objects.get(load=load).loads == FEWEST - 1
        assert found_in(load) == set()

    def test_nor_with_what_nobody_has_looked_at(self, odd, source, olga):
        again = run(upload(source, file(10, rows=180, mail=SECRET), actor=olga), actor=olga)
        assert ("rows", "") in found_in(again)
        assert LoadCensus.objects.get(load=again).loads == FEWEST

    def test_it_can_be_taken_back_and_the_history_keeps_both(self, odd, olga):
        unusual.confirm_fault(odd, reason="sent twice", actor=olga)
        unusual.withdraw(odd, actor=olga)
        census = LoadCensus.objects.get(load=odd)
        assert (census.verdict, census.reason, census.said_by) == ("", "", None)
        kept = LoadCensus.history.filter(id=census.pk).order_by("history_id")
        assert [one.reason for one in kept] == ["sent twice", ""]
        unusual.accept(odd, reason="a new branch", actor=olga)

    def test_the_commonest_values_go_with_what_is_said(self, odd, olga):
        assert not bytes(unusual.accept(odd, reason="a campaign", actor=olga).sealed)

    def test_it_is_refused_without_a_reason_a_second_time_and_unsaid(self, odd, olga):
        with pytest.raises(Invalid):
            unusual.accept(odd, reason="  ", actor=olga)
        with pytest.raises(Invalid):
            unusual.accept(odd, reason="x" * 301, actor=olga)
        with pytest.raises(Refused, match="Nobody"):
            unusual.withdraw(odd, actor=olga)
        unusual.accept(odd, reason="a new branch", actor=olga)
        with pytest.raises(Refused, match="already"):
            unusual.confirm_fault(odd, reason="or not", actor=olga)

    def test_it_is_refused_before_it_was_compared(self, source, olga):
        waiting = upload(source, file(1), actor=olga)
        with pytest.raises(Refused, match="compared"):
            unusual.accept(waiting, reason="fine", actor=olga)

    def test_it_is_refused_to_whoever_may_not_import(self, odd, stefan):
        for deed in (unusual.accept, unusual.confirm_fault):
            with pytest.raises(PermissionDenied):
                deed(odd, reason="mine", actor=stefan)
        with pytest.raises(PermissionDenied):
            unusual.withdraw(odd, actor=stefan)

    @pytest.mark.parametrize(
        "broken",
        [{"verdict": "normal"}, {"reason": "why"}, {"found": 2, "judged_at": None}],
        ids=["no reason", "no verdict", "not compared"],
    )
    def test_the_database_keeps_a_verdict_whole(self, before, broken):
        with pytest.raises(IntegrityError), transaction.atomic():
            LoadCensus.objects.filter(load=before[0]).update(**broken)


class TestHolding:
    @pytest.fixture
    def careful(self, before, source):
        return holding(source, True)

    @pytest.fixture
    def second(self, retail):
        return make_user("data owner", domain=retail, name="second")

    def test_an_unusual_file_waits_and_nothing_of_it_is_written(self, careful, olga, second):
        count = SourceRecord.objects.count()
        held = loads.start(upload(careful, file(9, rows=180), actor=olga), actor=olga)
        assert held.waits_for_second and held.is_held and held.job is None
        with pytest.raises(Refused, match="somebody else"):
            jobs.run(held, actor=olga, hold=lambda: None, progress=lambda *_args: None)
        with pytest.raises(Refused):
            approve(held, actor=olga)
        assert SourceRecord.objects.count() == count
        work.run(str(approve(held, actor=second).job_id))
        assert SourceRecord.objects.count() == count + 180

    def test_one_like_those_before_begins_at_once(self, careful, olga):
        assert loads.start(upload(careful, file(9), actor=olga), actor=olga).job is not None

    def test_a_source_that_does_not_hold_lets_it_begin(self, before, source, olga):
        assert loads.start(upload(source, file(9, rows=180), actor=olga), actor=olga).job is not None

    def test_who_mends_the_mapping_is_asked_anew(self, careful, olga):
        odd = upload(careful, text(*(row(2_000 + one, born="") for one in range(ROWS))), actor=olga)
        assert loads.start(odd, actor=olga).is_held
        columns = {name: path for name, path in MAPPING["columns"].items() if name != "born"}
        mended = loads.set_mapping(odd, {**MAPPING, "columns": columns}, "upsert", actor=olga)
        assert not mended.waits_for_second
        assert loads.start(mended, actor=olga).job is not None


class TestHoldingAnyLonger:
    """What happens to held files when their source holds none any more."""

    @pytest.fixture
    def careful(self, before, source):
        return holding(source, True)

    @pytest.fixture
    def held(self, careful, olga):
        return loads.start(upload(careful, file(9, rows=180), actor=olga), actor=olga)

    def test_it_waits_until_somebody_begins_it(self, held, careful, olga, at_work):
        holding(careful, False)
        held = Load.objects.select_related("source").get(pk=held.pk)
        assert held.is_free and held.state == Load.State.UPLOADED and held.job is None
        told = page(at_work, held)
        assert "It is not held any more." in told and reverse("customers:import_start", args=[held.pk]) in told
        begun = loads.start(held, actor=olga)
        assert begun.job is not None and begun.asked_by is None
        work.run(str(begun.job_id))
        assert Load.objects.get(pk=held.pk).new == 180

    def test_its_source_lists_what_is_held_and_what_is_not_any_more(self, held, careful, at_work):
        address = reverse("customers:source", args=[careful.pk])
        link = reverse("customers:import", args=[held.pk])
        assert "Held" in at_work.get(address).text and link in at_work.get(address).text
        holding(careful, False)
        told = at_work.get(address).text
        assert "Not held any more" in told and link in told

    def test_the_dashboard_names_what_is_held(self, held, at_work, client, stefan):
        address = reverse("stewardship:dashboard")
        assert reverse("customers:import", args=[held.pk]) in at_work.get(address).text
        client.force_login(stefan)
        assert reverse("customers:import", args=[held.pk]) not in client.get(address).text


class TestPages:
    def test_a_file_is_told_of_before_it_begins(self, before, source, olga, at_work):
        text_ = page(at_work, upload(source, file(9, rows=180), actor=olga))
        assert 'id="unusual"' in text_ and "Unusual in this file" in text_ and "Rows in the file" in text_
        assert 'id="unusual"' not in page(at_work, upload(source, file(11), actor=olga))

    def test_the_load_says_figure_what_was_expected_and_from_how_many(self, odd, at_work):
        text_ = page(at_work, odd)
        assert "Unusual in this load" in text_
        assert "<b>180</b>" in text_ and f"from {FEWEST} loads" in text_
        assert SECRET in text_

    def test_what_was_expected_is_said_as_people_say_it(self, before, source, olga):
        again = run(upload(source, file(0), actor=olga), actor=olga)
        [told] = [one for one in unusual_in(again, olga).findings if one.rule == "new"]
        assert told.figure == "0 %" and told.expected.startswith("at least ")

    def test_a_sensitive_value_is_hidden_from_who_may_not_reveal(self, odd, olga):
        Attribute.objects.filter(name="email").update(sensitivity="sensitive")
        [told] = [one for one in unusual_in(odd, olga).findings if one.rule == "top"]
        assert told.example and SECRET not in told.example

    def test_too_few_loads_are_said_to_be_too_few(self, source, olga, at_work):
        assert "Not enough loads yet" in page(at_work, run(upload(source, file(1), actor=olga), actor=olga))

    def test_the_list_marks_it_until_somebody_accepts_it(self, odd, at_work):
        assert at_work.get(reverse("customers:imports")).text.count("Unusual</span>") == 1
        at_work.post(reverse("customers:import_verdict", args=[odd.pk]), {"verdict": "normal", "reason": "a branch"})
        assert LoadCensus.objects.get(load=odd).verdict == "normal"
        assert "Unusual</span>" not in at_work.get(reverse("customers:imports")).text
        at_work.post(reverse("customers:import_verdict_withdraw", args=[odd.pk]))
        assert "Unusual</span>" in at_work.get(reverse("customers:imports")).text

    def test_without_a_reason_the_form_says_so(self, odd, at_work):
        answer = at_work.post(reverse("customers:import_verdict", args=[odd.pk]), {"verdict": "fault", "reason": ""})
        assert answer.status_code == 422 and "verdict-form" in answer.text
        assert not LoadCensus.objects.get(load=odd).verdict

    def test_the_dashboard_names_the_newest_to_those_who_import_there(self, odd, at_work, client, stefan):
        address = reverse("stewardship:dashboard")
        told = at_work.get(address).text
        assert "Unusual loads" in told and reverse("customers:import", args=[odd.pk]) in told
        for user in (stefan, make_user("data owner", domain=make_domain("elsewhere"))):
            client.force_login(user)
            assert reverse("customers:import", args=[odd.pk]) not in client.get(address).text

    def test_a_source_marks_its_unusual_loads(self, odd, source, at_work):
        assert "Unusual</span>" in at_work.get(reverse("customers:source", args=[source.pk])).text

    def test_others_find_nothing(self, odd, client, stefan):
        for user in (stefan, make_user("data owner", domain=make_domain("elsewhere"))):
            client.force_login(user)
            for name in ("import_verdict", "import_verdict_withdraw"):
                answer = client.post(reverse(f"customers:{name}", args=[odd.pk]), {"verdict": "normal", "reason": "x"})
                assert answer.status_code == 404
        assert not LoadCensus.objects.get(load=odd).verdict


class TestLateness:
    def sent(self, *days: float) -> list[Load]:
        return [Load(state=Load.State.DONE, created_at=clock.now() - timedelta(days=day)) for day in days]

    def moved(self, loads_: list[Load], *days: float) -> None:
        """As if these had come so many days ago; the days are told from the newest on."""
        for load, day in zip(reversed(loads_), days, strict=True):
            Load.objects.filter(pk=load.pk).update(created_at=clock.now() - timedelta(days=day))

    def test_a_source_is_late_when_its_next_file_is_long_overdue(self):
        weekly = self.sent(3, 10, 17, 24, 31, 38, 45)
        assert not lateness(weekly).is_late and lateness(weekly).usual == "7 d"
        assert lateness(self.sent(60, 67, 74, 81, 88, 95)).is_late

    def test_one_that_sends_every_minute_is_not_late_after_an_hour(self):
        assert not lateness(self.sent(*(0.04 + 0.0007 * number for number in range(9)))).is_late

    def test_the_dashboard_names_a_late_source_to_those_who_import_there(
        self, before, source, olga, at_work, client, stefan
    ):
        address, link = reverse("stewardship:dashboard"), reverse("customers:source", args=[source.pk])
        before = [*before, run(upload(source, file(6), actor=olga), actor=olga)]
        self.moved(before, 3, 10, 17, 24, 31, 38)
        assert "No file came" not in at_work.get(address).text
        self.moved(before, 60, 67, 74, 81, 88, 95)
        told = at_work.get(address).text
        assert "No file came" in told and "every 7 d" in told and f'href="{link}"' in told
        for user in (stefan, make_user("data owner", domain=make_domain("elsewhere"))):
            client.force_login(user)
            assert "No file came" not in client.get(address).text

    def test_of_few_files_nothing_is_said(self):
        assert lateness(self.sent(1, 2, 3, 4, 5)) is None
        stopped = [Load(state=Load.State.STOPPED, created_at=clock.now())] * 9
        assert lateness(stopped) is None
