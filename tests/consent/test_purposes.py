"""Purposes: drafted, changed, published, retired."""

import pytest
from django.core.exceptions import PermissionDenied

from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, OutboxEvent, system_user
from consent.actions import purposes
from consent.models import Purpose
from tests.consent.scene import make_notice, make_purpose
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db


def test_an_officer_drafts_and_publishes_one():
    officer = make_user("privacy officer", domain=make_domain("retail"))
    purpose = purposes.draft(actor=officer, key="news", fields={"label": "News", "kind": "opt_in"})
    assert purposes.publish(purpose, actor=officer).state == Purpose.State.PUBLISHED
    assert Purpose.history.filter(id=purpose.pk).count() == 2
    assert [entry.deed for entry in AuditEntry.objects.filter(thing="purpose").order_by("pk")] == [
        "purpose.drafted",
        "purpose.published",
    ]
    assert OutboxEvent.objects.get(topic="purpose.published").payload == {"purpose": "news"}


@pytest.mark.parametrize("role", ["steward", "lead", "data owner", "administrator", "auditor"])
def test_no_other_role_may(role):
    user = make_user(role, domain=make_domain("retail"))
    with pytest.raises(PermissionDenied):
        purposes.draft(actor=user, key="news", fields={"label": "News"})


def test_an_officer_of_one_domain_of_two_may_not():
    officer = make_user("privacy officer", domain=make_domain("retail"))
    make_domain("other")
    with pytest.raises(PermissionDenied):
        purposes.publish(make_purpose(published=False), actor=officer)


def test_a_published_one_keeps_its_terms_and_may_say_them_better():
    purpose = make_purpose("news")
    with pytest.raises(Refused):
        purposes.change(purpose, actor=system_user(), fields={"kind": "opt_out"})
    assert purposes.change(purpose, actor=system_user(), fields={"label": "Our news"}).label == "Our news"


def test_a_key_stands_for_one_purpose_and_none_is_part_of_itself():
    purpose = make_purpose("news", published=False)
    with pytest.raises(Invalid):
        purposes.draft(actor=system_user(), key="news", fields={"label": "Again"})
    with pytest.raises(Invalid):
        purposes.change(purpose, actor=system_user(), fields={"parent": purpose})


def test_one_that_a_shown_notice_names_is_not_retired():
    purpose = make_purpose()
    make_notice(purpose)
    with pytest.raises(Refused):
        purposes.retire(purpose, actor=system_user())
    free = make_purpose()
    assert purposes.retire(free, actor=system_user()).state == Purpose.State.RETIRED
    for deed in (purposes.retire, purposes.publish):
        with pytest.raises(Refused):
            deed(free, actor=system_user())
    with pytest.raises(Refused):
        purposes.change(free, actor=system_user(), fields={"label": "Again"})
