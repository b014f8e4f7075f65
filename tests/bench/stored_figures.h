// Figures that are kept in the repository: what `bench --compare` compares with, and what the
// tables of docs/ show. A long part need not be measured again for the others to be renewed.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace bench {

class StoredFigures {
 public:
  // `folder` is tests/bench: of the parts "guest", "start" and "plain" the figures are in
  // baseline.json, of each other part in figures/PART.json, in the form of `bench --json`: an array
  // of entries by the part's name. Throws host::Failure when one of them can't be read.
  explicit StoredFigures(std::filesystem::path folder);

  // Takes each entry of `measured`, which has arrays by parts, in the place of that of the same
  // model, loop, type... if there is one, and notes the command line it comes `from`.
  void take(const nlohmann::ordered_json& measured, const std::string& from);

  // All entries of a part, as they are, in place of those that it had.
  void replace(const std::string& part, nlohmann::ordered_json entries);

  // The entries of a part; empty if it was never measured.
  const nlohmann::ordered_json& of(const std::string& part) const;

  // Writes all files whose content is another than before.
  void save() const;

 private:
  std::filesystem::path folder_;
  std::map<std::string, nlohmann::ordered_json> parts_;
};

}  // namespace bench
