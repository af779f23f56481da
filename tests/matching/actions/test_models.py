"""Match models live: drafted, rehearsed, promoted or dropped; nothing of customers or answers changes by that."""

import json
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cmdm import jobs, verifying
from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, Job, system_user
from customers.models import Customer
from matching.actions import keys, models, verdicts
from matching.engine.defaults import person_model
from matching.engine.model import Rule
from matching.models import MatchKey, MatchModel, Verdict
from matching.queries.models import REKEY, models_in_force
from tests.support.people import make_user
from tests.support.records import ANNA, KARL, close, person, seen, stored, take

KEYS = "records have the keys of their values"
STRICTER = replace(person_model(), automatic=0.99)
TOO_MANY = [str(number) for number in range(200_001)]
OTHERWISE = replace(
    person_model(), rules=(Rule("family", ("family",)), Rule("year", ("birth_year",)), *person_model().rules[:3])
)


@pytest.fixture
def owner(scene):
    return make_user("data owner", domains=(scene.north, scene.south))


def table(shares):
    return {"typical": 0.01, "unseen": 0.01, "shares": shares}


def again(comparison, number, **other):
    return {**comparison, "code": f"again{number}", **other}


def rehearsed(model, owner):
    row = models.draft(model, actor=owner, origin="imported")
    return models.keep_rehearsal(row, {"against": models_in_force()[model.party_type].version}, actor=owner)


class TestLife:
    def test_a_draft_is_the_next_version_and_decides_nothing(self, owner):
        row = models.draft(STRICTER, actor=owner, origin="imported", note="stricter")
        assert (row.version, row.state, row.base.version) == (2, "draft", 1)
        assert models_in_force()["person"].version == 1
        assert AuditEntry.objects.latest("pk").deed == "model.imported"

    def test_the_same_model_twice_is_refused(self, owner):
        models.draft(STRICTER, actor=owner, origin="imported")
        with pytest.raises(Refused, match="very same"):
            models.draft(STRICTER, actor=owner, origin="imported")

    def test_an_unrehearsed_draft_is_not_promoted(self, owner):
        row = models.draft(STRICTER, actor=owner, origin="imported")
        with pytest.raises(Refused, match="Rehearse"):
            models.promote(row, actor=owner)

    def test_a_rehearsal_against_a_model_that_left_is_none(self, owner):
        one, other = rehearsed(STRICTER, owner), rehearsed(replace(STRICTER, review=0.2), owner)
        models.promote(one, actor=owner)
        with pytest.raises(Refused, match="Rehearse again"):
            models.promote(other, actor=owner)

    def test_promoting_retires_the_one_before_and_keeps_customers_and_answers(self, scene, owner):
        anna, karl = stored(scene.crm, "1", ANNA), stored(scene.shop, "1", KARL)
        verdicts.keep_apart(anna, karl, actor=scene.marta, answer="different", seen=seen(anna, karl))
        before = list(Customer.objects.order_by("pk").values("key", "version", "values"))
        row = models.promote(rehearsed(STRICTER, owner), actor=owner)
        assert row.state == "in force" and row.in_force_since
        assert MatchModel.objects.get(party_type="person", version=1).state == "retired"
        assert models_in_force()["person"].model.automatic == 0.99
        assert list(Customer.objects.order_by("pk").values("key", "version", "values")) == before
        assert Verdict.objects.in_force().count() == 1
        assert not Job.objects.filter(name=REKEY).exists(), "the blocking is the same"
        assert AuditEntry.objects.latest("pk").deed == "model.promoted"

    def test_two_versions_are_never_in_force(self, owner):
        row = models.draft(STRICTER, actor=owner, origin="imported")
        with pytest.raises(IntegrityError), transaction.atomic():
            MatchModel.objects.filter(pk=row.pk).update(state="in force")

    def test_dropping_is_for_what_never_decided(self, owner):
        row = models.drop(models.draft(STRICTER, actor=owner, origin="imported"), actor=owner)
        assert row.state == "dropped"
        assert AuditEntry.objects.latest("pk").deed == "model.dropped"
        with pytest.raises(Refused, match="never came into force"):
            models.drop(MatchModel.objects.get(party_type="person", version=1), actor=owner)

    def test_every_step_needs_the_right_everywhere(self, scene, owner):
        row = rehearsed(STRICTER, owner)
        partly = make_user("data owner", domain=scene.north)
        for deed in (
            lambda: models.draft(replace(STRICTER, review=0.1), actor=partly, origin="imported"),
            lambda: models.keep_rehearsal(row, {}, actor=partly),
            lambda: models.promote(row, actor=partly),
            lambda: models.drop(row, actor=partly),
        ):
            with pytest.raises(PermissionDenied):
                deed()

    def test_moved_lines_make_a_draft_and_nonsense_none(self, owner):
        held = MatchModel.objects.in_force().get(party_type="person")
        row = models.adjust(held, actor=owner, automatic=0.92, review=0.3)
        assert row.definition["automatic"] == 0.92 and row.origin == "adjusted"
        with pytest.raises(Invalid):
            models.adjust(held, actor=owner, automatic=0.2, review=0.3)


