#include <gmock/gmock.h>

#include "tests/system/qemu_machine.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

class FastKernels : public QemuMachine {};

TEST_F(FastKernels, GiveTheBitsOfTheirDefinition) {
  boot("tests/kernels_kernel.img");
  const std::string said = expect("products compared: ");
  EXPECT_THAT(said, Not(HasSubstr("DIFFERENT")));
  expect("all the same");
}

}  // namespace
}  // namespace host
