"""The match models in force, ready for the engine."""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection

from cmdm.models import Job
from cmdm.standing import Standing
from matching.engine.model import Model
from matching.models import MatchModel

REHEARSE, REKEY = "matching.rehearse", "matching.rekey"
# As text: it is read only where this process does not know it yet.
_CHOSEN = """
    SELECT party_type, version, state, digest, definition::text FROM matching_matchmodel
     WHERE state = 'in force' OR promoting_since IS NOT NULL
"""


@dataclass(frozen=True)
class InForce:
    """The engine's model with the version that the ledger names."""

    version: int
    model: Model


@dataclass(frozen=True)
class _Kept:
    in_force: dict[str, InForce] = field(default_factory=dict)
    coming: dict[str, Model] = field(default_factory=dict)


@lru_cache(maxsize=32)
def _read(digest: str, definition: str) -> Model:
    return Model.from_dict(json.loads(definition))


def models_in_force() -> dict[str, InForce]:
    """By party type; one query, inside a change none while they stand as they stood."""
    return standing_models().in_force


def models_coming() -> dict[str, Model]:
    """Those that are being promoted, by party type: their keys are written beside those in force. No query more."""
    return standing_models().coming


def tidying_keys() -> bool:
    """Whether records are being given the keys of a model, or soon will be."""
    return Job.objects.filter(name=REKEY, state__in=[Job.State.QUEUED, Job.State.RUNNING]).exists()


def read_model(row: MatchModel) -> Model:
    """The engine's model of one version."""
    return _read(row.digest, _text(row.definition))


def _kept() -> _Kept:
    made = _Kept()
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN)
        rows = cursor.fetchall()
    for party, version, state, digest, text in rows:
        model = _read(digest, text)
        if state == MatchModel.State.IN_FORCE:
            made.in_force[party] = InForce(version, model)
        else:
            made.coming[party] = model
    return made


standing_models = Standing("match models", _kept, MatchModel)


def _text(definition: Any) -> str:
    return json.dumps(definition, sort_keys=True)
