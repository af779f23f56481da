"""Tags: words to sort by, hung on records and shown on their customers."""

from django.utils.translation import gettext as _

from cmdm import access, audit, clock
from cmdm.actions import Refused, action, change_id
from cmdm.models import User
from customers.models import SourceRecord
from stewardship.models import Tag, Tagging

LONGEST = 40
MOST = 20


@action
def put(record: SourceRecord, *, actor: User, name: str, tone: str = "") -> Tagging:
    """Tag a record; a new word becomes a tag of its domain. Refused when it has the tag, or twenty of them."""
    record = SourceRecord.objects.locked().get(pk=record.pk)
    access.require(actor, "correct", record)
    word = " ".join(name.split())
    if not word or len(word) > LONGEST:
        raise Refused(_("A tag has a name, %(n)s letters at most.") % {"n": LONGEST})
    if Tagging.objects.filter(record=record).count() >= MOST:
        raise Refused(_("There are %(n)s tags on this record. Take one away first.") % {"n": MOST})
    tag = _known(word, record) or Tag.objects.create(name=word, tone=tone, domain_id=record.domain_id)
    if Tagging.objects.filter(tag=tag, record=record).exists():
        raise Refused(_("“%(name)s” is there already.") % {"name": tag.name})
    made = Tagging.objects.create(tag=tag, record=record, by=actor, at=clock.now(), change=change_id())
    audit.record(actor, "tag.put", made, domains=[record.domain_id])
    return made


@action
def take_away(tagging: Tagging, *, actor: User) -> None:
    """Take a tag off a record. Refused when it is gone already."""
    record = SourceRecord.objects.locked().get(pk=tagging.record_id)
    access.require(actor, "correct", record)
    found = Tagging.objects.select_for_update().filter(pk=tagging.pk).first()
    if found is None:
        raise Refused(_("This tag was taken away already."))
    audit.record(actor, "tag.taken_away", found, domains=[record.domain_id])
    found.delete()


def _known(word: str, record: SourceRecord) -> Tag | None:
    """A tag of this name, of the record's domain before one of all domains."""
    rows = Tag.objects.filter(name__iexact=word).filter(domain=record.domain_id)
    return rows.first() or Tag.objects.filter(name__iexact=word, domain__isnull=True).first()
