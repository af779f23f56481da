"""The match models: installing the shipped ones."""

from cmdm import audit
from cmdm.actions import action
from cmdm.models import User
from matching.engine.defaults import organisation_model, person_model
from matching.models import MatchModel


@action
def install_models(*, actor: User) -> list[MatchModel]:
    """Put the shipped models in force where a party type has none."""
    held = set(MatchModel.objects.filter(in_force=True).values_list("party_type", flat=True))
    made = []
    for model in (person_model(), organisation_model()):
        if model.party_type not in held:
            made.append(
                MatchModel.objects.create(
                    party_type=model.party_type,
                    version=1,
                    definition=model.to_dict(),
                    digest=model.digest(),
                    in_force=True,
                    note="shipped",
                )
            )
    if made:
        audit.record(actor, "model.installed", made[0], counts={"models": len(made)})
    return made
