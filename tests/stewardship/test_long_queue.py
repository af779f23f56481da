"""What the benchmark of the workbench fills a hub with is what the hub's tables take today."""

import runpy
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from stewardship.models import Task
from tests.stewardship.scene import CROWD

pytestmark = pytest.mark.django_db
BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "workbench.py"


def test_the_long_queue_is_filled_and_can_be_read(client, marta, crm):
    benchmark = runpy.run_path(str(BENCHMARK))
    given = {"first": benchmark["FIRST"], "source": crm.pk, "domain": crm.domain_id, "records": 8}
    with connection.cursor() as cursor:
        for statement in (*CROWD, *benchmark["PAIRS"]):
            cursor.execute(statement, {**given, "change": benchmark["CHANGE"]})
    client.force_login(marta)

    assert Task.objects.open().count() == 8
    assert client.get(reverse("stewardship:queue")).status_code == 200
