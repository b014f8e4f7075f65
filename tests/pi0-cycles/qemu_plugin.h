// What a TCG plugin needs of QEMU 7.2's plugin interface (API version 1), declared by hand: Debian
// packages no header. The functions are QEMU's own, found when it loads the plugin. A plugin says
// qemu_plugin_version = 1 and has qemu_plugin_install(), which QEMU calls once, at start.
//
// Source: QEMU 7.2, "QEMU TCG Plugins", and the symbols that the program exports.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

using qemu_plugin_id_t = uint64_t;
// Describes one memory access; only for the functions below.
using qemu_plugin_meminfo_t = uint32_t;

struct qemu_info_t;       // what is emulated; unused here
struct qemu_plugin_tb;    // a translation block: instructions translated together
struct qemu_plugin_insn;  // one of them; both are valid only while the block is translated

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_R = 1, QEMU_PLUGIN_MEM_W, QEMU_PLUGIN_MEM_RW };

// `translated` is called each time that a block is translated.
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*translated)(qemu_plugin_id_t, qemu_plugin_tb*));
// `executes` is called before each execution of the instruction.
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn* instruction,
                                            void (*executes)(unsigned vcpu, void* data),
                                            qemu_plugin_cb_flags flags, void* data);
// `accessed` is called after each access of the instruction: one for each word of an LDM.
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn* instruction,
                                      void (*accessed)(unsigned vcpu, qemu_plugin_meminfo_t,
                                                       uint64_t address, void* data),
                                      qemu_plugin_cb_flags flags, qemu_plugin_mem_rw accesses,
                                      void* data);
// Forgets all registered callbacks, exit's included, and all translations; then, soon, calls
// `done`.
void qemu_plugin_reset(qemu_plugin_id_t id, void (*done)(qemu_plugin_id_t));
// `exits` is called when QEMU ends, also by a signal that it handles.
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*exits)(qemu_plugin_id_t, void*),
                                    void* data);

size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb* block);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb* block, size_t index);
// The instruction's bytes, and their number: 4 in ARM state, 2 or 4 in Thumb state.
const void* qemu_plugin_insn_data(const qemu_plugin_insn* instruction);
size_t qemu_plugin_insn_size(const qemu_plugin_insn* instruction);
uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn* instruction);

// log2 of the bytes of an access.
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t access);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t access);
}
