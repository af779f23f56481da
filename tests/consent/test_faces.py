"""May the newsletter go to Karl's address: whoever asks, wherever, hears the same."""

import csv
import io

import pytest

from cmdm import clock
from cmdm.models import OutboxEvent
from consent.queries.effects import effects
from consent.queries.panel import consents_of
from consent.queries.permitted import permitted
from consent.queries.portal_consents import topics
from consent.queries.portal_data import holdings
from consent.queries.standing import standings
from customers.actions.exports import export_customers
from customers.models import Customer
from tests.api.conftest import client_of
from tests.consent.test_recording import MAIL, Scene
from tests.support.records import now

pytestmark = pytest.mark.django_db
USE = {"purpose": "newsletter", "channel": "email"}


@pytest.fixture
def scene():
    return Scene(key="newsletter")


def faces(scene, api):
    """The answer of each face of the hub."""
    karl = now(scene.karl).customer
    key, mine = karl.key_text, {"customers": [karl.key_text], **USE}
    exported = "".join(
        export_customers(Customer.objects.all(), actor=scene.lead, purpose="system", use="newsletter/email")
    )
    row = next(row for row in consents_of(karl, scene.lead) if row.purpose == scene.purpose)
    proved = [scene.karl.pk, scene.nora.pk] if now(scene.nora).customer == karl else [scene.karl.pk]
    switches = [one for topic in topics(proved, holdings(proved)) for one in topic.switches if one.kind == "email"]
    stand = standings([karl], scene.lead)
    told = OutboxEvent.objects.filter(topic="consent.changed", payload__contact=scene.contact.pk).order_by("pk").last()
    listed = api.at("customers/", **USE).json()["results"]
    one = api.at(f"customers/{key}/", **USE).json()
    return {
        "the port": permitted([karl], "newsletter", "email", clock.now())[karl.pk].admits(scene.contact.pk),
        "the check": api.send("consent/check/", mine).json()["results"][0]["permitted"],
        "the customer": one["permitted"],
        "his address there": MAIL in str(one["values"]),
        "the list": any(MAIL in str(each["values"]) for each in listed if each["key"] == key),
        "the links to stop": [
            each["address"]["value"] for each in api.send("consent/stop-links/", mine).json()["results"]
        ]
        == [MAIL],
        "the export": MAIL in {line["email"] for line in csv.DictReader(io.StringIO(exported))},
        "the page": any(said.allowed for said in row.said),
        "the card": bool(stand) and str(stand[0].joined.text) == "Permitted",
        "the portal": any(switch.on for switch in switches),
        "who listens": told is not None and told.payload["permitted"],
    }


def test_all_faces_give_one_answer_after_a_yes_a_merge_with_a_no_and_their_parting(scene):
    api = client_of(scene.lead)
    assert set(faces(scene, api).values()) == {False}, "nobody was asked"
    scene.grant()
    assert [face for face, answer in faces(scene, api).items() if not answer] == []
    scene.deny(scene.nora)
    assert effects([now(one).customer for one in (scene.karl, scene.nora)], scene.lead), "the card says what would stop"
    scene.merge()
    assert [face for face, answer in faces(scene, api).items() if answer] == []
    scene.unmerge()
    assert [face for face, answer in faces(scene, api).items() if not answer] == []
