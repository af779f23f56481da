"""People who come to a hub that is measured: as rows of a file, and as POST takes them."""

import csv
import json
import secrets
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

MEANING = {
    "given_name": "given_name",
    "middle_name": "middle_name",
    "family_name": "family_name",
    "birth_date": "birth_date",
    "gender": "gender",
    "email": "email",
    "phone": "phone",
    "street": "address.line1",
    "city": "address.city",
    "postcode": "address.postal_code",
    "country": "address.country",
    "national_id": "identifier.national",
    "updated_on": "observed_at",
}
SEEDED = {
    "first_name": "given_name",
    "last_name": "family_name",
    "date_of_birth": "birth_date",
    "company": "organisation_name",
    "email": "email",
    "phone": "phone",
    "mobile": "phone",
    "street": "address.line1",
    "city": "address.city",
    "postcode": "address.postal_code",
    "country": "address.country",
}


def as_rows(rows: list[dict[str, Any]], folder: Path) -> tuple[Path, Path]:
    """Records as POST takes them as a file, and its mapping."""
    flat = [{"key": row["key"], **dict(parts_of(row["values"]))} for row in rows]
    columns = sorted({column for row in flat for column in row} - {"key"})
    path, meaning = folder / "round.csv", folder / "round.json"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["key", *columns])
        writer.writeheader()
        writer.writerows(flat)
    mapping = {"key": "key", "columns": {each: each for each in columns}, "date_order": "ymd", "on_fault": "leave_out"}
    meaning.write_text(json.dumps(mapping), encoding="utf-8")
    return path, meaning


def parts_of(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Values as the columns of a file, the first of many."""
    for name, value in values.items():
        if name == "address":
            yield from ((f"address.{part}", text) for part, text in value[0].items())
        elif name == "identifier":
            yield f"identifier.{value[0]['scheme']}", value[0]["value"]
        elif isinstance(value, list):
            yield name, value[0]["value"]
        else:
            yield name, value


def known_people(folder: Path) -> Iterator[dict[str, Any]]:
    """People of the first file, from another place in it each time, as somebody says them who knows no telephone."""
    meaning = json.loads((folder / "posting.json").read_text())
    rows = people(folder / "first_load.csv", meaning)
    for row in islice(rows, secrets.randbelow(50_000), None):
        row["values"].pop("phone", None)
        yield row


def people(path: Path, meaning: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The people of a file as POST takes them, each under a key that nobody has given."""
    while True:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                said = {column: row[column] for column in meaning if row.get(column)}
                yield {"source": "crm", "key": f"posted-{secrets.token_hex(6)}", "values": values_of(said, meaning)}


def values_of(said: Mapping[str, str], meaning: Mapping[str, str]) -> dict[str, Any]:
    """The values that the columns of one row tell."""
    values: dict[str, Any] = {}
    for column, text in said.items():
        name, _dot, part = meaning[column].partition(".")
        if name in ("email", "phone"):
            values.setdefault(name, []).append({"value": text})
        elif name == "identifier":
            values[name] = [{"scheme": part, "value": text}]
        elif name == "address":
            values.setdefault(name, [{}])[0][part] = text
        elif name != "observed_at":
            values[name] = text
    return values
