#include "host-tools/model/model_plan.h"

#include "host-tools/model/host_model.h"
#include "host-tools/model/model_files.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

// The list of where the model lies on the card has an entry for each piece, one per part if nothing
// is fragmented.
constexpr uint64_t kExtentBytes = 16;

// A plan takes no time that is measured.
class NoTicks final : public base::TickSource {
 public:
  uint64_t now() override { return 0; }
  uint64_t hz() override { return 1; }
  std::string_view name() const override { return "none"; }
};

}  // namespace

llama::Plan plan_for_board(const std::filesystem::path& path, const BoardOptions& options) {
  FileSource source(path);
  return plan_for_board(source, find_model_files(path).parts.count, path.string(), options);
}

llama::Plan plan_for_board(llama::WeightSource& source, uint32_t parts, const std::string& name,
                           const BoardOptions& options) {
  Memory memory(source.size_bytes() + (64 << 20));
  base::Arena arena(memory.span());
  llama::Model model;
  require_ok(model.open_directory(source, arena), name);
  NoTicks ticks;
  llama::Profiler profiler(ticks);
  HostClock clock;
  const auto ram_bytes = static_cast<uint64_t>(options.ram_mib * 1048576) /
                         base::Arena::kAlignment * base::Arena::kAlignment;
  return require_value(llama::Plan::make(model, source, clock, ram_bytes, kExtentBytes * parts,
                                         {.transformer = {.context = options.context,
                                                          .kv = options.kv,
                                                          .all_logits = options.all_logits,
                                                          .weights = {}},
                                          .profiler = &profiler}),
                       name);
}

}  // namespace host
