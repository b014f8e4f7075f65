#!/usr/bin/python3
"""What `./dev release` hands out, as those who get it use it."""
import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import xml.etree.ElementTree
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
URL = "https://example.org/barellama/first release"
CARD_FILES = ["LICENCE.broadcom", "LICENSE.txt", "README.txt", "barellama.ini", "barellama.lst", "bootcode.bin", "config.txt",
              "fixup_cd.dat", "kernel.img", "start_cd.elf", "tales-1m.blm"]
PARTITION = 4 << 20
SECTOR = 512


def run(*command, **options):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, **options)


def make_firmware(folder):
    """Like Raspberry Pi's, as far as a card knows; no emulated Pi reads it."""
    folder.mkdir()
    for name in ("bootcode.bin", "fixup_cd.dat", "start4.elf", "LICENCE.broadcom"):
        (folder / name).write_text(name, encoding="ascii")
    (folder / "start_cd.elf").write_bytes(b"\177ELF\0VC_BUILD_ID_VARIANT: start_cd\0")


def release(folder, *words):
    return run(sys.executable, "-B", ROOT / "host-tools/release/release.py", "--folder", folder, *words)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Released(unittest.TestCase):
    """One release, unpacked, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.work = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.folder = cls.work / "release"
        make_firmware(cls.work / "boot")
        cls.told = cls.make(cls.folder)
        assert cls.told.returncode == 0, cls.told.stderr

    @classmethod
    def make(cls, folder):
        return release(folder, "--url", URL + "/", "--firmware", cls.work / "boot")

    @classmethod
    def file(cls, ending):
        found = list(cls.folder.glob("barellama-*" + ending))
        assert len(found) == 1, (ending, found)
        return found[0]

    @classmethod
    def unpacked(cls, ending):
        with tarfile.open(cls.file(ending)) as archive:
            archive.extractall(cls.work / "unpacked")
        return cls.work / "unpacked" / cls.file(ending).name.removesuffix(".tar.gz")

    @classmethod
    def image(cls):
        path = cls.work / "card.img"
        if not path.exists():
            with open(path, "wb") as target:
                subprocess.run([sys.executable, "-c", "import lzma, shutil, sys\n"
                                "shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer, 1 << 20)",
                                cls.file("-card.img.xz")], stdout=target, check=True)
        return path


class Files(Released):
    def test_are_named_after_the_version_and_listed(self):
        endings = ["-card.img.xz", "-card.zip", "-imager.json", "-linux-x86_64.tar.gz", "-symbols.tar.gz"]
        stem = self.file("-card.zip").name.removesuffix("-card.zip")
        self.assertRegex(stem, r"^barellama-\d+\.\d+\.\d+(-[0-9a-f]{12}(-dirty)?)?$")
        names = sorted(path.name for path in self.folder.iterdir())
        self.assertEqual(names, ["SHA256SUMS"] + [stem + ending for ending in endings])
        for name in names:
            self.assertIn(name, self.told.stdout)

    def test_are_as_their_checksums_say(self):
        told = run("sha256sum", "-c", "SHA256SUMS", cwd=self.folder)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertEqual(told.stdout.count(": OK\n"), 5)

    def test_are_the_same_bytes_each_time(self):
        again = self.work / "again"
        self.assertEqual(self.make(again).returncode, 0)
        self.assertEqual((again / "SHA256SUMS").read_text(), (self.folder / "SHA256SUMS").read_text())

    def test_imagers_list_says_what_the_image_is(self):
        manifest = json.loads(self.file("-imager.json").read_text())
        self.assertEqual(list(manifest), ["os_list"])
        entry, = manifest["os_list"]
        packed, image = self.file("-card.img.xz").read_bytes(), self.image().read_bytes()
        self.assertEqual(entry["url"], "https://example.org/barellama/first%20release/"
                         + self.file("-card.img.xz").name)
        self.assertEqual(entry["extract_size"], len(image))
        self.assertEqual(entry["extract_sha256"], sha256(image))
        self.assertEqual(entry["image_download_size"], len(packed))
        self.assertEqual(entry["image_download_sha256"], sha256(packed))
        self.assertEqual(entry["devices"], ["pi1-32bit"])
        self.assertEqual(entry["init_format"], "none")
        self.assertRegex(entry["release_date"], r"^\d{4}-\d\d-\d\d$")
        self.assertTrue(entry["name"].startswith("barellama ") and entry["description"])
        kind, icon = entry["icon"].split(",")
        self.assertEqual(kind, "data:image/svg+xml;base64")
        self.assertTrue(xml.etree.ElementTree.fromstring(base64.b64decode(icon)).tag.endswith("svg"))

    def test_symbols_are_those_of_the_images(self):
        folder = self.unpacked("-symbols.tar.gz")
        for name in ("kernel", "bootloader", "sanity"):
            self.assertIn(" _start\n", run("nm", folder / f"{name}.elf").stdout, name)


class Card(Released):
    def test_zip_and_image_have_the_same_files(self):
        folder = self.work / "of_image"
        folder.mkdir()
        environment = {**os.environ, "MTOOLSRC": "/dev/null", "MTOOLS_SKIP_CHECK": "1"}
        copied = run("mcopy", "-s", "-n", "-i", f"{self.image()}@@4M", "::/", folder, env=environment)
        self.assertEqual(copied.returncode, 0, copied.stderr)
        with zipfile.ZipFile(self.file("-card.zip")) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.namelist(), CARD_FILES)
            for name in CARD_FILES:
                self.assertEqual(archive.read(name), (folder / name).read_bytes(), name)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), CARD_FILES)

    def test_image_is_one_sound_partition(self):
        image = self.image().read_bytes()
        entry = image[446:462]
        begin, count = (int.from_bytes(entry[at:at + 4], "little") * SECTOR for at in (8, 12))
        self.assertEqual((begin, begin + count), (PARTITION, len(image)))
        self.assertEqual(image[462:510], bytes(48))
        self.assertEqual(image[510:512], b"\x55\xaa")
        part = self.work / "part"
        part.write_bytes(image[PARTITION:])
        fsck = next(path for path in ("/usr/sbin/fsck.fat", "/sbin/fsck.fat") if os.path.exists(path))
        told = run(fsck, "-n", part)
        self.assertEqual(told.returncode, 0, told.stdout)
        self.assertIn(f" {len(CARD_FILES) + 1} files", told.stdout)  # the label is one
        part.unlink()

    def test_texts_can_be_read_in_notepad(self):
        with zipfile.ZipFile(self.file("-card.zip")) as archive:
            for name in ("README.txt", "LICENSE.txt"):
                text = archive.read(name)
                self.assertTrue(text.isascii(), name)
                self.assertEqual(text.count(b"\n"), text.count(b"\r\n"), name)
            readme = archive.read("README.txt").decode()
        self.assertLess(readme.count("\n"), 75)
        for word in ("PuTTY", "screen", "picocom", "minicom", "115200", "FAT32", "LICENCE.broadcom"):
            self.assertIn(word, readme)
        self.assertNotIn("@", readme)

    def test_boots_and_tells_what_the_laptop_tells(self):
        program = self.unpacked("-linux-x86_64.tar.gz") / "barellama"
        settings = ("--prompt", "The dragon", "--temperature", "0", "--steps", "40")
        on_board = run(program, "emulate", self.image(), *settings)
        self.assertEqual(on_board.returncode, 0, on_board.stderr)
        on_laptop = run(program, "run", ROOT / "models/tales-1m.blm", *settings)
        self.assertEqual(on_laptop.returncode, 0, on_laptop.stderr)
        self.assertTrue(on_board.stdout.startswith("The dragon"), on_board.stdout)
        self.assertEqual(on_board.stdout.split(), on_laptop.stdout.split())


class Program(Released):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tree = cls.unpacked("-linux-x86_64.tar.gz")

    def test_needs_no_libraries(self):
        told = run("readelf", "-lW", self.tree / "barellama").stdout
        self.assertIn("LOAD", told)
        self.assertNotIn("INTERP", told)
        self.assertNotIn("DYNAMIC", told)
        started = run(self.tree / "barellama", "inspect", self.tree / "tales-1m.blm", env={})
        self.assertEqual(started.returncode, 0, started.stderr)

    def test_starts_in_a_tree_with_nothing_else(self):
        (self.tree / "tmp").mkdir(exist_ok=True)
        chroot = ["chroot"] if os.geteuid() == 0 else ["unshare", "-r", "chroot"]
        told = run(*chroot, self.tree, "/barellama", "run", "/tales-1m.blm", "--prompt", "The dragon")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertTrue(told.stdout.startswith("The dragon"), told.stdout)
        # What it calls and does not find, it names with its package.
        told = run(*chroot, self.tree, "/barellama", "card", "-o", "/card.img", "/tales-1m.blm")
        self.assertEqual(told.returncode, 1, told.stdout)
        self.assertIn("dosfstools", told.stderr)

    def test_makes_cards_that_boot_from_what_lies_beside_it(self):
        card = self.work / "own.img"
        made = run(self.tree / "barellama", "card", "-o", card, "--bootloader", self.tree / "tales-1m.blm")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertNotIn("DOES NOT BOOT", made.stdout)
        checked = run(self.tree / "barellama", "card", "--check", card)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertEqual(sorted(path.name for path in (self.tree / "firmware").iterdir()),
                         ["LICENCE.broadcom", "bootcode.bin", "fixup_cd.dat", "start_cd.elf"])

    def test_comes_with_the_licences_of_what_is_linked_in(self):
        names = {path.name for path in (self.tree / "licences").iterdir()}
        linked = {"libserialport-dev", "libedit-dev", "libbsd-dev", "libncurses-dev", "libc6-dev",
                  "libmd-dev", "libcli11-dev", "nlohmann-json3-dev", "LGPL-3", "GPL-3", "LGPL-2.1"}
        self.assertLessEqual({name + ".txt" for name in linked}, names)
        self.assertTrue(any(name.startswith("libstdc++") for name in names), names)
        self.assertNotIn("libgtest-dev.txt", names)
        self.assertIn("MIT License", (self.tree / "LICENSE.txt").read_text())


class Refusals(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        make_firmware(self.work / "boot")

    def refuse(self, message, *words, status=1):
        told = release(self.work / "release", *words)
        self.assertEqual(told.returncode, status, told.stdout)
        self.assertIn(message, told.stderr)
        self.assertEqual(told.stdout, "")

    def test_says_what_is_no_place_for_files(self):
        for url in ("example.org/files", "ftp://example.org", "https://", "https://example.org/?a=b"):
            self.refuse(f"--url {url}: must be", "--url", url, "--firmware", self.work / "boot")
        self.assertFalse((self.work / "release").exists())

    def test_makes_no_card_without_firmware_unless_told_to(self):
        (self.work / "empty").mkdir()
        self.refuse("would not boot a Pi", "--firmware", self.work / "empty")
        self.refuse("not allowed with", "--firmware", self.work / "boot", "--no-firmware", status=2)
        told = release(self.work / "release", "--no-firmware")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertTrue(told.stdout.endswith("and no real one (--no-firmware)\n"), told.stdout)

    def test_hears_of_wrong_arguments_before_anything_is_built(self):
        self.refuse("is not a folder", "--only-arguments", "--firmware", self.work / "nowhere")
        self.refuse("unrecognized arguments", "--only-arguments", "--link", status=2)
        told = release(self.work / "release", "--only-arguments")
        self.assertEqual((told.returncode, told.stdout, told.stderr), (0, "", ""))

    def test_stops_at_firmware_that_is_not_whole(self):
        (self.work / "boot/fixup_cd.dat").unlink()
        self.refuse("fixup_cd.dat is missing", "--firmware", self.work / "boot")
        self.assertEqual(sorted(path.name for path in self.work.iterdir()), ["boot"])

    def test_replaces_a_release_and_nothing_else(self):
        folder = self.work / "release"
        folder.mkdir()
        (folder / "mine").write_text("mine")
        self.refuse("is not a release's folder", "--firmware", self.work / "boot")
        self.assertEqual((folder / "mine").read_text(), "mine")
        shutil.copy(folder / "mine", folder / "SHA256SUMS")
        self.assertEqual(release(folder, "--firmware", self.work / "boot").returncode, 0)
        self.assertFalse((folder / "mine").exists())


if __name__ == "__main__":
    unittest.main()
