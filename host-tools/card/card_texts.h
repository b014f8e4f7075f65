// The settings on a card, and what its owner may have meant to be read and is not.
#pragma once

#include <string>

#include "host-tools/card/card_contents.h"
#include "kernel/settings/settings.h"

namespace host {

// As the kernel has them: of barellama.ini, and over it cmdline.txt.
kernel::Settings read_card_settings(CardContents& card);

// Lines to tell; empty if there is no doubt.
std::string doubts_about_names(CardContents& card);
std::string doubts_about_settings(CardContents& card);

}  // namespace host
