"""Every page of the hub: its address, who opens it, and who learns that he may not."""

from dataclasses import dataclass

from django.urls import reverse

ROLES = {
    "R": "reader",
    "S": "steward",
    "L": "lead",
    "O": "data owner",
    "P": "privacy officer",
    "A": "auditor",
    "D": "administrator",
    "N": "nothing",
    "X": "stranger",
    "E": "everything",
}
EVERYBODY = "".join(ROLES)
VIEW = "RSLOPE"


@dataclass(frozen=True)
class Page:
    """An address, who opens it, and who learns that he may not; all others learn nothing (404)."""

    name: str
    opens: str
    refused: str = ""
    keys: tuple[str, ...] = ()
    query: str = ""

    def address(self, keys: dict) -> str:
        return reverse(self.name, args=[keys.get(key, key) for key in self.keys]) + self.query.format(**keys)

    def expected(self, letter: str) -> int:
        return 200 if letter in self.opens else 403 if letter in self.refused else 404

    def __str__(self) -> str:
        return f"{self.name}{'?' * bool(self.query)}"


def whole(name: str, opens: str, **more: str) -> Page:
    """A page of no thing in particular: whoever may not open it is told so."""
    return Page(name, opens, "".join(letter for letter in EVERYBODY if letter not in opens), **more)


def one(name: str, opens: str, *keys: str, refused: str = "", query: str = "") -> Page:
    """The page of a thing: whoever may not see the thing finds nothing."""
    return Page(name, opens, refused, keys, query)


