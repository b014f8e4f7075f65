# Whether the same files make the same images and cards elsewhere. `./dev reproducible` sources this file.
# shellcheck shell=bash

# same FILE FILE: says whether they are, byte for byte.
same() {
  if cmp "$1" "$2"; then
    say "$(basename "$1"): the same, sha256 $(sha256sum <"$1" | cut -c 1-16)"
  else
    reproducible_failed=1
  fi
}

# A copy of this folder, changes and history included, in a place whose name is longer. A compiler cache,
# if there is one, must compile there, too.
build_elsewhere() {
  local other=$1
  rm -rf "$other" && mkdir -p "$other" &&
    tar --exclude='./build*' --exclude=./.cache -cf - . | tar -C "$other" -xf - &&
    (cd "$other" && cmake --preset pi0 && CCACHE_RECACHE=1 TZ=Asia/Tokyo LC_ALL=C \
      cmake --build build/pi0 -j "$jobs" --target kernel bootloader sanity)
}

word_reproducible() {
  local other="build/reproducible/of another name" image version reproducible_failed=0
  # shellcheck disable=SC2086
  need $packages_build $packages_run
  configure_and_build host --target barellama
  configure_and_build pi0 --target kernel bootloader sanity
  quietly "build elsewhere" build_elsewhere "$other"
  for image in kernel bootloader sanity; do
    same "build/pi0/$image.img" "$other/build/pi0/$image.img"
    same "build/pi0/$image.elf" "$other/build/pi0/$image.elf"
  done
  touch -d 2001-01-01 "$other/$default_model"
  quietly "two cards" make_two_cards "$other"
  same build/reproducible/card.img "$other/card.img"
  version=$(build/host/barellama --version)
  grep -qaF "${version#* }" build/pi0/kernel.img || {
    say "build/pi0/kernel.img is not $version"
    reproducible_failed=1
  }
  [ "$reproducible_failed" -eq 0 ] || die "the same files make other images or cards in build/reproducible"
  rm -r build/reproducible
}

make_two_cards() {
  build/host/barellama card -o build/reproducible/card.img --kernel build/pi0/kernel.img --no-firmware \
    "$default_model" &&
    TZ=Asia/Tokyo build/host/barellama card -o "$1/card.img" --kernel "$1/build/pi0/kernel.img" \
      --no-firmware "$1/$default_model"
}
