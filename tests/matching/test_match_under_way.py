"""What is being written while `match` begins bears an earlier time than when it is seen: the next run looks at it."""

import threading

from django.db import connection, transaction

from cmdm.models import system_user
from matching.actions import matching
from tests.support.people import make_domain
from tests.support.records import ANNA, make_source, stored, take


def looked_at():
    return matching.run(actor=system_user()).records


def test_a_change_that_began_before_and_ends_after_is_looked_at(committing):
    source = make_source(make_domain("retail"))
    stored(source, "1", ANNA)
    assert looked_at() == 1
    written, go_on = threading.Event(), threading.Event()

    def change():
        try:
            with transaction.atomic():
                take(source, "1", {**ANNA, "gender": "female"})
                written.set()
                assert go_on.wait(60)
        finally:
            written.set()
            connection.close()

    writing = threading.Thread(target=change)
    writing.start()
    assert written.wait(60)
    assert looked_at() == 0
    go_on.set()
    writing.join()
    assert looked_at() == 1
    assert looked_at() == 0
