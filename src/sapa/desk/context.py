"""What every page needs for its frame: theme, languages, and the settings of htmx."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sapa import __version__
from sapa.accounts.models import Person
from sapa.calls.selectors import sees_whole_line
from sapa.consultations.selectors import is_asked_to_comment

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "sapa_theme"
_HTMX = {
    "includeIndicatorStyles": False,  # they would be an inline style
    "allowEval": False,
    "allowScriptTags": False,
    "selfRequestsOnly": True,
    "attributesToSettle": ["class", "width", "height"],  # not style: CSP
    "historyCacheSize": 0,  # calls are nobody's business once the tab is closed
    "refreshOnHistoryMiss": True,
    "historyRestoreAsHxRequest": False,
    "scrollIntoViewOnBoost": False,
    "responseHandling": [  # what could not be saved comes back as a page with what was typed, and what to do
        {"code": "204", "swap": False},
        {"code": "[23]..|409|422", "swap": True},
        {"code": "[45]..", "swap": False, "error": True},
    ],
}


def frame(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    person = getattr(request, "user", None)  # what is refused early has none yet
    return {
        "theme": theme if theme in THEMES else THEMES[0],
        "languages_offered": settings.LANGUAGES,
        "htmx_config": json.dumps(_HTMX),
        "version": __version__,
        "may_see_line": isinstance(person, Person) and sees_whole_line(person),
        "has_open_forms": isinstance(person, Person) and is_asked_to_comment(person),
    }
