# The boot firmware of cards. `./dev card` and `./dev release` source this file.
# shellcheck shell=bash disable=SC2154 # What is not set here is set by dev.

# Raspberry Pi's boot firmware from Debian's package raspi-firmware, into build/firmware. The package is
# not installed, since its scripts write to /boot. It is of a component that few machines have among
# their sources: it gets lists of its own, from where this machine gets Debian. Each step may fail, and is
# asked: within a condition, `set -e` does not hold.
fetch_firmware() {
  local folder=build/firmware
  [ ! -f "$folder/usr/lib/raspi-firmware/bootcode.bin" ] || return 0
  command -v apt-get >/dev/null || return 1
  local lists=$folder/apt keys=/usr/share/keyrings/debian-archive-keyring.gpg signed=
  rm -rf "$folder"
  mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
  [ ! -f "$keys" ] || signed="[signed-by=$keys]"
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(ORIGIN)' 'Created-By: Packages' |
    while read -r uri release origin; do
      [ "$origin" != Debian ] || echo "deb $signed $uri $release non-free-firmware"
    done | sort -u >"$lists/sources.list"
  local options=(-o "Dir::Etc::SourceList=$PWD/$lists/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$PWD/$lists/lists" -o "Dir::Cache=$PWD/$lists/cache"
    -o APT::Sandbox::User=)
  apt-get "${options[@]}" update || return 1
  (cd "$lists" && apt-get "${options[@]}" download raspi-firmware) || return 1
  local package=("$lists"/raspi-firmware_*.deb)
  dpkg-deb -x "${package[0]}" "$lists/unpacked" || return 1
  sha256sum "${package[0]}" | sed "s|$lists/||" >"$folder/package" || return 1
  mkdir -p "$folder/usr/lib" "$folder/usr/share/doc" || return 1
  mv "$lists/unpacked/usr/share/doc/raspi-firmware" "$folder/usr/share/doc/" || return 1
  mv "$lists/unpacked/usr/lib/raspi-firmware" "$folder/usr/lib/" || return 1
  rm -r "$lists"
}

# Cards without firmware are made, too, and say what they lack.
try_firmware() {
  mkdir -p "$log_folder"
  if fetch_firmware >"$log_folder/firmware.log" 2>&1 </dev/null; then
    say "firmware: $(awk '{ print $2 ", sha256 " $1 }' build/firmware/package)"
  else
    say "firmware: Debian's package raspi-firmware could not be fetched ($log_folder/firmware.log)"
  fi
}
