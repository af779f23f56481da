"""The timeline: everything that happened to a customer in one order, without a gap, nothing from closed domains."""

from datetime import date

import pytest
from django.urls import reverse

from cmdm import clock
from customers.actions import corrections, pins
from customers.models import Customer, SourceRecord
from customers.queries.timeline import timeline
from customers.views import timeline as views
from matching.actions import ledger, verdicts
from stewardship.actions import notes, tags
from tests.stewardship.scene import put, stranger
from tests.support.people import make_user
from tests.support.records import seen

pytestmark = pytest.mark.django_db


def told(customer, user, **more):
    return [(one.where.kind, str(one.words)) for one in timeline(customer, user, **more)]


@pytest.fixture
def ann(crm, shop, kiosk, marta, branch):
    """Two records of one person, one of a closed domain, and everything that people did."""
    both = make_user("steward", domains=(crm.domain, branch))
    one, other, closed = stranger(crm, 1), stranger(shop, 2), stranger(kiosk, 3)
    put(crm, "K1", "2024-07-01", **{**one.values, "given_name": "Maya"})
    apart = stranger(crm, 9)
    verdicts.keep_apart(one, apart, actor=marta, answer="different", reason="Asked her", seen=seen(one, apart))
    found = list(Customer.objects.filter(records__in=[one, other, closed]).distinct())
    survivor = ledger.merge(found, actor=both, seen={c.pk: c.version for c in found})
    records = {key: SourceRecord.objects.get(pk=r.pk) for key, r in (("one", one), ("closed", closed))}
    pins.pin(records["one"], "birth_date", actor=both, until=date(2099, 1, 1), reason="Passport")
    survivor.refresh_from_db()
    corrections.correct(survivor, actor=both, attribute="middle_name", value="Ann", about=records["one"], reason="")
    notes.write(actor=marta, record=records["one"], text="Called back")
    notes.write(actor=both, record=records["closed"], text="Their secret")
    tags.put(records["one"], actor=marta, name="vip")
    return survivor


def test_every_kind_is_told_and_none_of_a_closed_domain(ann, marta, retail):
    words = told(ann, marta, size=100)

    kinds = [kind for kind, _words in words]
    assert set(kinds) == {"record", "version", "pin", "link", "verdict", "note", "tag"}
    said = " / ".join(text for _kind, text in words)
    for expected in (
        "CRM K1 came in, version 2",
        "SHOP K2 came in",
        "Answered “Different”",
        "Tagged “vip”",
        "Corrected:",
    ):
        assert expected in said
    assert "KIOSK" not in said
    assert all("secret" not in str(one.detail) for one in timeline(ann, marta, size=100))


def test_pages_follow_each_other_without_a_gap_though_much_happened_at_once(ann, marta):
    whole = told(ann, marta, size=100)
    pages, before = [], None
    while found := timeline(ann, marta, before=before, size=2):
        pages += [(one.where.kind, str(one.words)) for one in found]
        before = found[-1].where
    assert pages == whole


def test_at_one_moment_all_is_told_once(crm, marta):
    with clock.at(clock.now()):
        record = stranger(crm, 1)
        for name in ("a", "b", "c", "d"):
            tags.put(record, actor=marta, name=name)
        notes.write(actor=marta, record=record, text="At once")
        whole = told(record.customer, marta, size=100)
        pages, before = [], None
        while found := timeline(record.customer, marta, before=before, size=1):
            pages += [(one.where.kind, str(one.words)) for one in found]
            before = found[-1].where
    assert pages == whole
    assert len(whole) == len(set(whole)) == 6


def test_the_page_is_paged_and_of_who_may_see_the_customer(client, ann, marta, monkeypatch):
    monkeypatch.setattr(views, "SIZE", 3)
    address = reverse("customers:timeline", args=[ann.key])
    client.force_login(marta)
    first = client.get(address)
    assert len(first.context["moments"]) == 3
    assert "Called back" in first.text
    assert client.get(address + first.context["next"]).status_code == 200
    assert client.get(address, {"before": "made-up"}).status_code == 404

    client.force_login(make_user("steward", domain=None))
    assert client.get(address).status_code == 404
