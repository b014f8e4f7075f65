"""./dev picture: draws what README.md shows, docs/terminal.svg and docs/report.png.

The terminal is a recording of `./dev run` with a person at the keyboard: all that the screen shows was
written by the programs of this repository at the time at which it is shown, so the speed is that of the
emulated board on this machine. Only the dollar sign and the command behind it are this script's. The tree
must be built.
"""

import argparse
import fcntl
import json
import os
import pathlib
import pty
import select
import struct
import subprocess
import sys
import termios
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
COLUMNS, ROWS = 100, 26  # tests/documents/terminal.svg.in has the size of a screen of these
STORY_SEED = 228733
LIMIT_S = 300


class Recording:
    """A program in a terminal: [seconds, "o", text] for each piece of its output, as asciicast has it."""

    def __init__(self):
        self.events = []
        self.started = time.monotonic()
        self.text = ""

    def add(self, text):
        self.events.append([time.monotonic() - self.started, "o", text])
        self.text += text

    def type_command(self, command):
        """The command line, as a shell would show it."""
        self.add("$ ")
        time.sleep(0.8)
        for character in command:
            self.add(character)
            time.sleep(0.06)
        self.add("\r\n")

    def start(self, command):
        child, self.terminal = pty.fork()
        if child == 0:
            os.environ["TERM"] = "xterm-256color"
            os.chdir(SOURCE)
            os.execvp(command[0], command)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.child = child

    def read(self, seconds):
        """Records what comes within the time; False once the program has ended."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.terminal], [], [], left)[0]:
                break
            try:
                piece = os.read(self.terminal, 65536)
            except OSError:
                return False
            if not piece:
                return False
            self.add(piece.decode(errors="replace"))
        return True

    def wait_for(self, text, count):
        """Until the text has come so many times."""
        end = time.monotonic() + LIMIT_S
        while self.text.count(text) < count:
            if not self.read(0.02) or time.monotonic() > end:
                sys.exit(f"pictures.py: the emulated board did not come to {text!r}:\n{self.text}")

    def type(self, text):
        for character in text:
            os.write(self.terminal, character.encode())
            self.read(0.09)

    def finish(self):
        while self.read(1):
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])
        if status != 0:
            sys.exit(f"pictures.py: the recorded program ended with status {status}:\n{self.text}")


def run(command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"pictures.py: {command[0]}: status {result.returncode}\n{result.stderr}")


def record():
    recording = Recording()
    command = f"./dev run --seed {STORY_SEED}"
    recording.type_command(command)
    recording.start(command.split())
    # The last line of a story, and the prompt after it.
    recording.wait_for("MB from the card]\r\n> ", 1)
    recording.read(2)
    recording.type("The dragon\r")
    recording.wait_for("MB from the card]\r\n> ", 2)
    recording.read(4)
    shown = len(recording.events)
    os.write(recording.terminal, b"\x1d")
    recording.finish()
    return recording.events[:shown]


def draw_terminal(events, folder, picture):
    cast = folder / "terminal.cast"
    header = {"version": 2, "width": COLUMNS, "height": ROWS}
    cast.write_text("".join(json.dumps(line) + "\n" for line in [header, *events]))
    template = pathlib.Path(__file__).with_name("terminal.svg.in")
    # Six pictures a second are enough for reading, and keep the file small.
    run(["termtosvg", "render", cast, picture, "-t", template, "-m", "160", "-D", "5000"])


def draw_report(folder, picture):
    barellama = SOURCE / "build/host/barellama"
    records, page = folder / "run.jsonl", folder / "report.html"
    shot = folder / "report.png"
    run([barellama, "emulate", SOURCE / "build/card.img", "--prompt", "The dragon", "--record", records])
    run([barellama, "report", records, "-o", page])
    # Down to the end of the times of operations.
    run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={folder}/chromium", "--window-size=900,1500", f"--screenshot={shot}", page.as_uri()])
    run(["pngquant", "--force", "--strip", "--output", picture, "64", shot])


def main():
    parser = argparse.ArgumentParser(prog="./dev picture", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=SOURCE / "docs",
                        help="where the pictures go (default: docs)")
    folder = parser.parse_args().folder.resolve()
    work = SOURCE / "build/pictures"
    work.mkdir(parents=True, exist_ok=True)
    draw_terminal(record(), work, folder / "terminal.svg")
    draw_report(work, folder / "report.png")
    for name in ("terminal.svg", "report.png"):
        print(f"{folder / name}: {(folder / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
