"""From a table of values to prepared columns: what `features.prepare` does, for a million records at once.

Plain ASCII values go through expressions over whole columns; whatever is out of the ordinary goes, each distinct value
once, through the very functions that prepare one record. The result is the same, value by value.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from matching.engine import contacts
from matching.engine.bulk.addressing import addresses_of
from matching.engine.bulk.aside import side_by_side
from matching.engine.bulk.lists import Ints
from matching.engine.bulk.prepared import PHONE_BASE, TEXT_NAMES, Prepared, Rows, compared_as, date_number
from matching.engine.bulk.values import each_distinct, first_of_equal, folded, is_plain, of_distinct
from matching.engine.features import LISTED, MADE_UP, Party, made_up, prepare
from matching.engine.folding import fold, joined, plain
from matching.engine.lexicon import GENERATIONS, TITLES
from matching.engine.model import Model
from matching.engine.names import PersonName, organisation_name, organisation_names, person_name
from matching.engine.scripts import SEVERAL
from matching.engine.scripts.romanised import JOINING

_NAME_VALUES = ("given_name", "middle_name", "family_name", "suffix", "full_name")
# Of such names given and family name are read together.
_EASTERN = rf"^(?:(?:{'|'.join(sorted(TITLES))}) )*(?:{'|'.join(sorted(JOINING))})\b"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_EMAIL = r"^[A-Za-z0-9._\-]+@[A-Za-z0-9.\-]+$"


@dataclass
class Table:
    """Values of records. `single`: one text a record, null where there is none; `many`: rows with their parts.

    `many` may hold email, phone, website, organisation (`value`), identifier (`scheme`, `value`, `verified`), address
    (`line1`, `line2`, `house`, `postal_code`, `city`) and whatever else the model compares as plain values (`value`).
    """

    ids: Ints
    party_type: str
    single: Mapping[str, pl.Series] = field(default_factory=dict)
    many: Mapping[str, Rows] = field(default_factory=dict)

    def text(self, name: str) -> pl.Series:
        """One text for each record; empty where there is none or nothing but spaces."""
        found = self.single.get(name)
        if found is None:
            return pl.repeat("", len(self.ids), dtype=pl.String, eager=True)
        filled = found.cast(pl.String).fill_null("")
        return pl.select(pl.when(filled.str.strip_chars() == "").then(pl.lit("")).otherwise(filled)).to_series()

    def rows(self, name: str) -> Rows:
        """The values of many, none when the table has no such attribute."""
        if name in self.many:
            return self.many[name]
        if name in self.single:
            text = self.text(name)
            there = np.flatnonzero((text != "").to_numpy())
            return Rows(there, {"value": text.gather(there)})
        return Rows(np.zeros(0, dtype=np.int64), {})


def prepared_from(model: Model, table: Table) -> Prepared:
    """The prepared columns of a table."""
    dates = {name: _dates(model, table, name) for name in {"birth_date", *compared_as(model, "date")}}
    # The longest first.
    steps: list[Callable[[], Any]] = [
        lambda: addresses_of(model, table.rows("address")),
        lambda: _names(model, table),
        lambda: _emails(model, table.rows("email")),
        lambda: _phones(model, table.rows("phone")),
    ]
    addresses, names, emails, phones = side_by_side(len(table.ids), steps)
    return Prepared(
        ids=table.ids,
        party_type=table.party_type,
        names=names,
        emails=emails,
        phones=phones,
        addresses=addresses,
        identifiers=_identifiers(model, table.rows("identifier")),
        websites=_websites(table, emails),
        organisations=_organisations(model, table.rows("organisation")),
        dates=dates,
        texts={
            name: _values(table.rows(name), fold, model.placeholders.get(name, ()), "value")
            for name in compared_as(model, "exact", "text")
        },
        others=_others(model, table),
    )


def _names(model: Model, table: Table) -> dict[str, pl.Series]:
    given, family, full = (table.text(name) for name in ("given_name", "family_name", "full_name"))
    spelt = folded(given), folded(family)
    eastern = spelt[0].str.contains(_EASTERN) | spelt[1].str.contains(_EASTERN)
    odd = ((full != "") & ((given == "") | (family == "") | ~is_plain(full))) | eastern
    found = _plain_names(model, table, given, family, spelt)
    if odd.any():
        columns = {name: table.text(name).filter(odd) for name in _NAME_VALUES}
        made = _odd_names(model, table.party_type, pl.DataFrame(columns))
        places = np.flatnonzero(odd.to_numpy())
        found = {name: column.scatter(places, made[name]) for name, column in found.items()}
    return {**found, "gender": of_distinct(table.text("gender"), lambda text: joined(text)[:1])}


def _plain_names(
    model: Model, table: Table, given: pl.Series, family: pl.Series, spelt: tuple[pl.Series, pl.Series]
) -> dict[str, pl.Series]:
    """Given and family name each by itself; `spelt` are both folded."""
    folded_given, folded_family = spelt
    whole = folded_given + " " + folded_family
    nobody = whole.str.strip_chars().is_in(list(model.placeholders.get("full_name", ())))
    no_given = nobody | folded_given.is_in(list(model.placeholders.get("given_name", ())))
    no_family = nobody | folded_family.is_in(list(model.placeholders.get("family_name", ())))
    given = pl.select(pl.when(no_given).then(pl.lit("")).otherwise(given)).to_series()
    family = pl.select(pl.when(no_family).then(pl.lit("")).otherwise(family)).to_series()
    first = _read(given, lambda text: person_name(text, "", "", "", ""), _GIVEN)
    last = _read(family, lambda text: person_name("", "", text, "", ""), _FAMILY)
    middle = (first["middle"] + " " + folded(table.text("middle_name"))).str.strip_chars()
    suffix = of_distinct(table.text("suffix"), lambda text: str(GENERATIONS.get(fold(text), 0))).cast(pl.Int8)
    own, other = first["generation"].cast(pl.Int8), last["generation"].cast(pl.Int8)
    generation = pl.select(
        pl.when(suffix > 0).then(suffix).otherwise(pl.when(own > 0).then(own).otherwise(other))
    ).to_series()
    return {
        **{name: first[name] for name in ("given", "given_whole", "given_written")},
        **{name: last[name] for name in ("family", "family_written", "parts")},
        "middle": middle,
        "generation": generation,
    }


def _read(column: pl.Series, make: Callable[[str], Any], own: Collection[str]) -> dict[str, pl.Series]:
    """The parts of names; a single word is itself in all that are its `own`, and nothing else."""
    slow = np.flatnonzero((~column.str.contains(_ONE_WORD)).to_numpy())
    made = each_distinct(column.gather(slow), lambda text: _parts(make(text)), *_SHAPE)
    lower = column.str.to_lowercase()
    nothing = {name: pl.repeat("0" if name == "generation" else "", len(column), eager=True) for name in _SHAPE}
    # Scattering changes the series itself.
    return {name: (lower.clone() if name in own else nothing[name]).scatter(slow, made[name]) for name in _SHAPE}


_ONE_WORD = "^[A-Za-z]*$"
_GIVEN, _FAMILY = ("given", "given_whole", "given_written"), ("family", "family_written")
_SHAPE = (*TEXT_NAMES[:-1], "parts", "generation")


def _parts(name: Any) -> tuple[str, ...]:
    texts = [getattr(name, each) for each in TEXT_NAMES[:-1]]
    return (*texts, " ".join(name.family_parts), str(name.generation))


def _odd_names(model: Model, party_type: str, frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Names in one piece or in two scripts, by the reference."""
    made: dict[tuple[str, ...], tuple[str, ...]] = {}
    rows = []
    for row in frame.iter_rows():
        if row not in made:
            values = {name: text for name, text in zip(_NAME_VALUES, row, strict=True) if text}
            made[row] = _parts(prepare(model, Party(0, party_type, values)).name)
        rows.append(made[row])
    columns = {
        name: pl.Series(name, [each[place] for each in rows], dtype=pl.String) for place, name in enumerate(_SHAPE)
    }
    return {**columns, "generation": columns["generation"].cast(pl.Int8)}


