"""Rows that other processes prepare become what they become here."""

import io
import pickle
import sys
from types import SimpleNamespace

import polars as pl
import pytest

from customers.actions import preparers
from customers.actions.preparing import prepare
from customers.actions.received import NEW, REJECTED, Received
from customers.queries.catalogue import as_read
from customers.rules.applying import Bound
from customers.rules.mapping import Mapping, Target

pytestmark = pytest.mark.django_db

ROWS = [
    Received("K1", {"given_name": "ANN", "email": [{"value": "Ann@X.example"}]}, "person", line=2),
    Received("K2", {"given_name": "Bob", "birth_date": "1980-02-31"}, "person", line=3),
]


def test_a_preparer_gives_what_this_process_would_make_with_what_is_written(source, monkeypatch):
    come, go = io.BytesIO(pickle.dumps((as_read(), "en", source, ROWS))), io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=come))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=go))

    preparers.serve()

    first, second = pickle.loads(go.getvalue())  # noqa: S301
    expected = prepare(source, ROWS)
    assert (first.status, first.digest, second.status) == (NEW, expected[0].digest, REJECTED)
    assert second.faults == expected[1].faults
    assert '"given_name": "Ann"' in first.written.values
    assert any(term == "ann" for _kind, term in first.written.terms)


HEADER = ["id", "given", "born"]
BOUND = Bound(
    Mapping(
        "id",
        {
            "given": Target("given_name", path="given_name"),
            "born": Target("birth_date", path="birth_date"),
        },
    ),
    HEADER,
)
FRAME = pl.DataFrame({"0": ["K1", "K2"], "1": ["ANN", "Bob"], "2": ["", "1980-02-31"], "line": [2, 3]})

NONSENSE = "import sys; sys.stdout.write('Vx\nVy\na.'); sys.stdout.flush(); sys.stdin.read()"


@pytest.mark.parametrize("answer", ["", NONSENSE])
def test_rows_of_a_preparer_that_dies_or_answers_nonsense_are_prepared_here(source, monkeypatch, answer):
    monkeypatch.setattr(preparers, "_BEGIN", answer)
    monkeypatch.setattr(preparers, "FEW", 1)

    with preparers.preparers(source) as others:
        [made] = [part.result() for part in others.begin(ROWS)]
        [again] = [part.result() for part in others.begin(ROWS)]

        [columns] = [part.result() for part in others.begin_columns(FRAME, BOUND, HEADER)]

    assert columns.keys == ["K1"]
    assert [one.status for one in made] == [NEW, REJECTED]
    assert made[0].written is not None
    assert [one.received.key for one in made] == [one.received.key for one in again] == ["K1", "K2"]
