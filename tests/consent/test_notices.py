"""Notices: drafted, published as they stand, retired; their words never change."""

import hashlib

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry, OutboxEvent, system_user
from consent.actions import notices
from consent.models import Notice
from consent.rules.notices import canonical
from tests.consent.scene import WORDS, make_notice, make_purpose
from tests.support.people import make_domain, make_user

pytestmark = pytest.mark.django_db


def test_an_officer_publishes_what_he_drafted_with_the_hash_of_its_text():
    officer = make_user("privacy officer", domain=make_domain("retail"))
    fields = {**WORDS, "purposes": [make_purpose().key]}
    notice = notices.publish(notices.draft(actor=officer, key="news", language="en", fields=fields), actor=officer)
    kept = Notice.objects.get(pk=notice.pk)
    assert (kept.state, kept.version, kept.published_by) == (Notice.State.PUBLISHED, 1, officer)
    assert kept.sha256 == hashlib.sha256(canonical(vars(kept))).hexdigest()
    assert AuditEntry.objects.filter(deed="notice.published", thing_id=str(notice.pk)).exists()
    assert OutboxEvent.objects.get(topic="notice.published").payload["sha256"] == kept.sha256


def test_the_next_version_retires_the_one_before_in_its_language_only():
    purpose = make_purpose()
    english, german = make_notice(purpose, key="news"), make_notice(purpose, key="news", language="de")
    second = make_notice(purpose, key="news", text="At most twice a week.")
    states = dict(Notice.objects.filter(key="news").values_list("pk", "state"))
    assert second.version == 2
    assert states == {english.pk: "retired", german.pk: "published", second.pk: "published"}
    assert Notice.objects.get(pk=english.pk).valid_until == second.valid_from


def test_one_draft_at_a_time():
    make_notice(make_purpose(), key="news", published=False)
    with pytest.raises(Refused):
        notices.draft(actor=system_user(), key="news", language="en", fields=WORDS)


def test_a_steward_may_not():
    draft = make_notice(make_purpose(), published=False)
    with pytest.raises(PermissionDenied):
        notices.publish(draft, actor=make_user("steward", "lead", domain=make_domain("retail")))


def test_half_a_notice_and_one_about_drafts_are_not_published():
    for words in ({"controller": " "}, {"purposes": []}, {"purposes": [make_purpose(published=False).key]}):
        draft = make_notice(make_purpose(), published=False, **words)
        with pytest.raises(Invalid):
            notices.publish(draft, actor=system_user())


def test_a_published_one_keeps_its_words_also_against_the_database():
    notice = make_notice(make_purpose())
    for deed in (
        lambda: notices.change(notice, actor=system_user(), fields={"text": "Other"}),
        lambda: notices.publish(notice, actor=system_user()),
        lambda: notices.discard(notice, actor=system_user()),
    ):
        with pytest.raises(Refused):
            deed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(text="Other")


def test_a_retired_one_is_not_shown_again_and_a_draft_can_be_deleted():
    notice = notices.retire(make_notice(make_purpose()), actor=system_user())
    assert not Notice.objects.published().filter(pk=notice.pk).exists()
    with pytest.raises(Refused):
        notices.retire(notice, actor=system_user())
    draft = make_notice(make_purpose(), published=False)
    notices.change(draft, actor=system_user(), fields={"text": "Other"})
    notices.discard(draft, actor=system_user())
    assert not Notice.objects.filter(pk=draft.pk).exists()
