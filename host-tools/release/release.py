#!/usr/bin/python3
"""What is handed to others: a card as zip and as image, Raspberry Pi Imager's list, the program for
the laptop, symbols, checksums. `./dev release` builds what is needed and runs it."""
import argparse
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import archives
import imager
import licences
from failure import Failure

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
IMAGES = ("kernel", "bootloader", "sanity")
# Where the partition begins in an image (host-tools/card/card_writer.h).
PARTITION = "4M"
DEBIAN_FIRMWARE = "usr/lib/raspi-firmware"
NO_FIRMWARE = """there is no firmware: this release's card would not boot a Pi.
It lacks Raspberry Pi's bootcode.bin, start_cd.elf, fixup_cd.dat. `./dev release` fetches them from
Debian's package raspi-firmware; elsewhere they are in the folder `boot` of
https://github.com/raspberrypi/firmware: give --firmware FOLDER. A card for emulated Pis alone needs
none: --no-firmware says that this is meant"""


def arguments():
    parser = argparse.ArgumentParser(
        prog="./dev release",
        description="A card as zip and as image, Raspberry Pi Imager's list, the program for the "
                    "laptop, symbols, checksums.")
    parser.add_argument("--url", help="where the files will lie, for Imager's list, such as "
                                      "https://example.org/barellama/0.1 (default: on this machine)")
    firmware = parser.add_mutually_exclusive_group()
    firmware.add_argument("--firmware", type=pathlib.Path, metavar="FOLDER",
                          help="Raspberry Pi's firmware (default: what ./dev fetches)")
    firmware.add_argument("--no-firmware", action="store_true",
                          help="for emulated Pis alone: such a card boots no other")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/release",
                        help="for the files; what an earlier release left there is replaced (default: "
                             "build/release)")
    # So that a wrong option is told of before anything is built.
    parser.add_argument("--only-arguments", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help=argparse.SUPPRESS)
    return parser.parse_args()


def run(command, **options):
    done = subprocess.run([str(word) for word in command], text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          **options)
    if done.returncode != 0:
        raise Failure(f"{command[0]} failed:\n{done.stdout.strip()}")
    return done.stdout


def needed(path):
    if not path.exists():
        raise Failure(f"{path}: does not exist; `./dev release` builds it")
    return path