PAGES = [
    whole("start", EVERYBODY),
    whole("password_change", EVERYBODY),
    whole("jobs", EVERYBODY),
    whole("audit", "AXE"),
    whole("audit", "AXE", query="?thing=user"),
    whole("audit", "AXE", query="?deed=no.such"),
    one("job", "LOPDE", "job"),
    whole("customers:list", VIEW + "X"),
    whole("customers:search", VIEW + "X"),
    whole("customers:export", "LOPXE"),
    one("customers:export_file", "O", "export"),
    whole("customers:unusual_values", "OXE"),
    whole("customers:unusual_values", "OXE", query="?rule=shared&state=fault"),
    one("customers:unusual_value", "OE", "unusual"),
    whole("customers:missing", "SLPXE"),
    whole("customers:missing", "SLPXE", query="?rule=city_by_postcode"),
    whole("customers:missing_many", "SLPXE", query="?rule=city_by_postcode"),
    one("customers:detail", VIEW, "karl"),
    one("customers:detail", VIEW, "karl", query="?as_of=2020-01-01"),
    one("customers:records", VIEW, "merged"),
    one("customers:history", VIEW, "merged"),
    one("customers:correct", "SLPE", "karl", refused="RO"),
    one("customers:correct", "SLPE", "karl", refused="RO", query="?attribute=birth_date"),
    one("customers:pin", "SLPE", "karl", refused="RO", query="?attribute=birth_date&record={record}&kind=pin"),
    one("customers:reveal", "LPE", "karl", refused="RSO", query="?attribute=identifier"),
    one("customers:record", VIEW, "record"),
    whole("customers:households", VIEW + "X"),
    one("customers:household", "S" + VIEW.replace("S", ""), "household"),
    whole("customers:household_pairs", VIEW + "X"),
    whole("customers:household_pairs", VIEW + "X", query="?state=answered"),
    one("customers:household_pair", VIEW, "pair"),
    one("customers:household_new", "SLE", "karl", refused="RPO"),
    whole("customers:sources", EVERYBODY),
    one("customers:source", VIEW + "D", "source"),
    whole("customers:imports", "OXE"),
    whole("customers:import_new", "OXE"),
    one("customers:import", "OE", "waiting"),
    one("customers:import", "OE", "done", query="?"),
    one("customers:import_rejects", "OE", "done"),
    one("matching:kin", VIEW, "karl"),
    one("matching:merge", "SLE", "karl", refused="ROP"),
    one("matching:merge_preview", VIEW, "karl", "son"),
    one("matching:unmerge", "SLE", "merged", refused="ROP"),
    one("matching:unmerge", "SLE", "merged", refused="ROP", query="?records={away}"),
    whole("matching:model", "SLODXE"),
    whole("matching:model_of", "SLODXE", keys=("organisation",)),
    whole("matching:blocks", "E"),
    whole("matching:import_model", "E"),
    one("matching:why", VIEW, query="?left={record}&right={record}"),
    whole("stewardship:queue", "SLXE"),
    one("stewardship:task", "SLE", "task"),
    one("stewardship:task", "SLE", "task", query="?rows=all&script=1"),
    one("stewardship:task", "SLE", "six", query="?view=table"),
    one("stewardship:task", "SLE", "inside"),
    one("stewardship:graph", "SLE", "six"),
    whole("stewardship:keys", "SLXE"),
    one("stewardship:hand", "SLE", "task"),
    whole("stewardship:filters", "SLXE"),
    whole("stewardship:workload", "LXE"),
    whole("stewardship:asked", "S" + EVERYBODY.replace("S", "")),
    whole("stewardship:mentions", "S" + EVERYBODY.replace("S", "")),
    whole("stewardship:bulk_list", "SLXE"),
    whole("stewardship:bulk_new", "SLXE"),
    one("stewardship:bulk", "SLE", "bulk"),
    one("stewardship:bulk_sample", "SLE", "bulk", "opened"),
    *[whole(f"stewardship:{name}", "SLODXE") for name in ("dashboard", "answers", "sample", "policies", "practice")],
    whole("stewardship:practice_case", "SLODXE", keys=("father",)),
    whole("stewardship:policy_new", "ODXE"),
    one("stewardship:policy", "SLODE", "policy", refused="RPAN"),
    one("stewardship:target", "ODE", "domain", refused="RPAN"),
    one("stewardship:repeats", "SLODE", "source", refused="RPAN"),
    whole("customers:survivorship", "ODXE"),
    whole("customers:survivorship_rule", "ODXE", keys=("birth_date",)),
    one("customers:timeline", "L" + VIEW.replace("L", ""), "karl"),
    whole("consent:dashboard", VIEW + "X"),
    whole("consent:acts", VIEW + "X"),
    whole("consent:conflicts", VIEW + "X"),
    whole("consent:purposes", VIEW + "X"),
    whole("consent:purpose", VIEW + "X", keys=("purpose",)),
    whole("consent:purpose_new", "E"),
    whole("consent:notices", VIEW + "X"),
    whole("consent:notice", VIEW + "X", keys=("notice",)),
    whole("consent:notice", "E" + VIEW.replace("E", "") + "X", keys=("draft",), query="?"),
    whole("consent:notice_new", "E"),
    whole("consent:notice_compare", VIEW + "X", keys=("notice", "draft")),
    whole("consent:proofs", "LOPXE"),
    one("consent:proof", "P", "proof"),
    one("consent:receipt", VIEW, "event"),
    whole("consent:imports", "OXE"),
    one("consent:import", "O", "upload", refused="RSLPADN"),
    one("consent:import_account", "LOPDE", "consent_job"),
    one("consent:customer", VIEW, "karl"),
    one("consent:record", "SLPE", "karl", refused="RO"),
    one("consent:guardian", "SLPE", "karl", refused="RO"),
    one("consent:void", "SLPE", "karl", "event", refused="RO"),
    whole("consent:claims", VIEW + "X"),
    one("consent:claim", "SLPE", "claim", refused="ADN"),
    whole("consent:requests", "PE"),
    whole("consent:requests", "PE", query="?state=closed"),
    one("consent:request", "PE", "request"),
    whole("consent:proposals", "SLPXE"),
]

