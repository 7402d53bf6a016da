"""Which form a call gets: the rules in their order, and which of them the last calls meet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sapa.core.errors import SapaError
from sapa.desk.sheets.form_rules import rules_sheet
from sapa.desk.views.forms import changer
from sapa.desk.wording.failures import failure_words
from sapa.scorecards.choosing import FACTS
from sapa.scorecards.models import FormRule
from sapa.scorecards.rules import rule_delete, rule_move, rule_save


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    """A POST adds a rule at the end."""
    person = changer(request)
    context: dict[str, Any] = {"opened": request.GET.get("open", "")}
    if request.method == "POST":
        try:
            rule_save(person, request.POST.get("form", ""), _conditions(request))
        except SapaError as exc:
            told = {"problem": failure_words(exc.code, exc.message), "problem_code": exc.code, "given": request.POST}
            sheet = rules_sheet(person, given=_conditions(request))
            return render(request, "desk/forms/rules.html", {**context, **told, "sheet": sheet}, status=exc.http_status)
        return redirect("form-rules")
    return render(request, "desk/forms/rules.html", {**context, "sheet": rules_sheet(person)})


@require_POST
def rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Change, move or delete one."""
    person = changer(request)
    if not FormRule.objects.filter(pk=rule_id).exists():
        raise Http404
    act = request.POST.get("act", "")
    try:
        if act in {"up", "down"}:
            rule_move(person, rule_id, -1 if act == "up" else 1)
        elif act == "delete":
            rule_delete(person, rule_id)
        elif act == "save":
            rule_save(person, request.POST.get("form", ""), _conditions(request), rule_id=rule_id)
    except SapaError as exc:
        messages.error(request, failure_words(exc.code, exc.message), extra_tags="danger")
    return redirect("form-rules")


def _conditions(request: HttpRequest) -> dict[str, list[str]]:
    return {fact: request.POST.getlist(fact) for fact in FACTS}
