"""Hearing, for administrators: which engine and model hear the calls of a queue or a language, and what they listen
for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sapa.accounts.models import Person
from sapa.core.errors import SapaError
from sapa.desk.sheets.hearing import (
    engines_offered,
    hearing_page,
    languages_offered,
    queue_names,
    rule_fields,
)
from sapa.desk.views.people import administrator_of
from sapa.desk.wording.failures import failure_words
from sapa.transcripts.models import HearingRule
from sapa.transcripts.plans import LONGEST_HINT, MOST_HINTS, Rule
from sapa.transcripts.rules import hearing_rule_remove, hearing_rule_set


@require_safe
@never_cache
def rule_list(request: HttpRequest) -> HttpResponse:
    administrator_of(request)
    return render(request, "desk/hearing/list.html", {"page": hearing_page()})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rule_new(request: HttpRequest) -> HttpResponse:
    """Where there is a rule for that queue and language already, it is changed on its own page."""
    actor = administrator_of(request)
    if request.method != "POST":
        return _form(request, None)
    queue, language = request.POST.get("queue", "").strip(), request.POST.get("language_heard", "")
    if HearingRule.objects.filter(language_heard=language).filter(**_of_queue(queue)).exists():
        problem = _("There is a rule for this queue and language already. Edit that one.")
        return _form(request, None, problem=problem, status=409)
    return _saved(request, actor, None, queue=queue, language=language)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rule_edit(request: HttpRequest, hearing_rule_id: int) -> HttpResponse:
    actor, rule = administrator_of(request), _rule_of(hearing_rule_id)
    if request.method != "POST":
        return _form(request, rule)
    kept = rule.as_rule()
    return _saved(request, actor, rule, queue=kept.queue, language=kept.language_heard)


@require_POST
def rule_remove(request: HttpRequest, hearing_rule_id: int) -> HttpResponse:
    actor, rule = administrator_of(request), _rule_of(hearing_rule_id).as_rule()
    hearing_rule_remove(actor, queue=rule.queue, language_heard=rule.language_heard)
    messages.success(request, _("The rule is removed."))
    return redirect("hearing")


def _saved(request: HttpRequest, actor: Person, rule: HearingRule | None, *, queue: str, language: str) -> HttpResponse:
    given = request.POST
    wanted = Rule(
        queue,
        language,
        given.get("language_told", ""),
        given.get("engine", ""),
        given.get("model", ""),
        tuple(given.get("hints", "").splitlines()),
    )
    try:
        hearing_rule_set(actor, wanted)
    except SapaError as exc:
        words = failure_words(exc.code, exc.message)
        return _form(request, rule, problem=words, problem_code=exc.code, status=exc.http_status)
    messages.success(request, _("Saved. Calls that come from now on are heard so."))
    return redirect("hearing")


def _form(request: HttpRequest, rule: HearingRule | None, *, status: int = 200, **told: Any) -> HttpResponse:
    context = {
        "rule": rule,
        "fields": rule_fields(rule, request.POST if request.method == "POST" else None),
        "queues": queue_names(),
        "languages": languages_offered(),
        "engines": engines_offered(),
        "most_hints": MOST_HINTS,
        "longest_hint": LONGEST_HINT,
        **told,
    }
    return render(request, "desk/hearing/rule.html", context, status=status)


def _of_queue(queue: str) -> dict[str, Any]:
    return {"queue__name": queue} if queue else {"queue": None}


def _rule_of(hearing_rule_id: int) -> HearingRule:
    rule = HearingRule.objects.select_related("queue").filter(pk=hearing_rule_id).first()
    if rule is None:
        raise Http404
    return rule
