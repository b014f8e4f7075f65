#include "libpi/sd_report.h"

namespace pi {

void print_capacity(const SdReport& report, base::TextSink& sink) {
  const uint64_t bytes = report.block_count * 512;
  if (bytes < 1'000'000'000) {
    base::print(sink, "{} MB", bytes / 1'000'000);
  } else {
    const uint64_t tenths = bytes / 100'000'000;
    base::print(sink, "{}.{} GB", tenths / 10, tenths % 10);
  }
}

void describe(const SdReport& report, base::TextSink& sink) {
  base::print(sink, "{} card {} {}, ", report.kind, report.identity.manufacturer_name(),
              report.identity.product_name());
  print_capacity(report, sink);
  const uint32_t tenths_of_mhz = report.clock_hz / 100'000;
  base::print(sink, ", {}-bit bus at {}.{} MHz, {}", report.data_lines, tenths_of_mhz / 10,
              tenths_of_mhz % 10, report.reads_by_dma ? "DMA" : "PIO");
}

}  // namespace pi
