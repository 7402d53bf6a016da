"""The settings of speech recognition: who hears calls, with what, and how far that is trusted."""

from __future__ import annotations

from sapa.config import env

ENGINES = ("faster_whisper", "openai_http", "onnx_asr")

SAPA_ASR_ENGINE = env.choice(
    "SAPA_ASR_ENGINE",
    "faster_whisper",
    "What turns speech into words; see [engines](engines.md)",
    allowed=ENGINES,
)
SAPA_ASR_MODEL = env.text(
    "SAPA_ASR_MODEL",
    "packaged:whisper-base",
    "Speech model of `faster_whisper`: a folder in CTranslate2 form, `packaged:whisper-base`, or a name on a model hub",
)
SAPA_ASR_SECOND_MODEL = env.text(
    "SAPA_ASR_SECOND_MODEL",
    "",
    "A bigger speech model, for the calls that somebody lets be heard again and for SAPA_ASR_SECOND_SHARE of all. "
    "Empty: there is none",
)
SAPA_ASR_SECOND_ENGINE = env.choice(
    "SAPA_ASR_SECOND_ENGINE",
    "",
    "Engine of the second model. Empty: that of the first",
    allowed=("", *ENGINES),
)
SAPA_ASR_SECOND_SHARE = env.integer(
    "SAPA_ASR_SECOND_SHARE", 0, "Percent of calls that the second model hears from the start", low=0, high=100
)
SAPA_ASR_THREADS = env.integer("SAPA_ASR_THREADS", 0, "Processor threads for speech; 0: all cores", low=0, high=256)
SAPA_ASR_HUB = env.flag("SAPA_ASR_HUB", False, "Allow fetching a model by its hub name from the internet")
SAPA_ASR_SERVER_URL = env.server(
    "SAPA_ASR_SERVER_URL", "", "Speech server of `openai_http`, like `http://asr.example:8000/v1`; calls are sent there"
)
SAPA_ASR_SERVER_KEY = env.bearer("SAPA_ASR_SERVER_KEY", "Key that the speech server asks for")
SAPA_ASR_SERVER_MODEL = env.text("SAPA_ASR_SERVER_MODEL", "whisper-1", "Model that the speech server is asked for")
SAPA_ASR_SERVER_TIMEOUT_S = env.integer(
    "SAPA_ASR_SERVER_TIMEOUT_S", 600, "Seconds that the speech server has for ten minutes of sound", low=1, high=7200
)
SAPA_ASR_ONNX_MODEL = env.text(
    "SAPA_ASR_ONNX_MODEL",
    "",
    "Speech model of `onnx_asr`: a folder, or its type and a folder as `gigaam-v3-ctc:/folder`",
)
SAPA_ASR_LANGUAGES = env.words(
    "SAPA_ASR_LANGUAGES", "en,ru,pl", "Languages the speech model is trusted to hear; in others the machine abstains"
)
SAPA_ASR_MOST_WRONG_PCT = env.integer(
    "SAPA_ASR_MOST_WRONG_PCT",
    30,
    "Words in a hundred that the speech model may get wrong in a language, as measured (`make bench-words`); over that "
    "the machine abstains from what rests on words",
    low=1,
    high=100,
)
for _name, _engine in (("SAPA_ASR_ENGINE", SAPA_ASR_ENGINE), ("SAPA_ASR_SECOND_ENGINE", SAPA_ASR_SECOND_ENGINE)):
    if _engine == "openai_http" and not SAPA_ASR_SERVER_URL:
        env.refuse(_name, "SAPA_ASR_SERVER_URL is needed with openai_http")
    if _engine == "onnx_asr" and not (SAPA_ASR_ONNX_MODEL or _name == "SAPA_ASR_SECOND_ENGINE"):
        env.refuse(_name, "SAPA_ASR_ONNX_MODEL is needed with onnx_asr")
