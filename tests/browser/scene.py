"""A domain in which every page has something to show, and somebody of every role."""

import itertools
from datetime import date
from typing import Any

from django.contrib.auth.models import Group

from cmdm import access, jobs
from cmdm.actions.domains import grant_role
from cmdm.models import Domain, User, portal_user, system_user
from consent.actions import guardians, portal_anchors, proof, proposals, subject_requests, uploads
from consent.actions.on_behalf import record_on_behalf
from customers.actions import corrections, export_files, households, pins, relations, unusual_values
from customers.models import Customer, Household, HouseholdPair, SourceRecord, ValueFinding
from matching.actions import ledger, verdicts
from stewardship.actions import (
    attachments,
    bulk,
    counting,
    filters,
    notes,
    policies,
    referrals,
    sampling,
    tags,
    tasks,
)
from stewardship.models import Task
from stewardship.queries.wanted import Wanted, waiting
from tests.consent.portal import make_account
from tests.consent.scene import make_notice, make_purpose
from tests.customers import files
from tests.stewardship.scene import ask, put, stranger, task_of
from tests.support.people import make_domain, make_user
from tests.support.records import make_source, now, seen

PEOPLE = tuple(role for role in access.ROLES if role != "consumer")
HOUSE = {"kind": "home", "line1": "Am Kirchplatz 4", "postal_code": "87616", "city": "Marktoberdorf", "country": "DE"}
KARL = {
    "given_name": "Karl",
    "family_name": "Oberländer",
    "birth_date": "1954-03-17",
    "email": [{"value": "karl.oberlaender@t-online.example"}],
    "phone": [{"value": "+49834255017", "kind": "home"}],
    "address": [HOUSE],
    "identifier": [{"scheme": "ssn", "value": "7364009"}],
}
SON = {
    **{name: KARL[name] for name in ("given_name", "phone", "address")},
    "family_name": "Oberlaender",
    "birth_date": "1985-11-02",
    "suffix": "jun.",
    "email": [{"value": "k.oberlaender85@gmail.example"}],
}
TWICE = {"given_name": "Ida", "family_name": "Sommerfeldt", "birth_date": "1977-08-19"}
TWICE |= {"email": [{"value": "ida@sommerfeldt.example"}]}


