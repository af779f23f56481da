"""Somebody with a browser and a mailbox, at the customers' portal."""

import re
from typing import Any

from django.core import mail
from django.test import Client

from cmdm import clock, jobs
from cmdm.models import Job

CODE = re.compile(r"\b(\d{6})\b")


def post_mails() -> None:
    """Let the worker do what waits for it."""
    for pk in Job.objects.filter(state=Job.State.QUEUED, name__startswith="portal.").values_list("pk", flat=True):
        jobs.run(str(pk))


def mails_to(address: str) -> list[Any]:
    """What lies in a mailbox, oldest first."""
    return [message for message in mail.outbox if message.to == [address]]


def code_in(address: str) -> str:
    """The code of the newest mail in a mailbox."""
    found = CODE.search(mails_to(address)[-1].body)
    assert found, "no code in the newest mail"
    return found[1]


class Visitor:
    """A browser at the portal."""

    def __init__(self, **extra: Any) -> None:
        self.client = Client(**extra)

    def get(self, path: str, **extra: Any) -> Any:
        return self.client.get(path, **extra)

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(path, fields)

    def ask(self, address: str, *, way: str = "sign-in") -> Any:
        """Ask for a code, and let the mails go out."""
        answer = self.post(f"/my/{way}/", address=address)
        post_mails()
        return answer

    def sign_in(self, address: str, *, way: str = "sign-in") -> Any:
        """By the code in the mailbox of this address."""
        self.ask(address, way=way)
        return self.post("/my/code/", code=code_in(address))

    def prove(self, **fact: str) -> Any:
        """Say a birth date or a customer number."""
        return self.post("/my/prove/", **fact)

    @property
    def is_in(self) -> bool:
        """Whether a page for who is signed in is shown, and nothing is asked before."""
        return self.get("/my/addresses/add/").status_code == 200

    def text(self, path: str) -> str:
        return str(self.get(path, follow=True).content.decode())

    def later(self, monkeypatch: Any, **passed: int) -> None:
        """Let time pass for everybody."""
        from datetime import timedelta

        at = clock.now() + timedelta(**passed)
        monkeypatch.setattr(clock, "now", lambda: at)
