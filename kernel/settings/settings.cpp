#include "kernel/settings/settings.h"

#include "kernel/reports/text.h"

namespace kernel {
namespace {

using base::ErrorCode;
using base::Status;

constexpr std::string_view kNames[] = {
    "model",   "prompt",   "chat",    "system",      "steps",          "temperature",
    "top_p",   "seed",     "top_k",   "min_p",       "repeat_penalty", "repeat_last",
    "ctx",     "kv",       "baud",    "ram_mb",      "autostart",      "hash",
    "records", "poweroff", "profile", "loader_wait", "loader_kernel"};

Status invalid(const char* text) { return Status::error(ErrorCode::kInvalidArgument, text); }

Status set_whole(uint32_t& target, std::string_view value) {
  const auto number = parse_unsigned(value);
  if (!number || *number > UINT32_MAX) return invalid("it must be a whole number, 0 or more");
  target = static_cast<uint32_t>(*number);
  return base::ok_status();
}

Status set_baud(uint32_t& target, std::string_view value) {
  const auto number = parse_unsigned(value);
  if (!number || *number < 300 || *number > 3'000'000) {
    return invalid("it must be a speed between 300 and 3000000");
  }
  target = static_cast<uint32_t>(*number);
  return base::ok_status();
}

Status set_temperature(float& target, std::string_view value) {
  const auto number = parse_fraction(value);
  if (!number || *number < 0 || *number > 100) return invalid("it must be a number from 0 to 100");
  target = static_cast<float>(*number);
  return base::ok_status();
}

Status set_share(float& target, std::string_view value) {
  const auto number = parse_fraction(value);
  if (!number || *number < 0 || *number > 1) return invalid("it must be a number from 0 to 1");
  target = static_cast<float>(*number);
  return base::ok_status();
}

Status set_penalty(float& target, std::string_view value) {
  const auto number = parse_fraction(value);
  if (!number || *number < 0.01 || *number > 100) {
    return invalid("it must be a number from 0.01 to 100; 1 is no penalty");
  }
  target = static_cast<float>(*number);
  return base::ok_status();
}

Status set_memory(double& target, std::string_view value) {
  const auto number = parse_fraction(value);
  if (!number || *number < 0 || *number > 4096) return invalid("it must be a number of MB");
  target = *number;
  return base::ok_status();
}

Status set_switch(bool& target, std::string_view value) {
  if (value == "1" || value == "on" || value == "yes" || value == "true") {
    target = true;
  } else if (value == "0" || value == "off" || value == "no" || value == "false") {
    target = false;
  } else {
    return invalid("it must be 1 or 0");
  }
  return base::ok_status();
}

constexpr std::string_view kProfiles[] = {"off", "on", "trace"};

Status set_profile(Settings::Profile& target, std::string_view value) {
  for (size_t i = 0; i < std::size(kProfiles); ++i) {
    if (value != kProfiles[i]) continue;
    target = static_cast<Settings::Profile>(i);
    return base::ok_status();
  }
  return invalid("it must be off, on or trace");
}

constexpr std::string_view kChats[] = {"auto", "on", "off"};

Status set_chat(Settings::Chat& target, std::string_view value) {
  for (size_t i = 0; i < std::size(kChats); ++i) {
    if (value != kChats[i]) continue;
    target = static_cast<Settings::Chat>(i);
    return base::ok_status();
  }
  return invalid("it must be auto, on or off");
}

Status set_kv(llama::KvType& target, std::string_view value) {
  const auto type = llama::kv_type_of(value);
  if (!type) return invalid("it must be f32, f16 or q8_0");
  target = *type;
  return base::ok_status();
}

Status set_wait(double& target, std::string_view value) {
  if (value == "forever") {
    target = Settings::kForever;
    return base::ok_status();
  }
  const auto number = parse_fraction(value);
  if (!number || *number < 0 || *number > 86400) {
    return invalid("it must be a number of seconds, or forever");
  }
  target = *number;
  return base::ok_status();
}

}  // namespace

std::span<const std::string_view> setting_names() { return kNames; }

Status apply_setting(Settings& settings, std::string_view key, std::string_view value) {
  if (key == "model") {
    return settings.model.set(value) ? base::ok_status() : invalid("a path has at most 255 bytes");
  }
  if (key == "prompt") {
    return settings.prompt.set(value) ? base::ok_status()
                                      : invalid("a prompt has at most 2048 bytes");
  }
  if (key == "chat") return set_chat(settings.chat, value);
  if (key == "system") {
    return settings.system.set(value) ? base::ok_status()
                                      : invalid("a system prompt has at most 1024 bytes");
  }
  if (key == "seed") {
    const auto number = parse_unsigned(value);
    if (!number) return invalid("it must be a whole number; 0 takes another seed each time");
    settings.seed = *number;
    return base::ok_status();
  }
  if (key == "steps") return set_whole(settings.steps, value);
  if (key == "temperature") return set_temperature(settings.temperature, value);
  if (key == "top_p") return set_share(settings.top_p, value);
  if (key == "top_k") return set_whole(settings.top_k, value);
  if (key == "min_p") return set_share(settings.min_p, value);
  if (key == "repeat_penalty") return set_penalty(settings.repeat_penalty, value);
  if (key == "repeat_last") return set_whole(settings.repeat_last, value);
  if (key == "ctx") return set_whole(settings.ctx, value);
  if (key == "kv") return set_kv(settings.kv, value);
  if (key == "baud") return set_baud(settings.baud, value);
  if (key == "ram_mb") return set_memory(settings.ram_mb, value);
  if (key == "autostart") return set_switch(settings.autostart, value);
  if (key == "hash") return set_switch(settings.hash, value);
  if (key == "records") return set_switch(settings.records, value);
  if (key == "poweroff") return set_switch(settings.poweroff, value);
  if (key == "profile") return set_profile(settings.profile, value);
  if (key == "loader_wait") return set_wait(settings.loader_wait, value);
  if (key == "loader_kernel") {
    return settings.loader_kernel.set(value) ? base::ok_status()
                                             : invalid("a path has at most 255 bytes");
  }
  return Status::error(ErrorCode::kNotFound, "there is no such setting");
}

void print_settings(const Settings& settings, base::TextSink& out) {
  const auto line = [&](std::string_view name, const base::FormatArgument& value) {
    const base::FormatArgument arguments[] = {name, value};
    base::print_arguments(out, "{:-11} = {}\n", arguments);
  };
  line("model", settings.model.view());
  line("prompt", settings.prompt.view());
  line("chat", kChats[static_cast<size_t>(settings.chat)]);
  line("system", settings.system.view());
  line("steps", settings.steps);
  line("temperature", settings.temperature);
  line("top_p", settings.top_p);
  line("seed", settings.seed);
  line("top_k", settings.top_k);
  line("min_p", settings.min_p);
  line("repeat_penalty", settings.repeat_penalty);
  line("repeat_last", settings.repeat_last);
  line("ctx", settings.ctx);
  line("kv", llama::name_of(settings.kv));
  line("baud", settings.baud);
  line("ram_mb", settings.ram_mb);
  line("autostart", settings.autostart ? 1 : 0);
  line("hash", settings.hash ? 1 : 0);
  line("records", settings.records ? 1 : 0);
  line("poweroff", settings.poweroff ? 1 : 0);
  line("profile", kProfiles[static_cast<size_t>(settings.profile)]);
  if (settings.loader_wait == Settings::kForever) {
    line("loader_wait", "forever");
  } else {
    line("loader_wait", settings.loader_wait);
  }
  line("loader_kernel", settings.loader_kernel.view());
}

void complain(base::TextSink& out, std::string_view where, std::string_view key,
              std::string_view value, const Status& status) {
  if (status.code() == ErrorCode::kNotFound) {
    base::print(out, "{}: there is no setting \"{}\"", where, key);
    if (const auto meant = nearest(key, setting_names())) {
      base::print(out, "; did you mean \"{}\"?", *meant);
    }
  } else {
    base::print(out, "{}: {} cannot be \"{}\": ", where, key, value);
    base::print(out, status);
  }
  out.write("\n");
}

void apply_ini(Settings& settings, std::string_view file_name, std::string_view text,
               base::TextSink& complaints) {
  // Editors of some systems begin a UTF-8 file with a byte order mark.
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (uint32_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#' || line.front() == ';' || line.front() == '[') continue;
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      base::print(complaints, "{}, line {}: \"{}\" is no KEY = VALUE\n", file_name, number, line);
      continue;
    }
    const std::string_view key = trimmed(line.substr(0, equals));
    std::string_view value = trimmed(line.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    const Status status = apply_setting(settings, key, value);
    if (!status.ok()) {
      char memory[96];
      base::TextBuffer where(memory);
      base::print(where, "{}, line {}", file_name, number);
      complain(complaints, where.view(), key, value, status);
    }
  }
}

}  // namespace kernel
