"""Paired measurements: A B A B ..., the ratio taken pair by pair, medians.

A command is a list of words. It is started with posix_spawn and waited for with wait4, so that
wall clock, CPU seconds and peak memory are those of the process and nothing of this script.
"""

import os
import statistics
import time

NULL = os.open(os.devnull, os.O_RDWR)


class Run:
    """What one process took."""

    def __init__(self, wall, cpu, peak=0, code=0):
        self.wall, self.cpu, self.peak, self.code = wall, cpu, peak, code

    def __add__(self, other):
        return Run(self.wall + other.wall, self.cpu + other.cpu,
                   max(self.peak, other.peak), self.code or other.code)


def run(words, allowed=(0,), stdin=None, log=None, env=None):
    """Runs a command; `allowed` are the exit codes that are no failure."""
    out = NULL if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    source = NULL if stdin is None else os.open(stdin, os.O_RDONLY)
    actions = [(os.POSIX_SPAWN_DUP2, source, 0), (os.POSIX_SPAWN_DUP2, out, 1),
               (os.POSIX_SPAWN_DUP2, NULL if log is None else 2, 2)]
    begin = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, env or os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begin
    for fd in (out, source):
        if fd != NULL:
            os.close(fd)
    code = os.waitstatus_to_exitcode(status)
    if code not in allowed:
        raise RuntimeError(f"{' '.join(words)}: exit {code}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, code)


def apart(work):
    """Does something in a process of its own, so that this one stays small: the kernel counts the
    memory of who starts a process as the least that the process had. Gives its text."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(read)
            text = (work() or "").encode()
            while text:
                text = text[os.write(write, text):]
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as file:
        text = file.read()
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
        raise RuntimeError("what was done apart failed")
    return text


def many(commands, allowed=(0,)):
    """Several commands one after the other, counted together."""
    total = Run(0, 0)
    for words in commands:
        total += run(words, allowed)
    return total


class Pairs:
    """The runs of two sides, and what follows from them."""

    def __init__(self):
        self.ours, self.peer = [], []

    def wall(self, side):
        return statistics.median(r.wall for r in side)

    def cpu(self, side):
        return statistics.median(r.cpu for r in side)

    def peak(self):
        return max(r.peak for r in self.ours)

    def ratio(self, of):
        pairs = zip(self.ours, self.peer)
        return statistics.median(of(a) / of(b) for a, b in pairs if of(b) > 0)

    def wall_ratio(self):
        return self.ratio(lambda r: r.wall)

    def cpu_ratio(self):
        return self.ratio(lambda r: r.cpu)


def pairs(ours, peer, times):
    """Runs two functions alternately; each gets the number of the round and gives a Run."""
    result = Pairs()
    for n in range(times):
        result.ours.append(ours(n))
        result.peer.append(peer(n))
    return result