class TestFiles:
    def test_an_export_comes_back_as_the_very_same_model(self, owner):
        row = models.draft(STRICTER, actor=owner, origin="imported")
        text = models.export_file(row)
        models.drop(row, actor=owner)
        again = models.import_model(text, actor=owner)
        assert again.digest == row.digest and again.definition == row.definition

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "match model"}', "[" * 100_000])
    def test_what_is_no_model_is_refused(self, owner, text):
        with pytest.raises(Invalid):
            models.import_model(text, actor=owner)

    @pytest.mark.parametrize("odd", ["NaN", "1e999", '"\\u0000"', '"\\ud800"'])
    def test_what_no_database_keeps_is_refused(self, owner, odd):
        whole = json.dumps({**person_model().to_dict(), "trained": {"x": "HERE"}})
        with pytest.raises(Invalid):
            models.import_model(whole.replace('"HERE"', odd), actor=owner)

    @pytest.mark.parametrize(
        ("place", "change"),
        [
            ("model.comparisons[10]", lambda m: m["comparisons"].append({**m["comparisons"][0], "code": "again"})),
            ("model.comparisons[0].label", lambda m: m["comparisons"][0].update(label="Given\u202ename")),
            ("model.comparisons[0].code", lambda m: m["comparisons"][0].update(code=" ")),
            ("model.alternatives[0].label", lambda m: m["alternatives"][0].update(label="x" * 101)),
            ("model.comparisons[0].attribute", lambda m: m["comparisons"][0].update(attribute="shoe_size")),
            ("model.rules[0].parts", lambda m: m["rules"][0].update(parts=["email", "email"])),
            ("model.rules[1].parts", lambda m: m["rules"][1].update(parts=m["rules"][0]["parts"])),
            ("model.rules", lambda m: m.update(rules=[{"code": str(n), "parts": ["email"]} for n in range(61)])),
            ("model.block_cap", lambda m: m.update(block_cap=10**30)),
            ("model.shared_limit", lambda m: m.update(shared_limit=10**30)),
            ("model.margin", lambda m: m.update(margin=1e300)),
            ("model.placeholders.given_name", lambda m: m["placeholders"].update(given_name=["x" * 101])),
            ("model.placeholders.phone", lambda m: m["placeholders"].update(phone=TOO_MANY)),
            ("model.frequencies.city", lambda m: m["frequencies"].update(city=table({"x" * 101: 0.1}))),
            ("model.frequencies.city", lambda m: m["frequencies"].update(city=table(dict.fromkeys(TOO_MANY, 0.1)))),
            (
                "model.comparisons[10]",
                lambda m: m["comparisons"].append(again(m["comparisons"][0], 1, attribute="city")),
            ),
            ("model.comparisons", lambda m: m["comparisons"].extend(again(m["comparisons"][0], n) for n in range(61))),
            ("model.rules[0].code", lambda m: m["rules"][0].update(code="a\u202eb")),
        ],
    )
    def test_what_counts_twice_cannot_be_shown_or_is_beyond_all_bounds_is_refused_by_its_place(
        self, owner, place, change
    ):
        content = person_model().to_dict()
        change(content)
        with pytest.raises(Invalid) as fault:
            models.import_model(json.dumps(content), actor=owner)
        assert fault.value.errors["file"][0].startswith(f"{place}:")

    def test_a_key_that_is_given_twice_is_refused(self, owner):
        text = json.dumps(STRICTER.to_dict())
        with pytest.raises(Invalid) as fault:
            models.import_model('{"prior": -3.0, ' + text[1:], actor=owner)
        assert "'prior'" in fault.value.errors["file"][0]

    def test_a_file_edited_by_hand_is_taken_where_it_is_sound_and_its_fault_is_named_where_not(self, owner):
        content = json.loads(models.export_file(models.draft(STRICTER, actor=owner, origin="imported")))
        content["model"]["automatic"] = 0.5
        assert models.import_model(json.dumps(content), actor=owner).definition["automatic"] == 0.5
        content["model"]["automatic"] = 7
        with pytest.raises(Invalid) as fault:
            models.import_model(json.dumps(content), actor=owner)
        assert "model.automatic" in fault.value.errors["file"][0]


