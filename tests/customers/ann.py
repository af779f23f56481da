"""Annette Bergström, whom two sources know, one of them by a wrong name."""

from cmdm.models import Domain, system_user
from customers.actions.received import Received
from customers.actions.records import take_in
from customers.models import Customer, SourceRecord
from tests.customers.files import make_source

ANN = {"given_name": "Annette", "family_name": "Bergström", "birth_date": "1961-04-11"}
MAIL = {"email": [{"value": "annette.bergstroem@mail.example"}], "phone": [{"value": "+498342550170"}]}


def make_ann(domain: Domain) -> Customer:
    """One customer of two records: the trusted one calls her Annette, the other one Anette."""
    for key, trust, name in (("crm", 90, "Annette"), ("shop", 10, "Anette")):
        source = make_source(domain, key, trust=trust)
        take_in(source, [Received("1", {**ANN, **MAIL, "given_name": name})], actor=system_user())
    return Customer.objects.active().get()


def of(source: str) -> SourceRecord:
    """The record of this source."""
    return SourceRecord.objects.get(source__key=source)


def golden(customer: Customer) -> dict:
    """The golden values as they are now."""
    customer.refresh_from_db()
    return customer.values
