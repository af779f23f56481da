"""`train`, `rehearse`, `promote`, `model`, `blocking`: the life of a match model from the command line."""

import io
import json
from dataclasses import replace

import pytest
from django.core.management import call_command

from cmdm.actions import Refused
from cmdm.models import AuditEntry, system_user
from matching.actions import models, rehearsing
from matching.engine.defaults import person_model
from matching.engine.model import Rule
from matching.models import MatchModel
from matching.queries.models import models_in_force
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, ANNA_AGAIN, ANNE, KARL, make_source, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def four(db):
    domain = make_domain()
    crm, shop = make_source(domain), make_source(domain)
    return [stored(crm, "1", ANNA), stored(shop, "1", ANNA_AGAIN), stored(shop, "2", ANNE), stored(crm, "2", KARL)]


def run(*arguments):
    """The answer of a command, as facts."""
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out, stderr=out)
    return json.loads(out.getvalue())


def refused(*arguments) -> str:
    said = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command(*arguments, stdout=io.StringIO(), stderr=said)
    assert end.value.code == 1
    return said.getvalue()


class TestWhoMayLook:
    def test_versions_are_listed_and_compared_by_whoever_sees_their_pages(self, four):
        north = four[0].domain
        reader, steward = make_user("reader", domain=north), make_user("steward", domain=north)
        for deed in (["list"], ["diff", "person:1", "person:1"]):
            assert "right" in refused("model", *deed, "--as", reader.username)
            run("model", *deed, "--as", steward.username)


class TestLifeByCommand:
    def test_a_promotion_that_was_cut_off_goes_on(self, four):
        fewer = replace(person_model(), rules=person_model().rules[:-1])
        row = models.draft(fewer, actor=system_user(), origin="imported")
        row = rehearsing.rehearse(row, actor=system_user(), report=lambda done, total, phase: None)
        assert models.promote(row, actor=system_user()).promoting_since, "its keys are still to come"
        with pytest.raises(Refused, match="is being promoted"):
            models.promote(row, actor=system_user())
        steward = make_user("steward", domain=four[0].domain)
        assert "right" in refused("promote", "person:2", "--as", steward.username)
        assert run("promote", "person:2")["state"] == "in force"

    def test_from_training_to_being_in_force(self, four):
        assert run("train", "person")["state"] == "draft"
        assert "Rehearse the version first" in refused("promote", "person:2")
        told = run("rehearse", "person")
        assert told["state"] == "rehearsed" and told["rehearsal"]["records"] == 4
        gained = run("rehearse", "person:2", "--list", "gained")["pairs"]
        assert gained and gained == told["lists"]["gained"]["pairs"]
        assert all(one["left"]["customer"] and one["before"] < 0.95 <= one["after"] for one in gained)
        assert "counted from 1" in refused("rehearse", "person:2", "--list", "lost", "--page", "0")
        assert "not rehearsed yet" in refused("rehearse", "organisation:1", "--list", "lost")
        assert run("promote", "person:2")["state"] == "in force"
        assert models_in_force()["person"].version == 2
        deeds = list(AuditEntry.objects.order_by("pk").values_list("deed", "origin"))[-8:]
        assert {("model.trained", "command"), ("model.rehearsed", "command"), ("model.promoted", "command")} <= set(
            deeds
        )

    def test_other_blocking_is_built_before_the_command_ends(self, four, tmp_path):
        file = tmp_path / "model.json"
        model = replace(person_model(), rules=(Rule("family", ("family",)), *person_model().rules[:2]))
        file.write_text(json.dumps(model.to_dict()))
        assert run("model", "import", str(file), "--note", "fewer rules")["model"] == "person:2"
        run("rehearse", "person:2")
        assert run("promote", "person:2")["state"] == "in force"
        assert models_in_force()["person"].model.rules == model.rules

    def test_a_draft_is_dropped(self, four):
        run("train", "person")
        assert run("promote", "person", "--drop")["state"] == "dropped"

    def test_a_file_goes_out_and_comes_in_and_differences_are_told(self, four, tmp_path):
        file = tmp_path / "model.json"
        run("model", "export", str(file))
        content = json.loads(file.read_text())
        content["model"] |= {"automatic": 0.9, "finer": ["house", "birth_year"]}
        file.write_text(json.dumps(content))
        run("model", "import", str(file))
        said = run("model", "diff", "person:1", "person:2")["differences"]
        assert said == ["Joined by itself from: 0.9, was 0.95", "Divides large blocks by house number, birth year"]
        assert [row["model"] for row in run("model", "list")["models"]] == ["organisation:1", "person:1", "person:2"]

    def test_what_cannot_be_is_a_sentence(self, tmp_path):
        assert "no such model" in refused("rehearse", "person:99")
        assert "no model of this kind" in refused("train", "ghost")
        assert "No such file" in refused("model", "import", str(tmp_path / "ghost.json"))
        assert "cannot be read or written" in refused("model", "export", str(tmp_path / "ghost" / "model.json"))
        assert "cannot be read or written" in refused("evaluate", str(tmp_path / "ghost.csv"))
        (tmp_path / "truth.csv").write_text("source,key,entity\ncrm,nobody,1\n")
        assert "nothing can be measured" in refused("evaluate", str(tmp_path / "truth.csv"))
        for text, said in (
            ("{}", "model.party_type: is missing"),
            ("{", "no file of a match model"),
            ("\x00", "no file of a match model"),
            ('{"format": "match model 9", "model": {}}', "a newer hub may have written it"),
        ):
            (tmp_path / "bad.json").write_text(text)
            assert said in refused("model", "import", str(tmp_path / "bad.json"))
        (tmp_path / "bad.json").write_bytes(b"\xff\xfe")
        assert "no file of a match model" in refused("model", "import", str(tmp_path / "bad.json"))
        assert MatchModel.objects.count() == 2


class TestBlocking:
    def test_each_rule_is_counted_and_enough_of_them_are_suggested(self, four):
        found = run("blocking", "count")
        by_parts = {tuple(one["parts"]): one for one in found["rules"]}
        assert found["likely"] == 1 and found["recall"] == 1
        assert by_parts["email",]["pairs"] == 1 and by_parts["email",]["found"] == 1
        assert by_parts["birth_date", "postcode"]["used"] is False
        assert len(run("blocking", "suggest")["suggested"]) == 1, "one rule finds the one pair"
        assert AuditEntry.objects.latest("pk").deed == "blocking.counted"
