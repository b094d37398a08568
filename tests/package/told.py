#!/usr/bin/env python3
"""What the program tells shells and man(1), in a real bash, a real zsh and a real groff: told.py FRESHET"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

FRESHET = ""


def told(*args):
    return subprocess.run([FRESHET, *args], check=True, capture_output=True, text=True).stdout


def commands():
    listed = told("help").split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


def options(command):
    """As a person reads them off --help."""
    heads = re.findall(r"^  (?:(-\w) \[ (--[a-z-]+) \]|(--[a-z-]+))", told(command, "--help"), re.MULTILINE)
    return {name for head in heads for name in head if name}


class Bash(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.mkdir(self.folder.name + "/runs")
        for name in ("smoke.lua", "notes.txt", "client.properties"):
            open(f"{self.folder.name}/{name}", "w").close()

    def complete(self, *words):
        script = 'source /dev/stdin; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _freshet; printf "%s\\n" "${COMPREPLY[@]}"'
        ran = subprocess.run(["bash", "-euc", script, "bash", "freshet", *words], input=told("completion", "bash"),
                             cwd=self.folder.name, capture_output=True, text=True)
        self.assertEqual(ran.stderr, "")
        return sorted(ran.stdout.split())

    def test_commands(self):
        self.assertEqual(self.complete("re"), ["report"])
        self.assertEqual(self.complete(""), sorted(commands() + ["--help", "--version"]))

    def test_every_option_that_help_shows(self):
        for command in commands():
            self.assertEqual(set(self.complete(command, "-")), options(command), command)
            self.assertIn("--help", options(command))

    def test_values(self):
        self.assertEqual(self.complete("report", "--format", "ju"), ["junit"])
        self.assertEqual(self.complete("report", "--format", "=", "ju"), ["junit"])
        self.assertIn("json", self.complete("report", "--format", "="))
        self.assertEqual(self.complete("run", "--profile", "low"), ["low-latency"])
        self.assertEqual(self.complete("completion", ""), ["bash", "zsh"])
        self.assertEqual(self.complete("help", "fig"), ["figures"])
        self.assertEqual(self.complete("run", ""), ["runs", "smoke.lua"])
        self.assertEqual(self.complete("report", ""), ["runs"])
        self.assertEqual(self.complete("run", "--seed", ""), [])

    def test_is_a_sound_script(self):
        if not shutil.which("shellcheck"):
            self.skipTest("no shellcheck")
        ran = subprocess.run(["shellcheck", "-s", "bash", "-"], input=told("completion", "bash"), capture_output=True,
                             text=True)
        self.assertEqual(ran.stdout, "")


ZSH = r"""
zmodload zsh/zpty
zpty -b z zsh -f -i
type_and_wait() { zpty -w -n z "$1"; local out= part; while [[ $out != *$~2* ]]; do
  zpty -r -t z part && out+=$part || zselect -t 5; ((SECONDS > 60)) && { print -r -- "no $2 in: $out"; exit 1 }; done }
zmodload zsh/zselect
zpty -w z "PS1=; unset zle_bracketed_paste; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; PATH=$1:\$PATH; cd $1; print REA''DY"
type_and_wait "" "READY"
# what is typed | what the shell adds
for pair in "freshet repo	|rt " "freshet report --form	jun	|it" "freshet run --prof	low	|latency" "freshet run smo	|lua" \
  "freshet completion b	|ash" "freshet clean --y	|es "; do
  type_and_wait "${pair%%|*}" "${pair##*|}"
  zpty -w -n z $'\x15'
done
print ALL
"""


class Zsh(unittest.TestCase):
    def test_completes_on_a_terminal(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/_freshet", "w") as file:
                file.write(told("completion", "zsh"))
            open(folder + "/smoke.lua", "w").close()
            open(folder + "/notes.txt", "w").close()
            os.symlink(FRESHET, folder + "/freshet")
            ran = subprocess.run(["zsh", "-f", "-c", ZSH, "zsh", folder], capture_output=True, text=True, timeout=100,
                                 env={**os.environ, "TERM": "dumb"})
            self.assertEqual((ran.stdout, ran.stderr), ("ALL\n", ""))

    def test_every_option_that_help_shows(self):
        text = told("completion", "zsh")
        for command in commands():
            part = text.split(f"\n    {command})\n")[1].split(";;")[0]
            found = set(re.findall(r"'(?:\([^)]*\)|\*)?(--?[a-zA-Z][a-z-]*)[=+]?\[", part))
            self.assertEqual(found, options(command), command)


class Man(unittest.TestCase):
    def groff(self, *more):
        return subprocess.run(["groff", "-man", "-K", "utf8", "-ww", "-rLL=80n", "-rHY=0", *more], check=True,
                              input=told("help", "--man"), capture_output=True, text=True)

    def test_groff_has_nothing_against_it(self):
        self.assertEqual(self.groff("-Tutf8", "-z").stderr, "")

    def test_tells_what_help_tells(self):
        page = self.groff("-Tutf8", "-P-cbou").stdout
        lines = page.splitlines()
        self.assertLessEqual(max(map(len, lines)), 80)
        words = " ".join(page.replace("\N{HYPHEN}", "-").split())
        for command in commands():
            self.assertIn(f"freshet {command}", words)
            for option in options(command):
                self.assertIn(option, words, command)
            for paragraph in told(command, "--help").split("\n\n")[1:2]:
                self.assertIn(" ".join(paragraph.split()), words, command)
        for topic in ("exit-status", "targets", "figures", "clients", "validity"):
            for line in told("help", topic).splitlines():
                self.assertIn(line.rstrip(), page, topic)


if __name__ == "__main__":
    FRESHET = os.path.abspath(sys.argv.pop(1))
    unittest.main()
