"""A large load is placed as a whole, with the same outcome as record by record, and with all that belongs to it."""

import pytest

from cmdm import verifying
from cmdm.models import AuditEntry, system_user
from customers import jobs
from customers.models import Customer, Source, SourceRecord
from matching.actions import matching, placing_bulk, placing_slices, placing_stored
from matching.models import Candidate, LedgerEntry, MatchKey, OversizedBlock
from tests.customers.files import row, run, text, upload
from tests.support.records import ANNA, make_source, stored, take

ANNA_ROWS = (
    row(1, given="Anna", family="Bergström", born="1980-02-03", mail="anna@bergstrom.example"),
    row(2, given="Anna", family="Bergstrom", born="1980-02-03", mail="anna@bergstrom.example"),
    row(3, given="Anne", family="Bergström", born="1980-02-13", mail="anne@elsewhere.example"),
)


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch):
    monkeypatch.setattr(jobs, "LARGE", 1)
    monkeypatch.setattr(placing_stored, "MANY", 1)


def load(scene, *rows):
    return run(upload(scene.crm, text(*rows), actor=system_user()), actor=system_user())


def owner(key):
    return SourceRecord.objects.get(key=key).customer_id


def groups():
    found = {}
    for key, customer in SourceRecord.objects.values_list("key", "customer"):
        found.setdefault(customer, set()).add(key)
    return sorted(sorted(each) for each in found.values())


def stored_keys():
    return set(MatchKey.objects.values_list("record__key", "key", "rule", "finer"))


class TestPlacingAsAWhole:
    def test_records_of_one_person_become_one_customer_and_others_their_own(self, scene):
        load(scene, *ANNA_ROWS, row(4))
        assert owner("K00001") == owner("K00002")
        assert len({owner("K00001"), owner("K00003"), owner("K00004")}) == 3
        assert Customer.objects.get(pk=owner("K00001")).version == 1

    def test_the_ledger_has_a_founding_for_each_customer_and_a_link_with_its_evidence(self, scene):
        load(scene, *ANNA_ROWS)
        deeds = sorted(LedgerEntry.objects.values_list("deed", flat=True))
        assert deeds == ["found", "found", "link"]
        link = LedgerEntry.objects.get(deed="link")
        assert link.evidence["record"] == SourceRecord.objects.get(key="K00001").pk
        assert link.probability > 0.95 and link.by_machine and link.evidence["levels"]

    def test_doubtful_pairs_become_candidates_with_their_evidence(self, scene):
        load(scene, *ANNA_ROWS)
        candidate = Candidate.objects.open().get()
        assert {candidate.left.key, candidate.right.key} & {"K00003"}
        assert candidate.evidence["levels"] and 0.3 < candidate.probability < 0.95

    def test_a_load_joins_nobody_to_what_somebody_says_of_himself_without_proof(self, scene):
        portal = make_source(scene.south)
        Source.objects.filter(pk=portal.pk).update(role=Source.Role.PORTAL)
        born, phone = ANNA["birth_date"], "+4915112345678"
        mail = [{"value": "thief@mail.example", "verified": True}]
        own = stored(portal, "me", {**ANNA, "email": mail, "phone": [{"value": phone}]})
        load(scene, row(1, given=ANNA["given_name"], family=ANNA["family_name"], born=born, phone=phone))
        assert owner("K00001") != own.customer_id
        assert Candidate.objects.open().get().kind == "conflict", "a person is asked"

    def test_the_keys_are_those_that_single_records_have(self, scene, monkeypatch):
        load(scene, *ANNA_ROWS, row(4))
        whole = stored_keys()
        SourceRecord.objects.filter(key="K00004").update(digest=b"other")
        monkeypatch.setattr(placing_bulk, "place_all", None)
        for record in SourceRecord.objects.all():
            values = dict(record.values)
            take(scene.crm, record.key, {**values, "gender": "female"})
        assert stored_keys() == whole

    def test_a_record_of_the_load_finds_the_customer_that_is_there_already(self, scene):
        anna = stored(scene.shop, "1", ANNA)
        load(scene, *ANNA_ROWS)
        assert owner("K00001") == owner("K00002") == anna.customer_id
        assert Customer.objects.get(pk=anna.customer_id).version == anna.customer.version + 1

    def test_every_invariant_of_the_hub_holds_afterwards(self, scene):
        stored(scene.shop, "1", ANNA)
        load(scene, *ANNA_ROWS, row(4))
        matching.run(actor=system_user(), everything=True)
        assert verifying.broken() == []

    def test_a_block_over_the_cap_is_listed(self, scene, monkeypatch):
        rows = [row(n, mail="same.box@mail.example") for n in range(1, 510)]
        load(scene, *rows)
        assert OversizedBlock.objects.exists()
        assert MatchKey.objects.filter(finer=True).exists()
        assert not SourceRecord.objects.filter(customer=None).exists()

    def test_the_run_is_in_the_log_with_its_counts(self, scene):
        load(scene, *ANNA_ROWS)
        entry = AuditEntry.objects.get(deed="records.placed")
        assert entry.counts == {"records": 3, "founded": 2}


class TestCutOff:
    def test_a_load_cut_off_between_slices_goes_on_without_a_double_effect(self, scene, monkeypatch):
        monkeypatch.setattr(placing_bulk, "ROWS", 1)
        written = []
        original = placing_slices.write_slice

        def dies(*args, **kwargs):
            if len(written) == 2:
                raise KeyboardInterrupt
            written.append(1)
            return original(*args, **kwargs)

        monkeypatch.setattr(placing_bulk, "write_slice", dies)
        begun = upload(scene.crm, text(*ANNA_ROWS, row(4), row(5)), actor=system_user())
        with pytest.raises(KeyboardInterrupt):
            run(begun, actor=system_user())
        assert SourceRecord.objects.filter(customer__isnull=False).count() == 3

        monkeypatch.setattr(placing_bulk, "write_slice", original)
        run(begun, actor=system_user())

        assert groups() == [["K00001", "K00002"], ["K00003"], ["K00004"], ["K00005"]]
        assert LedgerEntry.objects.filter(deed="found").count() == Customer.objects.count() == 4

    def test_what_somebody_wrote_to_the_same_blocks_meanwhile_is_found(self, scene, monkeypatch):
        original = placing_bulk._planned

        def meanwhile(*args, **kwargs):
            made = original(*args, **kwargs)
            stored(scene.shop, "1", ANNA)
            return made

        monkeypatch.setattr(placing_bulk, "_planned", meanwhile)
        load(scene, *ANNA_ROWS, row(4))
        assert owner("K00001") == owner("K00002") == owner("1")
