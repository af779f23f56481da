"""Addresses of a table: most lines are a street and one number, and are read once for each street."""

from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from matching.engine.addresses import address, words_in
from matching.engine.bulk.prepared import Rows
from matching.engine.bulk.values import each_distinct, first_of_equal, folded, is_plain
from matching.engine.folding import fold
from matching.engine.lexicon import BESIDE, NUMBER_SIGNS, ORDINALS, STREET_KINDS, UNITS
from matching.engine.model import Model

_PARTS = ("line1", "line2", "house", "postal_code", "city")
_READ = ("house", "street", "words", "postcode")
# A line with one number of up to three digits: what else it holds decides how it is read, not which number it is.
_ONE_NUMBER = r"^([^0-9]*[^A-Za-z0-9])?([0-9]{1,3}[A-Za-z]?)([^A-Za-z0-9][^0-9]*)?$"
_ALONE = "(?:^|[ ,])[0-9]{1,3}[A-Za-z]?(?:[ ,]|$)"
_OTHER_DIGITS = r"[\p{N}&&[^0-9]]"
# Words for which the words beside them matter.
_TELLING: Final = UNITS | BESIDE | NUMBER_SIGNS | ORDINALS.keys()
_UNITS = "|".join(sorted(UNITS))
# A flat or floor at the end of a line is left out by the reader; here already, unless what stands before is one, too.
_FLAT = rf"[^a-z0-9]+(?:{_UNITS})[^a-z0-9,]+[a-z0-9]{{1,4}}[^a-z0-9]*$"
_UNIT = rf"(?:^|[^a-z0-9])(?:{_UNITS})[^a-z0-9]*$"


def addresses_of(model: Model, rows: Rows) -> Rows:
    """The prepared addresses, those without street, postcode and city left out, and repeats in a record."""
    empty = list(model.placeholders.get("address", ()))
    cleaned = {name: _cleaned(rows, name, empty) for name in _PARTS}
    parts = {name: text for name, (text, _folded) in cleaned.items()}
    line = pl.select(pl.when(parts["line1"] != "").then(parts["line1"]).otherwise(parts["line2"])).to_series()
    read = _read_lines(line)
    code = cleaned["postal_code"][1].str.replace_all(" ", "", literal=True)
    found = {
        "row": pl.Series(rows.rows),
        **read,
        "postcode": pl.select(pl.when(code != "").then(code).otherwise(read["postcode"])).to_series(),
        "city": cleaned["city"][1],
    }
    with_house = np.flatnonzero((parts["house"] != "").to_numpy())
    if len(with_house):
        made = _one_by_one(pl.DataFrame(parts)[with_house])
        found.update({name: found[name].scatter(with_house, made[name]) for name in _READ})
    frame = pl.DataFrame(found)
    frame = frame.filter((pl.col("street") != "") | (pl.col("postcode") != "") | (pl.col("city") != ""))
    names = (*_READ, "city")
    frame = first_of_equal(frame, *names)
    return Rows(frame["row"].to_numpy().astype(np.int64), {name: frame[name] for name in names})


def _cleaned(rows: Rows, name: str, empty: list[str]) -> tuple[pl.Series, pl.Series]:
    """A part as it is written and folded; empty where it is a placeholder."""
    found = rows.parts.get(name)
    if found is None:
        nothing = pl.repeat("", len(rows.rows), dtype=pl.String, eager=True).rename(name)
        return nothing, nothing
    text = found.cast(pl.String).fill_null("").rename(name)
    short = folded(text)
    nothing = short.is_in(empty)
    return text.set(nothing, ""), short.set(nothing, "")


def _read_lines(line: pl.Series) -> dict[str, pl.Series]:
    """House, street, words and the postcode within the line."""
    # An apostrophe divides no word, but would divide one here.
    plain = is_plain(line) & ~line.str.contains("['`]")
    lower = line.str.to_lowercase()
    shorter = lower.str.replace(_FLAT, "")
    line = pl.select(pl.when(plain & ~shorter.str.contains(_UNIT)).then(shorter).otherwise(line)).to_series()
    groups = line.str.extract_groups(_ONE_NUMBER)
    head, number, tail = (groups.struct.field(str(place)).fill_null("") for place in (1, 2, 3))
    # Beyond ASCII a letter may join what stands beside it, and digits may be any script's.
    alone = line.str.contains(_ALONE) & ~line.str.contains(_OTHER_DIGITS)
    simple = (number != "") & (plain | alone)
    template = pl.select(pl.when(simple).then(head + "1" + tail).otherwise(line)).to_series()
    read = each_distinct(template, lambda text: _usual(text) or _line({"line1": text}), *_READ)
    number = number.str.to_lowercase()
    house = pl.select(pl.when(simple & (read["house"] == "1")).then(number).otherwise(read["house"])).to_series()
    numbered = simple & read["words"].str.contains(r"^1( |$)")
    words = pl.select(pl.when(numbered).then(number + read["words"].str.slice(1)).otherwise(read["words"])).to_series()
    # The number comes before all words but those that begin with one, as 3rd.
    mixed = np.flatnonzero((numbered & words.str.contains(" [0-9]")).to_numpy())
    words = words.scatter(mixed, words.gather(mixed).str.split(" ").list.sort().list.join(" "))
    return {**read, "house": house, "words": words}


# A comma parts, and an apostrophe divides no word.
_MARKS = frozenset(",'`")


def _usual(text: str) -> tuple[str, ...] | None:
    """What the reader makes of a street and the number 1; nothing for a line that needs a closer look."""
    words = fold(text).split()
    if not _MARKS.isdisjoint(text) or words.count("1") != 1 or not _TELLING.isdisjoint(words):
        return None
    named = [_street(word) for word in words if word != "1"]
    if not named or not all(map(str.isalpha, named)):
        return None
    telling = [word for word in named if word not in STREET_KINDS]
    return "1", " ".join(telling or named), " ".join(sorted({"1", *telling})), ""


@lru_cache(maxsize=65_536)
def _street(word: str) -> str:
    """A word of a street in its short form; one with a digit stays, and needs a closer look."""
    return " ".join(words_in(word)) if word.isalpha() else word


def _line(parts: dict[str, str]) -> tuple[str, ...]:
    found = address(parts)
    return found.house, found.street, " ".join(sorted(found.words)), found.postcode


def _one_by_one(frame: pl.DataFrame) -> dict[str, pl.Series]:
    made = [_line({name: text for name, text in row.items() if text}) for row in frame.iter_rows(named=True)]
    return {name: pl.Series([each[place] for each in made], dtype=pl.String) for place, name in enumerate(_READ)}
