"""The web server's own log in the form of ours; in a module of its own, since only the web server loads its classes."""

from __future__ import annotations

import logging.config
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # the vendor gives no types


class WebLog(Logger):  # type: ignore[misc]  # as above
    """`gunicorn --logger-class sapa.config.web_log.WebLog`: for the process that watches the others, too."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        logging.config.dictConfig(settings.LOGGING)
