"""A process that gives up the network and other programs for good: what a stranger's file could ask for is refused.

Linux keeps the word of a process by a filter of system calls (seccomp, `man 2 seccomp`), also without any rights. Where
there is no such filter, as on macOS, nothing is given up.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys

#: By machine: its mark among machines (AUDIT_ARCH), and the numbers of socket, execve and execveat.
CALLS = {"x86_64": (0xC000003E, (41, 59, 322)), "aarch64": (0xC00000B7, (198, 221, 281))}
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_NUMBER_AT, _MACHINE_AT = 0, 4


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def enter() -> bool:
    """Give up sockets and other programs; False where this system cannot promise it."""
    if sys.platform != "linux" or platform.machine() not in CALLS:
        return False
    machine, numbers = CALLS[platform.machine()]
    steps = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_IF_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for number in numbers:
        steps += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(code))
    system = ctypes.CDLL(None, use_errno=True)
    promised = system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    return bool(promised and system.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)
