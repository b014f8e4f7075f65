# Runs the commands that documents show. `./dev documents` sources this file.
# shellcheck shell=bash

# commands_of FILE FOLDER: each block marked `sh` becomes a file FOLDER/LINE.sh, unless the line before
# it says what it needs: <!-- needs a board -->.
commands_of() {
  awk -v folder="$2" '
    /^```sh$/ { name = previous ~ /^<!-- needs .* -->$/ ? "" : folder "/" NR ".sh"; inside = 1
                if (name != "") printf "" > name
                next }
    /^```$/ { if (inside && name != "") close(name); inside = 0; name = "" }
    inside && name != "" { print > name }
    { previous = $0 }' "$1"
}

# check_first_run: what README.md promises of the first ./dev run, where one of the commands was one. It
# fails by the time of processors, since others may use the machine, too; and with a margin of two.
check_first_run() {
  local seconds used cores
  if ! grep -q "about $minutes_run minutes with two cores" README.md; then
    say "README.md does not promise what ./dev says: about $minutes_run minutes with two cores"
    return 1
  fi
  if ! read -r seconds used cores 2>/dev/null <"$log_folder/first-run"; then
    say "first run: something was built before, so its time is not measured"
    return 0
  fi
  say "first run: took $seconds s on $cores cores, $used s of processors; README.md's promise is" \
    "$((60 * minutes_run)) s on two"
  if [ "$used" -gt $((2 * 2 * 60 * minutes_run)) ]; then
    say "that is over twice the promise: mend the build, or minutes_run in dev and README.md"
    return 1
  fi
}

# word_documents [FILE...]: README.md's, where none is named.
word_documents() {
  local document script folder failed=0 count=0
  rm -f "$log_folder/first-run"
  [ $# -gt 0 ] || set -- README.md
  for document in "$@"; do
    folder=build/documents/$(basename "$document" .md)
    rm -rf "$folder"
    mkdir -p "$folder"
    commands_of "$document" "$folder"
    while IFS= read -r script; do
      count=$((count + 1))
      quietly "$document, line $(basename "$script" .sh)" \
        timeout 1800 bash -euo pipefail "$script" || failed=$((failed + 1))
    done < <(find "$folder" -name '*.sh' | sort -V)
  done
  check_first_run || failed=$((failed + 1))
  [ "$count" -gt 0 ] || die "no commands to run in: $*"
  say "documents: $count blocks of commands run, $failed failures"
  [ "$failed" -eq 0 ]
}
