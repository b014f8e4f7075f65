// What is on a card, wherever the card is: an image, a reader's device (both read with the kernel's
// own FAT code), or a folder where it is mounted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "llama/model/weight_source.h"

namespace host {

// Throws Failure from every function: what cannot be read, and where.
class CardContents {
 public:
  virtual ~CardContents() = default;

  // Of files in the root folder, as they are written there.
  virtual std::vector<std::string> names() = 0;
  // By any name that a FAT volume takes for the file's.
  virtual bool contains(const std::string& name) = 0;
  // All bytes; meant for small files.
  virtual std::string read_file(const std::string& name) = 0;

  class Model {
   public:
    virtual ~Model() = default;
    virtual llama::WeightSource& source() = 0;
    uint32_t parts = 1;
    size_t pieces = 0;  // that it lies in, of all parts; 0: cannot be seen
  };
  // With all of its parts. Not longer than this card.
  virtual std::unique_ptr<Model> open_model(const std::string& name) = 0;
};

std::unique_ptr<CardContents> open_card(const std::filesystem::path& card);

}  // namespace host
