"""Two ask for households at one moment."""

import threading

import pytest
from django.db import connection, transaction

from cmdm.models import Job, system_user
from matching.actions import householding
from tests.support.people import make_domain
from tests.support.records import ANNA, make_source, stored


@pytest.mark.race
def test_two_relays_ask_once(committing):
    stored(make_source(make_domain()), "1", ANNA)
    actor, told = system_user(), []

    def second():
        told.append(householding.ask_daily(actor=actor))
        connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic():
        assert householding.ask_daily(actor=actor) is not None
        other.start()
        other.join(2)
        assert told == [], "it waits for the first to be done"
    other.join(60)
    assert told == [None] and Job.objects.filter(name=householding.NAME).count() == 1
