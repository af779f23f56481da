"""The page of the match model: versions, figures, and the buttons of a model's life."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from cmdm import jobs, verifying
from cmdm.actions import Refused
from cmdm.models import Domain, Job, system_user
from customers.models import Source, SourceRecord
from matching.actions import asking, matching, models, rehearsing, verdicts
from matching.actions.candidates import Question
from matching.engine.defaults import person_model
from matching.engine.evidence import Score
from matching.engine.model import Model
from matching.models import Candidate, MatchKey, MatchModel, OversizedBlock, PreparedRecord
from matching.queries.diagnoses import diagnoses
from matching.queries.editions import is_behind
from matching.queries.model_pages import model_view
from matching.queries.models import REKEY
from matching.queries.versions import note_of
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA, ANNE, KARL, make_source, person, seen, stored

pytestmark = pytest.mark.django_db
GERMAN = {"accept-language": "de"}


@pytest.fixture
def retail(db):
    return make_domain("retail")


@pytest.fixture
def owner(client, retail):
    crm, shop = make_source(retail, "crm"), make_source(retail, "shop")
    for source, key, values in ((crm, "1", ANNA), (shop, "1", ANNE), (shop, "2", KARL)):
        stored(source, key, values)
    user = make_user("data owner", "steward", domain=retail)
    client.force_login(user)
    return user


@pytest.fixture
def draft(owner):
    model = replace(person_model(), automatic=0.9)
    return models.draft(model, actor=owner, origin="imported", note="a lower line")


def page(row=None, **more):
    asked = "&".join(f"{name}={value}" for name, value in more.items())
    version = f"?version={row.version}&" if row else "?"
    return reverse("matching:model_of", args=["person"]) + version + asked


class TestPage:
    def test_a_draft_is_shown_beside_the_one_in_force_with_what_is_another(self, client, draft):
        text = client.get(page(draft)).text
        assert "Joined by itself from: 0.9, was 0.95" in text
        assert "a lower line" in text and "Promote" not in text, "it was not rehearsed"
        assert "Anna Bergström and Anne Bergström" in text, "the question is explained"

    def test_the_least_certain_question_of_all_is_explained_first(self, client, owner, retail):
        crm = Source.objects.get(key="crm")
        names = [f"{one}{other}" for one in "bcdfg" for other in "aeio"] + ["Zuzana"]
        rows = [stored(crm, f"x{name}", person(name.title() * 2, f"{name.title()}berg")) for name in names]
        pairs = [(one, other) for place, one in enumerate(rows) for other in rows[place + 1 :]]
        said = {one.pk: Score(0, 0.5 if one is rows[-2] else 0.9, 0, 0, (), ()) for one in rows}
        matching.ask([Question(one, other, said[one.pk], 1) for one, other in pairs], actor=owner)
        shown = model_view("person", owner, version=None, tried=None, pair=None)
        assert Candidate.objects.open().count() > 200
        assert "Zuzana" in shown.choices[0][1] and shown.pair.candidate == shown.choices[0][0]

    def test_a_curve_of_a_few_answers_does_not_hide_what_training_estimates(self, client, owner, draft):
        bins = [{"low": 0.0, "high": 0.05, "pairs": 90.0, "mean": 0.01, "true": 0.02}]
        trained = {**draft.definition, "trained": {"calibration": bins, "calibration_error": 0.0121}}
        point = {"low": 0.9, "high": 1, "pairs": 1, "mean": 0.99, "true": 0, "interval": [0, 0.8]}
        for answers, told in ((1, "estimated without answers · error 0.012"), (20, "20 answers · error 0.990")):
            rehearsal = {"answers": answers, "calibration": {"points": [point], "error": 0.99}}
            row = models.draft(Model.from_dict({**trained, "margin": float(answers)}), actor=owner, origin="trained")
            row = rehearsing.rehearse(row, actor=owner, report=lambda done, total, phase: None)
            MatchModel.objects.filter(pk=row.pk).update(rehearsal={**row.rehearsal, **rehearsal})
            assert told in client.get(page(row)).text

    def test_a_rehearsal_brings_its_charts_their_tables_and_the_way_on(self, client, owner, draft):
        rehearsing.rehearse(draft, actor=owner, report=lambda done, total, phase: None)
        text = client.get(page(draft, automatic="0.8", review="0.3")).text
        assert "Customers that would be taken apart" in text and "Customers that “match” would take apart" in text
        shown = model_view("person", owner, version=draft.version, tried=None, pair=None).precision_recall
        assert shown.head.count("95 % interval") == 2, "of the recall, too"
        assert {len(row) for row in shown.rows} == {len(shown.head)}
        for said in ("What it would do", "How the weights spread", "Precision and recall", "As a table", "Promote"):
            assert said in text
        assert "try 0.80" in text and "Rehearse 0.80" in text
        assert text.count("data-chart=") == 3 and "style=" not in text
        other = models.draft(replace(person_model(), automatic=0.91), actor=owner, origin="imported")
        rehearsing.rehearse(other, actor=owner, report=lambda done, total, phase: None)
        text = client.get(page()).text
        assert text.count("waits for a decision") == 1
        assert f"Version {other.version} is rehearsed and waits" in text, "the newest; the others are listed"
        assert client.post(reverse("matching:promote", args=[draft.pk])).status_code == 302
        assert MatchModel.objects.in_force().get(party_type="person").pk == draft.pk

    def test_the_pairs_that_would_move_are_listed_with_both_scores_and_their_customers(self, client, owner, retail):
        score = Candidate.objects.open().get().probability
        lax = models.draft(replace(person_model(), automatic=score - 0.01, review=0.01), actor=owner, origin="imported")
        lists = reverse("matching:rehearsal", args=[lax.pk])
        assert client.get(lists).status_code == 404, "it was not rehearsed"
        rehearsing.rehearse(lax, actor=owner, report=lambda done, total, phase: None)
        text = client.get(lists).text
        for said in ("Anna Bergström", "Anne Bergström", f"{score:.2f}", "/matching/why/?left=", "asked"):
            assert said in text
        assert "Anna Bergström" in client.get(f"{lists}?list=merges").text
        assert "Nothing of this kind" in client.get(f"{lists}?list=lost").text
        assert "Ask about the first of them" in client.get(f"{lists}?list=informative").text
        assert "asked already" in client.post(reverse("matching:ask", args=[lax.pk]), follow=True).text
        assert client.get(f"{lists}?list=nonsense").status_code == 404
        client.force_login(make_user("steward", domain=make_domain("another")))
        text = client.get(lists).text
        assert "Anna" not in text and "Nothing of this kind" in text

    def test_what_people_said_otherwise_stands_beside_the_scores(self, client, owner, retail):
        marta = make_user("steward", domain=retail)
        pair = Candidate.objects.open().get()
        verdicts.keep_apart(pair.left, pair.right, actor=marta, answer="different", seen=seen(pair.left, pair.right))
        lax = models.draft(replace(person_model(), automatic=0.02, review=0.01), actor=owner, origin="imported")
        rehearsing.rehearse(lax, actor=owner, report=lambda done, total, phase: None)

        page = client.get(reverse("matching:model_of", args=["person"]), {"version": lax.version}).text
        assert "Records of the largest" in page and "?list=disputed" in page
        text = client.get(reverse("matching:rehearsal", args=[lax.pk]), {"list": "disputed"}).text
        assert "a person: different" in text and pair.left.customer.number in text

    def test_what_could_not_be_learned_is_one_line_a_comparison(self):
        found = [
            {"fault": "few_seen", "comparison": "birth_date", "level": "different", "pairs": 0},
            {"fault": "few_seen", "comparison": "birth_date", "level": "close", "pairs": 3},
            {"fault": "never_compared", "comparison": "suffix"},
            {"fault": "few_pairs", "pairs": 1},
        ]
        lines = diagnoses(replace(person_model(), trained={"diagnostics": found}))
        assert len(lines) == 3 and lines[0].startswith("Birth date: Too few pairs of one party were seen")
        assert "different (0), " in lines[0] and lines[0].endswith("(3).")
        assert lines[2].startswith("Too few pairs of one party were found to learn from (about 1).")

    def test_in_another_language_nothing_of_it_stays_in_english(self, client, owner):
        found = replace(person_model(), automatic=0.9, prior=-12.5, records=50_000)
        trained = {"pairs": 25_867, "records": 1_911, "drawn": 1_911}
        row = models.draft(replace(found, trained=trained), actor=owner, origin="trained", note="learned from much")
        text = client.get(page(row), headers={"accept-language": "de"}).text
        assert "Abgleichmodell, Personen" in text
        assert text.count("gelernt aus 25.867 Paaren von 1.911 Datensätzen") == 2 and "learned from" not in text
        assert "Gedacht für so viele Datensätze: 50.000, war 100.000" in text
        assert "Ausgangschance: −12,5 Bit, war −17,0" in text
        assert "Postleitzahl" in text and "birth date" not in text and "Selber Haushalt" in text
        assert "Beinahe" in text and "Schließen" not in text.split('id="model-weights"')[1].split("</section>")[0]

    def test_moved_lines_are_kept_as_a_draft_and_rehearsed(self, client, owner):
        held = MatchModel.objects.in_force().get(party_type="person")
        client.post(reverse("matching:adjust", args=[held.pk]), {"automatic": "0.92", "review": "0.3"})
        assert MatchModel.objects.latest("pk").definition["automatic"] == 0.92
        assert Job.objects.filter(name="matching.rehearse").count() == 1
        client.post(reverse("matching:adjust", args=[held.pk]), {"automatic": "0.2", "review": "0.3"})
        assert MatchModel.objects.count() == 3, "lines the wrong way round make none"

    def test_training_and_learning_are_asked_for_once(self, client, owner):
        for name in ("train", "learn"):
            assert client.post(reverse(f"matching:{name}", args=["person"])).status_code == 302
        assert "is being done already" in client.post(reverse("matching:train", args=["person"]), follow=True).text
        assert Job.objects.filter(name__in=["matching.train", "matching.learn"]).count() == 2

    def test_what_comes_out_a_second_time_is_no_failure(self, client, owner, capsys):
        models.draft(replace(person_model(), automatic=0.9), actor=owner, origin="imported")
        jobs_of = Job.objects.order_by("-created_at")
        for _turn in range(2):
            asking.training("person", actor=owner)
            jobs.run(str(jobs_of[0].pk))
        first, again = jobs_of[1], jobs_of[0]
        assert (first.state, again.state) == ("done", "done")
        assert again.result["model"] == first.result["model"]
        assert "Nothing was learned anew" in client.get(reverse("job", args=[again.pk])).text
        with translation.override("de"):
            assert "nichts neu gelernt" in client.get(reverse("job", args=[again.pk]), headers=GERMAN).text.lower()
        call_command("train", "person")
        assert "Nothing was learned anew" in capsys.readouterr().out

    def test_how_a_version_came_to_be_is_told_in_the_readers_language(self, client, owner):
        row = MatchModel.objects.in_force().get(party_type="person")
        with translation.override("de"):
            made = models.adjust(row, actor=owner, automatic=0.9, review=0.25)
        assert note_of(made) == "version 1, lines 0.25 and 0.90"
        with translation.override("de"):
            assert note_of(made) == "Version 1, Schwellen 0.25 und 0.90"
        for kept in ("by hand", "{}", '{"lines": {}}', '{"lines": 3}', "[1]", '{"other": {}}'):
            made.note = kept
            assert note_of(made) == kept

    def test_where_nothing_would_be_joined_no_precision_is_told(self, client, owner, capsys):
        for party in ("organisation", "person"):
            call_command("rehearse", f"{party}:1")
        text = capsys.readouterr().out
        assert "No pair would be joined" in text and "Expected precision 1.000" not in text.split("\n")[0]
        assert "there is nothing to tell" in client.get(reverse("matching:model_of", args=["organisation"])).text

    def test_a_version_goes_out_as_a_file(self, client, draft):
        answer = client.get(reverse("matching:export", args=[draft.pk]))
        assert models.read_file(answer.text).digest() == draft.digest

    def test_who_only_decides_looks_and_changes_nothing(self, client, draft, retail):
        client.force_login(make_user("steward", domain=retail))
        text = client.get(page(draft)).text
        assert "What the model weighs" in text and "Drop" not in text
        for name in ("rehearse", "promote", "drop"):
            assert client.post(reverse(f"matching:{name}", args=[draft.pk])).status_code == 403
        assert client.get(reverse("matching:export", args=[draft.pk])).status_code == 403

    def test_what_does_not_exist_is_not_there(self, client, owner):
        for more in ({"version": "99"}, {"version": "x"}):
            assert client.get(page(**more)).status_code == 404
        assert client.post(reverse("matching:train", args=["ghost"])).status_code == 404


class TestBlocking:
    @pytest.fixture
    def counted(self, client, owner):
        stored(make_source(owner_domain(), "erp"), "1", {**ANNA, "gender": "female"})
        client.post(reverse("matching:count", args=["person"]))
        job = Job.objects.get(name="matching.count")
        jobs.run(str(job.pk))
        return job

    def test_what_each_rule_costs_and_finds_is_shown_and_the_suggestion_becomes_a_draft(self, client, counted):
        text = client.get(reverse("matching:blocks")).text
        assert "Likely pairs that the rules in use find" in text and "beginning of the name in the e-mail" in text
        assert "Rehearse the suggested rules" in text
        answer = client.post(reverse("matching:reblock", args=["person"]))
        draft = MatchModel.objects.get(party_type="person", state="draft")
        assert answer.url.endswith(f"?version={draft.version}")
        assert len(draft.definition["rules"]) == 1, "one rule finds the one pair"

    def test_without_a_count_nothing_is_suggested(self, client, owner):
        assert client.post(reverse("matching:reblock", args=["person"])).status_code == 404
        assert "Not counted yet" in client.get(reverse("matching:blocks_of", args=["organisation"])).text

    def test_what_a_finer_key_leaves_over_is_told(self, client, owner):
        for key, records in ((1, 700), (2, 600)):
            OversizedBlock.objects.create(key=key, rule=0, party_type="person", records=records)
        SourceRecord.objects.get(key="2").match_keys.create(key=2, rule=0, finer=True)
        text = client.get(reverse("matching:blocks")).text
        assert text.count("within finer keys</td>") == 1
        assert f"each with at most {person_model().block_cap} of the others" in text

    def test_who_configures_not_everywhere_counts_nothing(self, client, owner):
        make_domain("another")
        assert client.get(reverse("matching:blocks")).status_code == 403
        assert client.post(reverse("matching:count", args=["person"])).status_code == 403
        assert client.post(reverse("matching:reblock", args=["person"])).status_code == 403


def owner_domain():
    return Domain.objects.get(key="retail")


class TestWorkUnderWay:
    def test_two_rehearsals_at_once_are_both_told_and_asked_for_once(self, client, draft, owner, retail):
        other = models.draft(replace(person_model(), automatic=0.8), actor=owner, origin="imported")
        colleague = make_user("data owner", domain=retail, name="colleague")
        own, theirs = asking.rehearsal(draft, actor=owner), asking.rehearsal(other, actor=colleague)
        text = client.get(page(draft)).text
        assert text.count('id="job-progress"') == 1
        assert "Rehearsing a match model, asked for by Colleague." in text
        assert reverse("matching:rehearse", args=[draft.pk]) not in text, "it is being rehearsed"
        assert "Its rehearsal stops." in text
        for job in (theirs, own):
            jobs.run(str(job.pk))
        assert set(MatchModel.objects.filter(version__gt=1).values_list("state", flat=True)) == {"rehearsed"}
        done = client.get(reverse("job", args=[own.pk])).text
        assert "See what came of it" in done and page(draft)[:-1] in done
        assert "Rehearsing a match model" in client.get(reverse("jobs")).text

    def test_dropping_a_version_stops_its_rehearsal(self, client, draft, owner):
        waiting = asking.rehearsal(draft, actor=owner)
        client.post(reverse("matching:drop", args=[draft.pk]))
        jobs.run(str(waiting.pk))
        waiting.refresh_from_db()
        draft.refresh_from_db()
        assert (waiting.state, waiting.error) == (Job.State.CANCELLED, "")
        assert (draft.state, draft.rehearsal) == ("dropped", {})

    def test_of_a_version_dropped_while_its_rehearsal_compares_nothing_is_kept(self, draft, owner):
        def dropping(done, total, phase):
            if MatchModel.objects.get(pk=draft.pk).is_open:
                models.drop(draft, actor=owner)

        with pytest.raises(Refused):
            rehearsing.rehearse(draft, actor=owner, report=dropping)
        draft.refresh_from_db()
        assert (draft.state, draft.rehearsal) == ("dropped", {})


class TestEarlierEdition:
    @pytest.fixture
    def behind(self, owner):
        MatchKey.objects.filter(record__key="2").delete()
        PreparedRecord.objects.update(preparation=7)

    def test_the_page_says_so_until_the_records_are_prepared_anew(self, client, owner, behind):
        assert "An earlier edition of the hub prepared some records." in client.get(page()).text
        assert "Prepare them anew" in client.get(page()).text
        told = client.post(reverse("matching:renew"), follow=True).text
        assert "They are being prepared anew." in told and "Prepare them anew" not in told
        assert "This is being done already." in client.post(reverse("matching:renew"), follow=True).text
        for job in Job.objects.filter(name=REKEY):
            jobs.run(str(job.pk))
        assert "earlier edition" not in client.get(page()).text
        assert "prepared by this edition" in client.post(reverse("matching:renew"), follow=True).text

    def test_who_configures_not_everywhere_does_not_ask_for_it(self, client, owner, behind, retail):
        make_domain()
        assert client.post(reverse("matching:renew")).status_code == 403
        assert "Prepare them anew" not in client.get(page()).text

    def test_matching_all_prepares_them_first(self, owner, behind):
        matching.run(actor=system_user())
        assert is_behind(), "who compares few does not go through all"
        matching.run(actor=system_user(), everything=True)
        assert not is_behind() and MatchKey.objects.filter(record__key="2").exists()
        assert verifying.broken(["records have the keys of their values"]) == []

    def test_the_commands_say_so(self, owner, behind, capsys):
        call_command("install")
        assert "An earlier edition of the hub prepared some records" in capsys.readouterr().out
        call_command("match")
        assert "An earlier edition of the hub prepared some records" in capsys.readouterr().out
        call_command("match", "--all")
        assert "earlier edition" not in capsys.readouterr().out
