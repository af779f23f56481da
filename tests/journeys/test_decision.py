"""Follow one decision: from the queue to the golden customer, and back.

queue page → `stewardship.actions.tasks` → `matching.actions.ledger` → `customers.actions.golden`
"""

import pytest
from django.urls import reverse

from cmdm.models import AuditEntry, OutboxEvent
from customers.models import Customer, SourceRecord
from matching.models import Candidate, LedgerEntry, Verdict
from stewardship.models import Task
from tests.stewardship.scene import make_source, put
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db

HOUSE = [{"kind": "home", "line1": "Am Kirchplatz 4", "postal_code": "87616", "city": "Marktoberdorf", "country": "DE"}]
LANDLINE = {"value": "+49834255017", "kind": "home"}


def form_of(card):
    """What the card would post."""
    return {"seen": card.seen, "strength": "advise", "reason": "the shop asked him"}


def test_a_question_is_answered_acted_upon_and_taken_back(client):
    retail = make_domain("retail")
    marta = make_user("steward", domain=retail, name="marta")
    crm, shop = make_source(retail, "crm", trust=80), make_source(retail, "shop", trust=40)

    # A record comes in that is much like somebody we know, but born in another generation: a person has to look.
    karl = {"given_name": "Karl", "address": HOUSE, "phone": [LANDLINE]}
    senior = {**karl, "family_name": "Oberländer", "birth_date": "1954-03-17", "email": [{"value": "karl@t-online.de"}]}
    junior = {**karl, "family_name": "Oberlaender", "birth_date": "1985-11-02", "suffix": "jun."}
    junior["email"] = [{"value": "k.oberlaender85@gmail.com"}]
    father = put(crm, "40118", **senior)
    son = put(shop, "88203", **junior)
    assert father.customer_id != son.customer_id
    task = Task.objects.get()
    assert task.customers == [father.customer_id, son.customer_id]

    # Marta starts with the first card of the queue; it is hers now.
    client.force_login(marta)
    assert "Karl Oberländer" in client.get(reverse("stewardship:queue")).text
    address = client.post(reverse("stewardship:next") + "?queue=possible").url
    card = client.get(address).context["card"]
    assert card.mine and card.task == task

    # She says that they are the same.
    client.post(reverse("stewardship:decide", args=[task.pk]), {"decision": "same", **form_of(card)})
    merged = Customer.objects.get(status="active")
    assert SourceRecord.objects.filter(customer=merged).count() == 2
    assert (merged.values["birth_date"], merged.values["suffix"]) == ("1954-03-17", "jun.")
    assert (Task.objects.get().status, Candidate.objects.open().count()) == ("done", 0)
    answer = task.answers.get()
    assert LedgerEntry.objects.get(deed="merge").change == answer.change
    assert AuditEntry.objects.get(change=answer.change).actor == marta
    assert OutboxEvent.objects.filter(change=answer.change, topic="customer.merged").exists()
    assert Verdict.objects.in_force().get().answer == "same"

    # She sees her mistake: one key, and everything stands as it did.
    client.post(reverse("stewardship:undo", args=[answer.pk]))
    father.refresh_from_db()
    son.refresh_from_db()
    assert [father.customer_id, son.customer_id] == task.customers
    assert not Verdict.objects.in_force().exists()
    again = Task.objects.get()
    assert (again.status, again.round, again.taken_by) == ("open", 2, marta)

    # Father and son: related, not the same. The question does not come back.
    card = client.get(reverse("stewardship:task", args=[task.pk])).context["card"]
    client.post(reverse("stewardship:decide", args=[task.pk]), {"decision": "related", **form_of(card)})
    assert not Task.objects.open().exists()
    put(shop, "88203", "2025-01-01", **junior, occupation="baker")
    assert Customer.objects.filter(status="active").count() == 2
