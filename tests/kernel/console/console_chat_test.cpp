// Talking with a model on the console: how a chat begins, goes on, is stopped and forgotten.
#include "tests/fakes/chat_model.h"
#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConsoleChatTest : public ConsoleTest {
 protected:
  static const fakes::Bytes& chat_model() {
    static const fakes::Bytes bytes = fakes::make_chat_model(256);
    return bytes;
  }
  void insert_chat(const std::string& more) {
    insert({{"barellama.ini", fakes::to_bytes("steps = 10\nseed = 3\nsystem = be a x\n" + more)},
            {"chat.blm", chat_model()}});
  }
  static size_t count_of(const std::string& text, const std::string& part) {
    size_t count = 0;
    for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
    return count;
  }
  // The answer that stands between the typed line and "[N tokens".
  static std::string answer_in(const std::string& console) {
    const size_t begin = console.find('\n') + 1;
    return console.substr(begin, console.rfind("\n[") - begin);
  }
};

TEST_F(ConsoleChatTest, BeginsInChatWithAModelThatWasTaughtToTalk) {
  insert_chat("");
  const std::string console = console_.start();
  EXPECT_THAT(console, HasSubstr("\nchat: ask something; /complete continues texts instead, "));
  EXPECT_THAT(console, Not(HasSubstr(" tokens, "))) << "nothing was asked yet";
  EXPECT_THAT(console_.say("/help"), HasSubstr("Ask something and press Return."));
}

TEST_F(ConsoleChatTest, AsksThePromptAtStart) {
  insert_chat("prompt = a b\n");
  const std::string console = console_.start();
  EXPECT_THAT(console, HasSubstr("\n[10 tokens, "));
  EXPECT_THAT(console, Not(HasSubstr("a b")));
}

TEST_F(ConsoleChatTest, AnswersWithoutSayingTheQuestionAgain) {
  insert_chat("");
  console_.start();
  const std::string console = console_.say("a b");
  EXPECT_THAT(console, testing::StartsWith("> a b\n"));
  EXPECT_EQ(count_of(console, "a b"), 1u) << console;
  EXPECT_THAT(console, HasSubstr("\n[10 tokens, "));
  EXPECT_THAT(answer_in(console), Not(testing::StartsWith(" ")));
}

TEST_F(ConsoleChatTest, GoesOnWithAConversationAndForgetsItWhenAsked) {
  insert_chat("records = 1\n");
  console_.start();
  const std::string first = console_.say("a");
  const std::string second = console_.say("a");
  EXPECT_NE(first.substr(first.find("begin")), second.substr(second.find("begin")));
  // What the same question takes: the system prompt is there already.
  const auto prompt_tokens = [](const std::string& console) {
    return std::stoi(console.substr(console.find("\"prompt_tokens\":") + 16));
  };
  EXPECT_LT(prompt_tokens(second), prompt_tokens(first));
  EXPECT_THAT(console_.say("/new"), HasSubstr("[a new conversation]\n"));
  EXPECT_EQ(prompt_tokens(console_.say("a")), prompt_tokens(first));
  EXPECT_THAT(console_.say("/set system none"), HasSubstr("[a new conversation]\n"));
  EXPECT_LT(prompt_tokens(console_.say("a")), prompt_tokens(first));
  console_.say("/set system be a x");
  console_.say("/selftest");
  EXPECT_EQ(prompt_tokens(console_.say("a")), prompt_tokens(first));
  console_.say("/selftest");
  EXPECT_GT(prompt_tokens(console_.say("a")), prompt_tokens(first)) << "all is read again";
}

TEST_F(ConsoleChatTest, KeepsWhatWasSaidOfAnAnswerThatIsStopped) {
  insert_chat("steps = 0\ntemperature = 0\n");
  console_.start();
  machine_.type_when_shown("> a\n", "\x03");
  EXPECT_THAT(console_.say("a"), HasSubstr("\n[stopped]\n> "));
  EXPECT_THAT(console_.say("/set steps 5"), Not(HasSubstr("error")));
  EXPECT_THAT(console_.say("b"), HasSubstr(" tokens, "));
}

