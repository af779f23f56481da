"""Compiling the kernels before they are needed."""

import polars as pl

from matching.engine.bulk.blocking import block, pairs
from matching.engine.bulk.columns import of_prepared
from matching.engine.bulk.digesting import digests64
from matching.engine.bulk.fast import AVAILABLE
from matching.engine.bulk.reading import table_of
from matching.engine.bulk.scoring import Scorer
from matching.engine.bulk.tables import prepared_from
from matching.engine.defaults import organisation_model, person_model

_VALUES = {
    "given_name": "Anna",
    "family_name": "Lopez Garcia",
    "middle_name": "M",
    "birth_date": "1980-02-03",
    "gender": "f",
    "organisation_name": "Acme",
    "website": [{"value": "acme.example"}],
    "email": [{"value": "anna.lopez@acme.example"}],
    "phone": [{"value": "+49 30 1234987"}],
    "address": [{"line1": "12 Main Street", "city": "Bern", "postal_code": "3000"}],
    "identifier": [{"scheme": "tax", "value": "7364009"}],
}


def warm() -> bool:
    """Compile every kernel, so that the first load does not wait; False where numba is not installed."""
    if not AVAILABLE:
        return False
    digests64(b"key", "begin", pl.Series(["text"]))
    for model in (person_model(), organisation_model()):
        columns = of_prepared(prepared_from(model, table_of(model, [(1, _VALUES), (2, _VALUES)])))
        scorer = Scorer(model, columns)
        for left, right in pairs(block(model, columns)):
            scorer.score(left, right, floor=model.review)
    return True
