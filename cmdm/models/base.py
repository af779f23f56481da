"""What rows written by an action have in common: the change id, and a history table."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords

from cmdm.database import lookups  # noqa: F401  (every model may ask with them)


class ChangeDefault(models.Func):
    """The change id of the running action, as a database default; null outside of one, which NOT NULL refuses."""

    template = "NULLIF(current_setting('cmdm.change', true), '')::uuid"
    arity = 0

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__(output_field=models.UUIDField())


class Changed(models.Model):
    """A row that knows by which change it came to be as it is."""

    change = models.UUIDField(db_default=ChangeDefault(), editable=False)

    class Meta:
        abstract = True


class Versioned(HistoricalRecords):
    """The history table of a model, written only by :mod:`cmdm.history`; its one index is the row's own.

    :param unique: fields that name one version, such as ``("id", "version")``; without, the index is on the id.
    :param indexes: others, where versions are looked for by more than their row.
    """

    def __init__(
        self, *args: Any, unique: tuple[str, ...] = (), indexes: Sequence[models.Index] = (), **kwargs: Any
    ) -> None:
        self.unique, self.indexes = unique, indexes
        super().__init__(*args, **kwargs)

    def copy_fields(self, model: type[models.Model]) -> dict[str, Any]:
        fields: dict[str, Any] = super().copy_fields(model)
        for name, field in fields.items():
            if name == "id" and not self.unique:
                continue
            field.db_index = False
        return fields

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        options: dict[str, Any] = super().get_meta_options(model)
        if self.unique:
            name = f"{model._meta.db_table}_version"
            options["constraints"] = [models.UniqueConstraint(fields=self.unique, name=name)]
        if self.indexes:
            options["indexes"] = list(self.indexes)
        return options
