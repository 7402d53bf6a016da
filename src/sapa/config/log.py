"""What must not stand in a log: the secret of a sign-in link is a way in for whoever reads it."""

from __future__ import annotations

import logging
import re

_LINK = re.compile(r"(/enter/)[^\s/?#]+")


class LinkSecretsHidden(logging.Filter):
    """Django logs the path of a refused request, so the secret of a link that was not spent would be kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = _LINK.sub(r"\1…", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True
