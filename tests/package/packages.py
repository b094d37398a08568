#!/usr/bin/env python3
"""scripts/package: both packages, opened and run with nothing of the build around them: packages.py SOURCES"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCES = ""
C_LIBRARY = re.compile(r"^(libc|libm|libpthread|libdl|librt|libresolv)\.so\.\d+$")
# Nothing of this shell: no LD_LIBRARY_PATH, no HOME, no cache.
CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def out_of(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def libraries(program):
    """Path of each shared library by its name, as the loader finds it."""
    lines = out_of("ldd", program, env=CLEAN).splitlines()
    return {line.split()[0]: line.split()[2] for line in lines if "=>" in line}


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="freshet-package-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        printed = out_of(SOURCES + "/scripts/package", cls.folder + "/out").splitlines()
        cls.tarball, cls.deb = printed
        os.makedirs(cls.folder + "/tar")
        out_of("tar", "-xzf", cls.tarball, "-C", cls.folder + "/tar")
        cls.unpacked = glob.glob(cls.folder + "/tar/freshet-*")[0]
        out_of("dpkg-deb", "-x", cls.deb, cls.folder + "/deb")

    def runs(self, program, share):
        self.assertRegex(out_of(program, "version", env=CLEAN), r"^freshet \d.*\nlibrdkafka 2\.")
        gate = share + "/freshet/scenarios/freshness_gate.lua"
        self.assertIn("SLOs", out_of(program, "check", gate, env=CLEAN))
        work = tempfile.mkdtemp(dir=self.folder)
        with open(work + "/tiny.lua", "w") as file:
            file.write('return scenario { name = "tiny", streams = { a = { rate = "50/s" } },\n'
                       '  groups = { g = {} }, phases = { steady { "2s" } } }\n')
        ran = subprocess.run([program, "run", "tiny.lua", "-q", "-o", "run"], cwd=work, env=CLEAN, capture_output=True,
                             text=True)
        self.assertIn(ran.returncode, (0, 3), ran.stderr)  # 3: the machine was starved
        self.assertTrue(os.path.exists(work + "/run/summary.json"))

    def test_tarball_needs_only_the_c_library(self):
        found = libraries(self.unpacked + "/bin/freshet")
        self.assertGreater(len(found), 5)
        for name, path in found.items():
            if not C_LIBRARY.match(name):
                self.assertTrue(os.path.realpath(path).startswith(self.unpacked), f"{name} is found at {path}")
        carried = os.listdir(self.unpacked + "/lib/freshet")
        self.assertEqual(sorted(carried), sorted(name for name in found if not C_LIBRARY.match(name)))
        self.assertTrue(os.listdir(self.unpacked + "/share/doc/freshet/licenses"))
        self.runs(self.unpacked + "/bin/freshet", self.unpacked + "/share")

    def test_deb_depends_on_the_packages_of_its_libraries(self):
        depends = out_of("dpkg-deb", "-f", self.deb, "Depends")
        named = set(re.findall(r"(?:^|, )([a-z0-9.+-]+)", depends))
        needed = re.findall(r"NEEDED\s+(\S+)", out_of("objdump", "-p", self.folder + "/deb/usr/bin/freshet"))
        self.assertFalse([name for name in needed if "rdkafka" in name])
        resolved = libraries(self.folder + "/deb/usr/bin/freshet")
        owners = set()
        for name in needed:
            if name.startswith("ld-linux"):
                continue
            real = os.path.realpath(resolved[name])
            found = subprocess.run(["dpkg", "-S", real, "/usr" + real, real.removeprefix("/usr")],
                                   capture_output=True, text=True).stdout
            self.assertTrue(found, f"no package holds {real}")
            owners.add(found.split(":")[0])
        # what it names itself and does not use a symbol of is not a dependency, so the packages may be fewer
        self.assertLessEqual(named, owners)
        for name in ("libc6", "libssl3", "libfmt9", "liblua5.4-0", "libstdc++6"):
            self.assertIn(name, named)
        self.runs(self.folder + "/deb/usr/bin/freshet", self.folder + "/deb/usr/share")

    def test_deb_holds_what_a_shell_and_man_look_for(self):
        root = self.folder + "/deb/usr/share"
        for file in ("man/man1/freshet.1.gz", "bash-completion/completions/freshet", "zsh/vendor-completions/_freshet",
                     "doc/freshet/copyright", "freshet/ci/github.yml", "freshet/scenarios/smoke.lua"):
            self.assertGreater(os.path.getsize(f"{root}/{file}"), 100, file)
        out_of("dpkg-deb", "-e", self.deb, self.folder + "/control")
        out_of("md5sum", "--check", "--strict", self.folder + "/control/md5sums", cwd=self.folder + "/deb")
        owners = {line.split()[1] for line in out_of("dpkg-deb", "-c", self.deb).splitlines()}
        self.assertEqual(owners, {"root/root"})


if __name__ == "__main__":
    SOURCES = os.path.abspath(sys.argv.pop(1))
    unittest.main()
