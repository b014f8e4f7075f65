// The names of the machine-readable records and of their fields (docs/protocol.md, "Records"). They
// stand here once: for the kernel and `barellama run`, which write records (records.h), and for the
// host's readers (host-tools/serial/records.h, host-tools/report/record_fields.h).
#pragma once

#include <span>
#include <string_view>

namespace kernel {

namespace field {

inline constexpr std::string_view kEvent = "event";  // of every record: its name

inline constexpr std::string_view kAnswer = "answer";
inline constexpr std::string_view kArmHz = "arm_hz";
inline constexpr std::string_view kBoard = "board";
inline constexpr std::string_view kBytes = "bytes";
inline constexpr std::string_view kCard = "card";
inline constexpr std::string_view kCardBytes = "card_bytes";
inline constexpr std::string_view kClock = "clock";
inline constexpr std::string_view kClockHz = "clock_hz";
inline constexpr std::string_view kColumns = "columns";
inline constexpr std::string_view kContext = "context";
inline constexpr std::string_view kCoreHz = "core_hz";
inline constexpr std::string_view kCount = "count";
inline constexpr std::string_view kCounters = "counters";
inline constexpr std::string_view kCrcRetries = "crc_retries";
inline constexpr std::string_view kDim = "dim";
inline constexpr std::string_view kDropped = "dropped";
inline constexpr std::string_view kElapsedUs = "elapsed_us";
inline constexpr std::string_view kFirstUs = "first_us";
inline constexpr std::string_view kForgotten = "forgotten";
inline constexpr std::string_view kGroup = "group";
inline constexpr std::string_view kHeads = "heads";
inline constexpr std::string_view kHiddenDim = "hidden_dim";
inline constexpr std::string_view kHigh = "high";
inline constexpr std::string_view kKind = "kind";
inline constexpr std::string_view kKvHeads = "kv_heads";
inline constexpr std::string_view kLayer = "layer";
inline constexpr std::string_view kLayers = "layers";
inline constexpr std::string_view kLeftUs = "left_us";
inline constexpr std::string_view kMessage = "message";
inline constexpr std::string_view kName = "name";
inline constexpr std::string_view kNs = "ns";
inline constexpr std::string_view kOp = "op";
inline constexpr std::string_view kOps = "ops";
inline constexpr std::string_view kPart = "part";
inline constexpr std::string_view kParts = "parts";
inline constexpr std::string_view kPass = "pass";
inline constexpr std::string_view kPassed = "passed";
inline constexpr std::string_view kPinnedBytes = "pinned_bytes";
inline constexpr std::string_view kPosition = "position";
inline constexpr std::string_view kProfileAt = "profile_at";
inline constexpr std::string_view kPromptTokens = "prompt_tokens";
inline constexpr std::string_view kRam = "ram";
inline constexpr std::string_view kReads = "reads";
inline constexpr std::string_view kReason = "reason";
inline constexpr std::string_view kRecordsNs = "records_ns";
inline constexpr std::string_view kRecordsUs = "records_us";
inline constexpr std::string_view kRestNs = "rest_ns";
inline constexpr std::string_view kRetries = "retries";
inline constexpr std::string_view kSeed = "seed";
inline constexpr std::string_view kSpans = "spans";
inline constexpr std::string_view kStartNs = "start_ns";
inline constexpr std::string_view kStreamedBytes = "streamed_bytes";
inline constexpr std::string_view kTokens = "tokens";
inline constexpr std::string_view kTotalUs = "total_us";
inline constexpr std::string_view kTransferNs = "transfer_ns";
inline constexpr std::string_view kUnit = "unit";
inline constexpr std::string_view kUsed = "used";
inline constexpr std::string_view kValue = "value";
inline constexpr std::string_view kVersion = "version";
inline constexpr std::string_view kVocab = "vocab";
inline constexpr std::string_view kWaitNs = "wait_ns";
inline constexpr std::string_view kWhat = "what";

}  // namespace field

// A kind of record, or, with a dot in its name, of the objects in one of its fields. Fields that
// are not listed here are no part of it; a field whose objects have no kind of their own has other
// keys (pass.ops, profile.ops.counters) or lists.
struct RecordType {
  std::string_view name;
  std::span<const std::string_view> fields;
};

namespace record {

namespace fields {

using namespace field;

inline constexpr std::string_view kEnd[] = {kReason,    kTokens, kPromptTokens, kFirstUs, kTotalUs,
                                            kRecordsUs, kSeed,   kForgotten,    kAnswer};
inline constexpr std::string_view kProgress[] = {kLayer, kLayers, kElapsedUs, kCardBytes, kLeftUs};
inline constexpr std::string_view kBench[] = {kGroup, kName, kValue, kUnit};
inline constexpr std::string_view kSelfTest[] = {kPassed, kWhat};
inline constexpr std::string_view kPerplexity[] = {kTokens, kValue};
inline constexpr std::string_view kError[] = {kMessage};
inline constexpr std::string_view kMachine[] = {kBoard, kVersion, kClock, kClockHz,
                                                kArmHz, kCoreHz,  kRam};
inline constexpr std::string_view kModel[] = {kName,        kDim,           kHiddenDim, kLayers,
                                              kHeads,       kKvHeads,       kVocab,     kContext,
                                              kPinnedBytes, kStreamedBytes, kProfileAt};
inline constexpr std::string_view kMemory[] = {kRam, kParts, kHigh};
inline constexpr std::string_view kMemoryParts[] = {kName, kKind, kBytes};
inline constexpr std::string_view kMemoryHigh[] = {kName, kBytes, kUsed};
inline constexpr std::string_view kPass[] = {field::kPass, kPosition, kColumns, kStartNs,   kNs,
                                             kOps,         kLayers,   kRestNs,  kRecordsNs, kCard};
inline constexpr std::string_view kPassCard[] = {kBytes, kWaitNs};
inline constexpr std::string_view kTrace[] = {field::kPass, kDropped, kSpans};
inline constexpr std::string_view kProfile[] = {kAnswer, kPart, kParts, kNs, kRestNs, kOps};
inline constexpr std::string_view kProfileOps[] = {kOp, kLayer, kNs, kCount, kCounters};
inline constexpr std::string_view kCard[] = {kAnswer,     kBytes,      kReads, kRetries,
                                             kCrcRetries, kTransferNs, kWaitNs};

}  // namespace fields

inline constexpr RecordType kReady{"ready", {}};
inline constexpr RecordType kBegin{"begin", {}};
inline constexpr RecordType kEnd{"end", fields::kEnd};
inline constexpr RecordType kProgress{"progress", fields::kProgress};
inline constexpr RecordType kBench{"bench", fields::kBench};
inline constexpr RecordType kSelfTest{"selftest", fields::kSelfTest};
inline constexpr RecordType kPerplexity{"perplexity", fields::kPerplexity};
inline constexpr RecordType kError{"error", fields::kError};
inline constexpr RecordType kMachine{"machine", fields::kMachine};
inline constexpr RecordType kModel{"model", fields::kModel};
inline constexpr RecordType kMemory{"memory", fields::kMemory};
inline constexpr RecordType kMemoryParts{"memory.parts", fields::kMemoryParts};
inline constexpr RecordType kMemoryHigh{"memory.high", fields::kMemoryHigh};
inline constexpr RecordType kPass{"pass", fields::kPass};
inline constexpr RecordType kPassCard{"pass.card", fields::kPassCard};
inline constexpr RecordType kTrace{"trace", fields::kTrace};
inline constexpr RecordType kProfile{"profile", fields::kProfile};
inline constexpr RecordType kProfileOps{"profile.ops", fields::kProfileOps};
inline constexpr RecordType kCard{"card", fields::kCard};

// In the order of docs/protocol.md.
inline constexpr RecordType kTypes[] = {kReady,    kBegin,       kEnd,        kProgress, kBench,
                                        kSelfTest, kPerplexity,  kError,      kMachine,  kModel,
                                        kMemory,   kMemoryParts, kMemoryHigh, kPass,     kPassCard,
                                        kTrace,    kProfile,     kProfileOps, kCard};

}  // namespace record
}  // namespace kernel
