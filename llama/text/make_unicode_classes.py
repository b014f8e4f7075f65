#!/usr/bin/env python3
"""Makes unicode_classes_table.h: which characters are letters, numbers and white space.

    make_unicode_classes.py /usr/share/unicode VERSION > unicode_classes_table.h

The folder is that of Debian's package unicode-data, VERSION the package's upstream version.
"""
import sys

OTHER, LETTER, NUMBER, SPACE = range(4)


def general_categories(path):
    classes = [OTHER] * 0x110000
    first = None
    for line in open(path, encoding="ascii"):
        fields = line.split(";")
        code, name, category = int(fields[0], 16), fields[1], fields[2]
        if name.endswith(", First>"):
            first = code
            continue
        begin = first if name.endswith(", Last>") else code
        kind = {"L": LETTER, "N": NUMBER}.get(category[0], OTHER)
        classes[begin:code + 1] = [kind] * (code + 1 - begin)
    return classes


def mark_white_space(path, classes):
    for line in open(path, encoding="utf-8"):
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if len(fields) == 2 and fields[1] == "White_Space":
            ends = [int(end, 16) for end in fields[0].split("..")]
            for code in range(ends[0], ends[-1] + 1):
                classes[code] = SPACE


def main():
    folder, version = sys.argv[1:]
    classes = general_categories(folder + "/UnicodeData.txt")
    mark_white_space(folder + "/PropList.txt", classes)
    begins = [(code << 2) | kind for code, kind in enumerate(classes)
              if code == 0 or kind != classes[code - 1]]
    print(f"// Made by make_unicode_classes.py of Unicode {version}: each stretch of characters of one class,\n"
          "// as its first code point * 4 + CharacterClass.\n"
          "#pragma once\n\n#include <cstdint>\n\nnamespace llama {\n\n"
          "inline constexpr uint32_t kCharacterClasses[] = {")
    for at in range(0, len(begins), 9):
        print("    " + " ".join(f"0x{begin:06x}," for begin in begins[at:at + 9]))
    print("};\n\n}  // namespace llama")


main()
