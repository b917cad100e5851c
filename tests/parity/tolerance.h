// How far apart two computations of one number may be, and why.

#pragma once

namespace heddle::tolerance {

// fp32 against transformers in fp32: the same model in fp64 differs from fp32 by up to 4e-6 in logits, 2e-6
// in gradients.
inline constexpr double kReference = 1e-5;

// Two of our own paths over the same values (fused and explicit, packed and alone): different orders of
// summation.
inline constexpr double kTwoPaths = 2e-6;

// Rows of an fp32 softmax.
inline constexpr double kRowSum = 1e-6;

}  // namespace heddle::tolerance
