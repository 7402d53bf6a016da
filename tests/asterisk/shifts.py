"""A shift of agents in a real Asterisk: in and out of queues and pauses by every way there is, a restart, a SIGKILL.

`python -m tests.asterisk.shifts OUT` leaves in OUT the `queue_log` and `acts.txt`, what was asked for at which second.
Needs what `world` needs but sipp. The lines it wrote are kept beside the tests of `sapa.calls` as `golden_shifts`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.asterisk import chroot, dialplan
from tests.asterisk.waiting import until
from tests.asterisk.world import READY_WITHIN_S, Asterisk

STEP_S = 1.3  # apart, so that the log's whole seconds tell one act from the next
NAMES = {101: "Aigerim", 102: "Bulat", 103: "Chingiz", 104: "Dana", 105: "Erlan"}
QUEUES = """[general]
log_membername_as_agent = yes
persistentmembers = {persistent}
[sales]
strategy=ringall
member => PJSIP/105,0,Erlan
[help]
strategy=ringall
member => PJSIP/105,0,Erlan
"""
EXTENSIONS = """[general]
static=yes
[agents]
exten => in,1,AddQueueMember(sales,PJSIP/104,,,Dana)
 same => n,AddQueueMember(help,PJSIP/104,,,Dana)
 same => n,Hangup()
exten => again,1,AddQueueMember(sales,PJSIP/104,,,Dana)
 same => n,Hangup()
exten => pause,1,PauseQueueMember(sales,PJSIP/104,,Tea)
 same => n,Hangup()
exten => pauseall,1,PauseQueueMember(,PJSIP/104,,Lunch)
 same => n,Hangup()
exten => unpauseall,1,UnpauseQueueMember(,PJSIP/104)
 same => n,Hangup()
exten => out,1,RemoveQueueMember(help,PJSIP/104)
 same => n,Hangup()
exten => outtwice,1,RemoveQueueMember(help,PJSIP/104)
 same => n,Hangup()
exten => gone,1,RemoveQueueMember(sales,PJSIP/104)
 same => n,Hangup()
exten => desk,1,Answer()
 same => n,AgentLogin(2001,s)
 same => n,Hangup()
exten => own,1,QueueLog(sales,${UNIQUEID},Dana,AFTERCALL,12)
 same => n,Hangup()
"""
AGENTS = "[2001]\nfullname=Olga\n"
SHIFT = (
    "queue add member PJSIP/101 to sales penalty 0 as Aigerim",
    "queue add member PJSIP/101 to help penalty 0 as Aigerim",
    "queue add member PJSIP/101 to sales penalty 0 as Aigerim",
    "queue add member PJSIP/102 to sales",
    "queue pause member PJSIP/101 queue sales reason Break",
    "queue pause member PJSIP/101 queue sales reason Lunch",
    "queue pause member PJSIP/101 queue sales reason Lunch",
    "queue unpause member PJSIP/101 queue sales",
    "queue unpause member PJSIP/101 queue sales",
    "queue pause member PJSIP/101",
    "queue unpause member PJSIP/101",
    "queue pause member PJSIP/105 queue sales",
    'queue pause member PJSIP/105 queue help reason "Обед|и чай"',
    "queue remove member PJSIP/105 from sales",
    "queue unpause member PJSIP/105",
    "queue pause member PJSIP/101",
    "queue remove member PJSIP/101 from sales",
    "queue remove member PJSIP/101 from help",
    "queue remove member PJSIP/101 from help",
    "dial in",
    "dial again",
    "dial pause",
    "dial pauseall",
    "dial unpauseall",
    "dial out",
    "dial outtwice",
    "dial own",
    "Action: QueueAdd\r\nQueue: sales\r\nInterface: PJSIP/103\r\nMemberName: Chingiz\r\nPaused: true\r\nReason: Start",
    "Action: QueuePause\r\nInterface: PJSIP/103\r\nPaused: false",
    "Action: QueuePause\r\nInterface: PJSIP/103\r\nPaused: true\r\nQueue: sales\r\nReason: Coaching",
    "dial desk",
    "agent logoff Agent/2001",
    "dial desk",
    "queue set penalty 3 on PJSIP/103 in sales",
    "queue set ringinuse no on PJSIP/103 in sales",
    "queue reload all",
    "queue reload members",
    "core reload",
    'queue pause member PJSIP/105 queue help reason "Before restart"',
)
AFTER_RESTART = (
    "queue show",
    "dial gone",
    "queue unpause member PJSIP/103 queue sales",
    "queue add member PJSIP/101 to sales penalty 0 as Aigerim",
    'queue pause member PJSIP/101 queue sales reason "Call back"',
)
AFTER_KILL = (
    "queue show",
    "queue add member PJSIP/102 to help penalty 0 as Bulat",
    "queue pause member PJSIP/105 queue sales reason Smoke",
    "module reload app_queue.so",
    "queue remove member PJSIP/102 from help",
)


def run(out: Path, *, is_persistent: bool = False) -> None:
    out.mkdir(parents=True, exist_ok=True)
    chroot.make()
    told = ["persistent"] if is_persistent else []
    command = ["unshare", "--net", "--", sys.executable, "-m", "tests.asterisk.shifts", str(out), *told]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-1000:] + done.stderr[-3000:])


def _main(out: Path, *, is_persistent: bool) -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    place = chroot.folder()
    log = place / "var/log/asterisk/queue_log"
    log.unlink(missing_ok=True)
    (place / "var/lib/asterisk/astdb.sqlite3").unlink(missing_ok=True)
    etc = place / "etc/asterisk"
    (etc / "logger.conf").write_text("[general]\nqueue_log_to_file = yes\n[logfiles]\nmessages => error\n")
    (etc / "manager.conf").write_text(dialplan.AMI)
    (etc / "pjsip.conf").write_text(dialplan.pjsip(NAMES))
    (etc / "queues.conf").write_text(QUEUES.format(persistent="yes" if is_persistent else "no"))
    (etc / "agents.conf").write_text(AGENTS)
    (etc / "extensions.conf").write_text(EXTENSIONS)
    begun, acts = time.time(), []
    with ExitStack() as stack:
        asterisk = Asterisk(place, out / "asterisk.log")
        stack.callback(asterisk.stop)
        asterisk.wait_until_ready()
        for part, end in ((SHIFT, _restart), (AFTER_RESTART, Asterisk.kill), (AFTER_KILL, None)):
            for act in part:
                acts.append(f"{time.time() - begun:6.1f}  {act!r}\n{_do(asterisk, act)}")
                _wait(STEP_S)
            if end is not None:
                acts.append(f"{time.time() - begun:6.1f}  {end.__name__}\n")
                end(asterisk)
                _wait(STEP_S)
        acts += asterisk.told
    (out / "acts.txt").write_text("".join(acts))
    (out / "queue_log").write_bytes(log.read_bytes())


def _do(asterisk: Asterisk, act: str) -> str:
    if act.startswith("Action:"):
        asterisk.act(act)
        return ""
    if act.startswith("dial "):
        return asterisk.said(f"channel originate Local/{act[5:]}@agents application Wait 3")
    return asterisk.said(act)


def _restart(asterisk: Asterisk) -> None:
    asterisk.said("core stop now")
    asterisk.process.wait(READY_WITHIN_S)
    asterisk.process = asterisk.started()
    asterisk.wait_until_ready()


def _wait(seconds: float) -> None:
    due = time.monotonic() + seconds
    until(lambda: time.monotonic() >= due, within_s=seconds + 1)


if __name__ == "__main__":
    _main(Path(sys.argv[1]).resolve(), is_persistent="persistent" in sys.argv[2:])
