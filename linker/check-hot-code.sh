#!/bin/sh
# check-hot-code.sh IMAGE.LD MAP: image.ld orders hot code by patterns of names. Each must still match a
# section that was linked: one that matches nothing names a function that has another name now,
# and whose place in the instruction cache has become chance.
set -eu
awk '
  # The patterns: from the vectors to all other text.
  FNR == NR {
    if (/\*\(\.text\.vectors\)/) { inside = 1; next }
    if (/\*\(\.text \.text\.\*\)/) inside = 0
    if (!inside) next
    gsub(/[*]\(|\)|^ +/, " ")
    for (i = 1; i <= NF; ++i) if ($i ~ /^\.text\./) patterns[++count] = $i
    next
  }
  /^Linker script and memory map/ { linked = 1 }
  linked && /^ \.text\./ { sections[$1] = 1 }
  END {
    for (i = 1; i <= count; ++i) {
      regex = patterns[i]
      gsub(/[.]/, "[.]", regex)
      gsub(/[*]/, ".*", regex)
      gsub(/[?]/, ".", regex)
      matched = 0
      for (section in sections) if (section ~ "^" regex "$") { matched = 1; break }
      if (!matched) { print "linker/image.ld: no function matches " patterns[i] > "/dev/stderr"; bad = 1 }
    }
    if (count == 0) { print "linker/image.ld: no patterns found" > "/dev/stderr"; bad = 1 }
    exit bad
  }' "$1" "$2"
