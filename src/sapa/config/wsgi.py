"""The web application, for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # recordings and what is said in them are for the owner of the process alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
application = get_wsgi_application()
