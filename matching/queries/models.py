"""The match models in force, ready for the engine."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cmdm import memo
from matching.engine.model import Model
from matching.models import MatchModel


@dataclass(frozen=True)
class InForce:
    """The engine's model with the version that the ledger names."""

    version: int
    model: Model


@lru_cache(maxsize=32)
def _read(digest: str, definition: str) -> Model:
    return Model.from_dict(json.loads(definition))


def models_in_force() -> dict[str, InForce]:
    """By party type; one query, inside a change one for all its steps."""
    return memo.once("match models", _in_force)


def _in_force() -> dict[str, InForce]:
    rows = MatchModel.objects.filter(in_force=True).values_list("party_type", "version", "digest", "definition")
    return {party: InForce(version, _read(digest, _text(definition))) for party, version, digest, definition in rows}


def _text(definition: Any) -> str:
    return json.dumps(definition, sort_keys=True)
