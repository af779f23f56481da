"""Notes and tags by the API."""

import json

import pytest

from cmdm.actions.users import issue_token
from cmdm.models import system_user
from stewardship.models import Note, Tagging
from tests.stewardship.scene import stranger
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    def ask(user, method, path, body=None):
        token = issue_token(actor=system_user(), user=user)
        content = json.dumps(body) if body is not None else ""
        headers = {"authorization": f"Bearer {token}"}
        return getattr(client, method)(f"/api/v1/{path}", content, content_type="application/json", headers=headers)

    return ask


def test_a_note_is_written_and_read(api, crm, marta, jonas, outsider):
    ann = stranger(crm, 1)
    path = f"customers/{ann.customer.key}/notes/"
    made = api(marta, "post", path, {"text": "@jonas called", "record": {"source": "crm", "key": "K1"}})
    assert (made.status_code, made.json()["about"], made.json()["record"]) == (
        201,
        "record",
        {"source": "crm", "key": "K1"},
    )
    assert [one["text"] for one in api(jonas, "get", path).json()["results"]] == ["@jonas called"]
    assert Note.objects.get().mentions.get().user == jonas

    assert api(outsider, "get", path).status_code == 404
    assert api(outsider, "post", path, {"text": "x"}).status_code == 404
    assert api(make_user("reader", domain=crm.domain), "post", path, {"text": "x"}).status_code == 403
    for wrong in ({}, {"text": "@outsider"}, {"text": ""}, {"text": "x" * 2001}, {"text": "x", "by": "marta"}):
        assert 400 <= api(marta, "post", path, wrong).status_code < 423, wrong
    assert Note.objects.count() == 1


def test_a_tag_is_put_and_taken_away(api, crm, marta, outsider):
    ann = stranger(crm, 1)
    path = f"customers/{ann.customer.key}/tags/"
    made = api(marta, "post", path, {"name": "VIP"}).json()
    assert [one["name"] for one in api(marta, "get", path).json()["results"]] == ["VIP"]
    assert api(marta, "post", path, {"name": "vip"}).status_code == 409

    assert api(outsider, "delete", f"{path}{made['id']}/").status_code == 404
    assert api(marta, "delete", f"{path}{made['id']}/").status_code == 204
    assert not Tagging.objects.exists()
