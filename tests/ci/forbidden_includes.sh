#!/usr/bin/env bash
# forbidden_includes.sh BUILD: what cmake/layers.cmake forbids does not compile with the flags of the
# build in the folder BUILD. Each row: a source whose flags are taken, a header that it may include, and
# one that it may not.
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
failed=0

# compiles SOURCE HEADER: with SOURCE's flags, a file that includes HEADER and nothing else.
compiles() {
  local command
  # A path with blanks is in quotes, which the file writes as \".
  command=$(grep -E "\"command\": \".* -c .*/$1(\\\\\")?\",?\$" "$build/compile_commands.json" |
    sed -E 's/.*"command": "(.*)",?$/\1/; s/ -o [^ ]+ -c .*$//; s/\\"/"/g') || command=""
  [ -n "$command" ] || { echo "$1: no command in $build" >&2; exit 1; }
  (cd "$build" && echo "#include \"$2\"" |
    env CCACHE_DISABLE=1 bash -c "$command -fsyntax-only -x c++ -" 2>"$build/forbidden_include.log")
}

while read -r source allowed forbidden; do
  [ -f "$forbidden" ] || { echo "$forbidden is not there"; failed=1; }
  compiles "$source" "$allowed" || { echo "$source can't include $allowed"; cat "$build/forbidden_include.log"; failed=1; }
  if compiles "$source" "$forbidden"; then
    echo "$source can include $forbidden"
    failed=1
  elif ! grep -q 'No such file or directory' "$build/forbidden_include.log"; then
    cat "$build/forbidden_include.log"
    failed=1
  fi
done <<'END'
base/arena.cpp base/align.h llama/generator.h
llama/transformer.cpp llama/generator.h kernel/console/console.h
llama/sampler.cpp base/arena.h host-tools/support/files.h
libpi/fs/fat_volume.cpp libpi/fs/partition.h libpi/push/protocol.h
libpi/sd_card.cpp libpi/fs/block_device.h kernel/board/board.h
kernel/console/keyboard.cpp kernel/console/history.h libpi/bcm2835/gpio.h
kernel/bootloader/push_target.cpp libpi/push/receiver.h host-tools/push/push_driver.h
host-tools/console/console.cpp host-tools/serial/port.h llama/generator.h
host-tools/emulator/emulator.cpp host-tools/support/files.h host-tools/card/card_image.h
host-tools/main.cpp host-tools/commands/commands.h kernel/console/console.h
END
exit $failed
