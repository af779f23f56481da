"""A match model that comes as a file, on a page: looked at, kept as a draft, never promoted by that."""

import json
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from matching.actions.models import export_file
from matching.engine.defaults import person_model
from matching.models import MatchModel
from tests.matching.test_model_page import owner, retail  # noqa: F401  (the same hub)
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/matching/import/"


def upload(client, content, **more):
    content = content if isinstance(content, bytes) else content.encode()
    return client.post(ADDRESS, {"file": SimpleUploadedFile("model.json", content), **more})


@pytest.fixture
def lower():
    return json.dumps(replace(person_model(), automatic=0.9).to_dict())


class TestLooking:
    def test_what_is_another_is_shown_and_nothing_is_kept(self, client, owner, lower):  # noqa: F811
        answer = upload(client, lower)
        assert answer.status_code == 200 and "Joined by itself from: 0.9, was 0.95" in answer.text
        assert MatchModel.objects.filter(party_type="person").count() == 1

    def test_the_very_same_is_told_and_cannot_be_kept(self, client, owner):  # noqa: F811
        text = export_file(MatchModel.objects.in_force().get(party_type="person"))
        answer = upload(client, text)
        assert "the very same model" in answer.text and "Keep as a draft" not in answer.text
        assert client.post(ADDRESS, {"text": text}).status_code == 409

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"{", "no file of a match model"),
            (b"\xff\xfe\x00", "no file of a match model"),
            (b"[]", ""),
            (b"", ""),
        ],
    )
    def test_what_is_none_is_refused_in_words(self, client, owner, content, told):  # noqa: F811
        answer = upload(client, content)
        assert answer.status_code == 422 and told in answer.text and "Keep as a draft" not in answer.text

    def test_a_fault_names_its_place(self, client, owner, lower):  # noqa: F811
        broken = json.loads(lower)
        broken["comparisons"][1]["attribute"] = "shoe_size"
        assert "model.comparisons[1].attribute" in upload(client, json.dumps(broken)).text
        broken = json.loads(lower)
        broken["rules"][2]["parts"] = ["moon"]
        assert "rules[2].parts" in upload(client, json.dumps(broken)).text

    def test_nothing_at_all_is_refused(self, client, owner):  # noqa: F811
        assert client.get(ADDRESS).status_code == 200
        answer = client.post(ADDRESS, {"note": "x"})
        assert answer.status_code == 422 and "Choose a file." in answer.text


class TestKeeping:
    def test_what_was_looked_at_becomes_a_draft_and_decides_nothing(self, client, owner, lower):  # noqa: F811
        shown = upload(client, lower, note="from the test hub")
        kept = client.post(ADDRESS, {"text": shown.context["form"]["text"].value(), "note": "from the test hub"})
        row = MatchModel.objects.get(party_type="person", version=2)
        assert kept.headers["Location"] == "/matching/person/model/?version=2"
        assert (row.state, row.origin, row.note) == ("draft", "imported", "from the test hub")
        assert MatchModel.objects.in_force().get(party_type="person").version == 1

    def test_what_was_altered_on_the_way_is_read_again(self, client, owner, lower):  # noqa: F811
        assert client.post(ADDRESS, {"text": lower.replace('"person"', '"dog"', 1)}).status_code == 422
        assert MatchModel.objects.filter(party_type="person").count() == 1

    def test_who_configures_not_everywhere_imports_nothing(self, client, owner, retail, lower):  # noqa: F811
        client.force_login(make_user("steward", domain=retail))
        assert upload(client, lower).status_code == 403 and client.get(ADDRESS).status_code == 403
