#!/usr/bin/env python3
"""Makes unicode_tables.h: what a vocabulary may need to normalize texts and to find words in them.

    make_unicode_tables.py /usr/share/unicode VERSION > unicode_tables.h

The folder is that of Debian's package unicode-data, VERSION the package's upstream version.
"""
import sys

LAST = 0x10ffff


def properties(path, wanted):
    """The code points of the wanted properties."""
    codes = set()
    for line in open(path, encoding="utf-8"):
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if len(fields) >= 2 and fields[1] in wanted:
            ends = [int(end, 16) for end in fields[0].split("..")]
            codes.update(range(ends[0], ends[-1] + 1))
    return codes


def unicode_data(path):
    """Of each code point its fields; the first and the last of a range stand for all of it."""
    first = None
    for line in open(path, encoding="ascii"):
        fields = line.split(";")
        code = int(fields[0], 16)
        if fields[1].endswith(", First>"):
            first = code
            continue
        begin = first if fields[1].endswith(", Last>") else code
        for each in range(begin, code + 1):
            yield each, fields


def print_table(name, comment, numbers):
    print(f"// {comment}\ninline constexpr uint32_t {name}[] = {{")
    for at in range(0, len(numbers), 40):
        print("    " + ",".join(f"{number}" for number in numbers[at:at + 40]) + ",")
    print("};\n")


def rows(triples):
    return [number for triple in sorted(triples) for number in triple]


def main():
    folder, version = sys.argv[1:]
    classes = [0] * (LAST + 1)
    words = properties(folder + "/DerivedCoreProperties.txt", {"Alphabetic"})
    words |= properties(folder + "/PropList.txt", {"Join_Control"})
    excluded = properties(folder + "/DerivedNormalizationProps.txt", {"Full_Composition_Exclusion"})
    decompositions, compositions, lower = [], [], []
    for code, fields in unicode_data(folder + "/UnicodeData.txt"):
        classes[code] = int(fields[3])
        if fields[2][0] == "M" or fields[2] in ("Nd", "Pc"):
            words.add(code)
        if fields[5] and not fields[5].startswith("<"):
            parts = [int(part, 16) for part in fields[5].split()]
            decompositions.append((code, parts[0], parts[1] if len(parts) > 1 else 0))
            if len(parts) > 1 and code not in excluded:
                compositions.append((parts[0], parts[1], code))
        if fields[13]:
            lower.append((code, int(fields[13], 16), 0))
    for line in open(folder + "/SpecialCasing.txt", encoding="utf-8"):
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        # Those with a fifth field hold under a condition only.
        if len(fields) == 5 and len(fields[1].split()) == 2:
            code = int(fields[0], 16)
            lower = [row for row in lower if row[0] != code]
            lower.append((code, *[int(part, 16) for part in fields[1].split()]))
    stretches = [code for code in range(LAST + 1) if (code in words) != (code - 1 in words)]
    print(f"// Made by make_unicode_tables.py of Unicode {version}; docs/format.md has "
          "their forms.\n"
          "#pragma once\n\n#include <cstdint>\n\n// clang-format off\n\nnamespace host {\n")
    print_table("kCombiningClasses", "Stretches of one combining class: first code point * 256 + class.",
                [code << 8 | kind for code, kind in enumerate(classes)
                 if code == 0 or kind != classes[code - 1]])
    print_table("kDecompositions", "Canonical ones: character, the one or two that it is, or 0.",
                rows(decompositions))
    print_table("kCompositions", "Two characters, and what they are as one.", rows(compositions))
    print_table("kLowerCase", "Character, its lower case: one or two, or 0.", rows(lower))
    print_table("kWordStretches", "Where characters of words (\\w) begin, and end, by turns.",
                stretches)
    print("}  // namespace host")


main()
