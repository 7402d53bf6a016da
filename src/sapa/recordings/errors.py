"""Why a recording is refused: a stable code and what to do."""

from __future__ import annotations

from sapa.core.errors import SapaError


class AudioUnsupported(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("audio_unsupported", f"{problem} Give a WAV file with one party on each channel.")


class AudioUnreadable(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("audio_unreadable", f"The recording cannot be decoded: {problem}. Export it again.")


class AudioTooLong(SapaError):
    def __init__(self, longest_h: int) -> None:
        super().__init__("audio_too_long", f"The recording is over {longest_h} hours long. Split it into calls.")


class AudioEmpty(SapaError):
    def __init__(self) -> None:
        super().__init__("audio_empty", "The recording holds no sound. Check that recording was on for this call.")


class ChannelsUnsupported(SapaError):
    def __init__(self, channels: int) -> None:
        super().__init__(
            "channels_unsupported",
            f"The recording has {channels} channel(s); two are needed, one party on each. "
            "Set the phone system to record both legs apart.",
        )


class FileUnreadable(SapaError):
    def __init__(self, name: str, problem: str) -> None:
        super().__init__("file_unreadable", f"{name} cannot be read: {problem}")


class FileTooLarge(SapaError):
    def __init__(self, limit_mb: int) -> None:
        super().__init__(
            "file_too_large",
            f"The file is over {limit_mb} MB. Split it, or raise SAPA_UPLOAD_MAX_MB.",
            http_status=413,
        )


class RecordingDamaged(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "recording_damaged",
            "The stored recording no longer has the checksum it came with. Restore it from a backup.",
        )


class ChannelInvalid(SapaError):
    def __init__(self, channel: int) -> None:
        super().__init__("channel_invalid", f"Channel {channel} does not exist; it is 0 or 1.")
