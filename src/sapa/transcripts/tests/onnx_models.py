"""Tiny models that onnx-asr runs for real. They hear nothing: which token comes out is a matter of how loud it is.

No model of a family that onnx-asr knows can be had from a package registry, so the words of one are not tested here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

VOCABULARY = ("▁go", "od", "<blk>")


def ctc_model(folder: Path, *, config: str = '{"model_type": "nemo-conformer-ctc", "subsampling_factor": 1}') -> Path:
    """Of NeMo's shape: `audio_signal (batch, 80, frames)` and `length` in, `logprobs (batch, frames, 3)` out.

    The mean of the 80 features of a frame is, normalised by NeMo's own rule, above zero in the louder half of the
    sound: there it says "▁go", else nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mean = helper.make_node("ReduceMean", ["audio_signal"], ["mean"], axes=[1], keepdims=1)
    column = helper.make_node("Transpose", ["mean"], ["column"], perm=[0, 2, 1])
    scores = helper.make_node("Mul", ["column", "weights"], ["scores"])
    sure = helper.make_node("LogSoftmax", ["scores"], ["logprobs"], axis=-1)
    weights = numpy_helper.from_array(np.array([[[8.0, -4.0, -8.0]]], dtype=np.float32), "weights")
    graph = helper.make_graph(
        [mean, column, scores, sure],
        "loud",
        [
            helper.make_tensor_value_info("audio_signal", TensorProto.FLOAT, ["batch", 80, "frames"]),
            helper.make_tensor_value_info("length", TensorProto.INT64, ["batch"]),
        ],
        [helper.make_tensor_value_info("logprobs", TensorProto.FLOAT, ["batch", "frames", 3])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "vocab.txt").write_text("".join(f"{token} {at}\n" for at, token in enumerate(VOCABULARY)))
    (folder / "config.json").write_text(config)
    return folder
