"""The system calls that a submission is refused, as a filter for the kernel."""

from __future__ import annotations

import errno
import functools
import signal
import socket
import struct
import tempfile

# Calls that this list knows: what came into Linux later (6.7 and after) does not exist for a submission.
LAST_KNOWN = 456
REFUSED = """
    unshare setns chroot pivot_root mount umount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick
    quotactl quotactl_fd swapon swapoff
    add_key keyctl request_key
    ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp
    bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
    memfd_create memfd_secret remap_file_pages
    shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    socket connect bind listen accept accept4
    personality modify_ldt uselib vhangup acct reboot syslog sethostname setdomainname
    kexec_load kexec_file_load init_module finit_module delete_module create_module get_kernel_syms query_module
    settimeofday clock_settime clock_adjtime adjtimex stime iopl ioperm lookup_dcookie nfsservctl _sysctl sysfs ustat
    name_to_handle_at open_by_handle_at fanotify_init fanotify_mark move_pages migrate_pages sched_setaffinity
""".split()
NAMESPACES = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)  # flags of clone
_SHARED_OF_NO_FILE = 0x01 | 0x20  # MAP_SHARED and MAP_ANONYMOUS of Linux
_INT = 0xFFFFFFFF  # of an int the kernel sees 32 bits only, a filter all 64


@functools.cache
def refusing() -> bytes:
    """The filter, as a program for the kernel.

    What is not named here is let through: nobody knows what all honest notebooks call, and the other walls stand. A
    program of another architecture than the machine's (32 bit, x32), whose calls have other numbers, is ended.

    Raises
    ------
    OSError
        If libseccomp is missing, or so old that it does not know a name.
    """
    try:
        import pyseccomp as seccomp  # here, since elsewhere than on Linux it cannot be imported
    except RuntimeError as error:
        raise OSError(f"libseccomp is missing ({error})") from None

    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    denied, unknown = seccomp.ERRNO(errno.EPERM), seccomp.ERRNO(errno.ENOSYS)
    for name in REFUSED:
        rules.add_rule(denied, name)
    rules.add_rule(unknown, "clone3")  # its flags cannot be seen; the C library then calls clone
    for flag in NAMESPACES:
        rules.add_rule(denied, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    rules.add_rule(denied, "socketpair", seccomp.Arg(0, seccomp.NE, socket.AF_UNIX))  # asyncio needs a pair
    # Memory that is shared and of no file is in nobody's account once it was let go of, and yet taken from the machine.
    rules.add_rule(denied, "mmap", seccomp.Arg(3, seccomp.MASKED_EQ, _SHARED_OF_NO_FILE, _SHARED_OF_NO_FILE))
    # Whoever ignores the end of children also ignores their time, which is then counted nowhere.
    rules.add_rule(denied, "rt_sigaction", seccomp.Arg(0, seccomp.MASKED_EQ, _INT, signal.SIGCHLD))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        program = file.read()
    return _later_ones_unknown(unknown) + program


def _later_ones_unknown(answer: int) -> bytes:
    """Three instructions in front, for which libseccomp has no words: load the number, compare, answer."""
    load, if_greater, answer_with = 0x20, 0x25, 0x06
    code = ((load, 0, 0, 0), (if_greater, 0, 1, LAST_KNOWN), (answer_with, 0, 0, answer))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
