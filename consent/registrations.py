"""Consent's part of the data map, and what of it hangs on customers and records."""

from django.utils.translation import gettext_lazy as _

from cmdm import jobs
from cmdm.datamap import declare
from cmdm.installing import standing
from consent import panels
from consent.actions.contradicting import catch_up
from consent.queries import verifying  # noqa: F401
from consent.queries.consumers import CONSUMERS
from consent.queries.effects import effects as stopping
from consent.queries.groups import CONSENTS
from consent.queries.impacts import impacts
from consent.queries.moments import TOLD
from consent.queries.partings import consents_part
from consent.queries.purposes import uses
from consent.queries.standing import standings
from customers import ports
from customers.ports import Hanging, hangings

declare(
    "consent.Purpose",
    none="id key label description translations dpv kind rules channels channel_bound sale_or_sharing "
    "expires_after_days expires_from minimum_age parent position state created_at change",
)
declare(
    "consent.Notice",
    none="id key version language title text purposes controller recipients named_recipients categories retention "
    "rights withdrawal layout sha256 state valid_from valid_until created_at created_by published_by change",
)
declare(
    "consent.ContactPoint",
    whose="customer",
    keep="sealed value until erased, digest for the limitation period",
    none="id kind digest verified_at verified_how created_at change",
    sealed="sealed",
)
declare(
    "consent.Evidence",
    whose="customer",
    keep="sealed part until erased, digests for the limitation period",
    none="id kind form form_hash session proof file_digest row_digest keyed_by created_at change",
    personal="user_agent network",
    sealed="sealed",
)
declare(
    "consent.ConsentEvent",
    whose="customer",
    keep="for good",
    none="id record purpose channel contact act notice basis jurisdiction method actor_kind actor occurred_at "
    "recorded_at effective_at expires_at group carried names evidence claim change",
)
declare("consent.Contradiction", whose="customer", keep="while it is so", none="id customer purpose until")
declare(
    "consent.Attachment",
    whose="customer",
    keep="sealed part until erased, digest for the limitation period",
    none="id evidence media_type size digest created_at change",
    sealed="sealed",
)
declare(
    "consent.ProofFile",
    whose="user",
    keep="a day",
    none="id owner job customer purpose sample reason domains revealed events size created_at finished_at expires_at "
    "change",
)
declare("consent.ProofChunk", whose="customer", keep="a day", none="id file number", sealed="sealed")
declare("consent.Guardianship", none="id ward guardian evidence since decided_by ended_at ended_because change")

declare(
    "consent.SubjectRequest",
    whose="customer",
    keep="for the limitation period",
    none="id account kind state records domains received_at due_on closed_at answered_by change",
    sealed="sealed answer",
)
declare(
    "consent.Proposal",
    whose="customer",
    keep="until erased",
    none="id account kind state records domains attributes proposed_at decided_at decided_by change",
    sealed="sealed",
)

# The record's number is named without a constraint: an erasure leaves the event with it, and nothing readable.
hangings.add("consent.record", Hanging("consent.ConsentEvent", "record", "stays with its record", "stays", "kept"))
for side in ("ward", "guardian"):
    hangings.add(f"guardianship.{side}", Hanging("consent.Guardianship", side, "stays", "stays", "removed"))
hangings.add(
    "contradiction.customer", Hanging("consent.Contradiction", "customer", "derived anew", "derived anew", "removed")
)
hangings.add("proof.customer", Hanging("consent.ProofFile", "customer", "kept", "kept", "removed"))

declare(
    "consent.PortalAccount",
    whose="customer",
    keep="until closed",
    none="id key language state stamp tries created_at signed_in_at change",
)
declare("consent.PortalContact", whose="customer", none="id account contact proved_at ended_at change")
declare(
    "consent.PortalAnchor",
    whose="customer",
    none="id account record contact how since decided_by ended_at ended_because change",
)
declare(
    "consent.PortalCode",
    whose="customer",
    keep="two days",
    none="id purpose account target browser sender digest language tries created_at expires_at used_at ended_at change",
    sealed="sealed",
)
declare(
    "consent.PortalChange",
    whose="customer",
    none="id account old old_code new_code state created_at due_at ended_at change",
    sealed="sealed",
)
declare(
    "consent.PortalClaim",
    whose="customer",
    none="id account contact domains state created_at decided_at decided_by change",
    free_text="reason",
)

hangings.add("portal.record", Hanging("consent.PortalAnchor", "record", "stays with its record", "stays", "removed"))
ports.panels.add("consent", panels.CONSENTS, order=10)
ports.tabs.add("consent", panels.TAB, order=10)
for order, (name, waiting) in enumerate(panels.WAITING.items(), start=10):
    ports.waiting_lists.add(name, waiting, order=order)
ports.effects.add("consent", stopping, order=10)
ports.group_effects.add("consent.groups", CONSENTS, order=10)
ports.group_effects.add("consent.consumers", CONSUMERS, order=20)
ports.standings.add("consent", standings, order=10)
ports.uses.add("consent", uses, order=10)
ports.impacts.add("consent", impacts, order=10)
for kind, told in TOLD.items():
    ports.moments.add(kind, told)
ports.partings.add("consent", consents_part, order=10)
standing.add("consent.contradictions", catch_up, order=95)

jobs.entitle(
    {
        "consent.proof": _("Proof of consents"),
        "consent.import": _("Import of consents"),
        "consent.contradictions": _("Looking for two answers"),
        "portal.code": _("Sending a code"),
        "portal.change_notice": _("Telling of a change"),
        "portal.confirmation": _("Asking to confirm"),
        "portal.which_answer": _("Asking which answer counts"),
        "portal.request_received": _("Telling that a request came"),
    }
)
