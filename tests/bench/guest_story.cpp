#include "tests/bench/guest_story.h"

#include <cstddef>

#include "host-tools/card/card_files.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/serial/records.h"
#include "host-tools/support/failure.h"
#include "llama/profiler.h"

namespace bench {

namespace fs = std::filesystem;

fs::path make_card(const fs::path& model, const fs::path& kernel, const fs::path& folder,
                   host::Interrupts& interrupts) {
  host::CardRequest request;
  request.models = {model};
  request.kernel = kernel;
  const auto files = host::gather_card_files(request, folder);
  const fs::path card = folder / "card.img";
  host::write_card_image(card, files, host::plan_card(files, {}), "BARELLAMA", interrupts);
  return card;
}

nlohmann::json first_record(const std::string& console, std::string_view name) {
  host::RecordParser parser;
  for (const host::ConsoleEvent& event : parser.feed(console)) {
    if (event.kind != host::ConsoleEvent::Kind::kRecord) continue;
    if (event.name == name) return event.fields;
    if (event.name == "error") {
      host::fail("the kernel says: {}", event.fields.value("message", std::string("an error")));
    }
  }
  host::fail("the kernel wrote no record \"{}\".\n--- console:\n{}", name, console);
}

std::string scope_table(const nlohmann::json& model_record, const llama::ModelConfig& config,
                        ScopesOf which) {
  const uint32_t rows = config.n_layers + 1;
  const bool are_together = which == ScopesOf::kToken;
  return host::text("{}:{}:{}:{}:{}", model_record.at("profile_at").get<uint32_t>(),
                    sizeof(llama::Profiler::Cell), offsetof(llama::Profiler::Cell, count),
                    are_together ? llama::kOperationCount : llama::kOperationCount * rows,
                    are_together ? rows : 1);
}

}  // namespace bench
