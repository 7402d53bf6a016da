from __future__ import annotations

from sapa.analytics.selectors import measures_of, tags_of
from sapa.analytics.services import analysis_make, analysis_save
from sapa.analytics.types import Analysis, Tag, TagKind
from sapa.calls.models import Call
from sapa.calls.types import Party


def nobody_looks(share: float) -> None:
    pass


def test_what_is_made_of_a_call_is_what_is_kept(call: Call) -> None:
    made = analysis_make(call.pk, nobody_looks)
    analysis_save(call.pk, made)
    assert measures_of(call) == made.measures
    assert [(tag.kind, tag.start_s) for tag in tags_of(call)] == [(tag.kind, tag.start_s) for tag in made.tags]
    assert made.measures["turns_count"] == 8.0


def test_a_later_analysis_replaces_the_earlier_one(call: Call) -> None:
    for evidence in ("first", "second"):
        tag = Tag(TagKind.SILENCE, Party.UNKNOWN, 1.0, 7.0, evidence)
        analysis_save(call.pk, Analysis({"talk_agent_s": None}, (tag,)))
    assert [tag.evidence for tag in tags_of(call)] == ["second"]
    assert measures_of(call) == {"talk_agent_s": None}


def test_a_call_that_was_not_measured_has_nothing(db: None, call: Call) -> None:
    call.measures.delete()
    assert measures_of(Call.objects.get(pk=call.pk)) == {}
