"""A hub with customers in two domains, a person in every role, and what each of them is shown."""

from django.contrib.auth.models import Permission
from django.test import Client
from django.test.client import MULTIPART_CONTENT as MULTIPART

from cmdm.actions.users import issue_token
from cmdm.models import DomainUserPermission, system_user
from customers.models import Customer
from tests.support.people import make_domain, make_user
from tests.support.records import ANNA_AGAIN, ANNE, KARL, make_source, person, stored

ROLES = ("reader", "steward", "lead", "data owner", "privacy officer", "auditor", "administrator", "consumer")
OTHERS = ("nobody", "superuser", "switched off", "model-wide", "one verb", "both", "far")

WHO = (*ROLES, *OTHERS)


class World:
    """Anna and Anne in the north, Karl in the south, Nora in both; a question in the north and one across."""

    def __init__(self) -> None:
        north, south = make_domain("north"), make_domain("south")
        crm, till = make_source(north, "crm"), make_source(south, "till")
        nora = person("Nora", "Aalto", "1971-01-01", "nora@aalto.example")
        anna, anne = stored(crm, "1", ANNA_AGAIN), stored(crm, "2", ANNE)
        karl = stored(till, "1", KARL)
        both = stored(crm, "3", nora)
        assert stored(till, "3", {**nora, "gender": "female"}).customer == both.customer
        across = stored(till, "4", person("Anna", "Lindqvist", "1980-02-03", gender="female"))
        self.customers = {
            name: Customer.objects.get(pk=record.customer_id)
            for name, record in {"anna": anna, "anne": anne, "karl": karl, "nora": both, "across": across}.items()
        }
        self.domains = (north, south)
        self.users = {role: make_user(role, domain=north) for role in ROLES}
        self.users |= {name: self.other(name) for name in OTHERS}
        self.users = {name: type(user).objects.get(pk=user.pk) for name, user in self.users.items()}
        self.eyes = {name: Eyes(user) for name, user in self.users.items()}

    def other(self, name):
        north, south = self.domains
        if name in ("both", "far"):
            return make_user("lead", domains=self.domains) if name == "both" else make_user("steward", domain=south)
        user = make_user("lead", domain=north) if name == "switched off" else make_user(name=name.replace(" ", "-"))
        view = Permission.objects.get(codename="view", content_type__app_label="cmdm", content_type__model="domain")
        if name == "superuser":
            type(user).objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
        if name == "switched off":
            type(user).objects.filter(pk=user.pk).update(is_active=False)
        if name == "model-wide":
            user.user_permissions.add(view)
        if name == "one verb":
            DomainUserPermission.objects.create(user=user, permission=view, content_object=south)
        return user


class Eyes:
    """What one user is shown, by a browser and by a token; each address is asked once."""

    def __init__(self, user):
        self.pages, self.api = Client(), Client()
        self.pages.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        if user.is_active:
            token = issue_token(actor=system_user(), user=user)
            self.api = Client(headers={"authorization": f"Bearer {token}"})
        self.read: dict[tuple, str] = {}

    def text(self, path, term=None):
        """What stands there; nothing where the answer is a refusal."""
        if (path, term) not in self.read:
            self.read[path, term] = shown(self.ask(path, term))
        return self.read[path, term]

    def ask(self, path, term):
        client = self.api if path.startswith("/api/") else self.pages
        if term is None:
            return client.get(path)
        return client.post(path, {"term": term}, content_type="application/json" if client is self.api else MULTIPART)


def shown(answer):
    if answer.status_code != 200:
        return ""
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
