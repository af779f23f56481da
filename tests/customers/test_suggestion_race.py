"""Two at one suggestion at the same moment: exactly one wins, the other hears why."""

import threading

import pytest
from django.db import connection, transaction

from cmdm.actions import Refused
from cmdm.models import User
from customers.actions.suggesting import taking
from customers.models import Customer, SourceRecord, SuggestionAnswer
from tests.customers.suggesting import BERLIN, counted, lacking, neighbours, suggested
from tests.support.people import make_domain, make_user
from tests.support.records import make_source

pytestmark = pytest.mark.race
WAIT = 1.5  # seconds in which whoever waits for nobody would be done


@pytest.fixture
def scene(committing):
    domain = make_domain()
    source = make_source(domain)
    neighbours(source)
    record = lacking(source)
    counted()
    first, second = make_user("steward", domain=domain), make_user("steward", domain=domain)
    (one,) = suggested(record.customer, first)
    return record, one.mark, first, second


def beside(mine, other):
    """``other`` begins while ``mine`` is done and not committed; what came of it. It waits for the commit."""
    told = []

    def run():
        try:
            told.append(other())
        except Exception as refusal:
            told.append(refusal)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        mine()
        thread.start()
        thread.join(WAIT)
        assert told == [], "it waits for the first to be done"
    thread.join(60)
    return told[0]


def take(record, mark, user):
    return taking.take(Customer.objects.get(pk=record.customer_id), mark, actor=User.objects.get(pk=user.pk))


def deliver(record, city):
    lacking(record.source, address=[{"line1": "Invalidenstr. 7", **BERLIN, "city": city}])


def test_two_people_take_it_and_one_of_them_fills_it_in(scene):
    record, mark, first, second = scene
    came = beside(lambda: take(record, mark, first), lambda: take(record, mark, second))
    assert isinstance(came, Refused) and "stands no longer" in str(came.sentence)
    assert SuggestionAnswer.objects.get().by == first
    assert SourceRecord.objects.filter(about=record).count() == 1
    customer = Customer.objects.get(pk=record.customer_id)
    assert [one["city"] for one in customer.values["address"]] == ["Berlin"]


def test_one_takes_it_while_another_dismisses_it(scene):
    record, mark, first, second = scene
    customer = Customer.objects.get(pk=record.customer_id)
    came = beside(lambda: taking.dismiss(customer, mark, actor=first), lambda: take(record, mark, second))
    assert isinstance(came, Refused) and "stands no longer" in str(came.sentence)
    assert SuggestionAnswer.objects.get().answer == "dismissed"
    assert not SourceRecord.objects.filter(about=record).exists()


def test_the_source_delivers_it_while_somebody_takes_it(scene):
    record, mark, first, _second = scene
    came = beside(lambda: deliver(record, "Berlin-Mitte"), lambda: take(record, mark, first))
    assert isinstance(came, Refused) and "stands no longer" in str(came.sentence)
    assert not SuggestionAnswer.objects.exists()
    customer = Customer.objects.get(pk=record.customer_id)
    assert [one["city"] for one in customer.values["address"]] == ["Berlin-Mitte"]


def test_somebody_takes_it_while_the_source_delivers_another(scene):
    record, mark, first, _second = scene
    came = beside(lambda: take(record, mark, first), lambda: deliver(record, "Berlin-Mitte"))
    assert came is None
    customer = Customer.objects.get(pk=record.customer_id)
    assert customer.values["address"][0]["city"] == "Berlin-Mitte"
    assert SuggestionAnswer.objects.get().answer == "taken"
