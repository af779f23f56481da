"""Stewardship's part of the data map and of the start page."""

from django.utils.translation import gettext_lazy as _

from cmdm import jobs
from cmdm.datamap import declare
from cmdm.startpage import parts
from customers import ports
from customers.ports import Hanging, hangings
from stewardship import panels
from stewardship.queries import screens, verifying  # noqa: F401
from stewardship.queries.moments import TOLD
from stewardship.queries.partings import added_parts, cards_part
from stewardship.queries.start import named, open_work, quality

declare(
    "stewardship.Task",
    none="id queue status round domains customers score priority why differs agrees beyond stage stage_since pin "
    "waits_for assigned_to referred_to taken_by taken_until opened_at done_at change",
)
declare("stewardship.TaskCandidate", none="id task candidate open")
declare(
    "stewardship.Answer",
    whose="customer",
    none="id task round by at decision role acts strength score versions partition choices bulk withdrawn_at change",
    free_text="reason",
)
declare(
    "stewardship.BulkDecision",
    whose="customer",
    none="id by parameters decision state domains tasks low high sample opened decided refused refusals job "
    "created_at finished_at change",
    free_text="reason",
)
declare(
    "stewardship.Referral",
    whose="customer",
    none="id task source record asked_by to asked_at answered_at withdrawn_at change",
    sealed="question answer",
)
declare(
    "stewardship.ReviewPolicy",
    none="id name domain low high decision sensitive contradictory second_person share reason_required active change",
)
declare(
    "stewardship.QualityTarget",
    none="id domain precision sample minimum measured measured_at lowered_at created_at change",
)
declare("stewardship.SampledJoin", none="id candidate entry domain drawn_at change")
declare("stewardship.SourceDay", none="id source day records repeated change")
declare("stewardship.SavedFilter", whose="user", none="id user name parameters domain created_at change")
declare("stewardship.Preference", whose="user", none="id user key_map keys_off blind practice change")
declare(
    "stewardship.Note",
    whose="customer",
    keep="until erased",
    none="id record about task by at withdrawn_at change",
    sealed="sealed",
)
declare("stewardship.Mention", whose="user", none="id note user seen_at change")
declare("stewardship.Tag", none="id name tone domain change")
declare("stewardship.Tagging", whose="customer", none="id tag record by at change")
declare(
    "stewardship.Attachment",
    whose="customer",
    keep="until erased",
    none="id record task media_type size by at withdrawn_at change",
    sealed="name sealed",
)

for noun in ("Note", "Tagging", "Attachment"):
    hangings.add(
        f"{noun.lower()}.record", Hanging(f"stewardship.{noun}", "record", "stays with its record", "stays", "removed")
    )

hangings.add("referral.record", Hanging("stewardship.Referral", "record", "stays with its record", "stays", "removed"))

parts.add("stewardship", open_work, order=20)
parts.add("stewardship.quality", quality, order=25)
parts.add("stewardship.named", named, order=21)
ports.panels.add("stewardship.notes", panels.NOTES, order=30)
for kind, told in TOLD.items():
    ports.moments.add(kind, told)
ports.partings.add("stewardship.cards", cards_part, order=20)
ports.partings.add("stewardship.added", added_parts, order=30)

jobs.entitle(
    {
        "stewardship.count": _("Counting sources"),
        "stewardship.lowered": _("Telling the owner"),
        "stewardship.bulk": _("Deciding many cards"),
        "stewardship.bulk_undo": _("Undoing many decisions"),
        "portal.inquiry": _("Asking a customer"),
    }
)
