"""The legal form of an organisation, where its name ends in one."""

from collections.abc import Iterator

from customers.rules.suggesting.shapes import Names, Proposal, Said
from customers.types.folding import fold

LEGAL_FORM = "legal_form_in_name"
_FORMS = (
    "GmbH & Co. KG|GmbH & Co. KGaA|AG & Co. KG|UG (haftungsbeschränkt)|GmbH|gGmbH|mbH|AG|KGaA|KG|OHG|UG|e.K.|e.V.|eG|"
    "GbR|SE|PartG mbB|PartG|Ltd|Limited|LLC|LLP|PLC|Inc|Incorporated|Corp|Corporation|Pty Ltd|SARL|S.à r.l.|EURL|SAS|"
    "SASU|SA|SCI|SNC|S.L.|S.L.U.|S.A.|S.A.U.|S.p.A.|S.r.l.|S.a.s.|S.n.c.|B.V.|N.V.|VOF|AB|A/S|ApS|AS|ASA|Oy|Oyj|"
    "Sp. z o.o.|Kft|Zrt|s.r.o.|a.s.|Lda|Ltda"
).split("|")
# What is written in several ways is one form: the way in which it is written most.
_MEANT = {"limited": "Ltd", "incorporated": "Inc", "corporation": "Corp", "s a r l": "SARL"}
_BY_WORDS = {tuple(fold(form).split()): form for form in reversed(_FORMS)}
_LONGEST = max(map(len, _BY_WORDS))


def legal_form(name: str) -> str:
    """The legal form in which a name ends, as it is mostly written; empty where it ends in none, or is nothing else."""
    words = tuple(fold(name).split())
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        found = _BY_WORDS.get(words[-length:])
        if found:
            return _MEANT.get(" ".join(words[-length:]), found)
    return ""


def proposals(said: Said, names: Names) -> Iterator[Proposal]:
    """The legal form that an organisation's name says and its record does not."""
    name = said.values.get(names.organisation) if names.organisation and names.legal_form else None
    form = legal_form(str(name)) if name and not said.values.get(names.legal_form) else ""
    if form:
        yield Proposal(LEGAL_FORM, said.record, said.domain, names.legal_form, form, facts={"name": str(name)})
