"""Runs the lab once: Asterisk in its folder, SIPp around it, every scenario at once, in a network of its own.

`python -m tests.asterisk.world OUT` leaves in OUT what a site's disk would hold (`queue_log`, `cel.csv`, `cdr.csv`,
`master.db`, `monitor/*.wav`) and `sent/*.al`, what each telephone said. Needs root, sip-tester and what `chroot` needs.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from sapa.calls.connectors.asterisk.conf_checks import RELOAD, conf_checks
from tests.asterisk import chroot, desk_phone, dialplan, sipp
from tests.asterisk.scenarios import BROKEN, KILL, NAMES, ROTATE, SCENARIOS, STEP, Scenario
from tests.asterisk.sounds import telephone_sound
from tests.asterisk.waiting import until

CONF = Path(__file__).parent / "conf"
TAUGHT = ("cel.conf", "cel_custom.conf", "cdr.conf", "logger.conf")
UNTAUGHT = "untaught"
LOGS = {"queue_log": "queue_log", "cel.csv": "cel-custom/Master.csv", "cdr.csv": "cdr-csv/Master.csv"}
DATABASE = "master.db"
READY_WITHIN_S, DONE_WITHIN_S = 40.0, 80.0
WRITTEN_WITHIN_S = 10.0  # after the last hangup


def run(out: Path, scenarios: tuple[Scenario, ...] = SCENARIOS, *, is_taught: bool = True) -> None:
    """In a process of its own, which enters a new network. With `is_taught=False` Asterisk begins without being told to
    write anything for Sapa, and gets what `sapa pbx connect` says to add."""
    out.mkdir(parents=True, exist_ok=True)
    chroot.make()  # while there is a network to fetch it from
    names = [scenario.name for scenario in scenarios] + ([] if is_taught else [UNTAUGHT])
    command = ["unshare", "--net", "--", sys.executable, "-m", "tests.asterisk.world", str(out), *names]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-3000:])


def _main(out: Path, scenarios: list[Scenario], *, is_taught: bool) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    place = chroot.folder()
    _configure(place, scenarios)
    for conf in () if is_taught else TAUGHT:
        (place / "etc/asterisk" / conf).unlink()
    with ExitStack() as stack:
        off_s = next((scenario.clock_off_s for scenario in scenarios if scenario.clock_off_s), 0)
        asterisk = Asterisk(place, out / "asterisk.log", clock_off_s=off_s)
        stack.callback(asterisk.stop)
        asterisk.wait_until_ready()
        if not is_taught:
            _teach(place / "etc/asterisk", asterisk)
        _play(scenarios, out, asterisk)
        (out / "acts.txt").write_text("\n".join(asterisk.told))
        cel = place / "var/log/asterisk" / LOGS["cel.csv"]
        until(lambda: _ended(cel.parent) >= len(scenarios), within_s=WRITTEN_WITHIN_S)
    _collect(place, out)


def _ended(folder: Path) -> int:
    return sum(path.read_text().count("LINKEDID_END") for path in folder.glob("Master.csv*"))


def _configure(place: Path, scenarios: list[Scenario]) -> None:
    etc, log = place / "etc/asterisk", place / "var/log/asterisk"
    for left in [
        log / "messages.log",
        log / DATABASE,
        *(path for name in LOGS.values() for path in log.glob(f"{name}*")),
    ]:
        left.unlink(missing_ok=True)
    for kept in ("monitor", "voicemail/default"):  # a full mailbox takes no message
        shutil.rmtree(place / "var/spool/asterisk" / kept, ignore_errors=True)
    for needed in (log / "cel-custom", log / "cdr-csv", place / "var/spool/asterisk/monitor"):
        needed.mkdir(parents=True, exist_ok=True)
        shutil.chown(needed, *_owner(place))
    for conf in CONF.glob("*.conf"):
        shutil.copy(conf, etc / conf.name)
    plans = {name: plan for scenario in scenarios for name, plan in scenario.queues.items()}
    (etc / "manager.conf").write_text(dialplan.AMI)
    (etc / "pjsip.conf").write_text(dialplan.pjsip(NAMES))
    (etc / "queues.conf").write_text(dialplan.queues(plans, NAMES))
    (etc / "extensions.conf").write_text(dialplan.extensions({one.to: one.line for one in scenarios if one.line}))


def _teach(etc: Path, asterisk: Asterisk) -> None:
    """As an administrator does: the lines added to their files, and a reload."""
    for check in conf_checks(etc):
        if check.lines:
            with (etc / check.into).open("a") as conf:
                conf.write("\n".join(check.lines) + "\n")
    for command in RELOAD:
        asterisk.said(command)


def _owner(place: Path) -> tuple[int, int]:
    there = (place / "var/log/asterisk").stat()
    return there.st_uid, there.st_gid


def _play(scenarios: list[Scenario], out: Path, asterisk: Asterisk) -> None:
    work = out / "sipp"
    (out / "sent").mkdir(parents=True, exist_ok=True)
    work.mkdir(exist_ok=True)
    running: list[tuple[str, subprocess.Popen[bytes]]] = []
    acts: list[tuple[float, str]] = []
    outside = [scenario for scenario in scenarios if scenario.world]
    for scenario in scenarios:
        for telephone in scenario.telephones:
            phone = telephone.phone
            if telephone.steps[-1].do == "consult":
                running.append((str(phone), desk_phone.start(telephone.steps, work, phone)))
                continue
            sound = telephone_sound(out / "sent" / f"{phone}.al", seed=phone)
            xml = sipp.called(telephone.steps, user=str(phone), sound=sound)
            running.append((str(phone), sipp.start(
                xml, folder=work, name=str(phone), address=dialplan.ADDRESS,
                port=dialplan.port_of(phone), media_port=dialplan.media_port_of(phone),
                lets_pass=any(step.do == "refer" for step in telephone.steps),
            )))  # fmt: skip
    for number, scenario in enumerate(scenarios):
        if scenario in outside:
            _answer_outside(scenario, out, work, running)
        is_inside = scenario.from_.isdigit() and len(scenario.from_) == 3
        name = f"caller-{scenario.from_.lstrip('+')}"
        sound = telephone_sound(out / "sent" / f"{name}.al", seed=1000 + number)
        xml = sipp.caller(scenario.caller, user=scenario.from_, to=scenario.to, sound=sound)
        running.append((name, sipp.start(
            xml, folder=work, name=name, address=dialplan.ADDRESS if is_inside else dialplan.WORLD,
            port=7000 + 10 * number, media_port=30000 + 10 * number, to=f"{dialplan.ADDRESS}:5060",
        )))  # fmt: skip
        begun = time.monotonic()
        acts += [(begun + after_s, act) for after_s, act in scenario.acts]
    for due, act in sorted(acts):
        until(lambda due=due: time.monotonic() >= due, within_s=60)  # type: ignore[misc]
        {KILL: asterisk.kill, ROTATE: asterisk.rotate, STEP: asterisk.step}.get(act, partial(asterisk.act, act))()
    deadline = time.monotonic() + DONE_WITHIN_S
    failed = []
    for name, process in running:
        try:
            code = process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code:
            failed.append(f"{name}: {code}\n{_complaints(work / f'{name}.err')}")
    (out / "failed.txt").write_text("\n".join(failed))


def _complaints(errors: Path) -> str:
    return errors.read_text(errors="replace")[:2000] if errors.exists() else ""


def _answer_outside(
    scenario: Scenario, out: Path, work: Path, running: list[tuple[str, subprocess.Popen[bytes]]]
) -> None:
    """The trunk leads to one address; its telephones answer one after the other."""
    name = f"world-{scenario.to}"
    sound = telephone_sound(out / "sent" / f"{name}.al", seed=int(scenario.to[-4:]))
    xml = sipp.called(scenario.world, user=scenario.to, sound=sound)
    for _, process in running:
        if _ == "world" and process.poll() is None:
            process.wait(60)
    running.append(("world", sipp.start(
        xml, folder=work, name=name, address=dialplan.WORLD, port=dialplan.WORLD_PORT,
        media_port=40000 + int(scenario.to[-2:]) * 10,
    )))  # fmt: skip


class Asterisk:
    def __init__(self, place: Path, log: Path, *, clock_off_s: int = 0) -> None:
        """`clock_off_s`: by how much its clock, which no other process has, is ahead until `step`."""
        self._place = place
        self._begin_with = chroot.CLOCK_OF_ITS_OWN if clock_off_s else ()
        chroot.clock_set(off_s=clock_off_s)
        self.told: list[str] = []
        self._log = log.open("wb")
        self.process = self.started()

    def started(self) -> subprocess.Popen[bytes]:
        command = ["chroot", str(self._place), *self._begin_with, "asterisk", "-f", "-n"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process = self.started()
        self.wait_until_ready()

    def rotate(self) -> None:
        """As logrotate does it for what is opened anew for each line, and Asterisk itself for the rest."""
        master = self._place / "var/log/asterisk" / LOGS["cel.csv"]
        master.rename(master.with_name("Master.csv.1"))
        self.said("logger rotate")

    def step(self) -> None:
        """In one moment, as NTP sets a clock that is too far off to be led there slowly."""
        chroot.clock_set(off_s=0)

    def wait_until_ready(self) -> None:
        if not until(lambda: "System uptime" in self.said("core show uptime"), within_s=READY_WITHIN_S):
            raise RuntimeError("Asterisk did not start")
        self.said("core waitfullybooted")

    def said(self, command: str) -> str:
        asked = ["chroot", str(self._place), "asterisk", "-rx", command]
        return subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout

    def act(self, action: str) -> None:
        """Over AMI. `{channel:PJSIP/114}` and `{id:…}` stand for a channel of that device, or caller, and its id."""
        for what in ("channel", "id"):
            while (begin := action.find(f"{{{what}:")) >= 0:
                device = action[begin:].partition(":")[2].partition("}")[0]
                channel, channel_id = self._channel_of(device)
                action = action.replace(f"{{{what}:{device}}}", channel if what == "channel" else channel_id)
        with socket.create_connection(("127.0.0.1", 5038), timeout=5) as ami:
            ami.sendall(b"Action: Login\r\nUsername: lab\r\nSecret: lab\r\nEvents: off\r\n\r\n")
            ami.sendall(action.encode() + b"\r\n\r\nAction: Logoff\r\n\r\n")
            said = b""
            while piece := ami.recv(4096):
                said += piece
        self.told.append(f"{action}\n{said.decode()}\n")

    def _channel_of(self, device: str) -> tuple[str, str]:
        rows = [line.split("!") for line in self.said("core show channels concise").splitlines()]
        found = [row for row in rows if row[0].startswith(f"{device}-") or device in row[7:8]]
        return (found[-1][0], found[-1][-1]) if found else ("none", "none")

    def stop(self) -> None:
        self.said("core stop now")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()


def _collect(place: Path, out: Path) -> None:
    for name, source in LOGS.items():
        found = place / "var/log/asterisk" / source
        (out / name).write_bytes(found.read_bytes() if found.exists() else b"")
    shutil.copy(place / "var/log/asterisk" / DATABASE, out / DATABASE)
    shutil.copytree(place / "var/spool/asterisk/monitor", out / "monitor", dirs_exist_ok=True)


if __name__ == "__main__":
    wanted = sys.argv[2:]
    os.umask(0o022)
    named = [one for one in (*SCENARIOS, *BROKEN) if one.name in wanted]
    _main(Path(sys.argv[1]).resolve(), named or list(SCENARIOS), is_taught=UNTAUGHT not in wanted)
