// What becomes of each file in the folder where a card is mounted, decided before a byte is
// written.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/card/card_files.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/support/interrupts.h"

namespace host {

struct FolderStep {
  enum class Fate : uint8_t {
    kWrite,     // over nothing, or over what is ours
    kPutAside,  // what is there is kept under another name, then as kWrite
    kSame,      // the same bytes are there
    kStay,      // the user's, which only --settings replaces
  };
  CardFile file;
  std::filesystem::path target;  // as the name is spelled in the folder
  Fate fate = Fate::kWrite;
  std::filesystem::path aside;  // of kPutAside

  bool writes() const { return fate == Fate::kWrite || fate == Fate::kPutAside; }
};

// Parts that an earlier and larger model left, and that no model needs any more.
struct StalePart {
  std::filesystem::path path;
  std::filesystem::path aside;  // empty: it is ours, and goes
};

struct FolderPlan {
  std::vector<FolderStep> steps;
  std::vector<StalePart> stale_parts;
};

// The last step is the manifest of what the folder will hold, in which the entries of files that
// are not touched stay; its source lies in `own`, a folder. Throws Failure when something other
// than a file is in the way.
FolderPlan plan_card_folder(const std::filesystem::path& folder, const std::vector<CardFile>& files,
                            const FolderRules& rules, const std::filesystem::path& own,
                            Interrupts& interrupts);

// A line for each file whose fate the user may not expect.
void tell_folder_plan(const FolderPlan& plan, const std::function<void(const std::string&)>& tell);

}  // namespace host
