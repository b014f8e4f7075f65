// All parts of the board's software tell which version they are, in the same words.
#include <gmock/gmock.h>

#include <span>

#include "libpi/push/image_header.h"
#include "libpi/push/magic.h"
#include "tests/system/kernel_machine.h"

namespace host {
namespace {

using testing::HasSubstr;

class ImageVersion : public KernelMachine {
 protected:
  // That of the image's header.
  static std::string version_of(const std::string& name) {
    const std::string bytes = read_file(image(name));
    const std::string version(pi::push::image_version(std::as_bytes(std::span(bytes))));
    EXPECT_FALSE(version.empty()) << name;
    return version;
  }
};

TEST_F(ImageVersion, IsInEachBannerAsInTheImage) {
  for (const auto& [name, program] :
       {std::pair("kernel.img", "barellama "), std::pair("sanity.img", "barellama sanity image "),
        std::pair("bootloader.img", "barellama boot loader ")}) {
    boot(name);
    expect("\n" + (program + version_of(name)) + "\r\n");
  }
}

TEST_F(ImageVersion, IsToldByTheKernelWhereverItIsAsked) {
  const std::string version = version_of("kernel.img");
  start(make_card({{"tales.blm", tales()}}));
  EXPECT_THAT(ask("/version").console, HasSubstr("barellama " + version));
  RecordParser parser;
  std::string recorded;
  for (const ConsoleEvent& event : parser.feed(machine().log())) {
    if (event.name == "machine") recorded = event.fields["version"];
  }
  EXPECT_EQ(recorded, version);
  type(pi::push::kLoaderMagic);
  expect("\n[barellama " + version + " restarts for a push]\r\n");
}

TEST_F(ImageVersion, IsAmongTheLastWords) {
  boot("tests/fault_kernel.img", {{"fault", "check"}});
  expect("\nversion: " + version_of("tests/fault_kernel.img") + "\r\n");
}

}  // namespace
}  // namespace host
