"""What records did send and could not be read, read in another way; as far as that is clear and nothing sensitive.

What was received lies sealed and is opened here for the parts alone that the source meant for an attribute which the
reader may see: had they been read at once, they would stand on the page.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from customers.models import SourceRecord
from customers.queries.catalogue import Catalogue, Spec
from customers.rules.mapping import ADDRESS_PARTS
from customers.rules.suggesting.mending import MENDED, WAYS, country
from customers.rules.suggesting.shapes import Proposal
from customers.sealing import open_raw
from customers.types.base import Invalid, Options
from customers.types.countries import country_choices, country_code

LANGUAGES = ("en", "de", "fr", "es")


def left_out(record: SourceRecord, known: Catalogue) -> set[tuple[str, str]]:
    """Attributes and parts of a record that could not be read and may be mended."""
    return {
        (one["attribute"], one["part"])
        for one in record.findings
        if one.get("code") == "left_out"
        and one.get("attribute") in known.specs
        and one["attribute"] not in known.sensitive
        and (known.specs[one["attribute"]].row.type in WAYS or one.get("part") == "country")
    }


def mended(records: Sequence[SourceRecord], known: Catalogue) -> Iterator[Proposal]:
    """Proposals for open records of sources; one query where anything of theirs was left out."""
    wanted = {
        one.pk: (one, parts)
        for one in records
        if one.about_id is None and one.closed_at is None and (parts := left_out(one, known))
    }
    raws = SourceRecord.objects.filter(pk__in=wanted).values_list("pk", "raw") if wanted else ()
    for pk, raw in raws:
        record, parts = wanted[pk]
        content = open_raw(bytes(raw)) if raw else None
        if not isinstance(content, Mapping):
            continue
        for attribute, part in sorted(parts):
            made = _proposal(record, known.specs[attribute], part, _sent(record, content, attribute, part))
            if made is not None:
                yield made


def _sent(record: SourceRecord, content: Mapping[str, Any], attribute: str, part: str) -> list[str]:
    """The texts that were sent for an attribute or part: by the columns of the source, or by its name."""
    columns = record.source.mapping.get("columns") or {}
    texts = [content.get(column) for column, path in columns.items() if _is_meant(str(path), attribute, part)]
    given = content.get(attribute)
    for one in given if isinstance(given, list) else [given]:
        texts.append(one.get(part or "value") if isinstance(one, Mapping) else one)
    return [text for text in texts if isinstance(text, str) and text.strip()]


def _is_meant(path: str, attribute: str, part: str) -> bool:
    name, *rest = path.split(".")
    return name == attribute and (part not in ADDRESS_PARTS or (bool(rest) and rest[-1] == part))


def _proposal(record: SourceRecord, spec: Spec, part: str, texts: Sequence[str]) -> Proposal | None:
    found: dict[str, tuple[str, Any]] = {}
    for text in texts:
        ways = _countries(text) if part == "country" else _readings(spec, text, record)
        if len(ways) == 1:
            ((key, value),) = ways.items()
            found.setdefault(key, (text, value))
    if len(found) != 1:
        return None
    ((text, value),) = found.values()
    if part == "country":
        lacking = [one for one in record.values.get(spec.name) or () if not one.get("country")]
        if len(lacking) != 1:
            return None
        value = {**{name: said for name, said in lacking[0].items() if name != "verified"}, "country": value}
    whole = "" if part == "value" else part
    return Proposal(MENDED, record.pk, record.domain_id, spec.name, value, whole, facts={"sent": text[:80]})


def _countries(text: str) -> dict[str, str]:
    names = [name for language in LANGUAGES for _code, name in country_choices(language)]
    codes = {country_code(way) for way in country(text, names)} - {""}
    return {code: code for code in codes}


def _readings(spec: Spec, text: str, record: SourceRecord) -> dict[str, Any]:
    """What the type makes of the ways to write a text, by the value's key; not the text itself, which it refused."""
    options: Options = spec.reading(date_order="ymd", country=record.source.country)
    found = {}
    for way in WAYS[spec.row.type](text):
        try:
            value = spec.type.parse(way, options)
        except Invalid:
            continue
        if not spec.type.checks(value, options):
            found[spec.key_of(value)] = value
    return found
