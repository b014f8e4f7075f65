#!/usr/bin/python3
"""`./dev paper` in miniature: that all experiments work, and that what they say makes sense."""
import contextlib
import csv
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import models
from lab import Lab, shared_folder

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = shared_folder(ROOT)

# Perplexities of the same 40 stories, measured before there was a pruning tool: zeros were written
# into the files by a script (w1, w2, w3 by magnitude, a threshold for each tensor).
PRUNED = {
    ("tales-1m", "q8_0"): {0: 4.059, 10: 4.068, 30: 4.204, 50: 6.408},
    ("stories260K", "f32"): {0: 12.69, 50: 38.20},
    ("stories260K", "q8_0"): {0: 12.75, 20: 13.29, 50: 38.34},
    ("stories260K", "q4_0"): {0: 15.25, 30: 17.93, 50: 42.65},
}
EXPERIMENTS = ("bytes", "errors", "operations", "perplexity", "streaming", "positions", "context")


def run(folder, *words, **environment):
    return subprocess.run([sys.executable, HERE / "paper.py", "--miniature", "--folder", folder, *words],
                          env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def rows_of(folder, name):
    with open(pathlib.Path(folder) / f"{name}.csv", encoding="utf-8") as file:
        return [{key: number(value) for key, value in row.items()} for row in csv.DictReader(file)]


def number(text):
    with contextlib.suppress(ValueError):
        return float(text)
    return text


class Miniature(unittest.TestCase):
    """One run, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        words = [word for name in EXPERIMENTS for word in ("--only", name)]
        cls.first = run(cls.folder, "--no-pictures", *words)
        cls.again = run(cls.folder, "--no-pictures", *words)

    def test_measures_all_and_says_so(self):
        self.assertEqual(self.first.returncode, 0, self.first.stderr)
        for name in EXPERIMENTS:
            self.assertIn(f"{name} (", self.first.stderr)
            if name != "errors" or SHARED.exists():
                self.assertTrue(rows_of(self.folder, name), name)

    def test_measures_nothing_again(self):
        self.assertEqual(self.again.returncode, 0, self.again.stderr)
        self.assertIn("barellama", self.first.stderr)
        self.assertNotIn("barellama", self.again.stderr)

    def test_every_cycle_belongs_to_an_operation_and_the_feed_forward_matrices_are_most(self):
        rows = rows_of(self.folder, "operations")
        whole = sum(row["ms"] for row in rows)
        position = rows_of(self.folder, "positions")[0]
        self.assertLess(abs(whole - position["ms"]), 0.5 * whole)
        share = sum(row["ms"] for row in rows if row["operation"] in ("w1", "w2", "w3")) / whole
        self.assertTrue(0.3 < share < 0.8, share)
        self.assertEqual({row["layer"] for row in rows if row["operation"] == "w1"}, {0, 1, 2, 3, 4})

    def test_nothing_but_attention_grows_with_the_position(self):
        rows = rows_of(self.folder, "positions")
        self.assertGreater(rows[-1]["attention ms"], 1.5 * rows[0]["attention ms"])
        others = [row["all else ms"] for row in rows]
        self.assertLess(max(others) / min(others), 1.1)

    def test_the_error_falls_with_more_bits(self):
        if not SHARED.exists():
            self.skipTest(f"{SHARED} is not there")
        rows = rows_of(self.folder, "errors")
        for key in ("largest", "mean"):
            worst = {type_: max(row[key] for row in rows if row["type"] == type_) for type_ in ("q8_0", "q4_0")}
            self.assertGreater(worst["q4_0"], 8 * worst["q8_0"])

    def test_a_slow_card_is_the_limit_and_a_fast_one_is_not(self):
        rows = rows_of(self.folder, "streaming")
        slow, fast = rows[0], rows[-1]
        self.assertGreater(slow["streamed MB"], 0.5)
        self.assertEqual(slow["streamed ms"], slow["card ms"])
        self.assertGreater(slow["streamed ms"], fast["streamed ms"])
        self.assertGreaterEqual(fast["streamed ms"], fast["whole ms"])

    def test_the_page_has_each_experiment_with_its_figures_and_its_command(self):
        page = (pathlib.Path(self.folder) / "index.html").read_text(encoding="utf-8")
        for name in EXPERIMENTS:
            if name == "errors" and not SHARED.exists():
                continue
            self.assertIn(f'href="{name}.csv"', page)
            self.assertIn(f"./dev paper --only {name}<", page)
        summary = (pathlib.Path(self.folder) / "paper.md").read_text(encoding="utf-8")
        self.assertIn("| the paper | we measure | why |", summary)


class Pruning(unittest.TestCase):
    """Sizes, text and logits of pruned models."""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        words = [word for name in ("pruned-bytes", "pruned-texts", "pruned-time") for word in ("--only", name)]
        cls.result = run(cls.folder, "--no-pictures", *words)

    def setUp(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr)

    def test_masked_matrices_are_smaller_and_never_much_larger_than_dense_ones(self):
        rows = rows_of(self.folder, "pruned-bytes")
        for type_, percent, most in (("q8_0", 20, 0.95), ("q4_0", 30, 0.98)):
            of_dense = [row["ours of dense"] for row in rows if (row["type"], row["percent"]) == (type_, percent)]
            self.assertTrue(of_dense, type_)
            self.assertLess(max(of_dense), most, type_)
        self.assertLess(max(row["ours of dense"] for row in rows), 1.005)

    def test_ten_percent_leave_the_text_as_it_is(self):
        same = {row["percent"]: row["as dense"] for row in rows_of(self.folder, "pruned-texts")}
        self.assertEqual(same[10], "True")

    def test_a_streamed_token_follows_the_bytes(self):
        dense, cut = rows_of(self.folder, "pruned-time")
        self.assertLess(cut["streamed MB"], 0.97 * dense["streamed MB"])

    def test_streamed_logits_are_the_pinned_ones(self):
        model = next(pathlib.Path(self.folder).glob("kept/*/tales-1m-tensor-20.blm"))

        def hash_of(*words):
            words = ["run", model, "--prompt", "Once", "--temperature", "0", "--steps", "24", "--hash", *words]
            return subprocess.run([ROOT / "build/host/barellama", *words], capture_output=True, text=True,
                                  check=True).stdout
        self.assertEqual(hash_of(), hash_of("--ram-mib", "2.2"))


class PrunedPerplexities(unittest.TestCase):
    """Where the trained checkpoints are."""

    def test_are_those_that_were_measured_before(self):
        if not SHARED.exists():
            self.skipTest(f"{SHARED} is not there")
        for (name, type_), expected in PRUNED.items():
            with self.subTest(model=name, type=type_), tempfile.TemporaryDirectory() as folder:
                lab = Lab(ROOT, pathlib.Path(folder), jobs=2)
                file = models.model(lab, name, type_)
                for percent, value in expected.items():
                    measured = models.perplexity(lab, models.pruned(lab, name, type_, file, percent))
                    self.assertAlmostEqual(measured, value, delta=0.01 * value, msg=f"{percent} %")


class BadInput(unittest.TestCase):
    """Named, and nothing half-written."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def test_an_unknown_experiment_is_named_beside_those_that_there_are(self):
        result = run(self.folder, "--only", "prunes")
        self.assertEqual(result.returncode, 1)
        self.assertIn('no experiment "prunes"', result.stderr)
        self.assertIn("operations", result.stderr)

    def test_without_gnuplot_it_says_what_to_install(self):
        result = run(self.folder, "--only", "bytes", PATH=self.folder)
        self.assertEqual(result.returncode, 1)
        self.assertIn("gnuplot-nox", result.stderr)
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    unittest.main()
