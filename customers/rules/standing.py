"""The catalogue as shipped: nine groups of data kinds, for persons and organisations."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Standing:
    """One shipped attribute; the fields are those of the catalogue."""

    name: str
    label: str
    type: str
    group: str
    parties: str = "both"
    many: bool = False
    origin: str = "declared"
    sensitivity: str = "personal"
    options: dict[str, Any] = field(default_factory=dict)
    quality: dict[str, Any] = field(default_factory=dict)
    rule: str = "most_trusted"
    tie_breakers: tuple[str, ...] = ("most_recent",)
    survives_with: str = ""
    portal: str = "shown"
    match_role: str = "none"
    searchable: bool = False


def _choice(*names: str) -> dict[str, Any]:
    return {"choices": {name.lower().replace(" ", "_"): name for name in names}}


KINDS = {"email": ["home", "work", "other"], "phone": ["mobile", "home", "work", "fax", "other"]}

IDENTIFYING = (
    Standing(
        "given_name",
        "Given name",
        "person_name",
        "identifying",
        "person",
        match_role="compared",
        searchable=True,
        survives_with="",
        portal="correctable",
    ),
    Standing(
        "middle_name",
        "Middle name",
        "person_name",
        "identifying",
        "person",
        match_role="compared",
        portal="correctable",
    ),
    Standing(
        "family_name",
        "Family name",
        "person_name",
        "identifying",
        "person",
        match_role="compared",
        searchable=True,
        portal="correctable",
    ),
    Standing(
        "other_name",
        "Other names",
        "person_name",
        "identifying",
        "person",
        many=True,
        rule="all",
        match_role="compared",
    ),
    Standing("suffix", "Suffix", "text", "identifying", "person", match_role="compared", options={"max_length": 20}),
    Standing(
        "organisation_name",
        "Organisation name",
        "organisation_name",
        "identifying",
        "organisation",
        match_role="compared",
        searchable=True,
    ),
    Standing(
        "trading_name",
        "Trading names",
        "organisation_name",
        "identifying",
        "organisation",
        many=True,
        rule="all",
        match_role="compared",
    ),
    Standing("birth_date", "Birth date", "date", "identifying", "person", match_role="compared", portal="correctable"),
    Standing(
        "identifier",
        "Identifiers",
        "identifier",
        "identifying",
        many=True,
        sensitivity="sensitive",
        rule="all",
        match_role="compared",
        searchable=True,
        portal="hidden",
    ),
    Standing(
        "email",
        "E-mail",
        "email",
        "identifying",
        many=True,
        rule="verified_first",
        tie_breakers=("most_trusted", "most_recent"),
        match_role="compared",
        searchable=True,
        portal="correctable",
    ),
    Standing(
        "phone",
        "Phone",
        "phone",
        "identifying",
        many=True,
        rule="most_recent",
        tie_breakers=("most_trusted",),
        match_role="compared",
        searchable=True,
        portal="correctable",
    ),
    Standing(
        "address",
        "Address",
        "address",
        "identifying",
        many=True,
        rule="most_recent",
        tie_breakers=("most_complete", "most_trusted"),
        match_role="compared",
        portal="correctable",
    ),
    Standing("website", "Website", "url", "identifying", "organisation", sensitivity="open", match_role="compared"),
)
DEMOGRAPHIC = (
    Standing(
        "gender",
        "Gender",
        "choice",
        "demographic",
        "person",
        options=_choice("Female", "Male", "Diverse"),
        match_role="compared",
    ),
    Standing("nationality", "Nationality", "text", "demographic", "person", options={"max_length": 60}),
    Standing(
        "marital_status",
        "Marital status",
        "choice",
        "demographic",
        "person",
        options=_choice("Single", "Married", "Divorced", "Widowed"),
    ),
    Standing("occupation", "Occupation", "text", "demographic", "person", rule="most_recent"),
    Standing("legal_form", "Legal form", "text", "demographic", "organisation", sensitivity="open"),
    Standing("industry", "Industry", "text", "demographic", "organisation", sensitivity="open"),
    Standing(
        "employees",
        "Employees",
        "number",
        "demographic",
        "organisation",
        sensitivity="open",
        options={"minimum": "0"},
        rule="most_recent",
    ),
)
OTHERS = (
    Standing("last_visit", "Last visit", "date", "behavioural", origin="observed", rule="most_recent", portal="hidden"),
    Standing("interests", "Interests", "text", "behavioural", many=True, origin="inferred", rule="all"),
    Standing("last_order", "Last order", "date", "transactional", origin="observed", rule="most_recent"),
    Standing(
        "orders", "Orders", "number", "transactional", origin="observed", options={"minimum": "0"}, rule="most_recent"
    ),
    Standing("turnover", "Turnover", "number", "transactional", origin="observed", rule="most_recent", portal="hidden"),
    Standing("last_contact", "Last contact", "date", "engagement", origin="observed", rule="most_recent"),
    Standing(
        "newsletter_opens",
        "Newsletter opened",
        "number",
        "engagement",
        origin="observed",
        rule="most_recent",
        portal="hidden",
    ),
    Standing(
        "language",
        "Language",
        "text",
        "preferences",
        options={"max_length": 20},
        rule="most_recent",
        portal="correctable",
    ),
    Standing(
        "contact_channel",
        "Preferred channel",
        "choice",
        "preferences",
        options=_choice("E-mail", "Phone", "Post", "None"),
        rule="most_recent",
        portal="correctable",
    ),
    Standing(
        "contact_frequency",
        "How often",
        "choice",
        "preferences",
        options=_choice("Weekly", "Monthly", "Yearly"),
        rule="most_recent",
        portal="correctable",
    ),
    Standing(
        "account_number",
        "Account number",
        "text",
        "account",
        many=True,
        rule="all",
        options={"max_length": 60},
        searchable=True,
    ),
    Standing("membership_tier", "Membership tier", "text", "account", rule="most_recent"),
    Standing("points", "Points", "number", "account", rule="most_recent"),
    Standing("credit_limit", "Credit limit", "number", "account", sensitivity="sensitive", portal="hidden"),
    Standing(
        "satisfaction",
        "Satisfaction",
        "number",
        "feedback",
        options={"minimum": "0", "maximum": "10"},
        rule="most_recent",
    ),
    Standing("last_feedback", "Last feedback", "date", "feedback", origin="observed", rule="most_recent"),
    Standing(
        "open_tickets",
        "Open tickets",
        "number",
        "service",
        origin="observed",
        options={"minimum": "0"},
        rule="most_recent",
    ),
    Standing("support_plan", "Support plan", "text", "service", rule="most_recent"),
)
SHIPPED = IDENTIFYING + DEMOGRAPHIC + OTHERS
