"""What is exported for Amazon Connect has the shape that its own client library takes."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from sapa.scorecards.exchange import amazon_connect
from sapa.scorecards.library import scorecard_shipped, shipped_keys


@pytest.mark.parametrize("key", shipped_keys())
def test_amazon_would_take_what_we_send(key: str) -> None:
    """By the service model of its own client library; who sends it adds the id of the instance."""
    shape = ServiceModel(Loader().load_service_model("connect", "service-2")).shape_for("CreateEvaluationFormRequest")
    for language in ("en", "kk"):
        content = amazon_connect.form_to_connect(scorecard_shipped(key), language=language).content
        report = ParamValidator().validate({"InstanceId": "ours", **content}, shape)
        assert not report.has_errors(), report.generate_report()
        weights = [one["Question"]["Weight"] for item in content["Items"] for one in item["Section"]["Items"]]
        assert sum(weights) == pytest.approx(100, abs=0.01)
