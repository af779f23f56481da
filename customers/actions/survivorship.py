"""Putting another rule of survivorship in force: for an attribute, those that survive with it, and sources' words."""

from django.utils.translation import gettext as _

from cmdm import access, audit
from cmdm.actions import Refused, action
from cmdm.models import Job, User
from customers.actions.catalogue import change_attribute
from customers.actions.rebuilding import ask_for_rebuild
from customers.actions.sources import change_source
from customers.models import Attribute, Source
from customers.queries.catalogue import catalogue
from customers.queries.survivorship import Draft, members_of


@action
def put_in_force(draft: Draft, *, actor: User) -> Job:
    """Let a draft count from now on: all customers are derived anew by the job that is returned.

    Refused when nothing would differ; without ``configure`` where it counts: everywhere for a rule, in its domain for a
    source's word.
    """
    names = members_of(catalogue(), draft.attribute)
    attributes = list(Attribute.objects.filter(name__in=names).order_by("pk"))
    fields = {
        "rule": draft.rule,
        "tie_breakers": list(draft.tie_breakers),
        "half_life": draft.half_life,
        "downgrade": draft.downgrade,
    }
    changed = [row for row in attributes if any(getattr(row, name) != value for name, value in fields.items())]
    for row in changed:
        change_attribute(row, actor=actor, fields=fields)
    weighed = _weigh(draft, actor=actor)
    if not changed and not weighed:
        raise Refused(_("This is how it is already."))
    domains = {source.domain_id for source in weighed} or access.scope(actor, "configure")
    audit.record(actor, "survivorship.changed", domains=domains, attributes=names, counts={"sources": len(weighed)})
    return ask_for_rebuild(actor=actor)


def _weigh(draft: Draft, *, actor: User) -> list[Source]:
    """Write what sources' words are worth for this attribute; those that changed."""
    wanted = draft.trusts.keys() | draft.half_lives.keys()
    made = []
    for source in Source.objects.filter(pk__in=wanted).order_by("pk"):
        trust, days = dict(source.trust_by_attribute), dict(source.half_life_by_attribute)
        if draft.trusts.get(source.pk, source.trust_in(draft.attribute)) != source.trust_in(draft.attribute):
            trust[draft.attribute] = draft.trusts[source.pk]
        if source.pk in draft.half_lives:
            days.pop(draft.attribute, None)
            if (given := draft.half_lives[source.pk]) is not None:
                days[draft.attribute] = given
        if (trust, days) != (source.trust_by_attribute, source.half_life_by_attribute):
            change_source(source, actor=actor, fields={"trust_by_attribute": trust, "half_life_by_attribute": days})
            made.append(source)
    return made
