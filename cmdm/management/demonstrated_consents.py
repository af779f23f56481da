"""What the demonstration's customers were asked and said: purposes, notices in four languages, and their answers.

Karl is the one who signs in to the portal. Eva gave two answers before her records were joined: only she can settle it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from cmdm import audit, clock
from cmdm.actions import action
from cmdm.management import demonstrated_answers
from cmdm.models import User, portal_user
from consent.actions import consents, contacts, evidence, notices, on_behalf, purposes
from consent.models import Act, Evidence, Method, Notice, Purpose
from customers.actions import records
from customers.actions.received import Received
from customers.models import Customer, Source, SourceRecord
from matching.actions import ledger

SINCE = timedelta(days=1_200)
KARL = "karl.oberlaender@mail.example"
LANGUAGES = ("en", "de", "fr", "es")
# Key, terms, and label and description by language.
PURPOSES: Sequence[tuple[str, Mapping[str, Any], Sequence[tuple[str, str]]]] = (
    (
        "offers",
        {"channels": ["email", "phone"], "dpv": "dpv:DirectMarketing", "expires_after_days": 1095, "minimum_age": 16},
        (
            ("Offers", "News and prices, at most one a week."),
            ("Angebote", "Neues und Preise, höchstens einmal in der Woche."),
            ("Offres", "Nouveautés et prix, au plus une fois par semaine."),
            ("Ofertas", "Novedades y precios, como mucho una vez por semana."),
        ),
    ),
    (
        "partners",
        {"kind": "opt_out", "sale_or_sharing": True, "channel_bound": False, "dpv": "dpv:CommercialPurpose"},
        (
            ("Partners may use my data", "Three partners show you what fits to what you bought."),
            ("Partner dürfen meine Daten nutzen", "Drei Partner zeigen Ihnen, was zu Ihren Käufen passt."),
            (
                "Des partenaires peuvent utiliser mes données",
                "Trois partenaires vous montrent ce qui va avec vos achats.",
            ),
            ("Los socios pueden usar mis datos", "Tres socios le muestran lo que va con sus compras."),
        ),
    ),
    (
        "orders",
        {"kind": "contract", "channel_bound": False, "dpv": "dpv:FulfilmentOfContractualObligation"},
        (
            ("Your orders", "We need your data to deliver what you buy."),
            ("Ihre Bestellungen", "Wir brauchen Ihre Daten, um zu liefern, was Sie kaufen."),
            ("Vos commandes", "Nous avons besoin de vos données pour livrer vos achats."),
            ("Sus pedidos", "Necesitamos sus datos para entregar lo que compra."),
        ),
    ),
)
# Of the two notices, one for each purpose that is asked or may be objected to: title and text by language.
NOTICES: Mapping[str, Sequence[tuple[str, str]]] = {
    "offers": (
        ("Offers", "If you agree, we send you news and prices, at most one a week. You can say no at any time."),
        ("Angebote", "Wenn Sie zustimmen, senden wir Ihnen Neues und Preise. Sie können jederzeit nein sagen."),
        ("Offres", "Si vous acceptez, nous vous envoyons nouveautés et prix. Vous pouvez dire non à tout moment."),
        ("Ofertas", "Si acepta, le enviamos novedades y precios. Puede decir que no en cualquier momento."),
    ),
    "partners": (
        ("Partners", "Partners use what you bought to show you what fits, unless you object."),
        ("Partner", "Partner nutzen, was Sie gekauft haben, um Passendes zu zeigen, sofern Sie nicht widersprechen."),
        ("Partenaires", "Des partenaires utilisent vos achats pour vous montrer ce qui y va, sauf opposition."),
        ("Socios", "Los socios usan lo que ha comprado para mostrarle lo que encaja, salvo que se oponga."),
    ),
}
# How long, which rights, and how to say no, by language; the same in both.
TERMS: Sequence[tuple[str, str, str, str]] = (
    (
        "Until you withdraw, three years at most",
        "Access, correction, erasure, objection, complaint to the authority",
        "In the portal under My consents, or by the link in every mail",
        "E-mail, telephone, orders",
    ),
    (
        "Bis zum Widerruf, längstens drei Jahre",
        "Auskunft, Berichtigung, Löschung, Widerspruch, Beschwerde bei der Aufsichtsbehörde",
        "Im Portal unter Meine Einwilligungen oder über den Link in jeder Mail",
        "E-Mail, Telefon, Bestellungen",
    ),
    (
        "Jusqu’au retrait, trois ans au plus",
        "Accès, rectification, effacement, opposition, réclamation auprès de l’autorité",
        "Dans le portail sous Mes consentements, ou par le lien dans chaque e-mail",
        "E-mail, téléphone, commandes",
    ),
    (
        "Hasta que lo retire, tres años como máximo",
        "Acceso, rectificación, supresión, oposición, reclamación ante la autoridad",
        "En el portal, en Mis consentimientos, o con el enlace de cada correo",
        "Correo electrónico, teléfono, pedidos",
    ),
)
CONTROLLER = "Nordlicht Handels GmbH, Hafenstraße 1, 24103 Kiel"
HOUSE = {"kind": "home", "line1": "Am Kirchplatz 4", "postal_code": "87616", "city": "Marktoberdorf", "country": "DE"}
PERSONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "karl-shop": (
        "shop",
        {
            "given_name": "Karl",
            "family_name": "Oberlaender",
            "birth_date": "1985-11-02",
            "email": [{"value": KARL, "verified": True}],
            "phone": [{"value": "+4917681205536", "kind": "mobile"}],
            "address": [HOUSE],
        },
    ),
    "karl-crm": (
        "crm",
        {
            "given_name": "Karl",
            "family_name": "Oberlaender",
            "birth_date": "1985-11-02",
            "email": [{"value": KARL}],
            "address": [HOUSE],
        },
    ),
    "eva-shop": (
        "shop",
        {
            "given_name": "Eva",
            "family_name": "Lindqvist",
            "birth_date": "1979-09-14",
            "email": [{"value": "eva@lindqvist.example"}],
        },
    ),
    "eva-crm": (
        "crm",
        {"given_name": "Eva", "family_name": "Åkerlund", "phone": [{"value": "+4943155501234", "kind": "home"}]},
    ),
}


def is_made() -> bool:
    """Whether all of it is there."""
    return Customer.objects.filter(records__key="eva-crm", ledger__deed="merge").exists()


def make(*, actor: User, privacy: User, domain_key: str) -> None:
    """Purposes, notices, a year of answers, Karl and Eva with theirs; made once."""
    if is_made():
        return
    with clock.at(clock.now() - SINCE):
        _purposes(privacy)
    demonstrated_answers.make(actor=actor, privacy=privacy, domain_key=domain_key)
    people = {key: _record(key, domain_key, actor) for key in PERSONS}
    _answers(people, privacy)
    _join_eva(people, User.objects.get(username="steward"))


@action
def _purposes(actor: User) -> None:
    if Purpose.objects.filter(key=PURPOSES[0][0]).exists():
        return
    for position, (key, terms, words) in enumerate(PURPOSES, 1):
        pairs = zip(LANGUAGES, words, strict=True)
        said = {code: {"label": label, "description": text} for code, (label, text) in pairs}
        fields = {**terms, **said["en"], "translations": said, "position": position}
        purposes.publish(purposes.draft(actor=actor, key=key, fields=fields), actor=actor)
    for key, words in NOTICES.items():
        for code, (title, text), usual in zip(LANGUAGES, words, TERMS, strict=True):
            _notice(key, code, {"title": title, "text": text}, usual, actor)
    audit.record(actor, "demonstration.asked", counts={"purposes": len(PURPOSES), "notices": Notice.objects.count()})


def _notice(key: str, language: str, words: Mapping[str, str], terms: tuple[str, str, str, str], actor: User) -> None:
    facts = {**dict(zip(("retention", "rights", "withdrawal", "categories"), terms, strict=True)), "layout": "portal-1"}
    about = {"purposes": [key], "controller": CONTROLLER, "recipients": "Mailhaus AG, Kiel"}
    fields = {**words, **facts, **about}
    notices.publish(notices.draft(actor=actor, key=key, language=language, fields=fields), actor=actor)


def _record(key: str, domain_key: str, actor: User) -> SourceRecord:
    system, values = PERSONS[key]
    source = Source.objects.get(key=f"{domain_key}-{system}")
    return records.take_in(source, [Received(key, values, party_type="person")], actor=actor)[0].stored


def _answers(people: Mapping[str, SourceRecord], privacy: User) -> None:
    offers = Purpose.objects.get(key="offers")
    karl = [people["karl-shop"], people["karl-crm"]]
    _agree(offers, karl, KARL)
    _agree(offers, [people["eva-shop"]], "eva@lindqvist.example")
    on_behalf.record_on_behalf(
        [people["eva-crm"]],
        actor=privacy,
        purpose=offers,
        act=Act.WITHDRAWN,
        method=Method.PHONE,
        note="Call of the morning, written down at once.",
    )


@action
def _agree(purpose: Purpose, proved: Sequence[SourceRecord], address: str) -> None:
    """A yes in the portal, by whoever proved the address."""
    actor = portal_user()
    contact = contacts.verified(contacts.contact_point("email", address, actor=actor), actor=actor, how="code")
    proof = evidence.keep(actor=actor, kind=Evidence.Kind.CODE, form="portal", proof={"contact": contact.pk})
    consents.record(
        proved,
        actor=actor,
        purpose=purpose,
        channel="email",
        contact=contact,
        act=Act.GRANTED,
        method=Method.PORTAL,
        evidence=proof,
        proved=proved,
    )
    audit.record(actor, "demonstration.answered", counts={"acts": len(proved)})


def _join_eva(people: Mapping[str, SourceRecord], steward: User) -> None:
    """The steward learns that both are Eva: from then on her two answers stand beside each other."""
    both = [SourceRecord.objects.select_related("customer").get(pk=people[key].pk) for key in ("eva-shop", "eva-crm")]
    customers = [one.customer for one in both if one.customer is not None]
    if len({one.pk for one in customers}) == 2:
        seen = {one.pk: one.version for one in customers}
        ledger.merge(customers, actor=steward, seen=seen, reason="She married; both numbers are hers.")
