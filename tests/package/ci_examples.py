#!/usr/bin/env python3
"""The commands of scripts/ci on a real broker, taken out of the examples: ci_examples.py SOURCES BROKER_DIR

The services of the CI systems are not here: checking out, their containers, before_script (apt), artifacts.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import summaries
import yaml

SOURCES = BROKER_DIR = ""
MOST_LINES = 30
# The gate's own minute is too long for a test; the commands are what is tested.
SHORT = """local support = require "support"
return scenario {
  name = "freshness-gate",
  streams = { chat = support.chat_turn { rate = "200/s", bound = "10s", partitions = 2 } },
  groups = { copilot = {} },
  phases = { warmup { "2s" }, steady { "6s" } },
  slos = { slo { "staleness p99", below = "LIMIT" } },
}
"""


def example(name):
    with open(f"{SOURCES}/scripts/ci/{name}") as file:
        return file.read()


def github():
    job = yaml.safe_load(example("github.yml"))["jobs"]["gate"]
    return job, "\n".join(step["run"] for step in job["steps"] if "run" in step)


def gitlab():
    job = yaml.safe_load(example("gitlab.yml"))["freshness gate"]
    return job, "\n".join(job["script"])


def jenkins():
    return "\n".join(re.findall(r"sh '''(.*?)'''", example("Jenkinsfile"), re.DOTALL))


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="freshet-ci-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        script = [SOURCES + "/scripts/package", cls.folder + "/packages"]
        tarball = subprocess.run(script, check=True, capture_output=True, text=True).stdout.split()[0]
        address = os.environ.get("FRESHET_TEST_KAFKA") or subprocess.run(
            [SOURCES + "/scripts/kafka", "start", "--dir", BROKER_DIR], check=True, capture_output=True,
            text=True).stdout.split()[-1]
        properties = cls.folder + "/client.properties"
        with open(properties, "w") as file:
            file.write("client.id=gate\n")
        cls.environment = {"PATH": os.environ["PATH"], "HOME": cls.folder, "KAFKA": address,
                           "KAFKA_PROPERTIES": properties, "FRESHET_TARBALL": "file://" + tarball}

    def gate(self, name, commands, limit="10s", environment=None):
        """The workspace and the exit status of the commands in it, with a shell that CI systems use."""
        work = tempfile.mkdtemp(prefix=name, dir=self.folder)
        os.mkdir(work + "/scenarios")
        with open(work + "/scenarios/freshness_gate.lua", "w") as file:
            file.write(SHORT.replace("LIMIT", limit))
        ran = subprocess.run(["bash", "-eo", "pipefail", "-c", commands], cwd=work, capture_output=True, text=True,
                             env={**self.environment, **(environment or {})})
        return work, ran

    def passed(self, work, ran):
        self.assertIn(ran.returncode, (0, 3), ran.stdout + ran.stderr)  # 3: the machine was starved
        with open(work + "/freshness/summary.json") as file:
            summary = json.load(file)
        self.assertFalse(summary["identity"]["loopback"])
        # What a real cluster leaves has rows that the built-in log's has not.
        self.assertEqual(summaries.mistakes(summaries.validator(SOURCES + "/reports/summary.schema.json"), work, summary), [])
        self.assertTrue(os.path.exists(work + "/freshness/junit.xml"))

    def test_are_short(self):
        for name in os.listdir(SOURCES + "/scripts/ci"):
            self.assertLessEqual(len(example(name).splitlines()), MOST_LINES, name)

    def test_github(self):
        job, commands = github()
        self.assertEqual(job["env"]["KAFKA"], "127.0.0.1:" + job["services"]["kafka"]["ports"][0].split(":")[0])
        self.assertEqual(job["steps"][-1]["if"], "always()")
        self.assertEqual(job["steps"][-1]["with"]["path"], "freshness")
        work, ran = self.gate("github", commands, environment={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "step.md"})
        self.passed(work, ran)
        self.assertGreater(os.path.getsize(work + "/step.md"), 100)

    def test_gitlab(self):
        job, commands = gitlab()
        self.assertEqual(job["artifacts"]["reports"]["junit"], "freshness/junit.xml")
        self.passed(*self.gate("gitlab", commands))

    def test_jenkins(self):
        self.assertIn("junit 'freshness/junit.xml'", example("Jenkinsfile"))
        self.assertEqual(example("Jenkinsfile").count("{"), example("Jenkinsfile").count("}"))
        self.passed(*self.gate("jenkins", jenkins()))

    def test_a_broken_slo_fails_the_job(self):
        # A bound that no cluster keeps. V1 judges the harness against 5 % of it, so the run may be invalid too.
        work, ran = self.gate("broken", github()[1], "1us", {"GITHUB_ACTIONS": "true"})
        self.assertIn(ran.returncode, (1, 3), ran.stdout + ran.stderr)
        self.assertIn("::error ", ran.stdout)
        self.assertTrue(os.path.exists(work + "/freshness/junit.xml"))

    def test_the_gate_itself_is_a_minute(self):
        text = subprocess.run([SOURCES + "/build/release/freshet", "check", SOURCES + "/scenarios/freshness_gate.lua"],
                              check=True, capture_output=True, text=True).stdout
        with open(SOURCES + "/scenarios/freshness_gate.lua") as file:
            phases = re.findall(r'^ +(?:warmup|steady|incident|recovery) +\{ "(\d+)s"', file.read(), re.MULTILINE)
        self.assertEqual(sum(map(int, phases)), 60)
        self.assertIn("time to fresh of chat_turn at copilot after incident below 5 s", text)


if __name__ == "__main__":
    SOURCES, BROKER_DIR = map(os.path.abspath, (sys.argv.pop(1), sys.argv.pop(1)))
    unittest.main()
