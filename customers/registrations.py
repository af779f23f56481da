"""The customers app's part of the data map, and what hangs on customers and records."""

from django.utils.translation import gettext_lazy as _

from cmdm import jobs
from cmdm.database.waiting import may_wait
from cmdm.datamap import declare
from cmdm.installing import standing
from cmdm.startpage import parts
from customers.actions.catalogue import install_catalogue
from customers.ports import Hanging, WaitingList, hangings, moments, waiting_lists
from customers.queries import verifying  # noqa: F401
from customers.queries.start import holdings, missing
from customers.queries.suggesting import worklist
from customers.queries.timeline import TOLD

may_wait("one_term_a_record", "customers_searchterm")
may_wait("terms_of_record", "customers_searchterm")
may_wait("record_compared", "customers_sourcerecord")

declare(
    "customers.Attribute",
    none="id name label type group parties many origin sensitivity options quality rule tie_breakers half_life "
    "downgrade survives_with portal match_role searchable position retired change",
)
declare(
    "customers.Source",
    none="id key name kind role domain owner party_class country trust trust_by_attribute "
    "half_life_by_attribute second_above hold_unusual mapping change",
    free_text="terms",
)
declare(
    "customers.SourceRecord",
    whose="customer",
    keep="until erased",
    none="id source domain party_type digest findings version last_version observed_at received_at placed_at customer "
    "about closed_at change",
    personal="key",
    catalogue="values corrected",
    sealed="raw",
)
declare(
    "customers.Customer",
    whose="customer",
    keep="until erased",
    none="id key number party_type status lineage golden_hash merged_into restricted version created_at changed_at "
    "change",
    catalogue="values",
)
declare("customers.CustomerDomain", none="id customer domain")
declare(
    "customers.Load",
    none="id source domain file_digest size mode mapping header state started_by asked_by approved_by job position "
    "lines rows new changed unchanged rejected quarantined incomplete closed error created_at finished_at change",
    free_text="file_name",
)
declare(
    "customers.LoadCensus",
    whose="customer",
    keep="until somebody has said what the load is, or its file is deleted",
    none="id load source domain mode rows seen columns measures findings found loads judged_at verdict said_by said_at "
    "change",
    free_text="reason",
    sealed="sealed",
)
declare(
    "customers.ValueFinding",
    whose="customer",
    keep="while it is found and nobody has said what it is",
    none="id domain rule attribute subject records customers most is_ignored examples found_at gone_at verdict said_by "
    "said_at change",
    free_text="reason",
    sealed="sealed",
)
declare(
    "customers.LoadChunk", whose="customer", keep="until its load is settled", none="id load number", sealed="sealed"
)
declare(
    "customers.ExportFile",
    whose="user",
    keep="a day",
    none="id owner job filters purpose columns attributes domains revealed position expected rows size pieces "
    "created_at finished_at expires_at change",
)
declare("customers.ExportChunk", whose="customer", keep="a day", none="id file number", sealed="sealed")
declare(
    "customers.RejectedRow",
    whose="customer",
    keep="until dealt with",
    none="id load source domain kind line field code reason created_at settled_at settled_by change",
    sealed="sealed",
)
declare(
    "customers.Pin",
    whose="customer",
    none="id record attribute kind digest until set_by set_at ended_at ended_because change",
    free_text="reason",
)
declare("customers.Relation", none="id left right kind since until decided_by decided_at ended_at change")
declare("customers.Household", none="id key number formed_at dissolved_at asked sure domains change")
declare("customers.HouseholdPair", none="id key left right found_at answer people said_by said_at change")
declare(
    "customers.HouseholdMember",
    whose="customer",
    none="id household record state role since model probability said_by said_at change",
)
declare(
    "customers.SearchTerm",
    whose="customer",
    keep="while its record is open",
    none="id record domain_id kind",
    personal="term",
)
declare("customers.PendingCheck", keep="a transaction", none="id customers")

declare(
    "customers.SuggestionRun",
    none="id state position customers found started_at finished_at change",
)
declare(
    "customers.Tally",
    whose="customer",
    keep="while it is counted",
    none="id domain_id rule seen",
    personal="given value spelt",
)
declare("customers.Agreement", none="id domain rule given value agreeing total")
declare("customers.Fillable", none="id domain record attribute rule")
declare(
    "customers.SuggestionAnswer",
    whose="customer",
    none="id record attribute rule digest answer agreeing total batch by at ended_at change",
)

hangings.add("record.customer", Hanging("customers.SourceRecord", "customer", "moves", "moves back", "erased"))
hangings.add("record.about", Hanging("customers.SourceRecord", "about", "stays with its record", "stays", "erased"))
hangings.add("customer.merged_into", Hanging("customers.Customer", "merged_into", "set, one hop", "cleared", "kept"))
hangings.add("domains", Hanging("customers.CustomerDomain", "customer", "derived anew", "derived anew", "removed"))
hangings.add("pin.record", Hanging("customers.Pin", "record", "stays with its record", "stays", "removed"))
hangings.add(
    "suggestion_answer.record",
    Hanging("customers.SuggestionAnswer", "record", "stays with its record", "stays", "removed"),
)
hangings.add("fillable.record", Hanging("customers.Fillable", "record", "stays with its record", "stays", "removed"))
hangings.add("relation.left", Hanging("customers.Relation", "left", "stays with its record", "stays", "removed"))
hangings.add("relation.right", Hanging("customers.Relation", "right", "stays with its record", "stays", "removed"))
hangings.add(
    "household.record", Hanging("customers.HouseholdMember", "record", "stays with its record", "stays", "removed")
)
hangings.add("term.record", Hanging("customers.SearchTerm", "record", "stays with its record", "stays", "removed"))

standing.add("customers.catalogue", install_catalogue, order=10)
parts.add("customers", holdings, order=10)
parts.add("customers.missing", missing, order=30)
waiting_lists.add(
    "customers.missing",
    WaitingList(_("Missing values"), "customers:missing", "clipboard-list", worklist.waiting),
    order=60,
)
for kind, told in TOLD.items():
    moments.add(kind, told)

jobs.entitle(
    {
        "customers.load": _("Import"),
        "customers.check_file": _("Looking at a file"),
        "customers.export": _("Export"),
        "customers.rebuild": _("Deriving all golden values anew"),
        "customers.end_due": _("Ending what is due"),
        "customers.suggest": _("Counting what can be filled in"),
        "customers.unusual_values": _("Looking for unusual values"),
    }
)
