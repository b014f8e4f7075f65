"""What of others is in a program, and under which licences."""
import os
import pathlib
import re
import shutil
import subprocess

from failure import Failure

DOCUMENTATION = pathlib.Path("/usr/share/doc")
COMMON = pathlib.Path("/usr/share/common-licenses")


def archives_in(linker_map):
    """The linker names each file that it took something from, or looked into."""
    text = linker_map.read_text(encoding="utf-8", errors="replace")
    return {os.path.normpath(path) for path in re.findall(r"^LOAD (/\S+)$", text, re.MULTILINE)}


def headers_in(build):
    """Libraries that are headers alone: ninja knows what each of our objects was made from."""
    listing = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], check=True,
                             capture_output=True, text=True).stdout
    headers = set()
    for block in listing.split("\n\n"):
        if not block.startswith(("tests/", "CMakeFiles/tests_")):
            # Where ccache is at work, they are named from the build's folder.
            headers.update(os.path.normpath(build / path)
                           for path in re.findall(r"^ +(\S+)$", block, re.MULTILINE))
    return {path for path in headers if path.startswith("/usr/")}


def packages_of(files):
    """The Debian packages that the files came with."""
    answer = subprocess.run(["dpkg-query", "-S", *sorted(files)], capture_output=True, text=True,
                            env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False)
    owners = dict(reversed(line.rsplit(": ", 1)) for line in answer.stdout.splitlines())
    for path in sorted(files):
        if path not in owners:
            raise Failure(f"{path}: is of no Debian package, and so its licence is not known; a release "
                          "is made on Debian, from packages")
    return sorted({owner.split(":")[0] for owner in owners.values()})


def copy_licences(target, linker_map, build):
    """One file for each package, and the licences that they only name."""
    if shutil.which("dpkg-query") is None:
        raise Failure("dpkg-query is not here; a release is made on Debian, whose packages have the "
                      "licences of what is linked in")
    named = set()
    for package in packages_of(archives_in(linker_map) | headers_in(build)):
        source = DOCUMENTATION / package / "copyright"
        if not source.is_file():
            raise Failure(f"{source}: is missing, and with it the licence of what is linked in; run "
                          f"`apt-get install --reinstall {package}`")
        text = source.read_bytes()
        (target / f"{package}.txt").write_bytes(text)
        named.update(re.findall(rb"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])", text))
    for name in sorted(one.decode("ascii") for one in named):
        if (COMMON / name).is_file():
            shutil.copyfile(COMMON / name, target / f"{name}.txt")
