"""Starts a program that ends when its parent ends, however that ends. Linux does the watching.

Called as a script: `leash.py PARENT_PID SIGNAL IDENTITY COMMAND…`. The identity is settled first, because the
kernel forgets the death signal whenever a process changes who it is.
"""

import ctypes
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path

NOBODY = 65534
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


class Identity(StrEnum):
    """Who a program runs as. PostgreSQL refuses root; the other two ways let root start it."""

    SAME = "same"
    NAMESPACE = "namespace"
    SETPRIV = "setpriv"


def command_on_leash(command: list[str], death_signal: signal.Signals, identity: Identity) -> list[str]:
    """`command` so wrapped that it gets `death_signal` when the calling process is gone."""
    python = [sys.executable, "-I", "-S", __file__]
    return [*python, str(os.getpid()), str(int(death_signal)), identity.value, *command]


def end_with_parent(death_signal: signal.Signals) -> None:
    """Ask the kernel for `death_signal` when the parent of this process ends; a no-op where it cannot."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def _enter_user_namespace() -> None:
    """Be nobody inside, and still the same owner of the same files outside."""
    uid, gid = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are off")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1", encoding="ascii")


def _become_nobody(arguments: list[str]) -> None:
    """Start over as nobody, who keeps the right to pass through folders that are closed to others."""
    capability = ["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
    user = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    again = [sys.executable, "-I", "-S", __file__, *arguments]
    bits = ["--securebits", "+no_setuid_fixup"]
    os.execvp("setpriv", ["setpriv", *user, *capability, *bits, *again])  # noqa: S606 — no shell is wanted


def main(arguments: list[str]) -> None:
    parent, death_signal, identity, *command = arguments
    if identity == Identity.SETPRIV:
        _become_nobody([parent, death_signal, Identity.SAME.value, *command])
    if identity == Identity.NAMESPACE:
        _enter_user_namespace()
    end_with_parent(signal.Signals(int(death_signal)))
    if os.getppid() != int(parent):
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 — no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
