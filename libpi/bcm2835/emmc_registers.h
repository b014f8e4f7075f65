// Registers of the EMMC controller: BCM2835 ARM Peripherals, chapter 5. The block is an Arasan
// SDHCI 3.0 host without its DMA engines; fields are named as in the manual, those that it does not
// name as in the SD Host Controller Simplified Specification 3.00 ("SDHCI").
#pragma once

#include "libpi/mmio.h"

namespace pi::emmc {

struct BlkSizeCnt : Register<BlkSizeCnt, 0x04, Access::kReadWrite> {
  using BlkSize = Field<BlkSizeCnt, 0, 10>;
  using BlkCnt = Field<BlkSizeCnt, 16, 16>;
};

struct Arg1 : Register<Arg1, 0x08, Access::kReadWrite> {
  using Argument = Field<Arg1, 0, 32>;
};

enum class AutoCommand : uint8_t { kNone, kCmd12, kCmd23 };
enum class DataDirection : uint8_t { kToCard, kToHost };
enum class ResponseType : uint8_t { kNone, k136Bits, k48Bits, k48BitsBusy };
enum class CommandType : uint8_t { kNormal, kSuspend, kResume, kAbort };

struct CmdTm : Register<CmdTm, 0x0c, Access::kReadWrite> {
  using TmBlkCntEn = Field<CmdTm, 1, 1, bool>;
  using TmAutoCmdEn = Field<CmdTm, 2, 2, AutoCommand>;
  using TmDatDir = Field<CmdTm, 4, 1, DataDirection>;
  using TmMultiBlock = Field<CmdTm, 5, 1, bool>;
  using CmdRspnsType = Field<CmdTm, 16, 2, ResponseType>;
  using CmdCrcChkEn = Field<CmdTm, 19, 1, bool>;
  using CmdIxChkEn = Field<CmdTm, 20, 1, bool>;
  using CmdIsData = Field<CmdTm, 21, 1, bool>;
  using CmdType = Field<CmdTm, 22, 2, CommandType>;
  using CmdIndex = Field<CmdTm, 24, 6>;
};

struct Resp0 : Register<Resp0, 0x10, Access::kRead> {};
struct Resp1 : Register<Resp1, 0x14, Access::kRead> {};
struct Resp2 : Register<Resp2, 0x18, Access::kRead> {};
// SDHCI 2.2.7: the response of an automatic CMD12 is left here, not in RESP0.
struct Resp3 : Register<Resp3, 0x1c, Access::kRead> {};

inline constexpr uint32_t kDataOffset = 0x20;
struct Data : Register<Data, kDataOffset, Access::kReadWrite> {};

struct Status : Register<Status, 0x24, Access::kRead> {
  using CmdInhibit = Field<Status, 0, 1, bool>;
  using DatInhibit = Field<Status, 1, 1, bool>;
};

struct Control0 : Register<Control0, 0x28, Access::kReadWrite> {
  using HctlDwidth = Field<Control0, 1, 1, bool>;  // 4 data lines
  // SDHCI 2.2.11, power control. Reserved in the manual, but Linux (bcm2835-mmc.c) sets both.
  using BusPower = Field<Control0, 8, 1, bool>;
  using BusVoltage = Field<Control0, 9, 3>;
};
inline constexpr uint32_t kBusVoltage3V3 = 7;

struct Control1 : Register<Control1, 0x2c, Access::kReadWrite> {
  using ClkIntlen = Field<Control1, 0, 1, bool>;
  using ClkStable = Field<Control1, 1, 1, bool>;
  using ClkEn = Field<Control1, 2, 1, bool>;
  using ClkFreqMs2 = Field<Control1, 6, 2>;
  using ClkFreq8 = Field<Control1, 8, 8>;
  using DataTounit = Field<Control1, 16, 4>;
  using SrstHc = Field<Control1, 24, 1, bool>;
  using SrstCmd = Field<Control1, 25, 1, bool>;
  using SrstData = Field<Control1, 26, 1, bool>;
};

// INTERRUPT (write 1 to clear), and IRPT_MASK with the same bits: a bit whose mask is 0 is never
// raised. IRPT_EN, which lets raised bits interrupt the ARM, has them too.
struct Interrupt : Register<Interrupt, 0x30, Access::kReadWrite> {
  using CmdDone = Field<Interrupt, 0, 1, bool>;
  using DataDone = Field<Interrupt, 1, 1, bool>;
  using ReadRdy = Field<Interrupt, 5, 1, bool>;
  using CtoErr = Field<Interrupt, 16, 1, bool>;
  using CcrcErr = Field<Interrupt, 17, 1, bool>;
  using CendErr = Field<Interrupt, 18, 1, bool>;
  using CbadErr = Field<Interrupt, 19, 1, bool>;
  using DtoErr = Field<Interrupt, 20, 1, bool>;
  using DcrcErr = Field<Interrupt, 21, 1, bool>;
  using DendErr = Field<Interrupt, 22, 1, bool>;
  using AcmdErr = Field<Interrupt, 24, 1, bool>;
};
struct IrptMask : Register<IrptMask, 0x34, Access::kReadWrite> {};
struct IrptEn : Register<IrptEn, 0x38, Access::kReadWrite> {};

}  // namespace pi::emmc
