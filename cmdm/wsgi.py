"""The web application, for gunicorn and every other WSGI server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmdm.settings")

application = get_wsgi_application()
# What stands by now stays: looking through it for garbage would hold up a request now and then.
gc.collect()
gc.freeze()
