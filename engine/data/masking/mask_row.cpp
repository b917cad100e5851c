#include "engine/data/masking/maskers.h"

namespace heddle {

void maskRow(MaskKind kind, const MaskContext& context, RandomStream& draws, Row& row) {
  switch (kind) {
    case MaskKind::kToken:
      return maskTokens(context, draws, row);
    case MaskKind::kUnit:
      return maskUnits(context, draws, row);
    case MaskKind::kNgram:
      return maskNgrams(context, draws, row);
    case MaskKind::kSpan:
      return maskSpans(context, draws, row);
    case MaskKind::kElectra:
      return maskForGenerator(context, draws, row);
    case MaskKind::kPermutation:
      return permuteRow(context, draws, row);
    case MaskKind::kT5:
      return corruptSpans(context, draws, row);
    case MaskKind::kNone:
      return labelNextTokens(row);
  }
}

}  // namespace heddle