def _others(model: Model, table: Table) -> dict[int, tuple[PersonName, ...]]:
    """Further names and spellings, by the reference: few records have any."""
    rows = table.rows("other_name")
    told: dict[int, list[str]] = {}
    for row, text in zip(rows.rows.tolist(), _value(rows), strict=True):
        told.setdefault(row, []).append(text)
    for name in ("given_name", "family_name", "full_name"):
        if name in table.single:
            for row in table.single[name].cast(pl.String).str.contains(SEVERAL.pattern).arg_true():
                told.setdefault(row, [])
    if not told:
        return {}
    columns = {name: table.text(name) for name in _NAME_VALUES}
    found = {}
    for row, texts in told.items():
        values = {name: column[row] for name, column in columns.items() if column[row]}
        made = prepare(model, Party(0, table.party_type, {**values, "other_name": [{"value": text} for text in texts]}))
        if made.others:
            found[row] = made.others
    return found


def _dates(model: Model, table: Table, name: str) -> Ints:
    empty = model.placeholders.get(name, ())

    def number(text: str) -> str:
        found = contacts.partial_date(text)
        there = found is not None and found.whole not in empty
        return str(date_number(found.year, found.month, found.day)) if found and there else "0"

    text = table.text(name)
    # A whole day of the calendar is its own number; anything else is read by the reference.
    days = text.str.strptime(pl.Date, "%Y-%m-%d", strict=False).set(~text.str.contains(_DAY) | text.is_in(empty), None)
    numbers = (days.dt.year() * 10_000 + days.dt.month().cast(pl.Int32) * 100 + days.dt.day()).fill_null(0)
    slow = np.flatnonzero(days.is_null().to_numpy())
    numbers = numbers.cast(pl.Int32)
    if len(slow):
        numbers = numbers.scatter(slow, of_distinct(text.gather(slow), number).cast(pl.Int32))
    found: Ints = numbers.to_numpy().astype(np.int32)
    return found