def as_windows_text(text):
    """Lines end as Notepad wants it."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii")


class Release:
    def __init__(self, options, work):
        self.options = options
        self.folder = work / "release"
        self.work = work
        self.folder.mkdir()
        self.program = needed(options.build / "host/barellama_static")
        self.images = options.build / "pi0"
        self.model = needed(ROOT / "models/tales-1m.blm")
        self.firmware = self.find_firmware()
        self.read_version()

    def find_firmware(self):
        if self.options.no_firmware:
            return None
        folder = self.options.firmware or self.options.build / "firmware" / DEBIAN_FIRMWARE
        if not (folder / "bootcode.bin").exists():
            where = f"{folder}: " if self.options.firmware else ""
            raise Failure(where + NO_FIRMWARE)
        return folder

    def read_version(self):
        """The program's own words: base/version.h says what they look like."""
        told = run([self.program, "--version"]).strip()
        match = re.fullmatch(r"barellama (\S+) \(([^,)]+)(?:, (\d{4}-\d\d-\d\d))?\)", told)
        if match is None:
            raise Failure(f"{self.program} --version: is not understood: {told}")
        number, commit, day = match.groups()
        self.version = told.removeprefix("barellama ")
        self.name = "barellama-" + (number if commit == "unknown" else f"{number}-{commit}")
        # Of the days that FAT and zip know.
        self.day = min(max(day or "", "1980-01-01"), "2107-12-31")
        midnight = datetime.datetime.fromisoformat(self.day).replace(tzinfo=datetime.timezone.utc)
        self.epoch = int(midnight.timestamp())
        self.environment = {**os.environ, "SOURCE_DATE_EPOCH": str(self.epoch)}

    def image(self, name):
        """Of the same build as the program: an image has its version in it as text."""
        path = needed(self.images / f"{name}.img")
        if self.version.encode("ascii") + b"\0" not in path.read_bytes():
            raise Failure(f"{path}: is not of the program's version, {self.version}; `./dev release` builds "
                          "both")
        return path

    def text(self, name):
        return (HERE / name).read_text(encoding="ascii").replace("@VERSION@", self.version)

    def path(self, ending):
        return self.folder / f"{self.name}{ending}"

    def make_card(self):
        texts = self.work / "texts"
        texts.mkdir()
        (texts / "README.txt").write_bytes(as_windows_text(self.text("card-readme.txt")))
        licence = (ROOT / "LICENSE").read_text(encoding="ascii")
        (texts / "LICENSE.txt").write_bytes(as_windows_text(licence))
        self.card = self.work / "card.img"
        command = [self.program, "card", "-o", self.card, "--kernel", self.image("kernel"),
                   "--add", texts / "README.txt", "--add", texts / "LICENSE.txt"]
        command += ["--firmware", self.firmware] if self.firmware else ["--no-firmware"]
        run(command + [self.model], env=self.environment)
        if self.firmware:
            run([self.program, "card", "--check", self.card])

    def pack_card(self):
        # From the image, so that both have the same files.
        files = self.work / "card"
        files.mkdir()
        run(["mcopy", "-s", "-n", "-i", f"{self.card}@@{PARTITION}", "::/", files],
            env={**os.environ, "MTOOLSRC": "/dev/null", "MTOOLS_SKIP_CHECK": "1"})
        archives.write_zip(self.path("-card.zip"), files, self.epoch)
        archives.write_xz(self.path("-card.img.xz"), self.card)

    def write_manifest(self):
        url = self.options.url
        url = imager.checked_url(url) if url else self.options.folder.resolve().as_uri()
        imager.write_manifest(self.path("-imager.json"), self.card, self.path("-card.img.xz"), url,
                              self.version, self.day)

    def pack_program(self):
        folder = self.work / f"{self.name}-linux-x86_64"
        (folder / "licences").mkdir(parents=True)
        run(["strip", "-o", folder / "barellama", self.program])
        (folder / "barellama").chmod(0o755)
        for image in IMAGES:
            shutil.copyfile(self.image(image), folder / f"{image}.img")
        shutil.copyfile(self.model, folder / self.model.name)
        shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE.txt")
        (folder / "README.txt").write_text(self.text("program-readme.txt"), encoding="ascii")
        licences.copy_licences(folder / "licences", needed(self.options.build / "host/barellama_static.map"),
                               self.options.build / "host")
        if self.firmware:
            # What the card has of it: other boards' files stay behind, the licence is at hand.
            (folder / "firmware").mkdir()
            for path in archives.files_below(self.work / "card"):
                if re.fullmatch(r"bootcode\.bin|start.*\.elf|fixup.*\.dat|LICENCE\.broadcom", path.name):
                    shutil.copyfile(path, folder / "firmware" / path.name)
        archives.write_tar_gz(self.path("-linux-x86_64.tar.gz"), folder, self.epoch)

    def pack_symbols(self):
        folder = self.work / f"{self.name}-symbols"
        folder.mkdir()
        for image in IMAGES:
            shutil.copyfile(needed(self.images / f"{image}.elf"), folder / f"{image}.elf")
        archives.write_tar_gz(self.path("-symbols.tar.gz"), folder, self.epoch)

    def finish(self):
        archives.write_checksums(self.folder / "SHA256SUMS", self.folder)
        if self.options.folder.exists():
            shutil.rmtree(self.options.folder)
        self.folder.rename(self.options.folder)


def check(options):
    folder = options.folder
    if folder.exists() and any(folder.iterdir()) and not (folder / "SHA256SUMS").exists():
        raise Failure(f"{folder}: is not a release's folder; name another one, or empty it")
    if options.url:
        imager.checked_url(options.url)
    if options.firmware and not options.firmware.is_dir():
        raise Failure(f"--firmware {options.firmware}: is not a folder")


def make_release(options):
    folder = options.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.resolve().parent, prefix=".release-") as work:
        release = Release(options, pathlib.Path(work))
        release.make_card()
        release.pack_card()
        release.write_manifest()
        release.pack_program()
        release.pack_symbols()
        release.finish()
    return release


def main():
    options = arguments()
    check(options)
    if options.only_arguments:
        return
    release = make_release(options)
    print(f"barellama {release.version}, in {options.folder}:")
    for path in archives.files_below(options.folder):
        print(f"  {path.stat().st_size:>12,} bytes  {path.name}")
    place, where = options.folder, "the list is for this machine: --url says where others will find the files"
    if options.url:
        place, where = imager.checked_url(options.url), "once the files lie there"
    print(f"Raspberry Pi Imager: rpi-imager --repo {place}/{release.name}-imager.json\n  ({where})")
    if options.no_firmware:
        print("This card boots an emulated Pi, and no real one (--no-firmware)")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"release: {failure}")
    except OSError as error:
        sys.exit(f"release: {error}")
