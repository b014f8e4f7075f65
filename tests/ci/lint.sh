# The rules of the house that no compiler checks. `./dev lint` sources this file.
# shellcheck shell=bash

lint_failed=0

# breaks_rule TEXT LINES: prints a broken rule with the places that break it.
breaks_rule() {
  [ -n "$2" ] || return 0
  lint_failed=1
  say "$1"
  printf '  %s\n' "${2//$'\n'/$'\n'  }"
}

our_sources() { git ls-files -- '*.cpp' '*.h'; }

# What may include what is not here: forbidden includes do not compile (cmake/layers.cmake).
lint_rules() {
  local file lines
  # llama/kernels/fp_mode.h sets the mode of the host's floating point.
  breaks_rule "asm belongs in libpi/arm1176 and libpi/backend_device" \
    "$(git grep -nE '\b(asm|__asm__)\b *(volatile|__volatile__)? *\(' -- '*.cpp' '*.h' \
      ':!libpi/arm1176' ':!libpi/backend_device' ':!tests' ':!llama/kernels/fp_mode.h' || true)"
  breaks_rule "volatile belongs in libpi/backend_device/mmio_backend.h" \
    "$(git grep -nE '^[^/"]*\bvolatile\b' -- base llama libpi kernel \
      ':!libpi/backend_device/mmio_backend.h' ':!*.md' ':!*.txt' | grep -vE 'asm +volatile' || true)"
  breaks_rule "libraries, programs and images are made by the functions of cmake/" \
    "$(git grep -nE '^ *add_(library|executable)\(' -- '*CMakeLists.txt' | grep -vE ' INTERFACE\)' ||
      true)"
  breaks_rule "headers begin with #pragma once" \
    "$(git ls-files -- '*.h' | xargs grep -L '^#pragma once$' || true)"
  while IFS= read -r file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || breaks_rule "files stop at 500 lines" "$file: $lines"
  done < <(our_sources)
}

# Phrases that are refused, in text that people read; tests/ci/phrases.txt says which.
lint_phrases() {
  local line patterns=()
  while IFS= read -r line; do
    [[ -z "$line" || "$line" == '#'* ]] || patterns+=(-e "$line")
  done <tests/ci/phrases.txt
  breaks_rule "say it in plain English (tests/ci/phrases.txt)" \
    "$(git grep -nwiE "${patterns[@]}" -- '*.md' '*.cpp' '*.h' '*.S' '*.inc' '*.ld' '*CMakeLists.txt' \
      '*.cmake' '*.html' '*.sh' dev ':!tests/golden' || true)"
}

# The commit that changes are counted from: what the server has, else what is at least a day older.
lint_base() {
  local base time
  if [ -n "${BARELLAMA_LINT_BASE:-}" ]; then
    base=$BARELLAMA_LINT_BASE
  else
    base=$(git merge-base HEAD origin/main 2>/dev/null || true)
    if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
      time=$(git show -s --format=%ct HEAD)
      base=$(git rev-list -1 --before=$((time - 86400)) HEAD)
    fi
  fi
  # Without one (a new or shallow history) everything has changed: compare with the empty tree.
  git rev-parse --verify -q "${base:-none}^{commit}" || git hash-object -t tree /dev/null
}

# Sources that have changed, then those that include changed headers, however indirectly. A file that
# has only moved has not changed.
changed_sources() {
  {
    git diff -M --name-status "$(lint_base)" -- '*.cpp' '*.h' | grep -v '^R100' | awk '{ print $NF }'
    git ls-files --others --exclude-standard -- '*.cpp' '*.h'
    printf -- '--\n'
    git grep -E '^#include "[^"]+"' -- '*.cpp' '*.h' | sed -E 's/:#include "([^"]+)".*/ \1/'
  } | awk '
    $0 == "--" { edges = 1; next }
    !edges { changed[$0] = 1; itself[$0] = 1; next }
    { includer[++count] = $1; included[count] = $2 }
    END {
      do {
        more = 0
        for (i = 1; i <= count; ++i)
          if (included[i] in changed && !(includer[i] in changed)) { changed[includer[i]] = 1; more = 1 }
      } while (more)
      for (file in changed) if (file ~ /\.cpp$/) print (file in itself ? 1 : 2), file
    }' | sort | while read -r _ file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done
}

