# What the Pi's images weigh, against tests/bench/sizes.json. `./dev size` sources this file.
# shellcheck shell=bash

sizes_file=tests/bench/sizes.json
sizes_growth_percent=3
# Growth of this many bytes is always accepted: a register more on a stack of 160 bytes is 3 %.
sizes_free_bytes=64

# stack_depths: "kernel NAME BYTES" for each of the board's stacks, at its deepest in a run that tells a
# story, shows statistics and tests itself. The board paints its stacks, and /mem looks how deep they
# were used. Time by instructions makes it the same in each run.
stack_depths() {
  local log=build/log/sizes.log
  mkdir -p build/log
  build/host/barellama card -o build/sizes.img --no-firmware --kernel build/pi0/kernel.img "$default_model" >"$log" 2>&1
  build/host/barellama emulate build/sizes.img --icount --set autostart=0 --set steps=64 \
    --send "Once upon a time" --send /stats --send /selftest --send /mem --timeout 600 \
    </dev/null >>"$log" 2>&1 || die "the emulated board did not come to /mem (the whole log is $log)"
  tr -d '\r' <"$log" | sed -nE 's/^ +(main|interrupt|fault) +at most +([0-9]+) bytes of.*/kernel \1-stack \2/p'
}

# measure_sizes: "IMAGE WHAT BYTES" a line, into the file build/sizes.
measure_sizes() {
  local elf name
  {
    while IFS= read -r elf; do
      name=$(basename "$elf" .elf)
      arm-none-eabi-size "$elf" | awk -v name="$name" 'NR == 2 {
        print name, "text", $1; print name, "data", $2; print name, "bss", $3 }'
    done < <(find build/pi0 -maxdepth 1 -name '*.elf' | sort)
    stack_depths
  } >build/sizes
}

# One line each image, so that a commit's diff shows what has grown.
write_sizes() {
  awk '
    { if (!($1 in seen)) { seen[$1] = 1; order[++count] = $1 }
      all[$1] = all[$1] (all[$1] == "" ? "" : ", ") "\"" $2 "\": " $3 }
    END { print "{"
          for (i = 1; i <= count; ++i)
            printf "  \"%s\": {%s}%s\n", order[i], all[order[i]], i < count ? "," : ""
          print "}" }' >"$sizes_file"
}

read_sizes() {
  sed -nE 's/^ *"([^"]+)": \{(.*)\},?$/\1 \2/p' "$sizes_file" |
    awk '{ name = $1; $1 = ""; gsub(/[",:]/, " "); count = split($0, words, " ")
           for (i = 1; i < count; i += 2) print name, words[i], words[i + 1] }'
}

# compare_sizes: measured sizes on standard input. Fails on growth, and on what is on one side only.
compare_sizes() {
  awk -v percent="$sizes_growth_percent" -v free="$sizes_free_bytes" '
    FNR == NR { recorded[$1 " " $2] = $3; next }
    { key = $1 " " $2; measured[key] = 1
      if (!(key in recorded)) { printf "%s: %d bytes, and no record\n", key, $3; bad = 1; next }
      change = recorded[key] ? 100 * ($3 - recorded[key]) / recorded[key] : ($3 ? 100 : 0)
      grown = change > percent && $3 - recorded[key] > free
      if (grown) bad = 1
      printf "%-24s %9d bytes, %+6.2f %%%s\n", key, $3, change, grown ? "  TOO MUCH" : "" }
    END { for (key in recorded) if (!(key in measured)) { print key ": recorded, and not there"; bad = 1 }
          exit bad }' <(read_sizes) -
}

list_symbols() {
  local elf
  while IFS= read -r elf; do
    say "$elf"
    arm-none-eabi-size "$elf"
    say "  largest symbols (bytes, kind, name):"
    arm-none-eabi-nm -S --size-sort -C "$elf" | tail -n 12 | tac |
      while read -r _ size kind name; do printf '  %9d %s %s\n' "0x$size" "$kind" "$name"; done
  done < <(find build/pi0 -name '*.elf' | sort)
}

# word_size [--check | --record]
word_size() {
  # shellcheck disable=SC2086
  need $packages_build $packages_run
  case ${1:-} in
    "")
      configure_and_build pi0
      list_symbols
      ;;
    --check | --record)
      configure_and_build host --target barellama
      configure_and_build pi0 --target kernel bootloader sanity
      if [ "$1" = --record ]; then
        measure_sizes
        write_sizes <build/sizes
        cat "$sizes_file"
      else
        measure_sizes
        compare_sizes <build/sizes ||
          die "an image has grown by more than $sizes_growth_percent %: make it smaller, or record why it may
with ./dev size --record in the same commit"
      fi
      ;;
    *) die "size takes nothing, --check or --record" ;;
  esac
}
