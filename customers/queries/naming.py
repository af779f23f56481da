"""What a customer or record is called."""

import re
from collections.abc import Mapping
from typing import Any

from customers.sealing import is_sealed

_EAST = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
PARTS = {"person": ("given_name", "middle_name", "family_name", "suffix"), "organisation": ("organisation_name",)}


def name_in(values: Mapping[str, Any], party_type: str) -> str:
    """The name by the catalogue's name attributes, in their order; empty when there is none, or it is sealed."""
    if any(is_sealed(values.get(name)) for name in PARTS[party_type]):
        return ""
    parts = [values[name] for name in PARTS[party_type] if isinstance(values.get(name), str)]
    # Chinese, Japanese and Korean names are written family name first, without a blank.
    return "".join(reversed(parts)) if parts and all(map(_EAST.fullmatch, parts)) else " ".join(parts)
