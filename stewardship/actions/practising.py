"""Practising: answers to made-up cases. Nothing but what the steward keeps for himself is written."""

from django.utils.translation import gettext as _

from cmdm import audit
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from matching.models import Verdict
from stewardship.models import Preference
from stewardship.rules.practice import case


@action
def practise(key: str, *, actor: User, answer: str) -> Preference:
    """Keep the answer to a case; the first one stays until all are forgotten. Refused for what is no case or answer."""
    if case(key) is None or answer not in Verdict.Answer.values:
        raise Refused(_("There is no such case."))
    kept = _kept(actor)
    kept.practice = {key: answer, **kept.practice}
    return _write(kept, actor)


@action
def begin_again(*, actor: User) -> Preference:
    """Forget the answers to all cases. Refuses nothing."""
    kept = _kept(actor)
    kept.practice = {}
    return _write(kept, actor)


def _kept(actor: User) -> Preference:
    return Preference.objects.select_for_update(of=("self",)).get_or_create(user=actor)[0]


def _write(kept: Preference, actor: User) -> Preference:
    kept.change = change_id()
    kept.save(update_fields=["practice", "change"])
    audit.record(actor, "practice.kept", counts={"answers": len(kept.practice)})
    return kept
