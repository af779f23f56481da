"""Every steward has his own keys: they are printed where they work, kept, refused where they would clash."""

import json

import pytest
from django.urls import reverse

from cmdm.actions import Refused
from stewardship.actions.preferences import keep_keys
from stewardship.models import Preference
from stewardship.rules import keys
from tests.support.people import make_user

pytestmark = pytest.mark.django_db


def test_a_key_that_is_given_up_does_nothing_any_more():
    moved = keys.remapped(keys.keys_of({"same": "y"}))

    assert moved == {"s": "", "y": "s"}


def test_two_deeds_never_share_a_key(marta):
    with pytest.raises(Refused, match="one key"):
        keep_keys(actor=marta, keys={"same": "d"}, off=False, blind=False)
    with pytest.raises(Refused, match="cannot be used"):
        keep_keys(actor=marta, keys={"same": "1"}, off=False, blind=False)
    assert not Preference.objects.exists()


def test_swapping_two_keys_is_no_clash(marta):
    kept = keep_keys(actor=marta, keys={"same": "d", "different": "s"}, off=False, blind=False)

    assert kept.key_map == {"same": "d", "different": "s"}


def test_the_page_keeps_them_and_the_card_prints_them(client, marta, task):
    client.force_login(marta)
    given = {**keys.DEEDS, "same": "y", "blind": "on"}
    del given["blind"]
    answer = client.post(reverse("stewardship:keys"), given, follow=True)

    assert "Your keys are kept." in answer.text
    text = client.get(reverse("stewardship:task", args=[task.pk])).text
    assert json.dumps({"s": "", "y": "s"}).replace('"', "&quot;") in text
    assert '<kbd class="keycap" aria-hidden="true">Y</kbd>' in text


def test_a_clash_is_told_in_its_place(client, marta):
    client.force_login(marta)
    answer = client.post(reverse("stewardship:keys"), {**keys.DEEDS, "same": "d"})

    assert answer.status_code == 409
    assert "“Same” and “Different” would lie on one key." in answer.text


def test_all_can_be_switched_off(client, marta, task):
    client.force_login(marta)
    client.post(reverse("stewardship:keys"), {**keys.DEEDS, "off": "on"})

    assert "data-keys-off" in client.get(reverse("stewardship:task", args=[task.pk])).text


def test_whoever_decides_nothing_has_no_keys(client, retail):
    client.force_login(make_user("reader", domain=retail))

    assert client.get(reverse("stewardship:keys")).status_code == 403
