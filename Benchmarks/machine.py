"""What a benchmark says of the machine, and how it measures a program."""

import os
import platform
import subprocess
import time


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{model}, {len(os.sched_getaffinity(0))} processors; Linux {platform.release()}"


def load():
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def measure(command, **options):
    """Seconds of time and of CPU, and bytes of memory at the most, that a command and its children take."""
    begin = time.monotonic()
    process = subprocess.Popen(command, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