CONFIGURE, GRANT = "ODXE", "DXE"
SET_UP = [
    whole("admin:index", CONFIGURE),
    whole("admin:cmdm_domain_changelist", CONFIGURE),
    whole("admin:cmdm_domain_add", "E"),
    whole("admin:cmdm_domain_import", "E"),
    whole("admin:cmdm_user_changelist", GRANT),
    whole("admin:cmdm_user_add", GRANT),
    whole("admin:cmdm_user_change", GRANT, keys=("user",)),
    whole("admin:cmdm_user_import", GRANT),
    whole("admin:auth_group_changelist", GRANT),
    whole("admin:auth_group_change", GRANT, keys=("group",)),
    whole("admin:cmdm_apitoken_changelist", GRANT),
    whole("admin:cmdm_apitoken_add", GRANT),
    whole("admin:customers_source_changelist", CONFIGURE),
    whole("admin:customers_source_add", CONFIGURE),
    whole("admin:customers_source_import", CONFIGURE),
    whole("admin:customers_attribute_changelist", CONFIGURE),
    whole("admin:customers_attribute_add", "E"),
    whole("admin:customers_attribute_change", CONFIGURE, keys=("1",)),
    whole("admin:customers_attribute_import", "E"),
    whole("admin:matching_matchmodel_changelist", CONFIGURE),
    whole("admin:matching_matchmodel_change", CONFIGURE, keys=("1",)),
]