TEST_F(ConsoleChatTest, SaysWhenItForgetsEarlierTurns) {
  insert_chat("records = 1\n");
  console_.start();
  std::string console;
  for (int turn = 0; turn < 12 && console.find("forgotten]") == std::string::npos; ++turn) {
    console = console_.say("q q q");
  }
  EXPECT_THAT(console, testing::ContainsRegex("\n\\[the context of 256 tokens is full: [0-9]+ "
                                              "earlier turns? forgotten\\]\n"));
  EXPECT_THAT(console, HasSubstr("\"forgotten\":"));
}

TEST_F(ConsoleChatTest, RefusesAQuestionThatDoesNotFitAndGoesOn) {
  insert_chat("ctx = 64\nsystem = none\n");
  console_.start();
  EXPECT_THAT(console_.say(std::string(70, 'z')),
              HasSubstr("error: chat.blm: the question takes 91 tokens"));
  EXPECT_THAT(console_.say("a"), HasSubstr("\n[10 tokens, "));
}

TEST_F(ConsoleChatTest, ContinuesTextsWhenAsked) {
  insert_chat("");
  console_.start();
  EXPECT_THAT(console_.say("/complete"), HasSubstr("complete: type the beginning of a text\n"));
  const std::string console = console_.say("a b");
  EXPECT_THAT(console, HasSubstr("> a b\na b"));
  EXPECT_THAT(console_.say("/chat"), HasSubstr("chat: ask something;"));
  EXPECT_THAT(console_.say("a b"), Not(HasSubstr("\na b")));
}

TEST_F(ConsoleChatTest, BeginsWithTextsIfTheSettingsSaySo) {
  insert_chat("chat = off\nautostart = 0\n");
  EXPECT_THAT(console_.start(), HasSubstr("complete: type the beginning of a text; /chat talks"));
  EXPECT_THAT(console_.say("a b"), HasSubstr("> a b\na b"));
}

TEST_F(ConsoleChatTest, SaysWhatAModelWithoutATemplateLacks) {
  insert_with_ini("autostart = 0\n");
  EXPECT_THAT(console_.start(), Not(HasSubstr("chat")));
  EXPECT_THAT(console_.say("/chat"),
              HasSubstr("no chat: this model has no chat template: it continues texts;"));
  EXPECT_THAT(console_.say("a b"), HasSubstr("> a b\na b"));
}

// Models that cannot be loaded, for every reason that there is.
class ConsoleChatKept : public ConsoleChatTest {
 protected:
  // The chat model streams in it.
  static constexpr size_t kLittleMemory = 280 << 10;

  fakes::Files bad_models() {
    fakes::Bytes damaged = fakes::make_story_model(llama::WeightType::kQ8_0, 2048, 7);
    damaged[damaged.size() / 2] ^= std::byte{1};
    fakes::Bytes tokenizer = model();
    tokenizer[tokenizer.size() - 5000] ^= std::byte{1};
    fakes::Bytes cut = model();
    cut.resize(cut.size() / 2);
    fakes::Bytes version = model();
    version[4] = std::byte{99};
    fakes::Bytes directory = model();
    directory[4096 + 10] ^= std::byte{1};
    return {{"damaged.blm", damaged},
            {"cut.blm", cut},
            {"version.blm", version},
            {"directory.blm", directory},
            {"tokenizer.blm", tokenizer},
            {"notes.blm", fakes::to_bytes("not a model")},
            {"empty.blm", {}},
            {"folder.blm/", {}}};
  }
  void insert_all(const std::string& more) {
    fakes::Files files = bad_models();
    files.insert(
        files.begin(),
        {{"barellama.ini", fakes::to_bytes("steps = 10\nseed = 3\nsystem = be a x\n" + more)},
         {"chat.blm", chat_model()}});
    insert(files);
  }
  // What the second question is answered, after a try of each of these models.
  std::string second_answer(const std::vector<std::string>& tried) {
    console_.start();
    console_.say("a");
    for (const std::string& name : tried) {
      const std::string console = console_.say("/model " + name);
      EXPECT_THAT(console, HasSubstr("error: " + name + ": "));
      EXPECT_THAT(console, HasSubstr("\n[chat.blm goes on]\n"));
      EXPECT_THAT(console, Not(HasSubstr("conversation ended")));
    }
    return answer_in(console_.say("b"));
  }
  void expect_kept(size_t memory_bytes) {
    machine_.set_memory_bytes(memory_bytes);
    insert_all("model = chat.blm\nctx = 64\n");
    const std::string as_if_nothing_was = second_answer({});
    std::vector<std::string> tried = {"absent.blm"};
    for (const auto& [name, bytes] : bad_models()) {
      tried.push_back(name.ends_with('/') ? name.substr(0, name.size() - 1) : name);
    }
    EXPECT_EQ(second_answer(tried), as_if_nothing_was);
  }
};

