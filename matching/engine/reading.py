"""Reading a model's JSON with errors that name the place."""

import math
from collections.abc import Iterator, Mapping
from typing import Any


class ModelError(ValueError):
    """A model that cannot be used; the message says where and why."""


class Reader:
    """One JSON object: every key is asked for once, and an unknown one is refused."""

    def __init__(self, content: object, path: str = "model") -> None:
        if not isinstance(content, Mapping):
            raise ModelError(f"{path}: must be an object")
        self.path = path
        self._content: dict[Any, Any] = dict(content)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it must be there. All that follow raise ModelError where it is something else."""
        found = self._take(key, default)
        if not isinstance(found, str):
            raise ModelError(f"{self.path}.{key}: must be a text")
        return found

    def flag(self, key: str) -> bool:
        """True or false; false where it is left out."""
        found = self._take(key, False)
        if not isinstance(found, bool):
            raise ModelError(f"{self.path}.{key}: must be true or false")
        return found

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number; without a default it must be there."""
        return _number(self._take(key, default), f"{self.path}.{key}")

    def integer(self, key: str, default: int) -> int:
        """A whole number."""
        found = self._take(key, default)
        if isinstance(found, bool) or not isinstance(found, int):
            raise ModelError(f"{self.path}.{key}: must be a whole number")
        return found

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts; the default where it is left out."""
        found = self._take(key, default)
        if not isinstance(found, list | tuple) or not all(isinstance(each, str) for each in found):
            raise ModelError(f"{self.path}.{key}: must be a list of texts")
        return tuple(found)

    def objects(self, key: str) -> Iterator["Reader"]:
        """A list of objects, each to be read, its place in its path; none where it is left out."""
        found = self._take(key, [])
        if not isinstance(found, list | tuple):
            raise ModelError(f"{self.path}.{key}: must be a list")
        return (Reader(each, f"{self.path}.{key}[{index}]") for index, each in enumerate(found))

    def entries(self, key: str) -> Iterator[tuple[str, "Reader"]]:
        """An object of objects, each to be read, with its name."""
        path = f"{self.path}.{key}"
        found = _mapping(self._take(key, {}), path)
        return ((name, Reader(each, f"{path}.{name}")) for name, each in found.items())

    def numbers(self, key: str) -> dict[str, float]:
        """An object of finite numbers."""
        path = f"{self.path}.{key}"
        found = _mapping(self._take(key, {}), path)
        return {name: _number(each, f"{path}.{name}") for name, each in found.items()}

    def lists(self, key: str) -> dict[str, tuple[str, ...]]:
        """An object of lists of texts."""
        path = f"{self.path}.{key}"
        inner = Reader(_mapping(self._take(key, {}), path), path)
        return {name: inner.texts(name) for name in list(inner._content)}

    def mapping(self, key: str) -> dict[str, Any]:
        """An object of whatever it holds."""
        return dict(_mapping(self._take(key, {}), f"{self.path}.{key}"))

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt key must not silently mean its default."""
        if self._content:
            raise ModelError(f"{self.path}: unknown key {sorted(map(str, self._content))[0]!r}")

    def _take(self, key: str, default: object) -> Any:
        found = self._content.pop(key, default)
        if found is None:
            raise ModelError(f"{self.path}.{key}: is missing")
        return found


def _mapping(found: object, path: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping) or not all(isinstance(name, str) for name in found):
        raise ModelError(f"{path}: must be an object")
    return found


def _number(found: object, path: str) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise ModelError(f"{path}: must be a number")
    return float(found)
