"""What a version of the match model was found to be worth, each time that it was looked at."""

from django.db import models

from cmdm import clock
from cmdm.models import Changed
from matching.models.model import MatchModel


class Measurement(Changed):
    """The figures of one rehearsal, in short: kept when the version is rehearsed again, and when others follow it.

    ``figures``: records, line, pairs, precision and recall (each with its interval), the calibration error, questions
    for people, and by how many answers it was measured; 0: estimated from the probabilities alone.
    """

    model = models.ForeignKey(MatchModel, models.PROTECT, related_name="measurements")
    at = models.DateTimeField(default=clock.now)
    figures = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.model_id} {self.at}"
