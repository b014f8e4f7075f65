"""The list from which Raspberry Pi Imager offers our image: https://github.com/raspberrypi/rpi-imager,
doc/json-schema/os-list-schema.json."""
import base64
import json
import pathlib
import urllib.parse

import archives
from failure import Failure

# Of Imager's list of boards: Zero, Zero W and Zero WH have this tag, and no other board than the
# first Pi, which has the same chip.
DEVICES = ["pi1-32bit"]
ICON = pathlib.Path(__file__).with_name("icon.svg")


def checked_url(url):
    """`url` as the folder in which the release's files will lie."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https", "file") or (parts.scheme != "file" and not parts.netloc):
        raise Failure(f"--url {url}: must be where the files will lie, such as "
                      "https://example.org/barellama/0.1")
    if parts.query or parts.fragment:
        raise Failure(f"--url {url}: must be a folder, and end before \"?\" or \"#\"")
    # What is encoded already stays so.
    path = urllib.parse.quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~")
    return urllib.parse.urlunsplit(parts._replace(path=path))


def write_manifest(target, image, packed, url, version, day):
    """`image` as it will be on the card, `packed` as it will lie in the folder `url`."""
    icon = base64.b64encode(ICON.read_bytes()).decode("ascii")
    entry = {
        "name": f"barellama {version}",
        "description": "A language model without an operating system, on the serial line of a Pi Zero, "
                       "Zero W or Zero WH",
        "icon": f"data:image/svg+xml;base64,{icon}",
        "url": f"{url}/{urllib.parse.quote(packed.name)}",
        "release_date": day,
        "extract_size": image.stat().st_size,
        "extract_sha256": archives.sha256(image),
        "image_download_size": packed.stat().st_size,
        "image_download_sha256": archives.sha256(packed),
        "devices": DEVICES,
        # There is nothing for Imager to set: no users, no network.
        "init_format": "none",
    }
    target.write_text(json.dumps({"os_list": [entry]}, indent=2) + "\n", encoding="ascii")
