#include "llama/model/layer_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/fakes/random_model.h"

namespace llama {
namespace {

TEST(LayerTable, HasARowForEachRoleWithANameOfItsOwn) {
  std::set<std::string> names;
  for (uint32_t role = 0; role < kRoleLimit; ++role) {
    const TensorRow* const row = find_row(role);
    ASSERT_NE(row, nullptr) << role;
    EXPECT_EQ(static_cast<uint32_t>(row->role), role);
    EXPECT_TRUE(names.insert(row->name).second) << row->name;
  }
  EXPECT_EQ(find_row(kRoleLimit), nullptr);
  EXPECT_EQ(find_row(UINT32_MAX), nullptr);
}

TEST(LayerTable, HasVectorsOfOneRowAndMatricesOfMore) {
  ModelConfig config = tests::small_config();
  config.n_experts = 4;
  for (const TensorRow& row : layer_table()) {
    EXPECT_EQ(row.shape(config).rows == 1, row.form == TensorForm::kVector) << row.name;
    EXPECT_GT(row.shape(config).columns, 0u) << row.name;
  }
}

TEST(LayerTable, GivesEachTensorOfALayerASlotAndAnOrder) {
  ModelConfig config = tests::small_config();
  for (const uint32_t experts : {0u, 1u, 2u, 5u}) {
    config.n_experts = experts;
    std::set<uint32_t> slots, orders;
    uint32_t count = 0;
    for (const TensorRow& row : layer_table()) {
      for (uint32_t expert = 0; expert < copies_of(row, config); ++expert, ++count) {
        slots.insert(slot_of(row.role, expert));
        orders.insert(order_of(row, expert));
      }
    }
    EXPECT_EQ(slots.size(), count);
    EXPECT_EQ(orders.size(), count);
    EXPECT_EQ(*slots.rbegin(), slots_of(config) - 1);
    EXPECT_EQ(count, slots_of(config));
  }
}

TEST(LayerTable, OrdersAnExpertAsAWhole) {
  const TensorRow& w1 = row_of(TensorRole::kW1);
  const TensorRow& w2 = row_of(TensorRole::kW2);
  EXPECT_LT(order_of(row_of(TensorRole::kRouter), 0), order_of(w1, 0));
  EXPECT_LT(order_of(w1, 0), order_of(w2, 0));
  EXPECT_LT(order_of(w2, 0), order_of(w1, 1));
  EXPECT_LT(order_of(w2, 1023), order_of(row_of(TensorRole::kPostFeedForwardNorm), 0));
}

}  // namespace
}  // namespace llama
