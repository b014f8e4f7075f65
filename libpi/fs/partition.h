// Which part of a card holds the FAT volume.
#pragma once

#include "base/status.h"
#include "libpi/fs/block_window.h"
#include "libpi/fs/fat_geometry.h"

namespace pi {

// The first FAT volume of a card: among the primary partitions of a master boot record, in the
// table's order, or on the whole card when it has no partitions. The boot sectors decide,
// not the type bytes of the table.
//
// kUnsupported when all that is there is exFAT, NTFS, ext or GPT, by name; kNotFound when none of
// these is there; kCorrupt when the first FAT volume is damaged.
base::Result<FatGeometry> find_fat_volume(BlockWindow& window);

}  // namespace pi
