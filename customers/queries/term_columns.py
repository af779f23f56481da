"""The words by which many records are found, in columns: the same as `terms.terms_in` finds for each."""

from collections.abc import Iterable, Sequence

import polars as pl

from customers.queries.terms import EXACT, MAX, NAME, SOUND, Term, exact_term, key_term, sound

ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SIMPLE = "^[A-Za-z0-9]+$"  # of which folding makes the same in lower case


def lines_of(terms: Iterable[Term]) -> list[str]:
    """Kind and term as COPY takes them."""
    return [f"{kind}\t{term.translate(ESCAPED)}" for kind, term in terms if term]


def key_lines(keys: pl.Series) -> pl.Series:
    """The term of each key."""
    simple = keys.str.contains(_SIMPLE) & (keys.str.len_bytes() < MAX - 4)
    begin = exact_term("key", "", sensitive=False)
    made = pl.select(pl.concat_str([pl.lit(f"{EXACT}\t{begin}"), keys.str.to_lowercase()])).to_series()
    if simple.all():
        return made
    others = [
        line if plain else lines_of([key_term(key)])[0]
        for line, plain, key in zip(made.to_list(), simple.to_list(), keys.to_list(), strict=True)
    ]
    return pl.Series(others, dtype=pl.String)


def name_lines(folded: Sequence[pl.Series]) -> pl.DataFrame:
    """``place`` and ``term`` of names whose folded parts are given, null where there is none: whole, words, sounds."""
    if not folded:
        return pl.DataFrame(schema={"place": pl.UInt32, "term": pl.String})
    names = [str(number) for number in range(len(folded))]
    frame = pl.DataFrame(dict(zip(names, folded, strict=True))).with_row_index("place")
    whole = pl.concat_str(names, separator=" ", ignore_nulls=True)
    turned = pl.concat_str(names[::-1], separator=" ", ignore_nulls=True)
    said = frame.select("place", whole=whole, turned=turned).filter(pl.any_horizontal(pl.col("whole") != ""))
    words = said.select("place", word=pl.col("whole").str.split(" ")).explode("word").filter(pl.col("word") != "")
    distinct = words["word"].unique()
    heard = pl.DataFrame({"word": distinct, "sound": pl.Series(map(sound, distinct.to_list()), dtype=pl.String)})
    sounds = words.join(heard, on="word", how="left").filter(pl.col("sound") != "")
    return pl.concat(
        [
            said.select("place", term=_line(NAME, pl.col("whole"))),
            said.select("place", term=_line(NAME, pl.col("turned"))),
            words.select("place", term=_line(NAME, pl.col("word"))),
            sounds.select("place", term=_line(SOUND, pl.col("sound"))),
        ]
    )


def _line(kind: int, text: pl.Expr) -> pl.Expr:
    """Folded text needs no escaping."""
    length = MAX if kind == NAME else None
    return pl.concat_str([pl.lit(f"{int(kind)}\t"), text.str.slice(0, length)])
