"""Runs the programs that experiments are made of, and keeps what they print or make.

A command is run once: its result is kept in a folder, under a hash of its words, of the programs
that do the work and of the files that it reads. So a run that was stopped goes on where it was, and
after a change only that is measured again which the change may have altered.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import threading
import time


class Failure(Exception):
    """What the user is told: what failed, where, and what to do."""


class Output:
    """Stands in a command for the file that it makes."""


OUTPUT = Output()
PRINTED = "printed.txt"
EXIT_CODE = "exit-code.txt"


def shared_folder(root):
    """Of models that are not in the repository; it may be missing."""
    return pathlib.Path(os.environ.get("BARELLAMA_SHARED", root.parent / "shared"))


class Lab:
    def __init__(self, root, folder, jobs=1, is_miniature=False, has_seven_b=False):
        self.root, self.folder = root, folder
        self.is_miniature, self.has_seven_b = is_miniature, has_seven_b
        self.kept = folder / "kept"
        self.kept.mkdir(parents=True, exist_ok=True)
        self.shared = shared_folder(root)
        self.left_out = []  # and why
        self.experiment = ""
        self.commands = []  # of this experiment, for people
        self._jobs = jobs
        self._lock = threading.Lock()
        self._running = {}
        self._hashes = {}
        host, pi = root / "build/host", root / "build/pi0"
        # The files that the result of a program depends on, the program first.
        self._programs = {
            "barellama": [host / "barellama"],
            "bench": [host / "bench", host / "libpi0_cycles.so", pi / "kernel.img", pi / "kernel.elf"],
            "python3": [pathlib.Path(sys.executable)],
        }

    def samples(self, values):
        """All of them, or of a miniature the first, one in the middle and the last."""
        values = list(values)
        return values if not self.is_miniature else [values[0], values[len(values) // 2], values[-1]]

    def text(self, program, *words):
        """What the command prints."""
        return self.printed(self._result(program, words, PRINTED))

    def json(self, program, *words):
        """The JSON that the command prints, or writes where its words say OUTPUT."""
        name = "out.json" if OUTPUT in words else PRINTED
        return json.loads(self._result(program, words, name).read_text())

    def file(self, name, program, *words):
        """The file that the command writes where its words say OUTPUT."""
        return self._result(program, words, name)

    def succeeds(self, program, *words):
        """Whether the command does, which may be refused."""
        return self._result(program, words, EXIT_CODE).read_text() == "0"

    @staticmethod
    def printed(file):
        """What the command printed that made this file."""
        return (file.parent / PRINTED).read_text()

    def each(self, function, *lists):
        """function(item, ...) for all items, several at a time."""
        with concurrent.futures.ThreadPoolExecutor(self._jobs) as pool:
            return list(pool.map(function, *lists))

    def leave_out(self, what, missing):
        line = f"{what}, since {self.shown(missing)} is not there"
        if line not in self.left_out:
            self.left_out.append(line)
            print(f"  {self.experiment}: leaves out {line}", file=sys.stderr, flush=True)

    def shown(self, word):
        """A word of a command as people would write it."""
        if not isinstance(word, pathlib.Path):
            return str(word)
        if self.kept in word.parents:
            return word.name
        return os.path.relpath(word, self.root)

    # -- how ------------------------------------------------------------------------------------

    def _result(self, program, words, name):
        key = self._key(program, words, name)
        line = " ".join([program] + [shlex.quote(name if word is OUTPUT else self.shown(word))
                                     for word in words])
        with self._lock:
            if line not in self.commands:
                self.commands.append(line)
            lock = self._running.setdefault(key, threading.Lock())
        result = self.kept / key / name
        with lock:
            if not result.exists():
                self._run(program, words, line, result)
        return result

    def _run(self, program, words, line, result):
        part = result.parent.with_suffix(".part")  # never a half-written result
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        output = part / result.name
        print(f"  {self.experiment}: {line}", file=sys.stderr, flush=True)
        started = time.monotonic()
        command = [str(self._programs[program][0])]
        command += [str(output if word is OUTPUT else word) for word in words]
        run = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        if result.name == EXIT_CODE:
            output.write_text(str(run.returncode))
        elif run.returncode != 0:
            shutil.rmtree(part)
            said = run.stderr if len(run.stderr) < 2000 else f"{run.stderr[:500]}\n...\n{run.stderr[-1000:]}"
            raise Failure(f"{line}\nended with {run.returncode}:\n{said}")
        (part / PRINTED).write_text(run.stdout)
        part.rename(result.parent)
        seconds = time.monotonic() - started
        if seconds > 10:
            print(f"  {self.experiment}: {seconds:.0f} s for {line}", file=sys.stderr, flush=True)

    def _key(self, program, words, name):
        parts = [self._hash(file) for file in self._programs[program]] + [name]
        for word in words:
            if word is OUTPUT:
                parts.append("OUTPUT")
            elif not isinstance(word, pathlib.Path):
                parts.append(str(word))
            elif self.kept in word.parents:
                parts.append(str(word.relative_to(self.kept)))
            else:
                parts.append(self._hash(word))
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def _hash(self, path):
        if not path.exists():
            raise Failure(f"{self.shown(path)} is not there; ./dev paper builds what it needs")
        state = path.stat()
        known = (path, state.st_mtime_ns, state.st_size)
        with self._lock:
            if known not in self._hashes:
                files = sorted(path.glob("*.py")) if path.is_dir() else [path]
                whole = hashlib.sha256()
                for file in files:
                    whole.update(file.read_bytes())
                self._hashes[known] = whole.hexdigest()
            return self._hashes[known]