# What only the Pi's preset compiles, as clang would: its target, gcc's folders of headers, and none
# of the flags that clang does not know.
translate_pi0_commands() {
  local folders
  folders=$(arm-none-eabi-g++ -mcpu=arm1176jzf-s -mfpu=vfp -mfloat-abi=hard -marm -E -v -x c++ \
    /dev/null 2>&1 | sed -n '/^#include </,/^End of search/s/^ //p' | sed 's/^/-isystem /' | tr '\n' ' ')
  mkdir -p build/lint-pi0
  sed -E -e "s#\"command\": \"[^ ]*arm-none-eabi-g\+\+#\"command\": \"clang++ --target=arm-none-eabi $folders#" \
    build/pi0/compile_commands.json >build/lint-pi0/compile_commands.json
}

# lint_clang FOLDER: clang-tidy over those of the files on standard input that FOLDER's build compiles,
# in their order, for at most lint_seconds; what is left then is said, and for ./dev lint.
lint_seconds=100000
lint_clang() {
  local status=0 files started=$SECONDS
  grep -oE '"file": "[^"]+"' "$1/compile_commands.json" | cut -d'"' -f4 | sort -u >"$1/compiled"
  files=$(sed "s#^#$PWD/#" | grep -xFf "$1/compiled" || true)
  [ -n "$files" ] || return 0
  rm -f "$1"/looked-at.* "$1/broken"
  timeout "$lint_seconds" xargs -d '\n' -P "$jobs" -n 1 --process-slot-var=SLOT sh -c '
    echo "$2" >>"$1/looked-at.$SLOT"
    clang-tidy -p "$1" --quiet "$2" 2>/dev/null || { touch "$1/broken"; exit 1; }' sh "$1" <<<"$files" || status=$?
  lint_seconds=$((lint_seconds - (SECONDS - started)))
  [ "$lint_seconds" -gt 0 ] || lint_seconds=1
  if [ "$status" -eq 124 ]; then
    say "clang-tidy: time is up after $(cat "$1"/looked-at.* | wc -l) of $(wc -l <<<"$files") files; ./dev lint looks at all"
    [ -e "$1/broken" ] || status=0
  fi
  rm -f "$1"/looked-at.* "$1/broken"
  return "$status"
}

# word_lint [--changed | phrases | rules]
word_lint() {
  local files status=0
  need_git
  case ${1:-all} in
    phrases | rules)
      "lint_$1"
      ;;
    all | --changed)
      # shellcheck disable=SC2086
      need $packages_build $packages_style
      # Of its own, since clang can't read the headers that gcc has precompiled.
      quietly "configure lint" cmake --preset host -B build/lint -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON
      [ -f build/pi0/build.ninja ] || quietly "configure pi0" cmake --preset pi0
      translate_pi0_commands
      lint_rules
      lint_phrases
      our_sources | xargs clang-format --dry-run --Werror || lint_failed=1
      if [ "${1:-all}" = all ]; then
        files=$(git ls-files -- '*.cpp')
      else
        files=$(changed_sources)
        lint_seconds=${BARELLAMA_LINT_SECONDS:-300}
        say "clang-tidy: $(grep -c . <<<"$files" || true) files, changed since $(lint_base | cut -c1-12)"
      fi
      lint_clang build/lint <<<"$files" || status=1
      # The host's own version of a file is enough.
      comm -23 <(sort <<<"$files") <(sed "s#^$PWD/##" build/lint/compiled) |
        lint_clang build/lint-pi0 || status=1
      [ "$status" -eq 0 ] || lint_failed=1
      ;;
    *) die "lint takes nothing, --changed, phrases or rules" ;;
  esac
  [ "$lint_failed" -eq 0 ] || die "lint: see above"
  say "lint: clean"
}
