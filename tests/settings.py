"""The settings of the tests: the hub's own, on a database server of the tests, with passwords that hash at once."""

import os

from tests.support import server

os.environ.update(server.environment())
# Playwright keeps an event loop running in the thread that also uses the ORM.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from cmdm.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# A test's client need not read every static file before its first request; the server of the browser tests does.
WHITENOISE_AUTOREFRESH = os.environ.get("CMDM_TEST_SERVER") != "1"
# A language that is written from right to left, with what Django knows of it: layout is proven in it, not words.
if os.environ.get("CMDM_TEST_SERVER") == "1":
    LANGUAGES = [*LANGUAGES, ("ar", "Arabic")]  # noqa: F405
