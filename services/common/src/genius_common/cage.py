# SPDX-License-Identifier: EUPL-1.2
"""The cage of a process that works on foreign content (ING-08): entered after imports and before the first byte of it.

Resource limits, no new privileges, end with the parent, another user and an empty network where the process is root,
and a system-call filter (seccomp) that refuses sockets, opening files, starting programs, tracing and new processes.
The filter is the layer that holds without any privilege; where the kernel has none, `enter` says so and the others
stay.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Mapping
from dataclasses import dataclass

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 1, 38, 4
_SET_FILTER, _ALL_THREADS = 1, 1
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SIGKILL = 9
_CLONE_NEWNET, _CLONE_NEWIPC = 0x40000000, 0x08000000
_NOBODY = 65534

# Classic BPF (linux/filter.h, linux/seccomp.h).
_LD_ABS_W, _JEQ, _JGE, _RET = 0x20, 0x15, 0x35, 0x06
_ALLOW, _ERRNO_EACCES, _KILL = 0x7FFF0000, 0x00050000 | 13, 0x80000000
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Refused system calls by number (asm/unistd_64.h; asm-generic/unistd.h).
_REFUSED = {
    "x86_64": (
        *(2, 85, 257, 437),  # open creat openat openat2
        *(41, 42, 43, 44, 46, 49, 50, 53, 288, 307),  # socket connect accept sendto sendmsg bind listen …
        *(56, 57, 58, 59, 322, 435),  # clone fork vfork execve execveat clone3
        *(62, 200, 234, 101, 310, 311, 424),  # kill tkill tgkill ptrace process_vm_* pidfd_send_signal
        *(76, 82, 83, 84, 86, 87, 88, 90, 92, 263, 264, 265, 266, 316),  # truncate rename mkdir unlink link …
        *(165, 166, 155, 161, 272, 308, 321, 425, 426, 427),  # mount chroot unshare setns bpf io_uring
        *(105, 106, 117, 119, 246, 250, 248),  # setuid setgid kexec keyctl
    ),
    "aarch64": (
        *(56, 437),
        *(198, 199, 200, 201, 202, 203, 206, 211, 242, 269),
        *(220, 221, 281, 435),
        *(129, 130, 131, 117, 270, 271, 424),
        *(45, 34, 35, 36, 37, 38, 53, 54, 276),
        *(40, 39, 41, 51, 97, 268, 280, 425, 426, 427),
        *(144, 146, 147, 149, 104, 219, 217),
    ),
}

# open openat openat2: with no byte allowed in a file, they read. setuid setgid unshare: `enter` still needs them.
_READS = {"x86_64": (2, 257, 437, 105, 106, 272), "aarch64": (56, 437, 146, 144, 97)}
_NONE: Mapping[str, tuple[int, ...]] = {}


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process; bytes and seconds."""

    memory_bytes: int
    cpu_seconds: int


def restrain(limits: Limits) -> bool:
    """The first half, for code that must still be imported: files can be read, and nothing else."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    _limit(limits)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return _filter(libc, spared=_READS)


def enter(limits: Limits) -> bool:
    """Lock this process in; answers whether the system-call filter holds. There is no way out."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    _limit(limits)
    if os.geteuid() == 0:
        libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC)
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
        # A change of user clears the signal that was asked for above.
        libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return _filter(libc)


def _limit(limits: Limits) -> None:
    for name, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        hard = resource.getrlimit(name)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (bound, bound))


def _filter(libc: ctypes.CDLL, spared: Mapping[str, tuple[int, ...]] = _NONE) -> bool:
    machine = platform.machine()
    if machine not in _REFUSED:
        return False
    refused = [number for number in _REFUSED[machine] if number not in spared.get(machine, ())]
    program = [(_LD_ABS_W, 0, 0, 4), (_JEQ, 1, 0, _AUDIT_ARCH[machine]), (_RET, 0, 0, _KILL), (_LD_ABS_W, 0, 0, 0)]
    # x32 numbers on x86_64 would slip past the list.
    program += [(_JGE, 0, 1, 0x40000000), (_RET, 0, 0, _KILL)]
    for number in refused:
        program += [(_JEQ, 0, 1, number), (_RET, 0, 0, _ERRNO_EACCES)]
    program.append((_RET, 0, 0, _ALLOW))
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    # For every thread: a library may have started some before.
    call = ctypes.c_long(_SECCOMP[machine])
    done: int = libc.syscall(call, _SET_FILTER, _ALL_THREADS, ctypes.create_string_buffer(header))
    return done == 0
