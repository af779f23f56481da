"""How well the shipped models are calibrated, as it was measured when they were made (`benchmarks/shipped.py`).

The customers of that set are made up by the hub's own generator, so it is no promise for anybody's records: a rehearsal
on those takes its place.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from matching.engine.defaults import organisation_model, person_model

FILE = Path(__file__).with_name("shipped.json")
SHIPPED = {"person": person_model, "organisation": organisation_model}


@lru_cache(maxsize=1)
def _kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def measured(party: str) -> dict[str, Any]:
    """The curve (``points``), ``error``, ``set`` and what was right at the ``line``; empty where nothing is kept.

    ``current``: it was measured with the weights that are shipped now.
    """
    found = _kept().get(party)
    return {**found, "current": found["digest"] == SHIPPED[party]().digest()} if found else {}
