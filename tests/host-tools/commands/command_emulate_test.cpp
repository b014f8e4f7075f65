#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "host-tools/support/files.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::HasSubstr;

class CommandEmulate : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() / name; }

  TemporaryFolder folder_;
};

TEST_F(CommandEmulate, SaysWhatIsWrongWithACard) {
  expect_failure(barellama({"emulate", path("card.img")}), 1, "card.img");
  write_file(path("card.img"), std::string(1 << 20, '\0'));
  expect_failure(barellama({"emulate", path("card.img")}), 1, "card.img");
  write_file(path("kernel.img"), std::string(64, '\1'));
  std::filesystem::resize_file(path("card.img"), 3 << 20);
  expect_failure(barellama({"emulate", path("card.img"), "--kernel", path("kernel.img")}), 1,
                 "is 3145728 bytes long; an emulated card must be a power of two");
  std::filesystem::resize_file(path("card.img"), 4 << 20);
  expect_failure(barellama({"emulate", path("card.img"), "--kernel", path("absent.img")}), 1,
                 "absent.img: can't be read");
}

TEST_F(CommandEmulate, SaysWhatIsWrongWithItsOptions) {
  expect_failure(barellama({"emulate"}), 2, "card");
  expect_failure(barellama({"emulate", "c.img", "--seed", "-1"}), 2, "--seed");
  expect_failure(barellama({"emulate", "c.img", "--steps", "1.5"}), 2, "--steps");
  expect_failure(barellama({"emulate", "c.img", "--prompt", std::string(2049, 'x')}), 2,
                 "takes 2048");
  expect_failure(barellama({"emulate", "c.img", "--temperature", "-1"}), 2, "--temperature");
  expect_failure(barellama({"emulate", "c.img", "--top-p", "1.5"}), 2, "--top-p");
  expect_failure(barellama({"emulate", "c.img", "--set", "novalue"}), 2, "KEY=VALUE");
  expect_failure(barellama({"emulate", "c.img", "--prompt", "x", "--timeout", "soon"}), 2,
                 "--timeout");
}

}  // namespace
}  // namespace host
