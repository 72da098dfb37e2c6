#!/usr/bin/env python3
"""The shells' completion scripts: what they offer, of the built tool and of a running daemon."""
import os
import shutil
import subprocess
import unittest

from support import Daemon, build_folder

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "completions")

CONFIG = """
Journal=no
[Feed "world wire"]
URL=http://127.1.0.1:9/feed.xml
[Topic "embargoes"]
Query=embargo
[Exec "desk"]
Command=/bin/true
"""

# What bash does at a TAB, but for the terminal.
BASH = """
source "$SCRIPTS/wirewatch.bash"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_wirewatch
((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "${COMPREPLY[@]}"
"""

# zsh's completion functions themselves are replaced by ones that print what they were given.
ZSH = """
compadd() { [[ $1 == -a ]] && print -l ${(P)2} }
_describe() { print -l ${(P)2} }
_files() { print FILES }
_call_program() { shift; "$@" }
_arguments() { shift; print -l -- $@; state=operands }
words=("$@")
CURRENT=$#
source "$SCRIPTS/_wirewatch"
"""


class CompletionTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(CONFIG)
        cls.daemon.start()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.remove()

    def offered(self, shell, script, *words):
        tool = os.path.join(build_folder(), "wirewatch")
        environment = {**os.environ, "SCRIPTS": SCRIPTS, "WIREWATCH_SOCKET": self.daemon.control}
        done = subprocess.run([*shell, "-c", script, "shell", tool, *words], env=environment, cwd=SCRIPTS,
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    def bash(self, *words):
        return self.offered(["bash", "--norc"], BASH, *words)

    def zsh(self, *words):
        if not shutil.which("zsh"):
            self.skipTest("zsh is not installed")
        return self.offered(["zsh", "-f"], ZSH, *words)

    def test_bash_offers_verbs(self):
        self.assertEqual(self.bash("sto"), ["stories", "story"])
        self.assertIn("--version", self.bash("--"))

    def test_bash_offers_options_of_the_verb(self):
        self.assertEqual(self.bash("match", "--to"), ["--topics"])
        self.assertIn("--help", self.bash("status", "--"))
        self.assertEqual(self.bash("status", "--topics"), [])

    def test_bash_offers_files_where_files_are_meant(self):
        self.assertEqual(self.bash("parse", "wire"), ["wirewatch.bash"])
        self.assertEqual(self.bash("match", "--topics", "=", "wire"), ["wirewatch.bash"])
        self.assertCountEqual(self.bash("match", "--topics", "="), os.listdir(SCRIPTS))
        self.assertEqual(self.bash("status", "wire"), [])

    def test_bash_offers_words_and_names(self):
        self.assertEqual(self.bash("deliveries", "r"), ["retry"])
        self.assertEqual(self.bash("poll", "w"), ["world\\ wire"])
        self.assertEqual(self.bash("explain", ""), ["embargoes"])
        self.assertEqual(self.bash("hooks", "test", ""), ["desk"])
        self.assertEqual(self.bash("topics", "test", "emb"), ["embargoes"])

    def test_bash_offers_what_an_option_takes(self):
        self.assertEqual(self.bash("alerts", "--topic", "="), ["embargoes"])
        self.assertEqual(self.bash("alerts", "--topic", "emb"), ["embargoes"])
        self.assertEqual(self.bash("retry", "--all", "--hook", "=", "d"), ["desk"])
        self.assertEqual(self.bash("alerts", "--limit", ""), [])

    def test_zsh_offers_verbs_options_and_names(self):
        self.assertIn("story:show one story and the articles that carry it", self.zsh(""))
        self.assertIn("--json[print JSON]", self.zsh("poll", ""))
        self.assertIn("world wire", self.zsh("poll", ""))
        self.assertIn("retry", self.zsh("deliveries", ""))
        self.assertTrue([line for line in self.zsh("match", "")
                         if line.startswith("--topics=[") and line.endswith("]:FILE: _wirewatch_values FILE")])
        self.assertIn("desk", self.zsh("hooks", ""))
        self.assertIn("FILES", self.zsh("parse", ""))


if __name__ == "__main__":
    unittest.main()
