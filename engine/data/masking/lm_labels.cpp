#include "engine/data/masking/maskers.h"

namespace heddle {

void labelNextTokens(Row& row) {
  for (int32_t at = 0; at < row.size(); ++at) {
    const bool last = at + 1 == row.size();
    if (last && row.following < 0) {
      return;
    }
    row.masked.push_back(at);
    row.labels.push_back(last ? row.following : row.tokens[static_cast<size_t>(at) + 1]);
  }
}

}  // namespace heddle