TEST_F(ConsoleChatKept, ByAModelWithRoomBesideIt) { expect_kept(8 << 20); }

// Nothing is left beside it: its weights make room for the look at another, and come back.
TEST_F(ConsoleChatKept, ByAModelThatFillsTheMemory) { expect_kept(kLittleMemory); }

// A tile of this one alone is more than there is.
TEST_F(ConsoleChatKept, ByAModelWhenAnotherIsTooLarge) {
  machine_.set_memory_bytes(kLittleMemory);
  insert({{"barellama.ini", fakes::to_bytes("steps = 10\nseed = 3\nctx = 64\nmodel = chat.blm\n")},
          {"chat.blm", chat_model()},
          {"large.blm", fakes::make_story_model(llama::WeightType::kF32, 1 << 20)}});
  console_.start();
  console_.say("a");
  const std::string console = console_.say("/model large.blm");
  EXPECT_THAT(console, HasSubstr("error: large.blm: the model does not fit"));
  EXPECT_THAT(console, HasSubstr("[chat.blm goes on]"));
  EXPECT_THAT(console_.say("/stats"), HasSubstr("answer 1: "));
}

// Esc while another one is read.
TEST_F(ConsoleChatKept, ByAModelWhenTheChangeIsStopped) {
  insert({{"barellama.ini", fakes::to_bytes("steps = 10\nseed = 3\nmodel = chat.blm\n")},
          {"chat.blm", chat_model()},
          {"tales.blm", model()}});
  console_.start();
  console_.say("a");
  machine_.set_clock_step_us(600'000);
  machine_.type_when_shown("loading the model: ", "\x03");
  const std::string console = console_.say("/model tales.blm");
  EXPECT_THAT(console, HasSubstr("[stopped]\n[chat.blm goes on]\n"));
}

TEST_F(ConsoleChatTest, ChangesToAnotherModelDuringAConversation) {
  insert({{"barellama.ini", fakes::to_bytes("steps = 10\nseed = 3\nmodel = chat.blm\n")},
          {"chat.blm", chat_model()},
          {"tales.blm", model()}});
  console_.start();
  console_.say("a");
  const std::string console = console_.say("/model tales.blm");
  EXPECT_THAT(console, HasSubstr("model: tales.blm"));
  EXPECT_THAT(console, HasSubstr("[the conversation ended with the previous model"));
}

TEST_F(ConsoleChatTest, ClearForgetsTheConversation) {
  insert_chat("");
  console_.start();
  const std::string first = answer_in(console_.say("a"));
  console_.say("b");
  EXPECT_THAT(console_.say("/clear"), HasSubstr("[a new conversation]\n"));
  EXPECT_EQ(answer_in(console_.say("a")), first);
}

TEST_F(ConsoleChatTest, SaysThatAConversationIsLostWithItsModel) {
  insert_chat("");
  console_.start();
  console_.say("a");
  EXPECT_THAT(console_.say("/reload"),
              HasSubstr("[the conversation ended with the previous model"));
  EXPECT_THAT(console_.say("/reload"), Not(HasSubstr("lost")));
}

}  // namespace
}  // namespace kernel
