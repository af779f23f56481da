"""Ports and registries: how a lower app reaches a higher one without importing it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_ports: list["Port[..., Any]"] = []


class Port(Generic[P, R]):
    """A function that a lower app declares and exactly one upper app supplies in ``AppConfig.ready()``.

    It is called synchronously, in the caller's transaction, on lists.
    """

    def __init__(self, name: str, signature: Callable[P, R]) -> None:
        self.name = name
        self.__doc__ = signature.__doc__
        self._supplied: Callable[P, R] | None = None
        _ports.append(self)

    def supply(self, function: Callable[P, R]) -> None:
        """Give the port its one supplier.

        :raises ImproperlyConfigured: it has another already.
        """
        if self._supplied not in (None, function):
            raise ImproperlyConfigured(f"The port {self.name} is supplied twice.")
        self._supplied = function

    def supply_from(self, path: str) -> None:
        """Give the port its supplier by its dotted path: imported at the first call, for it may need much."""
        self.supply(partial(_called, path))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._supplied is None:
            raise ImproperlyConfigured(f"Nobody supplies the port {self.name}.")
        return self._supplied(*args, **kwargs)


def _called(path: str, *args: Any, **kwargs: Any) -> Any:
    return import_string(path)(*args, **kwargs)


def port(name: str) -> Callable[[Callable[P, R]], Port[P, R]]:
    """Declare the decorated signature as a port."""

    def declare(signature: Callable[P, R]) -> Port[P, R]:
        return Port(name, signature)

    return declare


class Registry(Generic[T]):
    """Things that apps add to a list kept below them, each under one name, in a stated order."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._things: dict[str, tuple[int, T]] = {}

    def add(self, name: str, thing: T, *, order: int = 100) -> None:
        """Add a thing under its name; the same name again replaces it only by itself."""
        known = self._things.get(name)
        if known is not None and known[1] != thing:
            raise ImproperlyConfigured(f"{self.what} {name} is registered twice.")
        self._things[name] = (order, thing)

    def __iter__(self) -> Iterator[T]:
        return iter(thing for _name, thing in self.items())

    def items(self) -> list[tuple[str, T]]:
        """Names with their things, in the stated order."""
        rows = sorted(self._things.items(), key=lambda pair: (pair[1][0], pair[0]))
        return [(name, thing) for name, (_, thing) in rows]

    def __getitem__(self, name: str) -> T:
        return self._things[name][1]

    def __contains__(self, name: object) -> bool:
        return name in self._things


@checks.register("ports")
def every_port_is_supplied(**_: Any) -> list[checks.CheckMessage]:
    """Says which port has no supplier."""
    return [
        checks.Error(f"Nobody supplies the port {one.name}.", id="cmdm.E001") for one in _ports if one._supplied is None
    ]
