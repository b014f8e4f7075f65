#include "kernel/console/card_report.h"

namespace kernel {
namespace {

using base::print;

void print_identity(base::TextSink& out, const pi::SdCid& id) {
  // The revision is two BCD digits.
  print(out, "  card       {} {}, revision {}.{}, serial {:08x}, made {}-{:02}\n",
        id.manufacturer_name(), id.product_name(), unsigned{id.revision} >> 4,
        unsigned{id.revision} & 0xf, id.serial, unsigned{id.year}, unsigned{id.month});
}

void print_bus(base::TextSink& out, const pi::SdReport& report) {
  print(out, "  bus        {} data {} at {:.1} MHz, {}", report.data_lines,
        report.data_lines == 1 ? "line" : "lines", static_cast<double>(report.clock_hz) / 1e6,
        report.reads_by_dma ? "DMA" : "PIO");
  const bool is_lowered = report.top_clock_hz < report.full_clock_hz;
  const bool lost_dma = report.has_dma && !report.reads_by_dma;
  if (is_lowered || lost_dma) {
    print(out, ": {}{}{} after errors", is_lowered ? "lower clock" : "",
          is_lowered && lost_dma ? ", " : "", lost_dma ? "no DMA" : "");
  }
  out.write("\n");
}

void print_reads(base::TextSink& out, const pi::SdCounters& counters) {
  print(out, "  reads      {:.1} MB in {} commands, {} by DMA and {} by PIO; waited {:.1} s\n",
        static_cast<double>(counters.bytes_read) / 1e6, counters.read_commands,
        counters.dma_commands, counters.pio_commands,
        static_cast<double>(counters.waiting_us) / 1e6);
}

// SdReport::dma_errors.
void print_dma_errors(base::TextSink& out, uint32_t bits) {
  constexpr std::string_view kNames[] = {"read-last", "FIFO", "read response"};
  std::string_view separator = " (the last: ";
  for (unsigned bit = 0; bit < 3; ++bit) {
    if ((bits >> bit & 1) == 0) continue;
    print(out, "{}{}", separator, kNames[bit]);
    separator = ", ";
  }
  if (bits != 0) out.write(")");
}

void print_faults(base::TextSink& out, const pi::SdReport& report) {
  const pi::SdCounters& counters = report.counters;
  if (counters.faults() == 0 && counters.reidentifications == 0) {
    out.write("  faults     none\n");
    return;
  }
  const struct {
    std::string_view name;
    uint32_t count;
  } kinds[] = {{"command timeout", counters.command_timeouts},
               {"command CRC", counters.command_crc_errors},
               {"data timeout", counters.data_timeouts},
               {"data CRC", counters.data_crc_errors},
               {"stop", counters.auto_stop_errors},
               {"stuck", counters.stuck},
               {"card error", counters.card_errors},
               {"DMA", counters.dma_errors}};
  print(out, "  faults     {}", counters.faults());
  std::string_view separator = ": ";
  for (const auto& kind : kinds) {
    if (kind.count == 0) continue;
    print(out, "{}{} {}", separator, kind.count, kind.name);
    separator = ", ";
  }
  print_dma_errors(out, report.dma_errors);
  print(out, "\n  recovery   {} {}, {} {} to a lower clock, {} new {}, {:.1} s; {} {} given up\n",
        counters.retries, counters.retries == 1 ? "retry" : "retries", counters.clock_drops,
        counters.clock_drops == 1 ? "drop" : "drops", counters.reidentifications,
        counters.reidentifications == 1 ? "identification" : "identifications",
        static_cast<double>(counters.recovery_us) / 1e6, counters.failed_reads,
        counters.failed_reads == 1 ? "read" : "reads");
}

}  // namespace

void print_card_report(base::TextSink& out, const std::optional<pi::SdReport>& report) {
  if (!report) {
    out.write("no card is in use\n");
    return;
  }
  if (report->block_count == 0) {
    out.write("  card       none that can be used\n");
  } else {
    print_identity(out, report->identity);
    out.write("  capacity   ");
    pi::print_capacity(*report, out);
    print(out, ", {} blocks of 512 bytes ({})\n", report->block_count, report->kind);
    print_bus(out, *report);
  }
  print_reads(out, report->counters);
  print_faults(out, *report);
}

}  // namespace kernel
