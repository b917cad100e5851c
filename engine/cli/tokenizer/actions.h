// One function for each action of `heddle-engine tokenizer`; each returns its exit code.

#pragma once

#include <istream>

#include "engine/cli/tokenizer/reporter.h"
#include "engine/cli/tokenizer/tokenizer_command.h"

namespace heddle::tokenizer_actions {

int train(const TokenizerOptions& options, Reporter& reporter);
int encode(const TokenizerOptions& options, std::istream& in, Reporter& reporter);
int info(const TokenizerOptions& options, Reporter& reporter);
int compare(const TokenizerOptions& options, Reporter& reporter);
int phrases(const TokenizerOptions& options, Reporter& reporter);
int words(const TokenizerOptions& options, Reporter& reporter);

// openTokenizer() on one of options.tokenizers.
Result<Grains> openNamed(const TokenizerOptions& options, const std::string& name);

}  // namespace heddle::tokenizer_actions
