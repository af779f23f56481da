"""Global Privacy Control: the browser's signal counts for the known person as an objection to sale and sharing."""

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from consent.actions import consents, evidence
from consent.models import Act, ConsentEvent, Evidence, Method, Purpose
from consent.queries.portal import Portal
from consent.rules.folding import DENYING
from customers.models import SourceRecord


@action
def honour(portal: Portal, *, actor: User) -> int:
    """Object for the person to every purpose of sale or sharing that he did not object to by this signal before; how
    many purposes. An earlier consent is overridden."""
    records = list(SourceRecord.objects.filter(pk__in=portal.anchors).select_related("customer"))
    purposes = list(Purpose.objects.published().filter(sale_or_sharing=True))
    open_ones = [purpose for purpose in purposes if not _stands(purpose, portal)]
    if not records or not open_ones:
        return 0
    proof = evidence.keep(
        actor=actor, kind=Evidence.Kind.SIGNAL, form="Sec-GPC", proof={"account": str(portal.account.key)}
    )
    for purpose in open_ones:
        consents.record(
            records, actor=actor, purpose=purpose, act=Act.OBJECTED, method=Method.GPC, evidence=proof, proved=records
        )
    audit.record(actor, "portal.signal_honoured", portal.account, counts={"purposes": len(open_ones)})
    return len(open_ones)


def _stands(purpose: Purpose, portal: Portal) -> bool:
    """Whether the last thing said about the purpose on each of the records is a denial of all of it already."""
    rows = ConsentEvent.objects.filter(record__in=portal.anchors, purpose=purpose).order_by("record", "-pk")
    last = list(rows.distinct("record").values_list("act", "channel"))
    return len(last) == len(portal.anchors) and all(act in DENYING and not channel for act, channel in last)
