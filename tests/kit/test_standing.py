"""What seldom changes is made once, and anew as soon as one of its rows is another."""

import pytest
from django.db import connection, transaction

from cmdm import memo
from cmdm.models import Domain
from cmdm.standing import Standing
from tests.kit.making import make_domain

pytestmark = pytest.mark.django_db


class Names:
    """The names of all domains, and how often they were read."""

    def __init__(self):
        self.read = 0
        self.standing = Standing("names in a test", self.make, Domain)

    def make(self):
        self.read += 1
        return sorted(Domain.objects.values_list("name", flat=True))

    def in_a_change(self):
        with memo.keeping():
            return self.standing()


@pytest.fixture
def names():
    make_domain("one")
    return Names()


def rename(name):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cmdm_domain SET name = %s WHERE key = 'one'", [name])


def test_it_is_read_once_for_many_changes(names):
    assert names.in_a_change() == names.in_a_change()
    assert names.read == 1


def test_one_statement_asks_for_all_tables(names, django_assert_num_queries):
    other = Standing("keys in a test", lambda: 1, Domain)
    names.in_a_change()
    with memo.keeping(), django_assert_num_queries(1):
        names.standing()
        names.standing()
    with memo.keeping():
        other()
    with memo.keeping(), django_assert_num_queries(1):
        names.standing()
        other()


@pytest.mark.parametrize(
    "change", [lambda: rename("Other"), lambda: make_domain("two"), lambda: Domain.objects.filter(key="one").delete()]
)
def test_a_row_changed_added_or_deleted_has_it_read_anew(names, change):
    before = names.in_a_change()
    change()
    assert names.in_a_change() != before
    assert names.in_a_change() == names.make()


def save_under(name):
    domain = Domain.objects.get(key="one")
    domain.name = name
    domain.save()


@pytest.mark.parametrize("change", [lambda: save_under("Two"), lambda: Domain.objects.get(key="one").delete()])
def test_what_the_change_itself_saves_or_deletes_is_seen_by_it(names, change):
    with memo.keeping():
        before = names.standing()
        change()
        assert names.standing() == names.make() != before


def test_the_same_words_written_again_are_other_rows(names):
    names.in_a_change()
    rename("One")
    names.in_a_change()
    assert names.read == 2


def test_what_was_taken_back_is_not_remembered(names):
    before = names.in_a_change()
    with pytest.raises(RuntimeError), transaction.atomic():
        rename("Taken back")
        assert "Taken back" in names.in_a_change()
        raise RuntimeError
    assert names.in_a_change() == before


def test_a_change_of_the_running_change_is_seen_once_it_is_forgotten(names):
    with memo.keeping():
        names.standing()
        rename("Meanwhile")
        assert "Meanwhile" not in names.standing()
        names.standing.forget()
        assert "Meanwhile" in names.standing()


def test_outside_of_a_change_it_is_read_each_time(names):
    names.standing()
    names.standing()
    assert names.read == 2


def test_another_database_has_rows_of_its_own(names, monkeypatch):
    names.in_a_change()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    names.in_a_change()
    assert names.read == 2
