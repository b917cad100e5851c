#include "engine/data/mixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "engine/base/random.h"

namespace heddle {
namespace {

TEST(SharesOf, RoundByTheLargestRemainderAndAddUp) {
  EXPECT_EQ(sharesOf(std::vector<double>{1, 1, 1}, 10), (std::vector<int64_t>{4, 3, 3}));
  EXPECT_EQ(sharesOf(std::vector<double>{2, 1}, 1024), (std::vector<int64_t>{683, 341}));
  EXPECT_EQ(sharesOf(std::vector<double>{0, 3, 0}, 7), (std::vector<int64_t>{0, 7, 0}));
  EXPECT_EQ(sharesOf(std::vector<double>{1e9, 1}, 1024), (std::vector<int64_t>{1023, 1}));
  EXPECT_EQ(sharesOf(std::vector<double>{1, 1, 1}, 2), (std::vector<int64_t>{1, 1, 0}));
  RandomStream draws(nameKey("shares"), 0, 0);
  for (int round = 0; round < 1000; ++round) {
    std::vector<double> weights(1 + draws.below(6));
    for (double& weight : weights) {
      weight = draws.below(4) == 0 ? 0 : std::pow(10.0, draws.uniform() * 8 - 4);
    }
    weights[0] += 1e-3;
    const std::vector<int64_t> shares = sharesOf(weights, 1024);
    EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), int64_t{0}), 1024);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (size_t index = 0; index < weights.size(); ++index) {
      EXPECT_EQ(weights[index] > 0, shares[index] > 0);
      EXPECT_NEAR(static_cast<double>(shares[index]), 1024 * weights[index] / sum,
                  static_cast<double>(weights.size()));
    }
  }
}

TEST(MixtureSchedule, GivesEveryBlockItsExactShares) {
  const std::vector<double> weights = {5, 3, 0, 2};
  const std::vector<int64_t> shares = sharesOf(weights, MixtureSchedule::kBlock);
  const MixtureSchedule schedule(weights, 7);
  for (const int64_t block : {0, 1, 2, 1000000000}) {
    std::vector<int64_t> seen(weights.size());
    for (int64_t row = 0; row < MixtureSchedule::kBlock; ++row) {
      ++seen[schedule.at(block * MixtureSchedule::kBlock + row).corpus];
    }
    EXPECT_EQ(seen, shares);
  }
}

TEST(MixtureSchedule, NumbersTheRowsOfEachCorpusWithoutGaps) {
  const MixtureSchedule schedule(std::vector<double>{1, 2, 4}, 3);
  std::vector<std::set<int64_t>> rows(3);
  constexpr int64_t kRows = 20 * MixtureSchedule::kBlock;
  for (int64_t row = 0; row < kRows; ++row) {
    const MixtureSchedule::Place place = schedule.at(row);
    EXPECT_TRUE(rows[place.corpus].insert(place.row).second);
  }
  for (const std::set<int64_t>& seen : rows) {
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), static_cast<int64_t>(seen.size()) - 1);
  }
}

TEST(MixtureSchedule, SpreadsACorpusOverTheBlock) {
  // A corpus of an eighth of the rows: over many blocks its rows fall evenly on 16 stretches of the block.
  // Chi-squared with 15 degrees of freedom passes 37.7 once in a thousand; drawing without replacement only
  // lowers it.
  const MixtureSchedule schedule(std::vector<double>{7, 1}, 11);
  std::vector<double> stretches(16);
  constexpr int64_t kBlocks = 200;
  for (int64_t row = 0; row < kBlocks * MixtureSchedule::kBlock; ++row) {
    if (schedule.at(row).corpus == 1) {
      ++stretches[static_cast<size_t>(row % MixtureSchedule::kBlock / 64)];
    }
  }
  const double expected = kBlocks * 128.0 / 16;
  double chi = 0;
  for (const double count : stretches) {
    chi += (count - expected) * (count - expected) / expected;
  }
  EXPECT_LT(chi, 37.7);
  EXPECT_GT(chi, 2.0);  // an even raster would give next to none
}

TEST(MixtureSchedule, DependsOnItsKeyAlone) {
  const std::vector<double> weights = {1, 1};
  const MixtureSchedule a(weights, 1), again(weights, 1), b(weights, 2);
  int differing = 0;
  for (int64_t row = 0; row < 1000; ++row) {
    EXPECT_EQ(a.at(row).corpus, again.at(row).corpus);
    EXPECT_EQ(a.at(row).row, again.at(row).row);
    differing += a.at(row).corpus != b.at(row).corpus;
  }
  EXPECT_NEAR(differing, 500, 100);
}

}  // namespace
}  // namespace heddle
