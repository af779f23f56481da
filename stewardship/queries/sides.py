"""The customers of tasks as a reader may see them: a name and a number, or that there is one that he may not see."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from cmdm.models import User
from customers.models import Customer
from customers.queries.summaries import summaries


@dataclass(frozen=True)
class Side:
    """One customer of a task. ``visible`` false: nothing else may be said of it."""

    customer: int
    visible: bool = False
    name: str = ""
    number: str = ""
    key: str = ""

    def __str__(self) -> str:
        return self.name if self.visible else _("a customer of another domain")


def sides_of(customers: Collection[int], user: User) -> dict[int, Side]:
    """The customers by id, whoever is missing is not to be seen; two queries, two more for partly visible ones."""
    rows = list(Customer.objects.visible_to(user).filter(pk__in=customers).defer("golden_hash"))
    return {
        one.id: Side(one.id, True, one.name or one.number, one.number, str(one.key)) for one in summaries(rows, user)
    }


def versions_of(customers: Collection[int]) -> list[tuple[int, int]]:
    """The versions in which these customers (ids) are, by id; one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, version FROM customers_customer WHERE id = ANY(%s) ORDER BY id", [list(customers)])
        return cursor.fetchall()
