"""How many events a program has had and how much CPU it has used for them, over the same stretch of time."""

import os
import pathlib
import subprocess
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")


def process_cpu(pid):
    """CPU seconds of a process, all its threads, those that have ended too."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def thread_cpu(pid):
    """(number, name, CPU seconds) of each living thread, in the order in which they were made."""
    most = int(pathlib.Path("/proc/sys/kernel/pid_max").read_text())
    rows = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            number = int(task.name)
            # Thread ids begin again when they have come to the end.
            rows.append((number if number >= pid else number + most, name,
                         int((task / "schedstat").read_text().split()[0]) / 1e9))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return sorted(rows)


class Failed(Exception):
    """A program that was measured did not do its work."""


class Program:
    """Runs a program whose lines tell how many events it has had; takes its CPU time with each of them."""

    def __init__(self, command, count_of, env=None):
        self.command = command
        self.count_of = count_of  # (line, events before) -> events, None: a line that does not tell
        self.samples = []  # (events, CPU seconds)
        self.errors = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=env, stdin=subprocess.DEVNULL)
        self.readers = [threading.Thread(target=self.read), threading.Thread(target=self.read_errors)]
        for reader in self.readers:
            reader.start()

    def read(self):
        events = 0
        for line in self.process.stdout:
            told = self.count_of(line, events)
            if told is None:
                continue
            events = told
            try:
                self.samples.append((events, process_cpu(self.process.pid)))
            except (FileNotFoundError, ProcessLookupError):
                pass

    def read_errors(self):
        self.errors = self.process.stderr.readlines()

    def end(self):
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()

    def count(self):
        """How often it has told of events."""
        return len([sample for sample in self.samples if sample[0] > 0])

    def per_cpu_second(self, skip, seconds):
        """Events per CPU second over `seconds` lines that tell, behind the first `skip`."""
        told = [sample for sample in self.samples if sample[0] > 0]
        if len(told) < skip + seconds + 1:
            raise Failed(f"{' '.join(map(str, self.command))}: told only {len(told)} times of events\n" +
                         "".join(self.errors[-5:]))
        begin, end = told[skip], told[skip + seconds]
        return (end[0] - begin[0]) / (end[1] - begin[1])


def wait_for(what, condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds} s for {what}")
        time.sleep(0.05)
