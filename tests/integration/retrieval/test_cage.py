# SPDX-License-Identifier: EUPL-1.2
"""The cage holds against code that runs inside of it, as after a successful attack on a parser."""

import subprocess
import sys

import pytest

ESCAPE = """
import os, sys, socket, ctypes, signal
from genius_common import cage
libc = ctypes.CDLL(None, use_errno=True)
caged = cage.enter(cage.Limits(512 * 1024 * 1024, 5))
assert caged, "no system-call filter"
try:
    {attempt}
except (OSError, MemoryError, ValueError) as error:
    sys.stdout.write("refused")
else:
    sys.stdout.write("escaped")
"""
ATTEMPTS = {
    "socket": "socket.socket()",
    "unix-socket": "socket.socket(socket.AF_UNIX)",
    "read": "open('/etc/passwd').read()",
    "read-proc": "open('/proc/self/environ').read()",
    "write": "open('/tmp/cage-escape', 'w').write('x')",
    "execute": "os.execv('/bin/true', ['true'])",
    "fork": "os.fork()",
    "kill": "os.kill(os.getppid(), signal.SIGKILL)",
    "unlink": "os.unlink('/tmp/none')",
    "list": "os.listdir('/etc')",
    "memory": "bytearray(900 * 1024 * 1024)",
    "limits": "__import__('resource').setrlimit(__import__('resource').RLIMIT_AS, (1 << 40, 1 << 40))",
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_an_attempt_to_leave_is_refused(name: str) -> None:
    """ING-08: no socket, no file, no program, no other process, no more memory."""
    program = ESCAPE.format(attempt=ATTEMPTS[name])
    result = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, env={"LC_ALL": "C.UTF-8"}, timeout=30, check=False
    )
    assert result.stdout == b"refused", (result.returncode, result.stderr[-500:])


def test_endless_work_ends() -> None:
    """ING-06: the processor limit kills what the wall clock of the parent would end otherwise."""
    program = "from genius_common import cage\ncage.enter(cage.Limits(512 << 20, 1))\nwhile True: pass"
    result = subprocess.run([sys.executable, "-I", "-c", program], timeout=60, check=False)
    assert result.returncode < 0
