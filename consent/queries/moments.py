"""What consent tells for a customer's timeline: every act on a record that the reader may see."""

from collections.abc import Sequence

from cmdm.models import User
from consent.queries.acts import LOOKS, acts_of
from customers.models import Customer
from customers.ports import Instant, Moment
from customers.queries.timeline import Told, behind, moment


def acts_told(customer: Customer, user: User, before: Instant | None, size: int) -> Sequence[Moment]:
    """What was said to purposes; carried rows repeat an act and are left out."""
    rows = acts_of(user).filter(record__customer=customer, carried=False)
    return [
        moment(
            "consent",
            one.recorded_at,
            one.pk,
            LOOKS[one.act][1],
            f"{one.purpose.label}: {one.get_act_display()}",
            detail=", ".join(str(part) for part in (one.get_channel_display(), one.get_method_display()) if part),
            by=str(one.actor),
            look="did-person",
        )
        for one in behind(rows, "consent", before, size, "recorded_at")
    ]


TOLD: dict[str, Told] = {"consent": acts_told}