# What is posted: who is turned away with 403, all others of those who may not with 404.
DEEDS = [
    one("customers:export_fetch", "O", "export"),
    one("customers:end_pin", "SLPE", "karl", "pin", refused="RO"),
    one("customers:withdraw", "SLPE", "karl", "correction", refused="RO"),
    one("customers:end_relation", "SLE", "merged", "relation", refused="RPO"),
    *[
        one(f"customers:household_{deed}", "SLE", "household", refused="RPO")
        for deed in ("find", "add", "confirm", "describe", "take_out")
    ],
    one("customers:household_undo", "SLE", "household", "change", refused="RPO"),
    one("customers:household_pair_undo", "SLE", "pair", "change", refused="RPO"),
    whole("matching:propose_households", "E"),
    whole("customers:missing_count", "SLPXE"),
    whole("customers:missing_undo_many", "SLPXE", keys=("change",)),
    one("customers:suggestion_answer", "SLPE", "karl"),
    one("customers:suggestion_undo", "SLPE", "karl", "record"),
    one("customers:reveal_raw", "LPE", "record", refused="RSO"),
    one("customers:import_mapping", "OE", "waiting"),
    one("customers:import_start", "OE", "waiting"),
    one("customers:import_approve", "OE", "waiting"),
    one("customers:import_stop", "OE", "done"),
    one("customers:import_discard", "OE", "waiting"),
    one("customers:import_verdict", "OE", "done"),
    one("customers:import_verdict_withdraw", "OE", "done"),
    one("customers:unusual_value_withdraw", "OE", "unusual"),
    whole("customers:unusual_look", "OXE"),
    one("customers:import_settle", "OE", "done"),
    one("customers:import_again", "OE", "done"),
    one("customers:import_rejects_file", "OE", "done"),
    one("matching:undo", "SLE", "merged", "change", refused="ROP"),
    one("matching:withdraw", "SLE", "apart", "verdict", refused="RPO"),
    *[whole(f"matching:{deed}", "E", keys=("person",)) for deed in ("train", "learn", "count")],
    whole("matching:renew", "E"),
    *[whole(f"matching:{deed}", "E", keys=("1",)) for deed in ("rehearse", "promote", "drop", "adjust", "ask")],
    one("stewardship:take", "SLE", "task"),
    one("stewardship:release", "SLE", "task"),
    one("stewardship:renew", "SLE", "task"),
    one("stewardship:decide", "SLE", "task"),
    one("stewardship:settle", "SLE", "task"),
    one("stewardship:set_so", "SLE", "task"),
    one("stewardship:undo", "SLE", "answer"),
    one("stewardship:hand_back", "SLE", "task"),
    one("stewardship:group_export", "SLE", "task"),
    one("stewardship:refer", "SLE", "task"),
    one("stewardship:assign", "LE", "task", refused="S"),
    one("stewardship:reply", "R", "referral"),
    one("stewardship:refer_back", "SLE", "referral", refused="R"),
    whole("stewardship:filter_keep", "SLXE"),
    whole("stewardship:practice_again", "SLODXE"),
    one("stewardship:target_raise", "ODE", "domain", refused="RPAN"),
    *[whole(f"customers:survivorship_{deed}", "ODXE", keys=("birth_date",)) for deed in ("preview", "apply")],
    *[one(f"stewardship:filter_{deed}", "S", "filter") for deed in ("change", "drop")],
    *[one(f"stewardship:bulk_{deed}", "SLE", "bulk") for deed in ("run", "stop", "undo", "drop")],
    *[one(f"stewardship:{deed}", "SLPE") for deed in ("note_add", "tag", "attach")],
    one("stewardship:note_withdraw", VIEW, "note"),
    one("stewardship:untag", VIEW, "tagging"),
    one("stewardship:attachment_withdraw", VIEW, "attachment"),
    one("stewardship:mention_see", "S", "mention"),
    one("job_stop", "LOPDE", "job"),
    *[whole(f"consent:purpose_{deed}", "E", keys=("purpose",)) for deed in ("publish", "retire")],
    *[whole(f"consent:notice_{deed}", "E", keys=("draft",)) for deed in ("retire", "discard")],
    one("consent:proof_fetch", "P", "proof"),
    one("consent:ask", "SLPE", "karl", "purpose", refused="RO"),
    one("consent:guardian_end", "SLPE", "karl", "guardianship", refused="RO"),
    one("consent:scan", "LPE", "karl", "event", refused="RSO"),
    one("consent:request_take_up", "PE", "request"),
    one("consent:proposal_decide", "SLPE", "proposal"),
]
ELSEWHERE = {
    "login": "test_frame",
    "logout": "test_journeys",
    "language": "test_languages",
    "alive": "no page",
    "ready": "no page",
    "customers:import_progress": "a fragment; test_journeys",
    "customers:import_checked": "a fragment; tests/customers/test_checking.py",
    "customers:missing_progress": "a fragment; tests/customers/test_suggestion_pages.py",
    "customers:export_progress": "a fragment; test_export_files",
    "stewardship:next": "test_keyboard",
    "stewardship:bulk_progress": "a fragment; test_bulk",
    "stewardship:attachment": "a file; test_notes",
    "stewardship:note_people": "names for a script; test_notes",
    "stewardship:ahead": "a fragment; test_group_card",
    "stewardship:around": "a fragment; test_group_card",
    "stewardship:parts": "a fragment; test_group_card",
    "matching:export": "a file; test_model_page",
    "matching:figures": "a file; test_measurements",
    "matching:rehearsal": "of a rehearsed version; test_charts",
    "matching:blocks_of": "as matching:blocks; test_model_page",
    "matching:reblock": "a draft; test_model_page",
    "consent:keys": "public; test_pages of consent",
    "consent:proof_progress": "a fragment; test_proof",
    "consent:receipt_signed": "a file; test_pages of consent",
    "consent:receipt_json": "a file; test_pages of consent",
    "unsubscribe": "tests of the portal",
    "gpc": "tests of the portal",
    "": "/admin/login/ leads to the hub's own",
}
# Of Django and django-import-export: answers of forms, redirects, and what nobody may do.
OF_THE_ADMIN = ("_history", "_delete", "_process_import", "_export", "login", "logout", "autocomplete", "jsi18n")
OF_THE_ADMIN += ("view_on_site", "app_list", "password_change", "password_change_done", "cmdm_domain_change")
OF_THE_ADMIN += (
    "customers_source_change",
    "cmdm_apitoken_change",
    "auth_group_add",
    "matching_matchmodel_add",
    ":None",
)
