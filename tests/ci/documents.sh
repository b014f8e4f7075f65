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

# word_documents [FILE...]: README.md's, where none is named.
word_documents() {
  local document script folder failed=0 count=0
  [ $# -gt 0 ] || set -- README.md
  for document in "$@"; do
    folder=build/documents/$(basename "$document" .md)
    rm -rf "$folder"
    mkdir -p "$folder"
    commands_of "$document" "$folder"
    while IFS= read -r script; do
      count=$((count + 1))
      quietly "$document, line $(basename "$script" .sh)" \
        timeout 900 bash -euo pipefail "$script" || failed=$((failed + 1))
    done < <(find "$folder" -name '*.sh' | sort -V)
  done
  [ "$count" -gt 0 ] || die "no commands to run in: $*"
  say "documents: $((count - failed)) blocks of commands run, $failed failed"
  [ "$failed" -eq 0 ]
}
