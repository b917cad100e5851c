// Packs finished rows into a batch.

#pragma once

#include "engine/data/batch.h"
#include "engine/data/rows/row.h"

namespace heddle {

class BatchBuilder {
 public:
  BatchBuilder(int64_t step, int64_t first_row);

  // One sequence, one grain.
  void add(const Row& row);
  // Two sequences: the coarse one goes behind all fine ones.
  void addBoth(const Row& fine, const Row& coarse);
  // One sequence of both, positions starting anew in the coarse part.
  void addHybrid(const Row& fine, const Row& coarse);

  Batch take();

 private:
  Batch fine_;
  Batch coarse_;
};

}  // namespace heddle