class TestOtherBlocking:
    def promoting(self, owner):
        row = models.promote(rehearsed(OTHERWISE, owner), actor=owner)
        return row, Job.objects.get(name=REKEY)

    def finished(self, job):
        jobs.run(str(job.pk))
        job.refresh_from_db()
        assert job.state == "done", job.error

    def test_the_old_one_decides_until_every_record_has_its_keys(self, scene, owner):
        anna = stored(scene.crm, "1", ANNA)
        row, job = self.promoting(owner)
        assert row.state == "rehearsed" and models_in_force()["person"].version == 1
        again = stored(scene.shop, "1", ANNA)
        assert again.customer_id == anna.customer_id, "found by the old keys"
        assert verifying.broken([KEYS]) == []

        self.finished(job)
        assert models_in_force()["person"].version == row.version
        assert verifying.broken([KEYS]) == []
        assert set(MatchKey.objects.filter(record=anna).values_list("rule", flat=True)) <= set(range(5))
        third = stored(scene.desk, "1", ANNA)
        assert third.customer_id == anna.customer_id, "found by the new keys"

    def test_another_way_to_divide_large_blocks_is_another_set_of_keys(self):
        own = person_model()
        assert models.blocking_of(replace(own, finer=own.finer[:-1])) != models.blocking_of(own)

    def test_what_comes_in_meanwhile_has_the_keys_of_both(self, scene, owner):
        _row, _job = self.promoting(owner)
        for values in (ANNA, {**ANNA, "family_name": "Lindqvist"}):
            record = stored(scene.crm, "1", values)
            held = set(MatchKey.objects.values_list("key", flat=True))
            for model in (models_in_force()["person"].model, OTHERWISE):
                assert {digest for digest, _key in keys.keys_under(model, record, "main")} <= held
        close(scene.crm, "1")
        assert not MatchKey.objects.exists()

    def test_a_cut_off_walk_goes_on_where_it_stood(self, scene, owner, monkeypatch):
        for number in range(4):
            take(scene.crm, str(number), person(f"Name{number}", f"Family{number}", f"198{number}-01-01"))
        monkeypatch.setattr("matching.actions.rekeying.SLICE", 1)
        _row, job = self.promoting(owner)
        monkeypatch.setattr("cmdm.jobs.SLICE_SECONDS", -1)
        turns = 0
        while turns < 30 and not Job.objects.get(pk=job.pk).is_over:
            jobs.run(str(job.pk))
            turns += 1
        assert 8 <= turns < 30
        assert models_in_force()["person"].model.rules == OTHERWISE.rules
        assert verifying.broken([KEYS]) == []

    def test_dropping_it_meanwhile_takes_its_keys_away(self, scene, owner):
        stored(scene.crm, "1", ANNA)
        row, job = self.promoting(owner)
        stored(scene.crm, "2", KARL)
        models.drop(row, actor=owner)
        self.finished(job)
        for later in Job.objects.filter(name=REKEY, state="queued"):
            self.finished(later)
        assert models_in_force()["person"].version == 1
        assert verifying.broken([KEYS]) == []

    def test_only_one_comes_at_a_time(self, owner):
        other = rehearsed(STRICTER, owner)
        self.promoting(owner)
        with pytest.raises(Refused, match="being promoted"):
            models.promote(other, actor=owner)


class TestSize:
    def test_the_shipped_model_follows_the_hub(self, scene):
        models.size("person", 1_000_000)
        held = models_in_force()["person"]
        assert (held.version, held.model) == (2, person_model().sized(1_000_000))
        assert AuditEntry.objects.latest("pk").deed == "model.sized"
        models.size("person", 1_200_000)
        assert models_in_force()["person"].version == 2
        models.size("person", 12_000)
        assert models_in_force()["person"].model == person_model().sized(1_000_000).sized(10_000)

    def test_a_hub_that_grew_leaves_out_rules_that_no_longer_pay_and_drops_their_keys(self, scene):
        stored(scene.crm, "1", ANNA)
        models.size("person", 30_000)
        assert not Job.objects.filter(name=REKEY).exists()
        before = MatchKey.objects.count()
        models.size("person", 1_000_000)
        rules = models_in_force()["person"].model.rules
        assert rules == person_model().rules[: len(rules)]
        assert {rule.code for rule in person_model().rules[len(rules) :]} == {"name_city", "letters_year"}
        assert verifying.broken([KEYS]) == []
        job = Job.objects.get(name=REKEY)
        jobs.run(str(job.pk))
        assert verifying.broken([KEYS]) == []
        assert 0 < MatchKey.objects.count() < before

    def test_a_hub_without_keys_has_none_to_drop(self, scene):
        models.size("person", 1_000_000)
        assert not Job.objects.filter(name=REKEY).exists()

    def test_a_hub_of_few_records_and_one_near_to_what_the_model_is_meant_for_keep_it(self, scene):
        for records in (0, 40, 4_999, 60_000, 190_000):
            models.size("person", records)
        assert models_in_force()["person"].version == 1

    def test_a_model_that_a_person_chose_stays(self, owner):
        models.promote(rehearsed(STRICTER, owner), actor=owner)
        models.size("person", 1_000_000)
        assert models_in_force()["person"].model == STRICTER

    def test_while_another_is_being_promoted_nothing_changes(self, owner):
        models.promote(rehearsed(OTHERWISE, owner), actor=owner)
        models.size("person", 1_000_000)
        assert models_in_force()["person"].version == 1


def test_installing_again_leaves_what_is_in_force(owner):
    assert models.install_models(actor=system_user()) == []
