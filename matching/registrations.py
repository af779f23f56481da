"""Matching's part of the data map, and what of it hangs on customers and records."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cmdm import jobs
from cmdm.database.waiting import may_wait
from cmdm.datamap import declare
from cmdm.installing import standing
from cmdm.models import Job
from customers.ports import Hanging, hangings, moments, panels, reasons
from matching import panels as own
from matching.actions.models import install_models
from matching.actions.upgrading import catch_up
from matching.queries import verifying  # noqa: F401
from matching.queries.moments import TOLD
from matching.queries.reasons import why_here

may_wait("one_key_a_record", "matching_matchkey")
may_wait("keys_of_record", "matching_matchkey")

declare(
    "matching.MatchModel",
    none="id party_type version definition digest state origin base created_at rehearsed_at rehearsal promoting_since "
    "in_force_since ended_at note change",
)
declare("matching.Measurement", none="id model at figures change")
declare("matching.MatchMark", none="id party_type customer at")
declare("matching.NothingNear", none="customer change model")
declare("matching.MatchKey", none="pk key record rule finer")
declare("matching.PreparedRecord", whose="customer", none="record preparation version", sensitive="line")
declare("matching.OversizedBlock", none="key rule party_type records seen_at")
declare(
    "matching.Candidate",
    none="id left right party_type kind state probability evidence reason opened_at closed_at closed_because change",
)
declare(
    "matching.Verdict",
    whose="customer",
    none="id left right answer strength probability seen stale_since decided_by decided_at revoked_at derived change",
    free_text="reason",
)
declare(
    "matching.LedgerEntry",
    whose="customer",
    keep="for good",
    none="id change at deed records source_customer customer actor by_machine rule probability model_version evidence "
    "reverses",
    free_text="reason",
)

for side in ("left", "right"):
    hangings.add(f"candidate.{side}", Hanging("matching.Candidate", side, "closed", "opened again", "removed"))
    hangings.add(f"verdict.{side}", Hanging("matching.Verdict", side, "stays with its record", "stays", "kept"))
hangings.add("key.record", Hanging("matching.MatchKey", "record", "stays with its record", "stays", "removed"))
hangings.add(
    "prepared.record", Hanging("matching.PreparedRecord", "record", "stays with its record", "stays", "removed")
)
hangings.add("ledger.customer", Hanging("matching.LedgerEntry", "customer", "stays", "stays", "kept"))
hangings.add("ledger.source", Hanging("matching.LedgerEntry", "source_customer", "stays", "stays", "kept"))
hangings.add("mark.customer", Hanging("matching.MatchMark", "customer", "stays", "stays", "kept"))

hangings.add(
    "nothing_near.customer",
    Hanging("matching.NothingNear", "customer", "holds no longer", "holds no longer", "removed"),
)

standing.add("matching.models", install_models, order=20)
standing.add("matching.edition", catch_up, order=90)

panels.add("matching.answers", own.ANSWERS, order=20)
panels.add("matching.steps", own.STEPS, order=15)
panels.add("matching.ledger", own.LINKS, order=10)
reasons.add("matching.ledger", why_here)
for kind, told in TOLD.items():
    moments.add(kind, told)

jobs.entitle(
    {
        "matching.match": _("Comparing customers"),
        "matching.train": _("Training the match model"),
        "matching.learn": _("Learning from people’s answers"),
        "matching.rehearse": _("Rehearsing a match model"),
        "matching.households": _("Proposing households"),
        "matching.count": _("Counting the rules of blocking"),
        "matching.rekey": _("Renewing match keys"),
    }
)


def _version(job: Job) -> str:
    party, _colon, version = str(job.result.get("model", "")).partition(":")
    return f"{reverse('matching:model_of', args=[party])}?version={version}" if version else ""


jobs.lead(["matching.train", "matching.learn", "matching.rehearse"], _version)
