"""Why a recording is refused: a stable code and what to do."""

from __future__ import annotations

from sapa.core.errors import SapaError


class AudioUnsupported(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__(
            "audio_unsupported",
            f"{problem} Give a WAV, MP3, Ogg, FLAC, M4A or AMR file.",
            problem=problem,
        )


class AudioUnreadable(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__(
            "audio_unreadable", f"The recording cannot be decoded: {problem}. Export it again.", problem=problem
        )


class AudioTooLong(SapaError):
    def __init__(self, longest_h: float) -> None:
        super().__init__("audio_too_long", f"The recording is over {longest_h:g} hours long. Split it into calls.")


class AudioTooLarge(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "audio_too_large",
            "Decoding the recording takes more memory or disk space than one recording may. "
            "Split it, or export it with two channels at 8 or 16 kHz.",
        )


class AudioTooSlow(SapaError):
    """`retryable` when the machine was busy with something else meanwhile."""

    def __init__(self, limit_s: float, *, retryable: bool) -> None:
        super().__init__(
            "audio_too_slow",
            f"The recording was not decoded within {limit_s:.0f} seconds. Try again when the machine is less busy, "
            "or export the recording again as WAV.",
            retryable=retryable,
        )


class DecoderKilled(SapaError):
    """The child ended by a signal: a crash in a codec, or the system ran out of memory."""

    def __init__(self, signal_name: str, *, retryable: bool) -> None:
        super().__init__(
            "audio_decoder_killed",
            f"The decoder was ended by {signal_name} in the middle of this recording. Export it again as WAV.",
            retryable=retryable,
        )


class DecoderUnavailable(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__(
            "decoder_unavailable",
            f"The decoder cannot be started: {problem}. Ask an administrator to run: sapa doctor",
            retryable=True,
            http_status=503,
        )


class SoundUnwritable(SapaError):
    """Decoded sound lies in the data folder while it is worked on."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            "storage_write_failed",
            f"The decoded sound could not be written: {problem}. Free some space in the data folder.",
            retryable=True,
            http_status=507,
        )


class AudioEmpty(SapaError):
    def __init__(self) -> None:
        super().__init__("audio_empty", "The recording holds no sound. Check that recording was on for this call.")


class ChannelsUnsupported(SapaError):
    def __init__(self, channels: int) -> None:
        super().__init__(
            "channels_unsupported",
            f"The recording has {channels} channels; two are taken, one party on each, or one with both parties. "
            "Export the two parties' channels alone.",
        )


class RecordingMono(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "recording_mono",
            "The recording is mono: both parties are on one channel, so none of them is the agent's.",
        )


class PartRefused(SapaError):
    """One of the two files of a call cannot be taken: the same code as when it came alone, and whose file it is."""

    def __init__(self, party: str, error: SapaError) -> None:
        super().__init__(
            error.code,
            f"The {party}'s file: {error.message}",
            retryable=error.retryable,
            http_status=error.http_status,
            **error.details,
        )
        self.party = party


class PairIncomplete(SapaError):
    def __init__(self) -> None:
        super().__init__("pair_incomplete", "Give both files of the call: the customer's and the agent's.")


class PairSameFile(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "pair_same_file", "The customer's and the agent's file are the same. Give the file of each party."
        )


class PairNotMono(SapaError):
    def __init__(self, party: str, channels: int) -> None:
        super().__init__(
            "pair_not_mono",
            f"The {party}'s file has {channels} channels. Of two files each must hold one party on one channel; "
            "a file with both parties is given alone.",
        )


class PairApart(SapaError):
    def __init__(self, offset_s: float) -> None:
        super().__init__(
            "pair_apart",
            f"With the agent's file starting {offset_s:g} seconds after the customer's the two have no moment in "
            "common. Correct agent_offset_s.",
        )


class PairLengths(SapaError):
    def __init__(self, customer_s: float, agent_s: float) -> None:
        super().__init__(
            "pair_lengths",
            f"The customer's file is {customer_s:.0f} seconds long and the agent's {agent_s:.0f}: that does not look "
            "like one call. If it is one, say by how much the agent's starts later (agent_offset_s).",
        )


class ListeningCopyLost(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "listening_copy_lost",
            "The sound for the player was removed before it could be kept. Try again.",
            retryable=True,
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
