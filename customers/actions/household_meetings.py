"""Households that have a person in common are asked about: they are one household, or two."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Q

from cmdm import access, history
from cmdm.actions import action, change_id
from cmdm.models import User
from customers.models import HouseholdMember, HouseholdPair
from customers.queries.household_people import Ends, people_of

# Who comes to a household and who leaves one hold locks on different rows, and neither sees what the other has written.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(%s)"
_MEETING = 0x6D656574
# One index after the other, whatever statistics say, as where proposals are kept.
SHARING = """
    SELECT DISTINCT LEAST(mine.household_id, theirs.household_id), GREATEST(mine.household_id, theirs.household_id)
      FROM unnest(%s::bigint[]) AS wanted (id)
     CROSS JOIN LATERAL (SELECT id FROM customers_household
                          WHERE id = wanted.id AND dissolved_at IS NULL OFFSET 0) here
     CROSS JOIN LATERAL (SELECT household_id, record_id FROM customers_householdmember
                          WHERE household_id = here.id AND state <> 'out' OFFSET 0) mine
     CROSS JOIN LATERAL (SELECT customer_id FROM customers_sourcerecord WHERE id = mine.record_id OFFSET 0) person
     CROSS JOIN LATERAL (SELECT id FROM customers_sourcerecord WHERE customer_id = person.customer_id OFFSET 0) known
     CROSS JOIN LATERAL (SELECT household_id FROM customers_householdmember
                          WHERE record_id = known.id AND state <> 'out' AND household_id <> mine.household_id OFFSET 0
                        ) theirs
     CROSS JOIN LATERAL (SELECT FROM customers_household
                          WHERE id = theirs.household_id AND dissolved_at IS NULL OFFSET 0) there
"""


def meet(households: Collection[int]) -> None:
    """Ask about these households (ids) and others that share a person with them, and no more about those that do not.

    What somebody said of a pair stands until its people have changed; then it is asked again. Three statements where
    nothing is to be written. Until the transaction ends, others wait here.
    """
    if not households:
        return
    chosen = sorted(set(households))
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [_MEETING])
        cursor.execute(SHARING, [chosen])
        found: set[Ends] = set(cursor.fetchall())
    known = list(HouseholdPair.objects.filter(Q(left__in=chosen) | Q(right__in=chosen)).locked())
    _ask(found - {(one.left_id, one.right_id) for one in known})
    _forget([one.pk for one in known if not one.answer and (one.left_id, one.right_id) not in found])
    _ask_again([one for one in known if one.answer and (one.left_id, one.right_id) in found])


@action
def ask_about(households: Collection[int], *, actor: User) -> None:
    """The same for whoever looks through all of them. PermissionDenied without ``decide`` in every domain."""
    access.require_everywhere(actor, "decide")
    meet(households)


def meet_with(records: Collection[int]) -> None:
    """The same of all to which these records (ids) belong, which have come to another customer."""
    rows = HouseholdMember.objects.standing().filter(record__in=records)
    meet(set(rows.values_list("household", flat=True)))


def _ask(ends: Collection[Ends]) -> None:
    made = [HouseholdPair(left_id=left, right_id=right, change=change_id()) for left, right in sorted(ends)]
    if made:
        HouseholdPair.objects.bulk_create(made)
        history.keep(HouseholdPair, [one.pk for one in made], history.ADDED)


def _forget(pairs: Collection[int]) -> None:
    history.keep(HouseholdPair, pairs, history.REMOVED)
    if pairs:
        HouseholdPair.objects.filter(pk__in=pairs).delete()


def _ask_again(pairs: Collection[HouseholdPair]) -> None:
    if not pairs:
        return
    now = people_of((one.left_id, one.right_id) for one in pairs)
    stale = [one.pk for one in pairs if one.people != now[one.left_id, one.right_id]]
    HouseholdPair.objects.filter(pk__in=stale).update(
        answer="", people="", said_by=None, said_at=None, change=change_id()
    )
    history.keep(HouseholdPair, stale, history.CHANGED)