class Scene:
    """What the pages show: `keys` are the arguments of their addresses."""

    def __init__(self) -> None:
        self.home = make_domain("sweep", match_space="sweep")
        elsewhere = make_domain("sweep-elsewhere", match_space="sweep")
        self.people: dict[str, User] = {role: make_user(role, domain=self.home) for role in PEOPLE}
        self.people["nothing"] = make_user(name="nothing")
        self.people["stranger"] = make_user("lead", "data owner", "auditor", "administrator", domain=elsewhere)
        self.people["everything"] = _everything()
        self.crm, self.shop = make_source(self.home, trust=80), make_source(self.home, trust=40)
        self.keys: dict[str, Any] = {"domain": self.home.pk, "source": self.crm.pk, "user": self.people["reader"].pk}
        self.keys["group"] = Group.objects.order_by("pk").values_list("pk", flat=True)[0]
        self._customers()
        self._review()
        self._imports()
        self._export()
        self._consents()
        self._added()
        self._quality()
        with_job = jobs.enqueue("customers.load", actor=self.people["data owner"], domain=self.home, load=0)
        self.keys["job"] = with_job.pk

    def _customers(self) -> None:
        steward = self.people["steward"]
        karl, son = put(self.crm, "40118", **KARL), put(self.shop, "88203", **SON)
        joined = [stranger(self.crm, 61), stranger(self.shop, 62)]
        [left, right] = [now(record).customer for record in joined]
        survivor = ledger.merge([left, right], actor=steward, seen=seen(left, right), reason="The shop asked.")
        retired = right if survivor.pk == left.pk else left
        away = next(record for record in joined if record.customer_id == retired.pk)
        pin = pins.pin(now(karl), "birth_date", actor=steward, until=date(2099, 1, 1), reason="Seen on his passport.")
        relation = relations.relate(now(joined[0]), now(karl), actor=steward)
        self.keys["household"] = Household.objects.latest("pk").key
        households.form([now(karl), stranger(self.crm, 69)], actor=steward)
        self.keys["pair"] = HouseholdPair.objects.open().latest("pk").key
        karl_s = {"actor": steward, "attribute": "middle_name", "value": "Hans", "about": now(karl)}
        self.keys["correction"] = corrections.correct(now(karl).customer, **karl_s).pk
        self.keys |= {"karl": now(karl).customer.key, "son": now(son).customer.key, "pin": pin.pk, "record": karl.pk}
        self.keys |= {"merged": survivor.key, "retired": retired.key, "away": away.pk, "relation": relation.pk}
        self.keys["inside"] = task_of(ask(now(joined[0]), now(joined[1]), kind="over_merge")).pk
        self.keys["change"] = survivor.ledger.filter(deed="merge").latest("pk").change

    def _review(self) -> None:
        steward = self.people["steward"]
        waiting = task_of(ask(*[stranger(self.crm, 63), stranger(self.shop, 64)]))
        ends = [stranger(self.crm, 65), stranger(self.shop, 66)]
        answered = tasks.decide(task_of(ask(*ends)), actor=steward, decision="different", seen=seen(*ends))
        many = [stranger((self.crm, self.shop)[n % 2], 81 + n) for n in range(6)]
        asked = [ask(*pair) for pair in itertools.pairwise(many)]
        self.keys |= {"task": waiting.pk, "answer": answered.pk, "six": task_of(asked[0]).pk}
        apart = [stranger(self.crm, 67), stranger(self.shop, 68)]
        verdict = verdicts.keep_apart(*apart, actor=steward, answer="different", seen=seen(*apart))
        self.keys |= {"apart": now(apart[0]).customer.key, "verdict": verdict.change}

    def _added(self) -> None:
        """What stewards keep, hand over, prepare for many cards, and add to Karl."""
        steward, lead = self.people["steward"], self.people["lead"]
        asked = task_of(ask(stranger(self.crm, 71), stranger(self.shop, 72)))
        question = {"to": self.people["reader"], "question": "Did these two move?"}
        self.keys["referral"] = referrals.refer(asked, actor=steward, **question).pk
        self.keys["filter"] = filters.keep(actor=steward, name="Sweep", parameters={"queue": "possible"}).pk
        alike = waiting(Wanted(low=0.31, high=0.34), steward)
        task_of(ask(stranger(self.crm, 73), stranger(self.shop, 74), probability=0.33))
        made = bulk.prepare(alike, actor=steward, parameters={"queue": "possible"}, decision="different", reason="-")
        self.keys |= {"bulk": made.pk, "opened": made.sample[0]}
        karl = SourceRecord.objects.get(pk=self.keys["record"])
        note = notes.write(actor=lead, record=karl, text="@steward-1 look", mentioned=[steward])
        self.keys |= {"note": note.pk, "mention": note.mentions.get().pk}
        self.keys["tagging"] = tags.put(karl, actor=lead, name="VIP").pk
        self.keys["attachment"] = attachments.attach(karl, actor=lead, name="a.pdf", content=b"%PDF-1.4").pk

    def _quality(self) -> None:
        """What the owner wants, and a sampled join that was right."""
        owner, steward = self.people["data owner"], self.people["steward"]
        fields = {"name": "Contradictions", "contradictory": True, "reason_required": True}
        self.keys["policy"] = policies.add_policy(actor=owner, domain=self.home, fields=fields).pk
        policies.set_target(self.home, actor=owner, fields={"precision": 0.9, "sample": 1.0, "minimum": 10})
        put(self.crm, "90001", **TWICE), put(self.shop, "90001", **TWICE)
        sampling.draw(actor=system_user())
        drawn = Task.objects.open().filter(queue="sample", domains=[self.home.pk]).latest("pk")
        versions = dict(Customer.objects.filter(pk__in=drawn.customers).values_list("pk", "version"))
        tasks.decide(drawn, actor=steward, decision="same", seen=versions)
        counting.count_sources(actor=system_user())

    def _imports(self) -> None:
        owner = self.people["data owner"]
        text = files.text(files.row(1), files.row(2, born="1985-13-40"), files.row(3, country="Atlantis"))
        self.keys["done"] = files.run(files.upload(self.shop, text, actor=owner), actor=owner).pk
        self.keys["waiting"] = files.upload(self.crm, text, actor=owner, mapping=None).pk

        put(self.crm, "asdf", given_name="Asdfgh", family_name="Sommerhalter", birth_date="1977-03-02")
        covered, look = unusual_values.STEPS[1]
        unusual_values.settle(covered, look(), actor=system_user(), hold=lambda: None)
        self.keys["unusual"] = ValueFinding.objects.filter(domain=self.home, rule="name_keyboard").latest("pk").pk

    def _export(self) -> None:
        file = export_files.prepare({}, actor=self.people["data owner"], purpose="quality")
        jobs.run(str(file.job_id))
        self.keys["export"] = file.pk

    def _consents(self) -> None:
        purpose = make_purpose(channels=["email"], label="Newsletter")
        self.keys |= {"purpose": purpose.key, "notice": make_notice(purpose, key="sweep").pk}
        self.keys["draft"] = make_notice(purpose, key="sweep", published=False, text="At most twice a week.").pk
        answer = {"purpose": purpose, "act": "granted", "method": "paper", "note": "Form 7", "scan": b"%PDF-1.4"}
        where = {"channel": "email", "contact": ("email", KARL["email"][0])}
        karl = SourceRecord.objects.get(pk=self.keys["record"])
        [event] = record_on_behalf([karl], actor=self.people["steward"], **answer, **where)
        self.keys["event"] = event.pk
        ward = SourceRecord.objects.get(pk=self.keys["away"])
        named = guardians.nominate(ward, karl, actor=self.people["steward"], note="Certificate 7")
        self.keys["guardianship"] = named.pk
        file = proof.prepare(actor=self.people["privacy officer"], reason="person", customer=now(karl).customer)
        jobs.run(str(file.job_id))
        self.keys["proof"] = file.pk
        owner, text = self.people["data owner"], b"id,purpose,answer\n40118,sweep,no\n"
        self.keys["upload"] = uploads.upload(self.crm, text, actor=owner)
        waiting = uploads.waiting(self.keys["upload"], owner)
        assert waiting is not None
        self._asked(karl)
        self.keys["consent_job"] = uploads.start(waiting, ["key", "purpose", "act"], actor=owner).pk

    def _asked(self, karl: SourceRecord) -> None:
        """What Karl asks and says in the portal, and what somebody asks whose address tells nothing."""
        portal, mail = portal_user(), KARL["email"][0]["value"]
        his = make_account(karl, address=mail)
        asked = {"kind": "erase", "text": "All of it.", "records": [karl]}
        self.keys["request"] = subject_requests.receive(his, actor=portal, **asked).pk
        said = {"kind": "correction", "records": [karl], "values": {"birth_date": "1954-03-18"}}
        self.keys["proposal"] = proposals.propose(his, actor=portal, **said).pk
        unknown = make_account(address="k.oberlaender85@gmail.example")
        self.keys["claim"] = portal_anchors.claim(unknown, unknown.contacts.get().contact, actor=portal).pk


def _everything() -> User:
    """Somebody with every verb in every domain there is."""
    chief = make_user(name="everything")
    for domain in Domain.objects.all():
        for role in PEOPLE:
            grant_role(actor=system_user(), user=chief, domain=domain, role=role)
    return User.objects.get(pk=chief.pk)
