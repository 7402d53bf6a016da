"""The Celery application, for Celery's own tool: `celery -A sapa.config.celery inspect ping`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
django.setup()

from sapa.pipeline.broker import worker  # noqa: E402, F401 - the settings come first; it brings the tasks
from sapa.pipeline.broker.app import app  # noqa: E402

__all__ = ["app"]
