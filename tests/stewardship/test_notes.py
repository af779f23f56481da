"""Notes, tags and files: who writes and reads them, where they lie, and that they go with their record."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cmdm.actions import Invalid, Refused
from cmdm.models import AuditEntry
from customers.models import Customer, SourceRecord
from matching.actions import ledger
from stewardship.actions import attachments, notes, tags
from stewardship.models import Attachment, Mention, Note, Tag, Tagging
from stewardship.queries.notes import notes_on, unseen
from stewardship.rules.mentions import named
from tests.stewardship.scene import stranger
from tests.support.people import make_user

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a contract"
SECRET = "She moved to the lighthouse"


@pytest.fixture
def ann(crm):
    return stranger(crm, 1)


def added(customer, user):
    found = notes_on([customer], user)
    return [line.text for line in found.lines], [w.name for w in found.words], [f.name for f in found.files]


def test_it_is_read_by_whoever_sees_the_record_and_lies_sealed(ann, kiosk, marta, jonas, outsider):
    note = notes.write(actor=marta, record=ann, text=SECRET)

    assert added(ann.customer_id, jonas)[0] == [SECRET]
    assert added(ann.customer_id, outsider)[0] == []
    note.refresh_from_db()
    assert SECRET.encode() not in bytes(note.sealed)
    assert AuditEntry.objects.get(change=note.change).deed == "note.written"


def test_writing_asks_for_the_right_to_correct(ann, retail, outsider):
    for user in (outsider, make_user("reader", domain=retail)):
        with pytest.raises(PermissionDenied):
            notes.write(actor=user, record=ann, text=SECRET)
        with pytest.raises(PermissionDenied):
            tags.put(ann, actor=user, name="vip")
        with pytest.raises(PermissionDenied):
            attachments.attach(ann, actor=user, name="a.pdf", content=PDF)


def test_one_about_a_card_is_read_by_who_decides_on_it(task, marta, jonas, retail):
    record = SourceRecord.objects.filter(customer=task.customers[0]).get()
    notes.write(actor=marta, record=record, text=SECRET, about="task", task=task)

    assert [line.text for line in notes_on(task.customers, jonas, task).lines] == [SECRET]
    assert notes_on(task.customers, make_user("reader", domain=retail)).lines == []


def test_taking_back_leaves_no_words_and_is_for_its_author_or_a_lead(ann, marta, jonas, retail):
    note = notes.write(actor=marta, record=ann, text=SECRET)
    with pytest.raises(Refused, match="somebody else"):
        notes.withdraw(note, actor=jonas)

    notes.withdraw(note, actor=make_user("lead", domain=retail))
    note.refresh_from_db()
    assert note.sealed is None
    assert added(ann.customer_id, marta)[0] == []
    with pytest.raises(Refused, match="already"):
        notes.withdraw(note, actor=marta)


class TestMentions:
    def test_a_named_colleague_finds_it_until_he_opened_it(self, client, ann, marta, jonas):
        notes.write(actor=marta, record=ann, text="@jonas look", mentioned=[jonas])
        assert (unseen(jonas), unseen(marta)) == (1, 0)

        client.force_login(jonas)
        assert "1 note names you" in client.get(reverse("start")).text
        assert "look" in client.get(reverse("stewardship:mentions")).text
        opened = client.post(reverse("stewardship:mention_see", args=[Mention.objects.get().pk]))
        assert opened.url == f"{reverse('customers:detail', args=[ann.customer.key])}#notes"
        assert unseen(jonas) == 0

    def test_who_may_not_see_it_cannot_be_named(self, client, ann, marta, outsider):
        with pytest.raises(Refused, match="may not see this"):
            notes.write(actor=marta, record=ann, text="x", mentioned=[outsider])
        client.force_login(marta)
        form = {"customer": ann.customer.number, "text": "Ask @outsider or @nobody.", "place": ""}
        refused = client.post(reverse("stewardship:note_add"), form, headers={"hx-request": "true"})
        assert refused.status_code == 422
        assert "@outsider, @nobody: nobody of this name may see it" in refused.text
        assert not Note.objects.exists()

    def test_those_who_may_read_it_are_offered_by_the_beginning_of_a_name(self, client, ann, marta, jonas, outsider):
        client.force_login(marta)
        address = reverse("stewardship:note_people")
        about = {"customer": ann.customer.number, "place": ""}

        assert client.get(address, {**about, "begun": "Jo"}).json()["people"] == [
            {"name": jonas.username, "label": str(jonas)}
        ]
        everybody = [one["name"] for one in client.get(address, {**about, "begun": ""}).json()["people"]]
        assert jonas.username in everybody
        assert {marta.username, outsider.username}.isdisjoint(everybody)
        client.force_login(outsider)
        assert client.get(address, about).status_code == 404

    def test_a_name_begins_a_word_and_an_address_is_none(self):
        assert named("Ask @Jonas, @jonas. and ann@shop.example (@li.na)") == ["jonas", "li.na"]


class TestFiles:
    def test_one_comes_back_as_a_download_and_lies_sealed(self, client, ann, marta, outsider):
        client.force_login(marta)
        given = SimpleUploadedFile('../../<img src=x onerror="1">.pdf', PDF, content_type="text/html")
        client.post(reverse("stewardship:attach"), {"customer": ann.customer.number, "file": given})
        found = Attachment.objects.get()
        assert PDF not in bytes(found.sealed) and b"onerror" not in bytes(found.name)

        answer = client.get(reverse("stewardship:attachment", args=[found.pk]))
        assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
        assert answer["Content-Disposition"] == f'attachment; filename="attachment-{found.pk}.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert AuditEntry.objects.filter(deed="file.read", actor=marta).count() == 1
        page = client.get(reverse("customers:detail", args=[ann.customer.key])).text
        assert "&lt;img src=x" in page and "<img src=x" not in page

        client.force_login(outsider)
        assert client.get(reverse("stewardship:attachment", args=[found.pk])).status_code == 404

    @pytest.mark.parametrize(
        "content",
        [b"", b"MZ\x90\x00", b"PK\x03\x04", b"\x00text", b"%PDF-" + b"x" * 5 * 1024 * 1024],
        ids=["nothing", "program", "archive", "zero", "too large"],
    )
    def test_other_kinds_and_sizes_are_not_taken(self, ann, marta, content):
        with pytest.raises(Invalid):
            attachments.attach(ann, actor=marta, name="a.pdf", content=content)

    def test_taken_back_it_is_gone(self, client, ann, marta):
        found = attachments.attach(ann, actor=marta, name="a.txt", content="Grüße".encode())
        attachments.withdraw(found, actor=marta)

        found.refresh_from_db()
        assert (found.sealed, found.name) == (None, None)
        client.force_login(marta)
        assert client.get(reverse("stewardship:attachment", args=[found.pk])).status_code == 410


class TestTags:
    def test_a_new_word_becomes_a_tag_of_the_domain(self, ann, crm, marta, outsider):
        tags.put(ann, actor=marta, name=" VIP  customer ")
        tags.put(stranger(crm, 2), actor=marta, name="vip customer")

        tag = Tag.objects.get()
        assert (tag.name, tag.domain_id) == ("VIP customer", ann.domain_id)
        with pytest.raises(Refused, match="there already"):
            tags.put(ann, actor=marta, name="VIP customer")
        assert list(Tag.objects.visible_to(outsider)) == []

    def test_it_is_taken_away_by_who_may_correct(self, client, ann, marta, outsider, retail):
        made = tags.put(ann, actor=marta, name="vip")
        form = {"customer": ann.customer.number}
        for user, status in ((outsider, 404), (make_user("reader", domain=retail), 403), (marta, 302)):
            client.force_login(user)
            assert client.post(reverse("stewardship:untag", args=[made.pk]), form).status_code == status
        assert not Tagging.objects.exists()


def test_they_go_with_their_record_through_merge_and_unmerge_with_nothing_written(ann, shop, marta):
    other = stranger(shop, 2)
    notes.write(actor=marta, record=ann, text="ann's")
    notes.write(actor=marta, record=other, text="other's")
    tags.put(other, actor=marta, name="vip")
    attachments.attach(other, actor=marta, name="a.pdf", content=PDF)
    before = rows()

    both = Customer.objects.filter(pk__in=[ann.customer_id, other.customer_id])
    survivor = ledger.merge(list(both), actor=marta, seen=dict(both.values_list("pk", "version")))
    assert added(survivor.pk, marta) == (["other's", "ann's"], ["vip"], ["a.pdf"])

    ledger.unmerge([other], actor=marta, seen={survivor.pk: survivor.version}, different=())
    other.refresh_from_db()
    ann.refresh_from_db()
    assert other.customer_id != ann.customer_id
    assert added(other.customer_id, marta) == (["other's"], ["vip"], ["a.pdf"])
    assert rows() == before


def test_before_an_unmerge_what_goes_where_is_told(client, ann, shop, marta):
    other = stranger(shop, 2)
    notes.write(actor=marta, record=other, text="other's")
    both = Customer.objects.filter(pk__in=[ann.customer_id, other.customer_id])
    survivor = ledger.merge(list(both), actor=marta, seen=dict(both.values_list("pk", "version")))

    client.force_login(marta)
    page = reverse("matching:unmerge", args=[survivor.key])
    assert "notes: 1, tags: 0, files: 0" in client.get(page, {"records": other.pk}).text
    assert "Notes go along" not in client.get(page, {"records": ann.pk}).text


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Note, Tagging, Attachment)]


def test_the_page_of_a_customer_takes_a_note_and_shows_it(client, ann, marta):
    client.force_login(marta)
    client.post(reverse("stewardship:note_add"), {"customer": ann.customer.number, "text": "<b>Called</b> back"})
    text = client.get(reverse("customers:detail", args=[ann.customer.key])).text
    assert "&lt;b&gt;Called&lt;/b&gt; back" in text
    assert client.post(reverse("stewardship:note_add"), {"customer": "C-none", "text": "x"}).status_code == 404