def _kept(rows: Rows, keep: pl.Series, parts: Mapping[str, pl.Series], *key: str) -> Rows:
    """The rows that are kept, the first of those that are equal."""
    frame = first_of_equal(pl.DataFrame({"row": rows.rows, **parts}).filter(keep), *key)
    return Rows(frame["row"].to_numpy().astype(np.int64), {name: frame[name] for name in parts})


def _value(rows: Rows, part: str = "value") -> pl.Series:
    found = rows.parts.get(part)
    return pl.Series(part, [], dtype=pl.String) if found is None else found.cast(pl.String).fill_null("").rename(part)


def _emails(model: Model, rows: Rows) -> Rows:
    empty = list(model.placeholders.get("email", ()))
    text = _value(rows)
    quick = text.str.contains(_EMAIL)
    whole = text.str.to_lowercase().set(~quick, "")
    slow = np.flatnonzero((~quick).to_numpy())
    whole = whole.scatter(slow, of_distinct(text.gather(slow), _whole_email)) if len(slow) else whole
    keep = (whole != "") & ~whole.is_in(empty)
    if empty:
        # Few are; the user of those is looked at alone.
        suspect = np.flatnonzero(whole.str.contains_any([f"{each}@" for each in empty]).to_numpy())
        user = whole.gather(suspect).str.extract(r"^(.*)@[^@]*$").fill_null("")
        keep = keep.scatter(suspect, keep.gather(suspect) & ~user.is_in(empty))
    return _kept(rows, keep, {"whole": whole}, "whole")


def _whole_email(text: str) -> str:
    found = contacts.email(text)
    return found.whole if found else ""


def _phones(model: Model, rows: Rows) -> Rows:
    empty = list(model.placeholders.get("phone", ()))
    text = _value(rows)
    quick = is_plain(text)
    number = text.str.replace_all(r"[^0-9]", "").str.strip_chars_start("0")
    number = pl.select(
        pl.when(number.str.len_chars() < contacts.LAST_DIGITS - 1).then(pl.lit("")).otherwise(number)
    ).to_series()
    number = number.str.tail(10)
    slow = np.flatnonzero((~quick).to_numpy())
    number = number.scatter(slow, of_distinct(text.gather(slow), _number)) if len(slow) else number
    ending = number.str.tail(contacts.LAST_DIGITS)
    bad = ["", *MADE_UP, *empty]
    keep = ~ending.is_in(bad) & ~number.is_in(empty)
    coded = number.str.len_chars().cast(pl.Int64) * PHONE_BASE + number.replace("", "0").cast(pl.Int64)
    return _kept(rows, keep, {"number": coded}, "number")


def _number(text: str) -> str:
    found = contacts.phone(text)
    return found.number if found else ""


def _identifiers(model: Model, rows: Rows) -> Rows:
    empty = list(model.placeholders.get("identifier", ()))
    text = _value(rows)
    scheme = of_distinct(_value(rows, "scheme"), plain)
    value = folded(text).str.replace_all(" ", "", literal=True)
    verified = rows.parts["verified"] if "verified" in rows.parts else pl.repeat(False, len(text), eager=True)
    lengths = value.str.len_chars()
    bad = [*MADE_UP, *empty, *filter(made_up, value.filter(lengths > LISTED).unique())]
    keep = (lengths > 2) & ~value.is_in(bad)
    parts = {"scheme": scheme, "value": value, "verified": verified.fill_null(False)}
    return _kept(rows, keep, parts, "scheme", "value", "verified")


def _values(rows: Rows, make: Callable[[str], str], empty: tuple[str, ...], name: str) -> Rows:
    made = of_distinct(_value(rows), lambda text: make(text) if text.strip() else "")
    return _kept(rows, (made != "") & ~made.is_in(list(empty)), {name: made}, name)


def _websites(table: Table, emails: Rows) -> Rows:
    """The hosts of the web sites; organisations' mailboxes have one, too, unless a provider keeps them."""
    written = _values(table.rows("website"), contacts.domain, (), "value")
    if table.party_type != "organisation" or not len(emails.rows):
        return written
    host = emails.parts["whole"].str.extract(r"@([^@]*)$").fill_null("")
    kept = np.flatnonzero((~host.is_in(sorted(contacts.PROVIDERS))).to_numpy())
    rows = np.concatenate([written.rows, emails.rows[kept]])
    value = pl.concat([written.parts["value"].cast(pl.String), host.gather(kept)])
    order = np.argsort(rows, kind="stable")
    both = Rows(rows[order], {"value": value.gather(order)})
    return _kept(both, both.parts["value"] != "", both.parts, "value")


def _organisations(model: Model, rows: Rows) -> Rows:
    def whole(text: str) -> str:
        found = organisation_name(text)
        return found.whole if found else ""

    return _values(_one_name_a_row(rows), whole, model.placeholders.get("organisation_name", ()), "whole")


def _one_name_a_row(rows: Rows) -> Rows:
    """Two names in one text as two values."""
    parts = [organisation_names(text) for text in _value(rows)]
    if all(len(each) < 2 for each in parts):
        return rows
    counts = [len(each) for each in parts]
    each = pl.Series("value", list(chain.from_iterable(parts)), dtype=pl.String)
    return Rows(np.repeat(rows.rows, counts), {"value": each})
