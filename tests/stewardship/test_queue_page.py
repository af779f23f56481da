"""The queue: rows, facets, filters, and what it never gives away."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cmdm import clock
from cmdm.actions import Refused, action, change_id
from customers.models import SourceRecord
from stewardship.actions import filters as kept
from stewardship.actions import tasks
from stewardship.models import SavedFilter, Tag, Tagging, Task
from stewardship.queries import queue as queries
from stewardship.views import queue as views
from tests.stewardship.scene import ask, close, stranger, task_of
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
QUEUE = reverse("stewardship:queue")


@action
def colleague(*, assigned_to, whom, **fields):
    """A lead gave the card to somebody; its group has these customers."""
    Task.objects.filter(pk=assigned_to.pk).update(assigned_to=whom, change=change_id(), **fields)


@action
def tagged(task, by):
    """A tag on the records of a card."""
    word = Tag.objects.create(name="vip", change=change_id())
    record = SourceRecord.objects.filter(customer=task.customers[0]).first()
    Tagging.objects.create(tag=word, record=record, by=by, change=change_id())
    return word


def page(client, user, **filters):
    client.force_login(user)
    return client.get(QUEUE, filters)


def shown(response):
    return [row.task for row in response.context["page"].rows]


class TestRows:
    def test_a_row_names_both_customers_what_differs_and_where_they_come_from(self, client, marta, task):
        text = page(client, marta).text

        assert "Mai Nguyenab" in text or "Oberländer" in text
        assert "Differs: Birth date" in text
        assert "CRM" in text and "SHOP" in text
        assert reverse("stewardship:task", args=[task.pk]) in text

    def test_the_most_useful_come_first_and_the_oldest_on_demand(self, client, marta, crm, shop):
        with clock.at(clock.now() - timedelta(hours=1)):
            sure = task_of(ask(stranger(crm, 1), stranger(shop, 2), probability=0.94))
        unsure = task_of(ask(stranger(crm, 3), stranger(shop, 4), probability=0.5))

        assert shown(page(client, marta)) == [unsure, sure]
        assert shown(page(client, marta, order="oldest")) == [sure, unsure]

    def test_who_has_taken_it_is_said(self, client, marta, jonas, task):
        tasks.take(task, actor=jonas)
        assert "Jonas" in page(client, marta).text

        tasks.release(task, actor=jonas)
        tasks.take(task, actor=marta)
        assert "You, 15 min" in page(client, marta).text

    @pytest.mark.parametrize("order", ["useful", "oldest"])
    def test_pages_follow_each_other_without_a_gap(self, client, marta, crm, shop, order, monkeypatch):
        monkeypatch.setattr(views, "SIZE", 2)
        opened = {task_of(ask(stranger(crm, n), stranger(shop, n + 1))) for n in range(1, 11, 2)}
        found, address = [], {"order": order}
        while address:
            response = page(client, marta, **address)
            found += shown(response)
            address = response.context["next"]

        assert len(found) == 5
        assert set(found) == opened

    def test_a_cursor_that_was_not_made_here_is_not_found(self, client, marta):
        assert page(client, marta, after="made-up").status_code == 404


class TestFilters:
    def test_each_narrows_the_rows(self, client, marta, crm, shop, retail):
        near = task_of(ask(stranger(crm, 1), stranger(crm, 2), probability=0.9, levels=[["email", "x", -1.0, ""]]))
        far = task_of(ask(stranger(crm, 3), stranger(shop, 4), probability=0.4))
        tasks.take(near, actor=marta)

        colleague(assigned_to=far, customers=[*far.customers, *near.customers], beyond=2, whom=marta)
        word = tagged(far, marta)
        for filters, expected in (
            ({"assigned": "1"}, [far]),
            ({"size": "2"}, [near]),
            ({"size": "3-5"}, []),
            ({"size": "6"}, [far]),
            ({"tag": word.pk}, [far]),
            ({"holder": marta.pk}, [near]),
            ({"low": "0.5"}, [near]),
            ({"high": "0.5"}, [far]),
            ({"age": "day", "order": "oldest"}, [near, far]),
            ({"age": "older"}, []),
            ({"stage": "lead"}, []),
            ({"band": "high"}, [near]),
            ({"band": "low"}, [far]),
            ({"differs": "email"}, [near]),
            ({"agrees": "family_name"}, [far]),
            ({"source": shop.pk}, [far]),
            ({"mine": "1"}, [near]),
            ({"domain": retail.pk, "order": "oldest"}, [near, far]),
            ({"only": [far.pk, 0]}, [far]),
        ):
            assert shown(page(client, marta, **filters)) == expected, filters

    def test_what_is_malformed_counts_as_not_given(self, client, marta, task):
        assert shown(page(client, marta, band="x", source="x", queue="x", order="x")) == [task]

    def test_a_filter_in_force_can_be_taken_away(self, client, marta, task):
        text = page(client, marta, band="high").text

        assert "No card matches these filters" in text
        assert "Remove “0.80 and more”" in text

    def test_an_empty_queue_leads_to_the_busiest_other_one(self, client, marta, task):
        text = page(client, marta, queue="conflict").text

        assert "Nothing left to review" in text
        assert "Go on with “Possible match”" in text


class TestCounts:
    def test_facets_count_what_the_reader_may_see(self, client, marta, outsider, crm, shop):
        ask(stranger(crm, 1), stranger(shop, 2), probability=0.9)
        ask(stranger(crm, 3), stranger(shop, 4), probability=0.4)

        found = page(client, marta).context["page"]
        assert found.waiting == 2
        assert {choice.label: choice.count for facet in found.facets for choice in facet.choices}["0.80 and more"] == 1
        assert page(client, outsider).context["page"].waiting == 0

    def test_they_stop_at_a_cap(self, client, marta, crm, shop, monkeypatch):
        from stewardship.templatetags import tasks as tags

        for module in (queries, tags):
            monkeypatch.setattr(module, "CAP", 1)
        ask(stranger(crm, 1), stranger(shop, 2))
        ask(stranger(crm, 3), stranger(shop, 4))

        assert "1+ waiting" in page(client, marta).text

    def test_settled_ones_are_not_counted(self, client, marta, task, candidate):
        close(candidate)

        assert page(client, marta).context["page"].waiting == 0


class TestRights:
    def test_a_reader_is_forbidden(self, client, retail):
        assert page(client, make_user("reader", domain=retail)).status_code == 403

    def test_nobody_in_particular_signs_in_first(self, client):
        assert client.get(QUEUE).status_code == 302

    def test_of_a_side_that_is_closed_to_the_reader_nothing_shows(self, client, marta, crm, kiosk):
        closed = stranger(kiosk, 4)
        ask(stranger(crm, 3), closed, probability=0.77)

        text = page(client, marta).text
        assert "a customer of another domain" in text
        assert "Needs another steward" in text
        for secret in (closed.values["family_name"], closed.customer.number, "KIOSK", "0.77", "Differs:"):
            assert secret not in text

    def test_what_differs_to_a_closed_side_is_not_counted_either(self, client, marta, crm, kiosk):
        ask(stranger(crm, 3), stranger(kiosk, 4))

        assert shown(page(client, marta, differs="birth_date")) == []
        assert "What differs" not in [str(facet.label) for facet in page(client, marta).context["page"].facets]

    def test_no_filter_finds_out_what_lies_on_a_closed_side(self, client, marta, crm, kiosk, branch):
        ask(stranger(crm, 3), stranger(kiosk, 4), probability=0.77)

        for filters in ({"band": "middle"}, {"low": "0.7"}, {"source": kiosk.pk}, {"domain": branch.pk}):
            assert shown(page(client, marta, **filters)) == [], filters
            assert page(client, marta, **filters).context["page"].matching == 0
        found = page(client, marta, source=kiosk.pk, domain=branch.pk).text
        assert "KIOSK" not in found and "Branch" not in found
        assert len(shown(page(client, marta, source=crm.pk))) == 1


class TestGroups:
    def test_two_are_named_the_rest_is_counted_and_so_is_what_was_cut_off(self, client, marta, crm, shop):
        task = task_of(ask(stranger(crm, 1), stranger(shop, 2)))
        others = [stranger(crm, 3).customer_id, stranger(shop, 4).customer_id]
        colleague(assigned_to=task, whom=None, customers=[*task.customers, *others], beyond=2)

        text = " ".join(page(client, marta).text.split())
        assert text.count("</bdi>") == 2 + text.count("<bdi>Marta")
        assert "2 more</a>" in text
        assert "2 more were cut off at a weak link" in text

    def test_one_begins_at_the_first_that_is_in_nobody_elses_hands(self, client, marta, jonas, crm, shop):
        first, second = [
            task_of(ask(stranger(crm, n), stranger(shop, n + 1), probability=0.5 + n / 10)) for n in (1, 3)
        ]
        tasks.take(first, actor=jonas)

        assert page(client, marta).context["page"].first == second.pk
        assert page(client, jonas).context["page"].first == first.pk

    def test_what_is_in_other_hands_is_said_and_cannot_be_taken(self, client, marta, jonas, task):
        colleague(assigned_to=task, whom=jonas)

        text = page(client, marta).text
        assert "For Jonas" in text
        assert 'data-row-key="c"' not in text
        assert "For Jonas" not in page(client, jonas).text


class TestKeptFilters:
    def test_one_is_kept_as_a_link_renamed_shared_and_dropped(self, client, marta, jonas, outsider, retail, task):
        client.force_login(marta)
        made = client.post(reverse("stewardship:filter_keep") + "?queue=possible&band=middle", {"name": "Middling"})
        row = SavedFilter.objects.get()
        assert made.url == f"{QUEUE}?queue=possible&band=middle"
        shown = page(client, marta)
        assert "Middling" in shown.text
        assert [(one.name, count) for one, count, _more in shown.context["saved"]] == [("Middling", 1)]
        assert "Middling" not in page(client, jonas).text

        client.force_login(marta)
        client.post(reverse("stewardship:filter_change", args=[row.pk]), {"name": "Half", "domain": retail.pk})
        assert "Half" in page(client, jonas).text
        assert "Half" not in page(client, outsider).text
        assert client.post(reverse("stewardship:filter_drop", args=[row.pk])).status_code == 404

        client.force_login(marta)
        assert "Half" in client.get(reverse("stewardship:filters")).text
        client.post(reverse("stewardship:filter_drop", args=[row.pk]))
        assert not SavedFilter.objects.exists()

    def test_nobody_shares_with_a_domain_where_he_does_not_decide(self, marta, branch):
        with pytest.raises(PermissionDenied):
            kept.keep(actor=marta, name="Theirs", parameters={"queue": "possible"}, domain=branch)

    def test_a_name_is_kept_once(self, marta):
        kept.keep(actor=marta, name="One", parameters={"queue": "possible"})
        with pytest.raises(Refused, match="of this name already"):
            kept.keep(actor=marta, name="One", parameters={"queue": "stale"})


class TestTakingFromTheList:
    def test_it_is_taken_and_one_stays_in_the_list(self, client, marta, task):
        client.force_login(marta)
        response = client.post(reverse("stewardship:take", args=[task.pk]) + "?queue=possible", {"stay": "1"})

        assert response.url == f"{QUEUE}?queue=possible"
        task.refresh_from_db()
        assert task.taken_by == marta

    def test_start_takes_the_first_and_opens_it(self, client, marta, task):
        client.force_login(marta)
        response = client.post(reverse("stewardship:next") + "?queue=possible")

        assert response.url.startswith(reverse("stewardship:task", args=[task.pk]))

    def test_an_outsider_does_not_find_it(self, client, outsider, task):
        client.force_login(outsider)

        assert client.post(reverse("stewardship:take", args=[task.pk])).status_code == 404
