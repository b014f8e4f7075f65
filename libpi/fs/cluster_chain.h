// The file allocation table, read for what it says: a file's clusters, as runs of neighbours.
#pragma once

#include <cstdint>
#include <optional>

#include "base/status.h"
#include "libpi/fs/block_window.h"
#include "libpi/fs/fat_geometry.h"

namespace pi {

struct ClusterRun {
  uint32_t index;  // of its first cluster within the chain
  uint32_t first;  // cluster number
  uint32_t count;
};

// Walks one chain from its first cluster. The walk ends with an error after `most_clusters`, so
// that a circular chain ends too. Window and geometry outlive the walker.
class ClusterChain {
 public:
  ClusterChain(BlockWindow& window, const FatGeometry& geometry, uint32_t first_cluster,
               uint32_t most_clusters)
      : window_(&window), geometry_(&geometry), next_(first_cluster), most_(most_clusters) {}

  // The next run, as long as it can be, or nothing at the end of the chain. kCorrupt for a chain
  // that is too long, or leads to a free, bad or nonexistent cluster; otherwise what the device
  // says. After an error the walk is where it was before.
  base::Result<std::optional<ClusterRun>> next_run();

  // Clusters in the runs so far.
  uint32_t walked() const { return walked_; }

 private:
  // The cluster after `cluster`, which exists, or nothing when it is the last one.
  base::Result<std::optional<uint32_t>> link_of(uint32_t cluster);
  base::Result<uint32_t> table_entry(uint32_t cluster);

  BlockWindow* window_;
  const FatGeometry* geometry_;
  uint32_t next_;
  bool at_end_ = false;
  uint32_t most_;
  uint32_t walked_ = 0;
};

}  // namespace pi
